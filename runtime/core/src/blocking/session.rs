//! One connection of the blocking server.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Service;
use super::stream::Wire;
use crate::connection::{
    Call, End, MAX_OUTPUT, Received, ServerConnection, Waiting, Watchdog, guard,
};
use crate::error::Result;
#[cfg(feature = "tls")]
use crate::net::blocking_stream::SocketStream;
use crate::net::endpoints::Endpoints;
use crate::net::stream::{read, write};
use crate::rpc::deadline::Deadline;
use crate::settings::ServerSettings;

/// How often a write is tried within the time limit, so that it means what it says: a write that ends with
/// a part of the bytes may have made its progress long before.
const STALLS: u32 = 4;

/// How often a connection of a pool reads before others have their turn.
const ROUNDS: usize = 16;

/// State shared by the connections of a server.
#[derive(Debug)]
pub(super) struct Shared<S> {
    pub(super) service: S,
    pub(super) settings: ServerSettings,
}

/// Reads calls, passes them to the handler and writes the answers.
pub(super) struct Session<IO, S> {
    stream: IO,
    shared: Arc<Shared<S>>,
    connection: ServerConnection,
    watchdog: Watchdog,
    /// Where reads go to.
    scratch: Vec<u8>,
    /// The number of the message of which a part is here, and since when.
    partial: Option<(u64, Instant)>,
}

impl<IO: Wire, S: Service> Session<IO, S> {
    pub(super) fn new(stream: IO, ends: Endpoints, shared: Arc<Shared<S>>) -> Session<IO, S> {
        let settings = &shared.settings;
        Session {
            stream,
            connection: ServerConnection::new(settings, ends),
            watchdog: Watchdog::new(settings),
            shared,
            scratch: Vec::new(),
            partial: None,
        }
    }

    /// Serves the connection until it ends.
    pub(super) fn run(mut self) {
        let end = self.serve();
        self.end(end);
    }

    fn serve(&mut self) -> End {
        if let Err(error) = self.set_up() {
            return End::Lost(error);
        }
        loop {
            let round = match self.take_calls() {
                Ok(true) => self.write(),
                Ok(false) => self.read(),
                Err(end) => Err(end),
            };
            if let Err(end) = round {
                return end;
            }
        }
    }

    /// Tells the stream its time limits.
    pub(super) fn set_up(&mut self) -> io::Result<()> {
        let limit = self.shared.settings.write_timeout / STALLS;
        self.stream.set_write_timeout(socket_timeout(limit))?;
        self.stream.set_read_timeout(socket_timeout(self.watchdog.armed()))
    }

    /// Does what can be done without waiting, over a stream that does not wait.
    pub(super) fn step(&mut self) -> Result<(), End> {
        for _ in 0..ROUNDS {
            if !self.flush()? {
                break;
            }
            if !self.take_calls()? {
                if !self.try_read()? {
                    break;
                }
                // Also in the last round: nobody is woken for a call that has been read already.
                self.take_calls()?;
            }
        }
        let waiting = self.connection.waiting();
        self.watchdog.observe(waiting, &self.shared.settings);
        self.check_partial(waiting)
    }

    /// Whether it waits until something can be written, and not until something can be read.
    pub(super) fn is_writing(&self) -> bool {
        !self.connection.output.is_empty() || self.stream.wants_write()
    }

    /// Whether there is something to read that no poll of the socket shows.
    pub(super) fn has_received(&mut self) -> bool {
        self.stream.has_received()
    }

    /// For how long the connection may wait until [`check`](Session::check).
    pub(super) fn patience(&self) -> Duration {
        self.watchdog.armed()
    }

    /// To be called when that time is over.
    pub(super) fn check(&mut self) -> Result<(), End> {
        let waiting = self.connection.waiting();
        if let Err(error) = self.watchdog.fire(waiting, &self.shared.settings) {
            return Err(End::TimedOut(waiting, error));
        }
        self.connection.input.release();
        Ok(())
    }

    /// Ends the connection. Returns whether the client may still have to read the last answer, which
    /// says what is wrong.
    pub(super) fn end(&mut self, end: End) -> bool {
        let told = matches!(end, End::Broken(_) | End::Refused) && self.write().is_ok();
        match told {
            true => self.stream.linger(),
            false => self.stream.close(),
        }
        #[cfg(feature = "tls")]
        if self.stream.socket_stream().is_some_and(|stream| stream.is_handshaking()) {
            let late = io::Error::new(io::ErrorKind::TimedOut, "it was not complete in time");
            let error = match &end {
                End::Lost(error) => error,
                _ => &late,
            };
            let (now, ends) = (Instant::now(), self.connection.ends());
            self.shared.settings.report.handshake_failed(now, ends, error);
            return told;
        }
        self.shared.settings.report.ended(Instant::now(), &self.connection, &end);
        told
    }

    /// Handles the messages that have come, up to a bound on the bytes of their answers. Returns whether
    /// there were any: those that are no calls may be answered, too.
    fn take_calls(&mut self) -> Result<bool, End> {
        let mut taken = false;
        while self.connection.output.len() < MAX_OUTPUT
            && let Some(received) = self.connection.next().map_err(End::Broken)?
        {
            if !std::mem::replace(&mut taken, true) {
                // The others of the same batch are counted with their answers.
                self.connection.publish();
            }
            let Received::Call(Call { head, mut request, timeout }) = received else { continue };
            let limits = [self.shared.settings.handler_timeout, timeout];
            if let Some(timeout) = limits.into_iter().flatten().min() {
                request.deadline = Deadline::after(timeout);
            }
            let result = guard(&head.method, || self.shared.service.call(request));
            let mut result = result.and_then(|answer| answer);
            self.connection.share().admit(&head.method, &mut result);
            if let Some(error) = self.connection.answer(&head, result) {
                let (now, ends) = (Instant::now(), self.connection.ends());
                if self.connection.is_refused() {
                    self.shared.settings.report.refused_connection(now, ends, &error);
                    return Err(End::Refused);
                }
                self.shared.settings.report.failed(now, ends, &head.method, &error);
            }
        }
        Ok(taken)
    }

