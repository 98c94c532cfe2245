//! Ratios of what several processes have measured.

use std::fmt;

/// The ratios of two figures, one of each process.
pub struct Ratio(Vec<f64>);

impl Ratio {
    /// The first figures divided by the second.
    ///
    /// # Panics
    /// There are none.
    pub fn of(first: &[f64], second: &[f64]) -> Ratio {
        assert!(!first.is_empty(), "nothing was measured");
        Ratio(first.iter().zip(second).map(|(first, second)| first / second).collect())
    }

    /// The middle one.
    pub fn median(&self) -> f64 {
        median(&self.0)
    }

    /// From the least to the largest: `0.97..1.02`.
    pub fn spread(&self) -> impl fmt::Display {
        let least = self.0.iter().copied().fold(f64::MAX, f64::min);
        let largest = self.0.iter().copied().fold(f64::MIN, f64::max);
        format!("{least:.2}..{largest:.2}")
    }
}

/// The middle one.
pub fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
