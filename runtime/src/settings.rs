//! What a server and a client can be set to: the same for blocking and async.

use std::sync::Arc;
use std::time::Duration;

use crate::connection::{Budget, PoolSettings, Report, Share, Waiting};
use crate::limits::Limits;
use crate::net::tcp::TcpOptions;
use crate::rpc::message::Protocol;
use crate::transport::Framing;

/// How many connections may wait to be accepted; the operating system may allow fewer.
pub(crate) const BACKLOG: i32 = 4096;

/// The default of `max_connections`, if the process may have so many files.
const MOST_CONNECTIONS: usize = 10_000;

/// How often a connection that is not read from is looked at, so that a client that leaves is noticed.
#[cfg(feature = "async")]
const HANG_UP: Duration = Duration::from_millis(500);

/// How many files the process may have open, if that can be known.
fn file_limit() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[derive(Debug, Clone)]
pub(crate) struct ServerSettings {
    pub(crate) limits: Limits,
    /// `None`: as many as the process may have files for.
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
    pub(crate) drain_timeout: Duration,
    pub(crate) nodelay: bool,
    /// Shared by all that is made of these settings.
    pub(crate) report: Arc<Report>,
}

impl Default for ServerSettings {
    fn default() -> ServerSettings {
        ServerSettings {
            limits: Limits::DEFAULT,
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
            drain_timeout: Duration::from_secs(30),
            nodelay: true,
            report: Arc::default(),
        }
    }
}

impl ServerSettings {
    /// How long a connection may wait for that.
    pub(crate) fn period(&self, waiting: Waiting) -> Duration {
        match waiting {
            Waiting::FirstByte => self.first_byte_timeout,
            Waiting::Message { .. } => self.message_timeout,
            Waiting::Write { .. } => self.write_timeout,
            Waiting::Idle { .. } => self.idle_timeout,
            #[cfg(feature = "async")]
            Waiting::Handler => Duration::MAX,
            #[cfg(feature = "async")]
            Waiting::Paused => HANG_UP,
        }
    }

    /// How many connections are served at the same time.
    pub(crate) fn connections(&self) -> usize {
        self.max_connections.unwrap_or_else(|| match file_limit() {
            Some(files) => MOST_CONNECTIONS.min(files / 2).max(1),
            None => MOST_CONNECTIONS,
        })
    }

    /// What a new connection may hold.
    pub(crate) fn share(&self) -> Share {
        Share::new(Arc::clone(&self.budget), self.max_unread)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct ClientSettings {
    pub(crate) framing: Framing,
    /// `None` until it is set.
    pub(crate) protocol: Option<Protocol>,
    pub(crate) limits: Limits,
    pub(crate) connect_timeout: Duration,
    pub(crate) timeout: Option<Duration>,
    pub(crate) tcp: TcpOptions,
    pub(crate) pool: PoolSettings,
}

impl Default for ClientSettings {
    fn default() -> ClientSettings {
        ClientSettings {
            framing: Framing::default(),
            protocol: None,
            limits: Limits::DEFAULT,
            connect_timeout: Duration::from_secs(10),
            timeout: Some(Duration::from_secs(30)),
            tcp: TcpOptions { nodelay: true, keepalive: Some(Duration::from_secs(60)) },
            pool: PoolSettings::default(),
        }
    }
}

/// The setters of both servers.
macro_rules! server_setters {
    () => {
        /// What a client may make the server do. Default: [`Limits::DEFAULT`](crate::Limits::DEFAULT).
        pub fn limits(mut self, limits: $crate::Limits) -> Self {
            self.settings.limits = limits;
            self
        }

        /// How many connections are served at the same time. While there are so many, new ones
        /// wait in the backlog of the operating system. Default: 10,000, or half of the files that the
        /// process may have open (`RLIMIT_NOFILE`, on Linux) if that is less.
        pub fn max_connections(mut self, connections: usize) -> Self {
            self.settings.max_connections = Some(connections.max(1));
            self
        }

        /// How many bytes of answers may wait for one client to read them. An answer above that is
        /// dropped, and the call answered with `INTERNAL_ERROR`; one that no other waits before is
        /// always sent. Default: 64 MiB.
        pub fn max_unread(mut self, bytes: usize) -> Self {
            self.settings.max_unread = bytes;
            self
        }

        /// How many bytes may be held for all connections: messages that have not come whole, and
        /// answers that are not read. A client whose message is above that is disconnected, an answer
        /// is dropped as with [`max_unread`](Self::max_unread). Buffers and answers below 16 KiB
        /// are not counted. Default: 256 MiB.
        pub fn max_buffered(mut self, bytes: usize) -> Self {
            self.settings.budget = std::sync::Arc::new($crate::connection::Budget::new(bytes));
            self
        }

        /// How long a new connection may take to send its first byte. Default: 10 seconds.
        pub fn first_byte_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.first_byte_timeout = timeout;
            self
        }

        /// How long a message may take from its first byte to its last; the connection is closed
        /// after between one and two times of that. Default: 30 seconds.
        pub fn message_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.message_timeout = timeout;
            self
        }

        /// How long a connection may be without a call; it is closed after between one and two
        /// times of that. Default: 75 seconds.
        pub fn idle_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.idle_timeout = timeout;
            self
        }

