//! A fixed number of threads for many connections.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::Service;
use super::server::accepted;
use super::session::{Session, Shared};
use super::sessions::{Registered, Sessions};
use super::stream::{BoxWire, LINGER, Polled, wait, with_login};
use super::waker::Waker;
use crate::connection::{Backoff, End};
use crate::net::endpoints::Endpoints;
use crate::net::listener::Listener;
use crate::net::socket::Socket;

/// The longest time for which the thread that watches the connections does not look at their time
/// limits.
const TICK: Duration = Duration::from_millis(500);

/// How often connections are looked at whose last answer may not have been read.
const GLANCE: Duration = Duration::from_millis(20);

/// One connection, in the hands of one thread at a time.
struct Connection<S: Service> {
    session: Session<BoxWire, S>,
    registered: Registered,
    /// When its time limit is looked at.
    check: Instant,
}

/// A connection whose last answer the client may not have read yet.
struct Ending {
    registered: Registered,
    until: Instant,
}

/// State shared by the threads.
struct Pool<S: Service> {
    /// Connections that have sent something.
    ready: Mutex<VecDeque<Connection<S>>>,
    /// There is another ready one, or the pool has ended.
    changed: Condvar,
    /// Connections that were served.
    served: Mutex<Vec<Connection<S>>>,
    /// Connections that have ended.
    endings: Mutex<Vec<Ending>>,
    /// Wakes the thread that watches.
    sessions: Arc<Sessions>,
    ended: AtomicBool,
}

/// Accepts connections and watches them; `workers` threads serve those that have sent something. Without
/// any, this thread does. Returns when `sessions` are closed and all have ended, or at the deadline.
pub(super) fn serve<S: Service>(
    listener: Listener,
    shared: Arc<Shared<S>>,
    sessions: &Arc<Sessions>,
    workers: usize,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let pool = Arc::new(Pool {
        ready: Mutex::default(),
        changed: Condvar::new(),
        served: Mutex::default(),
        endings: Mutex::default(),
        sessions: Arc::clone(sessions),
        ended: AtomicBool::new(false),
    });
    for number in 0..workers {
        let pool = Arc::clone(&pool);
        thread::Builder::new().name(format!("thrift {number}")).spawn(move || pool.work())?;
    }
    let max_connections = shared.settings.connections();
    let drain_timeout = shared.settings.drain_timeout;
    let mut listener = Some(listener);
    let mut backoff = Backoff::default();
    let mut pause = None::<Instant>;
    let mut deadline = None::<Instant>;
    let mut parked: Vec<Connection<S>> = Vec::new();
    let mut endings: Vec<Ending> = Vec::new();
    loop {
        if listener.is_some() && sessions.is_closing() {
            listener = None;
            deadline = Instant::now().checked_add(drain_timeout);
            // Received bytes can still be read after that, but nothing new.
            sessions.end_reading();
        }
        if listener.is_none() && sessions.is_empty() {
            break;
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            sessions.abandon();
            break;
        }
        let now = Instant::now();
        endings.retain(|ending| now < ending.until && !ending.is_over());
        endings.append(&mut lock(&pool.endings));
        parked.append(&mut lock(&pool.served));
        pause = pause.filter(|&pause| pause > now);
        let accepts = pause.is_none() && sessions.has_room(max_connections);
        let next = parked.iter().map(|connection| connection.check).chain(pause).chain(deadline);
        let tick = if endings.is_empty() { TICK } else { GLANCE };
        let patience = next.min().map_or(tick, |next| (next - now).min(tick));
        let socket = listener.as_ref().filter(|_| accepts);
        let ready = watch(sessions.waker(), socket, &mut parked, patience)?;
        if ready.accept
            && let Some(listener) = &listener
            && let Err(error) = accept(listener, &shared, sessions, max_connections, &mut parked)
        {
            shared.settings.report.not_accepted(&error);
            pause = Instant::now().checked_add(backoff.failed(&error));
        } else if ready.accept {
            backoff.succeeded();
        }
        // From behind, so that the numbers of the others stay what they are.
        for at in ready.connections.into_iter().rev() {
            let connection = parked.swap_remove(at);
            if workers > 0 {
                lock(&pool.ready).push_back(connection);
                pool.changed.notify_one();
            } else {
                parked.extend(connection.step(&pool));
            }
        }
        let now = Instant::now();
        let late: Vec<_> = parked.extract_if(.., |connection| connection.check <= now).collect();
        parked.extend(late.into_iter().filter_map(|connection| connection.check(&pool)));
    }
    pool.ended.store(true, Ordering::SeqCst);
    // Locked, so that nobody is between looking and waiting.
    drop(lock(&pool.ready));
    pool.changed.notify_all();
    Ok(())
}

/// Sources that are readable.
struct Ready {
    accept: bool,
    /// Numbers of connections, ascending.
    connections: Vec<usize>,
}

