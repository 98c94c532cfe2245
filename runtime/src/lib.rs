//! Thrift for Rust, in three lines.
//!
//! [`thrift!`] turns an IDL file into typed clients, servers and values at compile time;
//! [`ThriftStruct`] gives hand-written types the same bytes.
//!
#![cfg_attr(feature = "async", doc = "```")]
#![cfg_attr(not(feature = "async"), doc = "```ignore")]
//! thriftly::thrift!(inline: "
//!     exception Empty {}
//!
//!     service Words {
//!         /** The longest of the words. */
//!         string longest(1: list<string> words) throws (1: Empty empty)
//!     }
//! ");
//!
//! struct Reader;
//!
//! impl Words for Reader {
//!     async fn longest(&self, words: Vec<String>) -> Result<String, LongestError> {
//!         Ok(words.into_iter().max_by_key(|word| word.len()).ok_or(Empty {})?)
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), LongestError> {
//!     let server = thriftly::Server::new(WordsServer::new(Reader)).bind("127.0.0.1:0").await?;
//!     let address = server.local_addr();
//!     tokio::spawn(server.serve());
//!
//!     let client = WordsClient::connect(address).await?;
//!     assert_eq!(client.longest(&["to".into(), "three".into()]).await?, "three");
//!     assert!(matches!(client.longest(&[]).await, Err(LongestError::Empty(_))));
//!     Ok(())
//! }
//! ```
//!
//! The [guide](guide) begins with a [first service](guide::first_service) and has a page for each further question.
//!
//! # Overview
//!
//! - Values without services: [`binary`], [`compact`] and, with the feature `json` (on by default),
//!   `json` and `simple_json`, for every type that implements [`Encode`] and [`Decode`]; with the
//!   feature `thriftpy-json`, `thriftpy_json`.
//! - serde's `Serialize` and `Deserialize` for generated types, [`Uuid`], [`Double`], [`SharedStr`]
//!   and unknown fields, with the feature `serde`: see [serde](thrift!#serde).
//! - Async servers and clients on tokio, with the feature `async` (on by default): `Server`,
//!   `Channel`, `ClientBuilder`.
//! - HTTP/1.1 and HTTP/2, with the feature `http`: on the port of all other framings, as a service for
//!   axum, and for clients: `thriftly::http`.
//! - Several services on one port: [`blocking::Multiplexed`], and `Multiplexed` on tokio.
//! - A service for each connection, for sessions: [`PerConnection`].
//! - Health checks of load balancers: [`Health`].
//! - Blocking servers and clients, without an async runtime: [`blocking`].
//! - Framings, with and without headers: [`Framing`]. Compression of messages and connections, with
//!   the feature `zlib`.
//! - Requests and responses, for middleware: [`Request`] and [`Response`].
//! - Addresses and byte streams, such as unix sockets: [`Address`] and [a page of the
//!   guide](guide::transports).
//! - TLS and mutual TLS, with the feature `tls`: `tls`.
//! - Spans of calls for `tracing` and OpenTelemetry: [`trace`]. ThriftPy's tracking of calls across
//!   services: [`tracking`].
//! - Limits on what a peer may send: [`Limits`].
//! - Errors: [`Error`].
//!
#![doc = include_str!("reference/generated_code.md")]

pub mod blocking;
#[cfg(feature = "async")]
mod client;
pub mod codec;
mod connection;
mod error;
// It costs nothing where nobody reads it.
#[cfg(all(feature = "async", any(doc, doctest)))]
pub mod guide;
#[cfg(feature = "http")]
pub mod http;
mod limits;
pub mod messages;
mod net;
mod protocol;
mod rpc;
pub mod sasl;
#[cfg(feature = "async")]
mod server;
mod settings;
pub mod trace;
pub mod tracking;
mod transport;
mod ttype;
mod value;

/// The type of `binary`: shared bytes, cloned without a copy.
pub use bytes::Bytes;
pub use net::address::{Address, Scheme};
pub use net::endpoints::{Endpoints, PeerCredentials};
#[cfg(feature = "tls")]
pub use net::tls;
pub use rpc::application::ApplicationError;

#[cfg(feature = "async")]
pub use client::{CallFuture, Channel, ClientBuilder, LayeredBuilder};
pub use codec::{Decode, Encode, ThriftType};
pub use connection::{ChannelStats, ServerMonitor, ServerStats};
pub use error::{Error, ErrorKind, OrInternal, Result};
pub use limits::Limits;
#[cfg(feature = "thriftpy-json")]
pub use protocol::thriftpy_json;
pub use protocol::{Envelope, binary, compact};
#[cfg(feature = "json")]
pub use protocol::{json, simple_json};
pub use rpc::body::Body;
#[cfg(feature = "async")]
pub use rpc::bridge::{InPlace, SpawnBlocking, SpawnedCall};
pub use rpc::context::Context;
pub use rpc::deadline::Deadline;
pub use rpc::extensions::Extensions;
pub use rpc::from_channel::{CallSettings, FromChannel};
#[cfg(feature = "async")]
pub use rpc::from_fn::{FnService, FromFn, Next, from_fn};
pub use rpc::health::Health;
pub use rpc::message::{Headers, MethodName, Protocol, Request, Response, ResponseKind};
pub use rpc::named_service::NamedService;
pub use rpc::per_connection::PerConnection;
#[cfg(feature = "async")]
pub use rpc::{
    dispatch::DispatchFuture,
    multiplexed::Multiplexed,
    reply::ReplyFuture,
    thrift_service::{NamedSharedService, SharedService, ThriftService},
};
#[cfg(feature = "async")]
pub use server::{BoundServer, Server, shutdown_signal};
pub use tower_layer::Layer;
pub use transport::Framing;
pub use ttype::{ApplicationErrorKind, MessageKind, TType};
pub use value::double::Double;
pub use value::shared_str::SharedStr;
pub use value::unknown::{UnknownField, UnknownFields};
pub use value::uuid::Uuid;

#[doc = include_str!("reference/thrift.md")]
pub use thriftly_macros::thrift;

#[doc = include_str!("reference/thrift_struct.md")]
pub use thriftly_macros::ThriftStruct;

#[cfg(all(feature = "async", any(doc, doctest)))]
extern crate self as thriftly;

#[doc(hidden)]
pub mod __private;
#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzzing;
