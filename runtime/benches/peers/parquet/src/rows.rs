//! The comparisons that count, and how fast we want to be.

use std::fmt;

use thriftly_peers_measure::ratio::{Ratio, median};

use crate::sides::Who;

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Figure {
    /// How many times as fast as the peer.
    Speed,
    /// How many times as much memory as the peer's value holds.
    Memory,
}

/// Two sides and the target for them.
#[derive(Clone, Copy)]
pub struct Comparison {
    pub figure: Figure,
    pub ours: Who,
    pub peer: Who,
    pub target: f64,
}

/// Footers: whole ones, and those of which a scan needs a part.
pub const FOOTERS: [Comparison; 15] = [
    speed(Who::Owned, Who::Arrow, 1.0),
    speed(Who::Owned, Who::ArrowFull, 1.0),
    speed(Who::Owned, Who::Apache, 2.5),
    speed(Who::Lean, Who::Arrow, 1.0),
    speed(Who::Lean, Who::Apache, 2.5),
    speed(Who::Shared, Who::Arrow, 1.0),
    speed(Who::Views, Who::Arrow, 1.3),
    speed(Who::Views, Who::Apache, 2.5),
    speed(Who::LeanViews, Who::Arrow, 1.3),
    speed(Who::LeanViews, Who::Apache, 2.5),
    speed(Who::Projected, Who::ArrowProjected, 1.5),
    speed(Who::Scan, Who::ArrowProjected, 1.5),
    speed(Who::Lazy, Who::Owned, 3.0),
    memory(Who::Owned, Who::Arrow, 1.2),
    memory(Who::Lean, Who::Arrow, 1.2),
];

/// Page headers, which arrow-rs decodes only together with pages.
pub const PAGES: [Comparison; 4] = [
    speed(Who::Owned, Who::Apache, 3.0),
    speed(Who::Lean, Who::Apache, 3.0),
    speed(Who::Views, Who::Apache, 3.0),
    speed(Who::LeanViews, Who::Apache, 3.0),
];

/// How many nanoseconds a page header is to take at most.
pub const PAGE: f64 = 120.0;

const fn speed(ours: Who, peer: Who, target: f64) -> Comparison {
    Comparison { figure: Figure::Speed, ours, peer, target }
}

const fn memory(ours: Who, peer: Who, target: f64) -> Comparison {
    Comparison { figure: Figure::Memory, ours, peer, target }
}

/// A comparison with what was measured, in nanoseconds or bytes, by each process.
pub struct Row {
    /// `footer/2000x20`
    pub name: String,
    pub comparison: Comparison,
    pub ours: Vec<f64>,
    pub theirs: Vec<f64>,
    /// What ours is to take at most in itself.
    pub most: f64,
}

impl Row {
    fn ratio(&self) -> Ratio {
        match self.comparison.figure {
            Figure::Speed => Ratio::of(&self.theirs, &self.ours),
            Figure::Memory => Ratio::of(&self.ours, &self.theirs),
        }
    }

    pub fn is_met(&self) -> bool {
        let ratio = self.ratio().median();
        let fits = match self.comparison.figure {
            Figure::Speed => ratio >= self.comparison.target,
            Figure::Memory => ratio <= self.comparison.target,
        };
        fits && median(&self.ours) <= self.most
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Comparison { figure, ours, peer, target } = self.comparison;
        let ratio = self.ratio();
        let (what, sign, unit) = match figure {
            Figure::Speed => ("ratio", ">=", "ns"),
            Figure::Memory => ("memory", "<=", "B"),
        };
        write!(
            f,
            "row={}/{ours} peer={peer} {what}={:.2}{sign}{target:.1} {} spread={} \
             ours={:.0}{unit} peer={:.0}{unit}",
            self.name,
            ratio.median(),
            if self.is_met() { "ok" } else { "MISS" },
            ratio.spread(),
            median(&self.ours),
            median(&self.theirs),
        )
    }
}
