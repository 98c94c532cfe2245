//! Byte streams and addresses.

pub(crate) mod address;
#[cfg(feature = "async")]
pub(crate) mod async_socket;
pub(crate) mod blocking_stream;
pub(crate) mod endpoints;
pub(crate) mod listener;
pub(crate) mod login;
pub(crate) mod race;
pub(crate) mod socket;
pub(crate) mod stream;
pub(crate) mod tcp;
#[cfg(feature = "tls")]
pub mod tls;
pub(crate) mod transform;
#[cfg(unix)]
pub(crate) mod unix;
