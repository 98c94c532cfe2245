//! Connecting of a blocking channel.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
#[cfg(unix)]
use rustix::io::Errno;
use socket2::{Domain, SockRef, Socket as RawSocket, Type};

use super::conn::is_late;
use crate::blocking::stream::wait;
use crate::error::{Error, ErrorKind};
use crate::net::address::Address;
use crate::net::blocking_stream::{ClientStream, SocketStream};
use crate::net::login;
use crate::net::race::Race;
use crate::net::socket::Socket;
use crate::net::tcp::{Awaited, ConnectFailure, refuse_itself};
use crate::net::transform::Transformed;
use crate::settings::ClientSettings;

/// A custom stream.
pub(super) trait Stream: Read + Write + Send {}

impl<S: Read + Write + Send> Stream for S {}

/// An established connection.
pub(super) enum Connected {
    Socket(ClientStream),
    Other(Box<dyn Stream>),
}

type Connector = dyn Fn() -> io::Result<Box<dyn Stream>> + Send + Sync;

/// The source of connections.
#[derive(Clone)]
pub(super) enum Source {
    Address(Address),
    Connector(Arc<Connector>),
    /// A single connection.
    Stream(Arc<Mutex<Option<Box<dyn Stream>>>>),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl Source {
    pub(super) fn connector<C, S>(connector: C) -> Source
    where
        C: Fn() -> io::Result<S> + Send + Sync + 'static,
        S: Read + Write + Send + 'static,
    {
        Source::Connector(Arc::new(move || {
            connector().map(|stream| Box::new(stream) as Box<dyn Stream>)
        }))
    }

    pub(super) fn stream(stream: impl Read + Write + Send + 'static) -> Source {
        Source::Stream(Arc::new(Mutex::new(Some(Box::new(stream)))))
    }

    pub(super) fn address(&self) -> Option<&Address> {
        match self {
            Source::Address(address) => Some(address),
            Source::Connector(_) | Source::Stream(_) => None,
        }
    }

    /// The server name shown in errors.
    pub(super) fn name(&self) -> String {
        match self {
            Source::Address(address) => address.to_string(),
            Source::Connector(_) => "the connector's server".to_owned(),
            Source::Stream(_) => "the stream's server".to_owned(),
        }
    }

    /// Connects, trying the addresses to avoid last, and tells what it waits for. A name lookup cannot be
    /// interrupted and may exceed the time limit.
    pub(super) fn connect(
        &self,
        settings: &ClientSettings,
        avoid: &[SocketAddr],
        awaits: &dyn Fn(Awaited),
    ) -> Result<(Connected, Option<SocketAddr>), ConnectFailure> {
        let end = Instant::now() + settings.connect_timeout.min(FAR);
        match self {
            Source::Address(address) => {
                let (stream, one) = open(address, settings, avoid, end, awaits)?;
                match log_in(stream, settings, end, awaits) {
                    Ok(stream) => Ok((Connected::Socket(stream), one)),
                    Err(error) => {
                        let error = match is_late(&error) {
                            true => self.timed_out(Awaited::Login, settings.connect_timeout),
                            false => address.connect_error(error),
                        };
                        Err(ConnectFailure { error, tried: one.into_iter().collect() })
                    }
                }
            }
            Source::Connector(connector) => {
                awaits(Awaited::Connection);
                match connector().and_then(|stream| log_in_over(stream, settings, awaits)) {
                    Ok(stream) => Ok((Connected::Other(stream), None)),
                    Err(error) => {
                        let message = format!("the connector failed: {error}");
                        Err(Error::new(ErrorKind::Connect, message).with_source(error).into())
                    }
                }
            }
            Source::Stream(stream) => {
                match stream.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    Some(stream) => match log_in_over(stream, settings, awaits) {
                        Ok(stream) => Ok((Connected::Other(stream), None)),
                        Err(error) => {
                            let message = format!("cannot log in over the stream: {error}");
                            Err(Error::new(ErrorKind::Connect, message).with_source(error).into())
                        }
                    },
                    None => Err(self.ended().into()),
                }
            }
        }
    }

    fn ended(&self) -> Error {
        Error::new(ErrorKind::Connect, "the stream of the channel has ended")
    }

    /// The error of a connection that takes too long.
    pub(super) fn timed_out(&self, awaited: Awaited, limit: Duration) -> Error {
        awaited.timed_out(self.name(), limit)
    }
}

/// How long to wait for a full listen backlog.
#[cfg(unix)]
const FULL: Duration = Duration::from_millis(10);

/// Longer than any connection attempt, and within the range of clocks.
const FAR: Duration = Duration::from_secs(1 << 30);

