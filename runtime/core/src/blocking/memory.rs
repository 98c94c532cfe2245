//! Connections in memory.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// One end of a connection in memory, for tests: a byte stream that behaves like a socket.
///
/// Each direction has a buffer of bounded size: writes wait while it is full, reads while it is empty.
/// Dropping an end closes it: the other end reads what is left and then the end of the stream, and
/// cannot write any more ([`io::ErrorKind::BrokenPipe`]). The async counterpart is
/// [`tokio::io::duplex`](https://docs.rs/tokio/latest/tokio/io/fn.duplex.html).
///
/// A client of a server in the same process needs only [`Server::in_memory`](super::Server::in_memory).
///
/// ```
/// use std::io::{Read, Write};
/// use thriftly::blocking::MemoryStream;
///
/// # fn main() -> std::io::Result<()> {
/// let (mut ours, mut theirs) = MemoryStream::pair(64 << 10);
/// ours.write_all(b"hello")?;
/// ours.shutdown(std::net::Shutdown::Write)?;
/// let mut text = String::new();
/// theirs.read_to_string(&mut text)?;
/// assert_eq!(text, "hello");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct MemoryStream {
    incoming: Arc<Pipe>,
    outgoing: Arc<Pipe>,
    timeouts: Mutex<Timeouts>,
}

#[derive(Debug, Default)]
struct Timeouts {
    read: Option<Duration>,
    write: Option<Duration>,
}

impl MemoryStream {
    /// Creates both ends of a connection, with buffers of this many bytes, at least one.
    pub fn pair(capacity: usize) -> (MemoryStream, MemoryStream) {
        let [there, back] = [(); 2].map(|()| Arc::new(Pipe::new(capacity.max(1))));
        let end = |incoming: &Arc<Pipe>, outgoing: &Arc<Pipe>| MemoryStream {
            incoming: Arc::clone(incoming),
            outgoing: Arc::clone(outgoing),
            timeouts: Mutex::default(),
        };
        (end(&there, &back), end(&back, &there))
    }

    /// Closes one direction, or both, as [`TcpStream::shutdown`](std::net::TcpStream::shutdown) does.
    ///
    /// # Errors
    /// Currently none.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        if matches!(how, Shutdown::Read | Shutdown::Both) {
            self.incoming.close();
        }
        if matches!(how, Shutdown::Write | Shutdown::Both) {
            self.outgoing.close();
        }
        Ok(())
    }

    /// How long a read may wait before it fails with [`io::ErrorKind::TimedOut`]. Default: `None`, no
    /// limit.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] if it is zero, as for a socket.
    pub fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        locked(&self.timeouts).read = valid(timeout)?;
        Ok(())
    }

    /// How long a write may wait before it fails with [`io::ErrorKind::TimedOut`]. Default: `None`, no
    /// limit.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] if it is zero, as for a socket.
    pub fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        locked(&self.timeouts).write = valid(timeout)?;
        Ok(())
    }
}

fn valid(timeout: Option<Duration>) -> io::Result<Option<Duration>> {
    match timeout {
        Some(Duration::ZERO) => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "a time limit of zero"))
        }
        timeout => Ok(timeout),
    }
}

impl Drop for MemoryStream {
    fn drop(&mut self) {
        self.incoming.close();
        self.outgoing.close();
    }
}

impl Read for &MemoryStream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let timeout = locked(&self.timeouts).read;
        self.incoming.read(bytes, timeout)
    }
}

impl Read for MemoryStream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        (&*self).read(bytes)
    }
}

impl Write for &MemoryStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let timeout = locked(&self.timeouts).write;
        self.outgoing.write(bytes, timeout)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for MemoryStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self).write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One direction.
#[derive(Debug)]
struct Pipe {
    state: Mutex<State>,
    /// Bytes have come or gone, or it was closed.
    changed: Condvar,
    capacity: usize,
}

#[derive(Debug, Default)]
struct State {
    bytes: VecDeque<u8>,
    /// By either end.
    closed: bool,
}

