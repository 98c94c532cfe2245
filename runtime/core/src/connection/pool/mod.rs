//! The pool behind a channel: which connection a call goes to, and when connections are opened,
//! rested and closed.
//!
//! It is a state machine without I/O and without a clock: shells tell it what happened and when, and
//! carry out the [`Step`]s that it returns. The async shell is one task, the blocking one a mutex;
//! both make the same decisions.
//!
//! # What it decides
//!
//! - **Routing.** A connection has room while fewer calls are in flight on it than its *window*, which
//!   starts at 1, grows with each prompt answer while others wait, and shrinks while calls come one by one
//!   or wait for each other: no call is put behind another on a connection that was not seen to cope
//!   with it lately. A quick server's calls are packed on the first connection that has room, as one
//!   write will do for many; others are spread. What is quick, prompt and slow is measured against calls
//!   that were alone on their connection ([`latency`]).
//! - **Blocked connections.** While the oldest call that no later call has overtaken is slow, a connection
//!   gets no new calls. If a call has to wait and there are fewer connections than the cap, another is
//!   opened. At the cap, the call is put on the connection with the fewest calls after a while. A server
//!   that answers out of order proves by that that windows are not needed.
//! - **Servers that shut down.** If no other connection can be opened, the server may be shutting down: a
//!   call that has to wait is put on the connection with the fewest calls if the server answers out of
//!   order. Else it fails after a second in which nothing was answered.
//! - **Resting.** A call that is past its deadline fails, and its connection *rests*: it gets no new
//!   calls until the late answer comes. It is closed when that is missing for another deadline.
//!   Callers that gave up without a deadline count as if they had had one of 30 seconds.
//! - **Retries.** A call of which no byte was written is sent again: on as many connections as were closed
//!   while they were idle, and once if a new one is closed before it has answered anything. An idempotent
//!   call is sent again once after a byte of it was written, if the connection was closed or reset, but
//!   not if its replies cannot be read. No other call is.
//! - **Suspicion.** When a server is killed, its connections are lost one after the other, and an answer may
//!   still arrive on one that is dead. So a call that was written on a lost connection is only sent again to
//!   another address, on a connection that was begun since, or on one that has answered a call sent since.
//!   It holds up no call that may be sent on the others; if there is no room for a new connection, an idle
//!   suspect one is closed. Calls that were never written are sent on suspect connections: waiting
//!   for a new one could take longer than all of them, and idempotent ones can be sent again. Connections
//!   lost together before they have answered count as one failure and one try.
//! - **Learning.** If a server closes its connections behind the first answer, they get another call only
//!   if they are still open 20 milliseconds later. After a connection was lost with several calls in flight, calls go one at a time
//!   for a while. If a new connection does not answer while an older one does, the server is taken to
//!   serve only so many connections.
//! - **Back-off.** The second and each further failure in a row to reach the server delays the next
//!   try, by a time that doubles and is random. Addresses that failed, or lost a connection with calls in
//!   flight, are tried last for a while.
//! - **Bounds.** Calls that wait are bounded in number and in bytes; further calls are refused. Calls
//!   whose callers have gone are dropped by [`Pool::sweep`].
//! - **The end.** After [`Pool::shut`] calls are refused. Connections are closed when the others have ended, or
//!   at a given time, when the calls that are left fail.

mod backoff;
mod closing;
mod expiry;
mod latency;
mod link;
mod loss;
mod queue;
mod routing;
#[cfg(test)]
mod simulation;
mod stats;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use backoff::Reconnects;
use closing::Closing;
use latency::Latency;
pub(crate) use link::{Answer, LinkId};
use link::{Link, Stage};
pub(crate) use loss::{Loss, Suspicion};
use queue::Queue;
pub(crate) use queue::{Entry, Refused};
pub use stats::ChannelStats;

/// Callers that gave up without a deadline count as if they had had this one.
#[cfg(any(feature = "async", test))]
const ASSUMED_TIMEOUT: Duration = Duration::from_secs(30);
/// The shortest and the longest time for which a connection rests before it is closed.
const SHORTEST_REST: Duration = Duration::from_millis(100);
const LONGEST_REST: Duration = Duration::from_secs(60);
/// How long calls go one at a time after a connection was lost with several in flight; it doubles
/// each time up to `LONGEST_SERIAL`.
const SERIAL: Duration = Duration::from_secs(5);
const LONGEST_SERIAL: Duration = Duration::from_secs(300);
/// For how long a server that left a new connection unanswered is offered no more of them; it
/// doubles each time up to `LONGEST_CROWDED`.
const CROWDED: Duration = Duration::from_secs(60);
const LONGEST_CROWDED: Duration = Duration::from_secs(3600);
/// A connection that is closed so soon after its only answer was closed because of it.
const SOON: Duration = Duration::from_millis(20);
/// After so many such connections in a row, that is what the server does.
const CLOSES: u32 = 2;
/// How long a call waits while nothing is answered and no other connection can be opened.
const PATIENCE: Duration = Duration::from_secs(1);
/// While so many bytes wait to be written on a connection, it gets no new calls.
const MAX_BACKLOG: usize = 256 << 10;
/// How many answers that nobody waits for a connection may bring between two that are waited for.
const MAX_STRAYS: u32 = 16;

