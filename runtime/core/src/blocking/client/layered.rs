//! Client builder with layers around the channel.

use std::io::{self, Read, Write};
use std::marker::PhantomData;

use tower_layer::{Layer, Stack};

use super::{Channel, ClientBuilder};
use crate::error::{Error, Result};
use crate::net::address::Address;
use crate::rpc::from_channel::FromChannel;

/// A [`ClientBuilder`] with layers, returned by [`ClientBuilder::layer`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing before it is told to connect"]
pub struct LayeredBuilder<T, L> {
    builder: ClientBuilder<Channel>,
    layer: L,
    client: PhantomData<fn() -> T>,
}

impl<T: FromChannel<Channel>, L: Layer<Channel>> LayeredBuilder<T, L> {
    pub(super) fn new(builder: ClientBuilder<Channel>, layer: L) -> LayeredBuilder<T, L> {
        LayeredBuilder { builder, layer, client: PhantomData }
    }

    /// Adds an outer layer, which sees calls before the existing ones.
    pub fn layer<M: Layer<L::Service>>(self, layer: M) -> LayeredBuilder<T, Stack<L, M>> {
        let LayeredBuilder { builder, layer: inner, client } = self;
        LayeredBuilder { builder, layer: Stack::new(inner, layer), client }
    }

    /// As [`ClientBuilder::connect`].
    ///
    /// # Errors
    /// As [`ClientBuilder::connect`].
    pub fn connect(
        self,
        address: impl TryInto<Address, Error: Into<Error>>,
    ) -> Result<T::Over<L::Service>> {
        let calls = self.builder.calls();
        Ok(T::over(self.layer.layer(self.builder.connect(address)?), calls))
    }

    /// As [`ClientBuilder::connect_lazy`].
    ///
    /// # Errors
    /// As [`ClientBuilder::connect_lazy`].
    pub fn connect_lazy(
        self,
        address: impl TryInto<Address, Error: Into<Error>>,
    ) -> Result<T::Over<L::Service>> {
        let calls = self.builder.calls();
        Ok(T::over(self.layer.layer(self.builder.connect_lazy(address)?), calls))
    }

    /// As [`ClientBuilder::connect_with`].
    ///
    /// # Errors
    /// As [`ClientBuilder::connect_with`].
    pub fn connect_with<C, S>(self, connector: C) -> Result<T::Over<L::Service>>
    where
        C: Fn() -> io::Result<S> + Send + Sync + 'static,
        S: Read + Write + Send + 'static,
    {
        let calls = self.builder.calls();
        Ok(T::over(self.layer.layer(self.builder.connect_with(connector)?), calls))
    }

    /// As [`ClientBuilder::connect_stream`].
    ///
    /// # Errors
    /// As [`ClientBuilder::connect_stream`].
    pub fn connect_stream(
        self,
        stream: impl Read + Write + Send + 'static,
    ) -> Result<T::Over<L::Service>> {
        let calls = self.builder.calls();
        Ok(T::over(self.layer.layer(self.builder.connect_stream(stream)?), calls))
    }
}
