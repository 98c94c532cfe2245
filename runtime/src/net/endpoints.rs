//! Endpoints of a connection.

use std::fmt;
use std::net::SocketAddr;

/// The addresses of a connection, if it has any.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Endpoints {
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) local: Option<SocketAddr>,
}

impl fmt::Display for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.peer {
            Some(peer) => peer.fmt(f),
            None => f.write_str("a stream"),
        }
    }
}
