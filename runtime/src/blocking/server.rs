//! The blocking server.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;
use tower_layer::Layer;

use super::Service;
use super::session::Session;
use crate::connection::Backoff;
use crate::error::{Error, Result};
use crate::net::address::Address;
use crate::net::endpoints::Endpoints;
use crate::settings::{BACKLOG, ServerSettings, server_setters};

/// A server with a thread for each connection, for one service.
///
/// It finds out by itself what each client speaks: framed or unframed, strict or old binary.
/// Calls on one connection are handled one after the other; the answers to calls that came
/// together are sent together. A handler that panics, or fails, answers with an exception, and
/// the connection goes on. There is an example at [`blocking`](crate::blocking).
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
    /// A server with the default settings. All connections share the service.
    pub fn new(service: S) -> Server<S> {
        Server { service, settings: ServerSettings::default() }
    }

    server_setters!();

    /// Puts a layer around the service: [`from_fn`](crate::blocking::from_fn), or one of one's own. A
    /// layer that is added later is around those before, and sees calls before them.
    pub fn layer<L: Layer<S>>(self, layer: L) -> Server<L::Service> {
        Server { service: layer.layer(self.service), settings: self.settings }
    }

    /// How long a handler may take. A thread cannot be interrupted: the handler finds the time in
    /// [`Context::deadline`](crate::Context::deadline), and calls that it makes have that deadline
    /// too. Default: as long as it needs.
    pub fn handler_timeout(mut self, timeout: Duration) -> Self {
        self.settings.handler_timeout = Some(timeout);
        self
    }
}

impl<S: Service> Server<S> {
    /// Listens on an address, such as `"127.0.0.1:6000"`, and serves there.
    ///
    /// # Errors
    /// As [`bind`](Server::bind). What happens later does not end a server.
    pub fn serve(self, address: impl TryInto<Address, Error: Into<Error>>) -> Result<()> {
        self.bind(address)?.serve()
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
    pub fn bind(
        self,
        address: impl TryInto<Address, Error: Into<Error>>,
    ) -> Result<BoundServer<S>> {
        let address = address.try_into().map_err(Into::into)?;
        let listener = TcpListener::bind(&address.resolve()?[..])
            .and_then(|listener| SockRef::from(&listener).listen(BACKLOG).map(|()| listener))
            .map_err(|error| address.bind_error(error))?;
        let local = listener.local_addr().map_err(|error| address.bind_error(error))?;
        let Server { service, settings } = self;
        Ok(BoundServer { listener, local, service, settings, sessions: Arc::default() })
    }
}

/// A [`Server`] that listens on an address.
#[must_use = "a server does nothing before it is told to serve"]
pub struct BoundServer<S> {
    listener: TcpListener,
    local: SocketAddr,
    service: S,
    settings: ServerSettings,
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
    local: SocketAddr,
    sessions: Arc<Sessions>,
}

impl ServerHandle {
    /// Ends [`BoundServer::serve`] in good order: nothing more is accepted, calls that have come
    /// are answered, and connections are closed. This returns at once; `serve` does when all is
    /// done, or after [`drain_timeout`](Server::drain_timeout).
    pub fn shutdown(&self) {
        self.sessions.close();
        // The thread that accepts is woken by a connection.
        let ip = match self.local.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let address = SocketAddr::new(ip, self.local.port());
        // If it cannot be made, then nobody accepts any more.
        let _ = TcpStream::connect_timeout(&address, Duration::from_secs(1));
    }
}

impl<S: Service> BoundServer<S> {
    /// The address that it listens on, with the port that was chosen for port 0.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// What shuts this server down.
    pub fn handle(&self) -> ServerHandle {
        ServerHandle { local: self.local, sessions: Arc::clone(&self.sessions) }
    }

