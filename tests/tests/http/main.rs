//! Thrift over HTTP: servers as raw bytes see them, clients against raw servers, and both together.

mod blocking;
mod both;
mod frames;
mod replies;
mod requests;
mod secure;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use thriftly::{Context, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

thriftly::thrift!(inline: "
    exception Missing { 1: string key }

    service Shop {
        i32 add(1: i32 a, 2: i32 b)
        binary blob(1: i32 bytes)
        binary take(1: binary blob)
        string find(1: string key) throws (1: Missing missing)
        void fail()
        void panic()
        /** Echoes the header with this name as the header `echo`. */
        string header(1: string name)
        /** Sets this header. */
        void set_header(1: string name, 2: string value)
        /** The time left, in milliseconds. */
        i64 left()
        void wait()
        oneway void note()
        /** A note that waits for `go`. */
        oneway void note_later()
    }
");

/// Longer than anything should take.
const HANG: Duration = Duration::from_secs(60);

/// What has happened in the handlers of one server.
#[derive(Default)]
struct Seen {
    notes: AtomicUsize,
    adds: AtomicUsize,
    /// Calls of `wait` that run, and those that were dropped.
    waiting: AtomicUsize,
    cancelled: AtomicUsize,
    go: Notify,
}

#[derive(Clone, Default)]
struct Handler(Arc<Seen>);

impl Shop for Handler {
    async fn add(&self, a: i32, b: i32) -> thriftly::Result<i32> {
        self.0.adds.fetch_add(1, Ordering::SeqCst);
        Ok(a + b)
    }
    async fn blob(&self, bytes: i32) -> thriftly::Result<bytes::Bytes> {
        Ok(vec![7; bytes as usize].into())
    }
    async fn take(&self, blob: bytes::Bytes) -> thriftly::Result<bytes::Bytes> {
        Ok(blob)
    }
    async fn find(&self, key: String) -> Result<String, FindError> {
        Err(Missing { key }.into())
    }
    async fn fail(&self) -> thriftly::Result<()> {
        Err(thriftly::Error::internal("sold out"))
    }
    async fn panic(&self) -> thriftly::Result<()> {
        panic!("on purpose")
    }
    async fn header(&self, name: String) -> thriftly::Result<String> {
        let value = Context::current().headers().get(&name).unwrap_or("none").to_owned();
        Context::current().set_header("echo", &value);
        Ok(value)
    }
    async fn set_header(&self, name: String, value: String) -> thriftly::Result<()> {
        Context::current().set_header(name, value);
        Ok(())
    }
    async fn left(&self) -> thriftly::Result<i64> {
        let left =
            Context::current().deadline().map(|at| at.duration_since(std::time::Instant::now()));
        Ok(left.map_or(-1, |left| left.as_millis() as i64))
    }
    async fn wait(&self) -> thriftly::Result<()> {
        struct Waiting<'a>(&'a Seen);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.waiting.fetch_sub(1, Ordering::SeqCst);
                self.0.cancelled.fetch_add(1, Ordering::SeqCst);
            }
        }
        self.0.waiting.fetch_add(1, Ordering::SeqCst);
        let waiting = Waiting(&self.0);
        self.0.go.notified().await;
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
        std::mem::forget(waiting);
        Ok(())
    }
    async fn note(&self) -> thriftly::Result<()> {
        tokio::time::sleep(Duration::from_millis(50)).await;
        self.0.notes.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
    async fn note_later(&self) -> thriftly::Result<()> {
        self.0.go.notified().await;
        self.note().await
    }
}

/// Starts a server.
async fn serve(
    settings: impl FnOnce(Server<ShopServer<Handler>>) -> Server<ShopServer<Handler>>,
) -> (SocketAddr, Arc<Seen>) {
    let handler = Handler::default();
    let seen = Arc::clone(&handler.0);
    let server = settings(Server::new(ShopServer::new(handler)));
    let server = server.bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = server.local_addr().socket_addr().expect("TCP");
    tokio::spawn(server.serve());
    (address, seen)
}

/// Waits until it is so.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waited = tokio::time::timeout(HANG, async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("{what}: never"));
}

/// The call `add(1, 2)` with sequence id 7.
static ADD: LazyLock<Vec<u8>> =
    LazyLock::new(|| call("add", b"\x08\0\x01\0\0\0\x01\x08\0\x02\0\0\0\x02\0"));
/// Its answer.
const SUM: &[u8] = b"\x80\x01\0\x02\0\0\0\x03add\0\0\0\x07\x08\0\0\0\0\0\x03\0";

/// A call in strict binary.
fn call(method: &str, arguments: &[u8]) -> Vec<u8> {
    message(1, method, arguments)
}

fn message(kind: u8, method: &str, body: &[u8]) -> Vec<u8> {
    let length = (method.len() as u32).to_be_bytes();
    [&b"\x80\x01\0"[..], &[kind], &length, method.as_bytes(), b"\0\0\0\x07", body].concat()
}

/// A request with this body.
fn post(body: &[u8]) -> Vec<u8> {
    post_with("Content-Type: application/x-thrift\r\n", body)
}

/// A request with these headers, and the length of the body.
fn post_with(headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /thrift HTTP/1.1\r\nHost: a\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A response, as its bytes have it.
#[derive(Debug)]
struct Reply {
    status: u16,
    /// In lower case.
    head: String,
    body: Vec<u8>,
}

/// A connection that speaks HTTP/1.1 by hand.
struct Raw(TcpStream);

impl Raw {
    async fn connect(address: SocketAddr) -> Raw {
        Raw(TcpStream::connect(address).await.expect("the server listens"))
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("sent");
    }

    /// Reads the next response.
    async fn reply(&mut self) -> Reply {
        tokio::time::timeout(HANG, self.read()).await.expect("there is a response")
    }

    async fn read(&mut self) -> Reply {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.unwrap_or_else(|error| {
                panic!("{error} after {:?}", String::from_utf8_lossy(&head))
            }));
        }
        let head = String::from_utf8(head).expect("text").to_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length = length.map_or(0, |length| length.parse().expect("a number"));
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.expect("the body is there");
        Reply { status: status.expect("a status"), head, body }
    }

    /// Whether the server closes the connection, with nothing more sent.
    async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(HANG, self.0.read_to_end(&mut rest)).await.expect("closed");
        assert_eq!(String::from_utf8_lossy(&rest), "");
        // A reset is an end as well.
        read.is_ok() || read.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset)
    }

    /// Sends a request and returns its response.
    async fn exchange(&mut self, bytes: &[u8]) -> Reply {
        self.send(bytes).await;
        self.reply().await
    }
}
