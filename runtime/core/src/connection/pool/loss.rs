//! The calls of a lost connection: sent again or failed.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::link::Link;
use super::{Caller, LONGEST_SERIAL, LinkId, Pool, SERIAL, SOON, Step, Why};

/// How a connection was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// It was closed or reset. Idempotent calls are sent again.
    Closed,
    /// Its replies cannot be read or match no call. Calls that are sent again would probably get the
    /// same.
    OutOfSync,
}

/// Which connections may be lost as one was: those to the same address, unless the server has proved
/// since that it lives. A call that was lost with the first must not be sent on them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Suspicion {
    address: Option<SocketAddr>,
    /// How many connections had been lost then.
    losses: u64,
}

impl<T: Caller, R: Clone> Link<T, R> {
    /// Whether it may be lost as the connection on which a call was lost.
    pub(super) fn is_suspect(&self, suspicion: Option<Suspicion>) -> bool {
        suspicion.is_some_and(|Suspicion { address, losses }| {
            self.address == address && self.alive < losses
        })
    }
}

impl<T: Caller, R: Clone> Pool<T, R> {
    /// A connection was lost, or has to be closed by the shell. The requests are those of which no
    /// byte was written, in the order in which they were sent: they are sent again, once.
    pub(crate) fn lost(
        &mut self,
        link: LinkId,
        loss: Loss,
        unwritten: Vec<(i32, R)>,
        now: Instant,
    ) {
        let Some(at) = self.links.iter().position(|one| one.id == link) else { return };
        let mut link = self.links.remove(at);
        self.counted.lost += 1;
        if link.survives(SOON).is_some_and(|at| now < at) {
            self.closes = self.closes.saturating_add(1);
        }
        let suspicion = self.suspicion(&link);
        let worked = link.answered || link.lived(now) > Duration::from_secs(5);
        // Several that were lost for one reason are one try.
        let tried = !worked && !link.is_suspect(self.failure);
        if tried {
            self.failure = Some(suspicion);
            self.reconnects.failed(link.address.as_slice(), now);
            // The calls that it was opened for have had one of their two tries.
            let opened = link.opened;
            self.queue.tried(|entry| opened.is_none_or(|opened| entry.queued <= opened));
            self.fail_waiting(Why::Unsent, |_, entry| entry.tries > 1);
        }
        for (seqid, request) in unwritten.into_iter().rev() {
            let Some(mut entry) = link.take(seqid).and_then(|sent| sent.into_entry(request)) else {
                continue;
            };
            // A connection that worked was closed since, as others of its age may be: that is no try.
            entry.tries += u32::from(tried);
            match entry.tries {
                0 | 1 => {
                    self.counted.resent += 1;
                    self.queue.push_front(entry);
                }
                _ => self.decided.push_back(entry.failed(Why::Unsent)),
            }
        }
        if link.in_flight() > 1 && self.settings.max_in_flight > 1 {
            let recently = |until: Instant| now.saturating_duration_since(until) < LONGEST_SERIAL;
            let next = match self.serial.until {
                Some(until) if recently(until) => self.serial.next,
                _ => SERIAL,
            };
            self.serial.until = now.checked_add(next);
            self.serial.next = (next * 2).min(LONGEST_SERIAL);
            self.concurrent = false;
            for link in &mut self.links {
                link.window = 1;
            }
        }
        if loss == Loss::Closed && link.in_flight() > 0 {
            self.reconnects.avoid(link.address.as_slice(), now);
        }
        self.end_written(link, loss, suspicion);
    }

    /// Forgets a connection that is closed although calls may be in flight on it.
    pub(super) fn close(&mut self, link: Link<T, R>) -> Step<T, R> {
        let id = link.id;
        let suspicion = self.suspicion(&link);
        self.end_written(link, Loss::Closed, suspicion);
        Step::Close { link: id }
    }

    /// The connections that may be lost as this one is now.
    fn suspicion(&mut self, link: &Link<T, R>) -> Suspicion {
        self.losses += 1;
        Suspicion { address: link.address, losses: self.losses }
    }

    /// Ends the calls that were written on a connection: those that may be repeated wait for another
    /// one, the others fail.
    fn end_written(&mut self, mut link: Link<T, R>, loss: Loss, suspicion: Suspicion) {
        let mut repeated = Vec::new();
        for mut sent in link.drain() {
            match sent.repeat.take().filter(|_| loss == Loss::Closed) {
                Some(request) => {
                    sent.suspicion = Some(suspicion);
                    repeated.extend(sent.into_entry(request));
                }
                None => {
                    let fail = |call| Step::Fail { call, why: Why::Lost };
                    self.decided.extend(sent.call.map(fail));
                }
            }
        }
        // A deadline that has passed is noticed before they are sent.
        for entry in repeated.into_iter().rev() {
            self.counted.resent += 1;
            self.queue.push_front(entry);
        }
    }
}
