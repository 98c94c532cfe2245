//! What errors say.

use std::task::{Context, Poll};

use thriftly::{Channel, ClientBuilder, Request, Response};

use super::peer::Peer;
use super::*;

struct Handler;

impl Fault for Handler {
    async fn get(&self, _millis: i32) -> thriftly::Result<i32> {
        Err(Error::internal("oops"))
    }
    async fn throw(&self) -> Result<i32, ThrowError> {
        Err(Odd { number: 1 }.into())
    }
    async fn echo(&self, blob: bytes::Bytes) -> thriftly::Result<bytes::Bytes> {
        Ok(blob)
    }
    async fn poke(&self, _blob: bytes::Bytes) -> thriftly::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_remote_failure_names_method_and_server() {
    let server = thriftly::Server::new(FaultServer::new(Handler));
    let server = server.bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = server.local_addr().socket_addr().expect("TCP");
    tokio::spawn(server.serve());
    let client = FaultClient::connect(address).await.expect("the server listens");
    let error = client.get(1).await.expect_err("it fails");
    assert_eq!(error.to_string(), format!("`get` at {address}: oops"));
    assert_eq!(error.message(), "oops");
    let blocking = tokio::task::spawn_blocking(move || {
        let client = BlockingFaultClient::connect(address).expect("the server listens");
        client.get(1).expect_err("it fails")
    });
    assert_eq!(blocking.await.expect("no panic").to_string(), error.to_string());
}

/// A layer that fails with an error of its own.
#[derive(Clone)]
struct Broken<S>(S);

#[derive(Debug)]
struct Elapsed;

impl std::fmt::Display for Elapsed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("request timed out")
    }
}

impl std::error::Error for Elapsed {}

impl<S: tower_service::Service<Request, Response = Response>> tower_service::Service<Request>
    for Broken<S>
{
    type Response = Response;
    type Error = Elapsed;
    type Future = std::future::Ready<Result<Response, Elapsed>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Elapsed>> {
        Poll::Ready(Ok(()))
    }
    fn call(&mut self, _: Request) -> Self::Future {
        std::future::ready(Err(Elapsed))
    }
}

#[tokio::test]
async fn the_failure_of_a_layer_is_a_kind_of_its_own() {
    let peer = Peer::serial();
    let channel: Channel =
        ClientBuilder::new().connect(peer.address).await.expect("the peer listens");
    let client = FaultClient::new(Broken(channel));
    let error = client.get(1).await.expect_err("the layer fails");
    assert_eq!(error.kind(), ErrorKind::Layer);
    assert_eq!(error.to_string(), "request timed out");
    assert!(std::error::Error::source(&error).is_some_and(|source| source.is::<Elapsed>()));
}

#[tokio::test]
async fn a_call_that_could_not_be_sent_says_so() {
    let peer = Peer::silent();
    let client = builder().max_connections(1).pipelining(false).connect(peer.address).await;
    let client = client.expect("the peer listens");
    let first = tokio::spawn(client.with_timeout(Duration::from_secs(2)).get(1));
    tokio::time::sleep(Duration::from_millis(20)).await;
    let waits = client.with_timeout(Duration::from_millis(200)).get(1).await;
    let error = waits.expect_err("the only connection is in use");
    let text = format!("`get` was not sent to {} in 200", peer.address);
    assert!(error.to_string().starts_with(&text), "{error}");
    assert_eq!(kind(first.await.expect("no panic")), ErrorKind::Timeout);
}

#[tokio::test]
async fn a_client_speaks_the_protocol_of_its_channel() {
    use thriftly::Protocol;

    let server = thriftly::Server::new(FaultServer::new(Handler));
    let server = server.bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = server.local_addr().socket_addr().expect("TCP");
    tokio::spawn(server.serve());
    let builder = ClientBuilder::<Channel>::new().protocol(Protocol::Compact);
    let channel = builder.connect(address).await.expect("the server listens");
    assert_eq!(channel.protocol(), Protocol::Compact);
    // The channel takes no other.
    let client = FaultClient::new(channel.clone());
    assert_eq!(client.echo("a".as_bytes()).await.expect("answered"), "a");
    let binary = client.with_protocol(Protocol::Binary);
    let error = binary.echo("a".as_bytes()).await.expect_err("another protocol");
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    let text =
        format!("`echo` at {address}: the call is encoded in binary, but the channel was made");
    assert!(error.to_string().starts_with(&text), "{error}");
    let blocking = tokio::task::spawn_blocking(move || {
        let builder = thriftly::blocking::ClientBuilder::<thriftly::blocking::Channel>::new();
        let channel = builder.protocol(Protocol::Compact).connect(address);
        let client = BlockingFaultClient::new(channel.expect("the server listens"));
        client.echo("b".as_bytes()).expect("answered")
    });
    assert_eq!(blocking.await.expect("no panic"), "b");
}
