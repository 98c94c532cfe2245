//! Connecting of a channel.

use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, ready};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::error::{Error, ErrorKind, Result};
use crate::net::address::Address;
use crate::net::async_socket::AsyncSocket;
use crate::net::login::log_in_async;
use crate::net::race::Race;
use crate::net::tcp::{Awaited, ConnectFailure, refuse_itself};
#[cfg(feature = "tls")]
use crate::net::tls::AsyncTls;
use crate::net::transform::Transformed;
use crate::settings::ClientSettings;

/// A custom stream.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send {}

impl<S: AsyncRead + AsyncWrite + Send> Stream for S {}

pub(super) type BoxStream = Pin<Box<dyn Stream>>;

type Connecting = Pin<Box<dyn Future<Output = io::Result<BoxStream>> + Send>>;

/// An established connection.
pub(super) enum Socket {
    Socket(AsyncSocket),
    Other(BoxStream),
}

/// The source of connections.
#[derive(Clone)]
pub(super) enum Source {
    Address(Address),
    Connector(Arc<dyn Fn() -> Connecting + Send + Sync>),
    /// A single connection.
    Stream(Arc<Mutex<Option<BoxStream>>>),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl Source {
    pub(super) fn connector<F, C, S>(connector: C) -> Source
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = io::Result<S>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        Source::Connector(Arc::new(move || {
            let connecting = connector();
            Box::pin(async move { connecting.await.map(|stream| Box::pin(stream) as BoxStream) })
        }))
    }

