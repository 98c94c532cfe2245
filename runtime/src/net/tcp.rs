//! TCP connections of clients: socket options and address order.

use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};

use crate::error::Error;

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

/// Moves the addresses to avoid to the end.
pub(crate) fn in_order(mut found: Vec<SocketAddr>, avoid: &[SocketAddr]) -> Vec<SocketAddr> {
    found.sort_by_key(|address| avoid.contains(address));
    found
}

/// Time limit per address: an equal share of the remaining time, so that an unresponsive address
/// leaves time for the others.
pub(crate) fn share(left: Duration, addresses: usize) -> Duration {
    left / u32::try_from(addresses).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn avoided_addresses_are_last_and_all_have_their_share() {
        let address = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let found = vec![address(1), address(2), address(3)];
        let order = in_order(found, &[address(1)]);
        assert_eq!(order, [address(2), address(3), address(1)]);
        assert_eq!(share(Duration::from_secs(9), 3), Duration::from_secs(3));
        assert_eq!(share(Duration::from_secs(9), 0), Duration::from_secs(9));
    }
}
