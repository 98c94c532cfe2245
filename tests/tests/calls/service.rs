//! Typed services over real connections: every way in which a call can end, async and blocking,
//! framed and buffered.

#![deny(warnings)]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Mutex;

use thriftly::{ApplicationErrorKind, Error, ErrorKind, Framing, Request, Response};

thriftly::thrift!("../../idl/interop.thrift");

#[derive(Default)]
struct Handler {
    fired: Mutex<HashMap<String, i32>>,
}

/// Both traits from one set of bodies: `async fn` or not is the only difference.
macro_rules! handler {
    ($base:ident, $interop:ident, $($async:tt)?) => {
        impl $base for Handler {
            $($async)? fn whoami(&self) -> thriftly::Result<String> {
                Ok("rust thriftly".into())
            }
        }

        impl $interop for Handler {
            $($async)? fn ping(&self) -> thriftly::Result<()> {
                Ok(())
            }
            $($async)? fn echo_bool(&self, v: bool) -> thriftly::Result<bool> {
                Ok(v)
            }
            $($async)? fn echo_i8(&self, v: i8) -> thriftly::Result<i8> {
                Ok(v)
            }
            $($async)? fn echo_i16(&self, v: i16) -> thriftly::Result<i16> {
                Ok(v)
            }
            $($async)? fn echo_i32(&self, v: i32) -> thriftly::Result<i32> {
                Ok(v)
            }
            $($async)? fn echo_i64(&self, v: i64) -> thriftly::Result<i64> {
                Ok(v)
            }
            $($async)? fn echo_double(&self, v: f64) -> thriftly::Result<f64> {
                Ok(v)
            }
            $($async)? fn echo_string(&self, v: String) -> thriftly::Result<String> {
                Ok(v)
            }
            $($async)? fn echo_binary(&self, v: bytes::Bytes) -> thriftly::Result<bytes::Bytes> {
                Ok(v)
            }
            $($async)? fn echo_enum(&self, v: Color) -> thriftly::Result<Color> {
                Ok(v)
            }
            $($async)? fn echo_list(&self, v: Vec<i32>) -> thriftly::Result<Vec<i32>> {
                Ok(v)
            }
            $($async)? fn echo_set(
                &self,
                v: std::collections::BTreeSet<String>,
            ) -> thriftly::Result<std::collections::BTreeSet<String>> {
                Ok(v)
            }
            $($async)? fn echo_map(
                &self,
                v: std::collections::BTreeMap<String, i32>,
            ) -> thriftly::Result<std::collections::BTreeMap<String, i32>> {
                Ok(v)
            }
            $($async)? fn echo_empty(&self, v: Empty) -> thriftly::Result<Empty> {
                Ok(v)
            }
            $($async)? fn echo_scalars(&self, v: Scalars) -> thriftly::Result<Scalars> {
                Ok(v)
            }
            $($async)? fn echo_gaps(&self, v: Gaps) -> thriftly::Result<Gaps> {
                Ok(v)
            }
            $($async)? fn echo_containers(&self, v: Containers) -> thriftly::Result<Containers> {
                Ok(v)
            }
            $($async)? fn echo_options(&self, v: Options) -> thriftly::Result<Options> {
                Ok(v)
            }
            $($async)? fn describe_options(&self, v: Options) -> thriftly::Result<String> {
                Ok(format!("{v:?}"))
            }
            $($async)? fn echo_choice(&self, v: Choice) -> thriftly::Result<Choice> {
                Ok(v)
            }
            $($async)? fn describe_choice(&self, v: Choice) -> thriftly::Result<String> {
                Ok(format!("{v:?}"))
            }
            $($async)? fn echo_tree(&self, v: Tree) -> thriftly::Result<Tree> {
                Ok(v)
            }
            $($async)? fn tree_depth(&self, v: Tree) -> thriftly::Result<i32> {
                Ok(depth(&v))
            }
            $($async)? fn mix(&self, a: i32, b: i64, c: Vec<String>) -> thriftly::Result<i64> {
                Ok(i64::from(a) + 10 * b + 100 * c.len() as i64)
            }
            $($async)? fn fail(&self, kind: i32) -> Result<String, FailError> {
                match kind {
                    0 => Ok("ok".into()),
                    1 => Err(Oops { code: 1001, reason: "declared".into() }.into()),
                    2 => {
                        let nearest = Scalars { text: "near".into(), ..Scalars::default() };
                        Err(NotFound { key: "k".into(), nearest }.into())
                    }
                    3 => Err(Error::internal("not declared").into()),
                    4 => Err(std::io::Error::other("a file is gone")).map_err(Error::from)?,
                    _ => panic!("the handler panics"),
                }
            }
            $($async)? fn fail_void(&self, kind: i32) -> Result<(), FailVoidError> {
                match kind {
                    0 => Ok(()),
                    _ => Err(Oops { code: 1002, reason: "void".into() }.into()),
                }
            }
            $($async)? fn fire(&self, token: String) -> thriftly::Result<()> {
                *self.fired.lock().expect("it is not poisoned").entry(token.clone()).or_default() += 1;
                match token.as_str() {
                    "fail" => Err(Error::internal("nobody hears of this")),
                    "panic" => panic!("nor of this"),
                    _ => Ok(()),
                }
            }
            $($async)? fn fired(&self, token: String) -> thriftly::Result<i32> {
                let fired = self.fired.lock().expect("it is not poisoned");
                Ok(fired.get(&token).copied().unwrap_or_default())
            }
        }
    };
}

