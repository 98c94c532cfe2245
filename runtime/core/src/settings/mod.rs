//! Settings of servers and clients, shared by the blocking and async side.

mod client;
mod server;

pub(crate) use client::{ClientSettings, client_setters};
pub(crate) use server::{ServerSettings, server_setters};

/// Size of each buffer of a connection in memory, in bytes.
pub(crate) const IN_MEMORY: usize = 64 << 10;
