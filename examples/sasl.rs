//! Authentication with a user name and password (SASL PLAIN), as HiveServer2, Spark and Impala use it.
//!
//! `cargo run --example sasl`

use thriftly::{Context, Server};

thriftly::thrift!("sasl.thrift");

struct Handler;

impl Queries for Handler {
    async fn current_user(&self) -> thriftly::Result<String> {
        let context = Context::current();
        Ok(context.user().unwrap_or("nobody").to_owned())
    }
}

#[tokio::main]
async fn main() -> thriftly::Result<()> {
    let server = Server::new(QueriesServer::new(Handler))
        // Called for each connection, on a thread that may wait.
        .sasl_plain(|user, password| user == "ada" && password == "lovelace")
        .bind("127.0.0.1:0")
        .await?;
    let address = server.local_addr();
    tokio::spawn(server.serve());

    let builder = QueriesClient::builder().sasl_plain("ada", "lovelace");
    let client = builder.connect(&address).await?;
    println!("logged in as {}", client.current_user().await?);

    let builder = QueriesClient::builder().sasl_plain("ada", "byron");
    match builder.connect(&address).await {
        Ok(_) => println!("a wrong password was accepted"),
        Err(error) => println!("{error}"),
    }
    Ok(())
}
