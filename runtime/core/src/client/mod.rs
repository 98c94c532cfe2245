//! The async client.

#[cfg(feature = "http")]
mod background;
mod builder;
mod call;
mod carrier;
mod conn;
mod connect;
mod driver;
#[cfg(feature = "http")]
mod http;
mod layered;

use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tower_service::Service;

use crate::connection::ChannelStats;
use crate::error::{Error, Result};
use crate::net::address::Address;
use crate::rpc::from_channel::{CallSettings, FromChannel};
use crate::rpc::message::{Protocol, Request, Response};
pub use builder::ClientBuilder;
pub use call::CallFuture;
use call::Line;
pub use layered::LayeredBuilder;

/// A connection pool to one server, for encoded calls. Typed clients call through it.
///
/// Clones share the connections and may be used from many tasks; replies may arrive in any order. A
/// channel is created by a [`ClientBuilder`] and runs on the tokio runtime on which it was created;
/// its connections are closed when the last clone and the last call are dropped, or by
/// [`close`](Channel::close).
///
/// It is a `tower` service that is always ready: calls wait inside their futures. See
/// [`Server`](crate::Server) for an example.
///
/// # Connections
///
/// A channel starts with one connection and pipelines calls on it while the server answers
/// promptly. A call that would wait behind others for twice the usual latency (at least 3 ms, at
/// most 100 ms) uses another connection, up to [`max_connections`](ClientBuilder::max_connections).
/// Therefore a slow method, or a server that handles the calls of a connection one at a time, does
/// not block other calls. Calls are queued behind each other only to the extent that the server has
/// been observed to answer them promptly.
///
/// A connection with a call past its deadline gets no further calls until the late reply arrives;
/// if it does not arrive within another deadline, the connection is closed. Healthy connections are
/// kept.
///
/// # Failures
///
/// Every call has a [`Deadline`](crate::Deadline), by default 30 seconds, and fails with
/// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) when it has passed. When a connection is lost,
/// the calls in flight on it fail with [`ErrorKind::Closed`](crate::ErrorKind::Closed), as the
/// server may have handled them. Two kinds of calls are sent again, once, on another connection: those
/// of which no byte was written, and [idempotent](Request::idempotent) ones, if the connection was closed
/// or reset. After a connection was lost with several calls in flight, calls are sent one
/// at a time for a while, so that a server that closes the connection on a failure affects no other
/// calls.
///
/// If no connection can be established, waiting calls fail with
/// [`ErrorKind::Connect`](crate::ErrorKind::Connect). Further calls reconnect after a random delay
/// that grows to two seconds. If the host name has several addresses, those that failed are tried
/// last.
///
/// # Servers and proxies that need a setting
///
/// - A server that binds a session to its connection, or serves one connection at a time (Apache's
///   `TSimpleServer`): [`max_connections(1)`](ClientBuilder::max_connections).
/// - A server or proxy that accepts one call at a time per connection:
///   [`pipelining(false)`](ClientBuilder::pipelining). Node's server closes the connection when a
///   handler throws an error that the IDL does not declare, with all calls that are in flight on
///   it; the channel finds that out, and this setting spares it the first time.
/// - Envoy's `thrift_proxy` closes the connection of the client when a call has no route or its cluster
///   fails. `close_downstream_on_upstream_error: false` in its router filter leaves the connection
///   open.
/// - Apache's Python client leaves Nagle's algorithm on: its oneway call followed by another call is
///   delayed by 40 ms, whatever the server is. Clients and servers of thriftly send at once
///   ([`nodelay`](ClientBuilder::nodelay)).
///
/// # Memory
///
/// Calls waiting for a connection are bounded in number and in bytes
/// ([`max_waiting`](ClientBuilder::max_waiting)). An abandoned call, past its deadline or with its
/// future dropped, leaves the queue immediately.
#[derive(Debug, Clone)]
pub struct Channel {
    line: Arc<Line>,
    address: Option<Address>,
}

impl Channel {
    /// The server address, or `None` if the channel was created from a stream or a connector.
    pub fn address(&self) -> Option<&Address> {
        self.address.as_ref()
    }

    /// The protocol of the calls: the one set in the builder, or binary.
    pub fn protocol(&self) -> Protocol {
        self.line.shared.protocol.unwrap_or_default()
    }

    /// The counters of the channel: connections, calls in flight, calls sent again, and others.
    ///
    /// To have them beside a typed client, connect a channel, and make the client of a clone:
    /// `StoreClient::new(channel.clone())`.
    pub fn stats(&self) -> ChannelStats {
        *self.line.shared.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Channel {
    /// Closes the channel and all its clones: takes no more calls, waits for those that were made, up to
    /// their deadlines, and closes the connections. Calls afterwards fail with
    /// [`ErrorKind::ChannelClosed`](crate::ErrorKind::ChannelClosed).
    ///
    /// Connections are closed without it when the last clone is dropped; this is for a program that has
    /// to know when, or that cannot find all clones. If the future is dropped, the channel closes
    /// all the same.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> thriftly::Result<()> {
    /// use thriftly::ErrorKind;
    ///
    /// thriftly::thrift!(inline: "service Ping { void ping() }");
    /// # struct Handler;
    /// # impl Ping for Handler {
    /// #     async fn ping(&self) -> thriftly::Result<()> { Ok(()) }
    /// # }
    /// # let server = thriftly::Server::new(PingServer::new(Handler)).bind("127.0.0.1:0").await?;
    /// # let address = server.local_addr();
    /// # tokio::spawn(server.serve());
    ///
    /// let client = PingClient::connect(address).await?;
    /// let other = client.clone();
    /// other.ping().await?;
    ///
    /// client.into_channel().close().await;
    /// assert_eq!(other.ping().await.unwrap_err().kind(), ErrorKind::ChannelClosed);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn close(&self) {
        self.line.close(None).await;
    }

    /// As [`close`](Channel::close), for at most this time: then calls that are in flight fail with
    /// [`ErrorKind::Closed`](crate::ErrorKind::Closed), as the server may have handled them, and calls
    /// that wait for a connection with [`ErrorKind::ChannelClosed`](crate::ErrorKind::ChannelClosed).
    /// With [`Duration::ZERO`] they fail at once.
    pub async fn close_within(&self, timeout: Duration) {
        self.line.close(Some(timeout)).await;
    }
}

impl Service<Request> for Channel {
    type Response = Response;
    type Error = Error;
    type Future = CallFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> CallFuture {
        CallFuture::new(Arc::clone(&self.line), request)
    }
}

impl Service<Request> for &Channel {
    type Response = Response;
    type Error = Error;
    type Future = CallFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> CallFuture {
        CallFuture::new(Arc::clone(&self.line), request)
    }
}

impl FromChannel<Channel> for Channel {
    fn from_channel(channel: Channel, _: CallSettings) -> Channel {
        channel
    }

    type Over<D> = D;

    fn over<D>(channel: D, _: CallSettings) -> D {
        channel
    }
}
