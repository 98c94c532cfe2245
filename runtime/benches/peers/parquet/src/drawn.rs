//! The times of footers as a chart.

use std::path::Path;

use thriftly_peers_measure::chart::{Chart, Group};
use thriftly_peers_measure::machine;
use thriftly_peers_measure::ratio::Ratio;

use crate::sides::Who;

/// Whose bars there are, the one first whose time is 1.
const SIDES: [(Who, &str); 6] = [
    (Who::Owned, "thriftly"),
    (Who::Lean, "thriftly, lean"),
    (Who::Lazy, "thriftly, lazy row groups"),
    (Who::Arrow, "arrow-rs"),
    (Who::ArrowProjected, "arrow-rs, projected"),
    (Who::Apache, "Apache's crate"),
];

/// The bars of a footer, from the times of each side in each process.
pub fn group(name: String, times: impl Fn(Who) -> Vec<f64>) -> Group {
    let first = times(SIDES[0].0);
    let bar = |(at, (who, _))| (at, Ratio::of(&times(who), &first).median());
    Group { name, bars: vec![SIDES.into_iter().enumerate().map(bar).collect()] }
}

/// Writes the chart to the file.
///
/// # Errors
/// The file cannot be written.
pub fn write(groups: Vec<Group>, file: &Path) -> Result<(), String> {
    let chart = Chart {
        title: "Footers of Parquet files: time to decode, in times of thriftly's owned types".into(),
        notes: vec![
            "2000x3 has 2,000 columns and 3 row groups. Shorter is faster. Medians of three processes.".into(),
            machine::described(),
            "cargo run --release --manifest-path runtime/benches/peers/parquet/Cargo.toml".into(),
        ],
        key: SIDES.map(|(_, name)| name.to_owned()).into(),
        panels: vec!["decode".into()],
        groups,
    };
    std::fs::write(file, chart.svg()).map_err(|error| format!("{}: {error}", file.display()))
}
