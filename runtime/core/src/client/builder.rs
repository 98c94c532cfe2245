//! Builder of async clients.

use std::future::Future;
use std::io;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tower_layer::Layer;

use super::call::{Line, Shared};
use super::connect::Source;
use super::driver::Driver;
use super::{Channel, LayeredBuilder};
use crate::error::{Error, ErrorKind, Result};
use crate::net::address::Address;
use crate::rpc::from_channel::{CallSettings, FromChannel};
use crate::settings::{ClientSettings, client_setters};

/// A builder of clients. `T` is the client type: a generated client or a bare [`Channel`].
///
/// ```no_run
/// use std::time::Duration;
/// use thriftly::{Channel, ClientBuilder};
///
/// # async fn connect() -> thriftly::Result<()> {
/// let channel: Channel = ClientBuilder::new()
///     .framed()
///     .timeout(Duration::from_secs(5))
///     .connect("127.0.0.1:6000")
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing before it is told to connect"]
pub struct ClientBuilder<T = Channel> {
    pub(super) settings: ClientSettings,
    pub(super) client: PhantomData<fn() -> T>,
}

impl<T> ClientBuilder<T> {
    /// Creates a builder with default settings: unframed, strict binary, as in ThriftPy.
    pub fn new() -> ClientBuilder<T> {
        ClientBuilder { settings: ClientSettings::default(), client: PhantomData }
    }

    client_setters!();

    /// Maximum number of calls in flight on one connection. Further calls use another connection or
    /// wait. Default: 100, which equals the default of a thriftly server.
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.settings.pool.max_in_flight = calls.max(1);
        self
    }

    /// Whether a connection may carry several calls in flight. Default: `true`, adapted to the
    /// observed behaviour of the server. With `false`, as some proxies require, every call in
    /// flight has its own connection, so that at most
    /// [`max_connections`](ClientBuilder::max_connections) calls are in flight.
    pub fn pipelining(mut self, pipelining: bool) -> Self {
        let default = ClientSettings::default().pool.max_in_flight;
        self.settings.pool.max_in_flight = if pipelining { default } else { 1 };
        self
    }
}

impl<T: FromChannel<Channel>> ClientBuilder<T> {
    /// Wraps the channel in a `tower` layer: one of tower's, [`from_fn`](crate::from_fn), or a
    /// custom one. Call it after all other settings.
    ///
    /// ```
    /// use thriftly::{Deadline, from_fn};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> thriftly::Result<()> {
    /// # thriftly::thrift!(inline: "service Ping { void ping() }");
    /// # struct Handler;
    /// # impl Ping for Handler {
    /// #     async fn ping(&self) -> thriftly::Result<()> { Ok(()) }
    /// # }
    /// # let server = thriftly::Server::new(PingServer::new(Handler)).bind("127.0.0.1:0").await?;
    /// # let address = server.local_addr();
    /// # tokio::spawn(server.serve());
    /// let hurry = from_fn(|mut request, next| async move {
    ///     request.deadline = Deadline::after(Duration::from_secs(1));
    ///     next.run(request).await
    /// });
    /// let client = PingClient::builder().framed().layer(hurry).connect(address).await?;
    /// client.ping().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn layer<L: Layer<Channel>>(self, layer: L) -> LayeredBuilder<T, L> {
        LayeredBuilder::new(ClientBuilder { settings: self.settings, client: PhantomData }, layer)
    }

    pub(super) fn calls(&self) -> CallSettings {
        self.settings.calls()
    }

    /// Connects to a server address, such as `"127.0.0.1:6000"`.
    ///
    /// # Errors
    /// [`ErrorKind::Address`] if the address cannot be parsed or resolved; [`ErrorKind::Connect`]
    /// if no connection is established in time.
    pub async fn connect(
        mut self,
        address: impl TryInto<Address, Error: Into<Error>>,
    ) -> Result<T> {
        let address = self.settings.prepare(address.try_into().map_err(Into::into)?)?;
        self.aim(&address)?.open(Source::Address(address)).await
    }

    /// Creates a client that connects on its first call. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// [`ErrorKind::Address`] if the address cannot be parsed; [`ErrorKind::Connect`] if there is
    /// no runtime.
    pub fn connect_lazy(mut self, address: impl TryInto<Address, Error: Into<Error>>) -> Result<T> {
        let address = self.settings.prepare(address.try_into().map_err(Into::into)?)?;
        let calls = self.settings.calls();
        let (channel, driver) = self.aim(&address)?.channel(Source::Address(address));
        let runtime = Handle::try_current().map_err(|error| {
            Error::new(ErrorKind::Connect, "connect_lazy outside of a tokio runtime")
                .with_source(error)
        })?;
        runtime.spawn(driver.run());
        Ok(T::from_channel(channel, calls))
    }

    /// Connects with a custom function, which is called for every connection and may return any
    /// byte stream. Each call is limited by [`connect_timeout`](ClientBuilder::connect_timeout).
    ///
    /// ```
    /// use thriftly::{Channel, ClientBuilder};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> thriftly::Result<()> {
    /// let connector = || async {
    ///     let (ours, theirs) = tokio::io::duplex(1 << 16);
    ///     // … hand `theirs` to a server …
    /// #   drop(theirs);
    ///     Ok(ours)
    /// };
    /// let channel: Channel = ClientBuilder::new().connect_with(connector).await?;
    /// assert!(channel.address().is_none());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Connect`] if the function fails or exceeds the time limit.
    pub async fn connect_with<F, C, S>(self, connector: C) -> Result<T>
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = io::Result<S>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        self.open(Source::connector(connector)).await
    }

    /// Creates a client over a single stream. After the stream has ended, calls fail with
    /// [`ErrorKind::Connect`].
    ///
    /// # Errors
    /// Currently none.
    pub async fn connect_stream(
        mut self,
        stream: impl AsyncRead + AsyncWrite + Send + 'static,
    ) -> Result<T> {
        self.settings.pool.max_connections = 1;
        self.open(Source::stream(stream)).await
    }

    /// Prepares for an address.
    #[cfg_attr(not(feature = "http"), expect(unused_mut, unused_variables))]
    pub(crate) fn aim(mut self, address: &Address) -> Result<ClientBuilder<T>> {
        #[cfg(feature = "http")]
        self.settings.aim(address)?;
        Ok(self)
    }

    async fn open(self, source: Source) -> Result<T> {
        let calls = self.settings.calls();
        let (channel, mut driver) = self.channel(source);
        driver.connect().await?;
        tokio::spawn(driver.run());
        Ok(T::from_channel(channel, calls))
    }

    pub(super) fn channel(&self, source: Source) -> (Channel, Driver) {
        let settings = self.settings.clone();
        let shared = Arc::new(Shared {
            name: source.name().into(),
            timeout: settings.timeout,
            protocol: settings.protocol,
            tracker: settings.tracker.clone(),
            gone: false.into(),
            stats: Mutex::default(),
        });
        let (messages, receiver) = mpsc::unbounded_channel();
        let line = Arc::new(Line { shared: Arc::clone(&shared), messages });
        let address = source.address().cloned();
        let driver = Driver::new(shared, source, settings, receiver);
        (Channel { line, address }, driver)
    }
}

impl<T> Default for ClientBuilder<T> {
    fn default() -> ClientBuilder<T> {
        ClientBuilder::new()
    }
}
