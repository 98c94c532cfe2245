//! Names of services.

use crate::blocking::{Multiplexed, Service};
use crate::error::Result;

/// A service with a name in the IDL, which is the prefix of its multiplexed calls.
///
/// Implemented by generated servers and clients, and by the wrappers of this crate around servers:
/// [`blocking::FnService`](crate::blocking::FnService), `FnService`, `InPlace`, `SpawnBlocking` and
/// `BlockOn`.
///
/// ```
/// use thriftly::NamedService;
///
/// thriftly::thrift!(inline: "service Store { i32 size() }");
///
/// assert_eq!(<BlockingStoreClient>::NAME, "Store");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no service name",
    label = "expected a generated server such as `StoreServer::new(handler)`",
    note = "other services are added with a name: `.add_as(\"Store\", service)`"
)]
pub trait NamedService {
    /// The name of the service in the IDL.
    const NAME: &'static str;
}

impl<S: NamedService + ?Sized> NamedService for std::sync::Arc<S> {
    const NAME: &'static str = S::NAME;
}

impl<S: NamedService + ?Sized> NamedService for Box<S> {
    const NAME: &'static str = S::NAME;
}

/// A [`blocking::Service`](crate::blocking::Service) with a name in the IDL.
///
/// Implemented for all services of this kind, and only for those. One bound without supertraits, so that
/// a wrong argument of `add` is one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a service with a name",
    label = "expected a generated server such as `BlockingStoreServer::new(handler)`",
    note = "a handler is wrapped in the server that `thrift!` makes of its service: \
            `.add(BlockingStoreServer::new(handler))`",
    note = "other services are added with a name: `.add_as(\"Store\", service)`"
)]
pub trait NamedBlockingService: Sized {
    #[doc(hidden)]
    fn add_to(self, services: Multiplexed) -> Result<Multiplexed>;
}

#[diagnostic::do_not_recommend]
impl<S: Service + NamedService> NamedBlockingService for S {
    fn add_to(self, services: Multiplexed) -> Result<Multiplexed> {
        services.add_as(S::NAME, self)
    }
}
