//! Servers under load: CPU for each request, requests per second, and latencies.

use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::calls::{Call, Method};
use crate::cores::{self, Placement};
use crate::figures::{Figure, Unit, median, micros};
use crate::line::Line;
use crate::load::Load;
use crate::options::{Entry, Options};
use crate::process::{self, Process};
use crate::sides::{SERVERS, ServerSide};
use crate::{Result, targets};

/// How long one round takes.
const ROUND: Duration = Duration::from_millis(100);
pub const CONNECTIONS: [usize; 4] = [1, 16, 64, 256];
/// Calls in flight on each connection.
const IN_FLIGHT: [usize; 2] = [1, 16];
/// How long a server may take to start.
const START: Duration = Duration::from_secs(5);

/// A server in a process of its own.
pub struct Server {
    pub label: String,
    pub process: Process,
    pub address: SocketAddr,
    side: &'static ServerSide,
}

impl Server {
    /// Starts the server on these cores, and waits until it can be connected to.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(entry: &Entry, side: &'static ServerSide, cores: &[usize]) -> Result<Server> {
        let arguments = ["serve", side.name, &cores::to_argument(cores)];
        let mut process = Process::start(&entry.program, arguments)?;
        let address = process::address(&mut process)?;
        let start = Instant::now();
        while let Err(error) = TcpStream::connect(address) {
            if start.elapsed() > START {
                return Err(format!("{} does not listen: {error}", entry.label).into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(Server { label: entry.label.clone(), process, address, side })
    }
}

/// The side of the name.
///
/// # Errors
/// There is none.
pub fn side(name: &str) -> Result<&'static ServerSide> {
    let mut sides = SERVERS.iter().chain([&crate::sides::ANSWERING]);
    sides.find(|side| side.name == name).ok_or_else(|| format!("there is no server {name}").into())
}

struct Row {
    method: Method,
    connections: usize,
    in_flight: usize,
    placement: Placement,
}

impl Row {
    fn name(&self) -> String {
        let Row { method, connections, in_flight, placement } = self;
        format!("server/{method}/{connections}x{in_flight}/{placement}")
    }
}

/// Measures all rows that are wanted.
///
/// # Errors
/// A server does not start, or does not answer.
pub fn run(options: &Options, report: &mut dyn FnMut(Line)) -> Result<()> {
    let all = cores::allowed()?;
    for placement in Placement::ALL.into_iter().filter(|placement| placement.is_possible(&all)) {
        let mut rows = Vec::new();
        for method in Method::ALL {
            for connections in CONNECTIONS {
                for in_flight in IN_FLIGHT {
                    rows.push(Row { method, connections, in_flight, placement });
                }
            }
        }
        rows.retain(|row| options.wants(&row.name()));
        if rows.is_empty() {
            continue;
        }
        let (servers, load) = placement.split(&all);
        let servers = options
            .entries(SERVERS.iter().map(|side| side.name))?
            .iter()
            .map(|entry| Server::start(entry, side(entry.side)?, &servers))
            .collect::<Result<Vec<_>>>()?;
        cores::pin(&load)?;
        let measured: Result<()> = rows.iter().try_for_each(|row| {
            let servers: Vec<&Server> = servers
                .iter()
                .filter(|server| server.side.connections.contains(&row.connections))
                .collect();
            measure(row, &servers, options)?.into_iter().for_each(&mut *report);
            Ok(())
        });
        cores::pin(&all)?;
        measured?;
    }
    Ok(())
}

/// What one round says of a server.
struct Sample {
    cpu: f64,
    rate: f64,
    p50: f64,
    p99: f64,
    p999: f64,
}

/// A line for each server: medians of rounds in which one is measured after the other.
fn measure(row: &Row, servers: &[&Server], options: &Options) -> Result<Vec<Line>> {
    let of = |server: &Server, error| format!("{} of {}: {error}", row.name(), server.label);
    let mut loads = Vec::new();
    for server in servers {
        let ServerSide { wire, tls, .. } = *server.side;
        let call = Call::new(row.method, wire);
        let load = Load::open(server.address, tls, &call, row.connections, row.in_flight);
        loads.push(load.map_err(|error| of(server, error))?);
    }
    let mut samples: Vec<Vec<Sample>> = servers.iter().map(|_| Vec::new()).collect();
    // The first round warms up.
    for round in 0..=options.rounds {
        for ((server, load), samples) in servers.iter().zip(&mut loads).zip(&mut samples) {
            let sample = sample(server, load).map_err(|error| of(server, error))?;
            if round > 0 {
                samples.push(sample);
            }
        }
    }
    let mut lines: Vec<Line> = servers
        .iter()
        .zip(&samples)
        .map(|(server, samples)| {
            let median = |of: fn(&Sample) -> f64| median(samples.iter().map(of));
            let latency = |name, value| Figure { name, value, unit: Unit::Micros };
            Line {
                row: row.name(),
                side: server.label.clone(),
                figures: vec![
                    Figure::cpu(median(|sample| sample.cpu)),
                    Figure::rate(median(|sample| sample.rate)),
                    latency("p50", median(|sample| sample.p50)),
                    latency("p99", median(|sample| sample.p99)),
                    latency("p99.9", median(|sample| sample.p999)),
                ],
                comparisons: Vec::new(),
            }
        })
        .collect();
    Line::compare_all(&mut lines, "cpu", |ours, peer| {
        targets::server(ours, peer, row.method, row.connections, row.in_flight)
    });
    Ok(lines)
}

fn sample(server: &Server, load: &mut Load) -> Result<Sample> {
    let before = server.process.cpu()?;
    let round = load.round(ROUND)?;
    let cpu = server.process.cpu()? - before;
    let requests = round.requests as f64;
    Ok(Sample {
        cpu: micros(cpu) / requests,
        rate: requests / round.elapsed.as_secs_f64(),
        p50: round.latencies.per_mille(500),
        p99: round.latencies.per_mille(990),
        p999: round.latencies.per_mille(999),
    })
}