handler!(Base, Interop, async);
handler!(BlockingBase, BlockingInterop,);

fn depth(tree: &Tree) -> i32 {
    1 + tree.kids.iter().map(depth).max().unwrap_or_default()
}

async fn start_async() -> SocketAddr {
    let service = InteropServer::new(Handler::default());
    let server = thriftly::Server::new(service).bind("127.0.0.1:0").await.expect("it is bound");
    let address = server.local_addr().socket_addr().expect("TCP");
    tokio::spawn(server.serve());
    address
}

fn start_blocking() -> SocketAddr {
    let service = BlockingInteropServer::new(Handler::default());
    let server = thriftly::blocking::Server::new(service).bind("127.0.0.1:0").expect("it is bound");
    let address = server.local_addr().socket_addr().expect("TCP");
    std::thread::spawn(move || server.serve());
    address
}

/// All ways in which a call ends, on one connection. `$call` awaits or does not.
macro_rules! check {
    ($client:expr, $plus:expr, $($await:tt)*) => {{
        let (client, plus) = ($client, $plus);
        assert_eq!(client.whoami()$($await)*.expect("inherited"), "rust thriftly");
        client.ping()$($await)*.expect("void");
        assert_eq!(client.mix(1, 2, &["x".into()])$($await)*.expect("out of order"), 121);
        assert_eq!(client.echo_string("héllo")$($await)*.expect("a string"), "héllo");
        let blob = bytes::Bytes::from(vec![0xff; 1 << 20]);
        assert_eq!(client.echo_binary(blob.clone())$($await)*.expect("1 MiB"), blob);
        let tree = Tree { value: 1, kids: vec![Tree::default(), Tree::default()] };
        assert_eq!(client.echo_tree(&tree)$($await)*.expect("a tree"), tree);
        let color = client.echo_enum(Color::Unrecognized(77))$($await)*;
        assert_eq!(color.expect("unknown numbers are kept"), Color::Unrecognized(77));

        assert_eq!(client.fail(0)$($await)*.expect("no exception"), "ok");
        match client.fail(1)$($await)* {
            Err(FailError::Oops(oops)) => assert_eq!(oops, Oops { code: 1001, reason: "declared".into() }),
            other => panic!("{other:?}"),
        }
        match client.fail(2)$($await)* {
            Err(FailError::NotFound(error)) => assert_eq!(error.nearest.text, "near"),
            other => panic!("{other:?}"),
        }
        match client.fail_void(1)$($await)* {
            Err(FailVoidError::Oops(oops)) => assert_eq!(oops.code, 1002),
            other => panic!("{other:?}"),
        }
        for (kind, message) in [(3, "not declared"), (4, "internal error"), (5, "panicked")] {
            match client.fail(kind)$($await)* {
                Err(FailError::Other(error)) => {
                    let internal = ErrorKind::Application(ApplicationErrorKind::INTERNAL_ERROR);
                    assert_eq!(error.kind(), internal);
                    assert!(error.message().contains(message), "{error}");
                }
                other => panic!("{other:?}"),
            }
            client.ping()$($await)*.expect("the connection is usable");
        }

        let error = plus.not_there(&Containers::default(), 1)$($await)*.expect_err("unknown");
        let unknown = ErrorKind::Application(ApplicationErrorKind::UNKNOWN_METHOD);
        assert_eq!(error.kind(), unknown);
        plus.ping()$($await)*.expect("the connection is usable");

        for token in ["a", "fail", "a", "panic", "a"] {
            client.fire(token)$($await)*.expect("nobody waits");
        }
        assert_eq!(client.fired("a")$($await)*.expect("in order"), 3);
        assert_eq!(client.fired("panic")$($await)*.expect("in order"), 1);
    }};
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_ends_as_it_should_between_async_sides() {
    let address = start_async().await;
    for framing in [Framing::Unframed, Framing::Framed] {
        let address = if framing == Framing::Framed { start_async().await } else { address };
        let client: InteropClient =
            InteropClient::builder().framing(framing).connect(address).await.expect("connected");
        let plus: InteropPlusClient = InteropPlusClient::builder()
            .framing(framing)
            .connect(address)
            .await
            .expect("connected");
        check!(client, plus, .await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_ends_as_it_should_from_an_async_client_to_a_blocking_server() {
    let address = start_blocking();
    let client = InteropClient::connect(address).await.expect("connected");
    let plus = InteropPlusClient::connect(address).await.expect("connected");
    check!(client, plus, .await);
}

#[test]
fn every_call_ends_as_it_should_between_blocking_sides() {
    for framing in [Framing::Unframed, Framing::Framed] {
        let address = start_blocking();
        let client: BlockingInteropClient =
            BlockingInteropClient::builder().framing(framing).connect(address).expect("connected");
        let plus: BlockingInteropPlusClient = BlockingInteropPlusClient::builder()
            .framing(framing)
            .connect(address)
            .expect("connected");
        check!(client, plus,);
    }
}

#[test]
fn a_blocking_client_needs_no_connection_to_call_a_service() {
    // The same boundary of bytes on both sides: a server can be what a client calls through.
    let client = BlockingInteropClient::new(BlockingInteropServer::new(Handler::default()));
    assert_eq!(client.echo_i64(-5).expect("it is called"), -5);
    assert!(matches!(client.fail(1), Err(FailError::Oops(_))));
}

#[tokio::test]
async fn a_tower_service_around_a_server_sees_bytes_and_may_answer_itself() {
    /// Answers `ping` with an error, and passes on the rest.
    #[derive(Clone)]
    struct Layer<S>(S);

    impl<S> tower_service::Service<Request> for Layer<S>
    where
        S: tower_service::Service<Request, Response = Response, Error = Error>,
        S::Future: Send + 'static,
    {
        type Response = Response;
        type Error = Error;
        type Future = std::pin::Pin<Box<dyn Future<Output = thriftly::Result<Response>> + Send>>;

        fn poll_ready(
            &mut self,
            context: &mut std::task::Context<'_>,
        ) -> std::task::Poll<thriftly::Result<()>> {
            self.0.poll_ready(context)
        }

        fn call(&mut self, request: Request) -> Self::Future {
            if request.method.as_str() == "ping" {
                return Box::pin(async { Err(Error::internal("not today")) });
            }
            Box::pin(self.0.call(request))
        }
    }

    let layered = Layer(InteropServer::new(Handler::default()));
    let server = thriftly::Server::new(layered.clone()).bind("127.0.0.1:0").await.expect("bound");
    let address = server.local_addr().socket_addr().expect("TCP");
    tokio::spawn(server.serve());
    let over_tcp = InteropClient::connect(address).await.expect("connected");
    assert!(over_tcp.ping().await.is_err());
    assert_eq!(over_tcp.echo_bool(true).await.ok(), Some(true));

    let in_memory = InteropClient::new(layered);
    assert_eq!(in_memory.ping().await.expect_err("refused").message(), "not today");
    assert_eq!(in_memory.echo_bool(true).await.ok(), Some(true));
}

/// `?` takes the errors of every method to the one error.
#[test]
fn declared_exceptions_become_errors() {
    let client = BlockingInteropClient::connect(start_blocking()).expect("it is served");
    let call = |kind| -> thriftly::Result<String> {
        client.ping()?;
        client.fail_void(0)?;
        Ok(client.fail(kind)?)
    };
    assert_eq!(call(0).expect("no exception"), "ok");
    let error = call(1).expect_err("it is declared");
    let oops = Oops { code: 1001, reason: "declared".into() };
    assert_eq!((error.kind(), error.message()), (ErrorKind::Exception, oops.to_string().as_str()));
    let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref());
    assert_eq!(source, Some(&oops));
    // An undeclared error keeps its kind.
    let error = call(3).expect_err("it is not declared");
    assert_eq!(error.kind(), ErrorKind::Application(ApplicationErrorKind::INTERNAL_ERROR));
}
