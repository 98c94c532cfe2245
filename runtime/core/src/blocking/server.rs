//! The blocking server.

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tower_layer::Layer;

use super::Service;
use super::memory::MemoryStream;
use super::session::{Session, Shared};
use super::sessions::{Place, Registered, Sessions};
use super::stream::{Untimed, Waiting, login, wait, with_login};
use super::waker::Waker;
use super::{Multiplexed, Threads, workers};
use crate::connection::{Backoff, ServerMonitor};
use crate::error::{Error, ErrorKind, Result};
use crate::net::address::Address;
use crate::net::blocking_stream::SocketStream;
use crate::net::endpoints::Endpoints;
use crate::net::listener::{Listener, unusable};
use crate::net::socket::Socket;
use crate::rpc::health::Health;
use crate::rpc::named_service::NamedBlockingService;
use crate::rpc::per_connection::PerConnection;
use crate::rpc::services::server_services;
use crate::settings::{IN_MEMORY, ServerSettings, server_setters};

/// A server for one service ([`new`](Server::new)) or several ([`builder`](Server::builder)), with a
/// thread for each connection or [other threads](Threads).
///
/// Detects protocol and framing of each client: framed or unframed; binary (strict or old), compact or JSON. Calls on
/// one connection are handled sequentially; answers to calls received together are sent together. A
/// handler that panics or fails answers with an exception, and the connection stays open. A handler
/// cannot be interrupted: the connection of a disconnected client ends when its handler returns.
/// Limits and log are those of the async server. See [`blocking`](crate::blocking) for an example.
#[derive(Clone)]
#[must_use = "a server does nothing before it is told to serve"]
pub struct Server<S> {
    service: S,
    settings: ServerSettings,
    threads: Threads,
}

impl<S> fmt::Debug for Server<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl<S> Server<S> {
    /// Creates a server with default settings. All connections share the service.
    pub fn new(service: S) -> Server<S>
    where
        S: Service,
    {
        Server { service, settings: ServerSettings::default(), threads: Threads::default() }
    }

    server_setters!();

    /// Wraps the service in a layer: [`from_fn`](fn@crate::blocking::from_fn), or a custom one. Layers
    /// added later are outer and see calls first.
    pub fn layer<L: Layer<S>>(self, layer: L) -> Server<L::Service> {
        let Server { service, settings, threads } = self;
        Server { service: layer.layer(service), settings, threads }
    }

    /// The threads that handle calls. Default: [`Threads::PerConnection`].
    pub fn threads(mut self, threads: Threads) -> Self {
        self.threads = threads;
        self
    }

    /// Time limit of a handler. A thread cannot be interrupted: the handler can read the deadline
    /// from [`Context::deadline`](crate::Context::deadline), and calls made by the handler inherit
    /// it. Default: none.
    pub fn handler_timeout(mut self, timeout: Duration) -> Self {
        self.settings.handler_timeout = Some(timeout);
        self
    }
}