    /// Serves until a [`ServerHandle`] says that it is enough.
    ///
    /// # Errors
    /// None: connections that cannot be accepted or that break are noted in the log.
    pub fn serve(self) -> Result<()> {
        let BoundServer { listener, local, service, settings, sessions } = self;
        let max_connections = settings.connections();
        let drain_timeout = settings.drain_timeout;
        let shared = Arc::new((service, settings));
        let mut backoff = Backoff::default();
        while sessions.wait_for_room(max_connections) {
            let accepted = listener.accept();
            if sessions.is_closing() {
                break;
            }
            let started = accepted.and_then(|(stream, peer)| {
                let (shared, sessions) = (Arc::clone(&shared), Arc::clone(&sessions));
                start(stream, peer, shared, sessions)
            });
            match started {
                Ok(()) => backoff.succeeded(),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    thread::sleep(backoff.failed(&error));
                }
            }
        }
        tracing::debug!(%local, "shutting down");
        drop(listener);
        sessions.drain(drain_timeout);
        Ok(())
    }
}

/// Starts the thread of a connection.
fn start<S: Service>(
    stream: TcpStream,
    peer: SocketAddr,
    shared: Arc<(S, ServerSettings)>,
    sessions: Arc<Sessions>,
) -> io::Result<()> {
    let session = Registered::new(stream, sessions);
    let name = format!("thrift {peer}");
    thread::Builder::new().name(name).spawn(move || {
        let (service, settings) = &*shared;
        let ends = Endpoints { peer: Some(peer), local: session.stream.local_addr().ok() };
        Session::new(&session.stream, ends, service, settings).run();
    })?;
    Ok(())
}

/// The connections of a server.
#[derive(Debug, Default)]
struct Sessions {
    streams: Mutex<Streams>,
    /// A connection has ended, or all have to.
    changed: Condvar,
    closing: AtomicBool,
}

#[derive(Debug, Default)]
struct Streams {
    by_number: HashMap<u64, Arc<TcpStream>>,
    next: u64,
    /// Whether it was said that there are too many.
    full: bool,
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, Streams> {
        // Nothing panics while it is locked.
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        // Locked, so that nobody is between looking and waiting.
        let streams = self.lock();
        self.closing.store(true, Ordering::SeqCst);
        drop(streams);
        self.changed.notify_all();
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    /// Waits until another connection may be served; `false` if none may any more.
    fn wait_for_room(&self, max_connections: usize) -> bool {
        let mut streams = self.lock();
        // It is worth a word again when a tenth of them had gone in between.
        streams.full &= streams.by_number.len() > max_connections / 10 * 9;
        while !self.is_closing() && streams.by_number.len() >= max_connections {
            if !std::mem::replace(&mut streams.full, true) {
                let connections = streams.by_number.len();
                tracing::warn!(connections, "no further connection is taken");
            }
            streams = self.changed.wait(streams).unwrap_or_else(PoisonError::into_inner);
        }
        !self.is_closing()
    }

    /// Ends all connections when their calls are answered, or after a time.
    fn drain(&self, timeout: Duration) {
        let deadline = Instant::now().checked_add(timeout);
        let mut streams = self.lock();
        // What has come can still be read after that, but nothing new.
        streams.close(Shutdown::Read);
        while !streams.by_number.is_empty() {
            let left = match deadline {
                Some(deadline) => deadline.saturating_duration_since(Instant::now()),
                None => timeout,
            };
            if left.is_zero() {
                tracing::warn!(connections = streams.by_number.len(), "did not end in time");
                streams.close(Shutdown::Both);
                return;
            }
            let waited = self.changed.wait_timeout(streams, left);
            streams = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Streams {
    fn close(&self, side: Shutdown) {
        for stream in self.by_number.values() {
            // One that is closed already has just ended.
            let _ = stream.shutdown(side);
        }
    }
}

/// A connection among the others, until this is dropped.
struct Registered {
    stream: Arc<TcpStream>,
    number: u64,
    sessions: Arc<Sessions>,
}

impl Registered {
    fn new(stream: TcpStream, sessions: Arc<Sessions>) -> Registered {
        let stream = Arc::new(stream);
        let mut streams = sessions.lock();
        let number = streams.next;
        streams.next += 1;
        streams.by_number.insert(number, Arc::clone(&stream));
        drop(streams);
        Registered { stream, number, sessions }
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.sessions.lock().by_number.remove(&self.number);
        self.sessions.changed.notify_all();
    }
}
