//! State shared by the clones of a blocking channel: the pool and its idle connections.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::conn::{Conn, Interrupt};
use super::connect::Source;
use super::exchange::Outcome;
use crate::connection::{
    Answer, CallName, Caller, ChannelStats, Entry, LinkId, Loss, Pool, Reply, Step, Why, flooded,
    no_such_call, of_method, wrong_protocol,
};
use crate::error::{Error, Result};
use crate::net::address::Address;
use crate::net::tcp::{Awaited, ConnectFailure};
use crate::rpc::deadline::Deadline;
use crate::rpc::message::{Protocol, Request, Response};
use crate::settings::ClientSettings;
use crate::tracking::Span;

/// How often a thread that waits for a connection looks for late answers on those that rest.
const LOOK: Duration = Duration::from_millis(5);

#[derive(Debug)]
pub(super) struct Line {
    source: Source,
    settings: ClientSettings,
    /// Whether the server has answered on any connection.
    answered: Arc<AtomicBool>,
    /// The server name shown in errors.
    name: Arc<str>,
    state: Mutex<State>,
    /// Signals the end of an attempt to connect to [`Line::connect`].
    connected: Condvar,
    /// Signals the end of the channel to [`Line::close`].
    closed: Condvar,
}

/// A call, by its number, and the thread that makes it.
#[derive(Debug, Clone)]
struct Ticket {
    number: u64,
    thread: Thread,
}

impl Caller for Ticket {
    fn has_gone(&self) -> bool {
        false
    }
}

#[derive(Debug)]
struct State {
    pool: Pool<Ticket, Ticket>,
    tickets: u64,
    /// Threads that wait for a decision, in the order in which they came. The first keeps the time: it
    /// wakes when the pool has to be asked again, the others only when they are unparked.
    waiting: VecDeque<Ticket>,
    /// When the first of them wakes by itself.
    wakes: Option<Instant>,
    /// Connections that no thread uses.
    conns: Vec<(LinkId, Conn)>,
    /// Those of all connections, also of those that a thread uses.
    interrupts: Vec<(LinkId, Interrupt)>,
    /// Calls that have been given a connection, or have failed, and whose threads do not know yet.
    sent: Vec<(u64, LinkId, i32, bool)>,
    failed: Vec<(u64, Why, Option<Error>)>,
    /// Why the last connection was lost, and why no connection could be made last.
    lost: Option<Error>,
    unreachable: Option<Error>,
    /// What the newest attempt to connect waits for.
    awaited: Awaited,
}

/// Wakes a thread that may wait for a decision.
fn wake(waiting: &Thread) {
    // The thread that decides does not sleep, and keeps no token that would end its next wait early.
    if waiting.id() != thread::current().id() {
        waiting.unpark();
    }
}

/// The decision for a call.
enum Decision {
    Send(LinkId, i32, bool),
    Fail(Why, Option<Error>),
}

impl Line {
    pub(super) fn new(source: Source, settings: ClientSettings) -> Arc<Line> {
        Arc::new_cyclic(|line| {
            let seed = line.as_ptr() as usize as u64 ^ (u64::from(std::process::id()) << 32);
            let state = State {
                pool: Pool::new(settings.pool.clone(), seed),
                tickets: 0,
                waiting: VecDeque::new(),
                wakes: None,
                conns: Vec::new(),
                interrupts: Vec::new(),
                sent: Vec::new(),
                failed: Vec::new(),
                lost: None,
                unreachable: None,
                awaited: Awaited::Connection,
            };
            let name = source.name().into();
            Line {
                source,
                settings,
                answered: Arc::default(),
                name,
                state: Mutex::new(state),
                connected: Condvar::new(),
                closed: Condvar::new(),
            }
        })
    }

    pub(super) fn address(&self) -> Option<&Address> {
        self.source.address()
    }

    pub(super) fn protocol(&self) -> Protocol {
        self.settings.protocol.unwrap_or_default()
    }

