//! One comparison: how fast we are beside one peer, and how fast we want to be.

use std::fmt;

use thriftly_peers_measure::ratio::{Ratio, median};

use crate::sides::{Direction, Protocol, Variant, Who};
use crate::workloads::{Class, Workload};

/// A value, a direction, a protocol, one variant of ours, and one peer.
pub struct Row {
    pub workload: &'static str,
    pub direction: Direction,
    pub protocol: Protocol,
    pub variant: Variant,
    pub peer: Who,
    /// The bytes that the value is in the protocol.
    pub bytes: usize,
    /// Nanoseconds, of each process.
    pub ours: Vec<f64>,
    pub theirs: Vec<f64>,
    pub memcpy: Vec<f64>,
    pub target: Target,
}

/// What a row has to reach.
#[derive(Clone, Copy)]
pub struct Target {
    /// How many times as fast as the peer.
    ratio: f64,
    /// How many times as long as copying the bytes, at most.
    memcpy: f64,
}

impl Target {
    pub fn of(workload: &Workload, direction: Direction, variant: Variant, peer: Who) -> Target {
        let ratio = match (peer, workload.class, direction) {
            // In the binary protocol the mark is what volo uses by default.
            (Who::Prost | Who::PilotaUnsafe | Who::Apache, ..) => 1.0,
            (_, Class::Blob, _) | (_, Class::Strings, Direction::Decode) => 1.0,
            (_, Class::Numbers | Class::ManyNumbers, _) | (_, _, Direction::Encode) => 3.0,
            _ => variant.decode_target,
        };
        // The long lists of numbers are to be no more than a copy with the bytes swapped. That has
        // nothing to do with the peer, so it counts in one row.
        let memcpy = match (peer, workload.class) {
            (Who::Pilota, Class::ManyNumbers) => 2.0,
            _ => f64::INFINITY,
        };
        Target { ratio, memcpy }
    }

    /// In the compact protocol, whoever the peer is.
    pub fn compact() -> Target {
        Target { ratio: 3.0, memcpy: f64::INFINITY }
    }
}

impl Row {
    /// 2 means twice as fast as the peer.
    pub fn ratio(&self) -> Ratio {
        Ratio::of(&self.theirs, &self.ours)
    }

    pub fn is_met(&self) -> bool {
        self.ratio().median() >= self.target.ratio && self.times_memcpy() <= self.target.memcpy
    }

    fn times_memcpy(&self) -> f64 {
        Ratio::of(&self.ours, &self.memcpy).median()
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { workload, direction, protocol, variant, peer, bytes, .. } = self;
        let (ratio, [ours, theirs]) =
            (self.ratio(), [&self.ours, &self.theirs].map(|of| median(of)));
        write!(
            f,
            "row={workload}/{direction}/{protocol}{} peer={peer} ratio={:.2} target={:.1} {} spread={} \
             bytes={bytes} ours={ours:.1}ns peer={theirs:.1}ns memcpy={:.2}x",
            variant.name,
            ratio.median(),
            self.target.ratio,
            if self.is_met() { "ok" } else { "MISS" },
            ratio.spread(),
            self.times_memcpy(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, Target};
    use crate::sides::{Direction, OWNED, Protocol, VIEWS, Variant, Who};
    use crate::workloads::{self, Workload};

    fn workload(name: &str) -> Workload {
        workloads::all().into_iter().find(|workload| workload.name == name).expect("there is one")
    }

    /// Of three processes one took a tenth more for ours, and one a tenth less.
    fn row(name: &str, variant: Variant, peer: Who, ours: f64) -> Row {
        let workload = workload(name);
        Row {
            workload: workload.name,
            direction: Direction::Decode,
            protocol: Protocol::Binary,
            variant,
            peer,
            bytes: 39,
            ours: vec![ours * 1.1, ours, ours * 0.9],
            theirs: vec![30.0; 3],
            memcpy: vec![8.0; 3],
            target: Target::of(&workload, Direction::Decode, variant, peer),
        }
    }

    #[test]
    fn a_row_says_who_is_faster_and_whether_that_is_enough() {
        assert_eq!(
            row("small", OWNED, Who::Pilota, 20.0).to_string(),
            "row=small/decode/binary peer=pilota ratio=1.50 target=1.5 ok spread=1.36..1.67 \
             bytes=39 ours=20.0ns peer=30.0ns memcpy=2.50x"
        );
        assert_eq!(
            row("nested-1k", VIEWS, Who::Pilota, 20.0).to_string(),
            "row=nested-1k/decode/binary/views peer=pilota ratio=1.50 target=3.0 MISS spread=1.36..1.67 \
             bytes=39 ours=20.0ns peer=30.0ns memcpy=2.50x"
        );
        assert!(row("nested-1k", VIEWS, Who::Apache, 20.0).is_met());
    }

    #[test]
    fn long_lists_of_numbers_are_also_measured_by_a_copy() {
        assert!(!row("i32-100k", OWNED, Who::Pilota, 10.1).is_met());
        assert!(row("i32-100k", OWNED, Who::Pilota, 10.0).is_met());
        let mut slow_copy = row("i32-100k", OWNED, Who::Pilota, 10.0);
        slow_copy.memcpy = vec![4.9; 3];
        assert!(!slow_copy.is_met());
    }
}
