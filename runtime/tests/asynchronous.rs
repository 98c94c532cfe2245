//! The async server and client over real sockets.
#![cfg(feature = "async")]

mod support;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use support::*;
use thriftly::{
    ApplicationError, ApplicationErrorKind, Channel, ClientBuilder, Error, ErrorKind, Framing,
    Protocol, Request, Response, ResponseKind, Result, Server,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use tower_service::Service;

/// Answers as the other tests' service does; what the method is called decides when.
#[derive(Clone)]
struct Echo {
    /// Calls of `slow` wait for a permit.
    gate: Arc<Semaphore>,
    /// How many calls of `slow` have begun, and how many were dropped before their end.
    begun: Arc<AtomicUsize>,
    dropped: Arc<AtomicUsize>,
}

impl Echo {
    fn new() -> Echo {
        let gate = Arc::new(Semaphore::new(0));
        Echo { gate, begun: Arc::default(), dropped: Arc::default() }
    }

    async fn has_begun(&self, calls: usize) {
        wait(|| self.begun.load(Ordering::SeqCst) >= calls).await;
    }
}

struct CountDrop(Arc<AtomicUsize>);

impl Drop for CountDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Service<Request> for Echo {
    type Response = Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let echo = self.clone();
        Box::pin(async move {
            match request.method.as_str() {
                "slow" | "slow_fire" => {
                    echo.begun.fetch_add(1, Ordering::SeqCst);
                    let dropped = CountDrop(Arc::clone(&echo.dropped));
                    let permit = echo.gate.acquire().await.expect("never closed");
                    permit.forget();
                    std::mem::forget(dropped);
                }
                "yield" => tokio::task::yield_now().await,
                "panic_later" => {
                    tokio::task::yield_now().await;
                    panic!("this is what the test wants");
                }
                _ => {}
            }
            answer(request)
        })
    }
}

/// A server that ends with the test.
struct Running {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn start<S>(server: Server<S>) -> Running
where
    S: Service<Request, Response = Response, Error = Error> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let server = server.bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = server.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    Running { address, stop: Some(stop), task: tokio::spawn(server.serve_until(stopped)) }
}

async fn hang<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(HANG, future).await.expect("it hangs")
}