    pub(super) fn stats(&self) -> ChannelStats {
        self.lock().pool.stats()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the first connection.
    pub(super) fn connect(self: &Arc<Line>) -> Result<()> {
        let (start, limit) = (Instant::now(), self.settings.connect_timeout);
        let mut state = self.lock();
        let Some(link) = state.pool.open_first(start) else { return Ok(()) };
        self.open(&mut state, link, Vec::new());
        loop {
            if state.conns.iter().any(|(one, _)| *one == link) {
                return Ok(());
            }
            if let Some(error) = state.unreachable.take() {
                return Err(error);
            }
            let left = limit.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Err(self.source.timed_out(state.awaited, limit));
            }
            state = match self.connected.wait_timeout(state, left) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    /// Closes the channel, and waits until its calls have ended, or for this time.
    pub(super) fn close(self: &Arc<Line>, timeout: Option<Duration>) {
        let mut state = self.lock();
        state.pool.shut(timeout.and_then(|timeout| Instant::now().checked_add(timeout)));
        self.decide(&mut state);
        while !state.pool.is_closed() {
            let left = state.next_look(Instant::now());
            state = match self.closed.wait_timeout(state, left) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
            state.look();
            self.decide(&mut state);
        }
    }

    pub(super) fn call(self: &Arc<Line>, mut request: Request) -> Result<Response> {
        match &self.settings.tracker {
            None => self.make(request),
            Some(tracker) => {
                let span = Span::calling(tracker, &mut request, &self.name);
                let result = self.make(request);
                span.finish(&result);
                result
            }
        }
    }

    fn make(self: &Arc<Line>, mut request: Request) -> Result<Response> {
        let queued = Instant::now();
        let deadline = request.deadline.resolve(queued, self.settings.timeout);
        request.deadline = deadline.map_or(Deadline::Never, Deadline::At);
        let name = CallName {
            method: request.method.clone(),
            oneway: request.oneway,
            timeout: deadline.map(|deadline| deadline.saturating_duration_since(queued)),
        };
        if let Some(error) = wrong_protocol(&request, self.settings.protocol) {
            return Err(name.error(&self.name, error));
        }
        let mut state = self.lock();
        state.tickets += 1;
        let number = state.tickets;
        let ticket = Ticket { number, thread: thread::current() };
        let entry = Entry {
            call: ticket.clone(),
            request: ticket.clone(),
            bytes: request.body.len(),
            deadline,
            oneway: request.oneway,
            queued,
            tries: 0,
            repeatable: request.idempotent && !request.oneway,
            suspicion: None,
        };
        if let Err(refused) = state.pool.submit(entry) {
            debug_assert_eq!(refused.call.number, number);
            return Err(name.refused(&self.name, refused.waiting));
        }
        loop {
            let (link, seqid, idle) = match self.decision(&mut state, number) {
                None => {
                    state = self.wait(state, &ticket);
                    continue;
                }
                Some(Decision::Fail(why, reason)) => {
                    return Err(name.failed(&self.name, why, reason.as_ref()));
                }
                Some(Decision::Send(link, seqid, idle)) => (link, seqid, idle),
            };
            let Some(at) = state.conns.iter().position(|(one, _)| *one == link) else { continue };
            let (_, mut conn) = state.conns.swap_remove(at);
            drop(state);
            let mut late = Vec::new();
            // A connection that the server has closed meanwhile is noticed before a byte is written.
            let looked = if idle { conn.look(&mut late) } else { Ok(()) };
            // Nothing can be an answer to a call that is not written yet.
            let looked =
                looked.and_then(|()| match late.iter().find(|reply| reply.seqid == seqid) {
                    Some(reply) => Err(no_such_call(reply)),
                    None => Ok(()),
                });
            let outcome = match looked {
                Ok(()) if late.is_empty() => conn.call(&request, seqid, deadline, &mut late),
                Ok(()) => {
                    let judged = self.lock().judge(link, &late);
                    late.clear();
                    match judged {
                        Ok(()) => conn.call(&request, seqid, deadline, &mut late),
                        Err(error) => Outcome::Lost { error, unwritten: true },
                    }
                }
                Err(error) => Outcome::Lost { error, unwritten: true },
            };
            state = self.lock();
            let judged = state.judge(link, &late);
            let outcome = match (judged, outcome) {
                (Err(error), Outcome::Answered(_) | Outcome::Late | Outcome::Written) => {
                    Outcome::Lost { error, unwritten: false }
                }
                (_, outcome) => outcome,
            };
            if let Some(result) = self.settle(&mut state, (link, conn), seqid, outcome, &name) {
                let result = result.map_err(|error| name.error(&self.name, error));
                self.decide(&mut state);
                return result.map(|mut response| {
                    response.server = Some(Arc::clone(&self.name));
                    response
                });
            }
        }
    }

    /// Tells the pool what became of a call. Returns its result if that is known by that.
    fn settle(
        &self,
        state: &mut State,
        (link, conn): (LinkId, Conn),
        seqid: i32,
        outcome: Outcome,
        name: &CallName,
    ) -> Option<Result<Response>> {
        let now = Instant::now();
        // Either all is written or the connection is lost.
        state.pool.backlog(link, 0);
        match outcome {
            Outcome::Answered(reply) => {
                state.put_back(link, conn);
                match state.pool.answered(link, seqid, now) {
                    Answer::Call(_) => Some(of_method(&name.method, reply)),
                    // The pool has failed it at the last moment.
                    Answer::Late | Answer::Unknown => None,
                }
            }
            Outcome::Written => {
                state.put_back(link, conn);
                state.pool.finish(link, seqid, now)?;
                Some(Ok(Response::none(self.protocol())))
            }
            Outcome::Late => {
                state.put_back(link, conn);
                None
            }
            Outcome::Refused(error) => {
                state.put_back(link, conn);
                state.pool.finish(link, seqid, now);
                Some(Err(error))
            }
            Outcome::Lost { error, unwritten } => {
                tracing::debug!(server = %self.name, %error, "lost a connection");
                // A deadline that passed while it was written is that of the call.
                let late = state.pool.expire(link, seqid, now);
                let unwritten = match unwritten && !late {
                    true => state.pool.caller(link, seqid).map(|ticket| (seqid, ticket.clone())),
                    false => None,
                };
                let loss = Loss::of(&error);
                state.lost = Some(error);
                state.pool.lost(link, loss, unwritten.into_iter().collect(), now);
                None
            }
        }
    }

    /// The decision for the call, once made.
    fn decision(self: &Arc<Line>, state: &mut State, number: u64) -> Option<Decision> {
        if let Some(decision) = state.decision(number) {
            return Some(decision);
        }
        state.look();
        self.decide(state);
        state.decision(number)
    }

    /// Does what the pool says, and wakes the threads for which something was decided.
    fn decide(self: &Arc<Line>, state: &mut State) {
        let now = Instant::now();
        while let Some(step) = state.pool.step(now) {
            match step {
                Step::Open { link, avoid } => self.open(state, link, avoid),
                Step::Send { link, seqid, request, idle } => {
                    state.sent.push((request.number, link, seqid, idle));
                    wake(&request.thread);
                }
                Step::Fail { call, why } => {
                    let reason = match why {
                        Why::Lost | Why::Unsent => state.lost.clone(),
                        Why::Timeout { .. } | Why::Unreachable => state.unreachable.clone(),
                        Why::ChannelClosed { .. } => None,
                    };
                    state.failed.push((call.number, why, reason));
                    wake(&call.thread);
                }
                Step::Close { link } => state.close(link),
            }
        }
        if state.pool.is_closed() {
            self.closed.notify_all();
        }
        state.keep_time(now);
    }

    /// Connects on a thread of its own: name lookups cannot be stopped, and the thread that waits may
    /// be given another connection before this one is there.
    fn open(self: &Arc<Line>, state: &mut State, link: LinkId, avoid: Vec<SocketAddr>) {
        let line = Arc::downgrade(self);
        let (source, settings) = (self.source.clone(), self.settings.clone());
        let answered = Arc::clone(&self.answered);
        let run = move || {
            let awaits = |awaited| {
                if let Some(line) = line.upgrade() {
                    line.lock().awaited = awaited;
                }
            };
            let connected = Conn::open(&source, &settings, answered, &avoid, &awaits);
            let Some(line) = line.upgrade() else { return };
            let mut state = line.lock();
            state.connected(link, connected);
            line.decide(&mut state);
            line.connected.notify_all();
        };
        let thread = thread::Builder::new().name("thriftly-connect".to_owned());
        if let Err(error) = thread.spawn(run) {
            let message = format!("cannot start a thread to connect: {error}");
            let error = Error::new(crate::ErrorKind::Connect, message).with_source(error);
            state.connected(link, Err(error.into()));
        }
    }

    /// Waits until something may have been decided for the call.
    fn wait<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        ticket: &Ticket,
    ) -> MutexGuard<'a, State> {
        if !state.waiting.iter().any(|one| one.number == ticket.number) {
            state.waiting.push_back(ticket.clone());
        }
        let first = state.waiting.front().is_some_and(|one| one.number == ticket.number);
        let left = first.then(|| state.next_look(Instant::now()));
        if let Some(left) = left {
            state.wakes = Instant::now().checked_add(left);
        }
        drop(state);
        match left {
            Some(left) => thread::park_timeout(left),
            None => thread::park(),
        }
        self.lock()
    }
}

