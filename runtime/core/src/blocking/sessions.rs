//! The connections of a blocking server.

use std::collections::HashMap;
use std::io;
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::waker::Waker;
use crate::net::socket::Socket;

/// The connections of a server.
#[derive(Debug)]
pub(super) struct Sessions {
    streams: Mutex<Streams>,
    /// Wakes the thread that accepts.
    waker: Waker,
    /// A connection has ended, or all have to.
    changed: Condvar,
    closing: AtomicBool,
}

#[derive(Debug, Default)]
struct Streams {
    /// Without a socket where the stream is another one.
    by_number: HashMap<u64, Option<Arc<Socket>>>,
    next: u64,
    /// Whether it was said that there are too many.
    full: bool,
}

impl Sessions {
    pub(super) fn new() -> io::Result<Sessions> {
        Ok(Sessions {
            streams: Mutex::default(),
            waker: Waker::new()?,
            changed: Condvar::new(),
            closing: AtomicBool::new(false),
        })
    }

    pub(super) fn waker(&self) -> &Waker {
        &self.waker
    }

    fn lock(&self) -> MutexGuard<'_, Streams> {
        // Nothing panics while it is locked.
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn close(&self) {
        // Locked, so that nobody is between looking and waiting.
        let streams = self.lock();
        self.closing.store(true, Ordering::SeqCst);
        drop(streams);
        self.changed.notify_all();
        self.waker.wake();
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().by_number.is_empty()
    }

    /// Whether another connection may be served now.
    pub(super) fn has_room(&self, max_connections: usize) -> bool {
        self.lock().has_room(max_connections)
    }

    /// Nothing new can be read from any connection after that, only what has come.
    pub(super) fn end_reading(&self) {
        self.lock().close(Shutdown::Read);
    }

    /// Ends all connections, as the time is over.
    pub(super) fn abandon(&self) {
        let streams = self.lock();
        tracing::warn!(
            connections = streams.by_number.len(),
            "did not end before the drain timeout"
        );
        streams.close(Shutdown::Both);
    }

    /// Waits until another connection may be served; `false` if none may any more.
    pub(super) fn wait_for_room(&self, max_connections: usize) -> bool {
        let mut streams = self.lock();
        while !self.is_closing() && !streams.has_room(max_connections) {
            streams = self.changed.wait(streams).unwrap_or_else(PoisonError::into_inner);
        }
        !self.is_closing()
    }

    /// Ends all connections when their calls are answered, or after a time.
    pub(super) fn drain(&self, timeout: Duration) {
        let deadline = Instant::now().checked_add(timeout);
        let mut streams = self.lock();
        // Received bytes can still be read after that, but nothing new.
        streams.close(Shutdown::Read);
        while !streams.by_number.is_empty() {
            let left = match deadline {
                Some(deadline) => deadline.saturating_duration_since(Instant::now()),
                None => timeout,
            };
            if left.is_zero() {
                drop(streams);
                self.abandon();
                return;
            }
            let waited = self.changed.wait_timeout(streams, left);
            streams = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Streams {
    fn has_room(&mut self, max_connections: usize) -> bool {
        let connections = self.by_number.len();
        // It is worth a word again when a tenth of them had gone in between.
        self.full &= connections > max_connections / 10 * 9;
        let is_full = connections >= max_connections;
        if is_full && !std::mem::replace(&mut self.full, true) {
            tracing::warn!(connections, "connection limit reached");
        }
        !is_full
    }

    fn close(&self, side: Shutdown) {
        for stream in self.by_number.values().flatten() {
            // One that is closed already has just ended.
            let _ = stream.shutdown(side);
        }
    }
}

/// A connection among the others, until this is dropped.
pub(super) struct Registered {
    stream: Arc<Socket>,
    _place: Place,
}

impl Registered {
    pub(super) fn new(stream: Socket, sessions: Arc<Sessions>) -> Registered {
        let stream = Arc::new(stream);
        let place = Place::with(Some(Arc::clone(&stream)), sessions);
        Registered { stream, _place: place }
    }

    pub(super) fn stream(&self) -> &Arc<Socket> {
        &self.stream
    }
}

/// The place of a connection, until this is dropped.
pub(super) struct Place {
    number: u64,
    sessions: Arc<Sessions>,
}

impl Place {
    pub(super) fn new(sessions: Arc<Sessions>) -> Place {
        Place::with(None, sessions)
    }

    fn with(stream: Option<Arc<Socket>>, sessions: Arc<Sessions>) -> Place {
        let mut streams = sessions.lock();
        let number = streams.next;
        streams.next += 1;
        streams.by_number.insert(number, stream);
        drop(streams);
        Place { number, sessions }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.sessions.lock().by_number.remove(&self.number);
        self.sessions.changed.notify_all();
    }
}
