//! The built-in health method, of async and blocking servers, in every framing, before, while and after a server shuts
//! down.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use thriftly::{
    ApplicationErrorKind, Channel, ClientBuilder, Error, ErrorKind, Framing, Health, Protocol,
    Server, blocking, from_fn,
};
use tokio::sync::oneshot;

thriftly::thrift!(inline: "
    service Store { i32 size() }
    service Check { void health(), void health_of(1: string name) }
");

struct Handler;

impl Store for Handler {
    async fn size(&self) -> thriftly::Result<i32> {
        Ok(3)
    }
}

impl BlockingStore for Handler {
    fn size(&self) -> thriftly::Result<i32> {
        Ok(3)
    }
}

/// Longer than the tests.
const HOUR: Duration = Duration::from_secs(3600);

async fn channel(address: &str, framing: Framing, protocol: Protocol) -> Channel {
    let builder = ClientBuilder::new().framing(framing).protocol(protocol);
    builder.connect(address).await.expect("the server listens")
}

fn failure(result: thriftly::Result<()>) -> (ErrorKind, String) {
    let error = result.expect_err("the server is not healthy");
    (error.kind(), error.message().to_owned())
}

fn is_internal((kind, message): (ErrorKind, String), expected: &str) {
    assert_eq!(kind, ErrorKind::Application(ApplicationErrorKind::INTERNAL_ERROR));
    assert!(message.contains(expected), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_method_is_answered_in_every_form_and_reaches_neither_layers_nor_services() {
    let (health, seen) = (Health::new("health"), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&seen);
    let server = Server::builder()
        .add(StoreServer::new(Handler))
        .layer(from_fn(move |request, next| {
            counter.fetch_add(1, Ordering::Relaxed);
            next.run(request)
        }))
        .health(health.clone());
    let monitor = server.monitor();
    let server = server.bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = server.local_addr();
    tokio::spawn(server.serve());
    let counter = Arc::clone(&seen);
    let server = blocking::Server::builder()
        .add(BlockingStoreServer::new(Handler))
        .layer(blocking::from_fn(move |request, next| {
            counter.fetch_add(1, Ordering::Relaxed);
            next.run(request)
        }))
        .health(health.clone());
    let server = server.bind("127.0.0.1:0").expect("port 0 is free");
    let blocking_address = server.local_addr();
    thread::spawn(|| server.serve());

    let http = format!("http://{address}/");
    let mut checks = Vec::new();
    for address in [address.to_string(), blocking_address.to_string()] {
        for framing in [Framing::Framed, Framing::Unframed, Framing::Header, Framing::TtHeader] {
            checks.push(channel(&address, framing, Protocol::Compact).await);
            checks.push(channel(&address, framing, Protocol::Binary).await);
        }
        checks.push(channel(&address, Framing::Framed, Protocol::Json).await);
    }
    checks.push(channel(&http, Framing::default(), Protocol::Binary).await);
    for channel in checks {
        let check = CheckClient::new(channel.clone());
        let prefixed = CheckClient::new(channel.clone()).multiplexed("Store");
        let store = StoreClient::new(channel).multiplexed("Store");
        health.set_serving(true);
        check.health().await.expect("healthy");
        prefixed.health().await.expect("healthy");
        health.set_serving(false);
        is_internal(failure(check.health().await), "the server is not healthy");
        is_internal(failure(prefixed.health().await), "the server is not healthy");
        // Only the health method fails.
        assert_eq!(seen.swap(0, Ordering::Relaxed), 0);
        assert_eq!(store.size().await.expect("answered"), 3);
        let error = prefixed.health_of("x").await.expect_err("there is no such method");
        let unknown = ErrorKind::Application(ApplicationErrorKind::UNKNOWN_METHOD);
        assert_eq!(error.kind(), unknown, "{error}");
        assert_eq!(seen.swap(0, Ordering::Relaxed), 2);
    }
    // Checks are calls, and none has failed; each of ten channels has called what does not exist.
    let stats = monitor.stats();
    assert_eq!((stats.calls, stats.failed), (10 * 6, 10), "{stats:?}");
}

#[tokio::test]
async fn a_server_without_the_method_does_not_know_it() {
    let server = Server::new(StoreServer::new(Handler)).bind("127.0.0.1:0").await;
    let server = server.expect("port 0 is free");
    let check = CheckClient::connect(server.local_addr()).await.expect("it listens");
    tokio::spawn(server.serve());
    let error = check.health().await.expect_err("off by default");
    assert_eq!(error.kind(), ErrorKind::Application(ApplicationErrorKind::UNKNOWN_METHOD));
}

#[tokio::test]
async fn a_name_that_no_call_can_have_is_an_error_of_the_settings() {
    let server = Server::new(StoreServer::new(Handler)).health(Health::new("Store:health"));
    let error = server.bind("127.0.0.1:0").await.expect_err("it is refused");
    assert_eq!(error.kind(), ErrorKind::Settings);
    let server = blocking::Server::new(BlockingStoreServer::new(Handler)).health(Health::new(""));
    assert_eq!(server.bind("127.0.0.1:0").expect_err("refused").kind(), ErrorKind::Settings);
}

/// A server that shuts down after a delay, when something is sent.
async fn start(health: &Health, delay: Duration) -> (SocketAddr, oneshot::Sender<()>, Serving) {
    let server =
        Server::new(StoreServer::new(Handler)).health(health.clone()).shutdown_delay(delay);
    let server = server.bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = server.local_addr().socket_addr().expect("TCP");
    let (stop, stopped) = oneshot::channel();
    (address, stop, tokio::spawn(server.serve_until(stopped)))
}

type Serving = tokio::task::JoinHandle<Result<(), Error>>;

/// As [`start`], with threads.
fn start_blocking(
    health: &Health,
    delay: Duration,
) -> (SocketAddr, blocking::ServerHandle, thread::JoinHandle<Result<(), Error>>) {
    let server = blocking::Server::new(BlockingStoreServer::new(Handler));
    let server = server.health(health.clone()).shutdown_delay(delay).bind("127.0.0.1:0");
    let server = server.expect("port 0 is free");
    let (address, handle) = (server.local_addr().socket_addr().expect("TCP"), server.handle());
    (address, handle, thread::spawn(|| server.serve()))
}

#[tokio::test]
async fn checks_fail_first_and_new_connections_are_served_until_the_delay_is_over() {
    let health = Health::new("health");
    let (address, stop, serving) = start(&health, HOUR).await;
    let check = CheckClient::connect(address).await.expect("it listens");
    check.health().await.expect("healthy");
    stop.send(()).expect("it serves");
    while health.is_serving() {
        tokio::task::yield_now().await;
    }
    is_internal(failure(check.health().await), "the server is shutting down");
    health.set_serving(true);
    let check = CheckClient::connect(address).await.expect("it accepts");
    is_internal(failure(check.health().await), "the server is shutting down");
    let store = StoreClient::connect(address).await.expect("it accepts");
    assert_eq!(store.size().await.expect("answered"), 3);
    assert!(!serving.is_finished());

    for delay in [Duration::ZERO, Duration::from_millis(20)] {
        let (address, stop, serving) = start(&Health::new("health"), delay).await;
        stop.send(()).expect("it serves");
        serving.await.expect("no panic").expect("it served");
        let error = StoreClient::connect(address).await.expect_err("nobody listens");
        assert_eq!(error.kind(), ErrorKind::Connect);
    }
}

#[test]
fn a_blocking_server_fails_checks_first_as_well() {
    let health = Health::new("health");
    let (address, handle, serving) = start_blocking(&health, HOUR);
    let check = BlockingCheckClient::connect(address).expect("it listens");
    check.health().expect("healthy");
    handle.shutdown();
    is_internal(failure(check.health()), "the server is shutting down");
    let check = BlockingCheckClient::connect(address).expect("it accepts");
    is_internal(failure(check.health()), "the server is shutting down");
    let store = BlockingStoreClient::connect(address).expect("it accepts");
    assert_eq!(store.size().expect("answered"), 3);
    assert!(!serving.is_finished());

    for delay in [Duration::ZERO, Duration::from_millis(20)] {
        let (address, handle, serving) = start_blocking(&Health::new("health"), delay);
        handle.shutdown();
        serving.join().expect("no panic").expect("it served");
        let error = BlockingStoreClient::connect(address).expect_err("nobody listens");
        assert_eq!(error.kind(), ErrorKind::Connect);
    }
}
