//! Log events for failed calls and rejected clients.
#![cfg(feature = "async")]

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};

use thriftly::blocking;
use thriftly::{Error, ErrorKind, MessageKind, Request, Response, Result, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Keeps all warnings.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!("{field}={value:?} "));
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = String::new();
        event.record(&mut Line(&mut line));
        self.0.lock().expect("nobody panics").push(line);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Answers nothing, or fails.
#[derive(Clone)]
struct Deaf;

impl Deaf {
    fn answer(&self, request: &Request) -> Result<Response> {
        match request.method.as_str() {
            "other" => {
                let disk = std::io::Error::other("the disk is full");
                Err(Error::other(Error::new(ErrorKind::Io, "cannot store").with_source(disk)))
            }
            "told" => Err(Error::internal("sold out").with_source("there was one")),
            name if name.len() > 1000 => Err(Error::internal("too long")),
            _ => Ok(Response::none(request.protocol)),
        }
    }
}

impl blocking::Service for Deaf {
    fn call(&self, request: Request) -> Result<Response> {
        self.answer(&request)
    }
}

impl tower_service::Service<Request> for Deaf {
    type Response = Response;
    type Error = thriftly::Error;
    type Future = std::future::Ready<Result<Response>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }
    fn call(&mut self, request: Request) -> Self::Future {
        std::future::ready(self.answer(&request))
    }
}

/// Sends the bytes, and waits until the server closes. Returns what the log must name.
async fn send(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    let peer = stream.local_addr().expect("it is connected");
    stream.write_all(bytes).await.expect("sent");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.expect("closed in good order");
    assert_eq!(rest, b"");
    format!("peer={peer}")
}

/// The log of this process.
fn log() -> &'static Log {
    static LOG: LazyLock<Log> = LazyLock::new(|| {
        let log = Log::default();
        tracing::subscriber::set_global_default(log.clone()).expect("there is only this one");
        log
    });
    &LOG
}

/// Waits for a line that has all of these.
async fn has(log: &Log, words: &[&str]) -> String {
    let found = tokio::time::timeout(std::time::Duration::from_secs(30), async {
        loop {
            let line = {
                let lines = log.0.lock().expect("nobody panics");
                let has_all = |line: &&String| words.iter().all(|word| line.contains(word));
                lines.iter().find(has_all).cloned()
            };
            match line {
                Some(line) => return line,
                None => tokio::time::sleep(std::time::Duration::from_millis(1)).await,
            }
        }
    });
    found.await.unwrap_or_else(|_| panic!("{words:?} are not in {:?}", log.0))
}

async fn servers() -> [SocketAddr; 2] {
    let asynchronous = Server::new(Deaf).bind("127.0.0.1:0").await.expect("port 0 is free");
    let blocking = blocking::Server::new(Deaf).bind("127.0.0.1:0").expect("port 0 is free");
    let addresses = [
        asynchronous.local_addr().socket_addr().expect("TCP"),
        blocking.local_addr().socket_addr().expect("TCP"),
    ];
    tokio::spawn(asynchronous.serve());
    std::thread::spawn(|| blocking.serve());
    addresses
}

fn call(method: &str, kind: MessageKind) -> Vec<u8> {
    let mut call = Vec::new();
    thriftly::binary::write_envelope(method, kind, 1, &mut call);
    call.push(0);
    call
}

#[tokio::test]
async fn the_log_names_calls_that_fail_with_all_reasons() {
    let log = log();
    for address in servers().await {
        let mut stream = TcpStream::connect(address).await.expect("the server listens");
        let peer = format!("peer={} ", stream.local_addr().expect("it is connected"));
        stream.write_all(&call("other", MessageKind::Call)).await.expect("sent");
        has(log, &[&peer, "\"other\"", "cannot store", "the disk is full"]).await;
        stream.write_all(&call("told", MessageKind::Oneway)).await.expect("sent");
        has(log, &[&peer, "\"told\"", "sold out", "there was one"]).await;
        stream.write_all(&call(&"m".repeat(1 << 20), MessageKind::Call)).await.expect("sent");
        assert!(has(log, &[&peer, "(1048576 bytes)", "too long"]).await.len() < 1000);
    }
}

