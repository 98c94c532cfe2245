//! One connection as the pool sees it.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

#[cfg(any(feature = "async", test))]
use super::ASSUMED_TIMEOUT;
use super::queue::Entry;
use super::{CLOSES, Caller, LONGEST_REST, MAX_BACKLOG, SHORTEST_REST, SOON, Suspicion};

/// The name of a connection in its pool. It is never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LinkId(pub(super) u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Opening,
    Open,
}

/// A call on a connection.
#[derive(Debug)]
pub(super) struct Sent<T, R> {
    /// `None` after it has failed or its caller has gone.
    pub(super) call: Option<T>,
    pub(super) at: Instant,
    pub(super) bytes: usize,
    pub(super) deadline: Option<Instant>,
    pub(super) oneway: bool,
    pub(super) tries: u32,
    /// The request of a call that may be sent once more.
    pub(super) repeat: Option<R>,
    /// After a byte of it was written on another connection that was lost.
    pub(super) suspicion: Option<Suspicion>,
    /// How many connections had been lost when it was sent.
    losses: u64,
    /// Whether nothing else was in flight when it was sent.
    alone: bool,
    /// Whether a later call was answered before it.
    overtaken: bool,
}

impl<T: Caller, R> Sent<T, R> {
    /// The call as one that waits for another connection, unless its caller has gone.
    pub(super) fn into_entry(self, request: R) -> Option<Entry<T, R>> {
        let Sent { call, at, bytes, deadline, oneway, tries, repeat, suspicion, .. } = self;
        let call = call.filter(|call| !call.has_gone())?;
        let repeatable = repeat.is_some();
        let queued = at;
        Some(Entry { call, request, bytes, deadline, oneway, queued, tries, repeatable, suspicion })
    }

    /// Until when a late answer is waited for.
    fn waited_until(&self) -> Option<Instant> {
        let deadline = self.deadline?;
        let grace = deadline.saturating_duration_since(self.at).clamp(SHORTEST_REST, LONGEST_REST);
        Some(deadline.checked_add(grace).unwrap_or(deadline))
    }
}

/// Whom an answer is for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer<T> {
    /// This caller.
    Call(T),
    /// Nobody any more: it comes late or twice.
    Late,
    /// No call had this number.
    Unknown,
}

/// The information about the connection in an answer.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) latency: Duration,
    /// It was alone on its connection when it was sent.
    pub(super) alone: bool,
    /// It is the first of its connection.
    pub(super) first_answer: bool,
    /// An older call is not answered yet.
    pub(super) overtook: bool,
    /// Later calls had to wait for it.
    pub(super) held_others: bool,
    /// The window was full.
    pub(super) filled: bool,
}

/// A connection, and the calls that are in flight on it.
#[derive(Debug)]
pub(super) struct Link<T, R> {
    pub(super) id: LinkId,
    pub(super) stage: Stage,
    pub(super) address: Option<SocketAddr>,
    pub(super) opening_since: Instant,
    pub(super) opened: Option<Instant>,
    /// How many connections had been lost when the server last proved to live: when this one was begun, or
    /// when the newest of its answered calls was sent. An answer may have been on its way for long.
    pub(super) alive: u64,
    /// Whether it has ever answered, and whether more than once.
    pub(super) answered: bool,
    pub(super) answered_again: bool,
    pub(super) last_answer: Option<Instant>,
    /// When a call was last sent or answered.
    pub(super) used: Instant,
    /// How many calls may be in flight.
    pub(super) window: usize,
    /// How many were at most since there was none.
    peak: usize,
    /// How many bytes wait to be written.
    pub(super) backlog: usize,
    /// Since it has an overdue call that nothing has overtaken, until when that is waited for.
    pub(super) rests_until: Option<Instant>,
    /// Answers that nobody waited for since the last one that somebody did.
    pub(super) strays: u32,
    flight: HashMap<i32, Sent<T, R>, BuildHasherDefault<SeqidHasher>>,
    /// The calls that no answer to a later call has overtaken, in order, with when they were sent.
    order: VecDeque<(i32, Instant)>,
    /// How many calls in flight nobody waits for any more. They are kept until a later call is
    /// answered, as they may hold others up.
    abandoned: usize,
    /// How many further calls may still be answered that nobody waits for.
    forgotten: u32,
    last: i32,
}

impl<T: Caller, R: Clone> Link<T, R> {
    pub(super) fn new(id: LinkId, losses: u64, now: Instant) -> Link<T, R> {
        Link {
            id,
            stage: Stage::Opening,
            address: None,
            opening_since: now,
            opened: None,
            alive: losses,
            answered: false,
            answered_again: false,
            last_answer: None,
            used: now,
            window: 1,
            peak: 0,
            backlog: 0,
            rests_until: None,
            strays: 0,
            flight: HashMap::default(),
            order: VecDeque::new(),
            abandoned: 0,
            forgotten: 0,
            last: 0,
        }
    }

