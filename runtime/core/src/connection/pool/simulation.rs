//! The pool in a world of its own: a clock that is moved by hand, and servers of many kinds. Every
//! schedule is random, and the same for the same seed.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::{Answer, Caller, Entry, LinkId, Loss, Pool, PoolSettings, Step, Why};

/// How late a call may end.
const SLACK: Duration = Duration::from_millis(50);

/// The behaviour of a simulated server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Server {
    /// Answers each call after this many microseconds at most, in any order.
    Concurrent { longest: u64 },
    /// Answers each call after exactly so many microseconds, as over a long line.
    Steady { micros: u64 },
    /// Takes the calls of a connection one by one; one of `slow` takes two seconds.
    Serial { longest: u64, slow: u64 },
    /// As `Serial`, but one connection after the other.
    OneConnection { longest: u64 },
    /// Accepts, and never answers.
    Dead,
    /// Accepts, answers for so many milliseconds, and then never again; new connections do so, too.
    HalfOpen { millis: u64 },
    /// Accepts and closes at once.
    Closes,
    /// Answers, and closes the connection with every so manieth call.
    ClosesAtCall { nth: u64 },
    /// Answers, and sends something unreadable in place of every so manieth answer.
    Garbles { nth: u64 },
    /// Answers and closes each connection when it has been idle.
    ClosesIdle,
    /// Answers one call of each connection, and closes it a little later.
    ClosesBehind,
    /// Refuses connections.
    Refuses,
    /// As `Concurrent`, but refuses new connections.
    Drains { longest: u64 },
    /// As `Serial`, but refuses new connections.
    DrainsSerially,
    /// Never completes a connection.
    BlackHole,
    /// Repeats each answer.
    Repeats,
    /// Accepts, reads nothing, and closes after 50 milliseconds.
    ReadsNothing,
}

/// A caller, who may go.
#[derive(Debug)]
pub(super) struct Waits {
    call: usize,
    gone: Rc<Cell<bool>>,
}

impl Caller for Waits {
    fn has_gone(&self) -> bool {
        self.gone.get()
    }
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Answered,
    Failed(Why),
    Refused,
    GivenUp,
}

/// A call, and what became of it.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) submitted: Instant,
    pub(super) deadline: Option<Instant>,
    oneway: bool,
    /// Whether it may be sent twice.
    pub(super) idempotent: bool,
    /// How long a server is busy with it at least.
    slow: Duration,
    gone: Rc<Cell<bool>>,
    pub(super) ended: Option<(Instant, Outcome)>,
    /// How often a server has got it.
    pub(super) received: usize,
    /// Whether the answer of a server that has got it was unreadable.
    garbled: bool,
}

/// One connection at the server's end.
#[derive(Debug)]
struct Conn {
    server: usize,
    opened: Instant,
    /// When a server that takes calls one by one is free again.
    free: Instant,
    /// Calls that are not written, as the peer reads nothing.
    unwritten: Vec<(i32, usize)>,
    /// Which calls were sent, by their number.
    calls: BTreeMap<i32, usize>,
    /// Whether the server has closed it, and the client does not know yet.
    closed: bool,
    /// After its server was killed, until when answers are on their way.
    killed: Option<Instant>,
    served: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Submit(usize),
    GiveUp(usize),
    /// A connection to this server, and how many were opened before.
    Opened(LinkId, usize, usize),
    OpenFailed(LinkId),
    Reply(LinkId, i32),
    Close(LinkId),
    /// The client sees that the connection is closed.
    Seen(LinkId),
    /// The client reads something unreadable.
    Garbage(LinkId),
    /// The channel is closed, and its calls may take so long.
    Shut(Option<Duration>),
    /// Another process listens at the address of the killed one.
    Replaced(usize, Server),
}

/// The end of a process. Each of its connections dies at a time of its own.
#[derive(Debug)]
struct Kill {
    server: usize,
    /// Within which time.
    within: Duration,
    /// The connections opened before are its own, counted from the first one.
    opened: usize,
}

/// A client with its servers.
#[derive(Debug)]
pub(super) struct World {
    pub(super) now: Instant,
    pub(super) pool: Pool<Waits, usize>,
    settings: PoolSettings,
    pub(super) servers: Vec<Server>,
    conns: BTreeMap<LinkId, Conn>,
    events: BTreeSet<(Instant, u64, Event)>,
    number: u64,
    pub(super) calls: Vec<Record>,
    pub(super) opened: usize,
    /// When the channel was closed, and until when its calls might take.
    shut: Option<(Instant, Option<Instant>)>,
    kill: Option<Kill>,
    random: u64,
}

