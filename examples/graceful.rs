//! A server that ends gracefully on SIGTERM or Ctrl-C: calls under way are answered, new connections
//! refused. A second signal ends it at once. Its method `health` is for the checks of load balancers, such as Envoy with
//! `envoy.yaml`; it fails for the given time before connections are refused.
//!
//! ```console
//! $ cargo run --example graceful [ADDRESS [SECONDS]] &
//! $ kill %1
//! ```

use std::time::Duration;

thriftly::thrift!("graceful.thrift");

struct Worker;

impl Works for Worker {
    async fn work(&self, millis: i32) -> thriftly::Result<String> {
        tokio::time::sleep(Duration::from_millis(millis.max(0) as u64)).await;
        Ok(format!("done after {millis} ms"))
    }
}

#[tokio::main]
async fn main() -> thriftly::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:6003".into());
    let delay = arguments.next().map_or(0, |seconds| seconds.parse().expect("a number of seconds"));
    let server = thriftly::Server::new(WorksServer::new(Worker))
        .health(thriftly::Health::new("health"))
        .shutdown_delay(Duration::from_secs(delay))
        .drain_timeout(Duration::from_secs(10))
        .bind(address)
        .await?;
    println!("serving at {}", server.local_addr());
    server.serve_until(thriftly::shutdown_signal()).await?;
    println!("all calls are answered");
    Ok(())
}
