//! Layers from functions.

use std::fmt;
use std::sync::Arc;

use tower_layer::Layer;

use super::Service;
use crate::error::Result;
use crate::rpc::message::{Request, Response};
use crate::rpc::named_service::NamedService;

/// Creates a layer from a function of a request and the [inner service](Next), for logging,
/// metrics, authorization or headers. It can wrap a [`Server`](super::Server) or the channel of a
/// client.
///
/// ```
/// use thriftly::blocking::{Server, from_fn};
///
/// thriftly::thrift!(inline: "service Ping { void ping() }");
///
/// struct Handler;
///
/// impl BlockingPing for Handler {
///     fn ping(&self) -> thriftly::Result<()> {
///         Ok(())
///     }
/// }
///
/// # fn main() -> thriftly::Result<()> {
/// let log = from_fn(|request, next| {
///     let method = request.method.clone();
///     let response = next.run(request)?;
///     println!("{method:?} failed: {}", response.is_declared_exception());
///     Ok(response)
/// });
/// let server = Server::new(BlockingPingServer::new(Handler)).layer(log).bind("127.0.0.1:0")?;
/// let client = BlockingPingClient::connect(server.local_addr())?;
/// std::thread::spawn(move || server.serve());
/// client.ping()?;
/// # Ok(())
/// # }
/// ```
pub fn from_fn<F>(function: F) -> FromFn<F>
where
    F: Fn(Request, Next<'_>) -> Result<Response> + Send + Sync + 'static,
{
    FromFn(Arc::new(function))
}

/// The layer returned by [`from_fn`].
pub struct FromFn<F>(Arc<F>);

/// A service wrapped by [`FromFn`].
pub struct FnService<S, F> {
    inner: S,
    function: Arc<F>,
}

/// The inner service of a layer: further layers and the handler or channel.
pub struct Next<'a>(&'a dyn Service);

impl Next<'_> {
    /// Passes a request to the inner service.
    ///
    /// # Errors
    /// The errors of the inner service.
    pub fn run(self, request: Request) -> Result<Response> {
        self.0.call(request)
    }
}

impl<S, F> Layer<S> for FromFn<F> {
    type Service = FnService<S, F>;

    fn layer(&self, inner: S) -> FnService<S, F> {
        FnService { inner, function: Arc::clone(&self.0) }
    }
}

impl<S, F> Service for FnService<S, F>
where
    S: Service,
    F: Fn(Request, Next<'_>) -> Result<Response> + Send + Sync + 'static,
{
    fn call(&self, request: Request) -> Result<Response> {
        (self.function)(request, Next(&self.inner))
    }
}

impl<S: NamedService, F> NamedService for FnService<S, F> {
    const NAME: &'static str = S::NAME;
}

impl<F> Clone for FromFn<F> {
    fn clone(&self) -> FromFn<F> {
        FromFn(Arc::clone(&self.0))
    }
}

impl<S: Clone, F> Clone for FnService<S, F> {
    fn clone(&self) -> FnService<S, F> {
        FnService { inner: self.inner.clone(), function: Arc::clone(&self.function) }
    }
}

impl<F> fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FromFn").finish_non_exhaustive()
    }
}

impl<S: fmt::Debug, F> fmt::Debug for FnService<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FnService").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").finish_non_exhaustive()
    }
}
