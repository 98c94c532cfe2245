//! One connection of a blocking channel.

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::time::{Duration, Instant};

use super::worker::Worker;
use crate::connection::{
    ClientConnection, Output, Reply, SLICES, closed, flooded, lost, no_such_call, unreadable,
};
use crate::error::{Error, Result};
use crate::net::socket::Socket;
use crate::net::stream::read;
use crate::rpc::message::Request;

/// How much later than a deadline a socket may come back. A timeout that is set already and is not
/// longer than that is not set again, which would take a system call for every call.
const SLACK: Duration = Duration::from_millis(20);
/// A socket takes no timeout of zero.
const SHORTEST: Duration = Duration::from_millis(1);

/// What became of a call on a connection.
#[expect(clippy::large_enum_variant, reason = "a box would cost each call an allocation")]
#[derive(Debug)]
pub(super) enum Outcome {
    /// Its reply has come.
    Answered(Reply),
    /// It is oneway, and written.
    Written,
    /// Its deadline has passed. The connection may bring the answer later.
    Late,
    /// It cannot be encoded. Nothing was written.
    Refused(Error),
    /// The connection cannot be used any more.
    Lost {
        error: Error,
        /// No byte of the call was written.
        unwritten: bool,
    },
}

/// A connection, which one thread uses at a time.
#[derive(Debug)]
pub(super) enum Conn {
    Socket(Box<SocketConn>),
    /// A stream whose reads and writes nothing can interrupt.
    Other(Worker),
}

impl Conn {
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

/// A connection over a socket, which has timeouts.
#[derive(Debug)]
pub(super) struct SocketConn {
    stream: Socket,
    codec: ClientConnection,
    /// Where reads go to.
    scratch: Vec<u8>,
    read_timeout: Duration,
    write_timeout: Duration,
}

impl SocketConn {
    pub(super) fn new(stream: Socket, codec: ClientConnection) -> SocketConn {
        let never = Duration::MAX;
        SocketConn { stream, codec, scratch: Vec::new(), read_timeout: never, write_timeout: never }
    }

    fn call(
        &mut self,
        request: &Request,
        seqid: i32,
        deadline: Option<Instant>,
        late: &mut Vec<Reply>,
    ) -> Outcome {
        if let Some(lost) = early(&mut self.codec, seqid, late) {
            return lost;
        }
        let start = self.codec.output.total();
        if let Err(error) = self.codec.call(request, seqid, Instant::now()) {
            return Outcome::Refused(error);
        }
        match self.write(deadline) {
            Ok(()) if request.oneway => return Outcome::Written,
            Ok(()) => {}
            // What is half-way out cannot be taken back.
            Err(error) if is_late(&error) => {
                let error = lost(error);
                return Outcome::Lost { error, unwritten: false };
            }
            Err(error) => {
                let unwritten = self.codec.output.total() == start;
                return Outcome::Lost { error: lost(error), unwritten };
            }
        }
        loop {
            match self.codec.next() {
                Ok(Some(reply)) if reply.seqid == seqid => return Outcome::Answered(reply),
                Ok(Some(reply)) => {
                    if let Some(lost) = not_late(reply, seqid, late) {
                        return lost;
                    }
                    continue;
                }
                Ok(None) => {}
                Err(error) => {
                    return Outcome::Lost { error: unreadable(error), unwritten: false };
                }
            }
            match self.read(deadline) {
                Ok(0) => {
                    let error = closed(self.codec.hint());
                    return Outcome::Lost { error, unwritten: false };
                }
                Ok(_) => {}
                Err(error) if is_late(&error) => return Outcome::Late,
                Err(error) => return Outcome::Lost { error: lost(error), unwritten: false },
            }
        }
    }

