//! The async client.

mod builder;
mod call;
mod session;

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

/// A connection to a server, for encoded calls: what typed clients call through.
///
/// Clones share the connection, and so may many tasks: calls are sent together, and each
/// gets its own answer, in whatever order they come. When the connection is lost, the calls that
/// wait on it fail with [`ErrorKind::Closed`](crate::ErrorKind::Closed), and the next call
/// connects again. No call is ever sent twice.
///
/// It is made by a [`ClientBuilder`], and lives on the tokio runtime that it was made on. The
/// connection is closed when the last clone and the last call are gone.
///
/// It is a `tower` service that is always ready: a call waits within its future while too many
/// others are under way ([`ClientBuilder::max_in_flight`]). There is an example at
/// [`Server`](crate::Server).
#[derive(Debug, Clone)]
pub struct Channel {
    line: Arc<Line>,
}

impl Channel {
    /// The server that the calls go to.
    pub fn address(&self) -> &Address {
        self.line.address()
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
}
