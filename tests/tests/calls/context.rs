//! What handlers know of their calls, on async and blocking servers.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, Instant};

use thriftly::{Context, Deadline, Error, Framing, Protocol, Request, Response, blocking};

thriftly::thrift!(inline: "
    exception Odd { 1: i32 number }
    service Mirror {
        string describe(1: string text)
        i32 half(1: i32 number) throws (1: Odd odd)
        void set()
        oneway void poke()
    }
", views: true);

/// What a layer attaches.
#[derive(Debug, Clone, PartialEq)]
struct User(&'static str);

struct Handler;

fn describe(text: &str) -> String {
    let context = Context::current();
    let user = context.extensions().get::<User>().map(|user| user.0);
    let has_peer = context.peer_addr().is_some() && context.local_addr().is_some();
    let (method, framing, protocol) = (context.method(), context.framing(), context.protocol());
    format!("{text} {method} {has_peer} {framing:?} {protocol} {user:?}")
}

fn half(number: i32) -> Result<i32, HalfError> {
    if number % 2 == 1 { Err(Odd { number }.into()) } else { Ok(number / 2) }
}

impl BlockingMirror for Handler {
    fn describe(&self, text: &str) -> thriftly::Result<String> {
        Ok(describe(text))
    }
    fn half(&self, number: i32) -> Result<i32, HalfError> {
        half(number)
    }
    fn set(&self) -> thriftly::Result<()> {
        Context::current().set_header("trace", "7");
        Ok(())
    }
    fn poke(&self) -> thriftly::Result<()> {
        Ok(())
    }
}

impl Mirror for Handler {
    async fn describe(&self, text: &str) -> thriftly::Result<String> {
        // Others are polled in between; each keeps its own.
        for _ in 0..5 {
            assert_eq!(Context::current().method(), "describe");
            tokio::task::yield_now().await;
        }
        Ok(describe(text))
    }
    async fn half(&self, number: i32) -> Result<i32, HalfError> {
        tokio::task::yield_now().await;
        assert_eq!(Context::current().method(), "half");
        half(number)
    }
    async fn set(&self) -> thriftly::Result<()> {
        let context = Context::current();
        tokio::task::yield_now().await;
        context.set_header("trace", "7");
        Ok(())
    }
    async fn poke(&self) -> thriftly::Result<()> {
        Ok(())
    }
}

/// Attaches a user to requests, and keeps answers.
#[derive(Clone)]
struct Layer<S> {
    inner: S,
    answers: Arc<Mutex<Vec<Response>>>,
}

impl<S> Layer<S> {
    fn new(inner: S) -> Layer<S> {
        Layer { inner, answers: Arc::default() }
    }
}

impl<S: blocking::Service> blocking::Service for Layer<S> {
    fn call(&self, mut request: Request) -> thriftly::Result<Response> {
        request.extensions.insert(User("ada"));
        let response = self.inner.call(request)?;
        self.answers.lock().expect("nobody panics").push(response.clone());
        Ok(response)
    }
}

impl<S> tower_service::Service<Request> for Layer<S>
where
    S: tower_service::Service<Request, Response = Response, Error = Error>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = thriftly::Result<Response>> + Send>>;

    fn poll_ready(&mut self, context: &mut std::task::Context<'_>) -> Poll<thriftly::Result<()>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        request.extensions.insert(User("ada"));
        let (response, answers) = (self.inner.call(request), Arc::clone(&self.answers));
        Box::pin(async move {
            let response = response.await?;
            answers.lock().expect("nobody panics").push(response.clone());
            Ok(response)
        })
    }
}

async fn start(layer: Layer<MirrorServer<Handler>>) -> SocketAddr {
    let server = thriftly::Server::new(layer).bind("127.0.0.1:0").await.expect("it is bound");
    let address = server.local_addr().socket_addr().expect("TCP");
    tokio::spawn(server.serve());
    address
}

fn start_blocking(layer: Layer<BlockingMirrorServer<Handler>>) -> SocketAddr {
    let server = blocking::Server::new(layer).bind("127.0.0.1:0").expect("it is bound");
    let address = server.local_addr().socket_addr().expect("TCP");
    std::thread::spawn(move || server.serve());
    address
}

const SEEN: &str = "describe true Some(Framed) compact Some(\"ada\")";

#[tokio::test]
async fn an_async_handler_knows_its_call() {
    let layer = Layer::new(MirrorServer::new(Handler));
    let address = start(layer.clone()).await;
    let client: MirrorClient = MirrorClient::builder()
        .framed()
        .protocol(Protocol::Compact)
        .connect(address)
        .await
        .expect("it is served");
    let calls: Vec<_> = (0..50)
        .map(|number| {
            let client = client.clone();
            tokio::spawn(async move {
                let text = format!("call {number}");
                assert_eq!(client.describe(&text).await.expect("ok"), format!("{text} {SEEN}"));
                assert_eq!(client.half(2 * number).await.expect("it is even"), number);
            })
        })
        .collect();
    for call in calls {
        call.await.expect("no panic");
    }
    assert_eq!(Context::current().method(), "", "this is no handler");
    // The transport carries none, which a debug build does not pass over.
    let set = client.set().await;
    match cfg!(debug_assertions) {
        true => assert!(set.is_err()),
        false => assert!(set.is_ok()),
    }
    assert_eq!(
        layer
            .answers
            .lock()
            .expect("nobody panics")
            .last()
            .and_then(|last| last.headers.get("trace")),
        Some("7"),
        "layers see it",
    );
}

#[test]
fn a_blocking_handler_knows_its_call() {
    let layer = Layer::new(BlockingMirrorServer::new(Handler));
    let address = start_blocking(layer.clone());
    let client: BlockingMirrorClient = BlockingMirrorClient::builder()
        .framed()
        .protocol(Protocol::Compact)
        .connect(address)
        .expect("it is served");
    assert_eq!(client.describe("a").expect("ok"), format!("a {SEEN}"));
    assert_eq!(client.set().is_err(), cfg!(debug_assertions));
    client.poke().expect("sent");
    assert_eq!(client.describe("b").expect("ok"), format!("b {SEEN}"));
}

#[test]
fn contexts_nest_where_a_service_is_called_in_memory() {
    struct Outer(BlockingMirrorClient<BlockingMirrorServer<Handler>>);
    impl BlockingMirror for Outer {
        fn describe(&self, text: &str) -> thriftly::Result<String> {
            let inner = self.0.half(4)?;
            assert_eq!(Context::current().method(), "describe");
            Ok(format!("{inner} {}", self.0.describe(text)?))
        }
        fn half(&self, _: i32) -> Result<i32, HalfError> {
            panic!("this is what the test wants");
        }
        fn set(&self) -> thriftly::Result<()> {
            Ok(())
        }
        fn poke(&self) -> thriftly::Result<()> {
            Ok(())
        }
    }
    let inner = BlockingMirrorClient::new(BlockingMirrorServer::new(Handler));
    let outer = BlockingMirrorClient::new(BlockingMirrorServer::new(Outer(inner)));
    let text = outer.describe("x").expect("answered");
    assert_eq!(text, "2 x describe false None binary None");
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| outer.half(2)));
    assert!(panicked.is_err());
    assert_eq!(Context::current().method(), "", "the panic has left the handler");
}

