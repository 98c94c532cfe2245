//! Construction of clients by builders.

use crate::rpc::message::Protocol;

/// A client that calls through a channel of the type `C`: `thriftly::Channel` for the async
/// clients, [`blocking::Channel`](crate::blocking::Channel) for the blocking ones, or either of
/// them with middleware around it.
///
/// Implemented by generated clients and required by both builders: `thriftly::ClientBuilder` and
/// [`blocking::ClientBuilder`](crate::blocking::ClientBuilder).
pub trait FromChannel<C>: Sized {
    /// A client that encodes its calls in the protocol.
    fn from_channel(channel: C, protocol: Protocol) -> Self;

    /// The same client over another type of channel, such as one with layers around it.
    type Over<D>;

    /// As [`from_channel`](FromChannel::from_channel), over another type of channel.
    fn over<D>(channel: D, protocol: Protocol) -> Self::Over<D>;
}
