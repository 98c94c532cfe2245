//! What is in the log about clients that are refused.
#![cfg(feature = "async")]

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use thriftly::blocking;
use thriftly::{Request, Response, Result, Server};
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

/// Answers nothing.
#[derive(Clone)]
struct Deaf;

impl blocking::Service for Deaf {
    fn call(&self, request: Request) -> Result<Response> {
        Ok(Response::none(request.protocol))
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
        std::future::ready(Ok(Response::none(request.protocol)))
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

#[tokio::test]
async fn the_log_names_what_a_client_seems_to_speak() {
    let log = Log::default();
    tracing::subscriber::set_global_default(log.clone()).expect("there is only this one");
    let asynchronous = Server::new(Deaf).bind("127.0.0.1:0").await.expect("port 0 is free");
    let blocking = blocking::Server::new(Deaf).bind("127.0.0.1:0").expect("port 0 is free");
    let addresses = [asynchronous.local_addr(), blocking.local_addr()];
    tokio::spawn(asynchronous.serve());
    std::thread::spawn(|| blocking.serve());
    for address in addresses {
        for (bytes, name) in [
            (&b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"[..], "looks like HTTP;"),
            (b"\x16\x03\x01\x02\0\x01\0\x01", "looks like TLS;"),
            (b"SSH-2.0-OpenSSH_9.6\r\n", "looks like SSH;"),
            (b"\0\0\0\x1f\x0f\xff\0\0", "looks like THeader;"),
            (b"\xff\xff\xff\xff\xff\xff", "does not look like Thrift;"),
            (b"\x7f\xff\xff\xff\x80\x01\0\x01", "a frame of 2147483647 bytes"),
        ] {
            let peer = send(address, bytes).await;
            let found = tokio::time::timeout(std::time::Duration::from_secs(30), async {
                let has = || {
                    let lines = log.0.lock().expect("nobody panics");
                    lines.iter().any(|line| line.contains(&peer) && line.contains(name))
                };
                while !has() {
                    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                }
            });
            let lines = format!("{name} is not in {:?}", log.0);
            found.await.expect(&lines);
        }
    }
}