impl<S: Service> Server<S> {
    /// Binds an address, such as `"127.0.0.1:6000"`, and serves.
    ///
    /// # Errors
    /// As [`bind`](Server::bind). Later errors are logged and never stop the server.
    pub fn serve(self, address: impl TryInto<Address, Error: Into<Error>>) -> Result<()> {
        self.bind(address)?.serve()
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
    pub fn bind(
        self,
        address: impl TryInto<Address, Error: Into<Error>>,
    ) -> Result<BoundServer<S>> {
        self.settings.check()?;
        let address = address.try_into().map_err(Into::into)?;
        address.single()?;
        let listener = Listener::bind(&address, &self.settings)?;
        self.bound(listener)
    }

    /// Serves on a socket that listens already: one that a service manager has passed on, or with
    /// options of one's own.
    ///
    /// # Errors
    /// The socket does not listen ([`ErrorKind::Connect`]), or a service cannot be added
    /// ([`ErrorKind::Settings`]).
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

    fn bound(mut self, listener: Listener) -> Result<BoundServer<S>> {
        self.settings.check()?;
        self.settings.prepare()?;
        let local = listener.served_at(&self.settings)?;
        listener.set_nonblocking(true).map_err(unusable)?;
        let sessions = Sessions::new().map_err(unusable)?;
        Ok(BoundServer { listener, local, server: self, sessions: Arc::new(sessions) })
    }

    /// Serves one connection, over any stream of bytes, until it ends: one half of a pair in memory, a
    /// pipe, a socket that was accepted elsewhere. Why it ended is noted in the log. Only the stream
    /// can have time limits, by failing with [`io::ErrorKind::TimedOut`].
    ///
    /// ```
    /// # #[cfg(unix)]
    /// # fn main() -> thriftly::Result<()> {
    /// use std::os::unix::net::UnixStream;
    /// use thriftly::blocking::Server;
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
    /// let (ours, theirs) = UnixStream::pair()?;
    /// std::thread::spawn(|| Server::new(BlockingPingServer::new(Handler)).serve_stream(theirs));
    /// let client: BlockingPingClient = BlockingPingClient::builder().connect_stream(ours)?;
    /// client.ping()?;
    /// # Ok(())
    /// # }
    /// # #[cfg(not(unix))]
    /// # fn main() {}
    /// ```
    ///
    /// If a service cannot be added, this is logged, and the connection is closed.
    pub fn serve_stream(self, stream: impl Read + Write) {
        let Server { service, settings, .. } = self;
        if let Err(error) = settings.check() {
            tracing::error!(%error, "cannot serve a connection");
            return;
        }
        let shared = Arc::new(Shared { service, settings });
        let mut ends = Endpoints::default();
        if shared.settings.sasl.is_empty() {
            Session::new(Untimed(stream), ends, shared).run();
        } else {
            let stream = login(Untimed(stream), &mut ends, &shared.settings);
            Session::new(stream, ends, shared).run();
        }
    }

    /// A connector for [`ClientBuilder::connect_with`](super::ClientBuilder::connect_with) whose
    /// connections are served in memory: everything takes part but sockets. Each connection has a
    /// thread, and ends with its client.
    ///
    /// ```
    /// use thriftly::blocking::Server;
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
    /// let server = Server::new(BlockingPingServer::new(Handler));
    /// let client: BlockingPingClient =
    ///     BlockingPingClient::builder().connect_with(server.in_memory())?;
    /// client.ping()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn in_memory(
        self,
    ) -> impl Fn() -> io::Result<MemoryStream> + Send + Sync + use<S> + 'static {
        let Server { service, settings, .. } = self;
        let shared = Arc::new(Shared { service, settings });
        move || {
            shared.settings.check().map_err(io::Error::other)?;
            let (ours, theirs) = MemoryStream::pair(IN_MEMORY);
            let shared = Arc::clone(&shared);
            thread::Builder::new().name("thrift in memory".into()).spawn(move || {
                let mut ends = Endpoints::default();
                let stream = with_login(theirs, &mut ends, &shared.settings);
                Session::new(stream, ends, shared).run();
            })?;
            Ok(ours)
        }
    }

    /// Serves connections over any streams of bytes that come from elsewhere, each by a thread of its
    /// own, until there are no more; connections that are open then are served on. Errors of the
    /// iterator are logged, as those of a listener are.
    ///
    /// # Errors
    /// A service cannot be added ([`ErrorKind::Settings`]). Accept and connection errors are logged.
    pub fn serve_incoming<IO>(
        self,
        incoming: impl IntoIterator<Item = io::Result<IO>>,
    ) -> Result<()>
    where
        IO: Read + Write + Send + 'static,
    {
        let Server { service, settings, .. } = self;
        settings.check()?;
        let sessions = Arc::new(Sessions::new()?);
        let max_connections = settings.connections();
        let shared = Arc::new(Shared { service, settings });
        for accepted in incoming {
            let started = accepted.and_then(|stream| {
                let (shared, place) = (Arc::clone(&shared), Place::new(Arc::clone(&sessions)));
                thread::Builder::new().name("thrift".into()).spawn(move || {
                    let mut ends = Endpoints::default();
                    let stream = with_login(Untimed(stream), &mut ends, &shared.settings);
                    Session::new(stream, ends, shared).run();
                    drop(place);
                })
            });
            if let Err(error) = started {
                shared.settings.report.not_accepted(&error);
            }
            sessions.wait_for_room(max_connections);
        }
        Ok(())
    }
}

