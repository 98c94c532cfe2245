//! How an async client is set up.

use std::marker::PhantomData;
use std::sync::Arc;

use super::Channel;
use super::call::Line;
use super::session::connect;
use crate::error::{Error, Result};
use crate::net::address::Address;
use crate::rpc::from_channel::FromChannel;
use crate::settings::{ClientSettings, client_setters};

/// Sets up a client and connects it. `T` is the client: one that `thrift!` makes, or a bare
/// [`Channel`].
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
    settings: ClientSettings,
    max_in_flight: usize,
    pipelining: bool,
    client: PhantomData<fn() -> T>,
}

impl<T> ClientBuilder<T> {
    /// The default settings: unframed, strict binary, as ThriftPy has it.
    pub fn new() -> ClientBuilder<T> {
        ClientBuilder {
            settings: ClientSettings::default(),
            max_in_flight: 1024,
            pipelining: true,
            client: PhantomData,
        }
    }

    client_setters!();

    /// How many calls may be under way on the connection at the same time; further ones wait
    /// until one of them is done. Default: 1,024.
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        // More than 2²⁸ would overflow what counts them on 32-bit machines.
        self.max_in_flight = calls.clamp(1, 1 << 28);
        self
    }

    /// Whether a call may be sent while others are not answered yet. Default: it may. Servers
    /// that take one call after the other can cope with that, but some proxies cannot.
    ///
    /// Without it, a call that is given up while it is under way takes the connection with it.
    pub fn pipelining(mut self, pipelining: bool) -> Self {
        self.pipelining = pipelining;
        self
    }
}

impl<T: FromChannel<Channel>> ClientBuilder<T> {
    /// Connects to a server, such as `"127.0.0.1:6000"`.
    ///
    /// # Errors
    /// The address cannot be understood or resolved ([`ErrorKind::Address`]), or no connection
    /// can be made in time ([`ErrorKind::Connect`]).
    ///
    /// [`ErrorKind::Address`]: crate::ErrorKind::Address
    /// [`ErrorKind::Connect`]: crate::ErrorKind::Connect
    pub async fn connect(self, address: impl TryInto<Address, Error: Into<Error>>) -> Result<T> {
        let address = address.try_into().map_err(Into::into)?;
        let protocol = self.settings.protocol;
        let stream = connect(&address, &self.settings).await?;
        let max_in_flight = if self.pipelining { self.max_in_flight } else { 1 };
        let line = Line::open(address, self.settings, max_in_flight, stream);
        Ok(T::from_channel(Channel { line: Arc::new(line) }, protocol))
    }
}

impl<T> Default for ClientBuilder<T> {
    fn default() -> ClientBuilder<T> {
        ClientBuilder::new()
    }
}
