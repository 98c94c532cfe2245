//! The smallest call with an answer, async and blocking.
//!
//! `cargo run --example pingpong`

thriftly::thrift!("pingpong.thrift");

struct Player;

impl PingPong for Player {
    async fn ping(&self, name: String) -> thriftly::Result<String> {
        Ok(format!("pong, {name}"))
    }
}

#[tokio::main]
async fn main() -> thriftly::Result<()> {
    let server = thriftly::Server::new(PingPongServer::new(Player)).bind("127.0.0.1:0").await?;
    let address = server.local_addr();
    tokio::spawn(server.serve());

    let client = PingPongClient::connect(&address).await?;
    println!("{}", client.ping("Ada").await?);

    // The blocking client talks to the same server. In an async program it needs a thread.
    let blocking = std::thread::spawn(move || {
        let client = BlockingPingPongClient::connect(address)?;
        client.ping("Grace")
    });
    println!("{}", blocking.join().expect("the thread does not panic")?);
    Ok(())
}
