//! Thrift for Rust, in three lines.

mod address;
mod application;
pub mod blocking;
mod body;
#[cfg(feature = "async")]
mod client;
pub mod codec;
mod connection;
mod double;
mod error;
mod from_channel;
mod limits;
mod message;
mod protocol;
#[cfg(feature = "async")]
mod server;
mod settings;
mod stream;
mod transport;
mod ttype;
mod unknown;
mod uuid;

pub use address::Address;
pub use application::{ApplicationError, ApplicationErrorKind};
pub use body::Body;
#[cfg(feature = "async")]
pub use client::{CallFuture, Channel, ClientBuilder};
pub use codec::{Decode, Encode, ThriftType};
pub use double::Double;
pub use error::{Error, ErrorKind, Result};
pub use from_channel::FromChannel;
pub use limits::Limits;
pub use message::{Headers, MethodName, Protocol, Request, Response, ResponseKind};
pub use protocol::{Envelope, binary};
#[cfg(feature = "async")]
pub use server::{BoundServer, Server};
pub use transport::Framing;
pub use ttype::{MessageKind, TType};
pub use unknown::UnknownField;
pub use uuid::Uuid;

pub use thriftly_macros::{ThriftStruct, thrift};

#[doc(hidden)]
pub mod __private;
#[doc(hidden)]
pub mod service;