    /// Writes everything in time.
    fn write(&mut self, deadline: Option<Instant>) -> io::Result<()> {
        while !self.codec.output.is_empty() {
            let left = left(deadline)?;
            if self.write_timeout > left.saturating_add(SLACK) {
                self.stream.set_write_timeout(as_timeout(left))?;
                self.write_timeout = left;
            }
            match write_some(&mut &self.stream, &mut self.codec.output) {
                Ok(()) => {}
                Err(error) if is_late(&error) || error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads what comes in time.
    fn read(&mut self, deadline: Option<Instant>) -> io::Result<usize> {
        loop {
            let left = left(deadline)?;
            if self.read_timeout > left.saturating_add(SLACK) {
                self.stream.set_read_timeout(as_timeout(left))?;
                self.read_timeout = left;
            }
            match read(&mut &self.stream, &mut self.scratch, self.codec.space()) {
                // One that was set for an earlier call may be too short.
                Err(error) if is_late(&error) => self.read_timeout = Duration::MAX,
                other => return other,
            }
        }
    }

    fn look(&mut self, late: &mut Vec<Reply>) -> Result<()> {
        if self.is_quiet() {
            return Ok(());
        }
        self.stream.set_nonblocking(true).map_err(lost)?;
        let looked = self.look_now(late);
        self.stream.set_nonblocking(false).map_err(lost)?;
        looked
    }

    /// Whether nothing has come, and the server has not closed its end: that costs one system call
    /// before each call. Where it is not known how to ask without waiting, it is not known either.
    fn is_quiet(&self) -> bool {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            const PEEK_AND_DONT_WAIT: i32 = 0x02 | 0x40;
            let mut byte = [std::mem::MaybeUninit::uninit()];
            let peeked = self.stream.as_sock_ref().recv_with_flags(&mut byte, PEEK_AND_DONT_WAIT);
            peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
        }
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        {
            false
        }
    }

    fn look_now(&mut self, late: &mut Vec<Reply>) -> Result<()> {
        while late.len() <= LATE {
            match read(&mut &self.stream, &mut self.scratch, self.codec.space()) {
                Ok(0) => return Err(closed(self.codec.hint())),
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

/// How many replies that nobody waits for are taken in one go.
const LATE: usize = 64;

/// Takes in replies that have come before the call is written: none of them can be its own.
fn early(codec: &mut ClientConnection, seqid: i32, late: &mut Vec<Reply>) -> Option<Outcome> {
    loop {
        let error = match codec.next() {
            Ok(None) => return None,
            Ok(Some(reply)) if reply.seqid == seqid => no_such_call(&reply),
            Ok(Some(reply)) => match not_late(reply, seqid, late) {
                None => continue,
                Some(Outcome::Lost { error, .. }) => error,
                Some(other) => return Some(other),
            },
            Err(error) => unreadable(error),
        };
        return Some(Outcome::Lost { error, unwritten: true });
    }
}

/// Keeps a late reply. A number that no call has had, or too many late replies, are the end of the
/// connection.
fn not_late(reply: Reply, seqid: i32, late: &mut Vec<Reply>) -> Option<Outcome> {
    let error = match (1..=seqid).contains(&reply.seqid) {
        false => no_such_call(&reply),
        true if late.len() >= LATE => flooded(),
        true => {
            late.push(reply);
            return None;
        }
    };
    Some(Outcome::Lost { error, unwritten: false })
}

/// What is left until the deadline.
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

fn is_late(error: &io::Error) -> bool {
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

/// Makes a call on a stream that has no timeouts.
pub(super) fn call_without_deadline(
    stream: &mut (impl Read + Write),
    codec: &mut ClientConnection,
    scratch: &mut Vec<u8>,
    request: &Request,
    seqid: i32,
    late: &mut Vec<Reply>,
) -> Outcome {
    if let Some(lost) = early(codec, seqid, late) {
        return lost;
    }
    let start = codec.output.total();
    if let Err(error) = codec.call(request, seqid, Instant::now()) {
        return Outcome::Refused(error);
    }
    let written =
        crate::net::stream::write(stream, &mut codec.output).and_then(|()| stream.flush());
    if let Err(error) = written {
        let unwritten = codec.output.total() == start;
        return Outcome::Lost { error: lost(error), unwritten };
    }
    if request.oneway {
        return Outcome::Written;
    }
    loop {
        match codec.next() {
            Ok(Some(reply)) if reply.seqid == seqid => return Outcome::Answered(reply),
            Ok(Some(reply)) => {
                if let Some(lost) = not_late(reply, seqid, late) {
                    return lost;
                }
                continue;
            }
            Ok(None) => {}
            Err(error) => return Outcome::Lost { error: unreadable(error), unwritten: false },
        }
        match read(stream, scratch, codec.space()) {
            Ok(0) => return Outcome::Lost { error: closed(codec.hint()), unwritten: false },
            Ok(_) => {}
            Err(error) => return Outcome::Lost { error: lost(error), unwritten: false },
        }
    }
}
