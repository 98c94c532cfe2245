//! Services of encoded calls.

use std::error::Error;

use tower_service::Service;

use crate::error::Result;
use crate::rpc::message::{Request, Response};
use crate::rpc::multiplexed::Multiplexed;
use crate::rpc::named_service::NamedService;

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

/// A [`ThriftService`] that a [`Multiplexed`](crate::Multiplexed) can hold: it is shared by threads,
/// and neither it nor its futures borrow anything.
///
/// Implemented for all services of this kind, and only for those.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a service of encoded calls that threads can share",
    label = "expected a service such as `StoreServer::new(handler)`",
    note = "a handler is wrapped in the server that `thrift!` makes of its service: \
            `StoreServer::new(handler)`",
    note = "a `tower` service has to be `Clone + Send + Sync + 'static`, with `thriftly::Request` and \
            `thriftly::Response`"
)]
pub trait SharedService: ThriftService<Future: 'static> + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<S: ThriftService<Future: 'static> + Sync + 'static> SharedService for S {}

/// A [`SharedService`] with a name in the IDL.
///
/// Implemented for all services of this kind, and only for those. One bound without supertraits, so that
/// a wrong argument of `add` is one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a service with a name",
    label = "expected a generated server such as `StoreServer::new(handler)`",
    note = "a handler is wrapped in the server that `thrift!` makes of its service: \
            `.add(StoreServer::new(handler))`",
    note = "other services are added with a name: `.add_as(\"Store\", service)`"
)]
pub trait NamedSharedService: Sized {
    #[doc(hidden)]
    fn add_to(self, services: Multiplexed) -> Result<Multiplexed>;
}

#[diagnostic::do_not_recommend]
impl<S: SharedService + NamedService> NamedSharedService for S {
    fn add_to(self, services: Multiplexed) -> Result<Multiplexed> {
        services.add_as(S::NAME, self)
    }
}
