//! When to connect again, and where.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// The delay before the third try in a row; it doubles with each further one.
const FIRST: Duration = Duration::from_millis(25);
const LONGEST: Duration = Duration::from_secs(2);
/// For how long an address that failed is tried after the others.
const AVOIDED: Duration = Duration::from_secs(30);

/// Failures to reach the server.
#[derive(Debug)]
pub(super) struct Reconnects {
    /// Failures since the last answer.
    failures: u32,
    not_before: Option<Instant>,
    /// Addresses that failed, and until when they are tried last.
    avoided: Vec<(SocketAddr, Instant)>,
    random: u64,
}

impl Reconnects {
    pub(super) fn new(seed: u64) -> Reconnects {
        // A state of zero would stay zero.
        Reconnects { failures: 0, not_before: None, avoided: Vec::new(), random: seed | 1 }
    }

    /// No connection could be made, or one was lost before anything was answered.
    pub(super) fn failed(&mut self, tried: &[SocketAddr], now: Instant) {
        self.failures = self.failures.saturating_add(1);
        self.avoid(tried, now);
        if self.failures >= 2 {
            let delay = FIRST.saturating_mul(1 << (self.failures - 2).min(10)).min(LONGEST);
            self.not_before = now.checked_add(self.jittered(delay));
        }
    }

    /// These addresses are tried last for a while.
    pub(super) fn avoid(&mut self, addresses: &[SocketAddr], now: Instant) {
        if let Some(until) = now.checked_add(AVOIDED) {
            self.avoided.retain(|(address, _)| !addresses.contains(address));
            self.avoided.extend(addresses.iter().map(|address| (*address, until)));
        }
    }

    /// A connection was made. That may have been all that works.
    pub(super) fn reached(&mut self, address: SocketAddr) {
        if self.failures == 0 {
            self.avoided.retain(|(one, _)| *one != address);
        }
    }

    /// A call was answered.
    pub(super) fn answered(&mut self) {
        self.failures = 0;
        self.not_before = None;
    }

    /// When the next try may be made, if that is not now.
    pub(super) fn not_before(&self, now: Instant) -> Option<Instant> {
        self.not_before.filter(|at| *at > now)
    }

    /// The addresses that are tried last.
    pub(super) fn avoided(&mut self, now: Instant) -> Vec<SocketAddr> {
        self.avoided.retain(|(_, until)| *until > now);
        self.avoided.iter().map(|(address, _)| *address).collect()
    }

    /// Between half of the delay and all of it.
    fn jittered(&mut self, delay: Duration) -> Duration {
        // Xorshift: clients that fail together are not to come back together, nothing more.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let half = delay / 2;
        half + half.mul_f64((self.random >> 11) as f64 / (1u64 << 53) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_failure_delays_and_an_answer_ends_it() {
        let now = Instant::now();
        let mut reconnects = Reconnects::new(7);
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        reconnects.failed(&[address], now);
        assert_eq!(reconnects.not_before(now), None);
        assert_eq!(reconnects.avoided(now), [address]);
        let mut longest = Duration::ZERO;
        for _ in 0..20 {
            reconnects.failed(&[], now);
            let delay = reconnects.not_before(now).expect("it is delayed") - now;
            assert!(delay >= FIRST / 2 && delay <= LONGEST);
            longest = longest.max(delay);
        }
        assert!(longest >= LONGEST / 2);
        reconnects.answered();
        assert_eq!(reconnects.not_before(now), None);
        assert!(reconnects.avoided(now + AVOIDED).is_empty());
    }
}