        /// How long a write may make no progress before the connection is closed: the client does
        /// not read its answers. It is closed after between one and two times of that. Default: 30
        /// seconds.
        pub fn write_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.write_timeout = timeout;
            self
        }

        /// How long a shutdown may take: until then calls are answered that were taken, and those
        /// that still come on connections with a call under way. Default: 30 seconds.
        pub fn drain_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.drain_timeout = timeout;
            self
        }

        /// Whether small packets are sent at once (`TCP_NODELAY`). Default: they are.
        pub fn nodelay(mut self, nodelay: bool) -> Self {
            self.settings.nodelay = nodelay;
            self
        }
    };
}

/// The setters of both client builders.
macro_rules! client_setters {
    () => {
        /// How messages are told apart: the server has to expect the same. Default:
        /// [`Framing::Unframed`](crate::Framing::Unframed), as ThriftPy has it.
        pub fn framing(mut self, framing: $crate::Framing) -> Self {
            self.settings.framing = framing;
            self
        }

        /// Sends each message in a frame, as servers with a `TFramedTransport` expect.
        pub fn framed(self) -> Self {
            self.framing($crate::Framing::Framed)
        }

        /// How values become bytes: the server has to expect the same. A call that is encoded otherwise
        /// fails with [`ErrorKind::InvalidData`](crate::ErrorKind::InvalidData) then. Default:
        /// [`Protocol::Binary`](crate::Protocol::Binary).
        pub fn protocol(mut self, protocol: $crate::Protocol) -> Self {
            self.settings.protocol = Some(protocol);
            self
        }

        /// What the server may make this client do. Default: [`Limits::DEFAULT`](crate::Limits::DEFAULT).
        pub fn limits(mut self, limits: $crate::Limits) -> Self {
            self.settings.limits = limits;
            self
        }

        /// How long it may take to connect, all addresses of the name together. Default: 10
        /// seconds.
        pub fn connect_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.connect_timeout = timeout;
            self
        }

        /// How long a call may take in all: waiting for a connection, name lookup, connecting,
        /// writing and reading. Then it fails with
        /// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout), and a late answer is dropped. A
        /// request with a [`Deadline`](crate::Deadline) of its own has that instead. Default: 30
        /// seconds.
        pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.timeout = Some(timeout);
            self
        }

        /// Lets calls take as long as their answers need, unless a request has a
        /// [`Deadline`](crate::Deadline) of its own.
        pub fn no_timeout(mut self) -> Self {
            self.settings.timeout = None;
            self
        }

        /// Whether small packets are sent at once (`TCP_NODELAY`). Default: they are.
        pub fn nodelay(mut self, nodelay: bool) -> Self {
            self.settings.tcp.nodelay = nodelay;
            self
        }

        /// After how long without traffic the operating system asks whether the other end is still
        /// there (TCP keepalive); a connection whose end is gone is closed within twice that time.
        /// `None` switches it off. Default: 60 seconds.
        pub fn keepalive(mut self, time: impl Into<Option<std::time::Duration>>) -> Self {
            self.settings.tcp.keepalive = time.into();
            self
        }

        /// How many connections the channel may have. Default: 8.
        ///
        /// There is one to begin with, and more only while calls would have to wait for others; see
        /// `Channel`. With 1 all calls share one connection, for servers that tie a session to
        /// it or serve one connection after the other.
        pub fn max_connections(mut self, connections: usize) -> Self {
            self.settings.pool.max_connections = connections.max(1);
            self
        }

        /// Closes connections on which there was no call for so long. Default: they are kept until the
        /// server closes them.
        pub fn idle_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.pool.idle_timeout = Some(timeout);
            self
        }

        /// How many calls may wait for a connection, and how many bytes they may have in all; the
        /// first one may have more. Further calls fail at once with
        /// [`ErrorKind::Overloaded`](crate::ErrorKind::Overloaded). Default: 16,384 calls, 64 MiB.
        pub fn max_waiting(mut self, calls: usize, bytes: usize) -> Self {
            self.settings.pool.max_waiting = calls.max(1);
            self.settings.pool.max_waiting_bytes = bytes;
            self
        }
    };
}

pub(crate) use {client_setters, server_setters};
