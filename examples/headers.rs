//! Headers from a client to a handler and back, over THeader, TTHeader and HTTP. The handler calls a
//! second service, which gets the deadline of the call and its `traceparent`.
//!
//! `cargo run --example headers`

use std::time::{Duration, Instant};

use thriftly::{Context, Framing, Headers, Server, from_fn};

thriftly::thrift!("headers.thrift");

/// The header that names a call in traces, by the W3C.
const TRACE: &str = "traceparent";

/// Prints what a handler knows of its call.
fn report(service: &str) {
    let context = Context::current();
    let trace = context.headers().get(TRACE).unwrap_or("none");
    let left = context.deadline().map(|deadline| deadline - Instant::now());
    println!("  {service}: {TRACE} {trace}, {} s left", left.map_or(0, |left| left.as_secs() + 1));
}

struct Values;

impl Store for Values {
    async fn get(&self, key: String) -> thriftly::Result<String> {
        report("store");
        Context::current().set_header("served-by", "store 2");
        Ok(match &*key {
            "acme" => "Guten Tag".to_owned(),
            _ => "Good day".to_owned(),
        })
    }
}

struct Pages<S> {
    store: S,
}

impl<S: Store> Front for Pages<S> {
    async fn page(&self, user: String) -> thriftly::Result<String> {
        report("front");
        let context = Context::current();
        let tenant = context.headers().get("tenant").unwrap_or("nobody").to_owned();
        // This call fails at the deadline of the one that is being handled.
        let greeting = self.store.get(tenant).await?;
        Ok(format!("{greeting}, {user}!"))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Server::new(StoreServer::new(Values)).bind("127.0.0.1:0").await?;
    // A layer of the front's client: the trace goes on to the store, and its header to the caller.
    let pass_on = from_fn(|mut request, next| async move {
        let context = Context::current();
        if let Some(trace) = context.headers().get(TRACE) {
            request.headers.insert(TRACE, trace);
        }
        let response = next.run(request).await?;
        if let Some(name) = response.headers.get("served-by") {
            context.set_header("served-by", name);
        }
        Ok(response)
    });
    let client = StoreClient::builder().framing(Framing::Header).layer(pass_on);
    let client = client.connect(store.local_addr()).await?;
    tokio::spawn(store.serve());

    // One port for all of them.
    let front = Server::new(FrontServer::new(Pages { store: client })).bind("127.0.0.1:0").await?;
    let address = front.local_addr();
    tokio::spawn(front.serve());

    let url = format!("http://{address}/").parse()?;
    for (name, framing, address) in [
        ("THeader", Framing::Header, address.clone()),
        ("TTHeader", Framing::TtHeader, address),
        ("HTTP", Framing::default(), url),
    ] {
        println!("{name}");
        // Headers of replies are seen by layers.
        let print = from_fn(|request, next| async move {
            let response = next.run(request).await?;
            println!("  client: served by {:?}", response.headers.get("served-by"));
            Ok(response)
        });
        let builder = FrontClient::builder().framing(framing).timeout(Duration::from_secs(3));
        let client = builder.layer(print).connect(address).await?;
        let headers = Headers::from([
            ("tenant", "acme"),
            (TRACE, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ]);
        println!("  client: {}", client.with_headers(headers).page("Ada").await?);
    }
    Ok(())
}
