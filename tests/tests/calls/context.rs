//! What handlers know of their calls, on async and blocking servers.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, Instant};

use thriftly::{
    ApplicationErrorKind, Context, Deadline, Error, ErrorKind, Framing, Protocol, Request,
    Response, blocking,
};

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
        assert!(answers.iter().all(|answer| answer.error().is_none()), "{protocol}");
    }
    assert!(!Response::none(Protocol::Binary).is_declared_exception());
    let failed = Response::exception(Protocol::Binary, &Error::internal("no"));
    assert!(!failed.is_declared_exception());
    let error = failed.error().expect("it reports one");
    assert_eq!(error.kind(), ErrorKind::Application(ApplicationErrorKind::INTERNAL_ERROR));
    assert_eq!(error.message(), "no");
    assert_eq!(Framing::default(), Framing::Unframed);
}

/// Calls that are tracked across services.
mod tracked {
    use std::future::pending;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::sync::{Arc, Mutex};
    use std::time::{Duration, Instant};

    use thriftly::tracking::{CallHeader, Outcome, Record, Side, Tracker, Tracking};
    use thriftly::{Channel, ClientBuilder, ErrorKind, blocking};

    thriftly::thrift!(inline: "service Place { string place(), void never(), oneway void poke() }");

    /// Keeps a line for each record.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<String>>>);

    impl Lines {
        /// The lines, as soon as there are so many.
        fn wait(&self, count: usize) -> Vec<String> {
            let start = Instant::now();
            loop {
                let lines = self.0.lock().expect("nothing panics").clone();
                if lines.len() >= count {
                    return lines;
                }
                assert!(start.elapsed() < Duration::from_secs(60), "{lines:?}");
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    }

    impl Tracker for Lines {
        fn app_id(&self) -> &str {
            "test"
        }

        fn record(&self, record: &Record<'_>) {
            let outcome = match record.outcome {
                Outcome::Failed(error) => format!("{:?}", error.kind()),
                other => format!("{other:?}"),
            };
            let Record { side, app_id, method, header, .. } = record;
            let line = format!("{side:?} {app_id} {method} {} {outcome}", header.seq);
            self.0.lock().expect("nothing panics").push(line);
        }
    }

    /// Returns its place and those of the two calls that it makes of the next service.
    struct Handler<C> {
        next: Option<C>,
    }

    /// The place of the call; its request id is that of all calls.
    fn place(id: &Mutex<String>) -> String {
        let Some(tracking) = Tracking::current() else { return "none".to_owned() };
        let CallHeader { request_id, seq, .. } = tracking.header();
        let mut id = id.lock().expect("nothing panics");
        if id.is_empty() {
            id.clone_from(request_id);
        }
        assert_eq!(*id, *request_id);
        seq.clone()
    }

    static ASYNC_ID: Mutex<String> = Mutex::new(String::new());
    static BLOCKING_ID: Mutex<String> = Mutex::new(String::new());

    impl Place for Handler<PlaceClient> {
        async fn place(&self) -> thriftly::Result<String> {
            let mut places = vec![place(&ASYNC_ID)];
            if let Some(next) = &self.next {
                tokio::task::yield_now().await;
                places.push(next.place().await?);
                places.push(next.place().await?);
            }
            Ok(places.join(" "))
        }
        async fn never(&self) -> thriftly::Result<()> {
            pending().await
        }
        async fn poke(&self) -> thriftly::Result<()> {
            Ok(())
        }
    }

    impl BlockingPlace for Handler<BlockingPlaceClient> {
        fn place(&self) -> thriftly::Result<String> {
            let mut places = vec![place(&BLOCKING_ID)];
            if let Some(next) = &self.next {
                places.push(next.place()?);
                places.push(next.place()?);
            }
            Ok(places.join(" "))
        }
        fn never(&self) -> thriftly::Result<()> {
            Ok(())
        }
        fn poke(&self) -> thriftly::Result<()> {
            Ok(())
        }
    }

    const PLACES: &str = "1 1.1 1.1.1 1.1.2 1.2 1.2.1 1.2.2";

    async fn start(next: Option<PlaceClient>, lines: &Lines) -> PlaceClient {
        let server = thriftly::Server::new(PlaceServer::new(Handler { next }));
        let server = server.tracker(lines.clone()).bind("127.0.0.1:0").await.expect("it is bound");
        let address = server.local_addr();
        tokio::spawn(server.serve());
        let client = PlaceClient::builder().tracker(lines.clone()).connect(address).await;
        client.expect("it is served")
    }

    #[tokio::test]
    async fn calls_of_async_handlers_continue_the_request() -> thriftly::Result<()> {
        let lines = Lines::default();
        let last = start(None, &lines).await;
        let middle = start(Some(last), &lines).await;
        let first = start(Some(middle), &lines).await;
        assert_eq!(first.place().await?, PLACES);
        let mut records = lines.wait(14);
        let mut expected: Vec<_> = PLACES
            .split(' ')
            .flat_map(|place| {
                ["Client", "Server"].map(|side| format!("{side} test place {place} Success"))
            })
            .collect();
        records.sort_unstable();
        expected.sort_unstable();
        assert_eq!(records, expected);
        Ok(())
    }

    fn start_blocking(next: Option<BlockingPlaceClient>, lines: &Lines) -> BlockingPlaceClient {
        let server = blocking::Server::new(BlockingPlaceServer::new(Handler { next }));
        let server = server.tracker(lines.clone()).bind("127.0.0.1:0").expect("it is bound");
        let address = server.local_addr();
        std::thread::spawn(move || server.serve());
        let client = BlockingPlaceClient::builder().tracker(lines.clone()).connect(address);
        client.expect("it is served")
    }

    #[test]
    fn calls_of_blocking_handlers_continue_the_request() -> thriftly::Result<()> {
        let lines = Lines::default();
        let last = start_blocking(None, &lines);
        let middle = start_blocking(Some(last), &lines);
        let first = start_blocking(Some(middle), &lines);
        assert_eq!(first.place()?, PLACES);
        first.poke()?;
        let records = lines.wait(16);
        assert_eq!(records.iter().filter(|line| line.ends_with(" Success")).count(), 16);
        Ok(())
    }

    #[tokio::test]
    async fn calls_that_nobody_waits_for_are_recorded_as_abandoned() {
        let lines = Lines::default();
        let client = start(None, &lines).await;
        let call = tokio::time::timeout(Duration::from_millis(50), client.never()).await;
        assert!(call.is_err(), "the caller gives it up");
        drop(client);
        let check = tokio::task::spawn_blocking(move || lines.wait(2));
        let mut records = check.await.expect("they are recorded");
        records.sort_unstable();
        let abandoned = [Side::Client, Side::Server];
        let abandoned = abandoned.map(|side| format!("{side:?} test never 1 Abandoned"));
        assert_eq!(records, abandoned);
    }

    #[tokio::test]
    async fn a_client_without_a_server_of_tracking_records_its_calls() -> thriftly::Result<()> {
        let server = thriftly::Server::new(PlaceServer::new(Handler { next: None }));
        let server = server.bind("127.0.0.1:0").await?;
        let address = server.local_addr().clone();
        tokio::spawn(server.serve());
        let lines = Lines::default();
        let client = PlaceClient::builder().tracker(lines.clone()).connect(&address).await?;
        assert_eq!(client.place().await?, "none");
        assert_eq!(lines.wait(1), ["Client test place 1 Success"]);
        Ok(())
    }

    /// Errors of clients whose server does this with a connection.
    async fn connect(serve: fn(TcpStream)) -> [String; 2] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("it is bound");
        let address = listener.local_addr().expect("it has one");
        std::thread::spawn(move || {
            for stream in listener.incoming().take(2).map_while(Result::ok) {
                std::thread::spawn(move || serve(stream));
            }
        });
        let limit = Duration::from_millis(200);
        let builder = ClientBuilder::<Channel>::new().tracker(Lines::default());
        let error = builder.connect_timeout(limit).connect(address).await;
        let error = error.expect_err("it makes no handshake");
        let other = tokio::task::spawn_blocking(move || {
            let builder = blocking::ClientBuilder::<blocking::Channel>::new();
            builder.tracker(Lines::default()).connect_timeout(limit).connect(address)
        });
        let other = other.await.expect("no panic").expect_err("it makes no handshake");
        [error, other].map(|error| {
            assert_eq!(error.kind(), ErrorKind::Connect);
            error.message().to_owned()
        })
    }

