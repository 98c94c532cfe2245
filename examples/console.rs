//! A console in the browser beside a service in axum: `cargo run --example console`, then open the address that it
//! prints.
//!
//! It listens on loopback, because whoever reaches the console can call the service.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use thriftly::console::Console;
use thriftly::dynamic::Idl;
use thriftly::http::HttpService;

thriftly::thrift!("console.thrift");

/// Keeps orders in memory.
#[derive(Default)]
struct Orders(Mutex<BTreeMap<i64, Order>>);

impl Shop for Orders {
    async fn order(&self, order: Order) -> Result<Receipt, OrderError> {
        if let Some(line) = order.lines.iter().find(|line| line.amount > 100.0) {
            return Err(SoldOut { article: line.article.clone() }.into());
        }
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = orders.len() as i64 + 1;
        orders.insert(number, order.clone());
        Ok(Receipt { number, order })
    }

    async fn find(&self, numbers: BTreeSet<i64>) -> thriftly::Result<BTreeMap<i64, Order>> {
        let orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = orders.iter().filter(|(number, _)| numbers.contains(number));
        Ok(found.map(|(number, order)| (*number, order.clone())).collect())
    }

    async fn cancel(&self, number: i64) -> thriftly::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
        Ok(())
    }

    async fn remark(&self, text: String) -> thriftly::Result<()> {
        println!("{text}");
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = ShopServer::new(Orders::default());
    let idl = Idl::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("console.thrift"))?;
    let routes = Router::new()
        .route("/", get(|| async { Redirect::to("/console") }))
        .route_service("/thrift", HttpService::new(shop.clone()))
        .nest_service("/console", Console::of_service(&idl, shop).title("The shop"));

    // The port may be given: `cargo run --example console 0`.
    let port = std::env::args().nth(1).map_or(Ok(8080), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/console", listener.local_addr()?);
    axum::serve(listener, routes).with_graceful_shutdown(thriftly::shutdown_signal()).await?;
    Ok(())
}
