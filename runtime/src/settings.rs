//! What a server and a client can be set to: the same for blocking and async.

use std::sync::Arc;
use std::time::Duration;

use crate::connection::{PoolSettings, Report, Waiting};
use crate::limits::Limits;
use crate::net::tcp::TcpOptions;
use crate::rpc::message::Protocol;
use crate::transport::Framing;

#[derive(Debug, Clone)]
pub(crate) struct ServerSettings {
    pub(crate) limits: Limits,
    pub(crate) max_connections: usize,
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
            max_connections: 10_000,
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
            Waiting::Handler => Duration::MAX,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct ClientSettings {
    pub(crate) framing: Framing,
    pub(crate) protocol: Protocol,
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
            protocol: Protocol::default(),
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
        /// wait in the backlog of the operating system. Default: 10,000.
        pub fn max_connections(mut self, connections: usize) -> Self {
            self.settings.max_connections = connections.max(1);
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

        /// How long a client may take no byte of the answers that wait for it. Default: 30
        /// seconds.
        pub fn write_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.write_timeout = timeout;
            self
        }

        /// How long calls that were taken may still run when the server is shut down. Default:
        /// 30 seconds.
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

        /// How values become bytes: the server has to expect the same. Default:
        /// [`Protocol::Binary`](crate::Protocol::Binary).
        pub fn protocol(mut self, protocol: $crate::Protocol) -> Self {
            self.settings.protocol = protocol;
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
