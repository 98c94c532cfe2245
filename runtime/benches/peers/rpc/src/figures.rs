//! Measured figures and their statistics.

use std::fmt;
use std::time::Duration;

/// A number of a line, by name.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Figure {
    pub name: &'static str,
    pub value: f64,
    pub unit: Unit,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    Micros,
    PerSecond,
    Bytes,
}

impl Figure {
    /// CPU of the process for each request or call.
    pub fn cpu(micros: f64) -> Figure {
        Figure { name: "cpu", value: micros, unit: Unit::Micros }
    }

    /// Requests or calls per second.
    pub fn rate(per_second: f64) -> Figure {
        Figure { name: "rate", value: per_second, unit: Unit::PerSecond }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            Unit::Micros if self.value >= 100.0 => write!(f, "{:.0}us", self.value),
            Unit::Micros => write!(f, "{:.2}us", self.value),
            Unit::PerSecond => write!(f, "{:.0}/s", self.value),
            Unit::Bytes => write!(f, "{:.0}B", self.value),
        }
    }
}

/// The middle one of the values; 0 if there is none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// How long requests took.
pub struct Latencies {
    /// Nanoseconds, ascending.
    sorted: Vec<u32>,
}

impl Latencies {
    pub fn new(mut nanos: Vec<u32>) -> Latencies {
        nanos.sort_unstable();
        Latencies { sorted: nanos }
    }

    /// The latency in microseconds that so many of a thousand requests do not exceed; 0 if there
    /// is none.
    pub fn per_mille(&self, share: usize) -> f64 {
        let at = (self.sorted.len() * share).div_ceil(1000).saturating_sub(1);
        self.sorted.get(at).map_or(0.0, |&nanos| micros(Duration::from_nanos(nanos.into())))
    }
}

pub fn micros(duration: Duration) -> f64 {
    // In seconds first, many a number would not come out whole.
    duration.as_nanos() as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use super::{Figure, Latencies, Unit, median};

    #[test]
    fn numbers_have_as_many_places_as_matter() {
        let latency = |value| Figure { name: "p99", value, unit: Unit::Micros };
        let figures = [Figure::cpu(9.306), latency(1164.6), Figure::rate(107_041.4)];
        assert_eq!(figures.map(|figure| figure.to_string()), ["9.31us", "1165us", "107041/s"]);
    }

    #[test]
    fn the_middle_counts() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([]), 0.0);
    }

    #[test]
    fn percentiles_are_latencies_that_were_measured() {
        let latencies = Latencies::new((1..=1000).rev().map(|micros| micros * 1000).collect());
        let percentiles = [500, 990, 999, 1000].map(|share| latencies.per_mille(share));
        assert_eq!(percentiles, [500.0, 990.0, 999.0, 1000.0]);
        assert_eq!(Latencies::new(vec![7000]).per_mille(1), 7.0);
        assert_eq!(Latencies::new(Vec::new()).per_mille(999), 0.0);
    }
}