impl World {
    pub(super) fn new(settings: PoolSettings, servers: &[Server], seed: u64) -> World {
        World {
            now: Instant::now(),
            pool: Pool::new(settings.clone(), seed),
            settings,
            servers: servers.to_vec(),
            conns: BTreeMap::new(),
            events: BTreeSet::new(),
            number: 0,
            calls: Vec::new(),
            opened: 0,
            shut: None,
            kill: None,
            random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        }
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) % bound.max(1)
    }

    fn address(server: usize) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, server as u8], 1))
    }

    fn at(&mut self, delay: Duration, event: Event) {
        self.number += 1;
        self.events.insert((self.now + delay, self.number, event));
    }

    /// Plans a call. Returns its number.
    pub(super) fn call(&mut self, delay: Duration, timeout: Option<Duration>) -> usize {
        self.plan(delay, timeout, false, None)
    }

    /// A call that is made now, and that a server is busy with for so long.
    pub(super) fn slow_call(&mut self, takes: Duration) -> usize {
        self.slow_call_within(takes, takes * 2)
    }

    pub(super) fn slow_call_within(&mut self, takes: Duration, timeout: Duration) -> usize {
        let call = self.call(Duration::ZERO, Some(timeout));
        self.calls[call].slow = takes;
        call
    }

    /// A call that is made now, and has 300 milliseconds.
    pub(super) fn idempotent_call(&mut self, idempotent: bool) -> usize {
        let call = self.call(Duration::ZERO, Some(Duration::from_millis(300)));
        self.calls[call].idempotent = idempotent;
        call
    }

    /// Lets time pass until a server has got the call.
    pub(super) fn run_until_received(&mut self, call: usize) {
        while self.calls[call].received == 0 {
            assert_eq!(self.calls[call].ended, None);
            self.run(Duration::from_micros(5));
        }
    }

    /// From now on the only server is another one.
    pub(super) fn becomes(&mut self, server: Server) {
        self.servers = vec![server];
    }

    /// Kills the process of a server now. The client hears of the end of its connections within this
    /// time, in random order, and of answers that were on their way before. The process listens for so
    /// long, and then the next one does.
    pub(super) fn kill(
        &mut self,
        server: usize,
        within: Duration,
        listens: Duration,
        next: Server,
    ) {
        self.kill = Some(Kill { server, within, opened: usize::MAX });
        let conns = self.conns.iter().filter(|(_, conn)| conn.server == server);
        for link in conns.map(|(link, _)| *link).collect::<Vec<_>>() {
            let closes = Duration::from_micros(self.below(within.as_micros() as u64));
            self.dies(link, closes);
        }
        match listens.is_zero() {
            true => self.happen(Event::Replaced(server, next)),
            false => self.at(listens, Event::Replaced(server, next)),
        }
    }

    /// Lets a connection die with its process: the client hears of that after a delay.
    pub(super) fn dies(&mut self, link: LinkId, delay: Duration) {
        let answers = self.now + Duration::from_micros(self.below(delay.as_micros() as u64));
        if let Some(conn) = self.conns.get_mut(&link) {
            conn.killed = Some(answers);
        }
        self.at(delay, Event::Close(link));
    }

    /// The open connections, in the order in which they were opened.
    pub(super) fn links(&self) -> Vec<LinkId> {
        self.conns.keys().copied().collect()
    }

    /// Closes the channel after a delay.
    pub(super) fn shut(&mut self, delay: Duration, timeout: Option<Duration>) {
        self.at(delay, Event::Shut(timeout));
    }

    pub(super) fn plan(
        &mut self,
        delay: Duration,
        timeout: Option<Duration>,
        oneway: bool,
        gives_up: Option<Duration>,
    ) -> usize {
        let submitted = self.now + delay;
        self.calls.push(Record {
            submitted,
            deadline: timeout.map(|timeout| submitted + timeout),
            oneway,
            idempotent: false,
            slow: Duration::ZERO,
            gone: Rc::default(),
            ended: None,
            received: 0,
            garbled: false,
        });
        let call = self.calls.len() - 1;
        self.at(delay, Event::Submit(call));
        if let Some(after) = gives_up {
            self.at(delay + after, Event::GiveUp(call));
        }
        call
    }

    fn end(&mut self, call: usize, outcome: Outcome) {
        let record = &mut self.calls[call];
        assert!(!record.gone.get() || outcome == Outcome::GivenUp, "call {call} was given up");
        assert_eq!(record.ended, None, "call {call} ends twice, now {outcome:?}");
        record.ended = Some((self.now, outcome));
        if let Some(deadline) = record.deadline {
            assert!(self.now <= deadline + SLACK, "call {call} ends too late: {outcome:?}");
        }
    }

    /// Lets time pass until nothing is left to happen, or for so long.
    pub(super) fn run(&mut self, longest: Duration) {
        let end = self.now + longest;
        let mut idle_steps = 0;
        loop {
            self.settle();
            let event = self.events.first().map(|(at, ..)| *at);
            let wake = self.pool.wake();
            let Some(next) = [event, wake].into_iter().flatten().min() else { break };
            if next > end {
                self.now = end;
                break;
            }
            // Waking at once again and again would be a loop that takes all of a processor.
            idle_steps = if next <= self.now { idle_steps + 1 } else { 0 };
            assert!(idle_steps < 10_000, "it spins at {:?}", wake);
            self.now = self.now.max(next);
            while let Some(&(at, number, event)) = self.events.first()
                && at <= self.now
            {
                self.events.remove(&(at, number, event));
                self.happen(event);
            }
        }
    }

    /// Does what the pool says.
    fn settle(&mut self) {
        let mut steps = 0;
        while let Some(step) = self.pool.step(self.now) {
            steps += 1;
            assert!(steps < 100_000, "it goes on for ever: {step:?}");
            match step {
                Step::Open { link, avoid } => self.open(link, &avoid),
                Step::Send { link, seqid, request, .. } => self.send(link, seqid, request),
                Step::Fail { call, why } => self.end(call.call, Outcome::Failed(why)),
                Step::Close { link } => {
                    self.conns.remove(&link);
                }
            }
            assert!(self.pool.connections() <= self.settings.max_connections);
        }
    }

    fn open(&mut self, link: LinkId, avoid: &[SocketAddr]) {
        self.opened += 1;
        let avoided = |server: &usize| avoid.contains(&World::address(*server));
        let mut order: Vec<_> = (0..self.servers.len()).collect();
        order.sort_by_key(avoided);
        // The first that accepts is taken.
        let accepts = |server| {
            let drains = matches!(server, Server::Drains { .. } | Server::DrainsSerially);
            server != Server::Refuses && !drains
        };
        let found = order.into_iter().find(|&at| accepts(self.servers[at]));
        match found {
            Some(at) if self.servers[at] == Server::BlackHole => {
                self.at(Duration::from_millis(500), Event::OpenFailed(link));
            }
            Some(at) => {
                let delay = Duration::from_micros(20 + self.below(2000));
                self.at(delay, Event::Opened(link, at, self.opened - 1));
            }
            None => {
                let delay = Duration::from_micros(20);
                self.at(delay, Event::OpenFailed(link));
            }
        }
    }

    fn send(&mut self, link: LinkId, seqid: i32, call: usize) {
        let now = self.now;
        let conn = self.conns.get_mut(&link).expect("it is open");
        if conn.closed {
            // Noticed at the socket before a byte is written.
            let mut unwritten = std::mem::take(&mut conn.unwritten);
            unwritten.push((seqid, call));
            self.conns.remove(&link);
            self.pool.lost(link, Loss::Closed, unwritten, now);
            return;
        }
        conn.calls.insert(seqid, call);
        let waited_for = conn.calls.values().filter(|call| self.calls[**call].ended.is_none());
        assert!(waited_for.count() <= self.settings.max_in_flight, "too many in flight");
        let (at, opened, free) = (conn.server, conn.opened, conn.free);
        conn.served += 1;
        let served = conn.served;
        let server = self.servers[at];
        if server == Server::ReadsNothing {
            conn.unwritten.push((seqid, call));
            return;
        }
        self.pool.backlog(link, 0);
        let record = &mut self.calls[call];
        record.received += 1;
        let most = if record.idempotent && !record.garbled { 2 } else { 1 };
        assert!(record.received <= most, "call {call} is sent too often: {record:?}");
        assert!(!record.gone.get(), "call {call} is sent for nobody");
        assert!(
            record.deadline.is_none_or(|at| now < at),
            "call {call} is sent after its deadline"
        );
        let killed = conn.killed.is_some();
        let oneway = record.oneway;
        if oneway {
            if let Some(conn) = self.conns.get_mut(&link) {
                conn.calls.remove(&seqid);
            }
            if let Some(caller) = self.pool.finish(link, seqid, now)
                && !caller.has_gone()
            {
                self.end(caller.call, Outcome::Answered);
            }
        }
        if killed {
            return;
        }
        let micros = Duration::from_micros;
        match server {
            Server::Concurrent { longest } | Server::Drains { longest } => {
                let delay = micros(20 + self.below(longest)).max(self.calls[call].slow);
                self.reply(link, seqid, delay, oneway);
            }
            Server::Steady { micros } => {
                self.reply(link, seqid, Duration::from_micros(micros), oneway);
            }
            Server::Serial { .. } | Server::DrainsSerially => {
                let (longest, slow) = match server {
                    Server::Serial { longest, slow } => (longest, slow),
                    _ => (200, 0),
                };
                let takes = match slow > 0 && self.below(slow) == 0 {
                    true => Duration::from_secs(2),
                    false => micros(20 + self.below(longest)),
                };
                let done = free.max(now) + takes.max(self.calls[call].slow);
                if let Some(conn) = self.conns.get_mut(&link) {
                    conn.free = done;
                }
                self.reply(link, seqid, done - now, oneway);
            }
            Server::OneConnection { longest } => {
                // The one that was opened first is served.
                let first = self.conns.iter().find(|(_, conn)| conn.server == at);
                if first.map(|(id, _)| *id) == Some(link) {
                    let takes = micros(20 + self.below(longest)).max(self.calls[call].slow);
                    let done = free.max(now) + takes;
                    if let Some(conn) = self.conns.get_mut(&link) {
                        conn.free = done;
                    }
                    self.reply(link, seqid, done - now, oneway);
                }
            }
            Server::HalfOpen { millis } => {
                if now < opened + Duration::from_millis(millis) {
                    let delay = micros(20 + self.below(1000));
                    self.reply(link, seqid, delay, oneway);
                }
            }
            Server::ClosesAtCall { nth } => {
                let delay = micros(20 + self.below(1000));
                if served.is_multiple_of(nth) {
                    self.at(delay, Event::Close(link));
                } else {
                    self.reply(link, seqid, delay, oneway);
                }
            }
            Server::Garbles { nth } => {
                let delay = micros(20 + self.below(1000));
                if served.is_multiple_of(nth) {
                    self.at(delay, Event::Garbage(link));
                } else {
                    self.reply(link, seqid, delay, oneway);
                }
            }
            Server::ClosesIdle => {
                let delay = micros(20 + self.below(300));
                self.reply(link, seqid, delay, oneway);
                self.at(delay, Event::Close(link));
            }
            Server::ClosesBehind if served == 1 => {
                let delay = micros(20 + self.below(100));
                self.reply(link, seqid, delay, oneway);
                let behind = micros(self.below(100));
                self.at(delay + behind, Event::Close(link));
            }
            Server::ClosesBehind => {}
            Server::Repeats => {
                for _ in 0..3 {
                    let delay = micros(20 + self.below(1000));
                    self.reply(link, seqid, delay, oneway);
                }
            }
            Server::Dead | Server::Closes | Server::Refuses => {}
            Server::BlackHole | Server::ReadsNothing => {}
        }
    }

    fn reply(&mut self, link: LinkId, seqid: i32, delay: Duration, oneway: bool) {
        if !oneway {
            self.at(delay, Event::Reply(link, seqid));
        }
    }

    fn happen(&mut self, event: Event) {
        let now = self.now;
        match event {
            Event::Submit(call) => {
                let record = &self.calls[call];
                let entry = Entry {
                    call: Waits { call, gone: Rc::clone(&record.gone) },
                    request: call,
                    bytes: 100,
                    deadline: record.deadline,
                    oneway: record.oneway,
                    queued: now,
                    tries: 0,
                    repeatable: record.idempotent && !record.oneway,
                    suspicion: None,
                };
                if let Err(refused) = self.pool.submit(entry) {
                    self.end(refused.call.call, Outcome::Refused);
                }
            }
            Event::GiveUp(call) => {
                if self.calls[call].ended.is_none() {
                    self.calls[call].gone.set(true);
                    self.end(call, Outcome::GivenUp);
                    self.pool.sweep(now);
                }
            }
            Event::Opened(link, server, before) => {
                let conn = Conn {
                    server,
                    opened: now,
                    free: now,
                    unwritten: Vec::new(),
                    calls: BTreeMap::new(),
                    closed: false,
                    killed: None,
                    served: 0,
                };
                self.conns.insert(link, conn);
                self.pool.opened(link, Some(World::address(server)), now);
                let closes = match self.servers[server] {
                    Server::Closes => Some(Duration::from_micros(self.below(300))),
                    Server::ReadsNothing => Some(Duration::from_millis(50)),
                    _ => None,
                };
                if let Some(delay) = closes {
                    self.at(delay, Event::Close(link));
                }
                let kill = self.kill.as_ref().filter(|kill| kill.server == server);
                if let Some(&Kill { within, opened, .. }) = kill
                    && before < opened
                {
                    let delay = Duration::from_micros(self.below(within.as_micros() as u64));
                    self.dies(link, delay);
                }
            }
            Event::OpenFailed(link) => {
                let tried: Vec<_> = (0..self.servers.len()).map(World::address).collect();
                self.pool.open_failed(link, &tried, now);
            }
            Event::Reply(link, seqid) => {
                let answers =
                    |conn: &Conn| !conn.closed && conn.killed.is_none_or(|until| now <= until);
                let Some(conn) = self.conns.get_mut(&link).filter(|conn| answers(conn)) else {
                    return;
                };
                let call = conn.calls.remove(&seqid);
                match self.pool.answered(link, seqid, now) {
                    Answer::Call(caller) => {
                        assert_eq!(Some(caller.call), call, "it is answered to another call");
                        if !caller.has_gone() {
                            self.end(caller.call, Outcome::Answered);
                        }
                    }
                    Answer::Late => {}
                    Answer::Unknown => panic!("{seqid} was never given out"),
                }
            }
            Event::Close(link) => {
                let Some(conn) = self.conns.get_mut(&link) else { return };
                conn.closed = true;
                // Nobody looks at an idle connection of a blocking client before it is used.
                let idle = self.servers[conn.server] == Server::ClosesIdle;
                if !idle || self.below(2) == 0 {
                    let delay = Duration::from_micros(self.below(200));
                    self.at(delay, Event::Seen(link));
                }
            }
            Event::Seen(link) => {
                if let Some(conn) = self.conns.remove(&link) {
                    self.pool.lost(link, Loss::Closed, conn.unwritten, now);
                }
            }
            Event::Shut(timeout) => {
                let until = timeout.map(|timeout| now + timeout);
                self.shut = Some((now, until));
                self.pool.shut(until);
            }
            Event::Replaced(server, next) => {
                self.servers[server] = next;
                if let Some(kill) = &mut self.kill {
                    kill.opened = self.opened;
                }
            }
            Event::Garbage(link) => {
                let Some(conn) = self.conns.remove(&link) else { return };
                for &call in conn.calls.values() {
                    self.calls[call].garbled = true;
                }
                self.pool.lost(link, Loss::OutOfSync, conn.unwritten, now);
            }
        }
    }

    /// Asserts that everything has ended and nothing is left.
    pub(super) fn is_over(&self) {
        for (number, call) in self.calls.iter().enumerate() {
            assert!(call.ended.is_some(), "call {number} is lost: {call:?}");
        }
        assert_eq!(self.pool.calls(), 0);
        if let Some((shut, until)) = self.shut {
            assert!(self.pool.is_closed(), "{:?}", self.pool);
            for (number, call) in self.calls.iter().enumerate() {
                let (ended, outcome) = call.ended.unwrap_or((self.now, Outcome::GivenUp));
                assert!(
                    call.submitted <= shut
                        || matches!(outcome, Outcome::Refused | Outcome::GivenUp),
                    "call {number} is made afterwards: {outcome:?}"
                );
                assert!(
                    until.is_none_or(|until| ended <= until.max(call.submitted) + SLACK),
                    "call {number} takes too long: {outcome:?}"
                );
            }
        }
        let stats = self.pool.stats();
        assert_eq!((stats.in_flight, stats.waiting), (0, 0));
        assert_eq!((stats.calls + stats.refused) as usize, self.calls.len());
        assert_eq!(stats.refused as usize, self.count(Outcome::Refused));
        let timeouts = [true, false].map(|sent| self.count(Outcome::Failed(Why::Timeout { sent })));
        assert_eq!(stats.timed_out as usize, timeouts.iter().sum::<usize>());
        assert!(stats.opened + stats.connect_failures <= self.opened as u64);
        let received: usize = self.calls.iter().map(|call| call.received).sum();
        assert!(received <= (stats.calls + stats.resent) as usize);
    }

    /// How many calls ended so.
    pub(super) fn count(&self, outcome: Outcome) -> usize {
        let ended = self.calls.iter().filter_map(|call| call.ended);
        ended.filter(|(_, one)| *one == outcome).count()
    }

    /// How long the call took.
    pub(super) fn took(&self, call: usize) -> Duration {
        let record = &self.calls[call];
        record.ended.map_or(Duration::MAX, |(at, _)| at - record.submitted)
    }
}