    #[tokio::test]
    async fn the_handshake_is_a_part_of_connecting() {
        let silent = connect(|mut stream| {
            // Until the client is gone.
            let _ = stream.read_to_end(&mut Vec::new());
        });
        let closes = connect(|mut stream| {
            let _ = stream.read(&mut [0]);
        });
        let garbles = connect(|mut stream| {
            let _ = stream.read(&mut [0; 100]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
            let _ = stream.read_to_end(&mut Vec::new());
        });
        let expected = [
            (silent.await, ": the tracking handshake was not answered in 200ms"),
            (closes.await, "the tracking handshake failed: "),
            (
                garbles.await,
                "the tracking handshake failed: cannot read the reply: the reply looks like HTTP",
            ),
        ];
        for (messages, expected) in expected {
            for message in messages {
                assert!(message.contains(expected), "{message}");
            }
        }
    }
}

#[test]
fn the_example_passes_headers_and_deadlines_on_in_all_framings_that_carry_them() {
    let program = thriftly_tests::peers::example("headers");
    let output = std::process::Command::new(program).output().expect("it is built");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let lines = |words: &[&str]| {
        text.lines().filter(|line| words.iter().all(|word| line.contains(word))).count()
    };
    for service in ["front", "store"] {
        let trace = "traceparent 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(lines(&[service, trace, " s left"]), 3, "{text}");
        assert_eq!(lines(&[service, " 0 s left"]), 0, "{text}");
    }
    assert_eq!(lines(&["served by Some(\"store 2\")"]), 3, "{text}");
    assert_eq!(lines(&["Guten Tag, Ada!"]), 3, "{text}");
}
