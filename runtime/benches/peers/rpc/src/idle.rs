//! Memory of connections on which nothing happens.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::calls::{Call, Method};
use crate::figures::{Figure, Unit};
use crate::line::{Comparison, Line, Target};
use crate::options::Options;
use crate::servers::{self, Server};
use crate::sides::SERVERS;
use crate::wire::Wire;
use crate::{Result, cores, targets};

const CONNECTIONS: usize = 1000;
/// How long a server may take to accept them.
const ACCEPT: Duration = Duration::from_secs(5);
/// How long it may do what it does behind a call, or behind the last connection.
const SETTLE: Duration = Duration::from_millis(300);

/// Measures all rows that are wanted.
///
/// # Errors
/// A server does not start, or does not answer.
pub fn run(options: &Options, report: &mut dyn FnMut(Line)) -> Result<()> {
    let rows = [(Method::Ping, "idle/ping"), (Method::Echo, "idle/echo")];
    for (method, row) in rows.into_iter().filter(|(_, row)| options.wants(row)) {
        // The workers of Apache's are fewer, and the bare sockets have buffers of any size. Layers are memory of calls.
        let sides = SERVERS.iter().filter(|side| side.wire == Wire::Framed && !side.tls);
        let left_out = ["apache-framed", "thriftly-layers", "thriftly-runtimes"];
        let names = sides.map(|side| side.name).filter(|name| !left_out.contains(name));
        let mut lines = Vec::new();
        for entry in options.entries(names)? {
            let server = Server::start(&entry, servers::side(entry.side)?, &cores::allowed()?)?;
            let bytes = for_each(&server, &Call::new(method, Wire::Framed))
                .map_err(|error| format!("{row} of {}: {error}", entry.label))?;
            lines.push(Line {
                row: row.to_owned(),
                side: entry.label,
                figures: vec![Figure { name: "rss", value: bytes, unit: Unit::Bytes }],
                comparisons: Vec::new(),
            });
        }
        for line in &mut lines {
            if line.side == "thriftly" {
                let ratio =
                    line.figure("rss").map_or(f64::NAN, |bytes| bytes.value / targets::IDLE);
                let peer = "7KiB".to_owned();
                line.comparisons.push(Comparison { peer, ratio, target: Target::AtMost(1.0) });
            }
        }
        Line::compare_all(&mut lines, "rss", |ours, peer| {
            targets::is_before(ours, peer).then_some(Target::AtMost(1.03))
        });
        lines.into_iter().for_each(&mut *report);
    }
    Ok(())
}

/// By how many bytes the server grows for each connection on which one call was made.
fn for_each(server: &Server, call: &Call) -> Result<f64> {
    let process = &server.process;
    // What the first call brings is not a connection's.
    let first = connect(server)?;
    call.answered(&mut &first)?;
    std::thread::sleep(SETTLE);
    let (before, open) = (process.resident()?, process.descriptors()?);
    let connections =
        (0..CONNECTIONS).map(|_| connect(server)).collect::<Result<Vec<TcpStream>>>()?;
    let start = Instant::now();
    while process.descriptors()? < open + CONNECTIONS {
        if start.elapsed() > ACCEPT {
            return Err(format!("it does not accept {CONNECTIONS} connections").into());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    connections.iter().try_for_each(|mut connection| call.answered(&mut connection))?;
    std::thread::sleep(SETTLE);
    Ok((process.resident()?.saturating_sub(before)) as f64 / CONNECTIONS as f64)
}

fn connect(server: &Server) -> Result<TcpStream> {
    let stream = TcpStream::connect(server.address)?;
    stream.set_read_timeout(Some(ACCEPT))?;
    Ok(stream)
}