/// Waits until something is so.
async fn wait(is_so: impl Fn() -> bool) {
    hang(async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

fn builder((framing, protocol): (Framing, Protocol)) -> ClientBuilder<Channel> {
    ClientBuilder::new().framing(framing).protocol(protocol).timeout(HANG)
}

async fn connect(address: SocketAddr, form: (Framing, Protocol)) -> Channel {
    builder(form).connect(address).await.expect("the server listens")
}

async fn call(channel: &Channel, method: &'static str, body: Vec<u8>) -> Result<Response> {
    let mut channel = channel;
    hang(channel.call(request(method, Protocol::Binary, body))).await
}

async fn read(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    hang(stream.read_exact(&mut bytes)).await.expect("the bytes come");
    bytes
}

/// All until the other end closes.
async fn read_all(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A reset is an end too.
    let _ = hang(stream.read_to_end(&mut bytes)).await;
    bytes
}

async fn raw(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("the server listens")
}

fn exception(response: Response) -> ApplicationError {
    assert_eq!(response.kind, ResponseKind::Exception);
    thriftly::binary::from_slice(&response.body.into_bytes()).expect("an exception")
}

#[tokio::test]
async fn all_forms_are_answered_in_kind() {
    let server = start(Server::new(Echo::new())).await;
    for form in FORMS {
        let mut channel = connect(server.address, form).await;
        for length in [0, 1, 5000, 100_000, 1 << 20, 10 << 20] {
            let response = channel.call(request("echo", form.1, blob(length)));
            let response = hang(response).await.expect("echo");
            assert_eq!(response.kind, ResponseKind::Reply);
            assert_eq!(response.protocol, form.1);
            assert_eq!(response.body.into_bytes(), blob(length));
        }
    }
}

#[tokio::test]
async fn a_oneway_call_gets_no_reply_and_the_next_call_does() {
    let server = start(Server::new(Echo::new())).await;
    for form in FORMS {
        let mut channel = connect(server.address, form).await;
        let mut fire = request("fire", form.1, number(1));
        fire.oneway = true;
        assert_eq!(hang(channel.call(fire)).await.expect("sent").kind, ResponseKind::None);
        let reply = hang(channel.call(request("ping", form.1, number(2)))).await.expect("ping");
        assert_eq!(reply.body.into_bytes(), number(2));
    }
}

#[tokio::test]
async fn a_reply_is_decided_by_the_service_and_not_by_the_message() {
    let server = start(Server::new(Echo::new())).await;
    let mut stream = raw(server.address).await;
    // `fire` sent as a call gets no reply, `ping` sent as a oneway call does.
    let calls = [
        message(FORMS[0], "fire", CALL, 1, &[0]),
        message(FORMS[0], "ping", ONEWAY, 2, &[0]),
        message(FORMS[0], "fail", ONEWAY, 3, &[0]),
        message(FORMS[0], "Echo:ping", CALL, 4, &[0]),
    ];
    stream.write_all(&calls.concat()).await.expect("sent");
    stream.shutdown().await.expect("half closed");
    let replies =
        [message(FORMS[0], "ping", REPLY, 2, &[0]), message(FORMS[0], "ping", REPLY, 4, &[0])];
    assert_eq!(read_all(&mut stream).await, replies.concat());
}

async fn shared_by_tasks(form: (Framing, Protocol), method: &'static str, in_flight: usize) {
    let server = start(Server::new(Echo::new()).max_in_flight(10)).await;
    let channel = builder(form).max_in_flight(in_flight).connect(server.address).await;
    let channel = channel.expect("the server listens");
    let tasks: Vec<_> = (0..64)
        .map(|task| {
            let mut channel = channel.clone();
            tokio::spawn(async move {
                for call in 0..200 {
                    let body = number(task * 1000 + call);
                    let reply = channel.call(request(method, form.1, body.clone()));
                    assert_eq!(reply.await.expect("echo").body.into_bytes(), body);
                }
            })
        })
        .collect();
    for task in tasks {
        hang(task).await.expect("all replies are right");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tasks_share_a_connection() {
    for form in FORMS {
        shared_by_tasks(form, "echo", 1024).await;
    }
    shared_by_tasks(FORMS[0], "yield", 1024).await;
    shared_by_tasks(FORMS[1], "yield", 7).await;
    shared_by_tasks(FORMS[1], "echo", 1).await;
}

#[tokio::test]
async fn many_tasks_share_a_connection_on_one_thread() {
    shared_by_tasks(FORMS[1], "echo", 1024).await;
    shared_by_tasks(FORMS[0], "yield", 3).await;
}

#[tokio::test]
async fn a_slow_call_is_overtaken() {
    let echo = Echo::new();
    let server = start(Server::new(echo.clone())).await;
    let channel = connect(server.address, FORMS[1]).await;
    let slow: Vec<_> = (0..3)
        .map(|n| {
            let channel = channel.clone();
            tokio::spawn(async move { call(&channel, "slow", number(n)).await })
        })
        .collect();
    echo.has_begun(3).await;
    for n in 0..10 {
        let reply = call(&channel, "echo", number(n)).await.expect("not blocked");
        assert_eq!(reply.body.into_bytes(), number(n));
    }
    echo.gate.add_permits(3);
    for (n, slow) in slow.into_iter().enumerate() {
        let reply = slow.await.expect("no panic").expect("answered");
        assert_eq!(reply.body.into_bytes(), number(n as i32));
    }
}

#[tokio::test]
async fn failures_and_panics_are_answered_and_the_connection_goes_on() {
    let echo = Echo::new();
    let server = start(Server::new(echo.clone())).await;
    let channel = connect(server.address, FORMS[0]).await;
    let slow = tokio::spawn({
        let channel = channel.clone();
        async move { call(&channel, "slow", number(1)).await }
    });
    echo.has_begun(1).await;
    for (method, text) in [
        ("fail", "no luck"),
        ("panic", "the handler of `panic` panicked"),
        ("panic_later", "the handler of `panic_later` panicked"),
    ] {
        let error = exception(call(&channel, method, vec![0]).await.expect("an answer"));
        assert_eq!(error.message, text);
        assert_eq!(error.kind, ApplicationErrorKind::INTERNAL_ERROR);
        call(&channel, "ping", vec![0]).await.expect("still there");
    }
    echo.gate.add_permits(1);
    slow.await.expect("no panic").expect("not affected");
}

#[tokio::test]
async fn calls_that_come_in_one_segment_are_all_answered() {
    let server = start(Server::new(Echo::new()).max_in_flight(3)).await;
    for form in FORMS {
        for method in ["echo", "yield"] {
            let mut stream = raw(server.address).await;
            let calls: Vec<u8> =
                (0..50).flat_map(|n| message(form, method, CALL, n, &number(n))).collect();
            stream.write_all(&calls).await.expect("sent");
            // Half closed: the answers come all the same, in whatever order.
            stream.shutdown().await.expect("half closed");
            let answers = read_all(&mut stream).await;
            let length = message(form, method, REPLY, 0, &number(0)).len();
            let mut answers: Vec<_> = answers.chunks(length).collect();
            answers.sort_unstable();
            let mut replies: Vec<_> =
                (0..50).map(|n| message(form, method, REPLY, n, &number(n))).collect();
            replies.sort_unstable();
            assert_eq!(answers, replies);
        }
    }
}

#[tokio::test]
async fn bytes_may_drip() {
    let server = start(Server::new(Echo::new())).await;
    for form in FORMS {
        let mut stream = raw(server.address).await;
        stream.set_nodelay(true).expect("set");
        for byte in message(form, "echo", CALL, 7, &number(7)) {
            stream.write_all(&[byte]).await.expect("sent");
            tokio::task::yield_now().await;
        }
        let reply = message(form, "echo", REPLY, 7, &number(7));
        assert_eq!(read(&mut stream, reply.len()).await, reply);
    }
}

#[tokio::test]
async fn messages_that_are_no_calls_are_refused_and_the_connection_goes_on() {
    let server = start(Server::new(Echo::new())).await;
    let mut stream = raw(server.address).await;
    stream.write_all(&message(FORMS[0], "echo", REPLY, 5, &[0])).await.expect("sent");
    stream.write_all(&message(FORMS[0], "echo", CALL, 6, &[0])).await.expect("sent");
    stream.shutdown().await.expect("half closed");
    let answers = read_all(&mut stream).await;
    let (first, last) =
        (message(FORMS[0], "echo", EXCEPTION, 5, &[]), message(FORMS[0], "echo", REPLY, 6, &[0]));
    assert!(answers.starts_with(&first) && answers.ends_with(&last));
    let body = &answers[first.len()..answers.len() - last.len()];
    let error: ApplicationError = thriftly::binary::from_slice(body).expect("an exception");
    assert_eq!(error.kind, ApplicationErrorKind::INVALID_MESSAGE_TYPE);
}

#[tokio::test]
async fn broken_input_ends_its_connection_and_no_other() {
    let server = start(Server::new(Echo::new())).await;
    let other = connect(server.address, FORMS[0]).await;
    let mut random = Random::new(7);
    let mut inputs: Vec<Vec<u8>> = vec![
        (-1_i32).to_be_bytes().to_vec(),
        [&i32::MAX.to_be_bytes()[..], &[0x80, 1]].concat(),
        [&[0, 0, 0, 0][..], &[0x80, 1, 0, 1]].concat(),
        message(FORMS[0], "echo", CALL, 1, &number(1))[..15].to_vec(),
        message(FORMS[1], "echo", CALL, 1, &number(1))[..15].to_vec(),
        message(FORMS[0], "echo", CALL, 1, &[99, 0, 1]),
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        b"SSH-2.0-OpenSSH\r\n".to_vec(),
        b"\x16\x03\x01\x02\0\x01\0".to_vec(),
    ];
    let valid = [FORMS.map(|form| message(form, "echo", CALL, 1, &blob(40)))].concat();
    inputs.extend((0..2000).map(|round| {
        // Half of it is noise, half a message with some bytes changed.
        let length = random.below(100);
        let mut input = match round % 2 {
            0 => random.bytes(length),
            _ => valid[random.below(valid.len())].clone(),
        };
        for _ in 0..random.below(4) {
            if !input.is_empty() {
                let at = random.below(input.len());
                input[at] = random.bits() as u8;
            }
        }
        input
    }));
    for (at, input) in inputs.iter().enumerate() {
        let mut stream = raw(server.address).await;
        // The server may have closed already.
        let _ = stream.write_all(input).await;
        let _ = stream.shutdown().await;
        read_all(&mut stream).await;
        if at % 100 == 0 {
            call(&other, "ping", vec![0]).await.expect("not affected");
        }
    }
}

#[tokio::test]
async fn what_is_not_thrift_is_closed_at_once() {
    let server = start(Server::new(Echo::new())).await;
    for input in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"\x16\x03\x01\x02\0\x01", b"SSH-2.0-x\r\n"] {
        let mut stream = raw(server.address).await;
        stream.write_all(input).await.expect("sent");
        assert_eq!(read_all(&mut stream).await, b"");
    }
}

#[tokio::test]
async fn a_broken_message_is_answered_if_it_can_be() {
    let limits = thriftly::Limits { frame: 1000, ..thriftly::Limits::default() };
    let server = start(Server::new(Echo::new()).limits(limits)).await;
    let bad_size = [11, 0, 1, 0xff, 0xff, 0xff, 0xff];
    for broken in [
        message(FORMS[0], "echo", CALL, 9, &bad_size),
        message(FORMS[2], "echo", CALL, 9, &bad_size),
        message(FORMS[1], "echo", CALL, 9, &blob(2000)),
    ] {
        let mut stream = raw(server.address).await;
        stream.write_all(&broken).await.expect("sent");
        let answer = read_all(&mut stream).await;
        let text = String::from_utf8_lossy(&answer);
        assert!(text.contains("negative size -1") || text.contains("at most 1000"), "{text}");
    }
}

#[tokio::test]
async fn timeouts_close_connections() {
    let short = Duration::from_millis(50);
    let server = Server::new(Echo::new()).first_byte_timeout(short).message_timeout(short);
    let server = start(server.idle_timeout(short)).await;
    let whole = message(FORMS[0], "echo", CALL, 1, &[0]);
    let mut silent = raw(server.address).await;
    let mut stuck = raw(server.address).await;
    stuck.write_all(&whole[..10]).await.expect("sent");
    let mut idle = raw(server.address).await;
    idle.write_all(&whole).await.expect("sent");
    assert_eq!(read_all(&mut silent).await, b"");
    assert_eq!(read_all(&mut stuck).await, b"");
    assert_eq!(read_all(&mut idle).await.len(), whole.len());
    let mut drip = raw(server.address).await;
    let long = message(FORMS[0], "echo", CALL, 1, &blob(1 << 20));
    for (at, byte) in long.iter().enumerate() {
        tokio::time::sleep(Duration::from_millis(5)).await;
        if drip.write_all(&[*byte]).await.is_err() {
            return;
        }
        assert!(at < 10_000, "it may drip for ever");
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_closed_and_takes_little_memory() {
    let server = Server::new(Echo::new()).write_timeout(Duration::from_millis(100));
    let server = start(server).await;
    let mut stream = raw(server.address).await;
    let whole = message(FORMS[0], "echo", CALL, 1, &blob(1 << 20));
    // Back-pressure: sending comes to a halt long before all of this is taken.
    let sending = async {
        for _ in 0..10_000 {
            stream.write_all(&whole).await?;
        }
        std::io::Result::Ok(())
    };
    hang(sending).await.expect_err("closed");
}

#[tokio::test]
async fn connections_above_the_most_wait_for_their_turn() {
    let server = start(Server::new(Echo::new()).max_connections(2)).await;
    let first = connect(server.address, FORMS[0]).await;
    let second = connect(server.address, FORMS[0]).await;
    for channel in [&first, &second] {
        call(channel, "ping", vec![0]).await.expect("served");
    }
    let third = connect(server.address, FORMS[0]).await;
    let waiting = call(&third, "ping", vec![0]);
    let mut waiting = std::pin::pin!(waiting);
    let early = tokio::time::timeout(Duration::from_millis(100), waiting.as_mut());
    assert!(early.await.is_err());
    drop(first);
    waiting.await.expect("served");
}

#[tokio::test]
async fn a_shutdown_lets_calls_end() {
    let echo = Echo::new();
    let mut server = start(Server::new(echo.clone())).await;
    let idle = connect(server.address, FORMS[0]).await;
    call(&idle, "ping", vec![0]).await.expect("answered");
    let channel = connect(server.address, FORMS[1]).await;
    let slow = tokio::spawn(async move { call(&channel, "slow", number(1)).await });
    echo.has_begun(1).await;
    server.stop.take().expect("not stopped").send(()).expect("it serves");
    // Nothing new is accepted, but what was begun is ended.
    wait(|| std::net::TcpStream::connect(server.address).is_err()).await;
    echo.gate.add_permits(1);
    let reply = slow.await.expect("no panic").expect("answered");
    assert_eq!(reply.body.into_bytes(), number(1));
    hang(&mut server.task).await.expect("no panic").expect("ended");
    let error = call(&idle, "ping", vec![0]).await.expect_err("gone");
    assert_eq!(error.kind(), ErrorKind::Connect);
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_ever() {
    let echo = Echo::new();
    let server = Server::new(echo.clone()).drain_timeout(Duration::from_millis(50));
    let mut server = start(server).await;
    let channel = connect(server.address, FORMS[1]).await;
    let slow = tokio::spawn(async move { call(&channel, "slow", number(1)).await });
    echo.has_begun(1).await;
    server.stop.take().expect("not stopped").send(()).expect("it serves");
    hang(&mut server.task).await.expect("no panic").expect("ended");
    assert_eq!(slow.await.expect("no panic").expect_err("dropped").kind(), ErrorKind::Closed);
    wait(|| echo.dropped.load(Ordering::SeqCst) == 1).await;
}

#[tokio::test]
async fn a_lost_client_ends_its_calls_but_not_its_oneway_calls() {
    let echo = Echo::new();
    let server = start(Server::new(echo.clone())).await;
    let mut stream = raw(server.address).await;
    let calls = [
        message(FORMS[0], "slow_fire", ONEWAY, 1, &[0]),
        message(FORMS[0], "slow", CALL, 2, &[0]),
        message(FORMS[0], "slow", CALL, 3, &[0]),
        message(FORMS[0], "ping", CALL, 4, &[0]),
    ];
    stream.write_all(&calls.concat()).await.expect("sent");
    echo.has_begun(3).await;
    // The answer to `ping` is not read, so that this resets the connection.
    wait(|| matches!(stream.try_read(&mut []), Ok(0))).await;
    stream.readable().await.expect("the answer is there");
    drop(stream);
    wait(|| echo.dropped.load(Ordering::SeqCst) == 2).await;
    echo.gate.add_permits(1);
    wait(|| echo.gate.available_permits() == 0).await;
    assert_eq!(echo.dropped.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_call_that_takes_too_long_fails_and_its_late_reply_is_dropped() {
    let echo = Echo::new();
    let server = start(Server::new(echo.clone()).max_connections(1)).await;
    let channel: Channel = ClientBuilder::new()
        .timeout(Duration::from_millis(200))
        .connect(server.address)
        .await
        .expect("the server listens");
    let error = call(&channel, "slow", number(1)).await.expect_err("a timeout");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let text = format!("`slow` was not answered by {} in 200ms", server.address);
    assert_eq!(error.to_string(), text);
    echo.gate.add_permits(1);
    wait(|| echo.gate.available_permits() == 0).await;
    // There is only one connection.
    for n in 2..5 {
        let reply = call(&channel, "echo", number(n)).await.expect("answered");
        assert_eq!(reply.body.into_bytes(), number(n));
    }
}

#[tokio::test]
async fn a_dropped_call_is_forgotten() {
    let echo = Echo::new();
    let server = start(Server::new(echo.clone()).max_connections(1)).await;
    let channel = builder(FORMS[0]).max_in_flight(2).connect(server.address).await;
    let channel: Channel = channel.expect("the server listens");
    for round in 0..10 {
        let slow = call(&channel, "slow", number(1));
        assert!(tokio::time::timeout(Duration::from_millis(5), slow).await.is_err());
        echo.has_begun(round + 1).await;
        call(&channel, "echo", number(2)).await.expect("answered");
    }
    echo.gate.add_permits(10);
    wait(|| echo.gate.available_permits() == 0).await;
    call(&channel, "echo", number(2)).await.expect("answered");
}

#[tokio::test]
async fn without_pipelining_one_call_is_under_way_at_a_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = listener.local_addr().expect("it has one");
    let peer = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("the client connects");
        let length = message(FORMS[0], "echo", CALL, 1, &[0]).len();
        for seqid in 1..=10 {
            read(&mut stream, length).await;
            tokio::time::sleep(Duration::from_millis(2)).await;
            let mut more = [0];
            assert!(stream.try_read(&mut more).is_err(), "a second call");
            let reply = message(FORMS[0], "echo", REPLY, seqid, &[0]);
            stream.write_all(&reply).await.expect("sent");
        }
        // The eleventh is given up, and takes the connection with it.
        read(&mut stream, length).await;
        let (mut next, _) = listener.accept().await.expect("the client connects again");
        assert_eq!(read(&mut next, length).await, message(FORMS[0], "echo", CALL, 1, &[0]));
        let reply = message(FORMS[0], "echo", REPLY, 1, &[0]);
        next.write_all(&reply).await.expect("sent");
    });
    let channel = builder(FORMS[0]).pipelining(false).connect(address).await;
    let channel: Channel = channel.expect("the peer listens");
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let channel = channel.clone();
            tokio::spawn(async move { call(&channel, "echo", vec![0]).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic").expect("answered");
    }
    let lost = call(&channel, "echo", vec![0]);
    assert!(tokio::time::timeout(Duration::from_millis(50), lost).await.is_err());
    call(&channel, "echo", vec![0]).await.expect("answered");
    hang(peer).await.expect("no panic");
}

#[tokio::test]
async fn a_lost_connection_fails_its_calls_and_the_next_one_connects_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = listener.local_addr().expect("it has one");
    let channel = connect(address, FORMS[0]).await;
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let channel = channel.clone();
            tokio::spawn(async move { call(&channel, "echo", vec![0]).await })
        })
        .collect();
    let length = message(FORMS[0], "echo", CALL, 1, &[0]).len();
    let (mut stream, _) = listener.accept().await.expect("the client connects");
    read(&mut stream, 100 * length).await;
    drop(stream);
    for call in calls {
        let error = call.await.expect("no panic").expect_err("closed");
        assert_eq!(error.kind(), ErrorKind::Closed);
        let text = format!("`echo` was not answered by {address}: the connection was closed");
        assert_eq!(error.to_string(), text);
    }
    let again = tokio::spawn({
        let channel = channel.clone();
        async move { call(&channel, "echo", vec![0]).await }
    });
    let (mut stream, _) = listener.accept().await.expect("the client connects again");
    // A new connection counts from 1 again; no old call is sent again.
    assert_eq!(read(&mut stream, length).await, message(FORMS[0], "echo", CALL, 1, &[0]));
    stream.write_all(&message(FORMS[0], "echo", REPLY, 1, &[0])).await.expect("sent");
    again.await.expect("no panic").expect("answered");
    drop((stream, listener));
    wait(|| std::net::TcpStream::connect(address).is_err()).await;
    let mut last = call(&channel, "echo", vec![0]).await;
    while last.as_ref().is_err_and(|error| error.kind() == ErrorKind::Closed) {
        last = call(&channel, "echo", vec![0]).await;
    }
    let error = last.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().starts_with(&format!("cannot connect to {address}: ")));
}

#[tokio::test]
async fn a_reply_with_another_number_fails_its_call_only() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = listener.local_addr().expect("it has one");
    let channel = connect(address, FORMS[0]).await;
    let (mut stream, _) = listener.accept().await.expect("the client connects");
    let peer = tokio::spawn(async move {
        let length = message(FORMS[0], "echo", CALL, 1, &[0]).len();
        // 0 is never used; for the second call its own number follows one that is doubled.
        for replies in [&[0][..], &[1, 2], &[3]] {
            read(&mut stream, length).await;
            for &seqid in replies {
                let reply = message(FORMS[0], "echo", REPLY, seqid, &[0]);
                stream.write_all(&reply).await.expect("sent");
            }
        }
    });
    let error = call(&channel, "echo", vec![0]).await.expect_err("a bad reply");
    assert_eq!(error.kind(), ErrorKind::BadReply);
    assert!(error.to_string().contains("BAD_SEQUENCE_ID"));
    for _ in 0..2 {
        call(&channel, "echo", vec![0]).await.expect("answered");
    }
    hang(peer).await.expect("no panic");
}

#[tokio::test]
async fn a_server_that_never_answers_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = listener.local_addr().expect("it has one");
    let channel: Channel = ClientBuilder::new()
        .timeout(Duration::from_millis(10))
        .connect(address)
        .await
        .expect("the peer listens");
    let (_silent, _) = listener.accept().await.expect("the client connects");
    let peer = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("the client connects again");
        let length = message(FORMS[0], "echo", CALL, 1, &[0]).len();
        read(&mut stream, length).await;
        stream.write_all(&message(FORMS[0], "echo", REPLY, 1, &[0])).await.expect("sent");
        stream
    });
    let mut last = call(&channel, "echo", vec![0]).await;
    for _ in 0..1000 {
        if last.is_ok() {
            break;
        }
        last = call(&channel, "echo", vec![0]).await;
    }
    last.expect("answered on a new connection");
    hang(peer).await.expect("no panic");
}

#[tokio::test]
async fn addresses_that_lead_nowhere_are_named() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let address = free.local_addr().expect("it has one");
    let in_use = Server::new(Echo::new()).bind(address).await.expect_err("in use");
    assert_eq!(in_use.kind(), ErrorKind::Connect);
    assert!(in_use.to_string().starts_with(&format!("cannot listen on {address}: ")));
    drop(free);
    let refused = ClientBuilder::<Channel>::new().connect(address).await.expect_err("refused");
    assert_eq!(refused.kind(), ErrorKind::Connect);
    assert!(refused.to_string().starts_with(&format!("cannot connect to {address}: ")));
    let unknown = ClientBuilder::<Channel>::new().connect("no such host:1").await;
    assert_eq!(unknown.expect_err("unknown").kind(), ErrorKind::Address);
}