/// A call that waits for an answer.
pub(crate) trait Caller {
    /// Whether nobody wants the answer any more.
    fn has_gone(&self) -> bool;
}

/// Settings of a pool.
#[derive(Debug, Clone)]
pub(crate) struct PoolSettings {
    pub(crate) max_connections: usize,
    /// How many calls may be in flight on one connection; 1 without pipelining.
    pub(crate) max_in_flight: usize,
    /// How many calls may wait for a connection.
    pub(crate) max_waiting: usize,
    /// How many bytes the requests of waiting calls may have.
    pub(crate) max_waiting_bytes: usize,
    pub(crate) idle_timeout: Option<Duration>,
}

impl Default for PoolSettings {
    fn default() -> PoolSettings {
        PoolSettings {
            max_connections: 8,
            max_in_flight: 100,
            max_waiting: 16_384,
            max_waiting_bytes: 64 << 20,
            idle_timeout: None,
        }
    }
}

/// An action that the shell has to take.
#[derive(Debug)]
pub(crate) enum Step<T, R> {
    /// Connect, and report [`Pool::opened`] or [`Pool::open_failed`]. The addresses to avoid have
    /// failed: they are tried last.
    Open { link: LinkId, avoid: Vec<SocketAddr> },
    /// Send the request with this sequence id. Nothing else is in flight on an idle connection: what
    /// the server has done in the meantime has to be looked at first.
    Send { link: LinkId, seqid: i32, request: R, idle: bool },
    /// The call has failed.
    Fail { call: T, why: Why },
    /// Close the connection. It is forgotten already.
    Close { link: LinkId },
}

/// Why a call has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Its deadline passed. `sent` tells whether it was given to a connection.
    Timeout { sent: bool },
    /// Its connection was lost after a byte of it may have been written; twice if it is idempotent.
    Lost,
    /// Its connection was lost before a byte of it was written, twice.
    Unsent,
    /// No connection could be opened.
    Unreachable,
    /// The channel was closed, and the time for its calls is over. `sent` tells whether it was given to a
    /// connection.
    ChannelClosed { sent: bool },
}

/// Calls that wait, connections, and what is known about the server.
///
/// `T` waits for an answer, `R` is the request.
#[derive(Debug)]
pub(crate) struct Pool<T, R> {
    settings: PoolSettings,
    queue: Queue<T, R>,
    /// In the order in which they are filled.
    links: Vec<Link<T, R>>,
    last_link: u64,
    latency: Latency,
    /// Whether the server has answered a call before an older one of the same connection.
    concurrent: bool,
    /// How many connections in a row were closed behind their only answer.
    closes: u32,
    serial: Serial,
    /// How many connections the server serves, and until when that is believed.
    crowded: Option<(usize, Instant)>,
    next_crowded: Duration,
    reconnects: Reconnects,
    /// When a connection was lost last before it had answered.
    failure: Option<Suspicion>,
    /// How many connections were lost or given up.
    losses: u64,
    /// The numbers that only grow.
    counted: ChannelStats,
    /// Actions decided while events were processed.
    decided: VecDeque<Step<T, R>>,
    /// Nothing expires before this.
    next_check: Option<Instant>,
    /// When the first call that waits may be routed otherwise than now.
    next_route: Option<Instant>,
    /// After it was told to close.
    closing: Option<Closing>,
    /// A time, and what was sent before that to be late by then.
    late: Option<(Instant, Instant)>,
}

/// Whether calls go one at a time.
#[derive(Debug)]
struct Serial {
    until: Option<Instant>,
    next: Duration,
}

