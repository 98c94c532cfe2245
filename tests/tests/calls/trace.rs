//! Spans of calls: their fields, on both sides, and traces that continue in the next process.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use thriftly::trace::TraceLayer;
use thriftly::{Address, Context, Error, Framing, Headers, Protocol, Request, Server, blocking};
use tower_layer::Layer;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

thriftly::thrift!(inline: "
    exception Missing { 1: string message }
    service Store {
        string get(1: string key) throws (1: Missing missing)
        oneway void forget(1: string key)
    }
");

/// Keeps the fields of all spans, and of each event the number of its span.
#[derive(Clone, Default)]
struct Spans(Arc<State>);

#[derive(Default)]
struct State {
    spans: Mutex<Vec<BTreeMap<&'static str, String>>>,
    entered: Mutex<Vec<u64>>,
    events: Mutex<Vec<Option<u64>>>,
    seen: AtomicU64,
}

struct Fields<'a>(&'a mut BTreeMap<&'static str, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nobody panics")
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut spans = lock(&self.0.spans);
        let mut fields = BTreeMap::new();
        if span.metadata().target() == "thriftly::call" {
            self.0.seen.fetch_add(1, Ordering::Relaxed);
            span.record(&mut Fields(&mut fields));
        }
        spans.push(fields);
        Id::from_u64(spans.len() as u64)
    }
    fn record(&self, span: &Id, values: &Record<'_>) {
        let index = span.into_u64() as usize - 1;
        values.record(&mut Fields(&mut lock(&self.0.spans)[index]));
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        if event.metadata().target() == module_path!() {
            lock(&self.0.events).push(lock(&self.0.entered).last().copied());
        }
    }
    fn enter(&self, span: &Id) {
        lock(&self.0.entered).push(span.into_u64());
    }
    fn exit(&self, span: &Id) {
        assert_eq!(lock(&self.0.entered).pop(), Some(span.into_u64()), "spans are nested");
    }
}

