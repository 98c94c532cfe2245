//! Servers that shut down gracefully while a slow call is in flight.

use std::net::{SocketAddr, TcpStream};
use std::thread;

use thriftly::{Server, blocking};
use tokio::sync::oneshot;

use super::{Duration, Error, ErrorKind, Instant, kind, timed};

thriftly::thrift!(inline: "service Slow { i32 get(1: i32 millis) }");

/// How long the slow call takes. Others must not wait for it.
const SLOW: i32 = 8000;
const SOON: Duration = Duration::from_secs(5);

struct Handler;

impl Slow for Handler {
    async fn get(&self, millis: i32) -> thriftly::Result<i32> {
        tokio::time::sleep(Duration::from_millis(millis as u64)).await;
        Ok(millis)
    }
}

impl BlockingSlow for Handler {
    fn get(&self, millis: i32) -> thriftly::Result<i32> {
        thread::sleep(Duration::from_millis(millis as u64));
        Ok(millis)
    }
}

/// A server that shuts down when something is sent.
async fn start() -> (SocketAddr, oneshot::Sender<()>) {
    let server = Server::new(SlowServer::new(Handler)).bind("127.0.0.1:0").await;
    let server = server.expect("port 0 is free");
    let address = server.local_addr().socket_addr().expect("TCP");
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(server.serve_until(stopped));
    (address, stop)
}

#[tokio::test]
async fn a_quick_call_does_not_wait_for_the_slow_one() {
    let pooled = tokio::spawn(quick_call_beside_the_slow_one(8));
    // The server answers on the connection that is still open.
    assert_eq!(quick_call_beside_the_slow_one(1).await.expect("answered"), 0);
    // It could not be told from one that takes the calls of a connection one by one.
    assert_eq!(kind(pooled.await.expect("no panic")), ErrorKind::Connect);
}

/// The result of a quick call of a server that shuts down while it answers a slow one.
async fn quick_call_beside_the_slow_one(connections: usize) -> Result<i32, Error> {
    let (address, stop) = start().await;
    let client = SlowClient::builder().max_connections(connections);
    let client: SlowClient = client.connect(address).await.expect("it listens");
    client.get(0).await.expect("answered");
    let slow = tokio::spawn(client.get(SLOW));
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.send(()).expect("it serves");
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (took, result) = timed("a quick call", client.get(0)).await;
    println!("{connections} connections: {result:?}");
    assert!(took < SOON, "{took:?}");
    assert_eq!(slow.await.expect("no panic").expect("answered"), SLOW);
    result
}

#[test]
fn a_blocking_client_does_not_wait_for_it_either() {
    let server = blocking::Server::new(BlockingSlowServer::new(Handler)).bind("127.0.0.1:0");
    let server = server.expect("port 0 is free");
    let (address, handle) = (server.local_addr().socket_addr().expect("TCP"), server.handle());
    let serving = thread::spawn(move || server.serve());
    let client: BlockingSlowClient = BlockingSlowClient::connect(address).expect("it listens");
    client.get(0).expect("answered");
    thread::scope(|scope| {
        let slow = scope.spawn(|| client.get(SLOW));
        thread::sleep(Duration::from_millis(100));
        handle.shutdown();
        while TcpStream::connect(address).is_ok() {
            thread::sleep(Duration::from_millis(10));
        }
        let start = Instant::now();
        let error = client.get(0).expect_err("nobody listens");
        println!("a quick call: {:?}, {error}", start.elapsed());
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert!(start.elapsed() < SOON);
        assert_eq!(slow.join().expect("no panic").expect("answered"), SLOW);
    });
    serving.join().expect("no panic").expect("it served");
}
