//! The async server.

mod calls;
mod drain;
mod session;
mod signal;

use std::error::Error as StdError;
use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, Interest};
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep, timeout};
use tower_service::Service;

use crate::connection::Backoff;
use crate::error::{Error, Result};
use crate::net::address::Address;
use crate::net::endpoints::Endpoints;
use crate::rpc::message::{Request, Response};
use crate::settings::{BACKLOG, ServerSettings, server_setters};
use drain::Drain;
use session::{Rest, Session};
pub use signal::shutdown_signal;

/// A server on tokio, for one service.
///
/// It finds out by itself what each client speaks: framed or unframed, strict or old binary.
/// Calls on one connection run side by side: each is answered when it is done. A handler that
/// panics, or fails, answers with an exception, and the connection goes on.
///
/// The service is a `tower` service of encoded calls: one that `thrift!` makes around a
/// handler, one with layers around that, or one made by hand:
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
    /// A server with the default settings. Each connection gets a clone of the service.
    pub fn new(service: S) -> Server<S> {
        Server { service, settings: ServerSettings::default() }
    }

    server_setters!();

    /// How many calls of one connection may run at the same time. While there are so many,
    /// nothing is read from it. Default: 100.
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.settings.max_in_flight = calls.max(1);
        self
    }

    /// Whether calls go on when the client has closed its side of the connection, as clients do that
    /// send everything, shut down their side and then read the answers. By default (`false`) that
    /// cancels them: their futures are dropped, as nobody waits for the answers. Calls that are done at
    /// once are answered in any case, and oneway calls always run to their end.
    pub fn half_close(mut self, half_close: bool) -> Self {
        self.settings.half_close = half_close;
        self
    }

    /// How long a handler may take; then its future is dropped, and the call answered with
    /// `INTERNAL_ERROR`. The handler finds the time in [`Context::deadline`], and calls that it makes
    /// have that deadline too. Default: as long as it needs.
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
    /// Listens on an address, such as `"127.0.0.1:6000"`, and serves there until the future is
    /// dropped.
    ///
    /// # Errors
    /// As [`bind`](Server::bind). What happens later does not end a server.
    pub async fn serve(self, address: impl TryInto<Address, Error: Into<Error>>) -> Result<()> {
        self.bind(address).await?.serve().await
    }

    /// Listens on an address. Connections are accepted when what it returns is told to serve.
    /// Port 0 lets the operating system choose one.
    ///
    /// # Errors
    /// The address cannot be understood or resolved ([`ErrorKind::Address`]), or not be listened
    /// on ([`ErrorKind::Connect`]): it is in use, or not one of this machine.
    ///
    /// [`ErrorKind::Address`]: crate::ErrorKind::Address
    /// [`ErrorKind::Connect`]: crate::ErrorKind::Connect
    pub async fn bind(
        self,
        address: impl TryInto<Address, Error: Into<Error>>,
    ) -> Result<BoundServer<S>> {
        let address = address.try_into().map_err(Into::into)?;
        let listener = listen(&address).await?;
        let local = listener.local_addr().map_err(|error| address.bind_error(error))?;
        Ok(BoundServer { listener, local, service: self.service, settings: self.settings })
    }
}

impl<S> Server<S>
where
    S: Service<Request, Response = Response> + Clone,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    S::Future: Send + 'static,
{
    /// Serves one connection, over any stream of bytes, until it ends: one half of a pair in
    /// memory, a pipe, a socket that was accepted elsewhere. Why it ended is noted in the log.
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
    pub async fn serve_stream(&self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let settings = Arc::new(self.settings.clone());
        let (ends, service) = (Endpoints::default(), self.service.clone());
        let session = Session::new(stream, ends, service, settings, Arc::default(), |_| false);
        if let Some(rest) = session.run().await {
            rest.finish().await;
        }
    }
}

/// A [`Server`] that listens on an address.
#[must_use = "a server does nothing before it is told to serve"]
pub struct BoundServer<S> {
    listener: TcpListener,
    local: SocketAddr,
    service: S,
    settings: ServerSettings,
}

impl<S> fmt::Debug for BoundServer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundServer").field("local_addr", &self.local).finish_non_exhaustive()
    }
}

impl<S> BoundServer<S> {
    /// The address that it listens on, with the port that was chosen for port 0.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }
}

impl<S> BoundServer<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    S::Future: Send + 'static,
{
    /// Serves until the future is dropped; that also ends all connections.
    ///
    /// # Errors
    /// None: connections that cannot be accepted or that break are noted in the log.
    pub async fn serve(self) -> Result<()> {
        self.serve_until(pending::<()>()).await
    }

