//! A server on a unix socket: only processes of this machine reach it, and the mode of its file says
//! which of them.
//!
//! `cargo run --example unix`

use thriftly::{Context, Server};

thriftly::thrift!("unix.thrift");

struct Machine;

impl Local for Machine {
    async fn greet(&self, name: String) -> thriftly::Result<String> {
        // The operating system vouches for it.
        let user = Context::current().peer_credentials().map(|peer| peer.uid);
        Ok(format!("hello {name}, user {}", user.unwrap_or_default()))
    }
}

#[cfg(unix)]
#[tokio::main]
async fn main() -> thriftly::Result<()> {
    let path = std::env::temp_dir().join(format!("thriftly-{}.sock", std::process::id()));
    // As text, the address is `unix:/path`. The file is removed when the server has shut down.
    let server = Server::new(LocalServer::new(Machine)).unix_mode(0o600).bind(&*path).await?;
    println!("listening on {}", server.local_addr());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(server.serve_until(stopped));

    let client = LocalClient::connect(&*path).await?;
    println!("{}", client.greet("Ada").await?);

    // The blocking client needs a thread in an async program.
    let address = path.clone();
    let blocking =
        std::thread::spawn(move || BlockingLocalClient::connect(address)?.greet("Grace"));
    println!("{}", blocking.join().expect("the thread does not panic")?);

    drop(stop);
    serving.await.expect("the server does not panic")?;
    assert!(!path.exists());
    Ok(())
}

#[cfg(not(unix))]
fn main() {
    println!("this platform has no unix sockets");
}
