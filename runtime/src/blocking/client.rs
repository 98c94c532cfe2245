//! The blocking client.

use std::io;
use std::marker::PhantomData;
use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Service;
use crate::connection::{ClientConnection, SILENT, closed, of_call, timed_out};
use crate::error::{Error, Result};
use crate::net::address::Address;
use crate::net::stream::{read, write};
use crate::rpc::from_channel::FromChannel;
use crate::rpc::message::{Protocol, Request, Response};
use crate::settings::{ClientSettings, client_setters};

/// A connection that was not used for so long is looked at before it is used again.
const FRESH: Duration = Duration::from_secs(1);

/// Sets up a client and connects it. `T` is the client: one that `thrift!` makes, or a bare
/// [`Channel`]. There is an example at [`blocking`](crate::blocking).
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing before it is told to connect"]
pub struct ClientBuilder<T = Channel> {
    settings: ClientSettings,
    client: PhantomData<fn() -> T>,
}

impl<T> ClientBuilder<T> {
    /// The default settings: unframed, strict binary, as ThriftPy has it.
    pub fn new() -> ClientBuilder<T> {
        ClientBuilder { settings: ClientSettings::default(), client: PhantomData }
    }

    client_setters!();
}

impl<T: FromChannel<Channel>> ClientBuilder<T> {
    /// Connects to a server, such as `"127.0.0.1:6000"`.
    ///
    /// # Errors
    /// The address cannot be understood or resolved ([`ErrorKind::Address`]), or no connection
    /// can be made in time ([`ErrorKind::Connect`]).
    ///
    /// [`ErrorKind::Address`]: crate::ErrorKind::Address
    /// [`ErrorKind::Connect`]: crate::ErrorKind::Connect
    pub fn connect(self, address: impl TryInto<Address, Error: Into<Error>>) -> Result<T> {
        let address = address.try_into().map_err(Into::into)?;
        let protocol = self.settings.protocol;
        let open = Open::connect(&address, &self.settings)?;
        let line = Line { address, settings: self.settings, open: Mutex::new(Some(open)) };
        Ok(T::from_channel(Channel { line: Arc::new(line) }, protocol))
    }
}

impl<T> Default for ClientBuilder<T> {
    fn default() -> ClientBuilder<T> {
        ClientBuilder::new()
    }
}

/// A connection to a server, for encoded calls: what typed clients call through.
///
/// Clones share the connection, and threads may too: one call is made after the other. When the
/// connection is lost, the call fails with [`ErrorKind::Closed`](crate::ErrorKind::Closed), and
/// the next call connects again. No call is ever sent twice.
#[derive(Debug, Clone)]
pub struct Channel {
    line: Arc<Line>,
}

impl Channel {
    /// The server that the calls go to.
    pub fn address(&self) -> &Address {
        &self.line.address
    }
}

impl Service for Channel {
    /// Makes a call, and waits for its answer; for a oneway call only until it is sent.
    ///
    /// # Errors
    /// There is no connection and none can be made ([`ErrorKind::Connect`]), it is lost before
    /// the answer is there ([`ErrorKind::Closed`]), it takes too long ([`ErrorKind::Timeout`]),
    /// or the answer belongs to another call ([`ErrorKind::BadReply`]).
    ///
    /// [`ErrorKind::Connect`]: crate::ErrorKind::Connect
    /// [`ErrorKind::Closed`]: crate::ErrorKind::Closed
    /// [`ErrorKind::Timeout`]: crate::ErrorKind::Timeout
    /// [`ErrorKind::BadReply`]: crate::ErrorKind::BadReply
    fn call(&self, request: Request) -> Result<Response> {
        self.line.call(request)
    }
}

impl FromChannel<Channel> for Channel {
    fn from_channel(channel: Channel, _: Protocol) -> Channel {
        channel
    }
}

/// What the clones of a channel share.
#[derive(Debug)]
struct Line {
    address: Address,
    settings: ClientSettings,
    /// `None` after the connection was lost.
    open: Mutex<Option<Open>>,
}

impl Line {
    fn call(&self, request: Request) -> Result<Response> {
        // While a call is made the connection is out of its place, so that a panic loses it.
        let mut place = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut open = match place.take() {
            Some(open) if open.is_usable() => open,
            _ => Open::connect(&self.address, &self.settings)?,
        };
        let method = request.method.clone();
        match open.call(request, &self.settings) {
            Ok(response) => {
                *place = Some(open);
                Ok(response)
            }
            Err(Failure::Call(error)) => {
                *place = Some(open);
                Err(of_call(&self.address, &method, &error))
            }
            Err(Failure::Late(timeout)) => {
                // What is half-way out cannot be taken back.
                if open.connection.output.is_empty() && open.silent < SILENT {
                    *place = Some(open);
                }
                Err(timed_out(&self.address, &method, timeout))
            }
            Err(Failure::Lost(why)) => Err(closed(&self.address, &method, why)),
        }
    }
}

