//! Metrics of calls and connections, for the facade [`metrics`](https://docs.rs/metrics) and, through it, Prometheus,
//! OpenTelemetry and others. With the feature `metrics`.
//!
//! [`MetricsLayer`] goes around a server or a channel and measures each call. A [`Collector`] publishes the counters of
//! servers and channels: connections, and calls in flight. Both record to the recorder of the facade, which an exporter
//! installs. Install it before the first call: what is recorded before is lost, and a layer keeps the handles that it
//! got.
//!
#![cfg_attr(feature = "async", doc = "```")]
#![cfg_attr(not(feature = "async"), doc = "```ignore")]
//! use thriftly::metrics::{Collector, MetricsLayer};
//! use thriftly::{Channel, ClientBuilder, Layer, Server};
//!
//! thriftly::thrift!(inline: "service Ping { void ping() }");
//!
//! struct Handler;
//!
//! impl Ping for Handler {
//!     async fn ping(&self) -> thriftly::Result<()> {
//!         Ok(())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> thriftly::Result<()> {
//! let server = Server::new(PingServer::new(Handler)).layer(MetricsLayer::server());
//! let monitor = server.monitor();
//! let server = server.bind("127.0.0.1:0").await?;
//! let address = server.local_addr();
//! tokio::spawn(server.serve());
//!
//! let channel: Channel = ClientBuilder::new().connect(&address).await?;
//! let layer = MetricsLayer::client().label("server.address", address.to_string());
//! let client = PingClient::new(layer.layer(channel.clone()));
//! client.ping().await?;
//!
//! let collector = Collector::new().server("ping", monitor).channel("ping", move || channel.stats());
//! collector.collect(); // at each scrape
//! # Ok(())
//! # }
//! ```
//!
//! # Metrics of calls
//!
//! | metric | | labels |
//! |---|---|---|
//! | `rpc.server.call.duration`, `rpc.client.call.duration` | histogram, seconds | `rpc.system.name`, `rpc.method`, `thrift.outcome`, `error.type` |
//! | `rpc.server.request.size`, `rpc.client.request.size` | histogram, bytes | `rpc.system.name`, `rpc.method` |
//! | `rpc.server.response.size`, `rpc.client.response.size` | histogram, bytes | `rpc.system.name`, `rpc.method` |
//!
//! Each call is recorded once, when it ends, so that the count of a duration is the number of calls, by method and
//! outcome, and that of durations with an `error.type` the number of failures by kind. The sum of a size is the number
//! of bytes. At a client, the duration includes waiting for a connection. Sizes are those of arguments and results,
//! without framing; a call that fails has no size of a response, unless the reply of a server says so.
//!
//! | label | value |
//! |---|---|
//! | `rpc.system.name` | `thrift` |
//! | `rpc.method` | the method, as `Store:get` if the call is multiplexed; `_OTHER` if it is not known |
//! | `thrift.outcome` | `success`; `exception`: one that the IDL declares; `error`; `abandoned`: nobody waited for the end |
//! | `error.type` | the [kind](crate::ErrorKind) of the error, such as `timeout` or `INTERNAL_ERROR`; only if the outcome is `error` |
//!
//! Names and units are those of the
//! [semantic conventions of OpenTelemetry for RPC](https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics/):
//! `call.duration` in seconds, as in its stable version, which replaced `rpc.server.duration` in milliseconds. That
//! version has no sizes; those of the version before are kept.
//!
//! # Bounded labels
//!
//! A client can call methods and services of any names, but adds no label by it. A server's layer takes a method as
//! known once a call of it was dispatched to a method of the IDL, or was answered with a reply other than
//! an application exception by a service of another kind, such as a channel to a server behind. Calls before,
//! and calls of unknown methods and services, have the label `_OTHER`. A client's layer knows each method that the
//! program calls; those of calls that it only passes on are treated as at a server. A layer tells about 1,000 methods
//! apart, with names of up to 128 bytes; what exceeds this is `_OTHER` as well.
//!
//! # Metrics of connections
//!
//! A [`Collector`] publishes [`ServerStats`](crate::ServerStats), with the label `thrift.server`:
//!
//! | metric | | |
//! |---|---|---|
//! | `thrift.server.connections` | gauge | open connections |
//! | `thrift.server.connections.opened` | counter | connections that were opened |
//! | `thrift.server.connections.closed` | counter | connections that did not end by themselves, by `reason`: `lost`, `unreadable`, `refused`, `handshake_failure`, `first_byte_timeout`, `message_timeout`, `write_timeout`, `idle_timeout` |
//! | `thrift.server.accept_failures` | counter | failures to accept a connection |
//! | `thrift.server.in_flight` | gauge | calls that were not answered yet |
//! | `thrift.server.calls`, `thrift.server.failed` | counter | calls, and those that failed with an undeclared error |
//! | `thrift.server.io` | counter, bytes | messages with their framing, by `network.io.direction`: `receive` or `transmit` |
//!
//! and [`ChannelStats`](crate::ChannelStats), with the label `thrift.channel`:
//!
//! | metric | | |
//! |---|---|---|
//! | `thrift.channel.connections` | gauge | open connections: the size of the pool |
//! | `thrift.channel.connections.opened`, `thrift.channel.connections.lost` | counter | connections that were opened, and that were lost |
//! | `thrift.channel.connect_failures` | counter | attempts to connect that failed |
//! | `thrift.channel.in_flight`, `thrift.channel.waiting` | gauge | calls on a connection, and calls that wait for one |
//! | `thrift.channel.calls`, `thrift.channel.refused`, `thrift.channel.resent`, `thrift.channel.timed_out` | counter | calls, by what became of them |

mod collector;
mod layer;
mod methods;

pub use collector::Collector;
#[cfg(feature = "async")]
pub use layer::MeasuredFuture;
pub use layer::{Measured, MetricsLayer};

/// Where the metrics come from, for recorders that filter.
const METADATA: ::metrics::Metadata<'static> =
    ::metrics::Metadata::new("thriftly", ::metrics::Level::INFO, Some("thriftly"));
