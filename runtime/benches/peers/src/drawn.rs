//! The rows that a README shows, as a chart.

use std::path::Path;

use thriftly_peers_measure::chart::{Chart, Group};
use thriftly_peers_measure::machine;

use crate::rows::Row;
use crate::sides::{Direction, Protocol, Who};

/// Which workloads and variants are drawn, and as what.
const GROUPS: [(&str, &str, &str); 7] = [
    ("small", "", "five numbers, 39 bytes"),
    ("nested-1k", "", "nested structs, 1 KB"),
    ("nested-1k", "/views", "the same, views"),
    ("optionals", "", "30 optional fields, 10 set"),
    ("i32-100k", "", "100,000 numbers"),
    ("strings-10k-short", "", "10,000 short strings"),
    ("strings-10k-short", "/shared", "the same, strings: shared"),
];

const PEERS: [(Who, &str); 3] =
    [(Who::Pilota, "pilota"), (Who::Prost, "prost"), (Who::Apache, "Apache's crate")];

/// The workloads that are drawn.
pub fn workloads() -> Vec<&'static str> {
    let mut names: Vec<_> = GROUPS.iter().map(|(workload, ..)| *workload).collect();
    names.dedup();
    names
}

/// Writes the chart to the file.
///
/// # Errors
/// The file cannot be written.
pub fn write(rows: &[Row], file: &Path) -> Result<(), String> {
    let names = PEERS.iter().map(|(_, name)| (*name).to_owned());
    let chart = Chart {
        title: "Encoding and decoding: time, in times of thriftly's".into(),
        notes: vec![
            "Binary protocol; prost has its own. Shorter is faster. Medians of three processes."
                .into(),
            machine::described(),
            "cargo run --release --manifest-path runtime/benches/peers/Cargo.toml".into(),
        ],
        key: std::iter::once("thriftly".to_owned()).chain(names).collect(),
        panels: vec!["encode".into(), "decode".into()],
        groups: GROUPS
            .iter()
            .map(|(workload, variant, name)| Group {
                name: (*name).into(),
                bars: [Direction::Encode, Direction::Decode]
                    .map(|direction| bars(rows, workload, variant, direction))
                    .into(),
            })
            .collect(),
    };
    std::fs::write(file, chart.svg()).map_err(|error| format!("{}: {error}", file.display()))
}

fn bars(rows: &[Row], workload: &str, variant: &str, direction: Direction) -> Vec<(usize, f64)> {
    let peers = PEERS.iter().zip(1..).filter_map(|(&(peer, _), at)| {
        let row = rows.iter().find(|row| {
            (row.workload, row.variant.name) == (workload, variant)
                && (row.protocol, row.peer, row.direction) == (Protocol::Binary, peer, direction)
        });
        row.map(|row| (at, row.ratio().median()))
    });
    std::iter::once((0, 1.0)).chain(peers).collect()
}
