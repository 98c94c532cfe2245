//! Whole messages without a connection.

use std::io;
use std::sync::{Arc, Mutex};

use thriftly::messages::{self, Message};
use thriftly::{
    ApplicationErrorKind, Bytes, ErrorKind, Limits, MessageKind, Protocol, Request, blocking,
};

thriftly::thrift!(inline: "
    exception Full { 1: string why }
    service Log {
        i32 append(1: string line, 2: binary blob) throws (1: Full full)
        oneway void note(1: string line)
        void crash()
    }
");

const PROTOCOLS: [Protocol; 5] = [
    Protocol::Binary,
    Protocol::BinaryOld,
    Protocol::Compact,
    Protocol::Json,
    Protocol::ThriftPyJson,
];

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl BlockingLog for Lines {
    fn append(&self, line: String, blob: Bytes) -> Result<i32, AppendError> {
        if line == "full" {
            return Err(Full { why: "no room".into() }.into());
        }
        self.0.lock().expect("no panic").push(line);
        Ok(blob.len() as i32)
    }
    fn note(&self, line: String) -> thriftly::Result<()> {
        self.0.lock().expect("no panic").push(line);
        Ok(())
    }
    fn crash(&self) -> thriftly::Result<()> {
        panic!("on purpose")
    }
}

impl Log for Lines {
    async fn append(&self, line: String, blob: Bytes) -> Result<i32, AppendError> {
        tokio::task::yield_now().await;
        BlockingLog::append(self, line, blob)
    }
    async fn note(&self, line: String) -> thriftly::Result<()> {
        BlockingLog::note(self, line)
    }
    async fn crash(&self) -> thriftly::Result<()> {
        tokio::task::yield_now().await;
        panic!("on purpose")
    }
}

#[test]
fn messages_survive_bytes_in_every_protocol() {
    for protocol in PROTOCOLS {
        for oneway in [false, true] {
            let mut request = Request::new("Log:note", protocol, empty(protocol));
            request.oneway = oneway;
            let call = Message::call(request, i32::MIN);
            let read = Message::from_bytes(call.clone().into_bytes()).expect("it is a message");
            assert_eq!(read.protocol, protocol);
            assert_eq!((read.kind, read.seqid), (call.kind, i32::MIN));
            assert_eq!(read.method.as_str(), "Log:note");
            assert_eq!(read.body.into_bytes(), call.body.into_bytes());
        }
    }
}

/// An empty struct.
fn empty(protocol: Protocol) -> thriftly::Body {
    match protocol {
        Protocol::Json | Protocol::ThriftPyJson => b"{}".to_vec().into(),
        _ => vec![0].into(),
    }
}

#[test]
fn blocking_calls_are_answered_from_their_bytes() {
    let lines = Lines::default();
    let service = BlockingLogServer::new(lines.clone());
    let channel = blocking::message_channel(move |message| {
        blocking::answer(&service, message).map_err(io::Error::other)
    });
    for protocol in PROTOCOLS {
        let client = BlockingLogClient::new(channel.clone()).with_protocol(protocol);
        // Large blobs are linked in bodies.
        assert_eq!(client.append("a", vec![7; 100_000]).expect("it has room"), 100_000);
        let error = client.append("full", "").expect_err("it is declared");
        assert!(matches!(error, AppendError::Full(Full { why }) if why == "no room"));
        client.note("b").expect("sent");
        let error = client.crash().expect_err("it panics");
        let kind = ErrorKind::Application(ApplicationErrorKind::INTERNAL_ERROR);
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains("panicked"), "{error}");
    }
    assert_eq!(lines.0.lock().expect("no panic").len(), 2 * PROTOCOLS.len());
}

#[tokio::test(flavor = "current_thread")]
async fn async_calls_are_answered_from_their_bytes() {
    let service = LogServer::new(Lines::default());
    let channel = messages::channel(move |message| {
        let service = service.clone();
        async move { messages::answer(service, message).await.map_err(io::Error::other) }
    });
    for protocol in PROTOCOLS {
        let client = LogClient::new(channel.clone()).with_protocol(protocol);
        assert_eq!(client.append("a", vec![7; 100_000]).await.expect("it has room"), 100_000);
        let error = client.append("full", "").await.expect_err("it is declared");
        assert!(matches!(error, AppendError::Full(Full { why }) if why == "no room"));
        client.note("b").await.expect("sent");
        let error = client.crash().await.expect_err("it panics");
        assert!(error.to_string().contains("panicked"), "{error}");
    }
}

#[test]
fn replies_to_other_calls_are_refused() {
    let call = Message::call(Request::new("note", Protocol::Binary, vec![0].into()), 7);
    let reply = |seqid, kind, method: &'static str| {
        let mut message = call.clone();
        (message.seqid, message.kind, message.method) = (seqid, kind, method.into());
        let method = call.method.clone();
        message.into_response(&method, 7).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(reply(7, MessageKind::Reply, "note"), Ok(()));
    let error = reply(8, MessageKind::Reply, "note").expect_err("another number");
    assert!(error.contains("BAD_SEQUENCE_ID: the reply has the number 8, not 7"), "{error}");
    let error = reply(7, MessageKind::Reply, "append").expect_err("another method");
    assert!(error.contains("WRONG_METHOD_NAME"), "{error}");
    let error = reply(7, MessageKind::Call, "note").expect_err("a call");
    assert!(error.contains("a message of type 1 is no reply"), "{error}");
}

#[test]
fn a_call_without_a_reply_fails() {
    let channel = blocking::message_channel(|_| Ok(None));
    let client = BlockingLogClient::new(channel);
    client.note("nobody answers this").expect("it is oneway");
    let error = client.crash().expect_err("no reply");
    assert_eq!(error.kind(), ErrorKind::BadReply);
    assert!(error.to_string().contains("`crash`"), "{error}");
    let channel = blocking::message_channel(|_| Err(io::Error::other("the queue is full")));
    let error = BlockingLogClient::new(channel).crash().expect_err("not sent");
    assert!(error.to_string().contains("the queue is full"), "{error}");
}

#[test]
fn bytes_that_are_no_call_are_errors() {
    let service = BlockingLogServer::new(Lines::default());
    let whole = Message::call(Request::new("crash", Protocol::Binary, vec![0].into()), 7);
    let bytes = whole.into_bytes();
    let envelope = bytes.len() - 1;
    for end in 0..envelope {
        let error = Message::from_bytes(bytes.slice(..end)).expect_err("it is cut off");
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{end}: {error}");
    }
    // The body is decoded by the service, which answers.
    let reply = blocking::answer(&service, bytes.slice(..envelope)).expect("the envelope is there");
    let reply = Message::from_bytes(reply.expect("it is not oneway")).expect("it is a message");
    assert_eq!((reply.kind, reply.seqid), (MessageKind::Exception, 7));
    let error = blocking::answer(&service, reply.into_bytes()).expect_err("a reply is no call");
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    let limits = Limits { message: 10, ..Limits::DEFAULT };
    let error = Message::from_bytes_with(bytes, &limits).expect_err("it is too long");
    assert_eq!(error.kind(), ErrorKind::SizeLimit);
}
