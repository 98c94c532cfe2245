//! Tracked connections without sockets.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::*;
use crate::connection::{Call, CallHead, ClientConnection, Reply, ServerConnection};
use crate::error::{Error, ErrorKind, Result};
use crate::fuzzing::sent;
use crate::limits::Limits;
use crate::net::endpoints::Endpoints;
use crate::rpc::message::{Headers, Protocol, Response, ResponseKind};
use crate::settings::{ClientSettings, ServerSettings};
use crate::transport::Framing;

/// Keeps a line for each record.
#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl Lines {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("nothing panics"))
    }
}

impl Tracker for Lines {
    fn app_id(&self) -> &str {
        "app"
    }

    fn header(&self, _: &Request) -> CallHeader {
        CallHeader { request_id: "rid".into(), seq: "1".into(), meta: Headers::default() }
    }

    fn record(&self, record: &Record<'_>) {
        let Record { side, app_id, method, oneway, header, outcome, .. } = record;
        let CallHeader { request_id, seq, .. } = header;
        let line = format!("{side:?} {app_id} {method} {oneway} {request_id} {seq} {outcome:?}");
        self.0.lock().expect("nothing panics").push(line);
    }
}

const FRAMINGS: [Framing; 2] = [Framing::Unframed, Framing::Framed];
const PROTOCOLS: [Protocol; 3] = [Protocol::Binary, Protocol::BinaryOld, Protocol::Compact];

fn server_with(limits: Limits) -> (ServerConnection, Arc<Lines>) {
    let lines = Arc::<Lines>::default();
    let tracker = Some(SharedTracker::new(Arc::clone(&lines)));
    let settings = ServerSettings { tracker, limits, ..ServerSettings::default() };
    (ServerConnection::new(&settings, Endpoints::default()), lines)
}

fn server() -> ServerConnection {
    server_with(Limits::DEFAULT).0
}

fn client_of(framing: Framing, protocol: Protocol) -> ClientConnection {
    let tracker = Some(SharedTracker::new(Lines::default()));
    let protocol = Some(protocol);
    let settings = ClientSettings { tracker, framing, protocol, ..ClientSettings::default() };
    ClientConnection::new(&settings, Arc::default())
}

/// A request, as the channel of a tracked client makes it.
fn request(protocol: Protocol) -> Request {
    request_with(protocol, Headers::default())
}

fn request_with(protocol: Protocol, headers: Headers) -> Request {
    let mut request = Request::new("echo", protocol, vec![0].into());
    request.headers = headers;
    Span::calling(&SharedTracker::new(Lines::default()), &mut request, &"".into());
    request
}

fn answer_all(server: &mut ServerConnection) -> Result<Vec<Request>> {
    let mut requests = Vec::new();
    while let Some(Call { head, request, .. }) = server.next_call()? {
        let mut response =
            Response::new(ResponseKind::Reply, request.protocol, request.body.clone());
        if let Some(name) = request.headers.get("echo") {
            response.headers.insert("echo", name);
        }
        assert!(server.answer(&head, Ok(response)).is_none());
        requests.push(request);
    }
    Ok(requests)
}

/// A message as it is sent with this framing.
fn in_frame(framing: Framing, message: &[u8]) -> Vec<u8> {
    match framing {
        Framing::Unframed => message.to_vec(),
        _ => [&(message.len() as u32).to_be_bytes(), message].concat(),
    }
}

fn message(kind: u8, method: &str, seqid: u8, body: &[u8]) -> Vec<u8> {
    let length = method.len() as u8;
    [&[0x80, 1, 0, kind, 0, 0, 0, length][..], method.as_bytes(), &[0, 0, 0, seqid], body].concat()
}

fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    message(kind, "__thriftpy_tracing_method_name__v2", 0, body)
}

