//! The async server.

mod acceptor;
mod calls;
mod clock;
mod drain;
#[cfg(feature = "http")]
mod http;
mod incoming;
mod linger;
mod listener;
mod services;
mod session;
mod signal;

use std::error::Error as StdError;
use std::fmt;
use std::future::{Future, Ready, pending, ready};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use futures_core::Stream;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, duplex};
use tower_layer::Layer;
use tower_service::Service;

use crate::connection::ServerMonitor;
use crate::error::{Error, Result};
use crate::net::address::Address;
use crate::net::async_socket::HangUp;
use crate::net::endpoints::Endpoints;
use crate::net::listener::{Listener, unusable};
use crate::net::transform::Transformed;
use crate::rpc::message::{Request, Response};
use crate::rpc::per_connection::PerConnection;
use crate::rpc::thrift_service::{SharedService, ThriftService};
use crate::settings::{IN_MEMORY, ServerSettings, server_setters};
use incoming::Incoming;
use listener::AsyncListener;
use session::Session;
pub use signal::shutdown_signal;

/// A server on tokio, for one service ([`new`](Server::new)) or several
/// ([`builder`](Server::builder)).
///
/// Detects protocol and framing of each client: framed or unframed; binary (strict or old), compact or JSON. Calls on
/// one connection run concurrently and are answered in order of completion. A handler that panics
/// or fails answers with an exception, and the connection stays open.
///
/// # Client disconnects
///
/// The end of a client's stream, or its loss, cancels the calls of the connection within a second
/// by dropping their futures. Oneway calls run to completion. Clients that shut down their sending
/// side and then read answers need [`half_close`](Server::half_close).
///
/// # Limits
///
/// [`Limits`](crate::Limits) bound what a client may send. Further limits, all with defaults, bound
/// the time until the first byte, the rest of a message, the next call and progress in reading
/// answers; the number of connections and of calls in flight; and the bytes buffered for clients
/// that send slowly or do not read ([`max_unread`](Server::max_unread),
/// [`max_buffered`](Server::max_buffered)). Handlers have a time limit only if
/// [`handler_timeout`](Server::handler_timeout) is set.
///
/// # Log
///
/// The events of [`tracing`](https://docs.rs/tracing) are warnings where an operator should act:
/// failed calls, with method, peer and the sources of the error; clients that were rejected or
/// disconnected, with the reason; failures to accept connections. Events that clients can cause are
/// limited, per kind, to a burst of 20 and then two per second; the field `suppressed` counts the
/// omitted ones. [`monitor`](Server::monitor) reads counters of the same events.
///
/// # Services
///
/// The service is a `tower` service of encoded calls: a handler wrapped by its generated server,
/// with or without layers, or a hand-written one:
///
/// ```
/// use std::convert::Infallible;
/// use std::future::{Ready, ready};
/// use std::task::{Context, Poll};
/// use thriftly::{Channel, ClientBuilder, Protocol, Request, Response, ResponseKind, Server};
/// use tower_service::Service;
///
/// /// Answers each call with its own arguments.
/// #[derive(Clone)]
/// struct Echo;
///
/// impl Service<Request> for Echo {
///     type Response = Response;
///     type Error = Infallible;
///     type Future = Ready<Result<Response, Infallible>>;
///
///     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
///         Poll::Ready(Ok(()))
///     }
///     fn call(&mut self, request: Request) -> Self::Future {
///         ready(Ok(Response::new(ResponseKind::Reply, request.protocol, request.body)))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> thriftly::Result<()> {
/// let server = Server::new(Echo).bind("127.0.0.1:0").await?;
/// let address = server.local_addr();
/// tokio::spawn(server.serve());
///
/// let mut channel = ClientBuilder::<Channel>::new().connect(address).await?;
/// let request = Request::new("echo", Protocol::Binary, vec![0].into());
/// assert_eq!(channel.call(request).await?.body.into_bytes(), [0][..]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a server does nothing before it is told to serve"]
pub struct Server<S> {
    service: S,
    settings: ServerSettings,
}

impl<S> fmt::Debug for Server<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl<S> Server<S> {
    /// Creates a server with default settings. Each connection gets a clone of the service.
    pub fn new(service: S) -> Server<S>
    where
        S: ThriftService,
    {
        Server { service, settings: ServerSettings::default() }
    }

    server_setters!();

