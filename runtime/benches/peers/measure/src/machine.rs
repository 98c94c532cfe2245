//! Where and when something was measured.

use std::process::Command;

use crate::memory::ALLOCATOR;

/// CPU, allocator, system and day, for the head of a report.
pub fn described() -> String {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let models = cpus.lines().filter_map(|line| line.strip_prefix("model name"));
    let models: Vec<_> = models.map(|rest| rest.trim_start_matches([' ', '\t', ':'])).collect();
    let cpu = models.first().copied().unwrap_or("an unknown CPU");
    let (count, system) = (models.len(), said("uname", &["-sm"]));
    let (rustc, day) = (said("rustc", &["--version"]), said("date", &["+%F"]));
    format!("{count} x {cpu}, allocator: {ALLOCATOR}, {system}, {rustc}, {day}")
}

/// What a program prints, or that it cannot be run.
fn said(program: &str, arguments: &[&str]) -> String {
    match Command::new(program).args(arguments).output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Err(_) => format!("no {program}"),
    }
}