fn open(
    address: &Address,
    settings: &ClientSettings,
    avoid: &[SocketAddr],
    end: Instant,
    awaits: &dyn Fn(Awaited),
) -> Result<(SocketStream, Option<SocketAddr>), ConnectFailure> {
    awaits(Awaited::Connection);
    let limit = settings.connect_timeout;
    let late = |awaited: Awaited| awaited.timed_out(address, limit);
    #[cfg(unix)]
    if let Some(path) = address.unix_path() {
        return match open_unix(path, end) {
            Ok(stream) => Ok((SocketStream::new(Socket::Unix(stream).into()), None)),
            Err(Some(error)) => Err(address.connect_error(error).into()),
            Err(None) => Err(late(Awaited::Connection).into()),
        };
    }
    let found = address.resolve()?;
    let race = Race::new(found.clone(), avoid, limit, Instant::now());
    match first_of(race, end) {
        Ok((stream, one)) => {
            settings.tcp.apply(SockRef::from(&stream), one);
            let socket = Socket::Tcp(stream).into();
            #[cfg(feature = "tls")]
            if let Some(connector) = &settings.connector {
                awaits(Awaited::TlsHandshake);
                let mut stream =
                    SocketStream::encrypted(socket, connector.connect(address)?, false);
                return match stream.handshake(end.saturating_duration_since(Instant::now())) {
                    Ok(()) => Ok((stream, Some(one))),
                    Err(error) => {
                        let error = match is_late(&error) {
                            true => late(Awaited::TlsHandshake),
                            false => address.tls_error(error),
                        };
                        Err(ConnectFailure { error, tried: vec![one] })
                    }
                };
            }
            Ok((SocketStream::new(socket), Some(one)))
        }
        Err(error) => {
            let error = match error {
                Some(error) => address.connect_error(error),
                None => late(Awaited::Connection),
            };
            Err(ConnectFailure { error, tried: found })
        }
    }
}

/// Authenticates, if the client has to.
fn log_in(
    mut stream: SocketStream,
    settings: &ClientSettings,
    end: Instant,
    awaits: &dyn Fn(Awaited),
) -> io::Result<ClientStream> {
    let Some(sasl) = &settings.sasl else { return Ok(ClientStream::Plain(stream)) };
    awaits(Awaited::Login);
    let client = sasl.begin(settings.limits.message)?;
    let limit = |stream: &mut SocketStream| {
        let left = end.saturating_duration_since(Instant::now());
        // A socket takes no timeout of zero.
        let left = Some(left.max(Duration::from_millis(1)));
        stream.set_read_timeout(left)?;
        stream.socket().set_write_timeout(left)
    };
    let (frames, received) = login::log_in(&mut stream, client, limit)?;
    // The connection assumes that none are set.
    stream.set_read_timeout(None)?;
    stream.socket().set_write_timeout(None)?;
    Ok(ClientStream::Sasl(Box::new(Transformed::new(stream, frames, received))))
}

/// As [`log_in`], over a custom stream, which has no time limits.
fn log_in_over(
    mut stream: Box<dyn Stream>,
    settings: &ClientSettings,
    awaits: &dyn Fn(Awaited),
) -> io::Result<Box<dyn Stream>> {
    let Some(sasl) = &settings.sasl else { return Ok(stream) };
    awaits(Awaited::Login);
    let client = sasl.begin(settings.limits.message)?;
    let (frames, received) = login::log_in(&mut stream, client, |_| Ok(()))?;
    Ok(Box::new(Transformed::new(stream, frames, received)))
}

/// Connects to the first address that accepts. The error is that of the last attempt that failed;
/// `None` if none did in time.
fn first_of(mut race: Race, end: Instant) -> Result<(TcpStream, SocketAddr), Option<io::Error>> {
    let mut running: Vec<(SocketAddr, RawSocket)> = Vec::new();
    let mut failure = None;
    loop {
        let now = Instant::now();
        while let Some(address) = race.start(now) {
            match begin(address) {
                Ok(socket) => running.push((address, socket)),
                Err(error) => {
                    failure = Some(error);
                    race.failed(now);
                }
            }
        }
        if now >= end || running.is_empty() {
            return Err(failure);
        }
        let wake = race.wake().map_or(end, |wake| wake.min(end));
        let mut sockets: Vec<_> =
            running.iter().map(|(_, socket)| PollFd::new(socket, PollFlags::OUT)).collect();
        wait(&mut sockets, Some(wake.saturating_duration_since(now))).map_err(Some)?;
        let ended: Vec<bool> = sockets.iter().map(|one| !one.revents().is_empty()).collect();
        for at in (0..running.len()).rev().filter(|&at| ended[at]) {
            let (address, socket) = running.swap_remove(at);
            match finish(socket, address) {
                Ok(stream) => return Ok((stream, address)),
                Err(error) => {
                    failure = Some(error);
                    race.failed(Instant::now());
                }
            }
        }
    }
}

