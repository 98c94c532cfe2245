//! The server of the ThriftPy tutorial without async: a thread for each connection.
//!
//! `cargo run --example blocking_sleep_server [ADDRESS]`

use std::time::Duration;

thriftly::thrift!("sleep.thrift");

struct Sleeper;

impl BlockingSleep for Sleeper {
    fn sleep(&self, seconds: i32) -> thriftly::Result<()> {
        println!("I'm going to sleep {seconds} seconds");
        std::thread::sleep(Duration::from_secs(seconds as u64));
        println!("Sleep over!");
        Ok(())
    }
}

fn main() -> thriftly::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:6000".into());
    thriftly::blocking::Server::new(BlockingSleepServer::new(Sleeper)).serve(address)
}
