//! Oneway calls run to completion, also when the connection is lost, in all forms in which they are sent.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use thriftly::{MessageKind, Server, binary};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

thriftly::thrift!(inline: "service Jobs { oneway void start(1: string name), string wait(1: string name) }", views: true);

struct Handler {
    gate: Semaphore,
    begun: AtomicUsize,
    done: AtomicUsize,
}

struct Shared(Arc<Handler>);

impl Shared {
    async fn work(&self) {
        self.0.begun.fetch_add(1, Ordering::SeqCst);
        self.0.gate.acquire().await.expect("never closed").forget();
        self.0.done.fetch_add(1, Ordering::SeqCst);
    }
}

impl Jobs for Shared {
    async fn start(&self, _: &str) -> thriftly::Result<()> {
        self.work().await;
        Ok(())
    }
    async fn wait(&self, name: &str) -> thriftly::Result<String> {
        self.work().await;
        Ok(name.into())
    }
}

async fn reaches(count: &AtomicUsize, number: usize) {
    let reached = async {
        while count.load(Ordering::SeqCst) < number {
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(Duration::from_secs(30), reached).await.expect("it hangs");
}

fn message(method: &str, kind: MessageKind) -> Vec<u8> {
    let mut message = Vec::new();
    binary::write_envelope(method, kind, 1, &mut message);
    message.extend_from_slice(b"\x0b\0\x01\0\0\0\x01a\0");
    message
}

#[tokio::test]
async fn oneway_calls_that_were_sent_as_others_outlive_their_connection() {
    let handler = Arc::new(Handler {
        gate: Semaphore::new(0),
        begun: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
    });
    // A layer does not hide what the IDL says.
    let layer = thriftly::from_fn(|request, next: thriftly::Next| next.run(request));
    let server = Server::new(JobsServer::new(Shared(Arc::clone(&handler)))).layer(layer);
    let server = server.max_connections(1).bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = server.local_addr().socket_addr().expect("TCP");
    tokio::spawn(server.serve());
    let mut stream = TcpStream::connect(address).expect("it listens");
    // ThriftPy sends oneway calls as any other.
    let calls = [
        message("start", MessageKind::Call),
        message("start", MessageKind::Oneway),
        message("wait", MessageKind::Oneway),
        message("wait", MessageKind::Call),
    ];
    stream.write_all(&calls.concat()).expect("sent");
    reaches(&handler.begun, 4).await;
    drop(stream);
    // The place is free, although three go on: the fourth was dropped.
    let client = JobsClient::connect(address).await.expect("it listens");
    let waiting = client.wait("b");
    tokio::spawn(waiting);
    reaches(&handler.begun, 5).await;
    handler.gate.add_permits(10);
    reaches(&handler.done, 4).await;
    sleep(Duration::from_millis(50)).await;
    assert_eq!(handler.done.load(Ordering::SeqCst), 4);
}
