//! Measures all sides of a workload in the same rounds, and compares us with each peer.

use thriftly_peers_measure::{clock, machine, processes};

use crate::rows::{Row, Target};
use crate::sides::{Direction, Protocol, Who, Works};
use crate::table::{self, Size};
use crate::workloads::Workload;

/// Prints a row for each comparison while it runs, then a table of all, and how many rows miss
/// their targets. Returns the rows.
///
/// # Errors
/// A process that measures fails.
pub fn run(workloads: &[Workload]) -> Result<Vec<Row>, String> {
    println!("{}", machine::described());
    let mut rows = Vec::new();
    let mut sizes = Vec::new();
    for workload in workloads {
        let figures = processes::run(&["once", workload.name])?;
        for protocol in Protocol::ALL {
            let given = (workload.given)(protocol);
            let sides: Vec<Who> = workload.sides(protocol).map(|side| side.who).collect();
            for side in workload.sides(protocol) {
                let bytes = (side.works)(&given).bytes;
                sizes.push(Size { workload: workload.name, protocol, who: side.who, bytes });
            }
            for &direction in workload.directions() {
                let measured =
                    |&who: &Who| (who, figures.get(&figure(protocol, direction, who)).to_vec());
                let measured = sides.iter().map(measured).collect::<Vec<_>>();
                let new = rows_of(workload, protocol, direction, given.bytes.len(), &measured);
                new.iter().for_each(|row| println!("{row}"));
                rows.extend(new);
            }
        }
    }
    println!("\n{}", table::markdown(&rows, &sizes));
    let misses = rows.iter().filter(|row| !row.is_met()).count();
    println!("MISS: {misses} of {} rows", rows.len());
    Ok(rows)
}

/// Measures all sides of a workload, and prints what [`run`] reads.
pub fn once(workload: &Workload) {
    for protocol in Protocol::ALL {
        let given = (workload.given)(protocol);
        let mut sides: Vec<(Who, Works)> =
            workload.sides(protocol).map(|side| (side.who, (side.works)(&given))).collect();
        for &direction in workload.directions() {
            let mut works: Vec<_> =
                sides.iter_mut().map(|(_, works)| works.of(direction)).collect();
            let medians = clock::medians(&mut works);
            for ((who, _), nanos) in sides.iter().zip(medians) {
                processes::print(&figure(protocol, direction, *who), nanos);
            }
        }
    }
}

/// The name of what is measured of a workload.
fn figure(protocol: Protocol, direction: Direction, who: Who) -> String {
    format!("{protocol}/{direction}/{who}")
}

/// Each variant of ours beside each peer.
fn rows_of(
    workload: &Workload,
    protocol: Protocol,
    direction: Direction,
    bytes: usize,
    measured: &[(Who, Vec<f64>)],
) -> Vec<Row> {
    let memcpy = measured.iter().find(|(who, _)| *who == Who::Memcpy);
    let (_, memcpy) = memcpy.expect("it is a side");
    let mut rows = Vec::new();
    for (who, ours) in measured {
        let Who::Ours(variant) = *who else { continue };
        for &(peer, ref theirs) in measured {
            if matches!(peer, Who::Ours(_) | Who::Memcpy) {
                continue;
            }
            let target = match protocol {
                Protocol::Binary => Target::of(workload, direction, variant, peer),
                Protocol::Compact => Target::compact(),
            };
            rows.push(Row {
                workload: workload.name,
                direction,
                protocol,
                variant,
                peer,
                bytes,
                ours: ours.clone(),
                theirs: theirs.clone(),
                memcpy: memcpy.clone(),
                target,
            });
        }
    }
    rows
}
