//! Types that are known only at run time: IDL files are loaded, values encoded, and services called and
//! served without compiling. With the feature `dynamic`.
//!
//! For gateways, mocks, recorders, scripts and tools; a program that knows its IDL when it is compiled is
//! faster and safer with [`thrift!`](https://docs.rs/thriftly/latest/thriftly/macro.thrift.html).
//!
#![cfg_attr(feature = "async", doc = "```")]
#![cfg_attr(not(feature = "async"), doc = "```ignore")]
//! use thriftly::dynamic::{Client, Handlers, Idl};
//! use thriftly::{Channel, ClientBuilder, Server};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let idl = Idl::load_str("service Sleep { oneway void sleep(1: i32 seconds), string ping() }")?;
//!
//! let handlers = Handlers::new(idl.service("Sleep")?).on("ping", async |_| Ok("pong"))?;
//! let server = Server::new(handlers).bind("127.0.0.1:0").await?;
//! let address = server.local_addr();
//! tokio::spawn(server.serve());
//!
//! let channel: Channel = ClientBuilder::new().connect(address).await?;
//! let client = Client::new(&idl, channel);
//! assert_eq!(client.call("ping", ()).await?.as_str(), Some("pong"));
//! # Ok(())
//! # }
//! ```
//!
//! - An [`Idl`] is loaded from a file ([`Idl::load`]), a text ([`Idl::load_str`]) or any set of files
//!   ([`Idl::load_from`]). It tells its [types](Type), [constants](Constant), [services](Service) and
//!   [methods](Method), with their docs and annotations.
//! - A [`Value`] is a value of any type. A [`Type`] encodes and decodes it in each protocol, with the bytes,
//!   checks and [`Limits`](crate::Limits) of generated code, and reads and writes it by serde as generated
//!   types are read and written.
//! - A [`Client`] calls methods by their names, over any channel, async and blocking.
//! - [`Handlers`](struct@Handlers) and [`BlockingHandlers`] serve methods by their names, or all of them by
//!   one function.
//!
//! # Values and JSON
//!
//! ```
//! use thriftly::Protocol;
//! use thriftly::dynamic::{Idl, Value};
//!
//! let idl = Idl::load_str("
//!     enum Kind { HOME, WORK }
//!     struct Phone { 1: required string number, 2: Kind kind }
//!     struct Person { 1: string name, 2: list<Phone> phones }
//! ")?;
//! let person = idl.ty("Person")?;
//!
//! let json: Value = serde_json::from_str(r#"{"phones": [{"number": "1", "kind": "WORK"}]}"#).unwrap();
//! let bytes = person.encode(&json, Protocol::Binary)?;
//! let value = person.decode(bytes, Protocol::Binary)?;
//! assert_eq!(value["phones"][0]["kind"].as_str(), Some("WORK"));
//! let json = serde_json::to_string(&value).unwrap();
//! assert_eq!(json, r#"{"name":"","phones":[{"number":"1","kind":"WORK"}]}"#);
//!
//! let wrong: Value = serde_json::from_str(r#"{"phones": [{"number": "1"}, {"number": 2}]}"#).unwrap();
//! let error = person.encode(&wrong, Protocol::Binary).unwrap_err();
//! assert_eq!(error.to_string(), "Person.phones[1].number: expected string, found 2");
//! # Ok::<(), thriftly::Error>(())
//! ```
//!
//! # Differences from generated code
//!
//! Options of `thrift!` and annotations of Rust, such as `rust.type`, have no effect, except for
//! `rust.optional`. Structs take two to four times as long to encode and decode, those of a few numbers up
//! to ten times. Long lists of numbers are read as a whole, as generated types read them. A [`Value`]
//! takes 40 bytes, more than a number or `bool` in a generated type, and they count against
//! [`Limits::memory`](crate::Limits::memory): a list of a million numbers needs 40 MB.

mod access;
mod call;
mod client;
mod codec;
mod compile;
mod convert;
mod decode;
mod defaults;
mod encode;
mod handlers;
mod idl;
mod list;
mod model;
mod serde;
mod services;
mod sizes;
mod types;
mod value;

pub use access::Place;
pub use call::{Call, CallError};
#[cfg(feature = "async")]
pub use client::CallFuture;
pub use client::Client;
pub use handlers::BlockingHandlers;
#[cfg(feature = "async")]
pub use handlers::Handlers;
pub use idl::Idl;
pub use list::List;
pub use services::{Method, Service};
pub use thriftly_parser::{Disk, Files, Memory, Options};
pub use types::{Constant, Field, Kind, Type};
pub use value::{Enum, Map, Struct, Union, Value};
