//! The server of the ThriftPy tutorial.
//!
//! `cargo run --example sleep_server [ADDRESS]`

use std::time::Duration;

thriftly::thrift!("sleep.thrift");

struct Sleeper;

impl Sleep for Sleeper {
    async fn sleep(&self, seconds: i32) -> thriftly::Result<()> {
        println!("I'm going to sleep {seconds} seconds");
        tokio::time::sleep(Duration::from_secs(seconds as u64)).await;
        println!("Sleep over!");
        Ok(())
    }
}

#[tokio::main]
async fn main() -> thriftly::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:6000".into());
    thriftly::Server::new(SleepServer::new(Sleeper)).serve(address).await
}
