//! HTTP as a server and a client receive it, over streams in memory.

use std::time::Duration;

use thriftly::fuzzing::connect_http;
use thriftly::{Result, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use crate::schema::plain::{
    All, AllRef, BlockingMirror, Mirror, MirrorClient, MirrorServer, Old, OldRef, ReflectError,
};
use crate::stream::{Handler, LIMITS};

/// Bytes in flight.
const BUFFER: usize = 64 << 10;

/// Servers and clients end every stream, with the same successes in HTTP/1.1 however it is cut into
/// pieces: which error is found first depends on what has come. The first byte says who reads the bytes
/// and what they are, the second how long the pieces are.
pub fn check(bytes: &[u8]) {
    let [form, piece, bytes @ ..] = bytes else { return };
    let is_client = form & 1 == 1;
    let http2 = form & 2 == 2;
    let stream = match (form & 4 == 4, http2, is_client) {
        (false, ..) => bytes.to_vec(),
        (true, false, false) => message("POST / HTTP/1.1\r\nHost: a\r\n", bytes),
        (true, false, true) => message("HTTP/1.1 200 OK\r\n", bytes),
        (true, true, false) => [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &frames(bytes)[..]].concat(),
        (true, true, true) => frames(bytes),
    };
    let piece = usize::from(*piece).max(1);
    if is_client {
        let (once, often) = (call(&stream, usize::MAX, http2), call(&stream, piece, http2));
        assert!(http2 || once == often, "{once:?} and {often:?}");
    } else {
        let (once, often) = (serve(&stream, usize::MAX), serve(&stream, piece));
        assert!(http2 || once == often, "{once:?} and {often:?}");
    }
}

/// A message of HTTP/1.1: the first byte says how long the headers are, the rest is the body.
fn message(start: &str, bytes: &[u8]) -> Vec<u8> {
    let [length, rest @ ..] = bytes else { return start.into() };
    let (headers, body) = rest.split_at(usize::from(*length).min(rest.len()));
    let length = format!("Content-Length: {}\r\n\r\n", body.len());
    [start.as_bytes(), headers, length.as_bytes(), body].concat()
}

/// Frames of HTTP/2 after one of settings: kind, flags, stream, and length in a byte each.
fn frames(mut bytes: &[u8]) -> Vec<u8> {
    let mut frames = b"\0\0\0\x04\0\0\0\0\0".to_vec();
    while let [kind, flags, stream, length, rest @ ..] = bytes {
        let (payload, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        frames.extend_from_slice(&(payload.len() as u32).to_be_bytes()[1..]);
        frames.extend_from_slice(&[*kind, *flags, 0, 0, 0, *stream]);
        frames.extend_from_slice(payload);
        bytes = rest;
    }
    frames
}

/// Runs on a runtime of its own; time passes when nothing else happens.
fn run<T>(future: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build().expect("it needs no resources");
    runtime.block_on(future)
}

/// The successful responses of a server, without their dates.
fn serve(stream: &[u8], piece: usize) -> Vec<String> {
    run(async {
        let (ours, theirs) = duplex(BUFFER);
        let server = Server::new(MirrorServer::new(Handler)).limits(LIMITS).half_close(true);
        let exchange = exchange(ours, stream, piece, false);
        let (_, received) = tokio::join!(server.serve_stream(theirs), exchange);
        let text = String::from_utf8_lossy(&received);
        let successes = text.split("HTTP/1.1 ").filter(|response| response.starts_with("200 "));
        let without_date = |response: &str| {
            let lines = response.split("\r\n").filter(|line| !line.starts_with("date: "));
            lines.collect::<Vec<_>>().join("\r\n")
        };
        successes.map(without_date).collect()
    })
}

/// Whether a call succeeds that is answered with these bytes.
fn call(stream: &[u8], piece: usize, http2: bool) -> bool {
    run(async {
        let (ours, theirs) = duplex(BUFFER);
        let calling = async {
            let builder = MirrorClient::builder().limits(LIMITS).timeout(Duration::from_secs(5));
            let builder = if http2 { builder.http2() } else { builder };
            let client: MirrorClient = connect_http(builder, theirs).await?;
            let result = client.nothing().await;
            // The connection may be used for another call, or not.
            let _ = client.fire(&[1, 2]).await;
            result
        };
        let (result, _) = tokio::join!(calling, exchange(ours, stream, piece, true));
        result.is_ok()
    })
}

/// Sends a stream in pieces, at once or after something was received, and receives to the end.
async fn exchange(stream: DuplexStream, bytes: &[u8], piece: usize, wait: bool) -> Vec<u8> {
    let (mut read, mut write) = tokio::io::split(stream);
    let mut received = Vec::new();
    if wait {
        let _ = read.read_buf(&mut received).await;
    }
    let sending = async {
        for piece in bytes.chunks(piece) {
            if write.write_all(piece).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
        let _ = write.shutdown().await;
    };
    let (_, read) = tokio::join!(sending, read.read_to_end(&mut received));
    read.expect("a stream in memory does not fail");
    received
}

impl Mirror for Handler {
    async fn reflect(&self, it: AllRef<'_>) -> std::result::Result<All, ReflectError> {
        BlockingMirror::reflect(self, it)
    }
    async fn older(&self, it: OldRef<'_>, more: i32) -> Result<Old> {
        BlockingMirror::older(self, it, more)
    }
    async fn fire(&self, it: Vec<i64>) -> Result<()> {
        tokio::time::sleep(Duration::from_millis(it.len() as u64)).await;
        Ok(())
    }
    async fn nothing(&self) -> Result<()> {
        Ok(())
    }
}