/// What thriftpy2 sends: application `app`, version 2.
const ASK_2: &[u8] = b"\x0b\0\x01\0\0\0\x03app\x08\0\x02\0\0\0\x02\0";
/// What thriftpy 0.3 sends.
const ASK_1: &[u8] = b"\x0b\0\x01\0\0\0\x03app\0";
const AGREE_2: &[u8] = b"\x08\0\x01\0\0\0\x02\0";
/// Request id `rid`, place `1`, no meta.
const HEADER: &[u8] = b"\x0b\0\x01\0\0\0\x03rid\x0b\0\x02\0\0\0\x011\x0d\0\x03\x0b\x0b\0\0\0\0\0";

/// What a server sends in answer to a stream, in however many pieces that comes.
fn answers(stream: &[u8]) -> Vec<u8> {
    let whole = {
        let mut server = server();
        server.space().extend_from_slice(stream);
        answer_all(&mut server).expect("in sync");
        sent(&mut server.output)
    };
    for cut in 1..stream.len() {
        let mut server = server();
        for piece in [&stream[..cut], &stream[cut..]] {
            server.space().extend_from_slice(piece);
            answer_all(&mut server).expect("in sync");
        }
        assert!(server.end().is_ok());
        assert_eq!(sent(&mut server.output), whole, "cut at {cut}");
    }
    let mut server = server();
    for byte in stream {
        server.space().extend_from_slice(&[*byte]);
        answer_all(&mut server).expect("in sync");
    }
    assert_eq!(sent(&mut server.output), whole);
    whole
}

#[test]
fn clients_of_both_versions_are_served_with_the_bytes_that_thriftpy_sends() {
    for framing in FRAMINGS {
        let frame = |message: &[u8]| in_frame(framing, message);
        let call = [HEADER, &message(1, "echo", 7, b"\0")].concat();
        let reply = message(2, "echo", 7, b"\0");
        let stream = [frame(&handshake(1, ASK_2)), frame(&call), frame(&call)].concat();
        let headed = [b"\0", &reply[..]].concat();
        let expected = [frame(&handshake(2, AGREE_2)), frame(&headed), frame(&headed)].concat();
        assert_eq!(answers(&stream), expected, "{framing:?}");

        let stream = [frame(&handshake(1, ASK_1)), frame(&call), frame(&call)].concat();
        let expected = [frame(&handshake(2, b"\0")), frame(&reply), frame(&reply)].concat();
        assert_eq!(answers(&stream), expected, "{framing:?}");
    }
}

#[test]
fn a_client_of_a_later_version_is_told_ours_and_served_with_it() {
    let ask = b"\x08\0\x02\0\0\0\x03\x0b\0\x09\0\0\0\x01x\0";
    let call = [HEADER, &message(1, "echo", 7, b"\0")].concat();
    let expected = [handshake(2, AGREE_2), vec![0], message(2, "echo", 7, b"\0")].concat();
    assert_eq!(answers(&[handshake(1, ask), call].concat()), expected);
}

#[test]
fn a_client_of_thriftpy_that_is_not_tracked_is_served_plainly() {
    let call = message(1, "echo", 7, b"\0");
    assert_eq!(answers(&[&call[..], &call].concat()), message(2, "echo", 7, b"\0").repeat(2));
}

#[test]
fn without_a_tracker_the_handshake_is_a_call() -> Result<()> {
    let mut server = ServerConnection::new(&ServerSettings::default(), Endpoints::default());
    server.space().extend_from_slice(&handshake(1, ASK_2));
    let [request] = &answer_all(&mut server)?[..] else { panic!("it is one call") };
    assert_eq!(request.method.as_str(), "__thriftpy_tracing_method_name__v2");
    Ok(())
}

