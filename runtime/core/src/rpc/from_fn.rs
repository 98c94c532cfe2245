//! Layers from functions.

use std::error::Error as StdError;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

use crate::error::{Error, Result};
use crate::rpc::message::{Request, Response};
use crate::rpc::named_service::NamedService;
use crate::rpc::reply::of_inner;

/// Creates a layer from an async function of a request and the [inner service](Next), for logging,
/// metrics, authorization or headers. It can wrap a [`Server`](crate::Server) or the channel of a
/// client.
///
/// ```
/// use thriftly::{Error, Server, from_fn};
///
/// thriftly::thrift!(inline: "service Store { string get(1: string key), void put(1: string key) }");
///
/// struct Empty;
///
/// impl Store for Empty {
///     async fn get(&self, key: String) -> thriftly::Result<String> {
///         Ok(key)
///     }
///     async fn put(&self, _: String) -> thriftly::Result<()> {
///         Ok(())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> thriftly::Result<()> {
/// let read_only = from_fn(|request, next| async move {
///     match request.method.as_str() {
///         "get" => next.run(request).await,
///         _ => Err(Error::internal("this is a replica")),
///     }
/// });
/// let server = Server::new(StoreServer::new(Empty)).layer(read_only).bind("127.0.0.1:0").await?;
/// let client = StoreClient::connect(server.local_addr()).await?;
/// tokio::spawn(server.serve());
/// assert_eq!(client.get("a").await?, "a");
/// assert!(client.put("a").await.is_err());
/// # Ok(())
/// # }
/// ```
pub fn from_fn<F, R>(function: F) -> FromFn<F>
where
    F: Fn(Request, Next) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Response>> + Send + 'static,
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
pub struct Next(Box<dyn FnOnce(Request) -> BoxFuture + Send>);

type BoxFuture = Pin<Box<dyn Future<Output = Result<Response>> + Send>>;

impl Next {
    /// Passes a request to the inner service.
    ///
    /// # Errors
    /// The errors of the inner service.
    pub async fn run(self, request: Request) -> Result<Response> {
        (self.0)(request).await
    }
}

impl<S, F> Layer<S> for FromFn<F> {
    type Service = FnService<S, F>;

    fn layer(&self, inner: S) -> FnService<S, F> {
        FnService { inner, function: Arc::clone(&self.0) }
    }
}

impl<S, F, R> Service<Request> for FnService<S, F>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    S::Future: Send,
    F: Fn(Request, Next) -> R,
    R: Future<Output = Result<Response>>,
{
    type Response = Response;
    type Error = Error;
    type Future = R;

    /// It is always ready: requests wait in [`Next::run`].
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> R {
        let mut inner = self.inner.clone();
        (self.function)(
            request,
            Next(Box::new(|request| {
                Box::pin(async move {
                    poll_fn(|context| inner.poll_ready(context)).await.map_err(of_inner)?;
                    inner.call(request).await.map_err(of_inner)
                })
            })),
        )
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

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").finish_non_exhaustive()
    }
}
