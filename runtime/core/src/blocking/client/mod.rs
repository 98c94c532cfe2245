//! The blocking client.

mod builder;
mod conn;
mod connect;
mod exchange;
mod layered;
mod line;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use super::Service;
use crate::connection::ChannelStats;
use crate::error::Result;
use crate::net::address::Address;
use crate::rpc::from_channel::{CallSettings, FromChannel};
use crate::rpc::message::{Protocol, Request, Response};
pub use builder::ClientBuilder;
pub use layered::LayeredBuilder;
use line::Line;

/// A connection pool to one server, for encoded calls. Typed clients call through it.
///
/// Clones share the connections and may be used from many threads: each call has exclusive use of a
/// connection. The channel starts with one connection and opens others for concurrent calls, up to
/// [`max_connections`](ClientBuilder::max_connections); further calls wait for one of them.
///
/// A connection whose call has passed its deadline is not used until the late reply arrives, and
/// closed if it does not arrive within another deadline. A connection closed by the server is
/// detected before it is used. Healthy connections are kept until the last clone is dropped or the channel
/// is [closed](Channel::close).
///
/// Every call has a [`Deadline`](crate::Deadline), by default 30 seconds, and fails with
/// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) when it has passed. When its connection is lost it
/// fails with [`ErrorKind::Closed`](crate::ErrorKind::Closed), as the server may have handled it. Two
/// kinds of calls are sent again, once: those of which no byte was written, and
/// [idempotent](Request::idempotent) ones, if the connection was closed or reset.
///
/// Over HTTP, with the feature `http`, the channel has a thread on which an async channel runs; its
/// calls share connections as those of an async channel do.
#[derive(Debug, Clone)]
pub struct Channel {
    inner: Inner,
}

#[derive(Debug, Clone)]
enum Inner {
    Line(Arc<Line>),
    #[cfg(feature = "http")]
    Http(crate::Channel),
}

impl Channel {
    /// The server address, or `None` if the channel was created from a stream or a connector.
    pub fn address(&self) -> Option<&Address> {
        match &self.inner {
            Inner::Line(line) => line.address(),
            #[cfg(feature = "http")]
            Inner::Http(channel) => channel.address(),
        }
    }

    /// The protocol of the calls: the one set in the builder, or binary.
    pub fn protocol(&self) -> Protocol {
        match &self.inner {
            Inner::Line(line) => line.protocol(),
            #[cfg(feature = "http")]
            Inner::Http(channel) => channel.protocol(),
        }
    }

    /// The counters of the channel: connections, calls in flight, calls sent again, and others.
    ///
    /// To have them beside a typed client, connect a channel, and make the client of a clone:
    /// `BlockingStoreClient::new(channel.clone())`.
    pub fn stats(&self) -> ChannelStats {
        match &self.inner {
            Inner::Line(line) => line.stats(),
            #[cfg(feature = "http")]
            Inner::Http(channel) => channel.stats(),
        }
    }
}

impl Channel {
    /// Closes the channel and all its clones: takes no more calls, waits for those that were made, up to
    /// their deadlines, and closes the connections. Calls afterwards fail with
    /// [`ErrorKind::ChannelClosed`](crate::ErrorKind::ChannelClosed).
    ///
    /// Connections are closed without it when the last clone is dropped; this is for a program that has
    /// to know when, or that cannot find all clones.
    ///
    /// ```
    /// # fn main() -> thriftly::Result<()> {
    /// use thriftly::{ErrorKind, blocking};
    ///
    /// thriftly::thrift!(inline: "service Ping { void ping() }");
    /// # struct Handler;
    /// # impl BlockingPing for Handler {
    /// #     fn ping(&self) -> thriftly::Result<()> { Ok(()) }
    /// # }
    /// # let server = blocking::Server::new(BlockingPingServer::new(Handler));
    /// # let server = server.bind("127.0.0.1:0")?;
    /// # let address = server.local_addr();
    /// # std::thread::spawn(move || server.serve());
    ///
    /// let client = BlockingPingClient::connect(address)?;
    /// let other = client.clone();
    /// other.ping()?;
    ///
    /// client.into_channel().close();
    /// assert_eq!(other.ping().unwrap_err().kind(), ErrorKind::ChannelClosed);
    /// # Ok(())
    /// # }
    /// ```
    pub fn close(&self) {
        self.end(None);
    }

    /// As [`close`](Channel::close), for at most this time: then calls that are in flight fail with
    /// [`ErrorKind::Closed`](crate::ErrorKind::Closed), as the server may have handled them, and calls
    /// that wait for a connection with [`ErrorKind::ChannelClosed`](crate::ErrorKind::ChannelClosed).
    /// With [`Duration::ZERO`] they fail at once.
    ///
    /// A stream that is not a socket is dropped when its last read or write returns.
    pub fn close_within(&self, timeout: Duration) {
        self.end(Some(timeout));
    }

    fn end(&self, timeout: Option<Duration>) {
        match &self.inner {
            Inner::Line(line) => line.close(timeout),
            #[cfg(feature = "http")]
            Inner::Http(channel) => crate::rpc::bridge::block_on(async {
                match timeout {
                    Some(timeout) => channel.close_within(timeout).await,
                    None => channel.close().await,
                }
            }),
        }
    }
}

impl Service for Channel {
    /// Makes a call and waits for its reply, or, for a oneway call, until it is sent.
    ///
    /// # Errors
    /// - [`ErrorKind::Timeout`]: its deadline has passed.
    /// - [`ErrorKind::Connect`], [`ErrorKind::Address`]: no connection could be established.
    /// - [`ErrorKind::Closed`]: the connection was lost before the reply was received.
    /// - [`ErrorKind::SizeLimit`]: the call or its answer is larger than a limit allows.
    /// - [`ErrorKind::BadReply`], [`ErrorKind::InvalidData`]: the reply matches no call or is
    ///   malformed.
    /// - [`ErrorKind::Overloaded`]: too many calls wait for a connection.
    /// - [`ErrorKind::ChannelClosed`]: the channel was [closed](Channel::close).
    ///
    /// [`ErrorKind::Timeout`]: crate::ErrorKind::Timeout
    /// [`ErrorKind::Connect`]: crate::ErrorKind::Connect
    /// [`ErrorKind::Address`]: crate::ErrorKind::Address
    /// [`ErrorKind::Closed`]: crate::ErrorKind::Closed
    /// [`ErrorKind::SizeLimit`]: crate::ErrorKind::SizeLimit
    /// [`ErrorKind::BadReply`]: crate::ErrorKind::BadReply
    /// [`ErrorKind::InvalidData`]: crate::ErrorKind::InvalidData
    /// [`ErrorKind::Overloaded`]: crate::ErrorKind::Overloaded
    /// [`ErrorKind::ChannelClosed`]: crate::ErrorKind::ChannelClosed
    fn call(&self, request: Request) -> Result<Response> {
        match &self.inner {
            Inner::Line(line) => line.call(request),
            #[cfg(feature = "http")]
            Inner::Http(channel) => {
                let mut channel = channel;
                crate::rpc::bridge::block_on(tower_service::Service::call(&mut channel, request))
            }
        }
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
