//! Typed services in every protocol and framing, async and blocking: servers find out what their
//! client speaks, and answer in kind.

#![cfg(feature = "async")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};

use thriftly::Bytes;
use thriftly::{ApplicationErrorKind, ErrorKind, Framing, Protocol, Uuid};

thriftly::thrift!(inline: "
    exception Refused { 1: string why, 2: i64 code }
    enum Color { RED = 1, GREEN = 2 }
    union Choice { 1: i32 number, 2: string text, 3: binary blob, 4: bool flag }
    struct Point { 1: required i32 x, 2: required i32 y }
    struct Everything {
        1: required bool yes,
        2: bool no,
        3: optional bool maybe,
        4: i8 tiny,
        5: i16 small,
        6: i32 middle,
        7: i64 large,
        8: double real,
        9: string text,
        10: binary blob,
        11: uuid id,
        12: Color color,
        13: list<bool> flags,
        14: list<i64> numbers,
        15: set<string> words,
        16: map<uuid, list<Point>> points,
        17: map<string, map<i32, binary>> blobs,
        18: Choice choice,
        40: optional i32 far,
        32767: optional string odd,
    }

    service Mirror {
        Everything reflect(1: Everything it) throws (1: Refused refused),
        binary grow(1: i32 length),
        oneway void fire(1: bool really),
        i32 fired(),
        void fail(),
    }
");

fn everything() -> Everything {
    Everything {
        yes: true,
        no: false,
        maybe: Some(false),
        tiny: -128,
        small: -32768,
        middle: i32::MIN,
        large: i64::MAX,
        real: -0.1,
        text: "naïve \"quoted\" \\ \u{1}\n🦀".into(),
        blob: Bytes::from_static(b"\xff\0\xfe binary"),
        id: Uuid([0xab; 16]),
        color: Color::Unrecognized(7),
        flags: vec![true, false, true],
        numbers: (0..300).map(|n| i64::MIN >> (n % 64)).collect(),
        words: BTreeSet::from(["a".into(), "é".into()]),
        points: BTreeMap::from([
            (Uuid([1; 16]), vec![Point { x: 1, y: -1 }; 20]),
            (Uuid::default(), vec![]),
        ]),
        blobs: BTreeMap::from([("k".into(), BTreeMap::from([(-5, Bytes::from_static(b"v"))]))]),
        choice: Choice::Blob(Bytes::from_static(b"text")),
        far: Some(-1),
        odd: Some(String::new()),
    }
}

#[derive(Default)]
struct Handler {
    fired: AtomicUsize,
}

/// Both traits from one set of bodies: `async fn` or not is the only difference.
macro_rules! handler {
    ($mirror:ident, $($async:tt)?) => {
        impl $mirror for Handler {
            $($async)? fn reflect(&self, it: Everything) -> Result<Everything, ReflectError> {
                match it.middle {
                    0 => Err(Refused { why: "zero".into(), code: i64::MIN }.into()),
                    _ => Ok(it),
                }
            }
            $($async)? fn grow(&self, length: i32) -> thriftly::Result<Bytes> {
                Ok(vec![7; length as usize].into())
            }
            $($async)? fn fire(&self, really: bool) -> thriftly::Result<()> {
                self.fired.fetch_add(usize::from(really), Ordering::SeqCst);
                Ok(())
            }
            $($async)? fn fired(&self) -> thriftly::Result<i32> {
                Ok(self.fired.load(Ordering::SeqCst) as i32)
            }
            $($async)? fn fail(&self) -> thriftly::Result<()> {
                Err(thriftly::Error::internal("no luck"))
            }
        }
    };
}

handler!(Mirror, async);
handler!(BlockingMirror,);

/// Each protocol in each framing.
fn forms() -> impl Iterator<Item = (Framing, Protocol)> {
    let protocols = [
        Protocol::Binary,
        Protocol::BinaryOld,
        Protocol::Compact,
        #[cfg(feature = "json")]
        Protocol::Json,
    ];
    let framings = [Framing::Unframed, Framing::Framed];
    framings.into_iter().flat_map(move |framing| protocols.map(|protocol| (framing, protocol)))
}

async fn start_async() -> SocketAddr {
    let server = thriftly::Server::new(MirrorServer::new(Handler::default()));
    let server = server.bind("127.0.0.1:0").await.expect("bound");
    let address = server.local_addr().socket_addr().expect("TCP");
    tokio::spawn(server.serve());
    address
}

fn start_blocking() -> SocketAddr {
    let server = thriftly::blocking::Server::new(BlockingMirrorServer::new(Handler::default()));
    let server = server.bind("127.0.0.1:0").expect("bound");
    let address = server.local_addr().socket_addr().expect("TCP");
    std::thread::spawn(|| server.serve());
    address
}

/// Every way in which a call can end, with `$wait` behind each.
macro_rules! calls {
    ($client:ident $(, $wait:ident)?) => {{
        let it = everything();
        let back = $client.reflect(&it)$(.$wait)?.expect("it comes back");
        assert_eq!(back, it);

        let refused = $client.reflect(&Everything { middle: 0, ..it })$(.$wait)?;
        let expected = Refused { why: "zero".into(), code: i64::MIN };
        assert!(matches!(refused, Err(ReflectError::Refused(refused)) if refused == expected));

        for length in [0, 1, 127, 128, 5000, 100_000, 3 << 20] {
            let grown = $client.grow(length)$(.$wait)?.expect("it has grown");
            assert_eq!(grown, vec![7; length as usize]);
        }

        let before = $client.fired()$(.$wait)?.expect("a number");
        for really in [true, false, true] {
            $client.fire(really)$(.$wait)?.expect("sent");
        }
        while $client.fired()$(.$wait)?.expect("a number") != before + 2 {}

        let error = $client.fail()$(.$wait)?.expect_err("it fails");
        assert_eq!(error.kind(), ErrorKind::Application(ApplicationErrorKind::INTERNAL_ERROR));
        assert!(error.to_string().contains("no luck"), "{error}");
    }};
}

#[tokio::test(flavor = "multi_thread")]
async fn async_clients_speak_with_both_servers_in_every_form() {
    for address in [start_async().await, start_blocking()] {
        for (framing, protocol) in forms() {
            let builder = MirrorClient::builder().framing(framing).protocol(protocol);
            let client: MirrorClient = builder.connect(address).await.expect("connected");
            calls!(client, await);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn blocking_clients_speak_with_both_servers_in_every_form() {
    for address in [start_async().await, start_blocking()] {
        let speak = move || {
            for (framing, protocol) in forms() {
                let builder = BlockingMirrorClient::builder().framing(framing).protocol(protocol);
                let client: BlockingMirrorClient = builder.connect(address).expect("connected");
                calls!(client);
            }
        };
        tokio::task::spawn_blocking(speak).await.expect("it does not panic");
    }
}

/// Calls of `fired` in compact, and the replies to them.
const COMPACT: (&[u8], &[u8]) = (b"\x82\x21\x07\x05fired\0", b"\x82\x41\x07\x05fired\x05\0\0\0");

#[cfg(feature = "json")]
const JSON: (&[u8], &[u8]) = (b"[1,\"fired\",1,7,{}]", b"[1,\"fired\",2,7,{\"0\":{\"i32\":0}}]");

fn framed(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u32).to_be_bytes(), message].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_may_drip_and_come_in_one_segment() {
    for address in [start_async().await, start_blocking()] {
        let talk = move || {
            for (call, reply) in [
                COMPACT,
                #[cfg(feature = "json")]
                JSON,
            ] {
                for (call, reply) in
                    [(call.to_vec(), reply.to_vec()), (framed(call), framed(reply))]
                {
                    let mut stream = TcpStream::connect(address).expect("connected");
                    stream.set_nodelay(true).expect("set");
                    for byte in &call {
                        stream.write_all(&[*byte]).expect("sent");
                    }
                    let mut answer = vec![0; reply.len()];
                    stream.read_exact(&mut answer).expect("answered");
                    assert_eq!(answer, reply);

                    stream.write_all(&call.repeat(50)).expect("sent");
                    let mut answers = vec![0; reply.len() * 50];
                    stream.read_exact(&mut answers).expect("answered");
                    assert_eq!(answers, reply.repeat(50));
                }
            }
        };
        tokio::task::spawn_blocking(talk).await.expect("it does not panic");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_messages_are_answered_in_kind_and_end_their_connection() {
    for address in [start_async().await, start_blocking()] {
        let talk = move || {
            for (call, part) in [
                // A list of 2³¹ - 1 elements, an invalid type, unlimited nesting.
                (
                    &b"\x82\x21\x09\x05fired\x19\xf5\xff\xff\xff\xff\x07"[..],
                    &b"\x82\x61\x09\x05fired"[..],
                ),
                (b"\x82\x21\x09\x05fired\x1e", b"\x82\x61\x09\x05fired"),
                (&[&b"\x82\x21\x09\x05fired"[..], &[0x1c; 100]].concat(), b"\x82\x61\x09\x05fired"),
            ] {
                let mut stream = TcpStream::connect(address).expect("connected");
                stream.write_all(call).expect("sent");
                let mut answer = Vec::new();
                stream.read_to_end(&mut answer).expect("answered and closed");
                assert!(answer.starts_with(part), "{answer:02x?}");
            }
        };
        tokio::task::spawn_blocking(talk).await.expect("it does not panic");
    }
}
