//! Counters of channels.

use super::{Caller, Pool};

/// Counters of a channel since it was created; a snapshot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelStats {
    /// Connections that are open.
    pub connections: u64,
    /// Connections that were opened.
    pub opened: u64,
    /// Attempts to connect that failed.
    pub connect_failures: u64,
    /// Connections lost or closed because of an error, also those that the server closed while they were
    /// idle.
    pub lost: u64,
    /// Calls on a connection that are not answered yet.
    pub in_flight: u64,
    /// Calls that wait for a connection.
    pub waiting: u64,
    /// Calls that were made, except refused ones.
    pub calls: u64,
    /// Calls that were refused as too many wait already, or the channel is closed.
    pub refused: u64,
    /// Calls that were sent again after their connection was lost: idempotent ones, and those of which no
    /// byte had been written.
    pub resent: u64,
    /// Calls whose deadline has passed.
    pub timed_out: u64,
}

impl<T: Caller, R: Clone> Pool<T, R> {
    /// The present numbers.
    pub(crate) fn stats(&self) -> ChannelStats {
        let mut stats = ChannelStats { waiting: self.queue.len() as u64, ..self.counted };
        for link in &self.links {
            stats.connections += u64::from(link.is_open());
            stats.in_flight += link.callers() as u64;
        }
        stats
    }
}
