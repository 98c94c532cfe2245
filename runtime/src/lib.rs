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
//! - serde's `Serialize` and `Deserialize` for generated types, [`Uuid`], [`Double`], [`SharedStr`], [`SmallStr`], [`SmallBytes`]
//!   and unknown fields, with the feature `serde`: see [serde](thrift!#serde).
//! - Types at run time, with the feature `dynamic`: IDL files are loaded, values encoded, and methods called and
//!   served by name: `dynamic`.
//! - A console in the browser for a live service, with the feature `console`: `console`.
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
//! - Spans of calls for `tracing` and OpenTelemetry: [`trace`]. Metrics of calls and connections, for Prometheus and
//!   others, with the feature `metrics`: `metrics`. ThriftPy's tracking of calls across
//!   services: [`tracking`].
//! - Short lists without an allocation, with the feature `smallvec`: `smallvec::SmallVec` [as a type of
//!   fields](guide::own_types#in-generated-types).
//! - Limits on what a peer may send: [`Limits`].
//! - Errors: [`Error`].
//!
#![doc = include_str!("reference/generated_code.md")]

#[doc(inline)]
pub use thriftly_core::*;

#[doc = include_str!("reference/thrift.md")]
pub use thriftly_macros::thrift;

#[doc = include_str!("reference/thrift_struct.md")]
pub use thriftly_macros::ThriftStruct;

// It costs nothing where nobody reads it.
#[cfg(all(feature = "async", any(doc, doctest)))]
pub mod guide;

#[cfg(all(feature = "async", any(doc, doctest)))]
extern crate self as thriftly;
