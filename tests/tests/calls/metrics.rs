//! Metrics: those of calls on both sides, the bounds of their labels, and those of connections.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use metrics::{
    Counter, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit, set_default_local_recorder, with_local_recorder,
};
use thriftly::metrics::{Collector, MetricsLayer};
use thriftly::{Channel, ClientBuilder, Error, Multiplexed, Protocol, Request, Server, blocking};
use tokio::io::AsyncWriteExt;
use tower_layer::Layer;
use tower_service::Service;

thriftly::thrift!(inline: "
    exception Missing { 1: string message }
    service Store {
        string get(1: string key) throws (1: Missing missing)
        oneway void forget(1: string key)
    }
");

/// Keeps all metrics by their names and labels, as `name{label=value,…}`.
#[derive(Clone, Default)]
struct Metrics(Arc<State>);

#[derive(Default)]
struct State {
    counters: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    gauges: Mutex<BTreeMap<String, Arc<Value>>>,
    histograms: Mutex<BTreeMap<String, Arc<Values>>>,
    units: Mutex<BTreeMap<String, Option<Unit>>>,
}

#[derive(Default)]
struct Value(Mutex<f64>);

impl GaugeFn for Value {
    fn increment(&self, value: f64) {
        *lock(&self.0) += value;
    }
    fn decrement(&self, value: f64) {
        *lock(&self.0) -= value;
    }
    fn set(&self, value: f64) {
        *lock(&self.0) = value;
    }
}

#[derive(Default)]
struct Values(Mutex<Vec<f64>>);

impl HistogramFn for Values {
    fn record(&self, value: f64) {
        lock(&self.0).push(value);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nobody panics")
}

fn named<T: Default>(all: &Mutex<BTreeMap<String, Arc<T>>>, key: &Key) -> Arc<T> {
    let labels: Vec<_> =
        key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
    let name = format!("{}{{{}}}", key.name(), labels.join(","));
    Arc::clone(lock(all).entry(name).or_default())
}

impl Recorder for Metrics {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        lock(&self.0.units).insert(name.as_str().to_owned(), unit);
    }
    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        lock(&self.0.units).insert(name.as_str().to_owned(), unit);
    }
    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        lock(&self.0.units).insert(name.as_str().to_owned(), unit);
    }
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(named(&self.0.counters, key))
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(named(&self.0.gauges, key))
    }
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(named(&self.0.histograms, key))
    }
}

impl Metrics {
    /// How many values the histograms of this name have, by their labels, without that of the system.
    fn counts(&self, name: &str) -> BTreeMap<String, usize> {
        let histograms = lock(&self.0.histograms);
        let prefix = format!("{name}{{rpc.system.name=thrift,");
        let of = |(key, values): (&String, &Arc<Values>)| {
            let labels = key.strip_prefix(&prefix)?.strip_suffix('}')?;
            Some((labels.to_owned(), lock(&values.0).len()))
        };
        histograms.iter().filter_map(of).collect()
    }

    fn values(&self, key: &str) -> Vec<f64> {
        let histograms = lock(&self.0.histograms);
        let values = histograms.get(key).unwrap_or_else(|| panic!("{key} is not recorded"));
        lock(&values.0).clone()
    }

    /// All methods that are labels.
    fn methods(&self) -> BTreeSet<String> {
        let histograms = lock(&self.0.histograms);
        let method = |key: &String| {
            let (_, behind) = key.split_once("rpc.method=")?;
            Some(behind.split([',', '}']).next()?.to_owned())
        };
        histograms.keys().filter_map(method).collect()
    }

    fn number(&self, key: &str) -> u64 {
        if let Some(counter) = lock(&self.0.counters).get(key) {
            return counter.load(Ordering::Relaxed);
        }
        let gauges = lock(&self.0.gauges);
        let gauge = gauges.get(key).unwrap_or_else(|| panic!("{key} is not published"));
        *lock(&gauge.0) as u64
    }
}

struct Handler;

impl BlockingStore for Handler {
    fn get(&self, key: String) -> Result<String, GetError> {
        match &*key {
            "missing" => Err(Missing { message: key }.into()),
            "broken" => Err(Error::internal("the disk is full").into()),
            _ => Ok(key),
        }
    }
    fn forget(&self, _: String) -> thriftly::Result<()> {
        Ok(())
    }
}

impl Store for Handler {
    async fn get(&self, key: String) -> Result<String, GetError> {
        if key == "slow" {
            std::future::pending::<()>().await;
        }
        BlockingStore::get(self, key)
    }
    async fn forget(&self, key: String) -> thriftly::Result<()> {
        BlockingStore::forget(self, key)
    }
}

fn counts<const N: usize>(expected: [(&str, usize); N]) -> BTreeMap<String, usize> {
    expected.map(|(labels, count)| (labels.to_owned(), count)).into()
}

