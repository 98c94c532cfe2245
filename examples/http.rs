//! A Thrift service in axum, beside an ordinary route, and its client: `cargo run --example http`.

use axum::Router;
use axum::routing::get;
use thriftly::Context;
use thriftly::http::HttpService;

thriftly::thrift!("http.thrift");

struct Handler;

impl Greeter for Handler {
    async fn greet(&self, name: String) -> Result<String, GreetError> {
        if name.is_empty() {
            return Err(Nameless {}.into());
        }
        // HTTP headers, in lower case.
        let context = Context::current();
        let greeting = match context.headers().get("accept-language") {
            Some("de") => "Guten Tag",
            _ => "Good day",
        };
        context.set_header("x-greeted", &name);
        Ok(format!("{greeting}, {name}!"))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let routes = Router::new()
        .route("/health", get(|| async { "ok" }))
        .route_service("/thrift", HttpService::new(GreeterServer::new(Handler)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/thrift", listener.local_addr()?);
    tokio::spawn(async { axum::serve(listener, routes).await });

    let client = GreeterClient::builder().header("accept-language", "de").connect(&url).await?;
    println!("{}", client.greet("Ada").await?);
    match client.greet("").await {
        Err(GreetError::Nameless(_)) => println!("and nobody is greeted without a name"),
        other => println!("unexpected: {other:?}"),
    }

    // The same without a runtime, which this program happens to have.
    let greeted =
        tokio::task::spawn_blocking(move || BlockingGreeterClient::connect(&url)?.greet("Charles"));
    println!("{}", greeted.await??);
    Ok(())
}
