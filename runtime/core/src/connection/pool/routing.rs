//! Which connection the next call goes to, and when another is opened for it.

use std::time::Instant;

use super::link::{Link, Stage};
use super::queue::Waiting;
use super::{Caller, LinkId, Pool, SOON, Step, Suspicion, Why};

impl<T: Caller, R: Clone> Pool<T, R> {
    /// Whether calls go one at a time now.
    pub(super) fn one_at_a_time(&self, now: Instant) -> bool {
        self.settings.max_in_flight == 1 || self.serial.until.is_some_and(|until| now < until)
    }

    /// The connection for a call.
    pub(super) fn route(&mut self, waiting: Waiting, now: Instant) -> Option<usize> {
        let Waiting { queued, suspicion, .. } = waiting;
        let late = self.late(now);
        let single = self.one_at_a_time(now);
        let has_room = |link: &Link<T, R>| {
            let window = if single { 1 } else { link.window };
            link.is_usable() && link.in_flight() < window
        };
        let serves = |link: &Link<T, R>| link.serves(suspicion, self.closes, now);
        let mut open = (0..self.links.len()).filter(|&at| {
            let link = &self.links[at];
            has_room(link) && !link.is_blocked(late) && serves(link)
        });
        // One write will do for many calls to a quick server. To others, calls are spread.
        let promptly = match self.latency.is_quick() {
            true => open.next(),
            false => open.min_by_key(|&at| self.links[at].in_flight()),
        };
        // A server that can be reached no more may be one that shuts down, but answers on.
        let stays = self.concurrent && self.reconnects.not_before(now).is_some();
        if promptly.is_some() || single || self.links.len() < self.cap(now) && !stays {
            return promptly;
        }
        let wait = self.latency.wait();
        let waits = |since: Instant| now.saturating_duration_since(since) < wait;
        if waits(queued) || self.opening().is_some_and(waits) {
            return None;
        }
        let fewest = (0..self.links.len())
            .filter(|&at| self.links[at].is_usable() && serves(&self.links[at]))
            .min_by_key(|&at| self.links[at].in_flight())?;
        (self.links[fewest].in_flight() < self.settings.max_in_flight).then_some(fewest)
    }

    pub(super) fn doubts(&self, link: &Link<T, R>, now: Instant) -> bool {
        link.rests_until.is_some() || !link.is_kept(self.closes, now)
    }

    /// What was sent then or before is late now. It is asked for many calls at the same time.
    pub(super) fn late(&mut self, now: Instant) -> Instant {
        match self.late {
            Some((at, late)) if at == now => late,
            _ => {
                let late = now.checked_sub(self.latency.slow()).unwrap_or(now);
                self.late = Some((now, late));
                late
            }
        }
    }

    /// How many connections there may be.
    pub(super) fn cap(&self, now: Instant) -> usize {
        match self.crowded {
            Some((cap, until)) if now < until => cap.min(self.settings.max_connections),
            _ => self.settings.max_connections,
        }
    }

    /// Opens a connection for a call that has to wait, if it is time.
    pub(super) fn open_another(&mut self, waiting: Waiting, now: Instant) -> Option<Step<T, R>> {
        let Waiting { queued, suspicion, .. } = waiting;
        let opening = self.links.iter().filter(|link| link.stage == Stage::Opening).count();
        let usable = |link: &&Link<T, R>| link.serves(suspicion, self.closes, now);
        let usable = self.links.iter().filter(usable).count();
        let wanted = match (self.one_at_a_time(now), suspicion) {
            (false, _) => opening == 0,
            (true, None) => opening < self.queue.len(),
            (true, Some(_)) => opening < self.queue.repeated(),
        };
        if !wanted {
            return None;
        }
        if usable > 0
            && !self.one_at_a_time(now)
            && self.next_opening(queued).is_none_or(|due| now < due)
        {
            return None;
        }
        if self.links.len() >= self.cap(now) {
            // Those that rest make room when nothing else can serve the call.
            let rested = self.settings.max_connections > 1 && usable + opening == 0;
            let rested = || rested.then(|| self.longest_rest()).flatten();
            let link = self.idle_suspect(suspicion).or_else(rested)?;
            let link = self.links.remove(link);
            return Some(self.close(link));
        }
        if let Some(at) = self.reconnects.not_before(now) {
            // There is no use in waiting for a try that comes too late.
            if usable + opening == 0 {
                let closes = self.closes;
                self.fail_waiting(Why::Unreachable, |links, entry| {
                    let late = entry.deadline.is_some_and(|deadline| deadline <= at);
                    late && !links.iter().any(|link| link.serves(entry.suspicion, closes, now))
                });
            }
            self.check_at(at);
            return self.decided.pop_front();
        }
        let link = self.open(now);
        Some(Step::Open { link, avoid: self.reconnects.avoided(now) })
    }

    pub(super) fn open(&mut self, now: Instant) -> LinkId {
        self.last_link += 1;
        let id = LinkId(self.last_link);
        self.links.push(Link::new(id, self.losses, now));
        id
    }

    /// A connection without calls that this call cannot use: it makes room for another.
    fn idle_suspect(&self, suspicion: Option<Suspicion>) -> Option<usize> {
        suspicion?;
        self.links.iter().position(|link| link.is_idle() && link.is_suspect(suspicion))
    }

    /// When the call that waits since then may be routed otherwise than now.
    pub(super) fn next_routing(&self, queued: Instant, now: Instant) -> Option<Instant> {
        let opening = self.next_opening(queued);
        let since = self.opening().map_or(queued, |since| since.max(queued));
        let packing = since.checked_add(self.latency.wait());
        let kept = self.links.iter().filter_map(|link| link.survives(SOON));
        let all = [opening, packing].into_iter().flatten().chain(kept);
        all.filter(|at| *at > now).min()
    }

    /// Since when the last connection is being opened.
    pub(super) fn opening(&self) -> Option<Instant> {
        let opening = self.links.iter().filter(|link| link.stage == Stage::Opening);
        opening.map(|link| link.opening_since).max()
    }

    /// When a waiting call is reason enough for another connection.
    pub(super) fn next_opening(&self, queued: Instant) -> Option<Instant> {
        let wait = self.latency.wait();
        let blocked = self.links.iter().filter(|link| link.is_serving());
        let since = blocked.filter_map(Link::blocked_since).min();
        since.map_or(queued, |since| since.min(queued)).checked_add(wait)
    }

    pub(super) fn longest_rest(&self) -> Option<usize> {
        let resting = |at: &usize| self.links[*at].rests_until.is_some();
        (0..self.links.len()).filter(resting).min_by_key(|&at| self.links[at].rests_until)
    }
}
