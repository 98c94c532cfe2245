//! A channel whose task runs on a thread of its own, for callers without a runtime.

use std::marker::PhantomData;
use std::sync::mpsc;
use std::thread;

use tokio::runtime::Builder;

use super::connect::Source;
use super::{Channel, ClientBuilder};
use crate::error::{Error, ErrorKind, Result};
use crate::net::address::Address;
use crate::settings::ClientSettings;

impl Channel {
    /// Creates a channel and the thread of its task, which ends with the last clone of the channel. If
    /// `now` is set, it is connected when this returns.
    ///
    /// # Errors
    /// No connection is established in time, or the thread or its runtime cannot be created.
    pub(crate) fn in_background(
        address: Address,
        settings: ClientSettings,
        now: bool,
    ) -> Result<Channel> {
        let builder = ClientBuilder::<Channel> { settings, client: PhantomData };
        let (channel, mut driver) = builder.aim(&address)?.channel(Source::Address(address));
        let failed = |error: std::io::Error| {
            let message = format!("cannot start the thread of a channel: {error}");
            Error::new(ErrorKind::Connect, message).with_source(error)
        };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (report, connected) = mpsc::sync_channel(1);
        let run = async move {
            let result = if now { driver.connect().await } else { Ok(()) };
            let goes_on = result.is_ok();
            // The caller waits for it.
            let _ = report.send(result);
            if goes_on {
                driver.run().await;
            }
        };
        let thread = thread::Builder::new().name("thriftly-http".to_owned());
        thread.spawn(move || runtime.block_on(run)).map_err(failed)?;
        let gone = || Error::new(ErrorKind::Connect, "the thread of the channel has panicked");
        connected.recv().unwrap_or_else(|_| Err(gone()))?;
        Ok(channel)
    }
}
