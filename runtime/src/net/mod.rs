//! Streams of bytes and the addresses at their ends.

pub(crate) mod address;
pub(crate) mod endpoints;
pub(crate) mod stream;
pub(crate) mod tcp;
