//! Endpoints of a connection.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

/// The two ends of a connection, as far as a server knows them. [`Display`](fmt::Display) shows the peer
/// as the log of the server does.
///
/// ```
/// use thriftly::{Endpoints, Error, ApplicationErrorKind};
///
/// /// Whether a connection may be served.
/// fn admit(ends: &Endpoints) -> thriftly::Result<()> {
///     match ends.peer_addr() {
///         Some(peer) if !peer.ip().is_loopback() => {
///             let why = format!("{ends} is not on this machine");
///             Err(Error::application(ApplicationErrorKind::INTERNAL_ERROR, why))
///         }
///         _ => Ok(()),
///     }
/// }
/// assert!(admit(&Endpoints::default()).is_ok());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) local: Option<SocketAddr>,
    /// Whether it is a unix socket.
    pub(crate) unix: bool,
    pub(crate) credentials: Option<PeerCredentials>,
    /// The authenticated user, set at the end of the login.
    pub(crate) user: Option<Arc<OnceLock<String>>>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<std::sync::Arc<crate::net::tls::Peer>>,
}

impl Endpoints {
    /// The address of the client; `None` if the connection has no addresses, as that of a unix socket,
    /// or comes from [`serve_incoming`](crate::blocking::Server::serve_incoming),
    /// [`serve_stream`](crate::blocking::Server::serve_stream) or
    /// [`in_memory`](crate::blocking::Server::in_memory).
    pub fn peer_addr(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// The local address of the connection; `None` if it has no addresses.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.local
    }

    /// The client of a TLS connection, with its certificate if it has presented one; `None` for other
    /// connections.
    #[cfg(feature = "tls")]
    pub fn tls(&self) -> Option<&crate::tls::Peer> {
        self.tls.as_deref()
    }

    /// The process at the other end of a unix socket, where the operating system knows it. `None` for
    /// other connections, and with the blocking server, for which std has no stable function.
    pub fn peer_credentials(&self) -> Option<PeerCredentials> {
        self.credentials
    }

    /// The user that the client has authenticated as; `None` if the server requires no
    /// authentication. See [`sasl`](crate::sasl).
    pub fn user(&self) -> Option<&str> {
        self.user.as_ref()?.get().map(String::as_str)
    }
}

/// The process at the other end of a unix socket, as the operating system knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PeerCredentials {
    /// Its effective user id when it connected.
    pub uid: u32,
    /// Its effective group id when it connected.
    pub gid: u32,
    /// Its process id, if the platform has it and the process is visible.
    pub pid: Option<i32>,
}

/// The peer, as the log names it.
impl fmt::Display for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.peer, self.credentials) {
            (Some(peer), _) => peer.fmt(f),
            (None, Some(PeerCredentials { uid, pid: Some(pid), .. })) => {
                write!(f, "process {pid} of user {uid}")
            }
            (None, Some(PeerCredentials { uid, .. })) => write!(f, "a process of user {uid}"),
            (None, None) if self.unix => f.write_str("a unix socket"),
            (None, None) => f.write_str("a stream"),
        }
    }
}
