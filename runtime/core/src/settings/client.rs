//! Settings of clients.

use std::borrow::Cow;
#[cfg(any(feature = "http", feature = "tls"))]
use std::sync::Arc;
use std::time::Duration;

use crate::connection::PoolSettings;
use crate::error::Result;
#[cfg(feature = "tls")]
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::net::address::Address;
#[cfg(feature = "tls")]
use crate::net::address::Scheme;
use crate::net::tcp::TcpOptions;
#[cfg(feature = "tls")]
use crate::net::tls::{ClientTls, Connector};
use crate::rpc::from_channel::CallSettings;
use crate::rpc::message::Protocol;
use crate::sasl::ClientFactory;
use crate::tracking::{Handshake, SharedTracker};
use crate::transport::Framing;

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
    pub(crate) tracker: Option<SharedTracker>,
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

    /// Prepares for an address, which may be one of HTTP.
    ///
    /// # Errors
    /// The address or a header is not allowed in HTTP.
    #[cfg(feature = "http")]
    pub(crate) fn aim(&mut self, address: &crate::Address) -> crate::Result<()> {
        self.target = crate::http::Target::new(address, &self.http)?;
        if self.target.is_some() && !self.http.http2 {
            // A response of HTTP/1.1 holds up all that follow it.
            self.pool.max_in_flight = 1;
        }
        Ok(())
    }

    /// The handshake at the start of each connection, if there is one.
    pub(crate) fn handshake(&self) -> Option<Handshake> {
        let tracker = self.tracker.as_ref()?;
        Handshake::new(tracker, self.framing, self.protocol.unwrap_or_default())
    }

    /// The settings that typed clients need.
    pub(crate) fn calls(&self) -> CallSettings {
        let protocol = self.protocol.unwrap_or_default();
        CallSettings { protocol, service: self.service.clone() }
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
            tracker: None,
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

        /// Time limit for connecting, over all addresses of the host name, with the TLS handshake and the
        /// login by SASL. The error names what was not answered in time. Default: 10 seconds.
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

        /// Tracks the calls of the client as ThriftPy's `TTrackedClient` does, and tells the tracker of
        /// each call.
        ///
        /// A handshake on each new connection asks the server whether it tracks calls; it is part of
        /// connecting and has its time limit. If it answers with an exception, its calls have no headers; if
        /// it closes the connection, connecting fails. See [`tracking`](crate::tracking).
        pub fn tracker(mut self, tracker: impl $crate::tracking::Tracker) -> Self {
            self.settings.tracker = Some($crate::tracking::SharedTracker::new(tracker));
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

pub(crate) use client_setters;
