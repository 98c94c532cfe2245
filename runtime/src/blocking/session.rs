//! One connection of the blocking server.

use std::io::{self, Read};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::Service;
use crate::connection::{Call, End, MAX_OUTPUT, ServerConnection, Waiting, Watchdog, guard};
use crate::error::Result;
use crate::net::endpoints::Endpoints;
use crate::net::stream::{read, write};
use crate::rpc::deadline::Deadline;
use crate::settings::ServerSettings;

/// How long what a client still sends is read after the last answer: a connection that is closed
/// with unread bytes is reset, and the answer could be lost with it.
const LINGER: Duration = Duration::from_secs(1);

/// How often a write is tried within the time limit, so that it means what it says: a write that ends with
/// a part of the bytes may have made its progress long before.
const STALLS: u32 = 4;

/// Reads calls, has them handled, and writes the answers.
pub(super) struct Session<'a, S> {
    stream: &'a TcpStream,
    service: &'a S,
    settings: &'a ServerSettings,
    connection: ServerConnection,
    watchdog: Watchdog,
    /// Where reads go to.
    scratch: Vec<u8>,
    /// The number of the message of which a part is here, and since when.
    partial: Option<(u64, Instant)>,
}

impl<'a, S: Service> Session<'a, S> {
    pub(super) fn new(
        stream: &'a TcpStream,
        ends: Endpoints,
        service: &'a S,
        settings: &'a ServerSettings,
    ) -> Session<'a, S> {
        Session {
            stream,
            service,
            settings,
            connection: ServerConnection::new(settings.limits, ends, settings.share()),
            watchdog: Watchdog::new(settings),
            scratch: Vec::new(),
            partial: None,
        }
    }

    /// Serves the connection until it ends.
    pub(super) fn run(mut self) {
        let end = self.serve();
        self.settings.report.ended(Instant::now(), &self.connection, &end);
    }

    fn serve(&mut self) -> End {
        let set_up = || {
            self.stream.set_nodelay(self.settings.nodelay)?;
            self.stream.set_write_timeout(socket_timeout(self.settings.write_timeout / STALLS))?;
            self.stream.set_read_timeout(socket_timeout(self.watchdog.armed()))
        };
        if let Err(error) = set_up() {
            return End::Lost(error);
        }
        loop {
            let taken = self.take_calls();
            match taken.and_then(|()| self.write()).and_then(|()| self.read()) {
                Ok(0) => return End::Closed,
                Ok(_) => {}
                Err(End::Broken(error)) => {
                    // The last answer says what is wrong.
                    if self.write().is_ok() {
                        self.linger();
                    }
                    return End::Broken(error);
                }
                Err(end) => return end,
            }
        }
    }

    /// Handles the calls that have come.
    fn take_calls(&mut self) -> Result<(), End> {
        while let Some(Call { head, mut request }) = self.connection.next().map_err(End::Broken)? {
            if let Some(timeout) = self.settings.handler_timeout {
                request.deadline = Deadline::after(timeout);
            }
            let result = guard(&head.method, || self.service.call(request));
            let result = result.and_then(|answer| answer);
            let result = self.connection.share().admit(&head.method, result);
            if let Some(error) = self.connection.answer(&head, result) {
                let (now, ends) = (Instant::now(), self.connection.ends());
                self.settings.report.failed(now, ends, &head.method, &error);
            }
            if self.connection.output.len() >= MAX_OUTPUT {
                self.write()?;
            }
        }
        Ok(())
    }

    /// Writes all answers.
    fn write(&mut self) -> Result<(), End> {
        let mut stalls = 0;
        loop {
            let before = self.connection.output.len();
            let written = write(&mut self.stream, &mut self.connection.output);
            self.connection.written();
            match written {
                Ok(()) => return Ok(()),
                Err(error) if is_timeout(&error) => {
                    stalls = if self.connection.output.len() < before { 0 } else { stalls + 1 };
                    if stalls >= STALLS {
                        let waiting = self.connection.waiting();
                        return Err(End::TimedOut(waiting, waiting.too_long()));
                    }
                }
                Err(error) => return Err(End::Lost(error)),
            }
        }
    }

    /// Reads what has come, or waits for it; 0 is the end.
    fn read(&mut self) -> Result<usize, End> {
        let waiting = self.connection.waiting();
        let arm = |watchdog: &Watchdog| {
            self.stream.set_read_timeout(socket_timeout(watchdog.armed())).map_err(End::Lost)
        };
        if self.watchdog.observe(waiting, self.settings) {
            arm(&self.watchdog)?;
        }
        self.check_partial(waiting)?;
        loop {
            match read(&mut self.stream, &mut self.scratch, self.connection.space()) {
                Ok(count) => return Ok(count),
                Err(error) if is_timeout(&error) => {
                    if let Err(error) = self.watchdog.fire(waiting, self.settings) {
                        return Err(End::TimedOut(waiting, error));
                    }
                    self.connection.input.release();
                    arm(&self.watchdog)?;
                }
                Err(error) => return Err(End::Lost(error)),
            }
        }
    }

    /// A socket's timeout begins again with each byte; that for a message must not.
    fn check_partial(&mut self, waiting: Waiting) -> Result<(), End> {
        let Waiting::Message { number } = waiting else { return Ok(()) };
        match self.partial {
            Some((same, since)) if same == number => {
                match since.elapsed() > self.settings.message_timeout {
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

    /// Lets the client read the last answer.
    fn linger(&mut self) {
        let until = Instant::now() + LINGER;
        let mut linger = || {
            self.stream.shutdown(Shutdown::Write)?;
            self.stream.set_read_timeout(Some(LINGER))?;
            while Instant::now() < until && self.stream.read(&mut self.scratch)? > 0 {}
            io::Result::Ok(())
        };
        // Whatever comes of it, the connection is over.
        let _ = linger();
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
