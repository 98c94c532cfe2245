//! The blocking client.

mod builder;
mod conn;
mod connect;
mod layered;
mod line;
mod worker;

use std::sync::Arc;

use super::Service;
use crate::error::Result;
use crate::net::address::Address;
use crate::rpc::from_channel::FromChannel;
use crate::rpc::message::{Protocol, Request, Response};
pub use builder::ClientBuilder;
pub use layered::LayeredBuilder;
use line::Line;

/// The way to a server, for encoded calls: what typed clients call through.
///
/// Clones share its connections, and threads may too: each call has a connection to itself while it
/// is under way. There is one to begin with, and more when several calls are under way at the same time,
/// up to [`max_connections`](ClientBuilder::max_connections); a further call waits for one of them.
///
/// A connection whose call has passed its deadline is left alone until the late answer comes, and closed
/// if that is missing for another deadline. A connection that the server has closed in the meantime is
/// noticed before it is used. Connections that are healthy are kept.
///
/// Every call has a [`Deadline`](crate::Deadline), by default 30 seconds, and fails with
/// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) when it has passed. When its connection is lost it
/// fails with [`ErrorKind::Closed`](crate::ErrorKind::Closed), as the server may have handled it; only
/// a call of which no byte was written is sent again, once.
#[derive(Debug, Clone)]
pub struct Channel {
    line: Arc<Line>,
}

impl Channel {
    /// The server that the calls go to, unless the channel was made of a stream or a connector.
    pub fn address(&self) -> Option<&Address> {
        self.line.address()
    }

    /// The protocol of the calls: the one that was set when the channel was made, or binary.
    pub fn protocol(&self) -> Protocol {
        self.line.protocol()
    }
}

impl Service for Channel {
    /// Makes a call, and waits for its answer; for a oneway call only until it is sent.
    ///
    /// # Errors
    /// - [`ErrorKind::Timeout`]: its deadline has passed.
    /// - [`ErrorKind::Connect`], [`ErrorKind::Address`]: no connection can be made.
    /// - [`ErrorKind::Closed`]: the connection was lost before the answer was there.
    /// - [`ErrorKind::SizeLimit`]: the call or its answer is larger than a limit allows.
    /// - [`ErrorKind::BadReply`], [`ErrorKind::InvalidData`]: the answer belongs to no call, or is
    ///   none.
    /// - [`ErrorKind::Overloaded`]: too many calls wait for a connection.
    ///
    /// [`ErrorKind::Timeout`]: crate::ErrorKind::Timeout
    /// [`ErrorKind::Connect`]: crate::ErrorKind::Connect
    /// [`ErrorKind::Address`]: crate::ErrorKind::Address
    /// [`ErrorKind::Closed`]: crate::ErrorKind::Closed
    /// [`ErrorKind::SizeLimit`]: crate::ErrorKind::SizeLimit
    /// [`ErrorKind::BadReply`]: crate::ErrorKind::BadReply
    /// [`ErrorKind::InvalidData`]: crate::ErrorKind::InvalidData
    /// [`ErrorKind::Overloaded`]: crate::ErrorKind::Overloaded
    fn call(&self, request: Request) -> Result<Response> {
        self.line.call(request)
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