#[tokio::test]
async fn a_flood_of_failures_leaves_a_few_lines() {
    let log = log();
    for address in servers().await {
        let mut stream = TcpStream::connect(address).await.expect("the server listens");
        let peer = format!("peer={} ", stream.local_addr().expect("it is connected"));
        let calls = call("told", MessageKind::Oneway).repeat(5000);
        stream.write_all(&calls).await.expect("sent");
        // This answer comes after all of them.
        stream.write_all(&call("told", MessageKind::Call)).await.expect("sent");
        stream.read_u8().await.expect("answered");
        let lines = log.0.lock().expect("nobody panics");
        let count = lines.iter().filter(|line| line.contains(&peer)).count();
        assert!((1..200).contains(&count), "{count} lines");
    }
}

#[tokio::test]
async fn the_log_names_clients_that_are_slow_and_bounds_their_lines() {
    let log = log();
    let short = std::time::Duration::from_millis(50);
    let asynchronous = Server::new(Deaf).first_byte_timeout(short).message_timeout(short);
    let asynchronous = asynchronous.bind("127.0.0.1:0").await.expect("port 0 is free");
    let blocking = blocking::Server::new(Deaf).first_byte_timeout(short).message_timeout(short);
    let blocking = blocking.bind("127.0.0.1:0").expect("port 0 is free");
    let addresses = [
        asynchronous.local_addr().socket_addr().expect("TCP"),
        blocking.local_addr().socket_addr().expect("TCP"),
    ];
    tokio::spawn(asynchronous.serve());
    std::thread::spawn(|| blocking.serve());
    for address in addresses {
        let mut slow = TcpStream::connect(address).await.expect("the server listens");
        let peer = format!("peer={} ", slow.local_addr().expect("it is connected"));
        slow.write_all(&call("other", MessageKind::Call)[..9]).await.expect("sent");
        has(log, &[&peer, "the rest of a message did not come in time"]).await;
        let mut peers = Vec::new();
        for _ in 0..3 {
            let mut silent = Vec::new();
            for _ in 0..50 {
                silent.push(TcpStream::connect(address).await.expect("the server listens"));
            }
            for stream in &mut silent {
                peers.push(format!("peer={} ", stream.local_addr().expect("it is connected")));
                assert_eq!(stream.read(&mut [0]).await.expect("closed"), 0);
            }
        }
        let lines = log.0.lock().expect("nobody panics");
        let named = lines.iter().filter(|line| peers.iter().any(|peer| line.contains(peer)));
        let named: Vec<_> = named.filter(|line| line.contains("the client sent nothing")).collect();
        assert!((1..40).contains(&named.len()), "{} lines of 150", named.len());
    }
}

#[cfg(feature = "http")]
#[tokio::test]
async fn the_log_names_http_requests_that_are_no_calls() {
    let log = log();
    let server = Server::new(Deaf).bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = server.local_addr().socket_addr().expect("TCP");
    tokio::spawn(server.serve());
    for (bytes, status, words) in [
        (
            &b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"[..],
            "405",
            &["status=405", "this address serves Thrift"][..],
        ),
        (b"POST / HTTP/1.1\r\nHost: x\r\n\r\n", "411", &["status=411", "neither a content length"]),
        (b"POST / HTTP/9\r\n\r\n", "400", &["HTTP: invalid HTTP version"]),
    ] {
        let mut stream = TcpStream::connect(address).await.expect("the server listens");
        let peer = format!("peer={} ", stream.local_addr().expect("it is connected"));
        stream.write_all(bytes).await.expect("sent");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.expect("closed in good order");
        assert!(reply.starts_with(&format!("HTTP/1.1 {status} ")), "{reply}");
        has(log, &[&[&*peer], words].concat()).await;
    }
}

#[tokio::test]
async fn the_log_names_the_protocol_that_a_client_seems_to_speak() {
    let log = log();
    for address in servers().await {
        for (bytes, name) in [
            (&b"\x16\x03\x01\x02\0\x01\0\x01"[..], "looks like TLS;"),
            (b"SSH-2.0-OpenSSH_9.6\r\n", "looks like SSH;"),
            (b"BIGF\0\0\0\0", "looks like THeader with a 64-bit length;"),
            (b"\xff\xff\xff\xff\xff\xff", "does not look like Thrift;"),
            (b"\x7f\xff\xff\xff\x80\x01\0\x01", "a frame of 2147483647 bytes"),
            (b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n", "looks like the PROXY protocol;"),
            (b"\r\n\r\n", "looks like plain text;"),
            #[cfg(not(feature = "http"))]
            (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "looks like HTTP;"),
            #[cfg(not(feature = "http"))]
            (b"GE", "looks like HTTP;"),
            (b"hello, world", "looks like plain text;"),
        ] {
            let peer = send(address, bytes).await;
            has(log, &[&peer, name]).await;
        }
    }
}
