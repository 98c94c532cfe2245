//! Remote calls: the layer between typed methods and encoded messages.

pub(crate) mod application;
pub(crate) mod arguments;
pub(crate) mod body;
#[cfg(feature = "async")]
pub(crate) mod bridge;
pub(crate) mod caller;
pub(crate) mod context;
pub(crate) mod deadline;
pub(crate) mod declared;
pub(crate) mod extensions;
pub(crate) mod from_channel;
#[cfg(feature = "async")]
pub(crate) mod from_fn;
pub(crate) mod handled_by;
pub(crate) mod message;
pub(crate) mod method;
#[cfg(feature = "async")]
pub(crate) mod multiplexed;
pub(crate) mod named_service;
pub(crate) mod protocol_of;
#[cfg(feature = "async")]
pub(crate) mod reply;
pub mod service;
pub(crate) mod services;
#[cfg(feature = "async")]
pub(crate) mod thrift_service;
