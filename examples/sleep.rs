//! Server and client of the tutorial's `Sleep`, in one run.
//!
//! `cargo run --example sleep`

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

thriftly::thrift!("sleep.thrift");

struct Sleeper {
    woken: Arc<Notify>,
}

impl Sleep for Sleeper {
    async fn sleep(&self, seconds: i32) -> thriftly::Result<()> {
        println!("I'm going to sleep {seconds} seconds");
        tokio::time::sleep(Duration::from_secs(seconds as u64)).await;
        println!("Sleep over!");
        self.woken.notify_one();
        Ok(())
    }
}

#[tokio::main]
async fn main() -> thriftly::Result<()> {
    let woken = Arc::new(Notify::new());
    let service = SleepServer::new(Sleeper { woken: woken.clone() });
    let server = thriftly::Server::new(service).bind("127.0.0.1:0").await?;
    let address = server.local_addr();
    tokio::spawn(server.serve());

    let client = SleepClient::connect(address).await?;
    client.sleep(1).await?;
    woken.notified().await;
    Ok(())
}
