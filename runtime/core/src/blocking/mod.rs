//! Servers and clients without a runtime: a thread waits where a task would.
//!
//! They speak with the async ones, and take the same settings.
//!
//! ```
//! use thriftly::blocking::{Channel, ClientBuilder, Server, Service};
//! use thriftly::{Protocol, Request, Response, ResponseKind, Result};
//!
//! /// Answers each call with its own arguments.
//! struct Echo;
//!
//! impl Service for Echo {
//!     fn call(&self, request: Request) -> Result<Response> {
//!         Ok(Response::new(ResponseKind::Reply, request.protocol, request.body))
//!     }
//! }
//!
//! # fn main() -> Result<()> {
//! let server = Server::new(Echo).bind("127.0.0.1:0")?;
//! let (address, handle) = (server.local_addr(), server.handle());
//! let thread = std::thread::spawn(move || server.serve());
//!
//! let channel = ClientBuilder::<Channel>::new().connect(address)?;
//! let request = Request::new("echo", Protocol::Binary, vec![0].into());
//! assert_eq!(channel.call(request)?.body.into_bytes(), [0][..]);
//!
//! handle.shutdown();
//! thread.join().unwrap()?;
//! # Ok(())
//! # }
//! ```

mod client;
mod from_fn;
mod memory;
mod multiplexed;
mod server;
mod session;
mod sessions;
mod stream;
mod threads;
mod waker;
mod workers;

pub use crate::messages::MessageChannel;
pub use crate::messages::blocking::{answer, channel as message_channel};
pub use crate::rpc::named_service::NamedBlockingService;
pub use client::{Channel, ClientBuilder, LayeredBuilder};
pub use from_fn::{FnService, FromFn, Next, from_fn};
pub use memory::MemoryStream;
pub use multiplexed::Multiplexed;
pub use server::{BoundServer, Server, ServerHandle};
pub use threads::Threads;

#[cfg(feature = "async")]
pub use crate::rpc::bridge::BlockOn;

use crate::error::Result;
use crate::rpc::message::{Request, Response};

/// What answers encoded calls: a handler that `thrift!` has wrapped, a [`Channel`] to another
/// server, or middleware around either.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a service of encoded calls",
    label = "expected a service such as `BlockingStoreServer::new(handler)`",
    note = "a handler is wrapped in the server that `thrift!` makes of its service: \
            `blocking::Server::new(BlockingStoreServer::new(handler))`"
)]
pub trait Service: Send + Sync + 'static {
    /// Answers a call.
    ///
    /// # Errors
    /// As the service has it. A [`Server`] answers them with an
    /// [`ApplicationError`](crate::ApplicationError).
    fn call(&self, request: Request) -> Result<Response>;
}

impl<S: Service + ?Sized> Service for std::sync::Arc<S> {
    fn call(&self, request: Request) -> Result<Response> {
        S::call(self, request)
    }
}

impl<S: Service + ?Sized> Service for Box<S> {
    fn call(&self, request: Request) -> Result<Response> {
        S::call(self, request)
    }
}
