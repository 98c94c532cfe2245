//! The runtime of thriftly: values, protocols, transports, clients and servers.
//!
//! Programs depend on [thriftly](https://docs.rs/thriftly), which adds the macros and the guide. This crate has everything
//! else, so that a build compiles it beside the macros' own dependencies.

pub mod blocking;
#[cfg(feature = "async")]
mod client;
pub mod codec;
mod connection;
#[cfg(feature = "console")]
pub mod console;
#[cfg(feature = "dynamic")]
pub mod dynamic;
mod error;
#[cfg(feature = "http")]
pub mod http;
mod limits;
pub mod messages;
#[cfg(feature = "metrics")]
pub mod metrics;
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
pub use value::lazy::Lazy;
pub use value::shared_str::SharedStr;
pub use value::small_bytes::SmallBytes;
pub use value::small_str::SmallStr;
pub use value::unknown::{UnknownField, UnknownFields};
pub use value::uuid::Uuid;

#[doc(hidden)]
pub mod __private;
#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzzing;
