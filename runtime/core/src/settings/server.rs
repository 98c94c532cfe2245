//! Settings of servers.

use std::sync::Arc;
use std::time::Duration;

use crate::connection::{Budget, Report, Share, Waiting};
use crate::error::{Error, Result};
use crate::limits::Limits;
#[cfg(feature = "tls")]
use crate::net::tls::{Acceptor, ServerTls};
use crate::rpc::health::Health;
use crate::rpc::services::no_service;
use crate::sasl::ServerMechanisms;
use crate::tracking::SharedTracker;
use crate::transport::Accepted;

/// Default of `max_connections`, if the file limit of the process allows it.
const MOST_CONNECTIONS: usize = 10_000;

/// How long more bytes of a client that is rejected already may take.
const HOPELESS: Duration = Duration::from_millis(500);

/// How often a connection is probed for a disconnect while nothing is read from it.
#[cfg(feature = "async")]
const HANG_UP: Duration = Duration::from_millis(500);

/// The limit on open files of the process, if known.
fn file_limit() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[derive(Debug, Clone)]
pub(crate) struct ServerSettings {
    pub(crate) limits: Limits,
    pub(crate) accepted: Accepted,
    /// `None`: derived from the file limit of the process.
    pub(crate) max_connections: Option<usize>,
    pub(crate) max_unread: usize,
    pub(crate) budget: Arc<Budget>,
    #[cfg(feature = "async")]
    pub(crate) half_close: bool,
    pub(crate) handler_timeout: Option<Duration>,
    #[cfg(feature = "async")]
    pub(crate) max_in_flight: usize,
    pub(crate) first_byte_timeout: Duration,
    pub(crate) message_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) write_timeout: Duration,
    pub(crate) shutdown_delay: Duration,
    pub(crate) drain_timeout: Duration,
    pub(crate) health: Option<Health>,
    pub(crate) nodelay: bool,
    pub(crate) sasl: ServerMechanisms,
    pub(crate) tracker: Option<SharedTracker>,
    /// The only path at which HTTP is served.
    #[cfg(feature = "http")]
    pub(crate) http_path: Option<Arc<str>>,
    pub(crate) backlog: i32,
    pub(crate) reuse_port: bool,
    /// File mode of a unix socket.
    pub(crate) unix_mode: Option<u32>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<ServerTls>,
    /// Made of it when the server is bound.
    #[cfg(feature = "tls")]
    pub(crate) acceptor: Option<Arc<Acceptor>>,
    /// Shared by everything created from these settings.
    pub(crate) report: Arc<Report>,
    /// Why the settings cannot be used.
    pub(crate) invalid: Option<Error>,
    /// Whether services are to be added, and none was.
    pub(crate) empty: bool,
}

impl Default for ServerSettings {
    fn default() -> ServerSettings {
        ServerSettings {
            limits: Limits::DEFAULT,
            accepted: Accepted::default(),
            max_connections: None,
            max_unread: 64 << 20,
            budget: Arc::new(Budget::new(256 << 20)),
            #[cfg(feature = "async")]
            half_close: false,
            handler_timeout: None,
            #[cfg(feature = "async")]
            max_in_flight: 100,
            first_byte_timeout: Duration::from_secs(10),
            message_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            shutdown_delay: Duration::ZERO,
            drain_timeout: Duration::from_secs(30),
            health: None,
            nodelay: true,
            sasl: ServerMechanisms::default(),
            tracker: None,
            #[cfg(feature = "http")]
            http_path: None,
            backlog: 4096,
            reuse_port: false,
            unix_mode: None,
            #[cfg(feature = "tls")]
            tls: None,
            #[cfg(feature = "tls")]
            acceptor: None,
            report: Arc::default(),
            invalid: None,
            empty: false,
        }
    }
}

impl ServerSettings {
    /// Whether a connection has a handshake or login before its first message.
    #[cfg(feature = "async")]
    pub(crate) fn has_handshake(&self) -> bool {
        #[cfg(feature = "tls")]
        if self.acceptor.is_some() {
            return true;
        }
        !self.sasl.is_empty()
    }

    /// How long a connection may wait for that.
    pub(crate) fn period(&self, waiting: Waiting) -> Duration {
        match waiting {
            Waiting::FirstByte => self.first_byte_timeout,
            Waiting::Message { .. } => self.message_timeout,
            Waiting::Hopeless => self.message_timeout.min(HOPELESS),
            Waiting::Write { .. } => self.write_timeout,
            Waiting::Idle { .. } => self.idle_timeout,
            #[cfg(feature = "async")]
            Waiting::Handler => Duration::MAX,
            #[cfg(feature = "async")]
            Waiting::Paused => HANG_UP,
        }
    }