#[test]
fn meta_are_the_headers_of_calls_and_replies() -> Result<()> {
    for framing in FRAMINGS {
        for protocol in PROTOCOLS {
            let (mut client, mut server) = (client_of(framing, protocol), server());
            let handshake = client.handshake()?.expect("it makes one");
            client.call(&handshake, Handshake::SEQID, Instant::now())?;
            server.space().extend_from_slice(&sent(&mut client.output));
            assert!(answer_all(&mut server)?.is_empty());
            client.space().extend_from_slice(&sent(&mut server.output));
            client.next()?.expect("it is answered").result?;
            // Two calls in flight; their replies are found by their numbers.
            for (seqid, value) in [(1, "one"), (2, "two")] {
                let headers = Headers::from([("echo", value), ("other", "")]);
                let call = request_with(protocol, headers);
                client.call(&call, seqid, Instant::now())?;
            }
            server.space().extend_from_slice(&sent(&mut client.output));
            for request in answer_all(&mut server)? {
                let tracking = request.extensions.get::<Tracking>().expect("it is tracked");
                assert_eq!((tracking.app_id(), &*tracking.header().request_id), ("app", "rid"));
                assert_eq!((request.headers.len(), &request.headers), (2, &tracking.header().meta));
            }
            let mut replies = Vec::new();
            for byte in sent(&mut server.output) {
                client.space().extend_from_slice(&[byte]);
                replies.extend(client.next()?);
            }
            for (seqid, value) in [(1, "one"), (2, "two")] {
                let reply = replies.remove(0);
                assert_eq!(reply.seqid, seqid, "{framing:?} {protocol}");
                assert_eq!(reply.result?.headers, Headers::from([("echo", value)]));
            }
            assert!(replies.is_empty());
        }
    }
    Ok(())
}