    /// Serves until the future `stop` is ready, and then ends in good order: nothing more is
    /// accepted, calls that have come are answered, and connections are closed. What is not
    /// done after [`drain_timeout`](Server::drain_timeout) is dropped.
    ///
    /// # Errors
    /// As [`serve`](BoundServer::serve).
    pub async fn serve_until(self, stop: impl Future) -> Result<()> {
        let BoundServer { listener, local, service, settings } = self;
        let drain_timeout = settings.drain_timeout;
        let mut acceptor = Acceptor {
            listener,
            service,
            max_connections: settings.connections(),
            settings: Arc::new(settings),
            drain: Arc::default(),
            sessions: JoinSet::new(),
            rest: JoinSet::new(),
            backoff: Backoff::default(),
            full: false,
        };
        let mut stop = pin!(stop);
        let mut pause = pin!(None::<Sleep>);
        poll_fn(|context| {
            if stop.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            loop {
                if let Some(until) = pause.as_mut().as_pin_mut() {
                    std::task::ready!(until.poll(context));
                    pause.set(None);
                }
                match std::task::ready!(acceptor.poll(context)) {
                    Some(longer) => pause.set(Some(sleep(longer))),
                    None => continue,
                }
            }
        })
        .await;
        tracing::debug!(%local, connections = acceptor.sessions.len(), "shutting down");
        let Acceptor { listener, drain, mut sessions, mut rest, .. } = acceptor;
        drop(listener);
        drain.begin();
        let all = async {
            while let Some(ended) = sessions.join_next().await {
                if let Ok(Some(calls)) = ended {
                    rest.spawn(calls.finish());
                }
            }
            while rest.join_next().await.is_some() {}
        };
        if timeout(drain_timeout, all).await.is_err() {
            let (connections, oneway) = (sessions.len(), rest.len());
            tracing::warn!(%local, connections, oneway, "did not end in time");
        }
        Ok(())
    }
}

/// Accepts connections and starts their tasks.
struct Acceptor<S> {
    listener: TcpListener,
    service: S,
    settings: Arc<ServerSettings>,
    drain: Arc<Drain>,
    /// Dropping this ends the connections.
    sessions: JoinSet<Option<Rest>>,
    /// Oneway calls whose connections have ended.
    rest: JoinSet<()>,
    max_connections: usize,
    backoff: Backoff,
    /// Whether it was said that there are too many.
    full: bool,
}

impl<S> Acceptor<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    S::Future: Send + 'static,
{
    /// Accepts one connection; or says for how long none can be.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<std::time::Duration>> {
        while let Poll::Ready(Some(ended)) = self.sessions.poll_join_next(context) {
            match ended {
                Ok(Some(calls)) => {
                    self.rest.spawn(calls.finish());
                }
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "a connection failed"),
            }
        }
        while let Poll::Ready(Some(_)) = self.rest.poll_join_next(context) {}
        if self.sessions.len() >= self.max_connections {
            if !std::mem::replace(&mut self.full, true) {
                tracing::warn!(connections = self.sessions.len(), "no further connection is taken");
            }
            // The end of any of them wakes this up.
            return Poll::Pending;
        }
        match std::task::ready!(self.listener.poll_accept(context)) {
            Ok((stream, peer)) => {
                self.backoff.succeeded();
                // It is worth a word again when a tenth of them had gone in between.
                self.full &= self.sessions.len() + 1 > self.max_connections / 10 * 9;
                self.start(stream, peer);
                Poll::Ready(None)
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                let pause = self.backoff.failed(&error);
                Poll::Ready((!pause.is_zero()).then_some(pause))
            }
        }
    }

    fn start(&mut self, stream: TcpStream, peer: SocketAddr) {
        if self.settings.nodelay
            && let Err(error) = stream.set_nodelay(true)
        {
            tracing::debug!(%peer, %error, "cannot set TCP_NODELAY");
        }
        let (service, settings) = (self.service.clone(), Arc::clone(&self.settings));
        let ends = Endpoints { peer: Some(peer), local: stream.local_addr().ok() };
        let drain = Arc::clone(&self.drain);
        let session = Session::new(stream, ends, service, settings, drain, hung_up);
        self.sessions.spawn(session.run());
    }
}

/// Whether the peer has closed its side or reset the connection, also if there is more to read before.
fn hung_up(stream: &TcpStream) -> bool {
    let ready = pin!(stream.ready(Interest::READABLE));
    match ready.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(ready)) => ready.is_read_closed(),
        Poll::Ready(Err(_)) => true,
        Poll::Pending => false,
    }
}

async fn listen(address: &Address) -> Result<TcpListener> {
    let found = match address.number() {
        Some(number) => Ok(vec![number]),
        None => lookup_host((address.host(), address.port())).await.map(Iterator::collect),
    };
    let mut result = Err(std::io::ErrorKind::AddrNotAvailable.into());
    for socket_address in address.resolved(found)? {
        result = listen_on(socket_address);
        if result.is_ok() {
            break;
        }
    }
    result.map_err(|error| address.bind_error(error))
}

fn listen_on(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A server that is started again may take its port over from connections that linger.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG.unsigned_abs())
}
