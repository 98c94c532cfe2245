//! HTTP/2 by hand: calls, and floods of frames that cost a client little.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::*;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// `POST http://a/` in HPACK.
const POST: &[u8] = b"\x83\x86\x84\x41\x01a";

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A call on a stream.
fn request(stream: u32, body: &[u8]) -> Vec<u8> {
    let head = frame(HEADERS, END_HEADERS, stream, POST);
    [head, frame(DATA, END_STREAM, stream, body)].concat()
}

#[derive(Debug)]
struct Frame {
    kind: u8,
    stream: u32,
    payload: Vec<u8>,
}

/// Begins to speak HTTP/2.
async fn connect(address: SocketAddr) -> Raw {
    let mut raw = Raw::connect(address).await;
    raw.send(&[b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(SETTINGS, 0, 0, b"")].concat())
        .await;
    raw
}

impl Raw {
    /// The next frame; `None` at the end of the stream.
    async fn frame(&mut self) -> Option<Frame> {
        let read = async {
            let mut head = [0; 9];
            self.0.read_exact(&mut head).await.ok()?;
            let [a, b, c, kind, _, rest @ ..] = head;
            let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
            self.0.read_exact(&mut payload).await.ok()?;
            Some(Frame { kind, stream: u32::from_be_bytes(rest), payload })
        };
        tokio::time::timeout(HANG, read).await.expect("there is a frame, or the end")
    }

    /// The next frame of a kind; `None` at the end of the stream.
    async fn frame_of(&mut self, kind: u8) -> Option<Frame> {
        loop {
            match self.frame().await {
                Some(frame) if frame.kind != kind => {}
                found => return found,
            }
        }
    }
}

/// Sends the same bytes until the server closes the connection. Returns the error code it gives, if any.
async fn flood(raw: Raw, mut next: impl FnMut(u32) -> Vec<u8> + Send + 'static) -> Option<u32> {
    let (mut read, mut write) = raw.0.into_split();
    let writing = tokio::spawn(async move {
        for number in 0.. {
            if write.write_all(&next(number)).await.is_err() {
                break;
            }
        }
    });
    let mut received = Vec::new();
    // A reset ends it as well.
    let _ =
        tokio::time::timeout(HANG, read.read_to_end(&mut received)).await.expect("it is closed");
    writing.abort();
    let mut left = &received[..];
    while let Some((head, rest)) = left.split_at_checked(9) {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let (payload, rest) = rest.split_at_checked(length)?;
        if head[3] == GOAWAY {
            return payload
                .get(4..8)
                .map(|code| u32::from_be_bytes(code.try_into().expect("4 bytes")));
        }
        left = rest;
    }
    None
}

/// Whether the server still serves others.
async fn serves(address: SocketAddr) {
    let mut raw = connect(address).await;
    raw.send(&request(1, &ADD)).await;
    assert_eq!(raw.frame_of(DATA).await.expect("answered").payload, SUM);
}

#[tokio::test]
async fn calls_are_answered_as_their_handlers_complete() {
    let (address, seen) = serve(|server| server).await;
    let mut raw = connect(address).await;
    raw.send(&[request(1, &call("wait", b"\0")), request(3, &ADD)].concat()).await;
    let first = raw.frame_of(DATA).await.expect("answered");
    assert_eq!((first.stream, &first.payload[..]), (3, SUM));
    seen.go.notify_one();
    assert_eq!(raw.frame_of(DATA).await.expect("answered").stream, 1);
}

#[tokio::test]
async fn a_disconnect_and_a_reset_cancel_calls() {
    let (address, seen) = serve(|server| server).await;
    let mut raw = connect(address).await;
    for stream in [1, 3, 5] {
        raw.send(&request(stream, &call("wait", b"\0"))).await;
    }
    until("waiting", || seen.waiting.load(Ordering::SeqCst) == 3).await;
    raw.send(&frame(RESET, 0, 3, &[0, 0, 0, 8])).await;
    until("cancelled", || seen.cancelled.load(Ordering::SeqCst) == 1).await;
    drop(raw);
    until("cancelled", || seen.cancelled.load(Ordering::SeqCst) == 3).await;
}

#[tokio::test]
async fn streams_beyond_the_limit_are_refused() {
    let (address, seen) = serve(|server| server.max_in_flight(2)).await;
    let mut raw = connect(address).await;
    // The limit holds from when the client has taken note of it.
    raw.frame_of(SETTINGS).await.expect("the server's settings");
    raw.send(&frame(SETTINGS, 1, 0, b"")).await;
    for stream in [1, 3, 5] {
        raw.send(&request(stream, &call("wait", b"\0"))).await;
    }
    let refused = raw.frame_of(RESET).await.expect("refused");
    assert_eq!((refused.stream, &refused.payload[..]), (5, &[0, 0, 0, 7][..]));
    assert!(seen.waiting.load(Ordering::SeqCst) <= 2);
}

/// "Rapid reset": each stream is reset as soon as it is opened.
#[tokio::test]
async fn a_flood_of_resets_ends_the_connection() {
    let (address, seen) = serve(|server| server).await;
    let raw = connect(address).await;
    let wait = call("wait", b"\0");
    let code = flood(raw, move |number| {
        let streams = (0..100).map(|at| 1 + 2 * (number * 100 + at));
        let reset =
            |stream| [request(stream, &wait), frame(RESET, 0, stream, &[0, 0, 0, 8])].concat();
        streams.flat_map(reset).collect()
    });
    // ENHANCE_YOUR_CALM, if the message was not overtaken by a reset of the connection.
    assert!(matches!(code.await, Some(11) | None));
    until("cancelled", || seen.waiting.load(Ordering::SeqCst) == 0).await;
    serves(address).await;
}

/// Headers that never end.
#[tokio::test]
async fn a_flood_of_continuations_ends_the_connection() {
    let (address, _) = serve(|server| server).await;
    let mut raw = connect(address).await;
    raw.send(&frame(HEADERS, 0, 1, POST)).await;
    // Literal fields that are not put into the table.
    let fields = [&b"\0\x03x-a\x7f\x81\x7e"[..], &[b'a'; 16_000 - 9]].concat();
    flood(raw, move |_| frame(CONTINUATION, 0, 1, &fields)).await;
    let mut raw = connect(address).await;
    raw.send(&frame(HEADERS, 0, 1, POST)).await;
    flood(raw, |_| frame(CONTINUATION, 0, 1, b"").repeat(1000)).await;
    serves(address).await;
}

/// Frames that carry nothing, and keep a body from its end.
#[tokio::test]
async fn a_flood_of_empty_data_is_given_up() {
    let limit = Duration::from_millis(300);
    let (address, _) = serve(|server| server.message_timeout(limit).idle_timeout(limit)).await;
    let mut raw = connect(address).await;
    raw.send(&frame(HEADERS, END_HEADERS, 1, POST)).await;
    flood(raw, |_| frame(DATA, 0, 1, b"").repeat(1000)).await;
    serves(address).await;
}

#[tokio::test]
async fn idle_connections_are_told_to_go_away() {
    let (address, _) = serve(|server| server.idle_timeout(Duration::from_millis(100))).await;
    let mut raw = connect(address).await;
    raw.send(&request(1, &ADD)).await;
    assert_eq!(raw.frame_of(DATA).await.expect("answered").payload, SUM);
    let away = raw.frame_of(GOAWAY).await.expect("told");
    assert_eq!(away.payload[4..8], [0; 4], "without an error");
    while raw.frame().await.is_some() {}
}
