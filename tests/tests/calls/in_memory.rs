//! Clients and servers in one process without a socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use thriftly::{ErrorKind, Limits, Server, blocking, from_fn};

thriftly::thrift!(inline: "
    service Store {
        binary echo(1: binary blob) (idempotent)
        i32 wait(1: i32 millis)
        oneway void poke()
    }
");

const HANG: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Handler {
    poked: AtomicUsize,
    cancelled: AtomicUsize,
}

impl Store for Handler {
    async fn echo(&self, blob: thriftly::Bytes) -> thriftly::Result<thriftly::Bytes> {
        Ok(blob)
    }
    async fn wait(&self, millis: i32) -> thriftly::Result<i32> {
        struct Count<'a>(&'a AtomicUsize);
        impl Drop for Count<'_> {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let count = Count(&self.cancelled);
        tokio::time::sleep(Duration::from_millis(millis as u64)).await;
        std::mem::forget(count);
        Ok(millis)
    }
    async fn poke(&self) -> thriftly::Result<()> {
        self.poked.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

impl BlockingStore for Handler {
    fn echo(&self, blob: thriftly::Bytes) -> thriftly::Result<thriftly::Bytes> {
        Ok(blob)
    }
    fn wait(&self, millis: i32) -> thriftly::Result<i32> {
        thread::sleep(Duration::from_millis(millis as u64));
        Ok(millis)
    }
    fn poke(&self) -> thriftly::Result<()> {
        self.poked.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

fn large() -> Vec<u8> {
    (0..3_000_000_u32).map(|number| number as u8).collect()
}

fn wait_until(what: &str, done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < HANG, "{what}");
        thread::sleep(Duration::from_millis(1));
    }
}

#[tokio::test]
async fn an_async_client_calls_an_async_server() {
    let handler = Arc::new(Handler::default());
    let server = Server::new(StoreServer::new(Arc::clone(&handler)));
    let client: StoreClient =
        StoreClient::builder().framed().connect_with(server.in_memory()).await.expect("in memory");
    // More than the buffers hold, in both directions.
    assert_eq!(client.echo(large()).await.expect("answered"), large());
    let slow = tokio::spawn(client.wait(300));
    let quick: Vec<_> = (0..50).map(|_| tokio::spawn(client.wait(0))).collect();
    for call in quick {
        assert_eq!(call.await.expect("no panic").expect("answered"), 0);
    }
    assert_eq!(slow.await.expect("no panic").expect("answered"), 300);
    client.poke().await.expect("sent");
    client.echo("".as_bytes()).await.expect("answered");
    assert_eq!(handler.poked.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_client_ends_its_calls() {
    let handler = Arc::new(Handler::default());
    let server = Server::new(StoreServer::new(Arc::clone(&handler)));
    let client: StoreClient =
        StoreClient::builder().connect_with(server.in_memory()).await.expect("in memory");
    let call = tokio::spawn(client.wait(600_000));
    tokio::time::sleep(Duration::from_millis(50)).await;
    call.abort();
    drop(client);
    wait_until("the call is cancelled", || handler.cancelled.load(Ordering::SeqCst) == 1);
}

#[tokio::test]
async fn limits_and_layers_apply() {
    let limits = Limits { frame: 1000, ..Limits::DEFAULT };
    let server = Server::new(StoreServer::new(Handler::default())).limits(limits);
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let count = from_fn(move |request, next| {
        counter.fetch_add(1, Ordering::SeqCst);
        next.run(request)
    });
    let builder = StoreClient::builder().framed().layer(count);
    let client = builder.connect_with(server.in_memory()).await.expect("in memory");
    let error = client.echo(vec![0; 2000]).await.expect_err("it is too large");
    assert!(error.to_string().contains("Limits::frame"), "{error}");
    // On another connection, as the server has closed the first.
    client.echo(vec![0; 200]).await.expect("answered");
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[test]
fn a_blocking_client_calls_a_blocking_server() {
    let handler = Arc::new(Handler::default());
    let server = blocking::Server::new(BlockingStoreServer::new(Arc::clone(&handler)));
    let client: BlockingStoreClient = BlockingStoreClient::builder()
        .framed()
        .timeout(HANG)
        .connect_with(server.in_memory())
        .expect("in memory");
    assert_eq!(client.echo(large()).expect("answered"), large());
    thread::scope(|scope| {
        let slow = scope.spawn(|| client.wait(300));
        for _ in 0..10 {
            assert_eq!(client.wait(0).expect("answered"), 0);
        }
        assert_eq!(slow.join().expect("no panic").expect("answered"), 300);
    });
    client.poke().expect("sent");
    wait_until("the oneway call", || handler.poked.load(Ordering::SeqCst) == 1);
    let short = client.with_timeout(Duration::from_millis(50));
    assert_eq!(short.wait(500).expect_err("too slow").kind(), ErrorKind::Timeout);
    client.wait(0).expect("answered by another connection");
}

#[test]
fn the_servers_time_limits_apply_in_memory() {
    let server = blocking::Server::new(BlockingStoreServer::new(Handler::default()))
        .idle_timeout(Duration::from_millis(20));
    let client: BlockingStoreClient =
        BlockingStoreClient::builder().connect_with(server.in_memory()).expect("in memory");
    for _ in 0..3 {
        assert_eq!(client.wait(0).expect("answered"), 0);
        thread::sleep(Duration::from_millis(100));
    }
    let (mut ours, theirs) = blocking::MemoryStream::pair(100);
    let server = blocking::Server::new(BlockingStoreServer::new(Handler::default()));
    let serving = thread::spawn(move || server.serve_stream(theirs));
    std::io::Write::write_all(&mut ours, b"\x80\x01").expect("there is room");
    drop(ours);
    serving.join().expect("it ends with its client");
}
