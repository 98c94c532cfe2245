//! One connection of the blocking server.

use std::io::{self, Read};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::Service;
use crate::connection::{Call, End, MAX_OUTPUT, ServerConnection, Waiting, Watchdog, guard};
use crate::error::Result;
use crate::net::endpoints::Endpoints;
use crate::net::stream::{read, write};
use crate::settings::ServerSettings;

/// How long what a client still sends is read after the last answer: a connection that is closed
/// with unread bytes is reset, and the answer could be lost with it.
const LINGER: Duration = Duration::from_secs(1);

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
            connection: ServerConnection::new(settings.limits, ends),
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
            self.stream.set_write_timeout(socket_timeout(self.settings.write_timeout))?;
            self.stream.set_read_timeout(socket_timeout(self.watchdog.armed()))
        };
        if let Err(error) = set_up() {
            return End::Lost(error);
        }
        loop {
            let taken = self.take_calls();
            match self.write() {
                Ok(()) => {}
                Err(error) if is_timeout(&error) => {
                    let waiting = self.connection.waiting();
                    return End::TimedOut(waiting, waiting.too_long());
                }
                Err(error) => return End::Lost(error),
            }
            if let Err(error) = taken {
                self.linger();
                return End::Broken(error);
            }
            match self.read() {
                Ok(0) => return End::Closed,
                Ok(_) => {}
                Err(end) => return end,
            }
        }
    }

    /// Handles the calls that have come.
    fn take_calls(&mut self) -> Result<()> {
        while let Some(Call { head, request }) = self.connection.next()? {
            let result = guard(&head.method, || self.service.call(request));
            if let Some(error) = self.connection.answer(&head, result.and_then(|answer| answer)) {
                let (now, ends) = (Instant::now(), self.connection.ends());
                self.settings.report.failed(now, ends, &head.method, &error);
            }
            // A failure to write comes up again when the rest is written.
            if self.connection.output.len() >= MAX_OUTPUT && self.write().is_err() {
                break;
            }
        }
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        write(&mut self.stream, &mut self.connection.output)
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
