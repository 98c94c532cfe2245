//! Expiry: deadlines of calls, back-off, idle connections.

use std::time::Instant;

use super::link::Link;
use super::queue::Entry;
use super::{Caller, LONGEST_CROWDED, Pool, Step, Why};

impl<T: Caller, R: Clone> Pool<T, R> {
    /// Fails some of the calls that wait for these connections.
    pub(super) fn fail_waiting(
        &mut self,
        why: Why,
        which: impl Fn(&[Link<T, R>], &Entry<T, R>) -> bool,
    ) {
        let failed = self.queue.remove(|entry| which(&self.links, entry));
        if matches!(why, Why::Timeout { .. }) {
            self.counted.timed_out += failed.len() as u64;
        }
        self.decided.extend(failed.map(|entry| entry.failed(why)));
    }

    pub(super) fn check_at(&mut self, at: Instant) {
        self.next_check = Some(self.next_check.map_or(at, |next| next.min(at)));
    }

    /// Ends what has expired.
    pub(super) fn check(&mut self, now: Instant) {
        self.next_check = None;
        self.check_closing(now);
        let expired = |deadline: Option<Instant>| deadline.is_some_and(|deadline| deadline <= now);
        self.fail_waiting(Why::Timeout { sent: false }, |_, entry| expired(entry.deadline));
        if let Some(next) = self.queue.next_deadline() {
            self.check_at(next);
        }
        if let Some(at) = self.reconnects.not_before(now)
            && !self.queue.is_empty()
        {
            self.check_at(at);
        }
        let mut at = 0;
        while at < self.links.len() {
            let link = &mut self.links[at];
            let mut late = Vec::new();
            let next = link.expire(now, &mut late);
            let silent = !late.is_empty() && !link.answered;
            let opened = link.opened;
            let over = link.rests_until.is_some_and(|until| until <= now) && link.callers() == 0;
            let idle = self.settings.idle_timeout.is_some_and(|idle| link.idle_for(now) >= idle);
            let idle_at = match self.settings.idle_timeout {
                Some(idle) if link.is_idle() => link.used.checked_add(idle),
                _ => None,
            };
            for at in [next, link.rests_until, idle_at].into_iter().flatten() {
                if at > now {
                    self.check_at(at);
                }
            }
            self.counted.timed_out += late.len() as u64;
            let fail = |call| Step::Fail { call, why: Why::Timeout { sent: true } };
            self.decided.extend(late.into_iter().map(fail));
            if silent && let Some(opened) = opened {
                self.notice_crowd(opened, now);
            }
            if over || idle {
                let link = self.links.remove(at);
                let step = self.close(link);
                self.decided.push_back(step);
            } else {
                at += 1;
            }
        }
    }

    /// A connection that was opened then has answered nothing. If others have since, the server
    /// serves only so many connections.
    pub(super) fn notice_crowd(&mut self, opened: Instant, now: Instant) {
        let served = self.links.iter().filter(|link| link.answered);
        let since = served.clone().any(|link| link.last_answer.is_some_and(|at| at > opened));
        let known = self.crowded.is_some_and(|(_, until)| now < until);
        if since
            && !known
            && let Some(until) = now.checked_add(self.next_crowded)
        {
            self.crowded = Some((served.count(), until));
            self.next_crowded = (self.next_crowded * 2).min(LONGEST_CROWDED);
        }
    }
}