impl<F, S> Server<PerConnection<F, S>> {
    /// Creates a server with a service for each connection, created by a function when the first call of
    /// the connection arrives, and dropped with the connection: for sessions. See [`PerConnection`],
    /// which has an example.
    pub fn per_connection(create: F) -> Server<PerConnection<F, S>>
    where
        F: Fn(&Endpoints) -> Result<S> + Send + Sync + 'static,
        S: Service,
    {
        Server::new(PerConnection::new(create))
    }
}

impl Server<Multiplexed> {
    server_services!(NamedBlockingService, Service);
}

/// A [`Server`] that listens on an address.
#[must_use = "a server does nothing before it is told to serve"]
pub struct BoundServer<S> {
    listener: Listener,
    local: Address,
    server: Server<S>,
    sessions: Arc<Sessions>,
}

impl<S> fmt::Debug for BoundServer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundServer").field("local_addr", &self.local).finish_non_exhaustive()
    }
}

/// Shuts a [`BoundServer`] down from another thread.
#[derive(Debug, Clone)]
pub struct ServerHandle {
    sessions: Arc<Sessions>,
    health: Option<Health>,
    shutdown_delay: Duration,
}

impl ServerHandle {
    /// Shuts [`BoundServer::serve`] down gracefully: its [health method](Server::health) fails; after
    /// [`shutdown_delay`](Server::shutdown_delay), no further connections are accepted, calls that have
    /// arrived are answered, and connections are closed. This returns at once; `serve` returns when all
    /// is done, or after [`drain_timeout`](Server::drain_timeout).
    pub fn shutdown(&self) {
        if let Some(health) = &self.health {
            health.drain();
        }
        let delay = self.shutdown_delay;
        if delay.is_zero() {
            return self.sessions.close();
        }
        let sessions = Arc::clone(&self.sessions);
        let waiting = thread::Builder::new().name("thrift shutdown".into()).spawn(move || {
            thread::sleep(delay);
            sessions.close();
        });
        if let Err(error) = waiting {
            tracing::warn!(%error, "shutting down without a delay: cannot start a thread");
            self.sessions.close();
        }
    }
}

impl<S: Service> BoundServer<S> {
    /// Reads the counters of this server.
    pub fn monitor(&self) -> ServerMonitor {
        self.server.settings.report.monitor()
    }

    /// The bound address, as clients on this machine connect to it, with the actual port if port 0 was
    /// requested.
    pub fn local_addr(&self) -> Address {
        self.local.clone()
    }

    /// A handle that shuts this server down.
    pub fn handle(&self) -> ServerHandle {
        let settings = &self.server.settings;
        ServerHandle {
            sessions: Arc::clone(&self.sessions),
            health: settings.health.clone(),
            shutdown_delay: settings.shutdown_delay,
        }
    }

    /// Serves until [`ServerHandle::shutdown`] is called.
    ///
    /// # Errors
    /// The sockets cannot be watched ([`ErrorKind::Io`]), which only [`Threads::Workers`] and
    /// [`Threads::One`] need. Accept and connection errors are logged.
    pub fn serve(self) -> Result<()> {
        let BoundServer { listener, local, server, sessions } = self;
        let Server { service, settings, threads } = server;
        let shared = Arc::new(Shared { service, settings });
        let count = match threads {
            Threads::PerConnection => {
                serve_by_threads(listener, &shared, &sessions);
                return Ok(());
            }
            Threads::Workers(workers) => workers.get(),
            Threads::One => 0,
        };
        workers::serve(listener, shared, &sessions, count).map_err(|error| {
            let message = format!("cannot serve at {local}: {error}");
            Error::new(ErrorKind::Io, message).with_source(error)
        })
    }
}

