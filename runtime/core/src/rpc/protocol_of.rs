//! The protocol of a client created from a channel.

use std::any::Any;

use crate::blocking;
use crate::rpc::message::Protocol;

/// The protocol set for a channel. `None` if a layer hides it.
pub(crate) fn protocol_of(channel: &dyn Any) -> Option<Protocol> {
    #[cfg(feature = "async")]
    if let Some(channel) = channel.downcast_ref::<crate::Channel>() {
        return Some(channel.protocol());
    }
    channel.downcast_ref::<blocking::Channel>().map(blocking::Channel::protocol)
}
