//! Which connection the next call goes to, and when another is opened for it.

use std::time::Instant;

use super::link::{Link, Stage};
use super::queue::Entry;
use super::{CLOSES, Caller, LinkId, Pool, SOON, Step, Why};

impl<T: Caller, R: Clone> Pool<T, R> {
    /// Whether calls go one at a time now.
    pub(super) fn one_at_a_time(&self, now: Instant) -> bool {
        self.settings.max_in_flight == 1 || self.serial.until.is_some_and(|until| now < until)
    }

    /// The connection for the next call.
    pub(super) fn route(&mut self, queued: Instant, now: Instant) -> Option<usize> {
        let late = self.late(now);
        let single = self.one_at_a_time(now);
        let has_room = |link: &Link<T, R>| {
            let window = if single { 1 } else { link.window };
            link.is_usable() && link.in_flight() < window
        };
        let mut open = (0..self.links.len()).filter(|&at| {
            let link = &self.links[at];
            has_room(link) && !link.is_blocked(late) && self.is_kept(link, now)
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
            .filter(|&at| self.links[at].is_usable() && self.is_kept(&self.links[at], now))
            .min_by_key(|&at| self.links[at].in_flight())?;
        (self.links[fewest].in_flight() < self.settings.max_in_flight).then_some(fewest)
    }

    pub(super) fn doubts(&self, link: &Link<T, R>, now: Instant) -> bool {
        link.rests_until.is_some() || !self.is_kept(link, now)
    }

    /// Whether the server will probably not close the connection at once.
    pub(super) fn is_kept(&self, link: &Link<T, R>, now: Instant) -> bool {
        self.closes < CLOSES || link.survives(SOON).is_none_or(|at| at <= now)
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

    /// Opens a connection for the calls that wait, if it is time.
    pub(super) fn open_another(&mut self, queued: Instant, now: Instant) -> Option<Step<T, R>> {
        let opening = self.links.iter().filter(|link| link.stage == Stage::Opening).count();
        let usable = |link: &&Link<T, R>| link.is_serving() && self.is_kept(link, now);
        let usable = self.links.iter().filter(usable).count();
        let wanted = match self.one_at_a_time(now) {
            true => opening < self.queue.len(),
            false => opening == 0,
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
            let oldest = rested.then(|| self.longest_rest()).flatten()?;
            let link = self.links.remove(oldest);
            return Some(self.close(link));
        }
        if let Some(at) = self.reconnects.not_before(now) {
            // There is no use in waiting for a try that comes too late.
            if usable + opening == 0 {
                let too_late =
                    |entry: &Entry<T, R>| entry.deadline.is_some_and(|deadline| deadline <= at);
                self.fail_waiting(Why::Unreachable, too_late);
            }
            self.check_at(at);
            return self.decided.pop_front();
        }
        let link = self.open(now);
        Some(Step::Open { link, avoid: self.reconnects.avoid(now) })
    }

    pub(super) fn open(&mut self, now: Instant) -> LinkId {
        self.last_link += 1;
        let id = LinkId(self.last_link);
        self.links.push(Link::new(id, now));
        id
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
