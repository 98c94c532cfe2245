//! One client that tasks or threads share: calls per second, and CPU for each call.

use std::net::SocketAddr;
use std::time::Duration;

use crate::calls::Method;
use crate::cores::{self, Placement};
use crate::figures::{Figure, median};
use crate::line::Line;
use crate::options::{Entry, Options};
use crate::process::Process;
use crate::servers::Server;
use crate::sides::{ANSWERING, CLIENTS, ClientSide};
use crate::{Result, targets};

/// How long one round takes.
const ROUND: Duration = Duration::from_millis(100);
const METHODS: [Method; 2] = [Method::Ping, Method::Echo];
const TASKS: [usize; 2] = [1, 64];

/// The side of the name.
///
/// # Errors
/// There is none.
pub fn side(name: &str) -> Result<&'static ClientSide> {
    let side = CLIENTS.iter().find(|side| side.name == name);
    side.ok_or_else(|| format!("there is no client {name}").into())
}

/// The work of a client's process: rounds of as many milliseconds as it is told, after each of
/// which it prints how many calls it has made, and nanoseconds of time and of CPU.
///
/// # Errors
/// It cannot connect, or a call fails.
pub fn work(side: &ClientSide, address: SocketAddr, method: Method, tasks: usize) -> Result<()> {
    let mut caller = (side.connect)(address, method, tasks)?;
    for line in std::io::stdin().lines() {
        let counted = caller(Duration::from_millis(line?.parse()?))?;
        println!("{} {} {}", counted.calls, counted.elapsed.as_nanos(), counted.cpu.as_nanos());
    }
    Ok(())
}

struct Row {
    method: Method,
    tasks: usize,
    placement: Placement,
}

impl Row {
    fn name(&self) -> String {
        let Row { method, tasks, placement } = self;
        format!("client/{method}/{tasks}/{placement}")
    }
}

/// Measures all rows that are wanted.
///
/// # Errors
/// A client or the server does not start, or a call fails.
pub fn run(options: &Options, report: &mut dyn FnMut(Line)) -> Result<()> {
    let all = cores::allowed()?;
    let here = std::env::current_exe()?;
    let entries = options.entries(CLIENTS.iter().map(|side| side.name))?;
    for placement in Placement::ALL.into_iter().filter(|placement| placement.is_possible(&all)) {
        let (clients, server) = placement.split(&all);
        let entry =
            Entry { label: ANSWERING.name.into(), side: ANSWERING.name, program: here.clone() };
        let mut answering = None;
        for method in METHODS {
            for tasks in TASKS {
                let row = Row { method, tasks, placement };
                if !options.wants(&row.name()) {
                    continue;
                }
                let address = match &answering {
                    Some(Server { address, .. }) => *address,
                    None => answering.insert(Server::start(&entry, &ANSWERING, &server)?).address,
                };
                measure(&row, &entries, address, &clients, options)?
                    .into_iter()
                    .for_each(&mut *report);
            }
        }
    }
    Ok(())
}

/// A line for each client: medians of rounds in which one is measured after the other.
fn measure(
    row: &Row,
    entries: &[Entry],
    address: SocketAddr,
    cores: &[usize],
    options: &Options,
) -> Result<Vec<Line>> {
    let (address, method, tasks) =
        (address.to_string(), row.method.to_string(), row.tasks.to_string());
    let cores = cores::to_argument(cores);
    let mut clients = Vec::new();
    for entry in entries {
        let arguments = ["call", entry.side, &method, &tasks, &address, &cores];
        clients.push(Process::start(&entry.program, arguments)?);
    }
    let mut samples: Vec<Vec<(f64, f64)>> = entries.iter().map(|_| Vec::new()).collect();
    // The first round warms up.
    for round in 0..=options.rounds {
        for ((entry, client), samples) in entries.iter().zip(&mut clients).zip(&mut samples) {
            client.tell(&ROUND.as_millis().to_string())?;
            let [calls, nanos, cpu] = client
                .hear()
                .map_err(|error| format!("{} of {}: {error}", row.name(), entry.label))?
                .map(|number: u64| number as f64);
            if round > 0 {
                samples.push((cpu / 1000.0 / calls, calls * 1e9 / nanos));
            }
        }
    }
    let mut lines: Vec<Line> = entries
        .iter()
        .zip(&samples)
        .map(|(entry, samples)| Line {
            row: row.name(),
            side: entry.label.clone(),
            figures: vec![
                Figure::cpu(median(samples.iter().map(|(cpu, _)| *cpu))),
                Figure::rate(median(samples.iter().map(|(_, rate)| *rate))),
            ],
            comparisons: Vec::new(),
        })
        .collect();
    Line::compare_all(&mut lines, "rate", |ours, peer| {
        targets::client(ours, peer, row.method, row.tasks)
    });
    Ok(lines)
}
