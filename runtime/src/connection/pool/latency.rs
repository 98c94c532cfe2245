//! How long the server usually takes.

use std::time::Duration;

/// The least and the most that a call has to be late before others are kept from its connection.
const PATIENCE: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(100));
/// How many times the usual latency is late.
const MULTIPLE: u32 = 4;

/// An estimate of the latency of quick calls: about their median, whatever the slow ones take. It
/// moves by at most an eighth of itself with each call.
#[derive(Debug, Default)]
pub(super) struct Latency {
    usual: Option<Duration>,
}

impl Latency {
    /// A connection was opened in this time, which is a first guess.
    pub(super) fn connected(&mut self, took: Duration) {
        self.usual.get_or_insert(took);
    }

    /// A call was answered after this time.
    pub(super) fn answered(&mut self, latency: Duration) {
        self.usual = Some(match self.usual {
            None => latency,
            Some(usual) if latency < usual => usual - (usual - latency) / 8,
            Some(usual) => usual + (latency - usual).min(usual.max(Duration::from_micros(10))) / 8,
        });
    }

    /// How old the oldest call of a connection may be before it is taken for slow.
    pub(super) fn patience(&self) -> Duration {
        let late = self.usual.unwrap_or_default().saturating_mul(MULTIPLE);
        late.clamp(PATIENCE.0, PATIENCE.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_calls_among_quick_ones_do_not_make_it_patient() {
        let mut latency = Latency::default();
        assert_eq!(latency.patience(), PATIENCE.0);
        for number in 0..1000 {
            let slow = number % 5 == 0;
            latency.answered(Duration::from_millis(if slow { 2000 } else { 1 }));
        }
        assert_eq!(latency.patience(), PATIENCE.0);
        for _ in 0..1000 {
            latency.answered(Duration::from_millis(20));
        }
        assert!(latency.patience() > Duration::from_millis(70));
    }
}
