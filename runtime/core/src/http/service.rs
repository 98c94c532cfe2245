//! Thrift as a service of HTTP.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body::Body;
use tower_service::Service;

use super::body::MessageBody;
use super::exchange::Exchange;
use crate::connection::Budget;
use crate::limits::Limits;
use crate::net::endpoints::Endpoints;
use crate::rpc::health::Health;
use crate::rpc::message::{Request, Response};
use crate::rpc::thrift_service::ThriftService;
use crate::settings::ServerSettings;

/// A `tower` service of HTTP made from a Thrift service: to be mounted in axum, beside ordinary routes,
/// or served by hyper.
///
/// ```
/// use thriftly::http::HttpService;
///
/// thriftly::thrift!(inline: "service Ping { void ping() }");
///
/// struct Handler;
///
/// impl Ping for Handler {
///     async fn ping(&self) -> thriftly::Result<()> {
///         Ok(())
///     }
/// }
///
/// let thrift = HttpService::new(PingServer::new(Handler));
/// let routes: axum::Router = axum::Router::new()
///     .route("/health", axum::routing::get(|| async { "ok" }))
///     .route_service("/thrift", thrift);
/// # drop(routes);
/// ```
///
/// It has the limits of a [`Server`](crate::Server) that belong to a call; those of connections are the
/// HTTP server's. The extensions of a request, such as those set by a layer of axum, are in the
/// [context](crate::Context::extensions) of its handler as one value of the type `http::Extensions`.
/// The addresses of the connection are not known, nor which calls share one.
///
/// A response that is dropped, as HTTP servers do when a client disconnects, cancels the call, unless it
/// is oneway.
#[derive(Clone)]
pub struct HttpService<S> {
    service: S,
    settings: Arc<ServerSettings>,
    exchange: Arc<Exchange>,
}

impl<S> fmt::Debug for HttpService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpService").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl<S> HttpService<S> {
    /// Creates a service with default settings. Each call gets a clone of `service`.
    pub fn new(service: S) -> HttpService<S>
    where
        S: ThriftService,
    {
        HttpService::with_settings(service, ServerSettings::default())
    }

    /// Limits on what a client may send. Default: [`Limits::DEFAULT`].
    pub fn limits(self, limits: Limits) -> Self {
        self.set(|settings| settings.limits = limits)
    }

    /// Time limit for receiving the body of a request. Default: 30 seconds.
    pub fn message_timeout(self, timeout: Duration) -> Self {
        self.set(|settings| settings.message_timeout = timeout)
    }

    /// Time limit of a handler; as [`Server::handler_timeout`](crate::Server::handler_timeout). Default:
    /// none.
    pub fn handler_timeout(self, timeout: Duration) -> Self {
        self.set(|settings| settings.handler_timeout = Some(timeout))
    }

    /// Maximum size of answers of 16 KiB and more that are not written yet, of all calls, in bytes. An
    /// answer that exceeds it is dropped, and its call is answered with `INTERNAL_ERROR`. Default: 256
    /// MiB.
    pub fn max_buffered(self, bytes: usize) -> Self {
        self.set(|settings| settings.budget = Arc::new(Budget::new(bytes)))
    }

    /// Answers the health method of load balancers, over HTTP as in other framings; see [`Health`]. The service does not
    /// know when the HTTP server shuts down: say so with [`Health::set_serving`]. Default: no such method.
    ///
    /// Names that a [`Server`](crate::Server) refuses are not refused here.
    pub fn health(self, health: Health) -> Self {
        self.set(|settings| settings.health = Some(health))
    }

    fn set(self, set: impl FnOnce(&mut ServerSettings)) -> HttpService<S> {
        let HttpService { service, settings, .. } = self;
        let mut settings = ServerSettings::clone(&settings);
        set(&mut settings);
        HttpService::with_settings(service, settings)
    }

    fn with_settings(service: S, settings: ServerSettings) -> HttpService<S> {
        let settings = Arc::new(settings);
        let exchange = Exchange::new(Arc::clone(&settings), Endpoints::default(), None, None);
        HttpService { service, settings, exchange: Arc::new(exchange) }
    }
}

impl<S, B> Service<http::Request<B>> for HttpService<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    S::Future: Send + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>> + Send,
{
    type Response = http::Response<MessageBody>;
    type Error = Infallible;
    type Future =
        Pin<Box<dyn Future<Output = Result<http::Response<MessageBody>, Infallible>> + Send>>;

    /// Always ready: a call waits in its future until the Thrift service is.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let response = Arc::clone(&self.exchange).respond(self.service.clone(), request);
        Box::pin(async { Ok(response.await) })
    }
}
