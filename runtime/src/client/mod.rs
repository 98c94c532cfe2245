//! The async client.

mod builder;
mod call;
mod conn;
mod connect;
mod driver;
mod layered;

use std::sync::Arc;
use std::task::{Context, Poll};

use tower_service::Service;

use crate::error::{Error, Result};
use crate::net::address::Address;
use crate::rpc::from_channel::FromChannel;
use crate::rpc::message::{Protocol, Request, Response};
pub use builder::ClientBuilder;
pub use call::CallFuture;
use call::Line;
pub use layered::LayeredBuilder;

/// The way to a server, for encoded calls: what typed clients call through.
///
/// Clones share its connections, and so may many tasks: each call gets its own answer, in whatever
/// order they come. A channel is made by a [`ClientBuilder`]. It lives on the tokio runtime on which
/// it was made; its connections are closed when the last clone and the last call are gone.
///
/// It is a `tower` service that is always ready: calls wait within their futures. See
/// [`Server`](crate::Server) for an example.
///
/// # Connections
///
/// A channel begins with one connection and keeps to it while the server answers promptly: calls are
/// pipelined, which is fastest. When a call would have to wait for others, for twice the usual latency (at
/// least 3 ms, at most 100 ms), it goes by another connection, up to
/// [`max_connections`](ClientBuilder::max_connections). So a slow method, or a server that takes the
/// calls of a connection one by one, does not hold up other calls. Calls are put behind each other only as
/// far as the server has shown that it answers them promptly all the same.
///
/// A connection with a call past its deadline gets no further calls until the late answer comes; if
/// that is missing for another deadline, the connection is closed. Connections that are healthy are
/// kept.
///
/// # Failures
///
/// Every call has a [`Deadline`](crate::Deadline), by default 30 seconds, and fails with
/// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) when it has passed. When a connection is lost,
/// the calls in flight on it fail with [`ErrorKind::Closed`](crate::ErrorKind::Closed), as the server
/// may have handled them; a call of which no byte was written is sent again, once, on another
/// connection. After a connection was lost with several calls in flight, calls go one at a time for a
/// while, so that a server that answers a failure by closing its connection hits no others.
///
/// If no connection can be made, waiting calls fail with
/// [`ErrorKind::Connect`](crate::ErrorKind::Connect). Further calls try again, after a random delay that
/// grows to two seconds. If the name of the server has several addresses, those that failed are tried
/// last.
///
/// # Servers and proxies that need a setting
///
/// - A server that ties a session to its connection, or that serves one connection after the other
///   (Apache's `TSimpleServer`): [`max_connections(1)`](ClientBuilder::max_connections).
/// - A server or proxy that takes one call at a time on a connection:
///   [`pipelining(false)`](ClientBuilder::pipelining). Node's server closes the connection when a handler
///   throws an error that the IDL does not declare, with all calls that are in flight on it; the
///   channel finds that out, and this setting spares it the first time.
/// - Envoy's `thrift_proxy` closes the connection of the client when a call has no route or its cluster
///   fails. `close_downstream_on_upstream_error: false` in its router filter leaves the connection
///   open.
/// - Apache's Python client leaves Nagle's algorithm on: its oneway call followed by another call is
///   delayed by 40 ms, whatever the server is. Clients and servers of thriftly send at once
///   ([`nodelay`](ClientBuilder::nodelay)).
///
/// # Memory
///
/// Calls that wait for a connection are bounded in number and in bytes
/// ([`max_waiting`](ClientBuilder::max_waiting)). A call that was given up, by its deadline or because
/// its future was dropped, leaves the queue at once.
#[derive(Debug, Clone)]
pub struct Channel {
    line: Arc<Line>,
    address: Option<Address>,
}

impl Channel {
    /// The server that the calls go to, unless the channel was made of a stream or a connector.
    pub fn address(&self) -> Option<&Address> {
        self.address.as_ref()
    }

    /// The protocol of the calls: the one that was set when the channel was made, or binary.
    pub fn protocol(&self) -> Protocol {
        self.line.shared.protocol.unwrap_or_default()
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
    fn from_channel(channel: Channel, _: Protocol) -> Channel {
        channel
    }

    type Over<D> = D;

    fn over<D>(channel: D, _: Protocol) -> D {
        channel
    }
}