    /// Notes that it is open. Returns how long that took.
    pub(super) fn open(
        &mut self,
        address: Option<SocketAddr>,
        window: usize,
        now: Instant,
    ) -> Duration {
        self.stage = Stage::Open;
        self.address = address;
        self.opened = Some(now);
        self.used = now;
        self.window = window;
        now.saturating_duration_since(self.opening_since)
    }

    /// Puts a call on it, and returns its sequence id and what to send.
    pub(super) fn send(&mut self, now: Instant, losses: u64, entry: Entry<T, R>) -> (i32, R) {
        // 2³¹ calls later the numbers begin again; a negative one would confuse old peers.
        self.last = if self.last == i32::MAX { 1 } else { self.last + 1 };
        let Entry { call, request, bytes, deadline, oneway, tries, repeatable, suspicion, .. } =
            entry;
        let sent = Sent {
            call: Some(call),
            at: now,
            bytes,
            deadline,
            oneway,
            tries,
            repeat: repeatable.then(|| request.clone()),
            suspicion,
            losses,
            alone: self.flight.is_empty(),
            overtaken: false,
        };
        self.flight.insert(self.last, sent);
        self.peak = self.peak.max(self.flight.len());
        if !oneway {
            self.order.push_back((self.last, now));
        }
        self.backlog += bytes;
        self.used = now;
        (self.last, request)
    }

    pub(super) fn answered(&mut self, seqid: i32, now: Instant) -> (Answer<T>, Option<Taken>) {
        let in_flight = self.flight.len();
        let Some(sent) = self.flight.remove(&seqid) else {
            match self.forgotten {
                0 => self.strays += 1,
                _ => self.forgotten -= 1,
            }
            let known = (1..=self.last).contains(&seqid);
            return (if known { Answer::Late } else { Answer::Unknown }, None);
        };
        let mut overtook = false;
        let in_order = !sent.overtaken && !sent.oneway;
        while let Some((front, _)) = in_order.then(|| self.order.pop_front()).flatten() {
            if front == seqid {
                break;
            }
            overtook = true;
            match self.flight.get_mut(&front) {
                Some(older) if older.call.is_some() => older.overtaken = true,
                _ => {
                    self.flight.remove(&front);
                    self.abandoned -= 1;
                    self.forgotten += 1;
                }
            }
        }
        let taken = Taken {
            latency: now.saturating_duration_since(sent.at),
            alone: sent.alone,
            first_answer: !self.answered,
            overtook,
            held_others: !self.order.is_empty(),
            filled: in_flight >= self.window,
        };
        self.alive = self.alive.max(sent.losses);
        self.answered_again = self.answered;
        self.answered = true;
        self.last_answer = Some(now);
        self.used = now;
        self.strays = 0;
        if self.flight.is_empty() {
            if self.peak == 1 && self.window > 1 {
                self.window -= 1;
            }
            self.peak = 0;
        }
        self.abandoned -= usize::from(sent.call.is_none());
        self.rests_until = None;
        if self.abandoned > 0
            && let Some((front, _)) = self.order.front()
            && let Some(older) = self.flight.get(front)
            && older.call.is_none()
            && older.deadline.is_some_and(|deadline| deadline <= now)
        {
            self.rests_until = older.waited_until();
        }
        (sent.call.map_or(Answer::Late, Answer::Call), Some(taken))
    }

    /// Ends a call that gets no answer.
    pub(super) fn finish(&mut self, seqid: i32, now: Instant) -> Option<T> {
        self.used = now;
        self.take(seqid)?.call
    }

    /// Takes a call off, whatever its state.
    pub(super) fn take(&mut self, seqid: i32) -> Option<Sent<T, R>> {
        let sent = self.flight.remove(&seqid)?;
        self.abandoned -= usize::from(sent.call.is_none());
        if !sent.oneway && !sent.overtaken {
            self.order.retain(|(one, _)| *one != seqid);
        }
        Some(sent)
    }

