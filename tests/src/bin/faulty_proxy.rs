//! A TCP proxy that misbehaves, in front of any server: see `tests/README.md`.

use std::net::SocketAddr;
use std::time::Duration;

use thriftly_tests::proxy::{Fault, FaultyProxy};

const USAGE: &str =
    "faulty_proxy --listen ADDRESS --to ADDRESS [--seed NUMBER] [--faults NAME,NAME…]";

struct Options {
    listen: SocketAddr,
    to: SocketAddr,
    seed: u64,
    faults: Vec<Fault>,
}

fn options() -> Result<Options, String> {
    let (mut listen, mut to, mut seed, mut faults) = (None, None, 1, Fault::ALL.to_vec());
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or(format!("{name} needs a value"))?;
        let wrong = |error: &dyn std::fmt::Display| format!("{name} {value}: {error}");
        match name.as_str() {
            "--listen" => listen = Some(value.parse().map_err(|error| wrong(&error))?),
            "--to" => to = Some(value.parse().map_err(|error| wrong(&error))?),
            "--seed" => seed = value.parse().map_err(|error| wrong(&error))?,
            "--faults" => {
                let names = value.split(',').map(str::parse);
                faults = names.collect::<Result<_, _>>().map_err(|error: String| wrong(&error))?;
            }
            _ => return Err(format!("unknown option {name}")),
        }
    }
    let listen = listen.ok_or("--listen is missing")?;
    let to = to.ok_or("--to is missing")?;
    Ok(Options { listen, to, seed, faults })
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let Options { listen, to, seed, faults } = options().unwrap_or_else(|error| {
        eprintln!("{error}\n{USAGE}");
        std::process::exit(2);
    });
    let proxy = FaultyProxy::start(listen, to, &faults, seed).await?;
    println!("{} -> {to}, seed {seed}", proxy.address);
    loop {
        tokio::time::sleep(Duration::from_secs(10)).await;
        let counts = proxy.counts().into_iter().map(|(fault, count)| format!("{fault} {count}"));
        println!("{}", counts.collect::<Vec<_>>().join(", "));
    }
}
