//! Connecting to a name with several addresses: “happy eyeballs” (RFC 8305).

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long an attempt has before the next address is tried beside it.
const STAGGER: Duration = Duration::from_millis(250);

/// When to try which address. The first attempt that succeeds wins.
#[derive(Debug)]
pub(crate) struct Race {
    waiting: VecDeque<SocketAddr>,
    stagger: Duration,
    /// When the next attempt begins.
    next: Instant,
}

impl Race {
    /// The addresses of the two families alternate, beginning with the family that the resolver has
    /// preferred; those to avoid are last. The attempts begin early enough that all are made within
    /// the limit.
    pub(crate) fn new(
        found: Vec<SocketAddr>,
        avoid: &[SocketAddr],
        limit: Duration,
        now: Instant,
    ) -> Race {
        let count = u32::try_from(found.len()).unwrap_or(u32::MAX).max(1);
        let mut waiting = interleaved(found);
        waiting.sort_by_key(|address| avoid.contains(address));
        Race { waiting: waiting.into(), stagger: STAGGER.min(limit / count), next: now }
    }

    /// The next address, if it is time to try it.
    pub(crate) fn start(&mut self, now: Instant) -> Option<SocketAddr> {
        if now < self.next {
            return None;
        }
        let address = self.waiting.pop_front()?;
        self.next = now + self.stagger;
        Some(address)
    }

    /// To be told that an attempt has failed: the next one begins at once.
    pub(crate) fn failed(&mut self, now: Instant) {
        self.next = now;
    }

    /// When the next attempt begins; `None` if there is no other address.
    pub(crate) fn wake(&self) -> Option<Instant> {
        (!self.waiting.is_empty()).then_some(self.next)
    }
}

fn interleaved(found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = found.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|address| address.is_ipv6() == first_is_v6);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut all = Vec::new();
    loop {
        let pair = [first.next(), second.next()];
        if pair == [None, None] {
            return all;
        }
        all.extend(pair.into_iter().flatten());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v4(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    fn v6(port: u16) -> SocketAddr {
        SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], port))
    }

    fn order(found: &[SocketAddr], avoid: &[SocketAddr]) -> Vec<SocketAddr> {
        Race::new(found.to_vec(), avoid, Duration::MAX, Instant::now()).waiting.into()
    }

    #[test]
    fn families_alternate_and_avoided_addresses_are_last() {
        let found = [v6(1), v6(2), v6(3), v4(4), v4(5)];
        assert_eq!(order(&found, &[]), [v6(1), v4(4), v6(2), v4(5), v6(3)]);
        assert_eq!(order(&found, &[v6(1), v6(2)]), [v4(4), v4(5), v6(3), v6(1), v6(2)]);
        assert_eq!(order(&[v4(1), v4(2), v6(3)], &[]), [v4(1), v6(3), v4(2)]);
        assert_eq!(order(&[v4(1), v4(2)], &[v4(1)]), [v4(2), v4(1)]);
        assert_eq!(order(&[], &[v4(1)]), []);
    }

    #[test]
    fn an_attempt_begins_after_a_quarter_of_a_second_or_after_a_failure() {
        let now = Instant::now();
        let mut race = Race::new(vec![v4(1), v4(2), v4(3)], &[], Duration::from_secs(10), now);
        assert_eq!(race.start(now), Some(v4(1)));
        assert_eq!(race.start(now), None);
        assert_eq!(race.wake(), Some(now + STAGGER));
        assert_eq!(race.start(now + STAGGER), Some(v4(2)));
        let later = now + STAGGER + Duration::from_millis(1);
        assert_eq!(race.start(later), None);
        race.failed(later);
        assert_eq!(race.start(later), Some(v4(3)));
        assert_eq!(race.wake(), None);
        assert_eq!(race.start(later + STAGGER), None);
    }

    #[test]
    fn all_addresses_are_tried_within_a_short_limit() {
        let now = Instant::now();
        let limit = Duration::from_millis(30);
        let mut race = Race::new(vec![v4(1), v4(2), v4(3)], &[], limit, now);
        for at in 0..3 {
            assert!(race.start(now + limit / 3 * at).is_some());
        }
    }
}