impl<T: Caller, R: Clone> Pool<T, R> {
    /// An empty pool. The seed is that of the jitter.
    pub(crate) fn new(settings: PoolSettings, seed: u64) -> Pool<T, R> {
        Pool {
            settings,
            queue: Queue::default(),
            links: Vec::new(),
            last_link: 0,
            latency: Latency::default(),
            concurrent: false,
            closes: 0,
            serial: Serial { until: None, next: SERIAL },
            crowded: None,
            next_crowded: CROWDED,
            reconnects: Reconnects::new(seed),
            failure: None,
            losses: 0,
            counted: ChannelStats::default(),
            decided: VecDeque::new(),
            next_check: None,
            next_route: None,
            closing: None,
            late: None,
        }
    }

    /// Takes a call. It is answered, or fails, exactly once, unless its caller goes first.
    ///
    /// # Errors
    /// Too many calls wait already, or it is closed.
    pub(crate) fn submit(&mut self, entry: Entry<T, R>) -> Result<(), Refused<T>> {
        if self.is_closing() {
            self.counted.refused += 1;
            return Err(Refused { call: entry.call, waiting: None });
        }
        if let Some(deadline) = entry.deadline {
            self.check_at(deadline);
        }
        let taken = self.queue.push(entry, &self.settings);
        match taken {
            Ok(()) => self.counted.calls += 1,
            Err(_) => self.counted.refused += 1,
        }
        taken
    }

    /// The next thing to do, or `None` until something happens or [`wake`](Pool::wake) has come.
    pub(crate) fn step(&mut self, now: Instant) -> Option<Step<T, R>> {
        if self.next_check.is_some_and(|check| check <= now) {
            self.check(now);
        }
        if let Some(step) = self.decided.pop_front() {
            return Some(step);
        }
        if self.is_closing()
            && let Some(step) = self.close_next()
        {
            return Some(step);
        }
        self.next_route = None;
        let mut held = None;
        while let Some(waiting) = self.queue.next(held) {
            let Some(at) = self.route(waiting, now) else {
                if let Some(step) = self.open_another(waiting, now) {
                    return Some(step);
                }
                let due = self.next_routing(waiting.queued, now);
                self.next_route = self.next_route.into_iter().chain(due).min();
                held = Some(waiting);
                continue;
            };
            let Some(entry) = self.queue.take(waiting) else { break };
            if entry.call.has_gone() {
                continue;
            }
            let link = &mut self.links[at];
            let idle = link.is_idle();
            let (seqid, request) = link.send(now, self.losses, entry);
            return Some(Step::Send { link: link.id, seqid, request, idle });
        }
        None
    }

    /// When [`step`](Pool::step) has to be asked again although nothing has happened.
    pub(crate) fn wake(&self) -> Option<Instant> {
        [self.next_check, self.next_route].into_iter().flatten().min()
    }

    /// Opens a connection although no call waits for one. `None` if there is one.
    pub(crate) fn open_first(&mut self, now: Instant) -> Option<LinkId> {
        self.links.is_empty().then(|| self.open(now))
    }

    /// A connection was opened, to one of the server's addresses if it has any.
    pub(crate) fn opened(&mut self, link: LinkId, address: Option<SocketAddr>, now: Instant) {
        let window = if self.concurrent { self.settings.max_in_flight } else { 1 };
        let losses = self.losses;
        let Some(link) = self.link(link) else { return };
        let took = link.open(address, window, now);
        let proves = link.alive == losses;
        self.latency.connected(took);
        self.counted.opened += 1;
        // What was lost since it was begun may have been lost to the same server.
        if proves && let Some(address) = address {
            self.reconnects.reached(address);
        }
        if let Some(idle) = self.settings.idle_timeout
            && let Some(at) = now.checked_add(idle)
        {
            self.check_at(at);
        }
    }

    /// No connection could be opened; the addresses are those that were tried. All calls fail that
    /// wait and have no other connection to wait for, or whose connections answer nothing.
    pub(crate) fn open_failed(&mut self, link: LinkId, tried: &[SocketAddr], now: Instant) {
        self.links.retain(|one| one.id != link);
        self.counted.connect_failures += 1;
        self.reconnects.failed(tried, now);
        if self.links.iter().any(|link| link.stage == Stage::Opening) {
            return;
        }
        let ago = |since: Instant| now.saturating_duration_since(since) >= PATIENCE;
        let silent = self.links.iter().all(|link| link.last_sign().is_none_or(ago));
        self.fail_waiting(Why::Unreachable, |links, entry| {
            let serves = |link: &Link<T, R>| link.is_serving() && !link.is_suspect(entry.suspicion);
            !links.iter().any(serves) || silent && ago(entry.queued)
        });
    }