/// What may become of a call.
enum Failure {
    /// Only this call is affected.
    Call(Error),
    /// It took longer than this.
    Late(Duration),
    /// The connection cannot be used any more.
    Lost(String),
}

/// A connection.
#[derive(Debug)]
struct Open {
    stream: TcpStream,
    connection: ClientConnection<()>,
    /// Where reads go to.
    scratch: Vec<u8>,
    /// When it was used last.
    used: Instant,
    /// Whether the socket waits for as long as a whole call may take.
    full_timeout: bool,
    /// How many calls have run into their timeout since the last reply.
    silent: u32,
}

impl Open {
    fn connect(address: &Address, settings: &ClientSettings) -> Result<Open> {
        let deadline = Instant::now().checked_add(settings.connect_timeout);
        let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for socket_address in address.resolve()? {
            let connected = match deadline.map(|deadline| deadline - Instant::now()) {
                Some(Duration::ZERO) => {
                    return Err(address.connect_timeout(settings.connect_timeout));
                }
                Some(left) => TcpStream::connect_timeout(&socket_address, left),
                None => TcpStream::connect(socket_address),
            };
            let set_up = |stream: TcpStream| {
                stream.set_nodelay(settings.nodelay)?;
                stream.set_write_timeout(settings.timeout.map(at_least))?;
                stream.set_read_timeout(settings.timeout.map(at_least))?;
                Ok(stream)
            };
            match connected.and_then(set_up) {
                Ok(stream) => {
                    return Ok(Open {
                        stream,
                        connection: ClientConnection::new(settings.framing, settings.limits),
                        scratch: Vec::new(),
                        used: Instant::now(),
                        full_timeout: true,
                        silent: 0,
                    });
                }
                Err(error) => failure = error,
            }
        }
        match failure.kind() {
            io::ErrorKind::TimedOut => Err(address.connect_timeout(settings.connect_timeout)),
            _ => Err(address.connect_error(failure)),
        }
    }

    /// Whether the server has not closed it while it was not used.
    fn is_usable(&self) -> bool {
        if self.used.elapsed() < FRESH {
            return true;
        }
        let look = || {
            self.stream.set_nonblocking(true)?;
            let found = self.stream.peek(&mut [0]);
            self.stream.set_nonblocking(false)?;
            found
        };
        match look() {
            Ok(count) => count > 0,
            Err(error) => error.kind() == io::ErrorKind::WouldBlock,
        }
    }

    fn call(&mut self, request: Request, settings: &ClientSettings) -> Result<Response, Failure> {
        let (protocol, oneway) = (request.protocol, request.oneway);
        let now = Instant::now();
        let deadline = request.deadline.resolve(now, settings.timeout);
        let timeout = deadline.map(|deadline| deadline.saturating_duration_since(now));
        self.connection.call(request, ()).map_err(|((), error)| Failure::Call(error))?;
        self.full_timeout &= timeout == settings.timeout;
        let result = self.exchange(oneway, deadline, timeout);
        self.used = Instant::now();
        match result {
            Ok(Some(response)) => {
                self.silent = 0;
                Ok(response)
            }
            Ok(None) => Ok(Response::none(protocol)),
            Err(failure) => {
                self.silent += u32::from(matches!(failure, Failure::Late(_)));
                // Should the reply still come, it is dropped.
                self.connection.keep(|()| false);
                Err(failure)
            }
        }
    }

    fn exchange(
        &mut self,
        oneway: bool,
        deadline: Option<Instant>,
        timeout: Option<Duration>,
    ) -> Result<Option<Response>, Failure> {
        let failed = |error: io::Error| match (error.kind(), timeout) {
            (io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut, Some(timeout)) => {
                Failure::Late(timeout)
            }
            _ => Failure::Lost(error.to_string()),
        };
        write(&mut self.stream, &mut self.connection.output).map_err(failed)?;
        if oneway {
            return Ok(None);
        }
        if !self.full_timeout {
            self.stream.set_read_timeout(timeout.map(at_least)).map_err(failed)?;
            self.full_timeout = true;
        }
        loop {
            match read(&mut self.stream, &mut self.scratch, self.connection.space()) {
                Ok(0) => return Err(Failure::Lost("the connection was closed".to_owned())),
                Ok(_) => {}
                Err(error) => return Err(failed(error)),
            }
            match self.connection.next() {
                Ok(Some(((), Ok(response)))) => return Ok(Some(response)),
                Ok(Some(((), Err(error)))) => return Err(Failure::Call(error)),
                Ok(None) => {}
                Err(error) => return Err(Failure::Lost(format!("cannot read the reply: {error}"))),
            }
            if let (Some(deadline), Some(timeout)) = (deadline, timeout) {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(Failure::Late(timeout));
                }
                self.stream.set_read_timeout(Some(at_least(left))).map_err(failed)?;
                self.full_timeout = false;
            }
        }
    }
}

/// A socket takes no timeout of zero.
fn at_least(timeout: Duration) -> Duration {
    timeout.max(Duration::from_millis(1))
}
