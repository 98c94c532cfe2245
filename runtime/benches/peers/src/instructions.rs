//! Instructions in place of time: the same in every run, on however busy a machine.
//!
//! callgrind counts those of a whole program. So a program is run twice that does nothing but the
//! work, once more often than the other time: the difference is the work, without what it takes
//! to get ready for it.

use std::process::Command;

use crate::fields;
use crate::sides::{Direction, Protocol, Side, Who};
use crate::workloads::Workload;

/// So many bytes are worked on, so that what varies in getting ready does not count.
const BYTES: usize = 1 << 20;
/// The work is done so many times at least…
const LEAST: usize = 8;
/// … and so many times at most.
const MOST: usize = 4000;

/// Prints a row for each variant of ours beside pilota, in the binary protocol.
///
/// # Errors
/// valgrind cannot be run, or counts nothing.
pub fn run(workloads: &[Workload]) -> Result<(), String> {
    for workload in workloads {
        let given = (workload.given)(Protocol::Binary);
        let fields = fields::count(given.bytes);
        let times = (BYTES / given.bytes.len()).clamp(LEAST, MOST);
        for &direction in workload.directions() {
            let one = |who| instructions(workload.name, direction, who, times);
            let theirs = one(Who::Pilota)?;
            for Side { who, .. } in workload.sides(Protocol::Binary) {
                let Who::Ours(variant) = who else { continue };
                let ours = one(*who)?;
                println!(
                    "instructions={}/{direction}/binary{} peer=pilota ratio={:.2} fields={fields} \
                     ours={:.1}/field peer={:.1}/field",
                    workload.name,
                    variant.name,
                    theirs / ours,
                    ours / fields as f64,
                    theirs / fields as f64,
                );
            }
        }
    }
    Ok(())
}

/// What doing the work once takes.
fn instructions(
    workload: &str,
    direction: Direction,
    who: Who,
    times: usize,
) -> Result<f64, String> {
    let few = callgrind(workload, direction, who, times)?;
    let many = callgrind(workload, direction, who, 2 * times)?;
    Ok(many.saturating_sub(few) as f64 / times as f64)
}

/// What a program takes that does the work so many times.
fn callgrind(workload: &str, direction: Direction, who: Who, times: usize) -> Result<u64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["repeat", workload, &direction.to_string(), "binary", &who.to_string()])
        .arg(times.to_string())
        .output()
        .map_err(|error| format!("valgrind cannot be run: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected :"));
    collected
        .and_then(|(_, count)| count.trim().parse().ok())
        .ok_or_else(|| format!("valgrind counts nothing: {said}"))
}