    /// Writes as many answers as can be written; `false` if some are left.
    fn flush(&mut self) -> Result<bool, End> {
        let written =
            write(&mut self.stream, &mut self.connection.output).and_then(|()| self.stream.flush());
        self.connection.written();
        match written {
            Ok(()) => Ok(true),
            Err(error) if is_timeout(&error) => Ok(false),
            Err(error) => Err(End::Lost(error)),
        }
    }

    /// Writes all answers.
    fn write(&mut self) -> Result<(), End> {
        let mut stalls = 0;
        loop {
            let before = self.connection.output.len();
            if self.flush()? {
                return Ok(());
            }
            stalls = if self.connection.output.len() < before { 0 } else { stalls + 1 };
            if stalls >= STALLS {
                let waiting = self.connection.waiting();
                return Err(End::TimedOut(waiting, waiting.too_long()));
            }
        }
    }

    /// Reads what has come; `false` if that is nothing.
    fn try_read(&mut self) -> Result<bool, End> {
        match read(&mut self.stream, &mut self.scratch, self.connection.space()) {
            Ok(0) => Err(End::Closed),
            Ok(_) => {
                #[cfg(feature = "tls")]
                if let Some(peer) = self.stream.socket_stream().and_then(SocketStream::established)
                {
                    self.connection.set_tls(peer);
                }
                Ok(true)
            }
            Err(error) if is_timeout(&error) => Ok(false),
            // The report of a failed handshake needs the error as it is.
            #[cfg(feature = "tls")]
            Err(error)
                if self.stream.socket_stream().is_some_and(|stream| stream.is_handshaking()) =>
            {
                Err(End::Lost(error))
            }
            Err(error) => Err(End::unreadable(error)),
        }
    }

    /// Reads what has come, or waits for it.
    fn read(&mut self) -> Result<(), End> {
        let waiting = self.connection.waiting();
        if self.watchdog.observe(waiting, &self.shared.settings) {
            self.arm()?;
        }
        self.check_partial(waiting)?;
        while !self.try_read()? {
            self.check()?;
            self.arm()?;
        }
        Ok(())
    }

    fn arm(&mut self) -> Result<(), End> {
        let limit = socket_timeout(self.watchdog.armed());
        self.stream.set_read_timeout(limit).map_err(End::Lost)
    }

    /// A socket's timeout begins again with each byte; that for a message must not.
    fn check_partial(&mut self, waiting: Waiting) -> Result<(), End> {
        let Waiting::Message { number } = waiting else { return Ok(()) };
        match self.partial {
            Some((same, since)) if same == number => {
                match since.elapsed() > self.shared.settings.message_timeout {
                    true => Err(End::TimedOut(waiting, waiting.too_long())),
                    false => Ok(()),
                }
            }
            _ => {
                self.partial = Some((number, Instant::now()));
                Ok(())
            }
        }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// A timeout as a socket takes it: not zero, and none at all for one that is not to be.
fn socket_timeout(timeout: Duration) -> Option<Duration> {
    const FAR: Duration = Duration::from_secs(365 * 24 * 3600);
    (timeout < FAR).then(|| timeout.max(Duration::from_millis(1)))
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::io::{Read, Write};

    use super::*;
    use crate::rpc::message::{Request, Response, ResponseKind};

    /// A stream that never waits: it has these pieces, one for each read.
    #[derive(Default)]
    struct Pieces {
        pieces: VecDeque<Vec<u8>>,
        written: Vec<u8>,
    }

    impl Read for Pieces {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            match self.pieces.pop_front() {
                Some(piece) => (&piece[..]).read(bytes),
                None => Err(io::ErrorKind::WouldBlock.into()),
            }
        }
    }

    impl Write for Pieces {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.written.write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Wire for Pieces {
        fn set_read_timeout(&mut self, _: Option<Duration>) -> io::Result<()> {
            Ok(())
        }
        fn set_write_timeout(&mut self, _: Option<Duration>) -> io::Result<()> {
            Ok(())
        }
        fn linger(&mut self) {}
    }

    struct Echo;

    impl Service for Echo {
        fn call(&self, request: Request) -> Result<Response> {
            Ok(Response::new(ResponseKind::Reply, request.protocol, request.body))
        }
    }

    #[test]
    fn a_call_is_answered_in_whichever_round_its_last_byte_is_read() {
        let call = b"\x80\x01\0\x01\0\0\0\x04echo\0\0\0\x07\x0b\0\x01\0\0\0\x03abc\0";
        for pieces in 1..=call.len() {
            let (bytes, rest) = call.split_at(pieces - 1);
            let mut stream = Pieces::default();
            stream.pieces.extend(bytes.iter().map(|byte| vec![*byte]));
            stream.pieces.push_back(rest.to_vec());
            let shared = Arc::new(Shared { service: Echo, settings: ServerSettings::default() });
            let mut session = Session::new(stream, Endpoints::default(), shared);
            // It is stepped while its socket is ready: to be read while there is something to read, or
            // to be written, which it always is here.
            while session.is_writing() || !session.stream.pieces.is_empty() {
                assert!(session.step().is_ok());
            }
            assert!(session.stream.written.ends_with(b"\0\0\0\x03abc\0"), "{pieces} pieces");
        }
    }
}