impl State {
    /// The decision for the call, after which its thread waits no longer.
    fn decision(&mut self, number: u64) -> Option<Decision> {
        let decision = if let Some(at) = self.sent.iter().position(|(one, ..)| *one == number) {
            let (_, link, seqid, idle) = self.sent.swap_remove(at);
            Decision::Send(link, seqid, idle)
        } else {
            let at = self.failed.iter().position(|(one, ..)| *one == number)?;
            let (_, why, reason) = self.failed.swap_remove(at);
            Decision::Fail(why, reason)
        };
        if let Some(at) = self.waiting.iter().position(|one| one.number == number) {
            self.waiting.remove(at);
            if at == 0 {
                self.wakes = None;
                self.keep_time(Instant::now());
            }
        }
        Some(decision)
    }

    /// Wakes the thread that keeps the time if it would wake too late.
    fn keep_time(&mut self, now: Instant) {
        let Some(first) = self.waiting.front() else { return };
        let due = now.checked_add(self.next_look(now));
        if self.wakes.is_none() || due < self.wakes {
            wake(&first.thread);
            self.wakes = due;
        }
    }

    /// Takes in a connection that was made, or not.
    fn connected(
        &mut self,
        link: LinkId,
        connected: Result<(Conn, Option<SocketAddr>), ConnectFailure>,
    ) {
        let now = Instant::now();
        match connected {
            Ok((conn, address)) => {
                self.pool.opened(link, address, now);
                self.interrupts.retain(|(_, interrupt)| interrupt.is_of_use());
                self.interrupts.push((link, conn.interrupt()));
                self.put_back(link, conn);
            }
            Err(ConnectFailure { error, tried }) => {
                self.unreachable = Some(error);
                self.pool.open_failed(link, &tried, now);
            }
        }
    }

