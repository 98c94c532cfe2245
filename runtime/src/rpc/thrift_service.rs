//! Services of encoded calls.

use std::error::Error;

use tower_service::Service;

use crate::rpc::message::{Request, Response};

/// A `tower` service of encoded calls, served by a [`Server`](crate::Server) and called by
/// generated clients.
///
/// Examples are a [`Channel`](crate::Channel), a handler wrapped by its generated server
/// (`StoreServer::new(handler)`), and either of them with layers. Implemented for all cloneable
/// `tower` services of these types, and only for those.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a service of encoded calls",
    label = "expected a service such as `StoreServer::new(handler)`",
    note = "a handler is wrapped in the server that `thrift!` makes of its service: \
            `Server::new(StoreServer::new(handler))`",
    note = "a `tower` service has to be `Clone + Send`, with `thriftly::Request` and `thriftly::Response`"
)]
pub trait ThriftService:
    Service<Request, Response = Response, Error: Into<Box<dyn Error + Send + Sync>>, Future: Send>
    + Clone
    + Send
{
}

#[diagnostic::do_not_recommend]
impl<S> ThriftService for S
where
    S: Service<Request, Response = Response> + Clone + Send,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    S::Future: Send,
{
}