fn watch<S: Service>(
    waker: &Waker,
    listener: Option<&Listener>,
    parked: &mut [Connection<S>],
    patience: Duration,
) -> io::Result<Ready> {
    let received: Vec<bool> =
        parked.iter_mut().map(|connection| connection.session.has_received()).collect();
    let patience = if received.contains(&true) { Duration::ZERO } else { patience };
    let mut sockets = Vec::with_capacity(parked.len() + 2);
    sockets.push(waker.poll_fd());
    for connection in &*parked {
        let event = if connection.session.is_writing() { PollFlags::OUT } else { PollFlags::IN };
        sockets.push(connection.registered.stream().poll_fd(event));
    }
    if let Some(listener) = listener {
        sockets.push(listener.poll_fd());
    }
    wait(&mut sockets, Some(patience))?;
    let is_ready = |socket: &PollFd<'_>| !socket.revents().is_empty();
    let ready = Ready {
        accept: listener.is_some() && sockets.last().is_some_and(is_ready),
        connections: (0..parked.len())
            .filter(|&at| received[at] || is_ready(&sockets[at + 1]))
            .collect(),
    };
    if is_ready(&sockets[0]) {
        waker.clear();
    }
    Ok(ready)
}

/// Accepts all connections that wait, as far as there is room.
fn accept<S: Service>(
    listener: &Listener,
    shared: &Arc<Shared<S>>,
    sessions: &Arc<Sessions>,
    max_connections: usize,
    parked: &mut Vec<Connection<S>>,
) -> io::Result<()> {
    while !sessions.is_closing() && sessions.has_room(max_connections) {
        let (stream, ends) = match listener.accept() {
            Ok(accepted) => accepted,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        };
        if let Err(error) = add(stream, ends.clone(), shared, sessions, parked) {
            tracing::debug!(peer = %ends, %error, "lost a connection");
        }
    }
    Ok(())
}

fn add<S: Service>(
    stream: Socket,
    ends: Endpoints,
    shared: &Arc<Shared<S>>,
    sessions: &Arc<Sessions>,
    parked: &mut Vec<Connection<S>>,
) -> io::Result<()> {
    stream.set_nodelay(shared.settings.nodelay)?;
    let registered = Registered::new(stream, Arc::clone(sessions));
    let polled = Polled::new(accepted(registered.stream(), &shared.settings)?)?;
    let mut ends = ends;
    let stream = with_login(polled, &mut ends, &shared.settings);
    let mut session = Session::new(stream, ends, Arc::clone(shared));
    session.set_up()?;
    let check = far(session.patience());
    parked.push(Connection { session, registered, check });
    Ok(())
}

impl<S: Service> Pool<S> {
    /// Serves connections that have sent something.
    fn work(&self) {
        loop {
            let mut ready = lock(&self.ready);
            let connection = loop {
                match ready.pop_front() {
                    Some(connection) => break connection,
                    None if self.ended.load(Ordering::SeqCst) => return,
                    None => {}
                }
                ready = self.changed.wait(ready).unwrap_or_else(PoisonError::into_inner);
            };
            drop(ready);
            let served = connection.step(self);
            lock(&self.served).extend(served);
            self.sessions.waker().wake();
        }
    }
}

impl<S: Service> Connection<S> {
    /// Serves what has come. `None` if the connection has ended.
    fn step(mut self, pool: &Pool<S>) -> Option<Connection<S>> {
        let result = self.session.step();
        // Bytes that are no progress must not put off the look at the time limit.
        let check = self.check;
        let mut going_on = self.go_on(pool, result)?;
        going_on.check = going_on.check.min(check);
        Some(going_on)
    }

    /// Looks at the time limit.
    fn check(mut self, pool: &Pool<S>) -> Option<Connection<S>> {
        let result = self.session.check();
        self.go_on(pool, result)
    }

    fn go_on(mut self, pool: &Pool<S>, result: Result<(), End>) -> Option<Connection<S>> {
        match result {
            Ok(()) => {
                self.check = far(self.session.patience());
                Some(self)
            }
            Err(end) => {
                let Connection { mut session, registered, .. } = self;
                if session.end(end) {
                    let until = Instant::now() + LINGER;
                    lock(&pool.endings).push(Ending { registered, until });
                }
                None
            }
        }
    }
}

impl Ending {
    /// Reads what the client still sends. Whether it has closed its side.
    fn is_over(&self) -> bool {
        let mut scratch = [0; 4096];
        for _ in 0..16 {
            match (&**self.registered.stream()).read(&mut scratch) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) => return error.kind() != io::ErrorKind::WouldBlock,
            }
        }
        false
    }
}

/// So long from now, or a year.
fn far(patience: Duration) -> Instant {
    Instant::now() + patience.min(Duration::from_secs(365 * 24 * 3600))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while one is locked.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
