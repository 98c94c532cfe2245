//! Endpoints of a connection.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

/// The two ends of a connection, as far as they are known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Endpoints {
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