    /// Wraps the service in a `tower` layer: one of tower's, [`from_fn`](crate::from_fn), or a
    /// custom one. Layers added later are outer and see calls first.
    pub fn layer<L: Layer<S>>(self, layer: L) -> Server<L::Service> {
        Server { service: layer.layer(self.service), settings: self.settings }
    }

    /// Maximum number of concurrent calls per connection. At the limit, reading from the connection
    /// stops (back-pressure). Default: 100.
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.settings.max_in_flight = calls.max(1);
        self
    }

    /// Whether calls continue after the client has closed its sending side (half-close), for
    /// clients that send everything, shut down their sending side and then read the answers.
    /// Default: `false`, a half-close cancels them by dropping their futures. Calls that complete
    /// immediately are answered in any case, and oneway calls always run to completion.
    pub fn half_close(mut self, half_close: bool) -> Self {
        self.settings.half_close = half_close;
        self
    }

    /// Serves HTTP only at this path, such as `/thrift`; requests for others are answered with 404.
    /// Default: at any path.
    #[cfg(feature = "http")]
    pub fn http_path(mut self, path: impl Into<String>) -> Self {
        self.settings.http_path = Some(path.into().into());
        self
    }

    /// Time limit of a handler. After it the future is dropped and the call is answered with
    /// `INTERNAL_ERROR`. The handler can read the deadline from [`Context::deadline`]; calls made
    /// by the handler inherit it. Default: none.
    ///
    /// [`Context::deadline`]: crate::Context::deadline
    pub fn handler_timeout(mut self, timeout: std::time::Duration) -> Self {
        self.settings.handler_timeout = Some(timeout);
        self
    }
}

impl<S> Server<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    S::Future: Send + 'static,
{
    /// Binds an address, such as `"127.0.0.1:6000"`, and serves until the future is dropped.
    ///
    /// # Errors
    /// As [`bind`](Server::bind). Later errors are logged and never stop the server.
    pub async fn serve(self, address: impl TryInto<Address, Error: Into<Error>>) -> Result<()> {
        self.bind(address).await?.serve().await
    }

    /// Binds an address. Connections are accepted once the returned [`BoundServer`] is served. Port
    /// 0 selects a free port.
    ///
    /// # Errors
    /// [`ErrorKind::Address`] if the address cannot be parsed or resolved; [`ErrorKind::Connect`]
    /// if it cannot be bound, for example because it is in use or not local;
    /// [`ErrorKind::Settings`] if a service cannot be added.
    ///
    /// [`ErrorKind::Address`]: crate::ErrorKind::Address
    /// [`ErrorKind::Connect`]: crate::ErrorKind::Connect
    /// [`ErrorKind::Settings`]: crate::ErrorKind::Settings
    pub async fn bind(
        self,
        address: impl TryInto<Address, Error: Into<Error>>,
    ) -> Result<BoundServer<S>> {
        self.settings.check()?;
        let address = address.try_into().map_err(Into::into)?;
        address.single()?;
        let listener = Listener::bind_async(&address, &self.settings).await?;
        self.bound(listener)
    }

    /// Uses a socket that is already listening, for example one passed by a service manager or with
    /// custom options. Must be called on a tokio runtime.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> thriftly::Result<()> {
    /// # thriftly::thrift!(inline: "service Ping { void ping() }");
    /// # struct Handler;
    /// # impl Ping for Handler {
    /// #     async fn ping(&self) -> thriftly::Result<()> { Ok(()) }
    /// # }
    /// let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// let server = thriftly::Server::new(PingServer::new(Handler)).bind_listener(listener)?;
    /// let address = server.local_addr();
    /// tokio::spawn(server.serve());
    /// PingClient::connect(address).await?.ping().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Connect`] if the socket is not listening or there is no runtime;
    /// [`ErrorKind::Settings`](crate::ErrorKind::Settings) if a service cannot be added.
    ///
    /// [`ErrorKind::Connect`]: crate::ErrorKind::Connect
    pub fn bind_listener(self, listener: std::net::TcpListener) -> Result<BoundServer<S>> {
        self.bound(Listener::Tcp(listener))
    }

    /// As [`bind_listener`](Server::bind_listener), for a unix socket. Its file stays when the server
    /// has ended.
    ///
    /// # Errors
    /// As [`bind_listener`](Server::bind_listener); [`ErrorKind::Address`] if the server has TLS,
    /// which unix sockets do not support.
    ///
    /// [`ErrorKind::Address`]: crate::ErrorKind::Address
    #[cfg(unix)]
    pub fn bind_unix_listener(
        self,
        listener: std::os::unix::net::UnixListener,
    ) -> Result<BoundServer<S>> {
        self.bound(Listener::Unix(listener, None))
    }