    /// Whether connections are encrypted.
    pub(crate) fn has_tls(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.tls.is_some();
        #[cfg(not(feature = "tls"))]
        false
    }

    /// To be called when the server is bound.
    ///
    /// # Errors
    /// The settings of TLS cannot be used.
    pub(crate) fn prepare(&mut self) -> Result<()> {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            self.acceptor = Some(Arc::new(tls.acceptor()?));
        }
        Ok(())
    }

    /// Maximum number of concurrent connections.
    pub(crate) fn connections(&self) -> usize {
        self.max_connections.unwrap_or_else(|| match file_limit() {
            Some(files) => MOST_CONNECTIONS.min(files / 2).max(1),
            None => MOST_CONNECTIONS,
        })
    }

    /// # Errors
    /// The settings cannot be used.
    pub(crate) fn check(&self) -> Result<()> {
        match &self.invalid {
            Some(error) => Err(error.clone()),
            None if self.empty => Err(no_service()),
            None => self.health.as_ref().map_or(Ok(()), Health::check),
        }
    }

    /// The budget of a new connection.
    pub(crate) fn share(&self) -> Share {
        Share::new(Arc::clone(&self.budget), self.max_unread)
    }
}

/// The setters of both servers.
macro_rules! server_setters {
    () => {
        /// Encrypts the connections of the bound server, and identifies it to its clients by a certificate;
        /// the handshake has to be complete within
        /// [`first_byte_timeout`](Self::first_byte_timeout). Clients that do not speak TLS are
        /// disconnected. Does not apply to streams that are passed to the server. See
        /// [`tls`](crate::tls).
        #[cfg(feature = "tls")]
        pub fn tls(mut self, tls: $crate::tls::ServerTls) -> Self {
            self.settings.tls = Some(tls);
            self
        }

        /// Limits on what a client may send. Default: [`Limits::DEFAULT`](crate::Limits::DEFAULT).
        pub fn limits(mut self, limits: $crate::Limits) -> Self {
            self.settings.limits = limits;
            self
        }

        /// Accepts only this framing. A call in another one is answered with
        /// `UNSUPPORTED_CLIENT_TYPE` and its connection is closed, with a log event that names what
        /// the client speaks; so are clients of HTTP and zlib. Default: all framings are detected,
        /// and calls are answered in kind.
        pub fn framing(mut self, framing: $crate::Framing) -> Self {
            self.settings.accepted.framing = Some(framing);
            self
        }

        /// Accepts only this protocol. A call in another one is answered with `INVALID_PROTOCOL` and
        /// its connection is closed, with a log event that names what the client speaks.
        /// [`Protocol::Binary`](crate::Protocol::Binary) excludes the old message headers. Default:
        /// all protocols are detected, for each call.
        pub fn protocol(mut self, protocol: $crate::Protocol) -> Self {
            self.settings.accepted.protocol = Some(protocol);
            self
        }

        /// Maximum number of concurrent connections. Further connections wait in the listen backlog
        /// of the operating system. Default: 10,000, or half of the limit on open files
        /// (`RLIMIT_NOFILE`, on Linux) if that is less.
        pub fn max_connections(mut self, connections: usize) -> Self {
            self.settings.max_connections = Some(connections.max(1));
            self
        }

        /// Maximum size of unread answers of one connection, in bytes. An answer that exceeds it is
        /// dropped, and the call is answered with `INTERNAL_ERROR`; an answer with no others before
        /// it is always sent. Default: 64 MiB.
        pub fn max_unread(mut self, bytes: usize) -> Self {
            self.settings.max_unread = bytes;
            self
        }

        /// Maximum size of incomplete messages and unread answers of all connections, in bytes. A
        /// client whose message exceeds it is disconnected; an answer is dropped as with
        /// [`max_unread`](Self::max_unread). Buffers and answers below 16 KiB are not counted.
        /// Default: 256 MiB.
        pub fn max_buffered(mut self, bytes: usize) -> Self {
            self.settings.budget = std::sync::Arc::new($crate::connection::Budget::new(bytes));
            self
        }

        /// Reads the counters of this server, its clones and everything that they serve.
        pub fn monitor(&self) -> $crate::ServerMonitor {
            self.settings.report.monitor()
        }

        /// Time limit for the first byte of a new connection. Default: 10 seconds.
        pub fn first_byte_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.first_byte_timeout = timeout;
            self
        }

        /// Time limit for a message from its first byte to its last; the connection is closed after
        /// one to two times the limit. Default: 30 seconds.
        pub fn message_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.message_timeout = timeout;
            self
        }

        /// How long a connection may be idle; it is closed after one to two times the limit.
        /// Default: 75 seconds.
        pub fn idle_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.idle_timeout = timeout;
            self
        }

        /// How long a write may make no progress before the connection is closed, because the
        /// client does not read its answers. It is closed after one to two times the limit.
        /// Default: 30 seconds.
        pub fn write_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.write_timeout = timeout;
            self
        }

        /// Answers the health method of load balancers; see [`Health`](crate::Health). It fails from the
        /// moment at which the server is told to shut down. Default: no such method.
        pub fn health(mut self, health: $crate::Health) -> Self {
            self.settings.health = Some(health);
            self
        }

        /// How long the server still accepts connections after it was told to shut down, while its
        /// [health method](Self::health) fails, so that load balancers notice before a connection is
        /// refused. [`drain_timeout`](Self::drain_timeout) begins afterwards. Default: zero.
        pub fn shutdown_delay(mut self, delay: std::time::Duration) -> Self {
            self.settings.shutdown_delay = delay;
            self
        }

        /// Time limit of a graceful shutdown. Until then, calls in flight are answered, and so are
        /// new calls on connections with a call in flight. Default: 30 seconds.
        pub fn drain_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.drain_timeout = timeout;
            self
        }

        /// Requires clients to authenticate with a user name and password (SASL `PLAIN`), as
        /// HiveServer2 does. `check` is called for each connection with both, on a thread that may
        /// wait. A login has to complete within [`first_byte_timeout`](Self::first_byte_timeout).
        /// The user is [`Context::user`](crate::Context::user). See [`sasl`](crate::sasl).
        pub fn sasl_plain(
            self,
            check: impl Fn(&str, &str) -> bool + Send + Sync + 'static,
        ) -> Self {
            let mechanism = $crate::sasl::PlainServer::new(check);
            self.sasl(move || mechanism.clone())
        }

        /// Requires clients to authenticate by this SASL mechanism, or another one that was added.
        /// `mechanism` is called for each connection. See [`sasl`](crate::sasl).
        pub fn sasl<M: $crate::sasl::ServerMechanism + 'static>(
            mut self,
            mechanism: impl Fn() -> M + Send + Sync + 'static,
        ) -> Self {
            self.settings.sasl.add(mechanism);
            self
        }

        /// Serves ThriftPy's tracking of calls, and tells the tracker of the tracked calls. Clients that do
        /// not ask for it are served as without a tracker. Default: none; the handshake of a tracked
        /// client is answered with `UNKNOWN_METHOD`, so it goes on without headers. See
        /// [`tracking`](crate::tracking).
        pub fn tracker(mut self, tracker: impl $crate::tracking::Tracker) -> Self {
            self.settings.tracker = Some($crate::tracking::SharedTracker::new(tracker));
            self
        }

        /// Whether small packets are sent immediately (`TCP_NODELAY`). Default: `true`.
        pub fn nodelay(mut self, nodelay: bool) -> Self {
            self.settings.nodelay = nodelay;
            self
        }

        /// Maximum number of connections that the operating system holds until they are accepted; it
        /// may reduce the number (on Linux to `net.core.somaxconn`). Default: 4096.
        pub fn backlog(mut self, connections: u32) -> Self {
            self.settings.backlog = i32::try_from(connections).unwrap_or(i32::MAX).max(1);
            self
        }

        /// Whether several sockets of the same user may listen on the port (`SO_REUSEPORT`), each with
        /// this setting: those of several processes, or of several runtimes in one. On Linux the
        /// operating system distributes connections among them evenly. No effect on platforms
        /// without the option, and on unix sockets. Default: `false`.
        pub fn reuse_port(mut self, reuse_port: bool) -> Self {
            self.settings.reuse_port = reuse_port;
            self
        }

        /// File mode of the unix socket that the server creates, such as `0o660`. To connect, a client
        /// needs the right to write. It is in force before the first client can connect. Default:
        /// `0o777` without the bits of the process's `umask`.
        #[cfg(unix)]
        pub fn unix_mode(mut self, mode: u32) -> Self {
            self.settings.unix_mode = Some(mode & 0o777);
            self
        }
    };
}

pub(crate) use server_setters;