    /// Closes a connection, also if a thread waits for an answer on it.
    fn close(&mut self, link: LinkId) {
        self.conns.retain(|(one, _)| *one != link);
        for (_, interrupt) in self.interrupts.extract_if(.., |(one, _)| *one == link) {
            interrupt.close();
        }
    }

    /// Keeps a connection for the next call, unless the pool has closed it in the meantime.
    fn put_back(&mut self, link: LinkId, conn: Conn) {
        if self.pool.has(link) {
            self.conns.push((link, conn));
        }
    }

    /// Looks for late answers on connections that rest, and for the end of those that were probably
    /// closed.
    fn look(&mut self) {
        let now = Instant::now();
        if !self.pool.has_doubtful(now) {
            return;
        }
        let mut at = 0;
        while at < self.conns.len() {
            let (link, conn) = &mut self.conns[at];
            let link = *link;
            let mut late = Vec::new();
            let looked = match self.pool.is_doubtful(link, now) {
                true => conn.look(&mut late),
                false => Ok(()),
            };
            match looked.and_then(|()| self.judge(link, &late)) {
                Ok(()) => at += 1,
                Err(error) => {
                    self.conns.swap_remove(at);
                    let loss = Loss::of(&error);
                    self.lost = Some(error);
                    self.pool.lost(link, loss, Vec::new(), Instant::now());
                }
            }
        }
    }

    /// Tells the pool of answers to earlier calls.
    ///
    /// # Errors
    /// The connection has to be given up.
    fn judge(&mut self, link: LinkId, late: &[Reply]) -> Result<()> {
        for reply in late {
            match self.pool.answered(link, reply.seqid, Instant::now()) {
                Answer::Unknown => return Err(no_such_call(reply)),
                Answer::Call(_) | Answer::Late => {}
            }
            if self.pool.is_flooded(link) {
                return Err(flooded());
            }
        }
        Ok(())
    }

    /// How long a thread may wait for a decision before it asks again.
    fn next_look(&self, now: Instant) -> Duration {
        let wake = self.pool.wake().map(|at| at.saturating_duration_since(now));
        let look = self.pool.has_doubtful(now).then_some(LOOK);
        // No decision is missed: whoever makes one notifies. This is only the longest wait.
        [wake, look].into_iter().flatten().min().unwrap_or(Duration::from_secs(3600))
    }
}