    fn bound(self, listener: Listener) -> Result<BoundServer<S>> {
        let Server { service, mut settings } = self;
        settings.check()?;
        settings.prepare()?;
        let local = listener.served_at(&settings)?;
        let listener = AsyncListener::new(listener).map_err(unusable)?;
        Ok(BoundServer { listener, local, service, settings })
    }

    /// Serves connections from a stream of any byte streams, such as TLS connections or in-memory
    /// pipes, until the stream has ended and the last connection is closed. Errors of the stream
    /// are logged like accept errors. Time limits and [`max_connections`](Server::max_connections)
    /// apply.
    ///
    /// # Errors
    /// [`ErrorKind::Settings`](crate::ErrorKind::Settings) if a service cannot be added. Accept and
    /// connection errors are logged.
    pub async fn serve_incoming<IO>(
        self,
        incoming: impl Stream<Item = io::Result<IO>>,
    ) -> Result<()>
    where
        IO: AsyncRead + AsyncWrite + Send + 'static,
    {
        self.serve_incoming_until(incoming, pending::<()>()).await
    }

    /// As [`serve_incoming`](Server::serve_incoming), but shuts down gracefully when `stop` is ready,
    /// as [`BoundServer::serve_until`] does.
    ///
    /// # Errors
    /// As [`serve_incoming`](Server::serve_incoming).
    pub async fn serve_incoming_until<IO>(
        self,
        incoming: impl Stream<Item = io::Result<IO>>,
        stop: impl Future,
    ) -> Result<()>
    where
        IO: AsyncRead + AsyncWrite + Send + 'static,
    {
        self.settings.check()?;
        let incoming = Incoming(Box::pin(incoming));
        acceptor::serve(incoming, self.service, self.settings, stop).await;
        Ok(())
    }
}

impl<S> Server<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    S::Future: Send + 'static,
{
    /// Serves one connection over any byte stream until it ends: an in-memory duplex, a pipe, an
    /// accepted socket. The reason of its end is logged.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use tokio::io::{AsyncReadExt, AsyncWriteExt};
    ///
    /// thriftly::thrift!(inline: "service Words { i32 count(1: string text) }");
    ///
    /// struct Counter;
    /// impl Words for Counter {
    ///     async fn count(&self, text: String) -> thriftly::Result<i32> {
    ///         Ok(text.split_whitespace().count() as i32)
    ///     }
    /// }
    ///
    /// let (mut ours, theirs) = tokio::io::duplex(4096);
    /// let server = thriftly::Server::new(WordsServer::new(Counter));
    /// tokio::spawn(async move { server.serve_stream(theirs).await });
    ///
    /// ours.write_all(b"\x80\x01\0\x01\0\0\0\x05count\0\0\0\x07\x0b\0\x01\0\0\0\x03a b\0").await?;
    /// let mut reply = [0; 25];
    /// ours.read_exact(&mut reply).await?;
    /// assert_eq!(reply, *b"\x80\x01\0\x02\0\0\0\x05count\0\0\0\x07\x08\0\0\0\0\0\x02\0");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// If a service cannot be added, this is logged, and the connection is closed.
    pub async fn serve_stream(&self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        serve_one(stream, self.service.clone(), Arc::new(self.settings.clone())).await;
    }

    /// A connector for [`ClientBuilder::connect_with`](crate::ClientBuilder::connect_with) whose
    /// connections are served in memory: everything takes part but sockets. Each connection has a
    /// task, which ends with its client.
    ///
    /// ```
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
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> thriftly::Result<()> {
    /// let server = thriftly::Server::new(PingServer::new(Handler));
    /// let client: PingClient = PingClient::builder().connect_with(server.in_memory()).await?;
    /// client.ping().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn in_memory(
        self,
    ) -> impl Fn() -> Ready<io::Result<DuplexStream>> + Send + Sync + use<S> + 'static {
        let settings = Arc::new(self.settings);
        // Services need not be shared between threads, connectors have to.
        let service = Mutex::new(self.service);
        move || {
            if let Err(error) = settings.check() {
                return ready(Err(io::Error::other(error)));
            }
            let (ours, theirs) = duplex(IN_MEMORY);
            let service = service.lock().unwrap_or_else(PoisonError::into_inner).clone();
            tokio::spawn(serve_one(theirs, service, Arc::clone(&settings)));
            ready(Ok(ours))
        }
    }
}

