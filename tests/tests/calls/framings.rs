//! Framings with headers, over sockets: headers both ways, deadlines that travel, and mixed clients on
//! one port; async and blocking.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use thriftly::tracking::{Record, Tracker};
use thriftly::{ApplicationErrorKind, Context, ErrorKind, Framing, Protocol, blocking};

thriftly::thrift!(inline: "
    service Travel {
        /** The headers of the call. */
        map<string, string> headers(1: binary padding)
        /** The milliseconds that are left until the deadline of the call, or -1. */
        i64 left()
        string form()
        string echo(1: string text)
        void nap(1: i32 milliseconds)
        oneway void poke()
    }
");

struct Handler;

fn headers() -> BTreeMap<String, String> {
    let context = Context::current();
    context.set_header("answer", format!("to {}", context.method()));
    let own = |name: &str| name != "client_timeout" && name != "rpc-timeout";
    let headers = context.headers().iter().filter(|(name, _)| own(name));
    headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn left() -> i64 {
    let deadline = Context::current().deadline();
    deadline.map_or(-1, |deadline| (deadline - Instant::now()).as_millis() as i64)
}

fn form() -> String {
    let context = Context::current();
    format!("{:?} {}", context.framing(), context.protocol())
}

impl Travel for Handler {
    async fn headers(&self, _: bytes::Bytes) -> thriftly::Result<BTreeMap<String, String>> {
        tokio::task::yield_now().await;
        Ok(headers())
    }
    async fn left(&self) -> thriftly::Result<i64> {
        Ok(left())
    }
    async fn form(&self) -> thriftly::Result<String> {
        Ok(form())
    }
    async fn echo(&self, text: String) -> thriftly::Result<String> {
        Ok(text)
    }
    async fn nap(&self, milliseconds: i32) -> thriftly::Result<()> {
        tokio::time::sleep(Duration::from_millis(milliseconds as u64)).await;
        Ok(())
    }
    async fn poke(&self) -> thriftly::Result<()> {
        Ok(())
    }
}

impl BlockingTravel for Handler {
    fn headers(&self, _: bytes::Bytes) -> thriftly::Result<BTreeMap<String, String>> {
        Ok(headers())
    }
    fn left(&self) -> thriftly::Result<i64> {
        Ok(left())
    }
    fn form(&self) -> thriftly::Result<String> {
        Ok(form())
    }
    fn echo(&self, text: String) -> thriftly::Result<String> {
        Ok(text)
    }
    fn nap(&self, milliseconds: i32) -> thriftly::Result<()> {
        std::thread::sleep(Duration::from_millis(milliseconds as u64));
        Ok(())
    }
    fn poke(&self) -> thriftly::Result<()> {
        Ok(())
    }
}

async fn start() -> SocketAddr {
    let server = thriftly::Server::new(TravelServer::new(Handler));
    let server = server.bind("127.0.0.1:0").await.expect("it is bound");
    let address = server.local_addr().socket_addr().expect("TCP");
    tokio::spawn(server.serve());
    address
}

fn start_blocking() -> SocketAddr {
    let server = blocking::Server::new(BlockingTravelServer::new(Handler));
    let server = server.bind("127.0.0.1:0").expect("it is bound");
    let address = server.local_addr().socket_addr().expect("TCP");
    std::thread::spawn(move || server.serve());
    address
}

/// What a client speaks.
#[derive(Debug, Clone, Copy)]
struct Form {
    framing: Framing,
    protocol: Protocol,
    /// The whole connection is compressed.
    zlib: bool,
    /// Each message is compressed.
    transform: bool,
}

/// The framings that carry headers, each with its protocols, and plain ones.
fn forms() -> Vec<Form> {
    let (header, tt) = (Framing::Header, Framing::TtHeader);
    let plain = [
        (header, Protocol::Binary),
        (header, Protocol::BinaryOld),
        (header, Protocol::Compact),
        (header, Protocol::Json),
        (tt, Protocol::Binary),
        (tt, Protocol::Compact),
        (Framing::Framed, Protocol::Binary),
        (Framing::Framed, Protocol::Compact),
        (Framing::Framed, Protocol::Json),
        (Framing::Unframed, Protocol::Binary),
        (Framing::Unframed, Protocol::BinaryOld),
        (Framing::Unframed, Protocol::Compact),
        (Framing::Unframed, Protocol::Json),
    ];
    let plain =
        plain.map(|(framing, protocol)| Form { framing, protocol, zlib: false, transform: false });
    let compressed = plain.map(|form| Form { zlib: true, ..form });
    let messages = plain.into_iter().filter(|form| form.framing == header);
    let messages = messages.map(|form| Form { transform: true, ..form });
    plain.into_iter().chain(compressed).chain(messages).collect()
}

impl Form {
    fn carries_headers(self) -> bool {
        matches!(self.framing, Framing::Header | Framing::TtHeader)
    }

    fn builder(self) -> thriftly::ClientBuilder<TravelClient> {
        let builder = TravelClient::builder().framing(self.framing).protocol(self.protocol);
        let builder = if self.zlib { builder.zlib() } else { builder };
        if self.transform { builder.zlib_transform() } else { builder }
    }

    fn blocking(self) -> blocking::ClientBuilder<BlockingTravelClient> {
        let builder = BlockingTravelClient::builder().framing(self.framing).protocol(self.protocol);
        let builder = if self.zlib { builder.zlib() } else { builder };
        if self.transform { builder.zlib_transform() } else { builder }
    }

    fn shown(self) -> String {
        format!("{:?} {}", Some(self.framing), self.protocol)
    }
}

/// A text that is compressed a little.
const BLOB: &str = "The quick brown fox jumps over the lazy dog. ";

const SENT: [(&str, &str); 3] = [
    ("traceparent", "00-1-2-01"),
    ("to-service", "travel"),
    ("long", "a value that is not stored inline"),
];

fn is_echo(echoed: &BTreeMap<String, String>) -> bool {
    *echoed == SENT.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// The headers of the replies, in the order in which a layer has seen them.
fn next(answers: &Receiver<Option<String>>) -> Option<String> {
    answers.recv_timeout(Duration::from_secs(60)).expect("a layer has seen the reply")
}

async fn check(address: SocketAddr, form: Form) {
    let (send, answers) = channel();
    let spy = thriftly::from_fn(move |request, next| {
        let send = send.clone();
        async move {
            let response = next.run(request).await?;
            let _ = send.send(response.headers.get("answer").map(str::to_owned));
            Ok(response)
        }
    });
    let client = form.builder().layer(spy).connect(address).await.expect("the server listens");
    assert_eq!(client.form().await.expect("answered"), form.shown());
    assert_eq!(next(&answers), None);
    client.poke().await.expect("sent");
    client.nap(0).await.expect("answered");
    assert_eq!(client.echo(&BLOB.repeat(5000)).await.expect("answered"), BLOB.repeat(5000));
    if form.carries_headers() {
        while answers.try_recv().is_ok() {}
        let with = client.with_headers(SENT);
        for size in [0, 100, 100_000] {
            let echoed = with.headers(vec![7; size]).await.expect("answered");
            assert!(is_echo(&echoed), "{form:?}: {echoed:?}");
            assert_eq!(next(&answers).as_deref(), Some("to headers"));
        }
        let left = client.with_timeout(Duration::from_secs(600)).left().await.expect("answered");
        assert!((540_000..=600_000).contains(&left), "{left} ms are left");
        let left = client.left().await.expect("answered");
        assert!((1..=30_000).contains(&left), "the default is 30 s, and {left} ms are left");
    } else {
        assert_eq!(client.left().await.expect("answered"), -1);
    }
}

fn check_blocking(address: SocketAddr, form: Form) {
    let (send, answers) = channel();
    let spy = blocking::from_fn(move |request, next| {
        let response = next.run(request)?;
        let _ = send.send(response.headers.get("answer").map(str::to_owned));
        Ok(response)
    });
    let client = form.blocking().layer(spy).connect(address).expect("the server listens");
    assert_eq!(client.form().expect("answered"), form.shown());
    assert_eq!(next(&answers), None);
    client.poke().expect("sent");
    client.nap(0).expect("answered");
    assert_eq!(client.echo(&BLOB.repeat(5000)).expect("answered"), BLOB.repeat(5000));
    if form.carries_headers() {
        while answers.try_recv().is_ok() {}
        let with = client.with_headers(SENT);
        for size in [0, 100, 100_000] {
            let echoed = with.headers(vec![7; size]).expect("answered");
            assert!(is_echo(&echoed), "{form:?}: {echoed:?}");
            assert_eq!(next(&answers).as_deref(), Some("to headers"));
        }
        let left = client.with_timeout(Duration::from_secs(600)).left().expect("answered");
        assert!((540_000..=600_000).contains(&left), "{left} ms are left");
    } else {
        assert_eq!(client.left().expect("answered"), -1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_form_is_spoken_on_one_port_at_once() {
    for address in [start().await, start_blocking()] {
        let mut tasks = Vec::new();
        for form in forms() {
            tasks.push(tokio::spawn(check(address, form)));
            tasks.push(tokio::task::spawn_blocking(move || check_blocking(address, form)));
        }
        for task in tasks {
            task.await.expect("no panic");
        }
    }
}

#[tokio::test]
async fn a_call_whose_deadline_has_passed_is_cancelled_at_the_server() {
    /// Tells when it is dropped.
    struct Guard(tokio::sync::mpsc::UnboundedSender<()>);
    impl Drop for Guard {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }
    let (send, mut dropped) = tokio::sync::mpsc::unbounded_channel();
    let watch = thriftly::from_fn(move |request, next| {
        let guard = Guard(send.clone());
        async move {
            let response = next.run(request).await;
            drop(guard);
            response
        }
    });
    let server = thriftly::Server::new(TravelServer::new(Handler)).layer(watch);
    let server = server.bind("127.0.0.1:0").await.expect("it is bound");
    let address = server.local_addr();
    tokio::spawn(server.serve());
    let client = TravelClient::builder().framing(Framing::Header).connect(address).await;
    let client = client.expect("the server listens");
    let error = client.with_timeout(Duration::from_millis(50)).nap(600_000).await;
    assert_eq!(error.expect_err("too slow").kind(), ErrorKind::Timeout);
    let cancelled = tokio::time::timeout(Duration::from_secs(60), dropped.recv()).await;
    assert_eq!(cancelled.expect("it does not run on"), Some(()));
}

#[tokio::test]
async fn a_server_can_accept_one_framing_and_protocol() {
    let server = thriftly::Server::new(TravelServer::new(Handler));
    let server = server.framing(Framing::Header).protocol(Protocol::Compact);
    let server = server.bind("127.0.0.1:0").await.expect("it is bound");
    let asynchronous = server.local_addr();
    tokio::spawn(server.serve());
    let server = blocking::Server::new(BlockingTravelServer::new(Handler));
    let server = server.framing(Framing::Header).protocol(Protocol::Compact);
    let server = server.bind("127.0.0.1:0").expect("it is bound");
    let blocking = server.local_addr();
    std::thread::spawn(move || server.serve());
    for address in [asynchronous, blocking] {
        for form in forms() {
            let client = form.builder().connect(&address).await.expect("the server listens");
            let accepted = form.framing == Framing::Header && form.protocol == Protocol::Compact;
            match client.form().await {
                Ok(_) => assert!(accepted && !form.zlib, "{form:?}"),
                // It cannot be answered in the stream that it does not read.
                Err(error) if form.zlib => assert_eq!(error.kind(), ErrorKind::Closed),
                Err(error) => {
                    let kind = match form.framing {
                        Framing::Header => ApplicationErrorKind::INVALID_PROTOCOL,
                        _ => ApplicationErrorKind::UNSUPPORTED_CLIENT_TYPE,
                    };
                    assert_eq!(error.kind(), ErrorKind::Application(kind), "{form:?}: {error}");
                    assert!(error.to_string().contains("this server speaks compact Thrift"));
                }
            }
        }
    }
}

#[tokio::test]
async fn the_one_accepted_protocol_applies_to_http() {
    let server = thriftly::Server::new(TravelServer::new(Handler)).protocol(Protocol::Compact);
    let server = server.bind("127.0.0.1:0").await.expect("it is bound");
    let address = format!("http://{}/", server.local_addr());
    tokio::spawn(server.serve());
    for protocol in [Protocol::Compact, Protocol::Binary] {
        let client = TravelClient::builder().protocol(protocol).connect(&*address).await;
        let result = client.expect("the server listens").echo("text").await;
        match protocol {
            Protocol::Compact => assert_eq!(result.expect("answered"), "text"),
            _ => {
                let error = result.expect_err("refused").to_string();
                assert!(error.contains("the client speaks binary Thrift; this server"), "{error}");
            }
        }
    }
}

/// Sends a message that has to be answered with these bytes; both are framed here.
fn exchange(stream: &mut TcpStream, framed: bool, message: &[u8], expected: &[u8]) {
    let [message, expected] = [message, expected].map(|bytes| match framed {
        true => [&(bytes.len() as u32).to_be_bytes(), bytes].concat(),
        false => bytes.to_vec(),
    });
    stream.write_all(&message).expect("the server reads");
    let mut reply = vec![0; expected.len()];
    stream.read_exact(&mut reply).expect("the server answers");
    assert_eq!(reply, expected);
}

/// Finagle's clients ask on each connection for their own tracing first. If the server answers
/// `UNKNOWN_METHOD`, they go on without.
#[tokio::test]
async fn a_client_that_asks_for_the_tracing_of_finagle_goes_on_without() -> thriftly::Result<()> {
    const NAME: &[u8] = b"__can__finagle__trace__v3__";
    struct Silent;
    impl Tracker for Silent {
        fn record(&self, _: &Record<'_>) {}
    }
    let plain = thriftly::Server::new(TravelServer::new(Handler));
    for server in [plain.clone().tracker(Silent), plain] {
        let server = server.bind("127.0.0.1:0").await?;
        let address = server.local_addr().socket_addr().expect("TCP");
        tokio::spawn(server.serve());
        let check = tokio::task::spawn_blocking(move || {
            for framed in [false, true] {
                let mut stream = TcpStream::connect(address).expect("it is served");
                let ask = [b"\x80\x01\0\x01\0\0\0\x1b", NAME, b"\0\0\0\0\0"].concat();
                let text = [b"unknown method `", NAME, b"`"].concat();
                let refusal = [
                    b"\x80\x01\0\x03\0\0\0\x1b",
                    NAME,
                    b"\0\0\0\0\x0b\0\x01\0\0\0\x2c",
                    &text,
                    b"\x08\0\x02\0\0\0\x01\0",
                ];
                exchange(&mut stream, framed, &ask, &refusal.concat());
                let call = b"\x80\x01\0\x01\0\0\0\x04echo\0\0\0\x01\x0b\0\x01\0\0\0\x02hi\0";
                let reply = b"\x80\x01\0\x02\0\0\0\x04echo\0\0\0\x01\x0b\0\0\0\0\0\x02hi\0";
                exchange(&mut stream, framed, call, reply);
            }
        });
        check.await.expect("the client is served");
    }
    Ok(())
}
