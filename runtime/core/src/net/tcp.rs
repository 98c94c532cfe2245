//! TCP connections of clients.

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};

use crate::error::{Error, ErrorKind};

/// Options of a client's sockets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TcpOptions {
    pub(crate) nodelay: bool,
    /// Keepalive idle time.
    pub(crate) keepalive: Option<Duration>,
}

impl TcpOptions {
    /// Sets the options. Failures are logged, because the connection works without them.
    pub(crate) fn apply(&self, socket: SockRef<'_>, address: SocketAddr) {
        if self.nodelay
            && let Err(error) = socket.set_tcp_nodelay(true)
        {
            tracing::debug!(%address, %error, "cannot set TCP_NODELAY");
        }
        if let Some(time) = self.keepalive {
            // Four probes, so that a dead peer is noticed within twice the time.
            let keepalive = TcpKeepalive::new().with_time(time);
            #[cfg(any(unix, windows))]
            let keepalive = keepalive.with_interval((time / 4).max(Duration::from_secs(1)));
            #[cfg(unix)]
            let keepalive = keepalive.with_retries(4);
            if let Err(error) = socket.set_tcp_keepalive(&keepalive) {
                tracing::debug!(%address, %error, "cannot set SO_KEEPALIVE");
            }
        }
    }
}

/// Refuses a connection of a socket with itself. Where nobody listens, the system can choose the port of the server as
/// that of the client, and TCP connects both (RFC 9293, section 3.5, simultaneous open). The server could
/// not listen on its port until the connection is closed.
pub(crate) fn refuse_itself(socket: SockRef<'_>, server: SocketAddr) -> io::Result<()> {
    let client = socket.local_addr()?.as_socket();
    match client.is_some_and(|client| (client.ip(), client.port()) == (server.ip(), server.port()))
    {
        true => Err(io::ErrorKind::ConnectionRefused.into()),
        false => Ok(()),
    }
}

/// The part of connecting that an attempt waits for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Awaited {
    /// The connection itself.
    Connection,
    #[cfg(feature = "tls")]
    TlsHandshake,
    Login,
    TrackingHandshake,
}

impl Awaited {
    /// The error of an attempt to connect to a server that took longer than the limit.
    #[cold]
    pub(crate) fn timed_out(self, server: impl Display, limit: Duration) -> Error {
        let unanswered = match self {
            Awaited::Connection => {
                let message = format!("cannot connect to {server}: timed out after {limit:?}");
                return Error::new(ErrorKind::Connect, message);
            }
            #[cfg(feature = "tls")]
            Awaited::TlsHandshake => "TLS handshake",
            Awaited::Login => "SASL login",
            Awaited::TrackingHandshake => "tracking handshake",
        };
        let message =
            format!("cannot connect to {server}: the {unanswered} was not answered in {limit:?}");
        Error::new(ErrorKind::Connect, message)
    }
}

/// A failure to connect.
#[derive(Debug)]
pub(crate) struct ConnectFailure {
    pub(crate) error: Error,
    /// The addresses tried.
    pub(crate) tried: Vec<SocketAddr>,
}

impl From<Error> for ConnectFailure {
    fn from(error: Error) -> ConnectFailure {
        ConnectFailure { error, tried: Vec::new() }
    }
}
