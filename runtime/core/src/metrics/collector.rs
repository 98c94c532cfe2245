//! The counters of servers and channels as metrics.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use ::metrics::{Key, KeyName, Label, Recorder, Unit, with_recorder};

use super::METADATA;
use crate::connection::{ChannelStats, ServerMonitor, ServerStats};

/// Publishes the counters of servers and channels as metrics; see [the module](super#metrics-of-connections).
///
/// [`collect`](Collector::collect) is called at each scrape, or at intervals, as the numbers are those of the last call.
/// Clones publish the same servers and channels.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> thriftly::Result<()> {
/// use std::time::Duration;
/// use thriftly::metrics::Collector;
///
/// thriftly::thrift!(inline: "service Ping { void ping() }");
/// # struct Handler;
/// # impl Ping for Handler {
/// #     async fn ping(&self) -> thriftly::Result<()> { Ok(()) }
/// # }
///
/// let server = thriftly::Server::new(PingServer::new(Handler));
/// let collector = Collector::new().server("ping", server.monitor());
/// tokio::spawn(async move {
///     let mut interval = tokio::time::interval(Duration::from_secs(5));
///     loop {
///         interval.tick().await;
///         collector.collect();
///     }
/// });
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Collector {
    servers: Vec<(Cow<'static, str>, ServerMonitor)>,
    channels: Vec<(Cow<'static, str>, ChannelSource)>,
}

type ChannelSource = Arc<dyn Fn() -> ChannelStats + Send + Sync>;

impl Collector {
    /// Creates a collector that publishes nothing yet.
    pub fn new() -> Collector {
        Collector::default()
    }

    /// Adds a server by its [`monitor`](crate::blocking::Server::monitor), with the name that is the value of the label
    /// `thrift.server`. Names of servers have to differ from one another.
    pub fn server(
        mut self,
        name: impl Into<Cow<'static, str>>,
        monitor: ServerMonitor,
    ) -> Collector {
        self.servers.push((name.into(), monitor));
        self
    }

    /// Adds a channel, async or blocking, by a function that returns its
    /// [`stats`](crate::blocking::Channel::stats), with the name that is the value of the label `thrift.channel`. Names
    /// of channels have to differ from one another.
    ///
    /// A function that holds a clone of the channel keeps its connections open.
    pub fn channel(
        mut self,
        name: impl Into<Cow<'static, str>>,
        stats: impl Fn() -> ChannelStats + Send + Sync + 'static,
    ) -> Collector {
        self.channels.push((name.into(), Arc::new(stats)));
        self
    }

    /// Publishes the present numbers.
    pub fn collect(&self) {
        with_recorder(|recorder| {
            for (name, monitor) in &self.servers {
                let label = Label::new("thrift.server", name.clone());
                Publisher { recorder, label }.server(&monitor.stats());
            }
            for (name, stats) in &self.channels {
                let label = Label::new("thrift.channel", name.clone());
                Publisher { recorder, label }.channel(&stats());
            }
        });
    }
}

/// Publishes the numbers of one server or channel.
struct Publisher<'a> {
    recorder: &'a dyn Recorder,
    label: Label,
}

impl Publisher<'_> {
    fn server(&self, stats: &ServerStats) {
        self.gauge("thrift.server.connections", "Open connections.", stats.connections);
        let text = "Connections that were opened.";
        self.counter("thrift.server.connections.opened", text, stats.opened);
        for (reason, count) in [
            ("lost", stats.lost),
            ("unreadable", stats.unreadable),
            ("refused", stats.refused),
            ("handshake_failure", stats.handshake_failures),
            ("first_byte_timeout", stats.first_byte_timeouts),
            ("message_timeout", stats.message_timeouts),
            ("write_timeout", stats.write_timeouts),
            ("idle_timeout", stats.idle_timeouts),
        ] {
            let text = "Connections that did not end by themselves.";
            let by = Label::from_static_parts("reason", reason);
            self.count("thrift.server.connections.closed", Unit::Count, text, Some(by), count);
        }
        let text = "Failures to accept a connection.";
        self.counter("thrift.server.accept_failures", text, stats.accept_failures);
        self.gauge("thrift.server.in_flight", "Calls that were not answered yet.", stats.in_flight);
        self.counter("thrift.server.calls", "Calls that were received.", stats.calls);
        let text = "Calls that failed with an undeclared error.";
        self.counter("thrift.server.failed", text, stats.failed);
        for (direction, bytes) in
            [("receive", stats.received_bytes), ("transmit", stats.sent_bytes)]
        {
            let text = "Size of messages with their framing.";
            let by = Label::from_static_parts("network.io.direction", direction);
            self.count("thrift.server.io", Unit::Bytes, text, Some(by), bytes);
        }
    }

    fn channel(&self, stats: &ChannelStats) {
        self.gauge("thrift.channel.connections", "Open connections.", stats.connections);
        let text = "Connections that were opened.";
        self.counter("thrift.channel.connections.opened", text, stats.opened);
        self.counter("thrift.channel.connections.lost", "Connections that were lost.", stats.lost);
        let text = "Attempts to connect that failed.";
        self.counter("thrift.channel.connect_failures", text, stats.connect_failures);
        self.gauge("thrift.channel.in_flight", "Calls on a connection.", stats.in_flight);
        self.gauge("thrift.channel.waiting", "Calls that wait for a connection.", stats.waiting);
        self.counter("thrift.channel.calls", "Calls that were made.", stats.calls);
        let text = "Calls that were refused, as too many wait or the channel is closed.";
        self.counter("thrift.channel.refused", text, stats.refused);
        let text = "Calls that were sent again.";
        self.counter("thrift.channel.resent", text, stats.resent);
        let text = "Calls whose deadline has passed.";
        self.counter("thrift.channel.timed_out", text, stats.timed_out);
    }

    fn gauge(&self, name: &'static str, text: &'static str, value: u64) {
        let unit = Some(Unit::Count);
        self.recorder.describe_gauge(KeyName::from_const_str(name), unit, text.into());
        self.recorder.register_gauge(&self.key(name, None), &METADATA).set(value as f64);
    }

    fn counter(&self, name: &'static str, text: &'static str, count: u64) {
        self.count(name, Unit::Count, text, None, count);
    }

    fn count(
        &self,
        name: &'static str,
        unit: Unit,
        text: &'static str,
        by: Option<Label>,
        count: u64,
    ) {
        self.recorder.describe_counter(KeyName::from_const_str(name), Some(unit), text.into());
        self.recorder.register_counter(&self.key(name, by), &METADATA).absolute(count);
    }

    fn key(&self, name: &'static str, by: Option<Label>) -> Key {
        let labels: Vec<Label> = [Some(self.label.clone()), by].into_iter().flatten().collect();
        Key::from_parts(name, labels)
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers = self.servers.iter().map(|(name, _)| name);
        let channels = self.channels.iter().map(|(name, _)| name);
        f.debug_struct("Collector")
            .field("servers", &servers.collect::<Vec<_>>())
            .field("channels", &channels.collect::<Vec<_>>())
            .finish()
    }
}
