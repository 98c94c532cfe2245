//! Metrics for Prometheus: a server and a client whose calls are measured, and an HTTP endpoint `/metrics`, which the
//! example reads once.
//!
//! `cargo run --example prometheus`

use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use thriftly::metrics::{Collector, MetricsLayer};
use thriftly::{Channel, ClientBuilder, Error, Layer, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

thriftly::thrift!("middleware.thrift");

struct Handler;

impl Store for Handler {
    async fn get(&self, key: String) -> thriftly::Result<String> {
        Ok(key)
    }
    async fn put(&self, _key: String, _value: String) -> thriftly::Result<()> {
        Err(Error::internal("the disk is full"))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // First, so that nothing is lost. Without buckets, durations are quantiles, which cannot be aggregated.
    let durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    let sizes = [64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262_144.0, 1_048_576.0];
    let prometheus = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("duration".to_owned()), &durations)?
        .set_buckets_for_metric(Matcher::Suffix("size".to_owned()), &sizes)?
        // Names with units, as `rpc_server_call_duration_seconds`.
        .with_recommended_naming(true)
        .install_recorder()?;

    let server = Server::new(StoreServer::new(Handler)).layer(MetricsLayer::server());
    let monitor = server.monitor();
    let server = server.bind("127.0.0.1:0").await?;
    let address = server.local_addr().clone();
    tokio::spawn(server.serve());
    let channel: Channel = ClientBuilder::new().connect(&address).await?;
    let client = StoreClient::new(MetricsLayer::client().layer(channel.clone()));

    // Values are moved into their buckets at each scrape; this is for the time without any.
    let upkeep = prometheus.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            upkeep.run_upkeep();
        }
    });
    let collector =
        Collector::new().server("store", monitor).channel("store", move || channel.stats());
    let scrape = move || {
        collector.collect();
        let page = prometheus.render();
        async move { page }
    };
    let routes = axum::Router::new().route("/metrics", axum::routing::get(scrape));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, routes).await });

    for _ in 0..3 {
        client.get("key").await?;
    }
    client.put("key", "value").await.expect_err("the disk is full");

    let mut scraper = TcpStream::connect(endpoint).await?;
    scraper.write_all(b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await?;
    let mut page = String::new();
    scraper.read_to_string(&mut page).await?;
    println!("{page}");
    let count = "rpc_client_call_duration_seconds_count{rpc_system_name=\"thrift\",rpc_method";
    for line in [
        &*format!("{count}=\"get\",thrift_outcome=\"success\"}} 3"),
        &*format!("{count}=\"put\",thrift_outcome=\"error\",error_type=\"INTERNAL_ERROR\"}} 1"),
        "thrift_server_connections{thrift_server=\"store\"} 1",
        "thrift_channel_connections{thrift_channel=\"store\"} 1",
    ] {
        assert!(page.contains(line), "{line} is missing");
    }
    Ok(())
}
