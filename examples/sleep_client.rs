//! The client of the ThriftPy tutorial.
//!
//! `cargo run --example sleep_client [ADDRESS] [buffered|framed]`

use thriftly::Framing;

thriftly::thrift!("sleep.thrift");

#[tokio::main]
async fn main() -> thriftly::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or("127.0.0.1:6000".into());
    let framing = match arguments.next().as_deref() {
        Some("framed") => Framing::Framed,
        _ => Framing::Unframed,
    };
    let client: SleepClient = SleepClient::builder().framing(framing).connect(address).await?;
    client.sleep(1).await
}
