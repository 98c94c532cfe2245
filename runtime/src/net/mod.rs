//! Byte streams and addresses.

pub(crate) mod address;
pub(crate) mod endpoints;
pub(crate) mod stream;
pub(crate) mod tcp;
