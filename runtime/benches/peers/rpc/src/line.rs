//! One line of the report: a side in a row, and how it stands beside its peers.

use std::fmt;

use crate::figures::Figure;

pub struct Line {
    /// The measured case, such as `server/ping/64x1/pinned`.
    pub row: String,
    /// The measured implementation.
    pub side: String,
    pub figures: Vec<Figure>,
    pub comparisons: Vec<Comparison>,
}

/// One figure of a side divided by the same of a peer.
#[derive(Clone, PartialEq, Debug)]
pub struct Comparison {
    pub peer: String,
    pub ratio: f64,
    pub target: Target,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Target {
    None,
    AtMost(f64),
    AtLeast(f64),
}

impl Line {
    /// How many targets are missed.
    pub fn misses(&self) -> usize {
        self.comparisons.iter().filter(|comparison| !comparison.is_met()).count()
    }

    /// How many targets there are.
    pub fn targets(&self) -> usize {
        self.comparisons.iter().filter(|comparison| comparison.target != Target::None).count()
    }

    pub fn figure(&self, name: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.name == name)
    }

    /// Compares the lines of a row by the named figure: each with those beside which there is a
    /// target for it, or at least an interest.
    pub fn compare_all(
        lines: &mut [Line],
        figure: &str,
        target: impl Fn(&str, &str) -> Option<Target>,
    ) {
        for index in 0..lines.len() {
            let (before, [line, after @ ..]) = lines.split_at_mut(index) else { return };
            for peer in before.iter().chain(&*after) {
                if let Some(target) = target(&line.side, &peer.side) {
                    line.compare(peer, figure, target);
                }
            }
        }
    }

    fn compare(&mut self, peer: &Line, figure: &str, target: Target) {
        let (Some(ours), Some(theirs)) = (self.figure(figure), peer.figure(figure)) else { return };
        let ratio = ours.value / theirs.value;
        self.comparisons.push(Comparison { peer: peer.side.clone(), ratio, target });
    }
}

impl Comparison {
    pub fn is_met(&self) -> bool {
        match self.target {
            Target::None => true,
            Target::AtMost(most) => self.ratio <= most,
            Target::AtLeast(least) => self.ratio >= least,
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row={} side={}", self.row, self.side)?;
        for figure in &self.figures {
            write!(f, " {}={figure}", figure.name)?;
        }
        self.comparisons.iter().try_for_each(|comparison| write!(f, " {comparison}"))
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Comparison { peer, ratio, target } = self;
        write!(f, "{peer}={ratio:.2}")?;
        let verdict = if self.is_met() { "ok" } else { "MISS" };
        match target {
            Target::None => Ok(()),
            Target::AtMost(most) => write!(f, "<={most:.2}:{verdict}"),
            Target::AtLeast(least) => write!(f, ">={least:.2}:{verdict}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Target};
    use crate::figures::Figure;

    fn line(side: &str, cpu: f64, rate: f64) -> Line {
        Line {
            row: "server/ping/64x1/pinned".into(),
            side: side.into(),
            figures: vec![Figure::cpu(cpu), Figure::rate(rate)],
            comparisons: Vec::new(),
        }
    }

    #[test]
    fn a_line_says_who_takes_how_much_and_whether_that_is_enough() {
        let mut ours = line("thriftly", 9.0, 110_000.0);
        ours.compare(&line("volo", 15.0, 68_000.0), "cpu", Target::AtMost(0.75));
        ours.compare(&line("tokio", 7.5, 130_000.0), "cpu", Target::AtMost(1.1));
        ours.compare(&line("apache", 18.0, 55_000.0), "rate", Target::None);
        assert_eq!(
            ours.to_string(),
            "row=server/ping/64x1/pinned side=thriftly cpu=9.00us rate=110000/s \
             volo=0.60<=0.75:ok tokio=1.20<=1.10:MISS apache=2.00"
        );
        assert_eq!((ours.misses(), ours.targets()), (1, 2));
    }

    #[test]
    fn each_side_is_compared_with_those_that_concern_it() {
        let mut lines = ["volo", "thriftly", "tokio"].map(|side| line(side, 9.0, 110_000.0));
        Line::compare_all(&mut lines, "cpu", |ours, peer| {
            (ours == "thriftly").then_some(match peer {
                "volo" => Target::AtMost(0.75),
                _ => Target::None,
            })
        });
        let compared = lines.map(|line| line.comparisons.len());
        assert_eq!(compared, [0, 2, 0]);
    }

    #[test]
    fn a_rate_has_to_be_large() {
        let mut ours = line("thriftly", 1.8, 545_000.0);
        ours.compare(&line("volo", 18.0, 54_500.0), "rate", Target::AtLeast(8.0));
        assert_eq!(ours.misses(), 0);
        ours.compare(&line("volo", 18.0, 109_000.0), "rate", Target::AtLeast(8.0));
        assert_eq!(ours.misses(), 1);
    }
}