#[test]
fn a_handlers_deadline_is_that_of_its_calls() {
    /// Takes requests, and says how much time they have.
    struct Clock;
    impl blocking::Service for Clock {
        fn call(&self, request: Request) -> thriftly::Result<Response> {
            let Some(deadline) = Context::current().deadline() else {
                return Err(Error::internal(format!("none of {:?}", request.deadline)));
            };
            Err(Error::internal(format!("{}", (deadline - Instant::now()).as_secs())))
        }
    }
    struct Through(BlockingMirrorClient<Clock>);
    impl BlockingMirror for Through {
        fn describe(&self, text: &str) -> thriftly::Result<String> {
            self.0.describe(text)
        }
        fn half(&self, _: i32) -> Result<i32, HalfError> {
            Ok(1)
        }
        fn set(&self) -> thriftly::Result<()> {
            Ok(())
        }
        fn poke(&self) -> thriftly::Result<()> {
            Ok(())
        }
    }
    let server = BlockingMirrorServer::new(Through(BlockingMirrorClient::new(Clock)));
    let mut request = Request::new("describe", Protocol::Binary, vec![0].into());
    request.deadline = Deadline::after(Duration::from_secs(100));
    let error = blocking::Service::call(&server, request).expect_err("it fails");
    assert_eq!(error.to_string(), "99");
}

#[test]
fn an_answer_tells_a_declared_exception_from_a_value() {
    let layer = Layer::new(BlockingMirrorServer::new(Handler));
    for protocol in [Protocol::Binary, Protocol::Compact, Protocol::Json, Protocol::ThriftPyJson] {
        let client = BlockingMirrorClient::new(layer.clone()).with_protocol(protocol);
        client.half(2).expect("it is even");
        assert!(matches!(client.half(3), Err(HalfError::Odd(Odd { number: 3 }))));
        let _ = client.describe("a");
        let answers = std::mem::take(&mut *layer.answers.lock().expect("nobody panics"));
        let declared: Vec<_> = answers.iter().map(Response::is_declared_exception).collect();
        assert_eq!(declared, [false, true, false], "{protocol}");
    }
    assert!(!Response::none(Protocol::Binary).is_declared_exception());
    let failed = Response::exception(Protocol::Binary, &Error::internal("no"));
    assert!(!failed.is_declared_exception());
    assert_eq!(Framing::default(), Framing::Unframed);
}