/// Begins to connect.
fn begin(address: SocketAddr) -> io::Result<RawSocket> {
    let socket = RawSocket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    match socket.connect(&address.into()) {
        Err(error) if !is_in_progress(&error) => Err(error),
        _ => Ok(socket),
    }
}

fn is_in_progress(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(Errno::INPROGRESS.raw_os_error()) {
        return true;
    }
    error.kind() == io::ErrorKind::WouldBlock
}

/// The connection, if the attempt has succeeded.
fn finish(socket: RawSocket, address: SocketAddr) -> io::Result<TcpStream> {
    match socket.take_error()? {
        Some(error) => Err(error),
        None => {
            refuse_itself(SockRef::from(&socket), address)?;
            socket.set_nonblocking(false)?;
            Ok(socket.into())
        }
    }
}

/// Connects to a unix socket, as soon as its listen backlog has room. `None` if it has not in time.
#[cfg(unix)]
fn open_unix(path: &std::path::Path, end: Instant) -> Result<UnixStream, Option<io::Error>> {
    loop {
        match crate::net::unix::connect(path) {
            Ok(stream) => {
                stream.set_nonblocking(false).map_err(Some)?;
                return Ok(stream);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(Some(error)),
        }
        match end.saturating_duration_since(Instant::now()) {
            Duration::ZERO => return Err(None),
            left => std::thread::sleep(left.min(FULL)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A listener whose backlog is full: connecting to it takes for ever.
    fn black_hole() -> (Vec<RawSocket>, SocketAddr) {
        let listener = RawSocket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("port 0 is free");
        listener.listen(0).expect("it listens");
        let address = listener.local_addr().ok().and_then(|address| address.as_socket());
        let address = address.expect("it has one");
        let mut sockets = vec![listener];
        sockets.extend((0..4).map(|_| {
            let socket = RawSocket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
            socket.set_nonblocking(true).expect("it can be set");
            let _ = socket.connect(&address.into());
            socket
        }));
        std::thread::sleep(Duration::from_millis(50));
        (sockets, address)
    }

    /// An address at which nobody listens.
    fn refused() -> SocketAddr {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
        listener.local_addr().expect("it is bound")
    }

    fn connect(addresses: &[SocketAddr], limit: Duration) -> Result<SocketAddr, Option<io::Error>> {
        let now = Instant::now();
        let race = Race::new(addresses.to_vec(), &[], limit, now);
        first_of(race, now + limit).map(|(_, address)| address)
    }

    #[test]
    #[cfg_attr(miri, ignore = "it needs sockets")]
    fn addresses_that_do_not_answer_delay_the_connection_only_a_little() {
        let (_sockets, hole) = black_hole();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
        let good = listener.local_addr().expect("it is bound");
        let start = Instant::now();
        let limit = Duration::from_secs(60);
        for addresses in [&[good, hole][..], &[hole, good], &[refused(), good, hole]] {
            assert_eq!(connect(addresses, limit).expect("one accepts"), good);
        }
        assert!(start.elapsed() < limit / 2);
    }

    #[test]
    #[cfg_attr(miri, ignore = "it needs sockets")]
    fn the_error_is_a_refusal_if_there_was_one_and_a_timeout_otherwise() {
        let (_sockets, hole) = black_hole();
        let limit = Duration::from_millis(100);
        let error = connect(&[refused(), hole], limit).expect_err("none accepts");
        assert_eq!(error.expect("one refuses").kind(), io::ErrorKind::ConnectionRefused);
        assert!(connect(&[hole, hole], limit).expect_err("none accepts").is_none());
        let error = connect(&[refused()], limit).expect_err("none accepts");
        assert_eq!(error.expect("it refuses").kind(), io::ErrorKind::ConnectionRefused);
    }

    #[test]
    #[cfg_attr(miri, ignore = "it needs sockets")]
    fn a_client_never_connects_to_itself() {
        // The next port, as Linux gives even ones to clients and odd ones to servers.
        let mut address = refused();
        address.set_port(address.port() ^ 1);
        // More often than there are such ports, which the system chooses in turn.
        for _ in 0..40_000 {
            let error = connect(&[address], Duration::from_secs(60)).expect_err("none listens");
            assert_eq!(error.expect("it refuses").kind(), io::ErrorKind::ConnectionRefused);
        }
    }
}
