//! Construction of clients by builders.

use std::borrow::Cow;

use crate::rpc::message::Protocol;

/// A client that calls through a channel of the type `C`: `thriftly::Channel` for the async
/// clients, [`blocking::Channel`](crate::blocking::Channel) for the blocking ones, or either of
/// them with middleware around it.
///
/// Implemented by generated clients and required by both builders: `thriftly::ClientBuilder` and
/// [`blocking::ClientBuilder`](crate::blocking::ClientBuilder).
pub trait FromChannel<C>: Sized {
    /// A client with these settings.
    fn from_channel(channel: C, settings: CallSettings) -> Self;

    /// The same client over another type of channel, such as one with layers around it.
    type Over<D>;

    /// As [`from_channel`](FromChannel::from_channel), over another type of channel.
    fn over<D>(channel: D, settings: CallSettings) -> Self::Over<D>;
}

/// Settings of a builder for the calls of its client.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CallSettings {
    /// The protocol of the calls.
    pub protocol: Protocol,
    /// The name of the service in the calls, if they are multiplexed.
    pub service: Option<Cow<'static, str>>,
}
