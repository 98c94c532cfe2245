//! Names of services.

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
