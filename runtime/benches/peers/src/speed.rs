//! Measures all sides of a workload in the same rounds, and compares us with each peer.

use thriftly_peers_measure::{clock, machine};

use crate::rows::{Row, Target};
use crate::sides::{Direction, Protocol, Side, Who, Works};
use crate::table::{self, Size};
use crate::workloads::Workload;

/// Prints a row for each comparison while it runs, then a table of all, and how many rows miss
/// their targets.
pub fn run(workloads: &[Workload]) {
    println!("{}", machine::described());
    let mut rows = Vec::new();
    let mut sizes = Vec::new();
    for workload in workloads {
        for protocol in Protocol::ALL {
            compare(workload, protocol, &mut rows, &mut sizes);
        }
    }
    println!("\n{}", table::markdown(&rows, &sizes));
    let misses = rows.iter().filter(|row| !row.is_met()).count();
    println!("MISS: {misses} of {} rows", rows.len());
}

fn compare(workload: &Workload, protocol: Protocol, rows: &mut Vec<Row>, sizes: &mut Vec<Size>) {
    let given = (workload.given)(protocol);
    let mut sides: Vec<(&Side, Works)> =
        workload.sides(protocol).map(|side| (side, (side.works)(&given))).collect();
    for (side, works) in &sides {
        sizes.push(Size { workload: workload.name, protocol, who: side.who, bytes: works.bytes });
    }
    for &direction in workload.directions() {
        let mut works: Vec<_> = sides.iter_mut().map(|(_, works)| works.of(direction)).collect();
        let medians = clock::medians(&mut works);
        let measured = sides.iter().map(|(side, _)| side.who).zip(medians).collect::<Vec<_>>();
        let new = rows_of(workload, protocol, direction, given.bytes.len(), &measured);
        new.iter().for_each(|row| println!("{row}"));
        rows.extend(new);
    }
}

/// Each variant of ours beside each peer.
fn rows_of(
    workload: &Workload,
    protocol: Protocol,
    direction: Direction,
    bytes: usize,
    measured: &[(Who, f64)],
) -> Vec<Row> {
    let memcpy = measured.iter().find(|(who, _)| *who == Who::Memcpy).expect("it is a side").1;
    let mut rows = Vec::new();
    for &(who, ours) in measured {
        let Who::Ours(variant) = who else { continue };
        for &(peer, theirs) in measured {
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
                ours,
                theirs,
                memcpy,
                target,
            });
        }
    }
    rows
}
