//! Connecting of a blocking channel.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use socket2::SockRef;

use crate::error::{Error, ErrorKind};
use crate::net::address::Address;
use crate::net::tcp::{ConnectFailure, in_order, share};
use crate::settings::ClientSettings;

/// A custom stream.
pub(super) trait Stream: Read + Write + Send {}

impl<S: Read + Write + Send> Stream for S {}

/// An established connection.
pub(super) enum Socket {
    Tcp(TcpStream),
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

    /// Connects, trying the addresses to avoid last. A name lookup cannot be interrupted and may
    /// exceed the time limit.
    pub(super) fn connect(
        &self,
        settings: &ClientSettings,
        avoid: &[SocketAddr],
    ) -> Result<(Socket, Option<SocketAddr>), ConnectFailure> {
        match self {
            Source::Address(address) => first_of(address, settings, avoid),
            Source::Connector(connector) => match connector() {
                Ok(stream) => Ok((Socket::Other(stream), None)),
                Err(error) => {
                    let message = format!("the connector failed: {error}");
                    Err(Error::new(ErrorKind::Connect, message).with_source(error).into())
                }
            },
            Source::Stream(stream) => {
                match stream.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    Some(stream) => Ok((Socket::Other(stream), None)),
                    None => Err(self.ended().into()),
                }
            }
        }
    }

    fn ended(&self) -> Error {
        Error::new(ErrorKind::Connect, "the stream of the channel has ended")
    }

    /// The error of a connection that takes too long.
    pub(super) fn timed_out(&self, limit: Duration) -> Error {
        match self {
            Source::Address(address) => address.connect_timeout(limit),
            _ => Error::new(
                ErrorKind::Connect,
                format!("{} did not connect in {limit:?}", self.name()),
            ),
        }
    }
}

/// Connects to the first address of the name that accepts.
fn first_of(
    address: &Address,
    settings: &ClientSettings,
    avoid: &[SocketAddr],
) -> Result<(Socket, Option<SocketAddr>), ConnectFailure> {
    let (start, limit) = (Instant::now(), settings.connect_timeout);
    let order = in_order(address.resolve()?, avoid);
    let mut failure = None;
    for (at, &one) in order.iter().enumerate() {
        let left = share(limit.saturating_sub(start.elapsed()), order.len() - at);
        let connected = match left {
            Duration::ZERO => Err(io::ErrorKind::TimedOut.into()),
            left => TcpStream::connect_timeout(&one, left),
        };
        match connected {
            Ok(stream) => {
                settings.tcp.apply(SockRef::from(&stream), one);
                return Ok((Socket::Tcp(stream), Some(one)));
            }
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                failure.get_or_insert_with(|| address.connect_timeout(limit));
            }
            Err(error) => failure = Some(address.connect_error(error)),
        }
    }
    let error = failure.unwrap_or_else(|| address.connect_timeout(limit));
    Err(ConnectFailure { error, tried: order })
}