impl Pipe {
    fn new(capacity: usize) -> Pipe {
        Pipe { state: Mutex::default(), changed: Condvar::new(), capacity }
    }

    fn close(&self) {
        locked(&self.state).closed = true;
        self.changed.notify_all();
    }

    fn read(&self, bytes: &mut [u8], timeout: Option<Duration>) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let mut state = self.wait(timeout, |state| state.closed || !state.bytes.is_empty())?;
        let count = state.bytes.read(bytes)?;
        self.changed.notify_all();
        Ok(count)
    }

    fn write(&self, bytes: &[u8], timeout: Option<Duration>) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let has_room = |state: &State| state.closed || state.bytes.len() < self.capacity;
        let mut state = self.wait(timeout, has_room)?;
        if state.closed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let count = bytes.len().min(self.capacity - state.bytes.len());
        state.bytes.extend(&bytes[..count]);
        self.changed.notify_all();
        Ok(count)
    }

    /// Waits until the state is such.
    fn wait(
        &self,
        timeout: Option<Duration>,
        is_ready: impl Fn(&State) -> bool,
    ) -> io::Result<MutexGuard<'_, State>> {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut state = locked(&self.state);
        while !is_ready(&state) {
            state = match deadline {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                    let waited = self.changed.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        Ok(state)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is locked.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn bytes_arrive_in_order_through_a_small_buffer() {
        let (mut ours, mut theirs) = MemoryStream::pair(7);
        let sent: Vec<u8> = (0..10_000_u32).map(|number| number as u8).collect();
        thread::scope(|scope| {
            let writer = scope.spawn(|| {
                ours.write_all(&sent)?;
                ours.shutdown(Shutdown::Write)?;
                let mut back = Vec::new();
                ours.read_to_end(&mut back).map(|_| back)
            });
            let mut received = Vec::new();
            theirs.read_to_end(&mut received).expect("it ends");
            assert_eq!(received, sent);
            // The other direction is still open.
            theirs.write_all(b"all of it").expect("it is read");
            drop(theirs);
            assert_eq!(writer.join().expect("no panic").expect("it ends"), b"all of it");
        });
    }

    #[test]
    fn a_dropped_end_is_the_end_of_the_stream_after_what_was_written() {
        let (mut ours, mut theirs) = MemoryStream::pair(100);
        theirs.write_all(b"bye").expect("there is room");
        drop(theirs);
        let mut text = String::new();
        ours.read_to_string(&mut text).expect("it ends");
        assert_eq!(text, "bye");
        let error = ours.write(b"?").expect_err("nobody reads it");
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_waiting_end_notices_that_the_other_is_dropped() {
        for full in [false, true] {
            let (ours, theirs) = MemoryStream::pair(4);
            let waiting = thread::spawn(move || match full {
                true => (&ours).write_all(b"more than it holds").map(|()| 0),
                false => (&ours).read(&mut [0; 4]),
            });
            thread::sleep(Duration::from_millis(20));
            drop(theirs);
            let result = waiting.join().expect("no panic");
            let expected = if full { Err(io::ErrorKind::BrokenPipe) } else { Ok(0) };
            assert_eq!(result.map_err(|error| error.kind()), expected);
        }
    }

    #[test]
    fn reads_and_writes_have_time_limits() {
        let (mut ours, theirs) = MemoryStream::pair(4);
        let short = Some(Duration::from_millis(5));
        ours.set_read_timeout(short).expect("not zero");
        ours.set_write_timeout(short).expect("not zero");
        let error = ours.read(&mut [0; 4]).expect_err("nothing is written");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(ours.write(b"abcdef").expect("a part fits"), 4);
        assert_eq!(ours.write(b"ef").expect_err("it is full").kind(), io::ErrorKind::TimedOut);
        assert_eq!((&theirs).read(&mut [0; 2]).expect("it is there"), 2);
        assert_eq!(ours.write(b"ef").expect("there is room"), 2);
        let error = ours.set_read_timeout(Some(Duration::ZERO)).expect_err("it is zero");
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}
