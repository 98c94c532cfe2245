//! TLS and mutual TLS, with [rustls](https://docs.rs/rustls).
//!
//! A server gets its certificate with [`Server::tls`](crate::blocking::Server::tls), a client its
//! settings with [`ClientBuilder::tls`](crate::blocking::ClientBuilder::tls). An address `tls://host:port`
//! makes a client use TLS without settings: with the certificate authorities that the operating system
//! trusts.
//!
//! ```no_run
//! use thriftly::blocking::Server;
//! use thriftly::tls::{ClientTls, ServerTls};
//!
//! thriftly::thrift!(inline: "service Ping { void ping() }");
//! # struct Handler;
//! # impl BlockingPing for Handler { fn ping(&self) -> thriftly::Result<()> { Ok(()) } }
//!
//! # fn main() -> thriftly::Result<()> {
//! let tls = ServerTls::from_pem_files("server.pem", "server.key")?.client_ca_file("clients.pem")?;
//! let server = Server::new(BlockingPingServer::new(Handler)).tls(tls).bind("0.0.0.0:9090")?;
//!
//! let tls = ClientTls::new().ca_file("ca.pem")?.identity_files("client.pem", "client.key")?;
//! let client: BlockingPingClient = BlockingPingClient::builder().tls(tls).connect("store.example:9090")?;
//! # Ok(())
//! # }
//! ```
//!
//! TLS 1.2 and 1.3 are spoken, with the cipher suites of *ring*. Certificates are always verified; there is no
//! setting that switches verification off. Files are read again when they change.

#[cfg(feature = "async")]
mod async_tls;
mod client;
mod peer;
mod pem;
mod reload;
mod server;
mod session;

#[cfg(feature = "async")]
pub(crate) use async_tls::AsyncTls;
pub use client::ClientTls;
pub(crate) use client::Connector;
pub use peer::Peer;
pub(crate) use server::Acceptor;
pub use server::ServerTls;
#[cfg(feature = "async")]
use session::not_tls;
pub(crate) use session::{Tls, check_first_bytes, reason};

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

use crate::error::{Error, ErrorKind};

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// The error for a setting that cannot be used.
fn unusable(message: String) -> Error {
    Error::new(ErrorKind::Tls, message)
}