    pub(super) fn stream(stream: impl AsyncRead + AsyncWrite + Send + 'static) -> Source {
        Source::Stream(Arc::new(Mutex::new(Some(Box::pin(stream)))))
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

    /// Connects, trying the addresses to avoid last.
    pub(super) async fn connect(
        self,
        settings: ClientSettings,
        avoid: Vec<SocketAddr>,
    ) -> Result<(Socket, Option<SocketAddr>), ConnectFailure> {
        let (name, limit) = (self.name(), settings.connect_timeout);
        let end = Instant::now() + limit.min(FAR);
        let late = |awaited: Awaited| awaited.timed_out(&name, limit);
        match self {
            Source::Address(address) => {
                let (socket, one) = open(&address, &settings, &avoid, end).await?;
                let error = match timeout_at(end, log_in(socket, &settings)).await {
                    Ok(Ok(socket)) => return Ok((Socket::Socket(socket), one)),
                    Ok(Err(error)) => address.connect_error(error),
                    Err(_) => late(Awaited::Login),
                };
                Err(ConnectFailure { error, tried: one.into_iter().collect() })
            }
            Source::Connector(connector) => {
                let failed = |error: io::Error| {
                    let message = format!("the connector failed: {error}");
                    Error::new(ErrorKind::Connect, message).with_source(error)
                };
                let connected = timeout_at(end, connector()).await;
                let stream = connected.map_err(|_| late(Awaited::Connection))?.map_err(failed)?;
                let logged_in = timeout_at(end, log_in_over(stream, &settings)).await;
                let stream = logged_in.map_err(|_| late(Awaited::Login))?.map_err(failed)?;
                Ok((Socket::Other(stream), None))
            }
            Source::Stream(stream) => {
                let stream = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
                let Some(stream) = stream else {
                    let message = "the stream of the channel has ended";
                    return Err(Error::new(ErrorKind::Connect, message).into());
                };
                let failed = |error: io::Error| {
                    let message = format!("cannot log in over the stream: {error}");
                    Error::new(ErrorKind::Connect, message).with_source(error)
                };
                let logged_in = timeout_at(end, log_in_over(stream, &settings)).await;
                let stream = logged_in.map_err(|_| late(Awaited::Login))?.map_err(failed)?;
                Ok((Socket::Other(stream), None))
            }
        }
    }
}

/// How long to wait for a full listen backlog.
#[cfg(unix)]
const FULL: Duration = Duration::from_millis(10);

/// Longer than any connection attempt, and within the range of clocks.
const FAR: Duration = Duration::from_secs(1 << 30);

/// Authenticates, if the client has to.
async fn log_in(mut socket: AsyncSocket, settings: &ClientSettings) -> io::Result<AsyncSocket> {
    let Some(sasl) = &settings.sasl else { return Ok(socket) };
    let client = sasl.begin(settings.limits.message)?;
    let (frames, received) = log_in_async(&mut socket, client).await?;
    Ok(AsyncSocket::Sasl(Box::new(Transformed::new(socket, frames, received))))
}

/// As [`log_in`], over a custom stream.
async fn log_in_over(mut stream: BoxStream, settings: &ClientSettings) -> io::Result<BoxStream> {
    let Some(sasl) = &settings.sasl else { return Ok(stream) };
    let client = sasl.begin(settings.limits.message)?;
    let (frames, received) = log_in_async(&mut stream, client).await?;
    Ok(Box::pin(Transformed::new(stream, frames, received)))
}

async fn open(
    address: &Address,
    settings: &ClientSettings,
    avoid: &[SocketAddr],
    end: Instant,
) -> Result<(AsyncSocket, Option<SocketAddr>), ConnectFailure> {
    let limit = settings.connect_timeout;
    let late = |awaited: Awaited| awaited.timed_out(address, limit);
    #[cfg(unix)]
    if let Some(path) = address.unix_path() {
        return match timeout_at(end, open_unix(path)).await {
            Ok(Ok(stream)) => Ok((AsyncSocket::Unix(stream), None)),
            Ok(Err(error)) => Err(address.connect_error(error).into()),
            Err(_) => Err(late(Awaited::Connection).into()),
        };
    }
    let found = match timeout_at(end, address.lookup()).await {
        Ok(found) => found?,
        Err(_) => return Err(late(Awaited::Connection).into()),
    };
    let race = Race::new(found.clone(), avoid, limit, Instant::now().into_std());
    match first_of(race, end).await {
        Ok((stream, one)) => {
            settings.tcp.apply(SockRef::from(&stream), one);
            #[cfg(feature = "tls")]
            if let Some(connector) = &settings.connector {
                let tls = connector.connect(address)?;
                return match timeout_at(end, AsyncTls::connect(stream, tls)).await {
                    Ok(Ok(stream)) => Ok((AsyncSocket::Tls(Box::new(stream)), Some(one))),
                    Ok(Err(error)) => {
                        Err(ConnectFailure { error: address.tls_error(error), tried: vec![one] })
                    }
                    Err(_) => {
                        let error = late(Awaited::TlsHandshake);
                        Err(ConnectFailure { error, tried: vec![one] })
                    }
                };
            }
            Ok((AsyncSocket::Tcp(stream), Some(one)))
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

/// Connects to the first address that accepts. The error is that of the last attempt that failed;
/// `None` if none did in time.
async fn first_of(
    mut race: Race,
    end: Instant,
) -> Result<(TcpStream, SocketAddr), Option<io::Error>> {
    type Attempt = Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send>>;
    let mut running: Vec<(SocketAddr, Attempt)> = Vec::new();
    let mut timer = pin!(sleep_until(end));
    let mut failure = None;
    poll_fn(|context| {
        loop {
            let now = Instant::now();
            while let Some(address) = race.start(now.into_std()) {
                running.push((address, Box::pin(TcpStream::connect(address))));
            }
            let mut at = 0;
            while let Some((address, attempt)) = running.get_mut(at) {
                let connected = attempt.as_mut().poll(context).map(|stream| {
                    let stream = stream?;
                    refuse_itself(SockRef::from(&stream), *address).map(|()| stream)
                });
                match connected {
                    Poll::Ready(Ok(stream)) => return Poll::Ready(Ok((stream, *address))),
                    Poll::Ready(Err(error)) => {
                        failure = Some(error);
                        race.failed(now.into_std());
                        drop(running.swap_remove(at));
                    }
                    Poll::Pending => at += 1,
                }
            }
            let wake = race.wake().map(Instant::from_std);
            if now >= end || running.is_empty() && wake.is_none() {
                return Poll::Ready(Err(failure.take()));
            }
            timer.as_mut().reset(wake.map_or(end, |wake| wake.min(end)));
            ready!(timer.as_mut().poll(context));
        }
    })
    .await
}

/// Connects to a unix socket, as soon as its listen backlog has room.
#[cfg(unix)]
async fn open_unix(path: &std::path::Path) -> io::Result<UnixStream> {
    loop {
        match crate::net::unix::connect(path) {
            Ok(stream) => return UnixStream::from_std(stream),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                tokio::time::sleep(FULL).await
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use socket2::{Domain, Socket as RawSocket, Type};

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

    async fn connect(
        addresses: &[SocketAddr],
        limit: Duration,
    ) -> Result<SocketAddr, Option<io::Error>> {
        let now = Instant::now();
        let race = Race::new(addresses.to_vec(), &[], limit, now.into_std());
        first_of(race, now + limit).await.map(|(_, address)| address)
    }

    #[tokio::test]
    #[cfg_attr(miri, ignore = "it needs sockets")]
    async fn addresses_that_do_not_answer_delay_the_connection_only_a_little() {
        let (_sockets, hole) = black_hole();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port 0 is free");
        let good = listener.local_addr().expect("it is bound");
        let start = Instant::now();
        let limit = Duration::from_secs(60);
        for addresses in [&[good, hole][..], &[hole, good], &[refused(), good, hole]] {
            assert_eq!(connect(addresses, limit).await.expect("one accepts"), good);
        }
        assert!(start.elapsed() < limit / 2);
    }

    #[tokio::test]
    #[cfg_attr(miri, ignore = "it needs sockets")]
    async fn the_error_is_a_refusal_if_there_was_one_and_a_timeout_otherwise() {
        let (_sockets, hole) = black_hole();
        let limit = Duration::from_millis(100);
        let error = connect(&[refused(), hole], limit).await.expect_err("none accepts");
        assert_eq!(error.expect("one refuses").kind(), io::ErrorKind::ConnectionRefused);
        assert!(connect(&[hole, hole], limit).await.expect_err("none accepts").is_none());
        let error = connect(&[refused()], limit).await.expect_err("none accepts");
        assert_eq!(error.expect("it refuses").kind(), io::ErrorKind::ConnectionRefused);
    }

    #[tokio::test]
    #[cfg_attr(miri, ignore = "it needs sockets")]
    async fn a_client_never_connects_to_itself() {
        // The next port, as Linux gives even ones to clients and odd ones to servers.
        let mut address = refused();
        address.set_port(address.port() ^ 1);
        // More often than there are such ports, which the system chooses in turn.
        for _ in 0..40_000 {
            let error =
                connect(&[address], Duration::from_secs(60)).await.expect_err("none listens");
            assert_eq!(error.expect("it refuses").kind(), io::ErrorKind::ConnectionRefused);
        }
    }
}