impl<F, S> Server<PerConnection<F, S>> {
    /// Creates a server with a service for each connection, created by a function when the first call of
    /// the connection arrives, and dropped with the connection: for sessions. See [`PerConnection`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> thriftly::Result<()> {
    /// use std::sync::atomic::{AtomicI32, Ordering};
    /// use thriftly::Server;
    ///
    /// thriftly::thrift!(inline: "service Counter { i32 count() }");
    ///
    /// /// The state of one connection.
    /// #[derive(Default)]
    /// struct Session(AtomicI32);
    ///
    /// impl Counter for Session {
    ///     async fn count(&self) -> thriftly::Result<i32> {
    ///         Ok(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    ///     }
    /// }
    ///
    /// let server = Server::per_connection(|_| Ok(CounterServer::new(Session::default())));
    /// let server = server.bind("127.0.0.1:0").await?;
    /// let address = server.local_addr();
    /// tokio::spawn(server.serve());
    ///
    /// let first = CounterClient::connect(&address).await?;
    /// let second = CounterClient::connect(&address).await?;
    /// assert_eq!((first.count().await?, first.count().await?), (1, 2));
    /// assert_eq!(second.count().await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn per_connection(create: F) -> Server<PerConnection<F, S>>
    where
        F: Fn(&Endpoints) -> Result<S> + Send + Sync + 'static,
        S: SharedService,
    {
        Server::new(PerConnection::new(create))
    }
}

/// Serves one connection until it ends, and its oneway calls.
async fn serve_one<IO, S>(mut stream: IO, service: S, settings: Arc<ServerSettings>)
where
    IO: AsyncRead + AsyncWrite + Unpin,
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    S::Future: Send + 'static,
{
    if let Err(error) = settings.check() {
        tracing::error!(%error, "cannot serve a connection");
        return;
    }
    let (mut ends, drain) = (Endpoints::default(), Arc::default());
    let rest = if settings.sasl.is_empty() {
        Session::new(stream, ends, service, settings, drain, |_| HangUp::No).run().await
    } else {
        let logged_in = acceptor::log_in(&mut stream, &mut ends, &settings).await;
        let Some((frames, received)) = logged_in else { return };
        let stream = Transformed::new(stream, frames, received);
        Session::new(stream, ends, service, settings, drain, |_| HangUp::No).run().await
    };
    if let Some(rest) = rest {
        rest.finish().await;
    }
}

/// A [`Server`] bound to an address.
#[must_use = "a server does nothing before it is told to serve"]
pub struct BoundServer<S> {
    listener: AsyncListener,
    local: Address,
    service: S,
    settings: ServerSettings,
}

impl<S> fmt::Debug for BoundServer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundServer").field("local_addr", &self.local).finish_non_exhaustive()
    }
}

impl<S> BoundServer<S> {
    /// Reads the counters of this server.
    pub fn monitor(&self) -> ServerMonitor {
        self.settings.report.monitor()
    }

    /// The bound address, as clients on this machine connect to it, with the actual port if port 0 was
    /// requested.
    pub fn local_addr(&self) -> Address {
        self.local.clone()
    }
}

impl<S> BoundServer<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    S::Future: Send + 'static,
{
    /// Serves until the future is dropped, which also closes all connections.
    ///
    /// # Errors
    /// Never fails: accept and connection errors are logged.
    pub async fn serve(self) -> Result<()> {
        self.serve_until(pending::<()>()).await
    }

    /// Serves until the future `stop` is ready, such as [`shutdown_signal`], and then shuts down
    /// gracefully: its [health method](Server::health) fails; after
    /// [`shutdown_delay`](Server::shutdown_delay), no further connections are accepted; calls in flight are answered, and so are
    /// new calls on connections with a call in flight. Calls that have not completed after
    /// [`drain_timeout`](Server::drain_timeout) are dropped.
    ///
    /// # Errors
    /// As [`serve`](BoundServer::serve).
    pub async fn serve_until(self, stop: impl Future) -> Result<()> {
        let BoundServer { listener, service, settings, .. } = self;
        acceptor::serve(listener, service, settings, stop).await;
        Ok(())
    }
}
