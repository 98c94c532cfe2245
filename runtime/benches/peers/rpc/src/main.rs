//! How much thriftly's servers and clients take beside their peers, all in one run, on loopback:
//! [volo](https://docs.rs/volo-thrift), the Apache [`thrift`](https://docs.rs/thrift) crate, and
//! bare sockets, which are the floor. It needs Linux.
//!
//! ```console
//! $ cargo run --release --manifest-path runtime/benches/peers/rpc/Cargo.toml -- \
//!       [--rounds N] [--sides NAME,…] [--before PROGRAM] [PART_OF_ROW …]
//! ```
//!
//! Rows, sides, options and targets are explained in `../../README.md`.
//!
//! Each server and client runs in a process of its own: this program again, with other arguments.
//!
//! ```console
//! $ thriftly-peers-rpc serve SIDE CORE,…                 prints its address, ends with its input
//! $ thriftly-peers-rpc call SIDE METHOD TASKS ADDRESS CORE,…     reads milliseconds, prints counts
//! ```

mod calls;
mod clients;
mod cores;
mod figures;
mod idle;
mod line;
mod load;
mod options;
mod process;
mod servers;
mod sides;
mod table;
mod targets;
mod tls;
mod wire;

use std::error::Error;
use std::process::ExitCode;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use calls::Method;
use line::Line;
use options::Options;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The figures that have a table at the end.
const TABLES: [(&str, &str); 6] = [
    ("cpu", "CPU for each request or call"),
    ("rate", "requests or calls per second"),
    ("p50", "median latency"),
    ("p99", "p99"),
    ("p99.9", "p99.9"),
    ("rss", "memory of an idle connection"),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words[..] {
        ["serve", side, cores] => serve(side, cores),
        ["call", side, method, tasks, address, cores] => call(side, method, tasks, address, cores),
        _ => Options::parse(arguments).and_then(|options| measure(&options)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints a line for each row and side while it runs, then tables of all, and how many targets
/// are missed.
fn measure(options: &Options) -> Result<()> {
    more_descriptors()?;
    let mut lines: Vec<Line> = Vec::new();
    let mut report = |line: Line| {
        println!("{line}");
        lines.push(line);
    };
    servers::run(options, &mut report)?;
    clients::run(options, &mut report)?;
    idle::run(options, &mut report)?;
    if lines.is_empty() {
        return Err("there is no such row; they are listed in README.md".into());
    }
    println!("\n{}", table::markdown(&lines, &TABLES));
    let total = |of: fn(&Line) -> usize| lines.iter().map(of).sum::<usize>();
    println!("MISS: {} of {} targets", total(Line::misses), total(Line::targets));
    Ok(())
}

/// The work of a server's process.
fn serve(side: &str, cores: &str) -> Result<()> {
    more_descriptors()?;
    cores::pin(&cores::from_argument(cores)?)?;
    process::end_with_input();
    (servers::side(side)?.serve)(|address| println!("{address}"))
}

/// The work of a client's process.
fn call(side: &str, method: &str, tasks: &str, address: &str, cores: &str) -> Result<()> {
    more_descriptors()?;
    cores::pin(&cores::from_argument(cores)?)?;
    let method = Method::ALL
        .into_iter()
        .find(|each| each.to_string() == method)
        .ok_or_else(|| format!("there is no method {method}"))?;
    clients::work(clients::side(side)?, address.parse()?, method, tasks.parse()?)
}

/// Lets this process have as many sockets as it may.
fn more_descriptors() -> Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, most, most)?)
}
