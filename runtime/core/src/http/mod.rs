//! Thrift over HTTP/1.1 and HTTP/2, with the feature `http`.
//!
//! A call is a `POST` whose body is one whole message, without a frame, in any protocol; the reply is
//! the body of a response with the status 200. Declared exceptions and failures of the handler are replies
//! too. A oneway call is answered with an empty 200. Other statuses mean that there was no call: see
//! [below](#statuses).
//!
//! # Servers
//!
//! - A [`Server`](crate::Server) serves HTTP/1.1 and HTTP/2 on the same port as all other framings; it
//!   detects them. Nothing has to be set;
//!   [`http_path`](crate::Server::http_path) restricts HTTP to one path.
//! - [`HttpService`] makes a `tower` service of HTTP from any service, for axum or another HTTP server.
//!
//! The blocking server does not serve HTTP: serve a blocking handler with
//! [`SpawnBlocking`](crate::SpawnBlocking) on a [`Server`](crate::Server).
//!
//! # Clients
//!
//! A client, async or blocking, that connects to `http://host:port/path` calls over HTTP/1.1 with connections that are kept,
//! one call at a time on each of up to [`max_connections`](crate::ClientBuilder::max_connections); with
//! [`http2`](crate::ClientBuilder::http2), over HTTP/2 with many calls on a connection. It has builder
//! methods for [headers](crate::ClientBuilder::header),
//! [user and password](crate::ClientBuilder::basic_auth), [tokens](crate::ClientBuilder::bearer) and
//! [cookies](crate::ClientBuilder::cookies). Deadlines, retries and limits are those of other
//! connections. A oneway call returns when its response arrives. A status other than 2xx fails the
//! call with [`ErrorKind::BadReply`](crate::ErrorKind::BadReply), or a kind that fits the status, and the
//! first line of the body.
//!
//! ```
//! use thriftly::Server;
//!
//! thriftly::thrift!(inline: "service Adder { i32 add(1: i32 a, 2: i32 b) }");
//!
//! struct Sum;
//!
//! impl Adder for Sum {
//!     async fn add(&self, a: i32, b: i32) -> thriftly::Result<i32> {
//!         Ok(a.wrapping_add(b))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> thriftly::Result<()> {
//! let server = Server::new(AdderServer::new(Sum)).bind("127.0.0.1:0").await?;
//! let url = format!("http://{}/thrift", server.local_addr());
//! tokio::spawn(server.serve());
//!
//! let client = AdderClient::builder().bearer("token").connect(url).await?;
//! assert_eq!(client.add(1, 2).await?, 3);
//! # Ok(())
//! # }
//! ```
//!
//! # Headers
//!
//! HTTP headers are the [`Headers`](crate::Headers) of calls and replies, except those of HTTP itself:
//! `Host`, `Connection` and the headers that it names, `Content-Type`, `Content-Length`,
//! `Transfer-Encoding`, `Accept` and others of that kind. Names are in lower case when they arrive. A
//! header that HTTP does not allow, such as one with a line end, fails its call.
//!
//! The header `client_timeout`, in milliseconds, tells the server the time that a call has; the name is
//! fbthrift's. The [context](crate::Context::deadline) of the handler has it as its deadline.
//!
//! # Statuses
//!
//! | status | reason |
//! |---|---|
//! | 400 | the body is not a call; the request has two lengths |
//! | 404 | another path than [`http_path`](crate::Server::http_path) |
//! | 405 | another method than `POST` |
//! | 408 | the body did not arrive within [`message_timeout`](crate::Server::message_timeout) |
//! | 411 | the request has no length |
//! | 413 | the body exceeds [`Limits::message`](crate::Limits::message) |
//! | 415 | the content type is not that of Thrift, of JSON or of bytes; none at all is accepted |
//! | 431 | the headers exceed [`Limits::header_bytes`](crate::Limits::header_bytes) or are more than 100 or [`Limits::headers`](crate::Limits::headers) |
//! | 503 | the server holds [`max_buffered`](crate::Server::max_buffered) bytes |
//!
//! The body is then a line of text with the reason, which is also logged.

mod body;
mod cookies;
mod detect;
mod exchange;
mod failure;
mod headers;
mod refusal;
mod reply;
mod service;
mod target;
mod tasks;
mod wire;

/// Maximum number of headers that hyper reads without an allocation for each message.
pub(crate) const MAX_HEADERS: usize = 100;

pub use body::MessageBody;
#[cfg(feature = "console")]
pub(crate) use body::{Unreceived, receive};
pub(crate) use detect::{Detected, Version, detect};
pub(crate) use exchange::Exchange;
pub(crate) use failure::Failure;
pub(crate) use reply::{Called, delivered, reply};
pub use service::HttpService;
pub(crate) use target::{HttpOptions, Target};
pub(crate) use tasks::Tasks;
pub(crate) use wire::{Progress, Wire};
