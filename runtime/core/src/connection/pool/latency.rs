//! How long the server takes for a call that has a connection to itself.

use std::time::Duration;

/// The least and the most that the oldest call of a connection has to be late for others to be kept from
/// the connection.
const SLOW: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(10));
/// The least and the most that a call waits before another connection is opened for it.
const WAIT: (Duration, Duration) = (Duration::from_millis(3), Duration::from_millis(100));
/// By so much calls may be later than alone without a sign that they wait for each other.
const NOISE: Duration = Duration::from_millis(1);
/// A server that takes less is quick: calls are best packed, as one write will do for many.
const QUICK: Duration = Duration::from_micros(500);

/// An estimate of the latency of calls that were alone on their connections: about the median,
/// whatever the slow ones take. It moves by at most an eighth of itself with each call.
#[derive(Debug, Default)]
pub(super) struct Latency {
    alone: Duration,
    /// Whether it is more than a guess.
    measured: bool,
}

impl Latency {
    /// A connection was opened in this time, which is a first guess.
    pub(super) fn connected(&mut self, took: Duration) {
        if self.alone.is_zero() {
            self.alone = took;
        }
    }

    /// A call that was alone was answered after this time.
    pub(super) fn answered(&mut self, latency: Duration) {
        self.alone = match (self.measured, latency < self.alone) {
            (false, _) => latency,
            (true, true) => self.alone - (self.alone - latency) / 8,
            (true, false) => {
                let most = self.alone.max(Duration::from_micros(10));
                self.alone + (latency - self.alone).min(most) / 8
            }
        };
        self.measured = true;
    }

    /// How old the oldest call of a connection may be before the call is taken for slow.
    pub(super) fn slow(&self) -> Duration {
        self.alone.saturating_mul(4).clamp(SLOW.0, SLOW.1)
    }

    /// How long a call waits before another connection is opened for it.
    pub(super) fn wait(&self) -> Duration {
        self.alone.saturating_mul(2).clamp(WAIT.0, WAIT.1)
    }

    /// Up to which latency an answer shows that calls do not wait for each other.
    pub(super) fn prompt(&self) -> Duration {
        self.alone.saturating_mul(2).max(self.alone.saturating_add(NOISE))
    }

    /// Whether the server takes next to no time.
    pub(super) fn is_quick(&self) -> bool {
        self.alone < QUICK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_calls_among_quick_ones_hardly_matter() {
        let mut latency = Latency::default();
        assert_eq!((latency.slow(), latency.wait()), (SLOW.0, WAIT.0));
        for number in 0..1000 {
            let slow = number % 5 == 4;
            latency.answered(Duration::from_millis(if slow { 2000 } else { 1 }));
        }
        assert_eq!(latency.slow(), SLOW.0);
        assert!(!latency.is_quick());
        for _ in 0..1000 {
            latency.answered(Duration::from_millis(200));
        }
        // On a long line, calls are not slow because the line is long.
        assert!(latency.slow() > Duration::from_millis(700));
        assert_eq!(latency.wait(), WAIT.1);
        assert!(latency.prompt() > Duration::from_millis(350));
    }
}
