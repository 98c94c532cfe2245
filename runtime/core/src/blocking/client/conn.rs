//! One connection of a blocking channel.

use std::io::{self, ErrorKind, IoSlice, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::connect::{Connected, Source};
use super::exchange::{LATE, Outcome, Wire, exchange};
use super::worker::{Worker, WorkerInterrupt};
use crate::connection::{ClientConnection, Output, Reply, SLICES, lost, no_handshake, unreadable};
use crate::error::Result;
use crate::net::blocking_stream::ClientStream;
use crate::net::socket::Socket;
use crate::net::stream::read;
use crate::net::tcp::{Awaited, ConnectFailure};
use crate::rpc::message::Request;
use crate::settings::ClientSettings;
use crate::tracking::Handshake;

/// How much later than a deadline a socket may come back. A timeout that is set already and is not
/// longer than that is not set again, which would take a system call for every call.
const SLACK: Duration = Duration::from_millis(20);
/// A socket takes no timeout of zero.
const SHORTEST: Duration = Duration::from_millis(1);

/// A connection, which one thread uses at a time.
#[derive(Debug)]
pub(super) enum Conn {
    Socket(Box<SocketConn>),
    /// A stream whose reads and writes nothing can interrupt.
    Other(Worker),
}

impl Conn {
    /// Connects, trying the addresses to avoid last, and makes the handshake before all calls, if there
    /// is one. Tells what it waits for.
    pub(super) fn open(
        source: &Source,
        settings: &ClientSettings,
        answered: Arc<AtomicBool>,
        avoid: &[SocketAddr],
        awaits: &dyn Fn(Awaited),
    ) -> Result<(Conn, Option<SocketAddr>), ConnectFailure> {
        let codec = ClientConnection::new(settings, answered);
        let handshake = codec.handshake()?;
        let (start, limit) = (Instant::now(), settings.connect_timeout);
        let (connected, address) = source.connect(settings, avoid, awaits)?;
        let mut conn = match connected {
            Connected::Socket(socket) => Conn::Socket(Box::new(SocketConn::new(socket, codec))),
            Connected::Other(stream) => Conn::Other(Worker::start(stream, codec)?),
        };
        let Some(handshake) = handshake else { return Ok((conn, address)) };
        awaits(Awaited::TrackingHandshake);
        let mut late = Vec::new();
        let failed = |error| no_handshake(&source.name(), error);
        let error =
            match conn.call(&handshake, Handshake::SEQID, start.checked_add(limit), &mut late) {
                Outcome::Answered(Reply { result: Ok(_), .. }) => return Ok((conn, address)),
                Outcome::Answered(Reply { result: Err(error), .. })
                | Outcome::Refused(error)
                | Outcome::Lost { error, .. } => failed(error),
                Outcome::Late | Outcome::Written => {
                    source.timed_out(Awaited::TrackingHandshake, limit)
                }
            };
        Err(ConnectFailure { error, tried: address.into_iter().collect() })
    }

    /// Makes a call. Replies to earlier calls go into `late`.
    pub(super) fn call(
        &mut self,
        request: &Request,
        seqid: i32,
        deadline: Option<Instant>,
        late: &mut Vec<Reply>,
    ) -> Outcome {
        match self {
            Conn::Socket(socket) => socket.call(request, seqid, deadline, late),
            Conn::Other(worker) => worker.call(request, seqid, deadline, late),
        }
    }

    /// For another thread.
    pub(super) fn interrupt(&self) -> Interrupt {
        match self {
            Conn::Socket(conn) => Interrupt::Socket(Arc::downgrade(conn.wire.stream.socket())),
            Conn::Other(worker) => Interrupt::Other(worker.interrupt()),
        }
    }

    /// Takes in what has come while nothing was called.
    ///
    /// # Errors
    /// The connection cannot be used any more.
    pub(super) fn look(&mut self, late: &mut Vec<Reply>) -> Result<()> {
        match self {
            Conn::Socket(socket) => socket.look(late),
            Conn::Other(worker) => worker.look(late),
        }
    }
}

/// Ends the call of another thread on a connection. Of no use after the connection was dropped.
#[derive(Debug)]
pub(super) enum Interrupt {
    Socket(Weak<Socket>),
    Other(WorkerInterrupt),
}

impl Interrupt {
    pub(super) fn is_of_use(&self) -> bool {
        match self {
            Interrupt::Socket(socket) => socket.strong_count() > 0,
            Interrupt::Other(worker) => worker.is_of_use(),
        }
    }

    /// Fails the call, and all that follow.
    pub(super) fn close(self) {
        match self {
            Interrupt::Socket(socket) => {
                if let Some(socket) = socket.upgrade() {
                    // One that is closed already has just ended.
                    let _ = socket.shutdown(Shutdown::Both);
                }
            }
            Interrupt::Other(worker) => worker.close(),
        }
    }
}

/// A connection over a socket, which has timeouts.
#[derive(Debug)]
pub(super) struct SocketConn {
    wire: Timed,
    codec: ClientConnection,
}

/// A socket that waits until the deadline of a call.
#[derive(Debug)]
struct Timed {
    stream: ClientStream,
    /// Where reads go to.
    scratch: Vec<u8>,
    deadline: Option<Instant>,
    read_timeout: Duration,
    write_timeout: Duration,
}

impl Wire for Timed {
    fn write(&mut self, codec: &mut ClientConnection) -> io::Result<()> {
        loop {
            let left = left(self.deadline)?;
            if self.write_timeout > left.saturating_add(SLACK) {
                self.stream.socket().set_write_timeout(as_timeout(left))?;
                self.write_timeout = left;
            }
            let written = match codec.output.is_empty() {
                true => self.stream.flush(),
                false => write_some(&mut self.stream, &mut codec.output),
            };
            match written {
                Ok(()) if codec.output.is_empty() && !self.stream.wants_write() => {
                    return Ok(());
                }
                Ok(()) => {}
                Err(error) if is_late(&error) || error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn read(&mut self, codec: &mut ClientConnection) -> io::Result<Option<usize>> {
        loop {
            let left = match left(self.deadline) {
                Err(error) if is_late(&error) => return Ok(None),
                left => left?,
            };
            if self.read_timeout > left.saturating_add(SLACK) {
                self.stream.set_read_timeout(as_timeout(left))?;
                self.read_timeout = left;
            }
            match read(&mut self.stream, &mut self.scratch, codec.space()) {
                // One that was set for an earlier call may be too short.
                Err(error) if is_late(&error) => self.read_timeout = Duration::MAX,
                other => return other.map(Some),
            }
        }
    }
}

impl SocketConn {
    pub(super) fn new(stream: ClientStream, codec: ClientConnection) -> SocketConn {
        let (read_timeout, write_timeout) = (Duration::MAX, Duration::MAX);
        let scratch = Vec::new();
        let wire = Timed { stream, scratch, deadline: None, read_timeout, write_timeout };
        SocketConn { wire, codec }
    }

    fn call(
        &mut self,
        request: &Request,
        seqid: i32,
        deadline: Option<Instant>,
        late: &mut Vec<Reply>,
    ) -> Outcome {
        self.wire.deadline = deadline;
        exchange(&mut self.wire, &mut self.codec, request, seqid, late)
    }

    fn look(&mut self, late: &mut Vec<Reply>) -> Result<()> {
        if self.is_quiet() {
            return Ok(());
        }
        self.wire.stream.socket().set_nonblocking(true).map_err(lost)?;
        let looked = self.look_now(late);
        self.wire.stream.socket().set_nonblocking(false).map_err(lost)?;
        looked
    }

    /// Whether nothing has come, and the server has not closed its end: that costs one system call
    /// before each call. Where it is not known how to ask without waiting, it is not known either.
    fn is_quiet(&mut self) -> bool {
        if self.wire.stream.has_received() {
            return false;
        }
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            const PEEK_AND_DONT_WAIT: i32 = 0x02 | 0x40;
            let mut byte = [std::mem::MaybeUninit::uninit()];
            let peeked = self
                .wire
                .stream
                .socket()
                .as_sock_ref()
                .recv_with_flags(&mut byte, PEEK_AND_DONT_WAIT);
            peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
        }
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        {
            false
        }
    }

    fn look_now(&mut self, late: &mut Vec<Reply>) -> Result<()> {
        let wire = &mut self.wire;
        while late.len() <= LATE {
            match read(&mut wire.stream, &mut wire.scratch, self.codec.space()) {
                Ok(0) => return Err(self.codec.ended()),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(lost(error)),
            }
            while let Some(reply) = self.codec.next().map_err(unreadable)? {
                late.push(reply);
            }
        }
        Ok(())
    }
}

/// The time left until the deadline.
fn left(deadline: Option<Instant>) -> io::Result<Duration> {
    let Some(deadline) = deadline else { return Ok(Duration::MAX) };
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(ErrorKind::TimedOut.into()),
        left => Ok(left.max(SHORTEST)),
    }
}

fn as_timeout(left: Duration) -> Option<Duration> {
    (left != Duration::MAX).then_some(left)
}

pub(super) fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// Writes some of the output.
fn write_some(io: &mut impl Write, output: &mut Output) -> io::Result<()> {
    let written = match output.as_slice() {
        Some(bytes) => io.write(bytes),
        None => {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let count = output.fill(&mut slices);
            io.write_vectored(&slices[..count])
        }
    };
    match written? {
        0 => Err(ErrorKind::WriteZero.into()),
        count => {
            output.advance(count);
            Ok(())
        }
    }
}
