//! Framings with headers, over sockets: headers both ways, deadlines that travel, and mixed clients on
//! one port; async and blocking.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use thriftly::{Context, ErrorKind, Framing, Protocol, blocking};

thriftly::thrift!(inline: "
    service Travel {
        /** The headers of the call. */
        map<string, string> headers(1: binary padding)
        /** The milliseconds that are left until the deadline of the call, or -1. */
        i64 left()
        string form()
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

/// The framings that carry headers, each with its protocols.
const FORMS: [(Framing, Protocol); 6] = [
    (Framing::Header, Protocol::Binary),
    (Framing::Header, Protocol::BinaryOld),
    (Framing::Header, Protocol::Compact),
    (Framing::Header, Protocol::Json),
    (Framing::TtHeader, Protocol::Binary),
    (Framing::TtHeader, Protocol::Compact),
];

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

async fn check(address: SocketAddr, (framing, protocol): (Framing, Protocol)) {
    let (send, answers) = channel();
    let spy = thriftly::from_fn(move |request, next| {
        let send = send.clone();
        async move {
            let response = next.run(request).await?;
            let _ = send.send(response.headers.get("answer").map(str::to_owned));
            Ok(response)
        }
    });
    let builder = TravelClient::builder().framing(framing).protocol(protocol).layer(spy);
    let client = builder.connect(address).await.expect("the server listens");
    let padded = client.with_headers(SENT);
    for size in [0, 100, 100_000] {
        let echoed = padded.headers(vec![7; size]).await.expect("answered");
        assert!(is_echo(&echoed), "{framing:?} {protocol}: {echoed:?}");
        assert_eq!(next(&answers).as_deref(), Some("to headers"));
    }
    assert_eq!(client.form().await.expect("answered"), format!("{:?} {protocol}", Some(framing)));
    assert_eq!(next(&answers), None);
    let left = client.with_timeout(Duration::from_secs(600)).left().await.expect("answered");
    assert!((540_000..=600_000).contains(&left), "{left} ms are left");
    let left = client.left().await.expect("answered");
    assert!((1..=30_000).contains(&left), "the default is 30 s, and {left} ms are left");
    client.poke().await.expect("sent");
    client.nap(0).await.expect("answered");
}

fn check_blocking(address: SocketAddr, (framing, protocol): (Framing, Protocol)) {
    let (send, answers) = channel();
    let spy = blocking::from_fn(move |request, next| {
        let response = next.run(request)?;
        let _ = send.send(response.headers.get("answer").map(str::to_owned));
        Ok(response)
    });
    let builder = BlockingTravelClient::builder().framing(framing).protocol(protocol).layer(spy);
    let client = builder.connect(address).expect("the server listens");
    let padded = client.with_headers(SENT);
    for size in [0, 100, 100_000] {
        let echoed = padded.headers(vec![7; size]).expect("answered");
        assert!(is_echo(&echoed), "{framing:?} {protocol}: {echoed:?}");
        assert_eq!(next(&answers).as_deref(), Some("to headers"));
    }
    assert_eq!(client.form().expect("answered"), format!("{:?} {protocol}", Some(framing)));
    assert_eq!(next(&answers), None);
    let left = client.with_timeout(Duration::from_secs(600)).left().expect("answered");
    assert!((540_000..=600_000).contains(&left), "{left} ms are left");
    client.poke().expect("sent");
    client.nap(0).expect("answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_and_deadlines_travel() {
    for address in [start().await, start_blocking()] {
        for form in FORMS {
            check(address, form).await;
            tokio::task::spawn_blocking(move || check_blocking(address, form))
                .await
                .expect("no panic");
        }
    }
}

#[tokio::test]
async fn a_call_whose_deadline_has_passed_is_cancelled_at_the_server() {
    let address = start().await;
    let client = TravelClient::builder().framing(Framing::Header).connect(address).await;
    let client = client.expect("the server listens");
    let error = client.with_timeout(Duration::from_millis(50)).nap(60_000).await;
    assert_eq!(error.expect_err("too slow").kind(), ErrorKind::Timeout);
}
