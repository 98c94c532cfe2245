//! Log events of connections and calls.

use std::io;
use std::time::Instant;

use crate::connection::throttle::Throttle;
use crate::connection::{ServerConnection, Waiting};
use crate::error::Error;
use crate::net::endpoints::Endpoints;
use crate::rpc::message::MethodName;

/// The reason for the end of a server connection.
#[derive(Debug)]
pub(crate) enum End {
    /// The client has closed its side.
    Closed,
    /// The stream is out of sync.
    Broken(Error),
    /// The server is shutting down.
    #[cfg(feature = "async")]
    Drained,
    /// The connection failed.
    Lost(io::Error),
    /// A time limit was exceeded.
    TimedOut(Waiting, Error),
}

/// The log of a server. Events that peers can cause are rate-limited per kind and counted.
#[derive(Debug, Default)]
pub(crate) struct Report {
    failed: Throttle,
    broken: Throttle,
    slow: Throttle,
}

impl Report {
    /// A call failed, with an error that its IDL does not declare.
    #[cold]
    pub(crate) fn failed(
        &self,
        now: Instant,
        ends: &Endpoints,
        method: &MethodName,
        error: &Error,
    ) {
        if let Some(suppressed) = self.failed.pass(now) {
            tracing::warn!(peer = %ends, ?method, ?error, suppressed, "a call failed");
        }
    }

    /// A connection has ended.
    pub(crate) fn ended(&self, now: Instant, connection: &ServerConnection, end: &End) {
        let ends = connection.ends();
        match end {
            End::Closed => match connection.end() {
                Ok(()) => tracing::trace!(peer = %ends, "closed by the client"),
                Err(error) => tracing::debug!(peer = %ends, %error, "closed by the client"),
            },
            #[cfg(feature = "async")]
            End::Drained => tracing::trace!(peer = %ends, "closed, as the server shuts down"),
            End::Lost(error) => tracing::debug!(peer = %ends, %error, "lost a connection"),
            End::Broken(error) => {
                if let Some(suppressed) = self.broken.pass(now) {
                    tracing::warn!(peer = %ends, %error, suppressed, "closed a connection");
                }
            }
            End::TimedOut(Waiting::Idle { .. }, error) => {
                tracing::trace!(peer = %ends, %error, "closed a connection");
            }
            End::TimedOut(_, error) => {
                if let Some(suppressed) = self.slow.pass(now) {
                    tracing::warn!(peer = %ends, %error, suppressed, "closed a connection");
                }
            }
        }
    }
}
