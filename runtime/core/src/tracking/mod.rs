//! Tracking of calls across services: ThriftPy's `contrib.tracking`, served and spoken.
//!
//! Each call of a tracked connection carries a [header](CallHeader): the id of the request that it is a
//! part of, its place among the calls of that request, and names and values that are passed on. A call made
//! by a handler continues the request of the call that it handles. A [`Tracker`] is told of every
//! finished call, on both sides.
//!
//! Set one on servers with [`Server::tracker`](crate::blocking::Server::tracker) and on clients with
//! [`ClientBuilder::tracker`](crate::blocking::ClientBuilder::tracker), async and blocking:
//!
#![cfg_attr(feature = "async", doc = "```")]
#![cfg_attr(not(feature = "async"), doc = "```ignore")]
//! use std::sync::{Arc, Mutex};
//! use thriftly::Server;
//! use thriftly::tracking::{Record, Tracker};
//!
//! thriftly::thrift!(inline: "service Store { string get(1: string key) }");
//!
//! struct Handler;
//!
//! impl Store for Handler {
//!     async fn get(&self, _key: String) -> thriftly::Result<String> {
//!         let context = thriftly::Context::current();
//!         let tracking = context.tracking().expect("the client is tracked");
//!         Ok(format!("call {} of {}", tracking.header().seq, tracking.app_id()))
//!     }
//! }
//!
//! /// Keeps the methods of calls.
//! #[derive(Default)]
//! struct Methods(Mutex<Vec<String>>);
//!
//! impl Tracker for Methods {
//!     fn app_id(&self) -> &str {
//!         "web"
//!     }
//!
//!     fn record(&self, record: &Record<'_>) {
//!         self.0.lock().unwrap().push(record.method.to_owned());
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> thriftly::Result<()> {
//! let tracker = Arc::new(Methods::default());
//! let server = Server::new(StoreServer::new(Handler)).tracker(Arc::clone(&tracker));
//! let server = server.bind("127.0.0.1:0").await?;
//! let address = server.local_addr();
//! tokio::spawn(server.serve());
//!
//! let client = StoreClient::builder().tracker(Arc::clone(&tracker)).connect(address).await?;
//! assert_eq!(client.get("key").await?, "call 1 of web");
//! assert_eq!(*tracker.0.lock().unwrap(), ["get", "get"], "server and client");
//! # Ok(())
//! # }
//! ```
//!
//! # The handshake
//!
//! A client calls the method `__thriftpy_tracing_method_name__v2` on each new connection. A server
//! without a tracker answers `UNKNOWN_METHOD`, and the client goes on without headers; a server with a
//! tracker serves clients with and without tracking. Both versions of ThriftPy's protocol are spoken: in
//! version 2 (thriftpy2) replies have headers as well, in version 1 (thriftpy 0.3) they have none.
//!
//! [`Headers`](crate::Headers) of calls and replies travel as `meta`: a client sends those of the
//! [request](crate::Request::headers) with the meta of its tracker, a handler reads them with
//! [`Context::headers`](crate::Context::headers), and
//! [`Context::set_header`](crate::Context::set_header) sets those of the reply (version 2). The meta of a
//! call is passed on to the calls that its handler makes.
//!
//! The handshake is for framed and unframed connections in the binary and compact protocols. Other clients
//! (THeader, TTHeader, JSON, HTTP) make none: their calls are recorded, and their tracker's headers are not
//! sent; a server does not record their calls.

mod console;
mod current;
mod handshake;
mod header;
mod record;
#[cfg(test)]
mod tests;
mod wire;

use std::fmt;
use std::sync::Arc;

use crate::rpc::message::Request;

pub use console::ConsoleTracker;
pub use current::Tracking;
pub(crate) use handshake::{Handshake, ServerTracking, Upgrade};
pub use header::CallHeader;
pub(crate) use record::Span;
pub use record::{Outcome, Record, Side};

/// Makes the headers of calls, and is told of finished calls. See the [module](self) for an example.
///
/// An `Arc` of a tracker is a tracker, so that clients and servers can share one.
pub trait Tracker: Send + Sync + 'static {
    /// The name of this program, which a client tells its servers. Default: empty, which is not sent.
    fn app_id(&self) -> &str {
        ""
    }

    /// The header of a call that is about to be made, called where the call is made: in a handler,
    /// [`Context::current`](crate::Context::current) is that of the handled call.
    ///
    /// Default: the [`CallHeader`] in the extensions of the request, where a layer may have put it, else
    /// [`CallHeader::next`].
    fn header(&self, request: &Request) -> CallHeader {
        match request.extensions.get::<CallHeader>() {
            Some(header) => header.clone(),
            None => CallHeader::next(),
        }
    }

    /// A call has ended. A client records each call, a server those of tracked connections.
    ///
    /// It is called by the task or thread that serves or makes the call, and should not block. A panic is
    /// logged and has no other effect.
    fn record(&self, record: &Record<'_>);
}

impl<T: Tracker + ?Sized> Tracker for Arc<T> {
    fn app_id(&self) -> &str {
        (**self).app_id()
    }

    fn header(&self, request: &Request) -> CallHeader {
        (**self).header(request)
    }

    fn record(&self, record: &Record<'_>) {
        (**self).record(record);
    }
}

/// The tracker of a server or client, as a setting.
#[derive(Clone)]
pub(crate) struct SharedTracker(Arc<dyn Tracker>);

impl SharedTracker {
    pub(crate) fn new(tracker: impl Tracker) -> SharedTracker {
        SharedTracker(Arc::new(tracker))
    }
}

impl std::ops::Deref for SharedTracker {
    type Target = dyn Tracker;

    fn deref(&self) -> &(dyn Tracker + 'static) {
        &*self.0
    }
}

impl fmt::Debug for SharedTracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracker").field("app_id", &self.app_id()).finish_non_exhaustive()
    }
}
