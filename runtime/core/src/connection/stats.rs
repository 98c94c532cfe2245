//! Counters of servers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of a server since it was created; a snapshot, taken by a
/// [`ServerMonitor`].
///
/// Calls and bytes are counted when a connection writes, so that they may lag behind by the calls
/// that are being handled. The numbers are read one after the other and not all at the same moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerStats {
    /// Connections that are open.
    pub connections: u64,
    /// Connections that were opened.
    pub opened: u64,
    /// Failures to accept a connection, for example because the process has too many open files.
    pub accept_failures: u64,
    /// Calls that were received and not answered yet.
    pub in_flight: u64,
    /// Calls that were received.
    pub calls: u64,
    /// Calls that failed with an error that the IDL does not declare.
    pub failed: u64,
    /// Size of all received messages with their framing, in bytes.
    pub received_bytes: u64,
    /// Size of all answers sent with their framing, in bytes.
    pub sent_bytes: u64,
    /// Connections that failed, for example because the client reset them.
    pub lost: u64,
    /// Connections closed because what the client sent cannot be read or exceeds a limit.
    pub unreadable: u64,
    /// Connections closed because the function of a [`PerConnection`](crate::PerConnection) has failed.
    pub refused: u64,
    /// TLS handshakes that failed or took too long.
    pub handshake_failures: u64,
    /// Connections closed by `first_byte_timeout`.
    pub first_byte_timeouts: u64,
    /// Connections closed by `message_timeout`.
    pub message_timeouts: u64,
    /// Connections closed by `write_timeout`.
    pub write_timeouts: u64,
    /// Connections closed by `idle_timeout`.
    pub idle_timeouts: u64,
}

/// Counters that only grow.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(super) opened: AtomicU64,
    pub(super) closed: AtomicU64,
    pub(super) accept_failures: AtomicU64,
    pub(super) calls: AtomicU64,
    /// Calls that were answered, or whose connection has ended.
    pub(super) ended: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) received_bytes: AtomicU64,
    pub(super) sent_bytes: AtomicU64,
    pub(super) lost: AtomicU64,
    pub(super) unreadable: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) handshake_failures: AtomicU64,
    pub(super) first_byte_timeouts: AtomicU64,
    pub(super) message_timeouts: AtomicU64,
    pub(super) write_timeouts: AtomicU64,
    pub(super) idle_timeouts: AtomicU64,
}

/// Adds to a counter; nothing is ordered by it.
pub(super) fn add(counter: &AtomicU64, count: u64) {
    if count > 0 {
        counter.fetch_add(count, Ordering::Relaxed);
    }
}

impl Counters {
    fn stats(&self) -> ServerStats {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        // The subtrahend is read first, so that no difference is negative.
        let (closed, ended) = (of(&self.closed), of(&self.ended));
        let (opened, calls) = (of(&self.opened), of(&self.calls));
        ServerStats {
            connections: opened.saturating_sub(closed),
            opened,
            accept_failures: of(&self.accept_failures),
            in_flight: calls.saturating_sub(ended),
            calls,
            failed: of(&self.failed),
            received_bytes: of(&self.received_bytes),
            sent_bytes: of(&self.sent_bytes),
            lost: of(&self.lost),
            unreadable: of(&self.unreadable),
            refused: of(&self.refused),
            handshake_failures: of(&self.handshake_failures),
            first_byte_timeouts: of(&self.first_byte_timeouts),
            message_timeouts: of(&self.message_timeouts),
            write_timeouts: of(&self.write_timeouts),
            idle_timeouts: of(&self.idle_timeouts),
        }
    }
}

/// Reads the counters of a server, also while it serves and afterwards.
///
/// Clones of a server, and everything that is served by them, have the same counters.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> thriftly::Result<()> {
/// thriftly::thrift!(inline: "service Ping { void ping() }");
///
/// struct Handler;
///
/// impl Ping for Handler {
///     async fn ping(&self) -> thriftly::Result<()> {
///         Ok(())
///     }
/// }
///
/// let server = thriftly::Server::new(PingServer::new(Handler));
/// let monitor = server.monitor();
/// let client: PingClient = PingClient::builder().connect_with(server.in_memory()).await?;
/// client.ping().await?;
///
/// let stats = monitor.stats();
/// assert_eq!((stats.connections, stats.calls, stats.failed), (1, 1, 0));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ServerMonitor {
    pub(super) counters: Arc<Counters>,
}

impl ServerMonitor {
    /// The present numbers.
    pub fn stats(&self) -> ServerStats {
        self.counters.stats()
    }
}

/// The counts of one connection, which are added to those of its server now and then.
#[derive(Debug)]
pub(crate) struct Tally {
    counters: Arc<Counters>,
    /// Calls that were received and are not counted yet.
    calls: u64,
    /// Calls that were answered and are not counted yet.
    ended: u64,
    /// Calls that were received and are not answered.
    in_flight: u64,
    /// Calls of all kinds that were followed.
    #[cfg(feature = "http")]
    followed: u64,
    /// Bytes of the connection that are counted.
    received_bytes: u64,
    sent_bytes: u64,
}

impl Tally {
    pub(super) fn new(counters: Arc<Counters>) -> Tally {
        add(&counters.opened, 1);
        Tally {
            counters,
            calls: 0,
            ended: 0,
            in_flight: 0,
            #[cfg(feature = "http")]
            followed: 0,
            received_bytes: 0,
            sent_bytes: 0,
        }
    }

    pub(super) fn received(&mut self) {
        self.calls += 1;
        self.in_flight += 1;
    }

    pub(super) fn answered(&mut self) {
        self.ended += 1;
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Counts the calls of a connection that something else serves, by their numbers so far and now.
    #[cfg(feature = "http")]
    pub(crate) fn follow(
        &mut self,
        calls: u64,
        in_flight: u64,
        received_bytes: u64,
        sent_bytes: u64,
    ) {
        let new = calls.saturating_sub(self.followed);
        self.followed += new;
        self.calls += new;
        let before = self.in_flight + new;
        self.in_flight = before.min(in_flight);
        self.ended += before - self.in_flight;
        self.publish(received_bytes, sent_bytes);
    }

    /// Adds everything to the server's counters. The bytes are those of the connection so far.
    pub(super) fn publish(&mut self, received_bytes: u64, sent_bytes: u64) {
        let counters = &self.counters;
        add(&counters.calls, std::mem::take(&mut self.calls));
        add(&counters.ended, std::mem::take(&mut self.ended));
        add(&counters.received_bytes, received_bytes.saturating_sub(self.received_bytes));
        add(&counters.sent_bytes, sent_bytes.saturating_sub(self.sent_bytes));
        (self.received_bytes, self.sent_bytes) = (received_bytes, sent_bytes);
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        // Calls that are not answered are no longer in flight.
        self.ended += self.in_flight;
        self.publish(self.received_bytes, self.sent_bytes);
        add(&self.counters.closed, 1);
    }
}
