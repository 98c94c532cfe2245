//! Calls tracked across services, as by ThriftPy: a client calls `web`, which calls `store`. Each prints
//! a line of JSON for each call that it makes or handles; those of one request have one id.
//!
//! `cargo run --example tracking`

use thriftly::tracking::ConsoleTracker;
use thriftly::{Context, Server};

thriftly::thrift!("tracking.thrift");

struct Values;

impl Store for Values {
    async fn get(&self, key: String) -> Result<String, GetError> {
        match &*key {
            "greeting" => Ok("Hello".to_owned()),
            "ada" => Ok("Ada Lovelace".to_owned()),
            _ => Err(NotFound { key })?,
        }
    }
}

struct Pages {
    store: StoreClient,
}

impl Web for Pages {
    async fn page(&self, user: String) -> Result<String, PageError> {
        // These calls are the places 1.1 and 1.2 of the request.
        let greeting = self.store.get("greeting").await;
        let greeting = greeting.unwrap_or_else(|_| "Welcome".to_owned());
        let name = self.store.get(&user).await.map_err(|error| match error {
            GetError::NotFound(missing) => PageError::from(missing),
            other => PageError::from(thriftly::Error::other(other)),
        })?;
        // Headers travel with tracked calls.
        let context = Context::current();
        let tenant = context.headers().get("tenant").unwrap_or("nobody");
        Ok(format!("{greeting}, {name}, of {tenant}!"))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::new(StoreServer::new(Values)).tracker(ConsoleTracker::new("store"));
    let server = server.bind("127.0.0.1:0").await?;
    let address = server.local_addr();
    tokio::spawn(server.serve());

    let tracker = ConsoleTracker::new("web");
    let store = StoreClient::builder().tracker(tracker.clone()).connect(address).await?;
    let server = Server::new(WebServer::new(Pages { store })).tracker(tracker);
    let server = server.bind("127.0.0.1:0").await?;
    let address = server.local_addr();
    tokio::spawn(server.serve());

    let client = WebClient::builder().tracker(ConsoleTracker::new("browser"));
    let client = client.connect(address).await?.with_headers([("tenant", "acme")]);
    println!("{}", client.page("ada").await?);
    if let Err(error) = client.page("bob").await {
        println!("{error}");
    }
    Ok(())
}