    /// An answer has come. The caller is given back, once.
    pub(crate) fn answered(&mut self, link: LinkId, seqid: i32, now: Instant) -> Answer<T> {
        let max_in_flight = self.settings.max_in_flight;
        let (slow, prompt) = (self.latency.slow(), self.latency.prompt());
        let quick = self.latency.is_quick();
        let wanted = !self.queue.is_empty();
        let Some(at) = self.links.iter().position(|one| one.id == link) else {
            return Answer::Late;
        };
        let link = &mut self.links[at];
        let (answer, taken) = link.answered(seqid, now);
        if let Some(taken) = taken {
            match taken.first_answer {
                true => self.reconnects.answered(),
                false => self.closes = 0,
            }
            if taken.alone {
                self.latency.answered(taken.latency);
            }
            if taken.overtook {
                self.concurrent = true;
                link.window = max_in_flight;
            } else if self.concurrent {
                // It answers as it is done, in whatever order.
            } else if taken.held_others && taken.latency > slow {
                // It may take calls one by one: others are not to be put behind a slow one again.
                link.window = 1;
            } else if taken.filled && taken.latency > prompt && !quick {
                // Calls wait for each other.
                link.window = (link.window - 1).max(1);
            } else if taken.filled && wanted && taken.latency <= prompt {
                link.window = (link.window + 1).min(max_in_flight);
            }
            let idle = self.settings.idle_timeout.filter(|_| link.is_idle());
            let rest = link.rests_until;
            for at in [idle.and_then(|idle| now.checked_add(idle)), rest].into_iter().flatten() {
                self.check_at(at);
            }
        }
        answer
    }

    /// Whether the connection brings answers that nobody waits for, again and again.
    pub(crate) fn is_flooded(&self, link: LinkId) -> bool {
        self.links.iter().any(|one| one.id == link && one.strays > MAX_STRAYS)
    }

    /// A oneway call was written, or a call could not be encoded: its caller is given back.
    pub(crate) fn finish(&mut self, link: LinkId, seqid: i32, now: Instant) -> Option<T> {
        self.link(link)?.finish(seqid, now)
    }

    /// How many bytes wait to be written on a connection.
    pub(crate) fn backlog(&mut self, link: LinkId, bytes: usize) {
        if let Some(link) = self.link(link) {
            link.backlog = bytes;
        }
    }

    /// Drops the calls whose callers have gone.
    #[cfg(any(feature = "async", test))]
    pub(crate) fn sweep(&mut self, now: Instant) {
        self.queue.remove(|entry| entry.call.has_gone());
        for at in 0..self.links.len() {
            if let Some(at) = self.links[at].sweep(now) {
                self.check_at(at);
            }
        }
    }

    /// Whether the connection was not closed or lost.
    pub(crate) fn has(&self, link: LinkId) -> bool {
        self.links.iter().any(|one| one.id == link)
    }

    /// Whether the shell has to look at a connection although no call is on it.
    pub(crate) fn has_doubtful(&self, now: Instant) -> bool {
        self.links.iter().any(|link| self.doubts(link, now))
    }

    /// Whether this connection waits for a late answer, or was probably closed.
    pub(crate) fn is_doubtful(&self, link: LinkId, now: Instant) -> bool {
        self.links.iter().any(|one| one.id == link && self.doubts(one, now))
    }

    /// The waiter of this call's answer.
    pub(crate) fn caller(&self, link: LinkId, seqid: i32) -> Option<&T> {
        self.links.iter().find(|one| one.id == link)?.caller(seqid)
    }

    /// Lets the deadline of a call pass, if it has. Returns whether that is so.
    pub(crate) fn expire(&mut self, link: LinkId, seqid: i32, now: Instant) -> bool {
        if self.next_check.is_some_and(|check| check <= now) {
            self.check(now);
        }
        self.caller(link, seqid).is_none()
    }

    /// Whether calls wait for a connection.
    #[cfg(feature = "async")]
    pub(crate) fn has_waiting(&self) -> bool {
        !self.queue.is_empty()
    }

    /// How many calls are in flight.
    #[cfg(feature = "async")]
    pub(crate) fn in_flight(&self) -> usize {
        self.links.iter().map(Link::in_flight).sum()
    }

    /// How many calls are in flight or wait.
    #[cfg(test)]
    pub(crate) fn calls(&self) -> usize {
        self.queue.len() + self.links.iter().map(Link::callers).sum::<usize>()
    }

    /// The connections that are open or being opened.
    #[cfg(test)]
    pub(crate) fn connections(&self) -> usize {
        self.links.len()
    }

    fn link(&mut self, link: LinkId) -> Option<&mut Link<T, R>> {
        self.links.iter_mut().find(|one| one.id == link)
    }
}
