//! Builder of blocking clients.

use std::io::{self, Read, Write};
use std::marker::PhantomData;

use tower_layer::Layer;

use super::connect::Source;
use super::line::Line;
use super::{Channel, Inner, LayeredBuilder};
#[cfg(feature = "http")]
use crate::connection::PoolSettings;
use crate::error::{Error, Result};
use crate::net::address::Address;
use crate::rpc::from_channel::{CallSettings, FromChannel};
use crate::settings::{ClientSettings, client_setters};

/// A builder of clients. `T` is the client type: a generated client or a bare [`Channel`]. See
/// [`blocking`](crate::blocking) for an example.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing before it is told to connect"]
pub struct ClientBuilder<T = Channel> {
    settings: ClientSettings,
    client: PhantomData<fn() -> T>,
}

impl<T> ClientBuilder<T> {
    /// Creates a builder with default settings: unframed, strict binary, as in ThriftPy.
    pub fn new() -> ClientBuilder<T> {
        let mut settings = ClientSettings::default();
        // Each thread waits for its own call, so connections carry one call at a time.
        settings.pool.max_in_flight = 1;
        ClientBuilder { settings, client: PhantomData }
    }

    client_setters!();
}

impl<T: FromChannel<Channel>> ClientBuilder<T> {
    /// Wraps the channel in a layer: [`from_fn`](fn@crate::blocking::from_fn), or a custom one. Call
    /// it after all other settings.
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
    ///
    /// [`ErrorKind::Address`]: crate::ErrorKind::Address
    /// [`ErrorKind::Connect`]: crate::ErrorKind::Connect
    pub fn connect(mut self, address: impl TryInto<Address, Error: Into<Error>>) -> Result<T> {
        let address = self.settings.prepare(address.try_into().map_err(Into::into)?)?;
        self.open(Source::Address(address), true)
    }

    /// Creates a client that connects on its first call.
    ///
    /// # Errors
    /// [`ErrorKind::Address`](crate::ErrorKind::Address) if the address cannot be parsed.
    pub fn connect_lazy(mut self, address: impl TryInto<Address, Error: Into<Error>>) -> Result<T> {
        let address = self.settings.prepare(address.try_into().map_err(Into::into)?)?;
        self.open(Source::Address(address), false)
    }

    /// Connects with a custom function, which is called for every connection and may return any
    /// byte stream. A dedicated thread reads and writes each stream, so that calls keep their
    /// deadlines; it ends with the stream.
    ///
    /// # Errors
    /// [`ErrorKind::Connect`](crate::ErrorKind::Connect) if the function fails or exceeds the time
    /// limit.
    pub fn connect_with<C, S>(self, connector: C) -> Result<T>
    where
        C: Fn() -> io::Result<S> + Send + Sync + 'static,
        S: Read + Write + Send + 'static,
    {
        self.open(Source::connector(connector), true)
    }

    /// Creates a client over a single stream, read and written by a dedicated thread. After the
    /// stream has ended, calls fail with [`ErrorKind::Connect`](crate::ErrorKind::Connect).
    ///
    /// # Errors
    /// The thread cannot be spawned.
    pub fn connect_stream(mut self, stream: impl Read + Write + Send + 'static) -> Result<T> {
        self.settings.pool.max_connections = 1;
        self.open(Source::stream(stream), true)
    }

    fn open(self, source: Source, now: bool) -> Result<T> {
        let calls = self.settings.calls();
        #[cfg(feature = "http")]
        if let Some(address) = source.address()
            && matches!(address.scheme(), crate::Scheme::Http | crate::Scheme::Https)
        {
            let mut settings = self.settings;
            settings.pool.max_in_flight = PoolSettings::default().max_in_flight;
            let channel = crate::Channel::in_background(address.clone(), settings, now)?;
            return Ok(T::from_channel(Channel { inner: Inner::Http(channel) }, calls));
        }
        let line = Line::new(source, self.settings);
        if now {
            line.connect()?;
        }
        Ok(T::from_channel(Channel { inner: Inner::Line(line) }, calls))
    }
}

impl<T> Default for ClientBuilder<T> {
    fn default() -> ClientBuilder<T> {
        ClientBuilder::new()
    }
}