impl Spans {
    /// The spans of a side, in order.
    fn of(&self, side: &str) -> Vec<BTreeMap<&'static str, String>> {
        let spans = lock(&self.0.spans);
        spans
            .iter()
            .filter(|span| span.get("otel.kind").is_some_and(|k| k == side))
            .cloned()
            .collect()
    }

    /// Waits until the spans of a side have all ended, and returns these fields of them.
    async fn ended<const N: usize>(&self, side: &str, names: [&str; N]) -> Vec<[String; N]> {
        loop {
            let spans = self.of(side);
            if spans.iter().all(|span| span.contains_key("thrift.outcome")) {
                let field = |span: &BTreeMap<_, String>, name| {
                    span.get(name).cloned().unwrap_or_else(|| "-".to_owned())
                };
                return spans.iter().map(|span| names.map(|name| field(span, name))).collect();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

struct Handler;

impl BlockingStore for Handler {
    fn get(&self, key: String) -> Result<String, GetError> {
        tracing::info!("in the handler");
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

async fn serve(server: Server<impl thriftly::SharedService>) -> thriftly::Result<Address> {
    let server = server.bind("127.0.0.1:0").await?;
    let address = server.local_addr().clone();
    tokio::spawn(server.serve());
    Ok(address)
}

#[tokio::test]
async fn both_sides_of_a_call_have_a_span_with_its_outcome() -> thriftly::Result<()> {
    let spans = Spans::default();
    let _default = tracing::subscriber::set_default(spans.clone());
    let server = Server::new(StoreServer::new(Handler)).layer(TraceLayer::server());
    let address = serve(server).await?;
    let client = StoreClient::builder().layer(TraceLayer::client()).connect(&address).await?;

    assert_eq!(client.get("key").await.expect("it is there"), "key");
    client.get("missing").await.expect_err("it is declared");
    client.get("broken").await.expect_err("it is not declared");
    client.forget("key").await?;
    assert!(tokio::time::timeout(Duration::from_millis(20), client.get("slow")).await.is_err());
    let unknown = Request::new("get\u{7}", Protocol::Binary, vec![0].into());
    let mut channel = client.clone().into_channel();
    tower_service::Service::call(&mut channel, unknown).await?;

    // The server gives the slow call up when its client is gone.
    drop((client, channel));
    let names = ["rpc.method", "thrift.outcome", "error.type"];
    let expected = [
        ["get", "success", "-"],
        ["get", "exception", "-"],
        ["get", "error", "INTERNAL_ERROR"],
        ["forget", "success", "-"],
        ["get", "abandoned", "-"],
        ["get\\u{7}", "error", "UNKNOWN_METHOD"],
    ];
    for side in ["client", "server"] {
        assert_eq!(spans.ended(side, names).await, expected, "{side}");
        let broken = &spans.of(side)[2];
        assert_eq!(broken["otel.status_code"], "ERROR");
        assert!(broken["otel.status_description"].contains("the disk is full"), "{broken:?}");
    }
    for span in spans.of("server") {
        assert!(span["network.peer.address"].starts_with("127.0.0.1:"), "{span:?}");
        assert_eq!((&*span["thrift.protocol"], &*span["thrift.framing"]), ("binary", "unframed"));
        assert_eq!(span["thrift.oneway"] == "true", span["rpc.method"] == "forget");
    }
    let first = &spans.of("client")[0];
    // A string of three bytes in field 1; the same in field 0.
    let sizes = ["thrift.request.size", "thrift.response.size"].map(|name| &*first[name]);
    assert_eq!(sizes, ["11", "11"]);

    let spans_of_events = lock(&spans.0.events).clone();
    assert_eq!(spans_of_events.len(), 3);
    assert!(spans_of_events.iter().all(Option::is_some), "events are in the span of their call");
    Ok(())
}

#[test]
fn a_blocking_service_has_the_same_spans() {
    let spans = Spans::default();
    let _default = tracing::subscriber::set_default(spans.clone());
    let service = TraceLayer::server().layer(BlockingStoreServer::new(Handler));
    let request = Request::new("get", Protocol::Compact, vec![0].into());
    blocking::Service::call(&service, request).expect("it is answered");
    let request = Request::new("Other:get", Protocol::Compact, vec![0].into());
    blocking::Service::call(&service, request).expect_err("there is one service");
    let found = spans.of("server");
    assert_eq!(found.len(), 2);
    let names = ["rpc.method", "thrift.protocol", "thrift.outcome"];
    assert_eq!(names.map(|name| &*found[0][name]), ["get", "compact", "success"]);
    assert_eq!(names.map(|name| &*found[1][name]), ["Other:get", "compact", "error"]);
}

struct Proxy(StoreClient<thriftly::trace::Traced<thriftly::Channel>>);

impl Store for Proxy {
    async fn get(&self, key: String) -> Result<String, GetError> {
        Ok(self.0.get(&key).await.map_err(|_| Error::internal("no answer"))?)
    }
    async fn forget(&self, key: String) -> thriftly::Result<()> {
        self.0.forget(&key).await
    }
}

struct Parent;

impl Store for Parent {
    async fn get(&self, _: String) -> Result<String, GetError> {
        Ok(Context::current().headers().get("traceparent").unwrap_or("none").to_owned())
    }
    async fn forget(&self, _: String) -> thriftly::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_parent_of_a_trace_is_passed_on() -> thriftly::Result<()> {
    let behind = serve(Server::new(StoreServer::new(Parent))).await?;
    let layer = TraceLayer::client().propagate();
    let client = StoreClient::builder().framing(Framing::Header).layer(layer.clone());
    let proxy = serve(Server::new(StoreServer::new(Proxy(client.connect(&behind).await?)))).await?;
    let client =
        StoreClient::builder().framing(Framing::Header).layer(layer).connect(&proxy).await?;

    assert_eq!(client.get("").await.expect("it is answered"), "none");
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let client = client.with_headers(Headers::from([("traceparent", parent)]));
    assert_eq!(client.get("").await.expect("it is answered"), parent);
    Ok(())
}

#[tokio::test]
async fn a_function_sees_each_request_before_its_handler() -> thriftly::Result<()> {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let layer = TraceLayer::server().on_request(move |_, request| {
        count.fetch_add(1, Ordering::Relaxed);
        request.headers.insert("traceparent", "mine");
    });
    let address = serve(Server::new(StoreServer::new(Parent)).layer(layer)).await?;
    let client = StoreClient::connect(&address).await?;
    assert_eq!(client.get("").await.expect("it is answered"), "mine");
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    Ok(())
}
