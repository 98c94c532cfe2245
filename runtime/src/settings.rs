//! Settings of servers and clients, shared by the blocking and async side.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use crate::connection::{Budget, PoolSettings, Report, Share, Waiting};
#[cfg(feature = "tls")]
use crate::error::ErrorKind;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::net::address::Address;
#[cfg(feature = "tls")]
use crate::net::address::Scheme;
use crate::net::tcp::TcpOptions;
#[cfg(feature = "tls")]
use crate::net::tls::{Acceptor, ClientTls, Connector, ServerTls};
use crate::rpc::from_channel::CallSettings;
use crate::rpc::message::Protocol;
use crate::rpc::services::no_service;
use crate::sasl::{ClientFactory, ServerMechanisms};
use crate::transport::{Accepted, Framing};

/// Size of each buffer of a connection in memory, in bytes.
pub(crate) const IN_MEMORY: usize = 64 << 10;

/// Default of `max_connections`, if the file limit of the process allows it.
const MOST_CONNECTIONS: usize = 10_000;

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
    pub(crate) drain_timeout: Duration,
    pub(crate) nodelay: bool,
    pub(crate) sasl: ServerMechanisms,
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
            drain_timeout: Duration::from_secs(30),
            nodelay: true,
            sasl: ServerMechanisms::default(),
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
            None => Ok(()),
        }
    }

    /// What a new connection may hold.
    pub(crate) fn share(&self) -> Share {
        Share::new(Arc::clone(&self.budget), self.max_unread)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct ClientSettings {
    pub(crate) framing: Framing,
    /// Whether each connection is compressed.
    #[cfg(feature = "zlib")]
    pub(crate) zlib: bool,
    /// Whether the payloads of THeader are compressed.
    #[cfg(feature = "zlib")]
    pub(crate) zlib_transform: bool,
    /// `None` until it is set.
    pub(crate) protocol: Option<Protocol>,
    /// Prefix of the method names.
    pub(crate) service: Option<Cow<'static, str>>,
    pub(crate) limits: Limits,
    pub(crate) connect_timeout: Duration,
    pub(crate) timeout: Option<Duration>,
    pub(crate) tcp: TcpOptions,
    pub(crate) sasl: Option<ClientFactory>,
    pub(crate) pool: PoolSettings,
    #[cfg(feature = "http")]
    pub(crate) http: crate::http::HttpOptions,
    /// Made of the address and the options, if the address is one of HTTP.
    #[cfg(feature = "http")]
    pub(crate) target: Option<Arc<crate::http::Target>>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<ClientTls>,
    /// Made of it when the address is known.
    #[cfg(feature = "tls")]
    pub(crate) connector: Option<Arc<Connector>>,
}

impl ClientSettings {
    /// Prepares connections to an address. Returns it with its actual scheme.
    ///
    /// # Errors
    /// The settings of TLS cannot be used, at all or with this address.
    pub(crate) fn prepare(&mut self, address: Address) -> Result<Address> {
        #[cfg(feature = "tls")]
        {
            let address = match (address.scheme(), &self.tls) {
                (Scheme::Unix, Some(_)) => {
                    let message =
                        format!("cannot connect to {address}: unix sockets do not support TLS");
                    return Err(Error::new(ErrorKind::Address, message));
                }
                (Scheme::Http, Some(_)) => {
                    let message =
                        format!("cannot connect to {address}: with TLS, the scheme is `https`");
                    return Err(Error::new(ErrorKind::Address, message));
                }
                (Scheme::Tcp, Some(_)) => address.with_scheme(Scheme::Tls),
                _ => address,
            };
            if matches!(address.scheme(), Scheme::Tls | Scheme::Https) {
                let tls = self.tls.get_or_insert_default();
                if address.others().next().is_some() && !tls.has_server_name() {
                    let message = format!(
                        "cannot connect to {address}: TLS with several servers needs a name that \
                         their certificates have in common: set it with `server_name`"
                    );
                    return Err(Error::new(ErrorKind::Address, message));
                }
                #[cfg(feature = "http")]
                if address.scheme() == Scheme::Https {
                    tls.offer(if self.http.http2 { b"h2" } else { b"http/1.1" });
                }
                self.connector = Some(Arc::new(tls.connector()?));
            }
            Ok(address)
        }
        #[cfg(not(feature = "tls"))]
        Ok(address)
    }
}

impl Default for ClientSettings {
    fn default() -> ClientSettings {
        ClientSettings {
            framing: Framing::default(),
            #[cfg(feature = "zlib")]
            zlib: false,
            #[cfg(feature = "zlib")]
            zlib_transform: false,
            protocol: None,
            service: None,
            limits: Limits::DEFAULT,
            connect_timeout: Duration::from_secs(10),
            timeout: Some(Duration::from_secs(30)),
            tcp: TcpOptions { nodelay: true, keepalive: Some(Duration::from_secs(60)) },
            sasl: None,
            pool: PoolSettings::default(),
            #[cfg(feature = "http")]
            http: crate::http::HttpOptions::default(),
            #[cfg(feature = "http")]
            target: None,
            #[cfg(feature = "tls")]
            tls: None,
            #[cfg(feature = "tls")]
            connector: None,
        }
    }
}

#[cfg(feature = "http")]
impl ClientSettings {
    /// Prepares for an address, which may be one of HTTP.
    ///
    /// # Errors
    /// The address or a header is not allowed in HTTP.
    pub(crate) fn aim(&mut self, address: &crate::Address) -> crate::Result<()> {
        self.target = crate::http::Target::new(address, &self.http)?;
        if self.target.is_some() && !self.http.http2 {
            // A response of HTTP/1.1 holds up all that follow it.
            self.pool.max_in_flight = 1;
        }
        Ok(())
    }
}

impl ClientSettings {
    /// What the typed client has to know.
    pub(crate) fn calls(&self) -> CallSettings {
        let protocol = self.protocol.unwrap_or_default();
        CallSettings { protocol, service: self.service.clone() }
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

/// The setters of both client builders.
macro_rules! client_setters {
    () => {
        /// Uses TLS, with these settings: for addresses `tls://host:port` and `https://…`, which use the
        /// default settings without it, and for `host:port`. See [`tls`](crate::tls).
        #[cfg(feature = "tls")]
        pub fn tls(mut self, tls: $crate::tls::ClientTls) -> Self {
            self.settings.tls = Some(tls);
            self
        }

        /// Message framing; must match the server's. Default:
        /// [`Framing::Unframed`](crate::Framing::Unframed), as in ThriftPy.
        pub fn framing(mut self, framing: $crate::Framing) -> Self {
            self.settings.framing = framing;
            self
        }

        /// Selects [`Framing::Framed`](crate::Framing::Framed), for servers with a
        /// `TFramedTransport`.
        pub fn framed(self) -> Self {
            self.framing($crate::Framing::Framed)
        }

        /// Compresses each connection as one zlib stream in each direction, for servers with a
        /// `TZlibTransport`; the framing is that within the stream. With the feature `zlib`. A
        /// thriftly server with that feature detects it.
        #[cfg(feature = "zlib")]
        pub fn zlib(mut self) -> Self {
            self.settings.zlib = true;
            self
        }

        /// Compresses calls with the zlib transform of [`Framing::Header`](crate::Framing::Header),
        /// which it selects; the server then compresses its replies. With the feature `zlib`.
        #[cfg(feature = "zlib")]
        pub fn zlib_transform(mut self) -> Self {
            self.settings.zlib_transform = true;
            self.framing($crate::Framing::Header)
        }

        /// Protocol of the calls; must match the server's. A call encoded in another protocol then
        /// fails with [`ErrorKind::InvalidData`](crate::ErrorKind::InvalidData). Default:
        /// [`Protocol::Binary`](crate::Protocol::Binary).
        pub fn protocol(mut self, protocol: $crate::Protocol) -> Self {
            self.settings.protocol = Some(protocol);
            self
        }

        /// Name of the service in the calls of the client, as in `Store:get`, for a server with
        /// several services (multiplexed). A bare `Channel` ignores it. Default: none.
        ///
        /// For several clients over one channel, use `multiplexed` of the clients.
        pub fn multiplexed(mut self, service: impl Into<std::borrow::Cow<'static, str>>) -> Self {
            self.settings.service = Some(service.into());
            self
        }

        /// Limits on what the server may send. Default:
        /// [`Limits::DEFAULT`](crate::Limits::DEFAULT).
        pub fn limits(mut self, limits: $crate::Limits) -> Self {
            self.settings.limits = limits;
            self
        }

        /// Time limit for connecting, over all addresses of the host name. Default: 10 seconds.
        pub fn connect_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.connect_timeout = timeout;
            self
        }

        /// Time limit of a call, including waiting for a connection, name lookup, connecting,
        /// writing and reading. After it the call fails with
        /// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout), and a late reply is dropped. A
        /// [`Deadline`](crate::Deadline) set on the request takes precedence. Default: 30 seconds.
        pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.timeout = Some(timeout);
            self
        }

        /// Removes the time limit of calls, except for requests with their own
        /// [`Deadline`](crate::Deadline).
        pub fn no_timeout(mut self) -> Self {
            self.settings.timeout = None;
            self
        }

        /// Whether small packets are sent immediately (`TCP_NODELAY`). Default: `true`.
        pub fn nodelay(mut self, nodelay: bool) -> Self {
            self.settings.tcp.nodelay = nodelay;
            self
        }

        /// Idle time after which the operating system probes the peer (TCP keepalive); a dead
        /// connection is closed within twice that time. `None` disables keepalive. Default: 60
        /// seconds.
        pub fn keepalive(mut self, time: impl Into<Option<std::time::Duration>>) -> Self {
            self.settings.tcp.keepalive = time.into();
            self
        }

        /// Authenticates each connection with a user name and password (SASL `PLAIN`), as servers
        /// such as HiveServer2, Spark and Impala require. A login is part of connecting and has its
        /// time limit. Messages are then framed by SASL: the framing stays
        /// [`Unframed`](crate::Framing::Unframed). See [`sasl`](crate::sasl).
        pub fn sasl_plain(self, user: impl Into<String>, password: impl Into<String>) -> Self {
            let mechanism = $crate::sasl::PlainClient::new(user, password);
            self.sasl(move || mechanism.clone())
        }

        /// Authenticates each connection by a SASL mechanism. `mechanism` is called for each
        /// connection. See [`sasl`](crate::sasl).
        pub fn sasl<M: $crate::sasl::ClientMechanism + 'static>(
            mut self,
            mechanism: impl Fn() -> M + Send + Sync + 'static,
        ) -> Self {
            self.settings.sasl = Some($crate::sasl::ClientFactory::new(mechanism));
            self
        }

        /// Maximum number of connections of the channel. Default: 8.
        ///
        /// The channel starts with one connection and opens others only while calls would have to
        /// wait; see `Channel`. With 1, all calls share one connection, for servers that bind a
        /// session to it or serve one connection at a time.
        pub fn max_connections(mut self, connections: usize) -> Self {
            self.settings.pool.max_connections = connections.max(1);
            self
        }

        /// Closes connections that were idle for this time. Default: idle connections stay open
        /// until the server closes them.
        pub fn idle_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.pool.idle_timeout = Some(timeout);
            self
        }

        /// Sends a header with each call over HTTP, in place of one of the same name. Headers of the
        /// [request](crate::Request::headers) take precedence.
        ///
        /// A header that HTTP does not allow, or uses itself, fails connecting with
        /// [`ErrorKind::InvalidData`](crate::ErrorKind::InvalidData).
        #[cfg(feature = "http")]
        pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
            self.settings.http.set(name.into(), value.into());
            self
        }

        /// Sends user and password with each call over HTTP ("Basic" authentication). Without TLS both
        /// can be read on the way.
        #[cfg(feature = "http")]
        pub fn basic_auth(self, user: &str, password: &str) -> Self {
            self.header("authorization", $crate::http::HttpOptions::basic_auth(user, password))
        }

        /// Sends a token with each call over HTTP ("Bearer" authentication).
        #[cfg(feature = "http")]
        pub fn bearer(self, token: &str) -> Self {
            self.header("authorization", format!("Bearer {token}"))
        }

        /// Whether cookies set by the server are sent back over HTTP. HiveServer2 then authenticates only
        /// the first call. Default: `false`, as the cookie of a load balancer would direct all
        /// calls of the channel to one server.
        #[cfg(feature = "http")]
        pub fn cookies(mut self, cookies: bool) -> Self {
            self.settings.http.cookies = cookies;
            self
        }

        /// Speaks HTTP/2, with prior knowledge, for addresses with `http://` and `https://`: many calls
        /// then share a connection. Default: HTTP/1.1, one call at a time on each connection.
        #[cfg(feature = "http")]
        pub fn http2(mut self) -> Self {
            self.settings.http.http2 = true;
            self
        }

        /// Maximum number and total size, in bytes, of calls that wait for a connection; the first
        /// one may be larger. Further calls fail immediately with
        /// [`ErrorKind::Overloaded`](crate::ErrorKind::Overloaded). Default: 16,384 calls, 64 MiB.
        pub fn max_waiting(mut self, calls: usize, bytes: usize) -> Self {
            self.settings.pool.max_waiting = calls.max(1);
            self.settings.pool.max_waiting_bytes = bytes;
            self
        }
    };
}

pub(crate) use {client_setters, server_setters};
