//! Handlers that generated servers take.

/// A generated server that can answer calls by the handler `H`.
///
/// `StoreServer::new` is bounded by it in place of `H: Store`, because the compiler's text for a missing
/// handler stands here: attributes of `diagnostic` do not resolve in generated code, which has no prelude.
#[diagnostic::on_unimplemented(
    message = "`{H}` is not a handler for `{Self}`",
    label = "this is not a handler of the service",
    note = "a handler implements the trait that `thrift!` makes of the service: `impl Store for {H}` for \
            `StoreServer`, `impl BlockingStore for {H}` for `BlockingStoreServer`"
)]
pub trait HandledBy<H> {}

#[diagnostic::do_not_recommend]
impl<S: Dispatches<H>, H> HandledBy<H> for S {}

/// The trait that generated code implements: `impl<H: Store> Dispatches<H> for StoreServer<H>`.
pub trait Dispatches<H> {}