#[test]
fn the_headers_of_a_request_replace_meta_of_the_same_name() -> Result<()> {
    /// Takes the header from the extensions.
    struct Default;
    impl Tracker for Default {
        fn record(&self, _: &Record<'_>) {}
    }
    let upgrade = Upgrade { protocol: Protocol::Binary, replies: true };
    let mut call = Request::new("echo", Protocol::Binary, vec![0].into());
    let meta = Headers::from([("a", "passed on"), ("b", "passed on")]);
    call.extensions.insert(CallHeader { meta, ..CallHeader::default() });
    call.headers = Headers::from([("b", "set"), ("c", "set")]);
    Span::calling(&SharedTracker::new(Default), &mut call, &"".into());
    let mut bytes = upgrade.request_header(&call)?.into();
    let header = upgrade.take_request_header(&mut bytes, &Limits::DEFAULT)?;
    assert_eq!(header.meta, Headers::from([("a", "passed on"), ("b", "set"), ("c", "set")]));
    Ok(())
}

/// A connection that is upgraded.
fn upgraded(framing: Framing, limits: Limits) -> ServerConnection {
    let (mut server, _) = server_with(limits);
    server.space().extend_from_slice(&in_frame(framing, &handshake(1, ASK_2)));
    assert!(server.next_call().expect("in sync").is_none());
    sent(&mut server.output);
    server
}

#[test]
fn a_malformed_header_ends_the_connection_with_a_reason() {
    let meta = |count: u32| {
        let mut header = b"\x0d\0\x03\x0b\x0b".to_vec();
        header.extend_from_slice(&count.to_be_bytes());
        header
    };
    let long = [&b"\x0b\0\x01\0\x01\0\x01"[..], &[b'x'; 65_537], b"\0"].concat();
    let many = [meta(1025), b"\0\0\0\x01a\0\0\0\0".repeat(1025), vec![0]].concat();
    let nested = [&b"\x0c\0\x09".repeat(100)[..], &[0; 101]].concat();
    for (header, kind, text) in [
        (many, ErrorKind::SizeLimit, "`Limits::headers` allows 1024"),
        (long, ErrorKind::SizeLimit, "`Limits::header_bytes` allows 65536"),
        (nested, ErrorKind::DepthLimit, "Limits::depth"),
        (meta(i32::MAX as u32), ErrorKind::SizeLimit, "2147483647"),
        (meta(u32::MAX), ErrorKind::NegativeSize, ""),
        (b"\x0b\0\x01\xff\xff\xff\xff".to_vec(), ErrorKind::NegativeSize, ""),
        (b"\x63\0\x01\0".to_vec(), ErrorKind::InvalidData, ""),
    ] {
        for framing in FRAMINGS {
            let mut server = upgraded(framing, Limits::DEFAULT);
            let call = [&header[..], &message(1, "echo", 7, b"\0")].concat();
            server.space().extend_from_slice(&in_frame(framing, &call));
            let error = server.next_call().expect_err("it is malformed");
            assert_eq!(error.kind(), kind, "{framing:?} {error}");
            assert!(error.to_string().contains(text), "{framing:?} {error}");
        }
    }
}

#[test]
fn a_header_that_is_announced_too_large_is_not_waited_for() {
    for start in
        [&b"\x0b\0\x01\0\x02\0\0"[..], b"\x0d\0\x03\x0b\x0b\0\0\0\x01\0\0\0\x01a\0\x02\0\0"]
    {
        let mut server = upgraded(Framing::Unframed, Limits::DEFAULT);
        server.space().extend_from_slice(start);
        let error = server.next_call().expect_err("it is too large");
        assert_eq!(error.kind(), ErrorKind::SizeLimit);
        assert!(error.message().contains("a tracking header is too large"), "{error}");
    }
}

#[test]
fn a_header_without_a_message_is_waited_for_or_refused() {
    for cut in 0..=HEADER.len() {
        let mut server = upgraded(Framing::Unframed, Limits::DEFAULT);
        server.space().extend_from_slice(&HEADER[..cut]);
        assert!(server.next_call().expect("more may come").is_none());
        assert_eq!(server.end().is_err(), cut > 0);
        if cut > 0 {
            let mut server = upgraded(Framing::Framed, Limits::DEFAULT);
            server.space().extend_from_slice(&in_frame(Framing::Framed, &HEADER[..cut]));
            assert!(server.next_call().is_err(), "the frame is complete");
        }
    }
}

#[test]
fn who_sent_a_broken_message_after_its_header_is_told() -> Result<()> {
    let limits = Limits { message: 200, ..Limits::DEFAULT };
    let mut server = upgraded(Framing::Unframed, limits);
    let call = message(1, "echo", 7, b"\x0b\0\x01\0\0\x40\0");
    server.space().extend_from_slice(&[HEADER, &call].concat());
    assert_eq!(server.next_call().expect_err("too large").kind(), ErrorKind::SizeLimit);
    let told = sent(&mut server.output);
    assert!(told.starts_with(&[&b"\0"[..], &message(3, "echo", 7, b"")].concat()), "{told:?}");
    Ok(())
}

#[test]
fn a_handshake_that_cannot_be_read_is_refused_and_changes_nothing() -> Result<()> {
    let long = [&b"\x0b\0\x01\0\x01\0\0"[..], &[b'x'; 65_536], b"\0"].concat();
    for args in [&long[..], b"\x0b\0\x01\0\0\0\x0aapp\0\0\0\0\0\0\0"] {
        let mut server = server();
        let stream = [handshake(1, args), message(1, "echo", 7, b"\0")].concat();
        server.space().extend_from_slice(&in_frame(Framing::Framed, &handshake(1, args)));
        server.space().extend_from_slice(&in_frame(Framing::Framed, &stream[stream.len() - 17..]));
        assert_eq!(answer_all(&mut server)?.len(), 1);
        let told = sent(&mut server.output);
        assert!(told[4..].starts_with(&handshake(3, b"")), "{told:?}");
        assert!(told.ends_with(&message(2, "echo", 7, b"\0")));
    }
    Ok(())
}

#[test]
fn calls_before_the_handshake_are_answered_without_headers() -> Result<()> {
    let mut server = server();
    let call = message(1, "echo", 1, b"\0");
    server.space().extend_from_slice(&[&call[..], &handshake(1, ASK_2), HEADER, &call].concat());
    let mut calls = Vec::new();
    while let Some(call) = server.next_call()? {
        calls.push(call);
    }
    assert_eq!(sent(&mut server.output), handshake(2, AGREE_2));
    for (Call { head, request, .. }, header) in calls.into_iter().zip([&b""[..], b"\0"]) {
        assert_eq!(request.extensions.get::<Tracking>().is_some(), !header.is_empty());
        let response = Response::new(ResponseKind::Reply, request.protocol, request.body);
        assert!(server.answer(&head, Ok(response)).is_none());
        let expected = [header, &message(2, "echo", 1, b"\0")].concat();
        assert_eq!(sent(&mut server.output), expected);
    }
    Ok(())
}

#[test]
fn a_server_records_how_calls_have_ended() -> Result<()> {
    let (mut server, lines) = server_with(Limits::DEFAULT);
    server.space().extend_from_slice(&handshake(1, ASK_2));
    assert!(server.next_call()?.is_none());
    assert!(lines.take().is_empty(), "the handshake is no call");
    let call = |server: &mut ServerConnection, kind| -> Result<CallHead> {
        server.space().extend_from_slice(&[HEADER, &message(kind, "get", 1, b"\0")].concat());
        Ok(server.next_call()?.expect("it is complete").head)
    };
    let reply = |kind, body: &[u8]| Response::new(kind, Protocol::Binary, body.to_vec().into());
    let unknown = Response::exception(Protocol::Binary, &Error::internal("no"));
    for (result, outcome) in [
        (Ok(reply(ResponseKind::Reply, b"\0")), "Success"),
        (Ok(reply(ResponseKind::Reply, b"\x08\0\0\0\0\0\x01\0")), "Success"),
        (Ok(reply(ResponseKind::Reply, b"\x0c\0\x01\0\0")), "DeclaredException"),
        (Ok(unknown), "Failed("),
        (Err(Error::internal("no")), "Failed("),
    ] {
        let head = call(&mut server, 1)?;
        server.answer(&head, result);
        drop(head);
        let [line] = &lines.take()[..] else { panic!("it is recorded once") };
        assert!(line.starts_with("Server app get false rid 1 "), "{line}");
        assert!(line.contains(outcome), "{outcome}: {line}");
    }
    drop(call(&mut server, 1)?);
    assert_eq!(lines.take(), ["Server app get false rid 1 Abandoned"]);
    let head = call(&mut server, 4)?;
    sent(&mut server.output);
    server.answer(&head, Ok(Response::none(Protocol::Binary)));
    assert_eq!(lines.take(), ["Server app get true rid 1 Success"]);
    assert!(server.output.is_empty(), "a oneway call has no reply, and that no header");
    Ok(())
}

#[test]
fn a_panic_of_the_tracker_is_no_failure_of_the_call() -> Result<()> {
    struct Panics;
    impl Tracker for Panics {
        fn record(&self, _: &Record<'_>) {
            panic!("on purpose");
        }
    }
    let tracker = Some(SharedTracker::new(Panics));
    let settings = ServerSettings { tracker, ..ServerSettings::default() };
    let mut server = ServerConnection::new(&settings, Endpoints::default());
    let call = [HEADER, &message(1, "echo", 7, b"\0")].concat();
    server.space().extend_from_slice(&[handshake(1, ASK_2), call].concat());
    assert_eq!(answer_all(&mut server)?.len(), 1);
    assert!(sent(&mut server.output).ends_with(&message(2, "echo", 7, b"\0")));
    Ok(())
}

/// A client that has sent its handshake.
fn asking(framing: Framing) -> ClientConnection {
    let mut client = client_of(framing, Protocol::Binary);
    let request = client.handshake().expect("it is small").expect("it makes one");
    client.call(&request, Handshake::SEQID, Instant::now()).expect("it is small");
    assert_eq!(sent(&mut client.output), in_frame(framing, &handshake(1, ASK_2)));
    client
}

/// A client whose handshake was answered.
fn agreed(framing: Framing, reply: &[u8]) -> ClientConnection {
    let mut client = asking(framing);
    client.space().extend_from_slice(&in_frame(framing, reply));
    let reply = client.next().expect("in sync").expect("it is whole");
    assert!(reply.result.is_ok());
    client
}

#[test]
fn servers_of_both_versions_are_called_with_the_bytes_that_thriftpy_expects() -> Result<()> {
    for framing in FRAMINGS {
        for (reply, header) in [(AGREE_2, &b"\0"[..]), (b"\0", b"")] {
            let mut client = agreed(framing, &handshake(2, reply));
            client.call(&request(Protocol::Binary), 1, Instant::now())?;
            let call = [HEADER, &message(1, "echo", 1, b"\0")].concat();
            assert_eq!(sent(&mut client.output), in_frame(framing, &call));
            let answer = [header, &message(2, "echo", 1, b"\0")].concat();
            for byte in in_frame(framing, &answer) {
                assert!(client.next()?.is_none());
                client.space().extend_from_slice(&[byte]);
            }
            let reply = client.next()?.expect("it is whole");
            assert_eq!((reply.seqid, reply.result?.headers.len()), (1, 0));
        }
    }
    Ok(())
}

#[test]
fn a_server_that_does_not_track_is_called_plainly() -> Result<()> {
    let unknown = b"\x0b\0\x01\0\0\0\x02no\x08\0\x02\0\0\0\x01\0";
    for framing in FRAMINGS {
        for refusal in [&unknown[..], b"\0"] {
            let mut client = agreed(framing, &handshake(3, refusal));
            client.call(&request(Protocol::Binary), 1, Instant::now())?;
            let call = message(1, "echo", 1, b"\0");
            assert_eq!(sent(&mut client.output), in_frame(framing, &call));
            client.space().extend_from_slice(&in_frame(framing, &message(2, "echo", 1, b"\0")));
            assert!(client.next()?.expect("it is whole").result.is_ok());
        }
    }
    Ok(())
}

#[test]
fn other_framings_and_protocols_make_no_handshake() -> Result<()> {
    for framing in [Framing::Header, Framing::TtHeader] {
        assert!(client_of(framing, Protocol::Binary).handshake()?.is_none());
    }
    #[cfg(feature = "json")]
    assert!(client_of(Framing::Framed, Protocol::Json).handshake()?.is_none());
    Ok(())
}

#[test]
fn another_reply_than_that_to_the_handshake_ends_the_connection() {
    let other_number = message(2, "__thriftpy_tracing_method_name__v2", 1, AGREE_2);
    for (reply, kind) in [
        (message(2, "echo", 0, AGREE_2), ErrorKind::BadReply),
        (other_number, ErrorKind::BadReply),
        (handshake(1, ASK_2), ErrorKind::BadReply),
        (handshake(2, b"\x08\0\x01\0"), ErrorKind::UnexpectedEof),
    ] {
        let mut client = asking(Framing::Framed);
        client.space().extend_from_slice(&in_frame(Framing::Framed, &reply));
        assert_eq!(client.next().expect_err("it is none").kind(), kind);
    }
}

#[test]
fn an_exception_without_a_header_is_read_as_thriftpy_sends_it() -> Result<()> {
    for framing in FRAMINGS {
        let mut client = agreed(framing, &handshake(2, AGREE_2));
        let told = message(3, "echo", 1, b"\x0b\0\x01\0\0\0\x02no\0");
        let reply = [b"\0", &message(2, "echo", 2, b"\0")[..]].concat();
        for message in [told, reply] {
            client.space().extend_from_slice(&in_frame(framing, &message));
        }
        let first = client.next()?.expect("it is whole");
        assert_eq!((first.seqid, first.result?.kind), (1, ResponseKind::Exception));
        let second = client.next()?.expect("it is whole");
        assert_eq!((second.seqid, second.result?.kind), (2, ResponseKind::Reply));
    }
    Ok(())
}

#[test]
fn only_the_call_fails_whose_tracked_reply_is_too_large() -> Result<()> {
    let mut client = agreed(Framing::Framed, &handshake(2, AGREE_2));
    let large = vec![0; Limits::DEFAULT.frame + 1];
    let large = [b"\0", &message(2, "echo", 1, &large)[..]].concat();
    let small = [b"\0", &message(2, "echo", 2, b"\0")[..]].concat();
    for message in [large, small] {
        client.space().extend_from_slice(&in_frame(Framing::Framed, &message));
    }
    let Reply { seqid, result, .. } = client.next()?.expect("its start is there");
    assert_eq!((seqid, result.expect_err("too large").kind()), (1, ErrorKind::SizeLimit));
    assert_eq!(client.next()?.expect("in sync").seqid, 2);
    Ok(())
}