/// Accepts connections, and starts a thread for each.
fn serve_by_threads<S: Service>(
    listener: Listener,
    shared: &Arc<Shared<S>>,
    sessions: &Arc<Sessions>,
) {
    let max_connections = shared.settings.connections();
    let mut backoff = Backoff::default();
    while sessions.wait_for_room(max_connections) {
        let started = next(&listener, sessions.waker()).and_then(|accepted| match accepted {
            Some((socket, ends)) => {
                start(socket, ends, Arc::clone(shared), Arc::clone(sessions)).map(|()| true)
            }
            None => Ok(false),
        });
        match started {
            Ok(true) => backoff.succeeded(),
            Ok(false) => {}
            Err(error) => {
                shared.settings.report.not_accepted(&error);
                thread::sleep(backoff.failed(&error));
            }
        }
    }
    tracing::debug!("shutting down");
    drop(listener);
    sessions.drain(shared.settings.drain_timeout);
}

/// Waits for a connection; `None` if the thread was woken.
fn next(listener: &Listener, waker: &Waker) -> io::Result<Option<(Socket, Endpoints)>> {
    loop {
        match listener.accept() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            accepted => return accepted.map(Some),
        }
        let mut sockets = [waker.poll_fd(), listener.poll_fd()];
        wait(&mut sockets, None)?;
        if !sockets[0].revents().is_empty() {
            waker.clear();
            return Ok(None);
        }
    }
}

/// Starts the thread of a connection.
fn start<S: Service>(
    socket: Socket,
    ends: Endpoints,
    shared: Arc<Shared<S>>,
    sessions: Arc<Sessions>,
) -> io::Result<()> {
    // Accepted sockets are nonblocking on some platforms if the listener is.
    socket.set_nonblocking(false)?;
    let session = Registered::new(socket, sessions);
    let name = format!("thrift {ends}");
    thread::Builder::new().name(name).spawn(move || {
        if let Err(error) = session.stream().set_nodelay(shared.settings.nodelay) {
            tracing::debug!(peer = %ends, %error, "cannot set TCP_NODELAY");
        }
        match serving(session.stream(), &shared.settings) {
            Ok(stream) => {
                let mut ends = ends;
                let stream = with_login(Waiting(stream), &mut ends, &shared.settings);
                Session::new(stream, ends, shared).run();
            }
            Err(error) => not_serving(&error, &ends, &shared.settings),
        }
        // All of it is in the closure, or the place would be free at once.
        drop(session);
    })?;
    Ok(())
}

/// The stream of an accepted connection.
pub(super) fn accepted(
    socket: &Arc<Socket>,
    #[cfg_attr(not(feature = "tls"), expect(unused_variables, reason = "they are of TLS"))]
    settings: &ServerSettings,
) -> io::Result<SocketStream> {
    let socket = Arc::clone(socket);
    #[cfg(feature = "tls")]
    if let Some(acceptor) = &settings.acceptor {
        let tls = acceptor.accept().map_err(io::Error::other)?;
        return Ok(SocketStream::encrypted(socket, tls, true));
    }
    Ok(SocketStream::new(socket))
}

/// As [`accepted`], after the TLS handshake.
fn serving(socket: &Arc<Socket>, settings: &ServerSettings) -> io::Result<SocketStream> {
    #[cfg_attr(not(feature = "tls"), expect(unused_mut, reason = "it is for TLS"))]
    let mut stream = accepted(socket, settings)?;
    #[cfg(feature = "tls")]
    stream.handshake(settings.first_byte_timeout)?;
    Ok(stream)
}

/// Logs why an accepted connection is not served.
fn not_serving(error: &io::Error, ends: &Endpoints, settings: &ServerSettings) {
    #[cfg(feature = "tls")]
    settings.report.handshake_failed(std::time::Instant::now(), ends, error);
    #[cfg(not(feature = "tls"))]
    {
        let _ = settings;
        tracing::debug!(peer = %ends, %error, "lost a connection");
    }
}
