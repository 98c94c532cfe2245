//! One port serves every kind of client at once.

use std::time::Duration;

use thriftly::{ClientBuilder, Context, Framing, Protocol, Server, blocking};

thriftly::thrift!(inline: "
    service Mirror {
        /** The number, and how the call came: framing and protocol. */
        string look(1: i32 number, 2: binary filler)
    }
");

struct Handler;

fn look(number: i32, filler: &[u8]) -> String {
    let context = Context::current();
    let (framing, protocol) = (context.framing(), context.protocol());
    format!("{number} {} {framing:?} {protocol:?}", filler.len())
}

impl Mirror for Handler {
    async fn look(&self, number: i32, filler: bytes::Bytes) -> thriftly::Result<String> {
        if number % 100 == 7 {
            tokio::task::yield_now().await;
        }
        Ok(look(number, &filler))
    }
}

impl BlockingMirror for Handler {
    fn look(&self, number: i32, filler: bytes::Bytes) -> thriftly::Result<String> {
        Ok(look(number, &filler))
    }
}

const CALLS: i32 = 1000;

/// A kind of client, and how the server sees its calls.
struct Kind {
    builder: ClientBuilder<MirrorClient>,
    scheme: &'static str,
    seen: String,
}

impl Kind {
    fn new(framing: Framing, protocol: Protocol) -> Kind {
        let builder = MirrorClient::builder().framing(framing).protocol(protocol);
        Kind { builder, scheme: "tcp", seen: format!("{:?} {protocol:?}", Some(framing)) }
    }
}

/// The kinds of clients that need no more than a socket.
fn kinds() -> Vec<Kind> {
    let protocols = [Protocol::Binary, Protocol::BinaryOld, Protocol::Compact, Protocol::Json];
    let plain = [Framing::Unframed, Framing::Framed].into_iter();
    let plain = plain.flat_map(|framing| protocols.map(|protocol| Kind::new(framing, protocol)));
    let headers = [
        (Framing::Header, Protocol::Binary),
        (Framing::Header, Protocol::Compact),
        (Framing::TtHeader, Protocol::Binary),
    ];
    let headers = headers.map(|(framing, protocol)| Kind::new(framing, protocol));
    let zlib = Kind::new(Framing::Unframed, Protocol::Binary);
    let zlib = Kind { builder: zlib.builder.zlib(), ..zlib };
    plain.chain(headers).chain([zlib]).collect()
}

/// The kinds that only the async server serves.
fn http_kinds() -> [Kind; 2] {
    let (http1, http2) = (MirrorClient::builder(), MirrorClient::builder().http2());
    [http1, http2].map(|builder| {
        let seen = format!("{:?} {:?}", None::<Framing>, Protocol::Binary);
        Kind { builder, scheme: "http", seen }
    })
}

/// All kinds call at once, each several calls at a time; every answer is right.
async fn call(kinds: Vec<Kind>, port: u16) {
    let clients = kinds.into_iter().map(|Kind { builder, scheme, seen }| async move {
        let address = format!("{scheme}://127.0.0.1:{port}");
        let client = builder.connect(address).await.expect("the server listens");
        let filler = vec![7; 3000];
        for batch in 0..CALLS / 10 {
            let numbers = (batch * 10..).take(10);
            let call = |number| {
                // Some calls are larger than what is read at once.
                let size = if number % 50 == 0 { 3000 } else { number as usize % 60 };
                let expected = format!("{number} {size} {seen}");
                (client.look(number, filler[..size].to_vec()), expected)
            };
            for (reply, expected) in numbers.map(call).collect::<Vec<_>>() {
                assert_eq!(reply.await.expect("answered"), expected);
            }
        }
    });
    let tasks: Vec<_> = clients.map(tokio::spawn).collect();
    for task in tasks {
        let done = tokio::time::timeout(Duration::from_secs(120), task).await;
        done.expect("it does not hang").expect("all answers are right");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_async_server_answers_fourteen_kinds_of_clients_at_once() {
    let server = Server::new(MirrorServer::new(Handler)).bind("127.0.0.1:0").await;
    let server = server.expect("it is bound");
    let port = server.local_addr().port();
    tokio::spawn(server.serve());
    let kinds: Vec<_> = kinds().into_iter().chain(http_kinds()).collect();
    assert_eq!(kinds.len(), 14);
    call(kinds, port).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_blocking_server_answers_twelve_kinds_of_clients_at_once() {
    let server = blocking::Server::new(BlockingMirrorServer::new(Handler)).bind("127.0.0.1:0");
    let server = server.expect("it is bound");
    let port = server.local_addr().port();
    std::thread::spawn(move || server.serve());
    let kinds = kinds();
    assert_eq!(kinds.len(), 12);
    call(kinds, port).await;
}
