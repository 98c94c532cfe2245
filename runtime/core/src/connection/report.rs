//! Log events of connections and calls, and their counters.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use crate::connection::stats::{Counters, ServerMonitor, Tally, add};
use crate::connection::throttle::Throttle;
use crate::connection::{ServerConnection, Waiting};
use crate::error::{Error, Result};
use crate::net::endpoints::Endpoints;
use crate::rpc::message::MethodName;

/// The reason for the end of a server connection.
#[derive(Debug)]
pub(crate) enum End {
    /// The client has closed its side.
    Closed,
    /// The stream is out of sync.
    Broken(Error),
    /// The factory of its service has refused it, which is reported already.
    Refused,
    /// The server is shutting down.
    #[cfg(feature = "async")]
    Drained,
    /// The connection failed.
    Lost(io::Error),
    /// A time limit was exceeded.
    TimedOut(Waiting, Error),
    /// None: the client speaks HTTP, which is served elsewhere.
    #[cfg(feature = "http")]
    Http(crate::http::Version),
}

impl End {
    /// The end by a failed read: a stream may also be out of sync below the messages.
    pub(crate) fn unreadable(error: io::Error) -> End {
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::PermissionDenied => {
                End::Broken(Error::from(error))
            }
            _ => End::Lost(error),
        }
    }
}

/// The log of a server. Events that peers can cause are rate-limited per kind and counted.
#[derive(Debug, Default)]
pub(crate) struct Report {
    counters: Arc<Counters>,
    failed: Throttle,
    broken: Throttle,
    slow: Throttle,
    refused_connections: Throttle,
    #[cfg(feature = "tls")]
    handshakes: Throttle,
    #[cfg(feature = "http")]
    refused: Throttle,
}

impl Report {
    /// Reads the counters.
    pub(crate) fn monitor(&self) -> ServerMonitor {
        ServerMonitor { counters: Arc::clone(&self.counters) }
    }

    /// The counts of a new connection.
    pub(crate) fn tally(&self) -> Tally {
        Tally::new(Arc::clone(&self.counters))
    }

    /// A connection could not be accepted.
    #[cold]
    pub(crate) fn not_accepted(&self, error: &io::Error) {
        add(&self.counters.accept_failures, 1);
        tracing::warn!(%error, "cannot accept a connection");
    }

    /// A call failed, with an error that its IDL does not declare.
    #[cold]
    pub(crate) fn failed(
        &self,
        now: Instant,
        ends: &Endpoints,
        method: &MethodName,
        error: &Error,
    ) {
        add(&self.counters.failed, 1);
        if let Some(suppressed) = self.failed.pass(now) {
            tracing::warn!(peer = %ends, ?method, ?error, suppressed, "a call failed");
        }
    }

    /// The factory of a service has refused a connection.
    #[cold]
    pub(crate) fn refused_connection(&self, now: Instant, ends: &Endpoints, error: &Error) {
        add(&self.counters.refused, 1);
        if let Some(suppressed) = self.refused_connections.pass(now) {
            tracing::warn!(peer = %ends, ?error, suppressed, "refused a connection");
        }
    }

    /// A TLS handshake has failed.
    #[cfg(feature = "tls")]
    #[cold]
    pub(crate) fn handshake_failed(&self, now: Instant, ends: &Endpoints, error: &io::Error) {
        if error.kind() == io::ErrorKind::ConnectionAborted {
            // It may be a load balancer, which looks whether somebody listens.
            tracing::trace!(peer = %ends, "closed by the client before its first byte");
            return;
        }
        add(&self.counters.handshake_failures, 1);
        if let Some(suppressed) = self.handshakes.pass(now) {
            let error = crate::net::tls::reason(error);
            tracing::warn!(peer = %ends, %error, suppressed, "a TLS handshake failed");
        }
    }

    /// An HTTP request carries no call.
    #[cfg(feature = "http")]
    #[cold]
    pub(crate) fn refused(&self, now: Instant, ends: &Endpoints, status: u16, reason: &str) {
        if let Some(suppressed) = self.refused.pass(now) {
            tracing::warn!(peer = %ends, status, reason, suppressed, "refused an HTTP request");
        }
    }

    /// A client did not authenticate.
    #[cfg(feature = "async")]
    #[cold]
    pub(crate) fn not_logged_in(&self, now: Instant, ends: &Endpoints, error: &io::Error) {
        if let Some(suppressed) = self.broken.pass(now) {
            tracing::warn!(peer = %ends, %error, suppressed, "a login failed");
        }
    }

    /// A connection has ended.
    pub(crate) fn ended(&self, now: Instant, connection: &ServerConnection, end: &End) {
        let rejection = match end {
            End::Closed | End::TimedOut(..) => connection.rejection().map(End::Broken),
            _ => None,
        };
        let end = rejection.as_ref().unwrap_or(end);
        self.closed(now, connection.ends(), end, || connection.end());
    }

    /// A connection of HTTP has ended.
    #[cfg(feature = "http")]
    pub(crate) fn http_ended(&self, now: Instant, ends: &Endpoints, end: &End) {
        self.closed(now, ends, end, || Ok(()));
    }

    fn closed(
        &self,
        now: Instant,
        ends: &Endpoints,
        end: &End,
        within: impl FnOnce() -> Result<()>,
    ) {
        let counters = &self.counters;
        let count = match end {
            End::Closed | End::Refused => None,
            #[cfg(feature = "http")]
            End::Http(_) => None,
            #[cfg(feature = "async")]
            End::Drained => None,
            End::Lost(_) => Some(&counters.lost),
            End::Broken(_) => Some(&counters.unreadable),
            End::TimedOut(Waiting::FirstByte, _) => Some(&counters.first_byte_timeouts),
            End::TimedOut(Waiting::Message { .. } | Waiting::Hopeless, _) => {
                Some(&counters.message_timeouts)
            }
            End::TimedOut(Waiting::Write { .. }, _) => Some(&counters.write_timeouts),
            End::TimedOut(Waiting::Idle { .. }, _) => Some(&counters.idle_timeouts),
            // These have no time limit.
            #[cfg(feature = "async")]
            End::TimedOut(Waiting::Handler | Waiting::Paused, _) => None,
        };
        if let Some(count) = count {
            add(count, 1);
        }
        match end {
            #[cfg(feature = "http")]
            End::Http(_) => {}
            End::Refused => {}
            End::Closed => match within() {
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
