//! How a blocking client is set up.

use std::io::{self, Read, Write};
use std::marker::PhantomData;

use tower_layer::Layer;

use super::connect::Source;
use super::line::Line;
use super::{Channel, LayeredBuilder};
use crate::error::{Error, Result};
use crate::net::address::Address;
use crate::rpc::from_channel::FromChannel;
use crate::rpc::message::Protocol;
use crate::settings::{ClientSettings, client_setters};

/// Sets up a client and connects it. `T` is the client: one that `thrift!` makes, or a bare
/// [`Channel`]. See [`blocking`](crate::blocking) for an example.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing before it is told to connect"]
pub struct ClientBuilder<T = Channel> {
    settings: ClientSettings,
    client: PhantomData<fn() -> T>,
}

impl<T> ClientBuilder<T> {
    /// The default settings: unframed, strict binary, as ThriftPy has it.
    pub fn new() -> ClientBuilder<T> {
        let mut settings = ClientSettings::default();
        // A thread waits for its call, so there is nothing else to be put on its connection.
        settings.pool.max_in_flight = 1;
        ClientBuilder { settings, client: PhantomData }
    }

    client_setters!();
}

impl<T: FromChannel<Channel>> ClientBuilder<T> {
    /// Puts a layer around the channel: [`from_fn`](crate::blocking::from_fn), or one of one's own. Other
    /// settings come before it.
    pub fn layer<L: Layer<Channel>>(self, layer: L) -> LayeredBuilder<T, L> {
        LayeredBuilder::new(ClientBuilder { settings: self.settings, client: PhantomData }, layer)
    }

    pub(super) fn protocol_of_calls(&self) -> Protocol {
        self.settings.protocol.unwrap_or_default()
    }

    /// Connects to a server, such as `"127.0.0.1:6000"`.
    ///
    /// # Errors
    /// The address cannot be understood or resolved ([`ErrorKind::Address`]), or no connection
    /// can be made in time ([`ErrorKind::Connect`]).
    ///
    /// [`ErrorKind::Address`]: crate::ErrorKind::Address
    /// [`ErrorKind::Connect`]: crate::ErrorKind::Connect
    pub fn connect(self, address: impl TryInto<Address, Error: Into<Error>>) -> Result<T> {
        let address = address.try_into().map_err(Into::into)?;
        self.open(Source::Address(address), true)
    }

    /// Makes a client that connects when it is first called.
    ///
    /// # Errors
    /// The address cannot be understood ([`ErrorKind::Address`](crate::ErrorKind::Address)).
    pub fn connect_lazy(self, address: impl TryInto<Address, Error: Into<Error>>) -> Result<T> {
        let address = address.try_into().map_err(Into::into)?;
        self.open(Source::Address(address), false)
    }

    /// Connects by a function of one's own, which is called for every connection: anything that is
    /// a stream of bytes will do. Each stream is read and written by a thread of its own, so that
    /// calls keep their deadlines; the thread ends when the stream does.
    ///
    /// # Errors
    /// The function fails, or takes too long ([`ErrorKind::Connect`](crate::ErrorKind::Connect)).
    pub fn connect_with<C, S>(self, connector: C) -> Result<T>
    where
        C: Fn() -> io::Result<S> + Send + Sync + 'static,
        S: Read + Write + Send + 'static,
    {
        self.open(Source::connector(connector), true)
    }

    /// Calls over a single stream. When that has ended, further calls fail with
    /// [`ErrorKind::Connect`](crate::ErrorKind::Connect). A thread of its own reads and writes it.
    ///
    /// # Errors
    /// There can be no more threads.
    pub fn connect_stream(mut self, stream: impl Read + Write + Send + 'static) -> Result<T> {
        self.settings.pool.max_connections = 1;
        self.open(Source::stream(stream), true)
    }

    fn open(self, source: Source, now: bool) -> Result<T> {
        let protocol = self.settings.protocol.unwrap_or_default();
        let line = Line::new(source, self.settings);
        if now {
            line.connect()?;
        }
        Ok(T::from_channel(Channel { line }, protocol))
    }
}

impl<T> Default for ClientBuilder<T> {
    fn default() -> ClientBuilder<T> {
        ClientBuilder::new()
    }
}
