//! Connecting of a channel.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

use crate::error::{Error, ErrorKind, Result};
use crate::net::address::Address;
use crate::net::tcp::{ConnectFailure, TcpOptions, in_order, share};
use crate::settings::ClientSettings;

/// A custom stream.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send {}

impl<S: AsyncRead + AsyncWrite + Send> Stream for S {}

pub(super) type BoxStream = Pin<Box<dyn Stream>>;

type Connecting = Pin<Box<dyn Future<Output = io::Result<BoxStream>> + Send>>;

/// An established connection.
pub(super) enum Socket {
    Tcp(TcpStream),
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
        let limit = settings.connect_timeout;
        match self {
            Source::Address(address) => {
                let end = Instant::now() + limit.min(FAR);
                match timeout(limit, resolve(&address)).await {
                    Ok(found) => {
                        let order = in_order(found?, &avoid);
                        first_of(&address, &order, settings.tcp, end, limit).await
                    }
                    Err(_) => Err(address.connect_timeout(limit).into()),
                }
            }
            Source::Connector(connector) => match timeout(limit, connector()).await {
                Ok(Ok(stream)) => Ok((Socket::Other(stream), None)),
                Ok(Err(error)) => {
                    let message = format!("the connector failed: {error}");
                    Err(Error::new(ErrorKind::Connect, message).with_source(error).into())
                }
                Err(_) => {
                    let message = format!("the connector did not connect in {limit:?}");
                    Err(Error::new(ErrorKind::Connect, message).into())
                }
            },
            Source::Stream(stream) => {
                match stream.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    Some(stream) => Ok((Socket::Other(stream), None)),
                    None => {
                        Err(Error::new(ErrorKind::Connect, "the stream of the channel has ended")
                            .into())
                    }
                }
            }
        }
    }
}

/// Longer than any connection attempt, and within the range of clocks.
const FAR: Duration = Duration::from_secs(1 << 30);

async fn resolve(address: &Address) -> Result<Vec<SocketAddr>> {
    address.over_tcp()?;
    let found = match address.socket_addr() {
        Some(number) => Ok(vec![number]),
        None => lookup_host((address.host(), address.port())).await.map(Iterator::collect),
    };
    address.resolved(found)
}

/// Connects to the first address that accepts.
async fn first_of(
    address: &Address,
    order: &[SocketAddr],
    options: TcpOptions,
    end: Instant,
    limit: Duration,
) -> Result<(Socket, Option<SocketAddr>), ConnectFailure> {
    let mut failure = None;
    for (at, &one) in order.iter().enumerate() {
        let left = end.saturating_duration_since(Instant::now());
        match timeout(share(left, order.len() - at), TcpStream::connect(one)).await {
            Ok(Ok(stream)) => {
                options.apply(SockRef::from(&stream), one);
                return Ok((Socket::Tcp(stream), Some(one)));
            }
            Ok(Err(error)) => failure = Some(address.connect_error(error)),
            Err(_) => {
                failure.get_or_insert_with(|| address.connect_timeout(limit));
            }
        }
    }
    let error = failure.unwrap_or_else(|| address.connect_timeout(limit));
    Err(ConnectFailure { error, tried: order.to_vec() })
}