    /// All calls whose callers still wait, in the order in which they were sent. Nobody will answer them.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Sent<T, R>> + use<T, R> {
        self.order.clear();
        self.abandoned = 0;
        let mut flight: Vec<_> = std::mem::take(&mut self.flight).into_iter().collect();
        flight.sort_by_key(|(seqid, _)| *seqid);
        let calls = flight.into_iter().map(|(_, sent)| sent);
        calls.filter(|sent| sent.call.as_ref().is_some_and(|call| !call.has_gone()))
    }

    pub(super) fn caller(&self, seqid: i32) -> Option<&T> {
        self.flight.get(&seqid)?.call.as_ref()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.flight.len()
    }

    /// How many callers wait for answers from it.
    pub(super) fn callers(&self) -> usize {
        self.flight.len() - self.abandoned
    }

    pub(super) fn is_open(&self) -> bool {
        self.stage == Stage::Open
    }

    /// Whether it is open and does not rest.
    pub(super) fn is_serving(&self) -> bool {
        self.stage == Stage::Open && self.rests_until.is_none()
    }

    /// Whether the server will probably not close it at once, having closed so many behind their only
    /// answer.
    pub(super) fn is_kept(&self, closes: u32, now: Instant) -> bool {
        closes < CLOSES || self.survives(SOON).is_none_or(|at| at <= now)
    }

    /// Whether a call may wait for it.
    pub(super) fn serves(&self, suspicion: Option<Suspicion>, closes: u32, now: Instant) -> bool {
        self.is_serving() && self.is_kept(closes, now) && !self.is_suspect(suspicion)
    }

    /// Whether it may take calls, its window aside.
    pub(super) fn is_usable(&self) -> bool {
        self.is_serving() && self.backlog < MAX_BACKLOG
    }

    pub(super) fn is_idle(&self) -> bool {
        self.stage == Stage::Open && self.flight.is_empty()
    }

    pub(super) fn idle_for(&self, now: Instant) -> Duration {
        match self.is_idle() {
            true => now.saturating_duration_since(self.used),
            false => Duration::ZERO,
        }
    }

    pub(super) fn lived(&self, now: Instant) -> Duration {
        self.opened.map_or(Duration::ZERO, |opened| now.saturating_duration_since(opened))
    }

    /// When it last gave a sign of the server.
    pub(super) fn last_sign(&self) -> Option<Instant> {
        self.last_answer.or(self.opened)
    }

    /// When it will have been open for so long since its first answer; `None` if it has not answered or
    /// has answered again.
    pub(super) fn survives(&self, time: Duration) -> Option<Instant> {
        let once = self.answered && !self.answered_again;
        self.last_answer.filter(|_| once)?.checked_add(time)
    }

    /// When the oldest call was sent that no later one has overtaken.
    pub(super) fn blocked_since(&self) -> Option<Instant> {
        self.order.front().map(|(_, at)| *at)
    }

    /// Whether a new call would probably have to wait for an old one.
    pub(super) fn is_blocked(&self, late: Instant) -> bool {
        self.blocked_since().is_some_and(|at| at <= late)
    }

    /// Drops callers that have gone. Returns when to look again.
    #[cfg(any(feature = "async", test))]
    pub(super) fn sweep(&mut self, now: Instant) -> Option<Instant> {
        let mut next = None;
        self.flight.retain(|_, sent| {
            if !sent.call.as_ref().is_some_and(Caller::has_gone) {
                return true;
            }
            if sent.overtaken {
                self.forgotten += 1;
                return false;
            }
            sent.call = None;
            self.abandoned += 1;
            if sent.deadline.is_none() {
                sent.deadline = now.checked_add(ASSUMED_TIMEOUT);
                next = sent.deadline;
            }
            true
        });
        next
    }

    /// Takes the callers whose deadline has passed, forgets their calls if later ones were answered, and
    /// else lets the connection rest. Returns when to look again.
    pub(super) fn expire(&mut self, now: Instant, late: &mut Vec<T>) -> Option<Instant> {
        let mut next: Option<Instant> = None;
        let mut note = |at: Instant| next = Some(next.map_or(at, |next| next.min(at)));
        let front = self.order.front().map(|(seqid, _)| *seqid);
        let (abandoned, forgotten) = (&mut self.abandoned, &mut self.forgotten);
        let mut rest: Option<Instant> = None;
        self.flight.retain(|&seqid, sent| {
            let Some(deadline) = sent.deadline else { return true };
            if deadline > now {
                note(deadline);
                return true;
            }
            let had_caller = sent.call.is_some();
            late.extend(sent.call.take().filter(|call| !call.has_gone()));
            if sent.overtaken {
                *forgotten += 1;
                return false;
            }
            *abandoned += usize::from(had_caller);
            let until = sent.waited_until().unwrap_or(deadline);
            if front == Some(seqid) || sent.oneway {
                // Nothing was answered since, or its bytes are not even written.
                rest = Some(rest.map_or(until, |rest| rest.max(until)));
            }
            if until > now {
                note(until);
            }
            true
        });
        if let Some(until) = rest {
            self.rests_until = Some(until);
        }
        next
    }
}

/// Sequence ids follow each other and are our own: spreading them is all that is needed.
#[derive(Debug, Default)]
struct SeqidHasher(u64);

impl Hasher for SeqidHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_i32((self.0 as i32) ^ i32::from(*byte));
        }
    }
    fn write_i32(&mut self, seqid: i32) {
        self.0 = (seqid as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
