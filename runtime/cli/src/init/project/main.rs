//! A server that greets people, and its client.

thriftly::thrift!("hello.thrift");

/// The service.
struct Greeter;

impl Hello for Greeter {
    async fn greet(&self, name: String) -> Result<String, GreetError> {
        if name.is_empty() {
            return Err(NoName { message: "who are you?".into() }.into());
        }
        Ok(format!("Hello, {name}!"))
    }
}

/// Serves without arguments; with a name, calls the server.
#[tokio::main]
async fn main() -> thriftly::Result<()> {
    let address = "127.0.0.1:9090";
    match std::env::args().nth(1) {
        None => {
            let server = thriftly::Server::new(HelloServer::new(Greeter)).bind(address).await?;
            println!("listening on {address}; Ctrl-C ends");
            server.serve_until(thriftly::shutdown_signal()).await
        }
        Some(name) => {
            let client = HelloClient::connect(address).await?;
            println!("{}", client.greet(&name).await?);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn people_are_greeted_by_name() -> thriftly::Result<()> {
        let server = thriftly::Server::new(HelloServer::new(Greeter)).bind("127.0.0.1:0").await?;
        let client = HelloClient::connect(server.local_addr()).await?;
        tokio::spawn(server.serve());
        assert_eq!(client.greet("Ada").await?, "Hello, Ada!");
        assert!(matches!(client.greet("").await, Err(GreetError::NoName(_))));
        Ok(())
    }
}
