//! A trace of OpenTelemetry across two services: the spans of clients and servers, connected by the header `traceparent`.
//! An exporter keeps the spans in memory; a program would use that of the crate `opentelemetry-otlp`.
//!
//! `cargo run --example opentelemetry`

use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::{SpanId, SpanKind, TracerProvider};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use thriftly::trace::TraceLayer;
use thriftly::{Framing, Headers, Server};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

thriftly::thrift!("headers.thrift");

/// The spans that have ended.
#[derive(Debug, Clone, Default)]
struct Spans(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Spans {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().expect("nobody panics").extend(batch);
        Ok(())
    }
}

/// The headers of a call as OpenTelemetry writes them.
struct Inject<'a>(&'a mut Headers);

impl Injector for Inject<'_> {
    fn set(&mut self, name: &str, value: String) {
        self.0.insert(name, value);
    }
}

/// The headers of a call as OpenTelemetry reads them.
struct Extract<'a>(&'a Headers);

impl Extractor for Extract<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }
    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name).collect()
    }
}

/// A layer of servers: the span of the caller is the parent.
fn traced_server() -> TraceLayer {
    TraceLayer::server().on_request(|span, request| {
        let parent = TraceContextPropagator::new().extract(&Extract(&request.headers));
        // Without a layer of OpenTelemetry there is nothing to set.
        let _ = span.set_parent(parent);
    })
}

/// A layer of clients: the server is told of the span.
fn traced_client() -> TraceLayer {
    TraceLayer::client().on_request(|span, request| {
        let headers = &mut Inject(&mut request.headers);
        TraceContextPropagator::new().inject_context(&span.context(), headers);
    })
}

struct Values;

impl Store for Values {
    async fn get(&self, key: String) -> thriftly::Result<String> {
        Ok(key)
    }
}

struct Pages<S> {
    store: S,
}

impl<S: Store> Front for Pages<S> {
    async fn page(&self, user: String) -> thriftly::Result<String> {
        // The span of the handled call is the parent of this one.
        self.store.get(user).await
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let spans = Spans::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("example"));
    tracing_subscriber::registry().with(layer).init();

    let server = Server::new(StoreServer::new(Values)).layer(traced_server());
    let server = server.bind("127.0.0.1:0").await?;
    let store = StoreClient::builder().framing(Framing::Header).layer(traced_client());
    let store = store.connect(server.local_addr()).await?;
    tokio::spawn(server.serve());
    let server = Server::new(FrontServer::new(Pages { store })).layer(traced_server());
    let server = server.bind("127.0.0.1:0").await?;
    let front = FrontClient::builder().framing(Framing::Header).layer(traced_client());
    let front = front.connect(server.local_addr()).await?;
    tokio::spawn(server.serve());

    assert_eq!(front.page("acme").await?, "acme");

    // The server's span may end after the client has its answer.
    let ended = loop {
        let ended = spans.0.lock().expect("nobody panics").clone();
        if ended.len() == 4 {
            break ended;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    let mut parent = SpanId::INVALID;
    for (kind, method) in [
        (SpanKind::Client, "page"),
        (SpanKind::Server, "page"),
        (SpanKind::Client, "get"),
        (SpanKind::Server, "get"),
    ] {
        let span = ended.iter().find(|span| span.span_kind == kind && span.name == method);
        let span = span.ok_or("a span is missing")?;
        let context = &span.span_context;
        println!("{} {kind:?} {method}: span {}", context.trace_id(), context.span_id());
        assert_eq!(context.trace_id(), ended[0].span_context.trace_id(), "one trace");
        assert_eq!(span.parent_span_id, parent);
        parent = context.span_id();
    }
    provider.shutdown()?;
    Ok(())
}
