//! Generated clients: arguments by reference, futures that borrow nothing, and clients and shared
//! handlers in place of handlers.

#![deny(warnings)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use thriftly::{Deadline, ErrorKind, Request, Response, Result, blocking};

/// A type of ours that is an `i64` on the wire.
#[derive(Debug, Clone, Default, PartialEq, thriftly::ThriftStruct)]
#[thrift(transparent)]
pub struct Millis(pub i64);

#[allow(clippy::too_many_arguments)]
mod idl {
    thriftly::thrift!(inline: r#"
        enum Level { LOW = 1, HIGH = 2 }
        typedef string Name
        typedef i64 Id
        typedef list<Name> Names
        struct Point { 1: i32 x, 2: i32 y }
        exception Missing { 1: string key }

        service Base { string base(1: string text) }

        service Kinds extends Base {
            string scalars(1: bool a, 2: i8 b, 3: i16 c, 4: i32 d, 5: i64 e, 6: double f, 7: uuid g,
                8: Level h, 9: Id i)
            string others(1: string a, 2: Name b, 3: binary c, 4: list<i32> d, 5: Names e,
                6: set<string> f, 7: map<string, Point> g, 8: Point h)
            i64 foreign(1: i64 plain (rust.type = "crate::clients::Millis"))
            i32 lookup(1: string key) throws (1: Missing missing)
            oneway void note(1: string text)
            string maybe(1: optional string a, 2: i32 b (rust.optional), 3: optional binary c,
                4: optional Point d, 5: optional list<i32> e, 6: optional Level f)
        }
    "#);

    thriftly::thrift!(inline: "
        service Many {
            i32 sum(1: i32 a1, 2: i32 a2, 3: i32 a3, 4: i32 a4, 5: i32 a5, 6: i32 a6, 7: i32 a7,
                8: i32 a8, 9: i32 a9, 10: i32 a10, 11: i32 a11, 12: i32 a12, 13: i32 a13,
                14: i32 a14, 15: i32 a15, 16: i32 a16, 17: i32 a17)
        }
    ");
}
use idl::*;

#[derive(Default)]
struct Handler {
    notes: Mutex<Vec<String>>,
}

macro_rules! handler {
    ($base:ident, $kinds:ident, $many:ident, $($async:tt)?) => {
        impl $base for Handler {
            $($async)? fn base(&self, text: String) -> Result<String> {
                Ok(text + "!")
            }
        }
        #[allow(clippy::too_many_arguments)]
        impl $kinds for Handler {
            $($async)? fn scalars(
                &self, a: bool, b: i8, c: i16, d: i32, e: i64, f: f64, g: thriftly::Uuid, h: Level, i: i64,
            ) -> Result<String> {
                Ok(format!("{a} {b} {c} {d} {e} {f} {g} {h} {i}"))
            }
            $($async)? fn others(
                &self, a: String, b: Name, c: Bytes, d: Vec<i32>, e: Names, f: BTreeSet<String>,
                g: BTreeMap<String, Point>, h: Point,
            ) -> Result<String> {
                Ok(format!("{a} {b} {c:?} {d:?} {e:?} {f:?} {} {}", g["p"].x, h.y))
            }
            $($async)? fn foreign(&self, plain: Millis) -> Result<i64> {
                Ok(plain.0)
            }
            $($async)? fn lookup(&self, key: String) -> std::result::Result<i32, LookupError> {
                key.parse().map_err(|_| Missing { key }.into())
            }
            $($async)? fn maybe(
                &self, a: Option<String>, b: Option<i32>, c: Option<Bytes>, d: Option<Point>, e: Option<Vec<i32>>,
                f: Option<Level>,
            ) -> Result<String> {
                Ok(format!("{a:?} {b:?} {c:?} {} {e:?} {f:?}", d.is_some()))
            }
            $($async)? fn note(&self, text: String) -> Result<()> {
                self.notes.lock().expect("it is not poisoned").push(text);
                Ok(())
            }
        }
        #[allow(clippy::too_many_arguments)]
        impl $many for Handler {
            $($async)? fn sum(
                &self, a1: i32, a2: i32, a3: i32, a4: i32, a5: i32, a6: i32, a7: i32, a8: i32, a9: i32,
                a10: i32, a11: i32, a12: i32, a13: i32, a14: i32, a15: i32, a16: i32, a17: i32,
            ) -> Result<i32> {
                let first = a1 + 2 * a2 + a3 + a4 + a5 + a6 + a7 + 8 * a8 + 9 * a9;
                Ok(first + a10 + a11 + a12 + a13 + a14 + a15 + 16 * a16 + 17 * a17)
            }
        }
    };
}

handler!(Base, Kinds, Many, async);
handler!(BlockingBase, BlockingKinds, BlockingMany,);

/// One call with each kind of argument.
macro_rules! call {
    ($kinds:expr $(, $await:tt)?) => {{
        let kinds = $kinds;
        let uuid = thriftly::Uuid([7; 16]);
        let scalars = kinds.scalars(true, -1, 2, 3, 4, 0.5, uuid, Level::High, 9)$(.$await)?;
        assert_eq!(scalars?, format!("true -1 2 3 4 0.5 {uuid} HIGH 9"));
        let (names, numbers) = (vec!["n".to_owned()], [1, 2]);
        let set = BTreeSet::from(["s".to_owned()]);
        let point = Point { x: 1, y: 2 };
        let map = BTreeMap::from([("p".to_owned(), point.clone())]);
        let text = String::from("a");
        let others =
            kinds.others(&text, "b", vec![1_u8], &numbers, &names, &set, &map, &point)$(.$await)?;
        assert_eq!(others?, "a b b\"\\x01\" [1, 2] [\"n\"] {\"s\"} 1 2");
        assert_eq!(kinds.foreign(&Millis(5))$(.$await)??, 5);
        assert_eq!(kinds.base("hi")$(.$await)??, "hi!");
        let nothing = kinds.maybe(None, None, None, None, None, None)$(.$await)?;
        assert_eq!(nothing?, "None None None false None None");
        let (blob, high) = (Bytes::from_static(b"c"), Level::High);
        let maybe = kinds.maybe(Some(&text), Some(2), Some(blob), Some(&point), Some(&[5]), Some(high));
        let all = "Some(\"a\") Some(2) Some(b\"c\") true Some([5]) Some(High)";
        assert_eq!(maybe$(.$await)?.expect("ok"), all);
        let missing = kinds.lookup("k")$(.$await)?;
        assert!(matches!(missing, Err(LookupError::Missing(Missing { key })) if key == "k"));
    }};
}

#[test]
fn blocking_clients_take_references() -> Result<()> {
    call!(BlockingKindsClient::new(BlockingKindsServer::new(Handler::default())));
    let many = BlockingManyClient::new(BlockingManyServer::new(Handler::default()));
    let sum = many.sum(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)?;
    assert_eq!(sum, 1 + 2 + 5 + 8 + 9 + 6 + 16 + 17);
    Ok(())
}

#[tokio::test]
async fn async_clients_take_references() -> Result<()> {
    call!(KindsClient::new(KindsServer::new(Handler::default())), await);
    let many = ManyClient::new(ManyServer::new(Handler::default()));
    let sum = many.sum(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1).await?;
    assert_eq!(sum, 1 + 2 + 5 + 8 + 9 + 6 + 16 + 17);
    Ok(())
}

/// What the future is made of may be gone when it is awaited: arguments and client.
#[tokio::test]
async fn a_call_borrows_nothing_and_is_encoded_immediately() -> Result<()> {
    fn owned<F: Future + Send + 'static>(future: F) -> F {
        future
    }
    let reply = {
        let client = KindsClient::new(KindsServer::new(Handler::default()));
        let mut text = String::from("early");
        let reply = owned(client.base(&text));
        text.replace_range(.., "later");
        reply
    };
    assert_eq!(tokio::spawn(reply).await.expect("it does not panic")?, "early!");
    let client = KindsClient::new(KindsServer::new(Handler::default()));
    let texts = ["a", "b", "c"].map(str::to_owned);
    let replies: Vec<_> = texts.iter().map(|text| client.base(text)).collect();
    drop(texts);
    for (reply, text) in replies.into_iter().zip(["a!", "b!", "c!"]) {
        assert_eq!(reply.await?, text);
    }
    Ok(())
}

/// A large blob is linked into the message.
#[test]
fn blobs_are_not_copied() {
    /// Looks for the blob among the pieces of the body.
    struct Look(Bytes);

    impl blocking::Service for Look {
        fn call(&self, request: Request) -> Result<Response> {
            let found = request.body.chunks().any(|chunk| chunk.as_ptr() == self.0.as_ptr());
            assert!(found, "the blob has been copied");
            Ok(Response::none(request.protocol))
        }
    }

    let blob = Bytes::from(vec![5; 1 << 20]);
    let client = BlockingKindsClient::new(Look(blob.clone()));
    let point = Point::default();
    let (set, map) = (BTreeSet::new(), BTreeMap::new());
    client.others("", "", blob, &[], &[], &set, &map, &point).expect_err("there is no result");
}

/// The timeout of a client is the deadline of its calls, from when the method is called.
#[tokio::test]
async fn one_call_may_have_a_timeout_of_its_own() -> Result<()> {
    /// Answers nothing, and tells the deadline.
    #[derive(Clone, Default)]
    struct Deadlines(Arc<Mutex<Vec<Deadline>>>);

    impl blocking::Service for Deadlines {
        fn call(&self, request: Request) -> Result<Response> {
            self.0.lock().expect("it is not poisoned").push(request.deadline);
            Ok(Response::none(request.protocol))
        }
    }

    let seen = Deadlines::default();
    let client = BlockingKindsClient::new(seen.clone());
    let (before, minute) = (Instant::now(), Duration::from_secs(60));
    client.with_timeout(minute).note("a")?;
    client.with_timeout(Duration::MAX).note("b")?;
    client.note("c")?;
    let seen = std::mem::take(&mut *seen.0.lock().expect("it is not poisoned"));
    let [Deadline::At(time), Deadline::Never, Deadline::Default] = seen[..] else {
        panic!("{seen:?}")
    };
    assert!(before + minute <= time && time <= Instant::now() + minute);

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let client = KindsClient::connect(listener.local_addr()?).await?;
    let error = client.with_timeout(Duration::from_millis(1)).base("").await.expect_err("silence");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    Ok(())
}

/// Accepts any implementation of `Kinds`.
async fn ask(kinds: impl Kinds) -> Result<String> {
    kinds.note("asked".into()).await?;
    kinds.base("ask".into()).await
}

fn ask_blocking(kinds: &(impl BlockingKinds + ?Sized)) -> Result<String> {
    kinds.note("asked".into())?;
    kinds.base("ask".into())
}

#[tokio::test]
async fn clients_and_shared_handlers_are_handlers() -> Result<()> {
    let handler = Arc::new(Handler::default());
    let server = KindsServer::new(Arc::clone(&handler));
    let client = KindsClient::new(server.clone());
    assert_eq!(ask(Arc::clone(&handler)).await?, "ask!");
    assert_eq!(ask(client.clone()).await?, "ask!");
    // A proxy: the client is the handler of another server.
    let proxy = KindsClient::new(KindsServer::new(client));
    call!(proxy.clone(), await);
    assert_eq!(ask(proxy).await?, "ask!");
    assert_eq!(handler.notes.lock().expect("it is not poisoned").len(), 3);
    Ok(())
}

#[test]
fn blocking_clients_and_shared_handlers_are_handlers() -> Result<()> {
    let handler = Arc::new(Handler::default());
    let object: Arc<dyn BlockingKinds> = Arc::clone(&handler) as _;
    assert_eq!(ask_blocking(&*object)?, "ask!");
    assert_eq!(ask_blocking(&object)?, "ask!");
    let client = BlockingKindsClient::new(BlockingKindsServer::new(object));
    assert_eq!(ask_blocking(&client)?, "ask!");
    let proxy: Arc<dyn BlockingKinds> = Arc::new(client);
    call!(BlockingKindsClient::new(BlockingKindsServer::new(proxy)));
    assert_eq!(handler.notes.lock().expect("it is not poisoned").len(), 3);
    Ok(())
}