/// Waits until it is so.
async fn eventually(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// A request of a method with an empty struct of arguments.
fn request(method: impl Into<thriftly::MethodName>) -> Request {
    Request::new(method, Protocol::Binary, vec![0].into())
}

#[tokio::test]
async fn calls_are_measured_on_both_sides_by_method_and_outcome() -> thriftly::Result<()> {
    let metrics = Metrics::default();
    let _default = set_default_local_recorder(&metrics);
    let server = Server::new(StoreServer::new(Handler)).layer(MetricsLayer::server());
    let server = server.bind("127.0.0.1:0").await?;
    let address = server.local_addr().clone();
    tokio::spawn(server.serve());
    let client = StoreClient::builder().layer(MetricsLayer::client()).connect(&address).await?;

    // The method is known as soon as a call of it is dispatched, also if the call has no end.
    assert!(tokio::time::timeout(Duration::from_millis(20), client.get("slow")).await.is_err());
    assert_eq!(client.get("key").await.expect("it is there"), "key");
    assert_eq!(client.get("other").await.expect("it is there"), "other");
    client.get("missing").await.expect_err("it is declared");
    client.get("broken").await.expect_err("it is not declared");
    client.forget("key").await?;
    let mut channel = client.clone().into_channel();
    channel.call(request("nothing")).await?;
    drop((client, channel));

    let ended = |name: &str| metrics.counts(name).values().sum::<usize>();
    eventually(|| ended("rpc.server.call.duration") == 7).await;
    let known = [
        ("rpc.method=forget,thrift.outcome=success", 1),
        ("rpc.method=get,thrift.outcome=abandoned", 1),
        ("rpc.method=get,thrift.outcome=error,error.type=INTERNAL_ERROR", 1),
        ("rpc.method=get,thrift.outcome=exception", 1),
        ("rpc.method=get,thrift.outcome=success", 2),
    ];
    let unknown =
        |method| format!("rpc.method={method},thrift.outcome=error,error.type=UNKNOWN_METHOD");
    for (side, method) in [("server", "_OTHER"), ("client", "nothing")] {
        let mut expected = counts(known);
        expected.insert(unknown(method), 1);
        assert_eq!(metrics.counts(&format!("rpc.{side}.call.duration")), expected, "{side}");
        assert_eq!(ended(&format!("rpc.{side}.request.size")), 7, "{side}");
    }
    let get = |name| metrics.values(&format!("{name}{{rpc.system.name=thrift,rpc.method=get}}"));
    // A string in field 1; the same in field 0, an exception in field 1.
    assert_eq!(get("rpc.server.request.size"), [11.0, 13.0, 15.0, 14.0, 12.0]);
    let sizes = get("rpc.client.response.size");
    assert_eq!(sizes[..3], [11.0, 13.0, 19.0], "{sizes:?}");
    assert_eq!(sizes.len(), 4, "that of the failed call is the exception's");
    assert_eq!(get("rpc.server.response.size"), [11.0, 13.0, 19.0]);
    let units = lock(&metrics.0.units);
    assert_eq!(units["rpc.server.call.duration"], Some(Unit::Seconds));
    assert_eq!(units["rpc.client.request.size"], Some(Unit::Bytes));
    Ok(())
}

#[test]
fn a_blocking_service_is_measured_alike() {
    let metrics = Metrics::default();
    with_local_recorder(&metrics, || {
        let layer = MetricsLayer::server().label("thrift.server", "a");
        let service = layer.layer(BlockingStoreServer::new(Handler));
        let client = BlockingStoreClient::new(service);
        client.get("key").expect("it is there");
        client.get("broken").expect_err("it is not declared");
    });
    let labels = "thrift.server=a,rpc.system.name=thrift,rpc.method=get";
    let durations = |outcome: &str| {
        metrics.values(&format!("rpc.server.call.duration{{{labels},thrift.outcome={outcome}}}"))
    };
    assert_eq!(durations("success").len(), 1);
    assert!((0.0..60.0).contains(&durations("success")[0]), "seconds");
    assert_eq!(durations("error,error.type=INTERNAL_ERROR").len(), 1);
}

#[tokio::test]
async fn a_client_cannot_add_labels_to_the_metrics_of_a_server() -> thriftly::Result<()> {
    let metrics = Metrics::default();
    let _default = set_default_local_recorder(&metrics);
    let services = Multiplexed::new()
        .add(StoreServer::new(Handler))?
        .add_as("Within", MetricsLayer::server().layer(StoreServer::new(Handler)))?;
    // One layer refuses everything but a few services.
    let strict = thriftly::from_fn(|request, next| async move {
        match request.method.as_str().split_once(':') {
            Some(("Secret", _)) => Err(Error::internal("not for you")),
            _ => next.run(request).await,
        }
    });
    let mut service = MetricsLayer::server().layer(strict.layer(services));
    for number in 0..3000 {
        for service_name in ["Store:", "Within:", "Secret:", "Other", ""] {
            let method = format!("{service_name}{number}");
            service.call(request(method)).await.expect_err("there is no such method");
        }
        service.call(request(format!("Other{number}:get"))).await.expect_err("no such service");
        // Nobody waits for its end.
        drop(service.call(request(format!("Dropped{number}:get"))));
    }
    assert_eq!(metrics.methods(), BTreeSet::from(["_OTHER".to_owned()]));

    for method in ["Store:get", "Within:get", "Secret:get", "Nothing:get"] {
        let _ = service.call(request(method)).await;
    }
    let known = ["Store:get", "Within:get", "_OTHER"].map(str::to_owned);
    assert_eq!(metrics.methods(), BTreeSet::from(known));
    Ok(())
}

/// Answers calls as a proxy's channel does: with a reply, or with the exception that it has received.
#[derive(Clone)]
struct Behind;

impl blocking::Service for Behind {
    fn call(&self, request: Request) -> thriftly::Result<thriftly::Response> {
        let protocol = request.protocol;
        Ok(match request.method.as_str() {
            "get" => {
                thriftly::Response::new(thriftly::ResponseKind::Reply, protocol, vec![0].into())
            }
            _ if request.oneway => thriftly::Response::none(protocol),
            _ => thriftly::Response::exception(protocol, &Error::internal("no route")),
        })
    }
}

#[test]
fn a_method_of_a_server_behind_is_known_by_its_reply() {
    let metrics = Metrics::default();
    with_local_recorder(&metrics, || {
        let service = MetricsLayer::server().layer(Behind);
        for (method, oneway) in [("get", false), ("lost", false), ("shout", true)] {
            let mut request = request(method);
            request.oneway = oneway;
            blocking::Service::call(&service, request).expect("it is answered");
        }
    });
    let expected = counts([
        ("rpc.method=_OTHER,thrift.outcome=error,error.type=INTERNAL_ERROR", 1),
        ("rpc.method=_OTHER,thrift.outcome=success", 1),
        ("rpc.method=get,thrift.outcome=success", 1),
    ]);
    assert_eq!(metrics.counts("rpc.server.call.duration"), expected);
}

#[test]
fn a_call_of_a_known_method_allocates_nothing_for_its_metrics() {
    let plain = BlockingStoreServer::new(Handler);
    let measured = MetricsLayer::server().layer(plain.clone());
    let allocations = |service: &dyn Fn(Request) -> thriftly::Result<thriftly::Response>| {
        let call = || service(request("get")).expect("it is answered");
        // The first call learns the method.
        drop(call());
        allocation_counter::measure(|| drop(call())).count_total
    };
    let bare = allocations(&|request| blocking::Service::call(&plain, request));
    let layered = allocations(&|request| blocking::Service::call(&measured, request));
    assert_eq!(layered, bare);
}

#[tokio::test]
async fn the_counters_of_servers_and_channels_are_published() -> thriftly::Result<()> {
    let metrics = Metrics::default();
    let _default = set_default_local_recorder(&metrics);
    let server = Server::new(StoreServer::new(Handler));
    let monitor = server.monitor();
    let server = server.bind("127.0.0.1:0").await?;
    let address = server.local_addr().clone();
    let channel: Channel = ClientBuilder::new().connect(&address).await?;
    tokio::spawn(server.serve());
    let client = StoreClient::new(channel.clone());
    for _ in 0..3 {
        client.get("key").await.expect("it is there");
    }
    let collector =
        Collector::new().server("store", monitor).channel("store", move || channel.stats());
    let server = |name: &str, by: &str| {
        metrics.number(&format!("thrift.server.{name}{{thrift.server=store{by}}}"))
    };
    let channel =
        |name: &str| metrics.number(&format!("thrift.channel.{name}{{thrift.channel=store}}"));
    let mut odd = tokio::net::TcpStream::connect(&*address.to_string()).await?;
    odd.write_all(b"SSH-2.0-x\r\n").await?;
    eventually(|| {
        collector.collect();
        let unreadable = server("connections.closed", ",reason=unreadable");
        (unreadable, server("calls", ""), server("connections", "")) == (1, 3, 1)
    })
    .await;
    assert_eq!(server("connections.closed", ",reason=idle_timeout"), 0);
    let numbers = ["connections.opened", "failed", "in_flight"].map(|name| server(name, ""));
    assert_eq!(numbers, [2, 0, 0]);
    // Messages of the unframed, strict protocol with the string `key` in field 0.
    assert_eq!(server("io", ",network.io.direction=transmit"), 3 * (4 + 4 + 3 + 4 + 11));
    let names = ["calls", "connections", "connections.opened", "connections.lost", "timed_out"];
    assert_eq!(names.map(channel), [3, 1, 1, 0, 0]);
    assert_eq!(lock(&metrics.0.units)["thrift.server.io"], Some(Unit::Bytes));

    // A number that was published twice is not added.
    collector.collect();
    assert_eq!(channel("calls"), 3);
    Ok(())
}
