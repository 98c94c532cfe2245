//! The blocking server and client over real sockets.

mod support;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use support::*;
use thriftly::blocking::{Channel, ClientBuilder, Server, ServerHandle, Service, Threads};
use thriftly::{ApplicationErrorKind, ErrorKind, Framing, Protocol, Request, Response};
use thriftly::{ResponseKind, Result};

struct Echo;

impl Service for Echo {
    fn call(&self, request: Request) -> Result<Response> {
        answer(request)
    }
}

/// A server that is shut down at the end of the test.
struct Running {
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<thread::JoinHandle<Result<()>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.handle.shutdown();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join().expect("the server does not panic");
            ended.expect("the server does not fail");
        }
    }
}

fn start<S: Service>(server: Server<S>) -> Running {
    let server = server.drain_timeout(HANG).bind("127.0.0.1:0").expect("port 0 is free");
    let (address, handle) = (server.local_addr().socket_addr().expect("TCP"), server.handle());
    Running { address, handle, thread: Some(thread::spawn(|| server.serve())) }
}

fn connect(address: SocketAddr, (framing, protocol): (Framing, Protocol)) -> Channel {
    ClientBuilder::new()
        .framing(framing)
        .protocol(protocol)
        .timeout(HANG)
        .connect(address)
        .expect("the server listens")
}

fn raw(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(HANG)).expect("sockets have timeouts");
    stream
}

fn read(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).expect("the answer comes");
    bytes
}

/// All until the other end closes.
fn read_all(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("it hangs"),
        _ => bytes,
    }
}

/// All kinds of threads that a server may have.
const THREADS: [Threads; 4] = [
    Threads::PerConnection,
    Threads::Workers(NonZeroUsize::MIN),
    Threads::Workers(NonZeroUsize::MIN.saturating_add(2)),
    Threads::One,
];

#[test]
fn all_forms_are_answered_in_kind() {
    for threads in THREADS {
        all_forms(threads);
    }
}

fn all_forms(threads: Threads) {
    let server = start(Server::new(Echo).threads(threads));
    for form in FORMS {
        let channel = connect(server.address, form);
        for length in [0, 1, 5000, 100_000, 1 << 20] {
            let response = channel.call(request("echo", form.1, blob(length))).expect("echo");
            assert_eq!(response.kind, ResponseKind::Reply);
            assert_eq!(response.protocol, form.1);
            assert_eq!(response.body.into_bytes(), blob(length));
        }
    }
}

#[test]
fn a_oneway_call_gets_no_reply_and_the_next_call_does() {
    let server = start(Server::new(Echo));
    for form in FORMS {
        let channel = connect(server.address, form);
        let mut fire = request("fire", form.1, number(1));
        fire.oneway = true;
        assert_eq!(channel.call(fire).expect("sent").kind, ResponseKind::None);
        let reply = channel.call(request("ping", form.1, number(2))).expect("ping");
        assert_eq!(reply.body.into_bytes(), number(2));
    }
}

#[test]
fn failures_and_panics_are_answered_and_the_connection_goes_on() {
    let server = start(Server::new(Echo));
    let channel = connect(server.address, FORMS[0]);
    for (method, text) in [("fail", "no luck"), ("panic", "the handler of `panic` panicked")] {
        let response = channel.call(request(method, FORMS[0].1, vec![0])).expect("an answer");
        assert_eq!(response.kind, ResponseKind::Exception);
        let body = response.body.into_bytes();
        let error: thriftly::ApplicationError =
            thriftly::binary::from_slice(&body).expect("an exception");
        assert_eq!(error.message, text);
        assert_eq!(error.kind, ApplicationErrorKind::INTERNAL_ERROR);
        channel.call(request("ping", FORMS[0].1, vec![0])).expect("still there");
    }
}

#[test]
fn threads_share_a_channel() {
    let server = start(Server::new(Echo));
    let channel = connect(server.address, FORMS[1]);
    thread::scope(|scope| {
        for thread in 0..8 {
            let channel = channel.clone();
            scope.spawn(move || {
                for call in 0..200 {
                    let body = number(thread * 1000 + call);
                    let reply = channel.call(request("echo", FORMS[1].1, body.clone()));
                    assert_eq!(reply.expect("echo").body.into_bytes(), body);
                }
            });
        }
    });
}

#[test]
fn calls_that_come_in_one_segment_are_all_answered() {
    let server = start(Server::new(Echo));
    for form in FORMS {
        let mut stream = raw(server.address);
        let calls: Vec<u8> =
            (0..50).flat_map(|n| message(form, "echo", CALL, n, &number(n))).collect();
        let replies: Vec<u8> =
            (0..50).flat_map(|n| message(form, "echo", REPLY, n, &number(n))).collect();
        stream.write_all(&calls).expect("sent");
        // Half closed: the answers come all the same.
        stream.shutdown(Shutdown::Write).expect("shut down");
        assert_eq!(read_all(&mut stream), replies);
    }
}

#[test]
fn bytes_may_drip() {
    let server = start(Server::new(Echo));
    for form in FORMS {
        let mut stream = raw(server.address);
        stream.set_nodelay(true).expect("set");
        for byte in message(form, "echo", CALL, 7, &number(7)) {
            stream.write_all(&[byte]).expect("sent");
        }
        let reply = message(form, "echo", REPLY, 7, &number(7));
        assert_eq!(read(&mut stream, reply.len()), reply);
    }
}

#[test]
fn one_connection_may_hold_strict_and_old_messages() {
    let server = start(Server::new(Echo));
    let mut stream = raw(server.address);
    for protocol in [Protocol::Binary, Protocol::BinaryOld, Protocol::Binary] {
        let form = (Framing::Framed, protocol);
        stream.write_all(&message(form, "echo", CALL, 1, &[0])).expect("sent");
        let reply = message(form, "echo", REPLY, 1, &[0]);
        assert_eq!(read(&mut stream, reply.len()), reply);
    }
}

#[test]
fn broken_input_ends_its_connection_and_no_other() {
    for threads in THREADS {
        broken_input(threads);
    }
}

fn broken_input(threads: Threads) {
    let server = start(Server::new(Echo).threads(threads));
    let other = connect(server.address, FORMS[0]);
    let mut random = Random::new(42);
    let mut inputs: Vec<Vec<u8>> = vec![
        (-1_i32).to_be_bytes().to_vec(),
        i32::MAX.to_be_bytes().iter().copied().chain([0x80, 1]).collect(),
        [&[0, 0, 0, 0][..], &[0x80, 1, 0, 1]].concat(),
        message(FORMS[0], "echo", CALL, 1, &number(1))[..15].to_vec(),
        message(FORMS[0], "echo", CALL, 1, &[99, 0, 1]),
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
    ];
    inputs.extend((0..300).map(|_| {
        let length = random.below(100);
        random.bytes(length)
    }));
    for input in inputs {
        let mut stream = raw(server.address);
        // The server may have closed already.
        let _ = stream.write_all(&input);
        let _ = stream.shutdown(Shutdown::Write);
        read_all(&mut stream);
    }
    other.call(request("ping", FORMS[0].1, vec![0])).expect("not affected");
}

#[test]
fn a_broken_message_is_answered_if_it_can_be() {
    let server = start(Server::new(Echo));
    let mut stream = raw(server.address);
    let broken = message(FORMS[0], "echo", CALL, 9, &[11, 0, 1, 0xff, 0xff, 0xff, 0xff]);
    stream.write_all(&broken).expect("sent");
    let answer = read_all(&mut stream);
    let start = message(FORMS[0], "echo", EXCEPTION, 9, &[]);
    assert_eq!(answer[..start.len()], start);
    let error: thriftly::ApplicationError =
        thriftly::binary::from_slice(&answer[start.len()..]).expect("an exception");
    assert_eq!(error.kind, ApplicationErrorKind::PROTOCOL_ERROR);
}

#[test]
fn timeouts_close_connections() {
    for threads in THREADS {
        timeouts(threads);
    }
}

fn timeouts(threads: Threads) {
    let short = Duration::from_millis(50);
    let server = Server::new(Echo).first_byte_timeout(short).message_timeout(short);
    let server = start(server.idle_timeout(short).threads(threads));
    let whole = message(FORMS[0], "echo", CALL, 1, &[0]);
    let mut silent = raw(server.address);
    let mut stuck = raw(server.address);
    stuck.write_all(&whole[..10]).expect("sent");
    let mut idle = raw(server.address);
    idle.write_all(&whole).expect("sent");
    assert_eq!(read_all(&mut silent), b"");
    assert_eq!(read_all(&mut stuck), b"");
    assert_eq!(read_all(&mut idle).len(), whole.len());
    // A message that drips is stuck too: each byte would begin a socket's timeout again.
    let mut drip = raw(server.address);
    drip.set_nodelay(true).expect("set");
    let long = message(FORMS[0], "echo", CALL, 1, &blob(1 << 20));
    let sent = long.iter().take_while(|&&byte| {
        thread::sleep(Duration::from_millis(5));
        drip.write_all(&[byte]).is_ok()
    });
    assert!(sent.count() < long.len());
}

#[test]
fn connections_above_the_most_wait_for_their_turn() {
    for threads in THREADS {
        most_connections(threads);
    }
}

fn most_connections(threads: Threads) {
    let server = start(Server::new(Echo).max_connections(2).threads(threads));
    let first = connect(server.address, FORMS[0]);
    let second = connect(server.address, FORMS[0]);
    for channel in [&first, &second] {
        channel.call(request("ping", FORMS[0].1, vec![0])).expect("served");
    }
    let third = connect(server.address, FORMS[0]);
    let (done, waits) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            let answered = third.call(request("ping", FORMS[0].1, vec![0]));
            done.send(answered.is_ok()).expect("the test waits");
        });
        assert!(waits.recv_timeout(Duration::from_millis(100)).is_err());
        drop(first);
        assert_eq!(waits.recv_timeout(HANG), Ok(true));
    });
}

/// Says when it is called; the method `slow` then waits until it is told to go on.
struct Gate {
    entered: mpsc::Sender<()>,
    open: Mutex<mpsc::Receiver<()>>,
}

impl Service for Gate {
    fn call(&self, request: Request) -> Result<Response> {
        if request.method.as_str() == "slow" {
            let _ = self.entered.send(());
            let _ = self.open.lock().map(|open| open.recv_timeout(HANG));
        }
        answer(request)
    }
}

fn gate() -> (Gate, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let ((entered, enters), (opens, open)) = (mpsc::channel(), mpsc::channel());
    (Gate { entered, open: open.into() }, enters, opens)
}

#[test]
fn a_shutdown_lets_calls_end() {
    for threads in THREADS {
        shutdown(threads);
    }
}

fn shutdown(threads: Threads) {
    let (gate, enters, opens) = gate();
    let server = start(Server::new(gate).threads(threads));
    let idle = connect(server.address, FORMS[0]);
    idle.call(request("ping", FORMS[0].1, vec![0])).expect("answered");
    let mut stream = raw(server.address);
    stream.write_all(&message(FORMS[0], "slow", CALL, 1, &number(1))).expect("sent");
    enters.recv_timeout(HANG).expect("the call is taken");
    server.handle.shutdown();
    opens.send(()).expect("the handler waits");
    assert_eq!(read_all(&mut stream), message(FORMS[0], "slow", REPLY, 1, &number(1)));
    drop(server);
    let error = idle.call(request("ping", FORMS[0].1, vec![0])).expect_err("closed");
    assert_eq!(error.kind(), ErrorKind::Connect);
}

#[test]
fn a_call_that_takes_too_long_fails_and_its_late_reply_is_dropped() {
    let (gate, enters, opens) = gate();
    let server = start(Server::new(gate).max_connections(1));
    let channel: Channel = ClientBuilder::new()
        .max_connections(1)
        .timeout(Duration::from_millis(200))
        .connect(server.address)
        .expect("the server listens");
    let error = channel.call(request("slow", FORMS[0].1, number(1))).expect_err("a timeout");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let text = format!("`slow` was not answered by {} in 200ms", server.address);
    assert_eq!(error.to_string(), text);
    enters.recv_timeout(HANG).expect("it was taken");
    opens.send(()).expect("the handler waits");
    // The first reply comes before this one. There is only one connection.
    let reply = channel.call(request("echo", FORMS[0].1, number(2)));
    assert_eq!(reply.expect("answered").body.into_bytes(), number(2));
}

#[test]
fn a_lost_connection_fails_its_call_and_the_next_one_connects_again() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let address = listener.local_addr().expect("it has one");
    let peer = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the client connects");
        read(&mut stream, 10);
        drop(stream);
        let (mut stream, _) = listener.accept().expect("the client connects again");
        let call = message(FORMS[0], "echo", CALL, 1, &[0]);
        assert_eq!(read(&mut stream, call.len()), call);
        stream.write_all(&message(FORMS[0], "echo", REPLY, 1, &[0])).expect("sent");
        drop((stream, listener));
    });
    let channel = connect(address, FORMS[0]);
    let error = channel.call(request("echo", FORMS[0].1, vec![0])).expect_err("closed");
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(error.to_string().starts_with(&format!("`echo` was not answered by {address}: ")));
    channel.call(request("echo", FORMS[0].1, vec![0])).expect("answered");
    peer.join().expect("the peer does not panic");
    // That the connection was closed is noticed before it is used.
    let error = channel.call(request("echo", FORMS[0].1, vec![0])).expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().starts_with(&format!("cannot connect to {address}: ")));
}

#[test]
fn a_reply_with_another_number_fails_its_call_only() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let address = listener.local_addr().expect("it has one");
    let peer = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the client connects");
        let length = message(FORMS[0], "echo", CALL, 1, &[0]).len();
        read(&mut stream, length);
        // 0 is never used.
        stream.write_all(&message(FORMS[0], "echo", REPLY, 0, &[0])).expect("sent");
        let (mut stream, _) = listener.accept().expect("the client connects again");
        // For the second call its own number follows one that is doubled.
        for replies in [&[1][..], &[1, 2], &[3]] {
            read(&mut stream, length);
            for &seqid in replies {
                stream.write_all(&message(FORMS[0], "echo", REPLY, seqid, &[0])).expect("sent");
            }
        }
    });
    let channel = connect(address, FORMS[0]);
    let error = channel.call(request("echo", FORMS[0].1, vec![0])).expect_err("a bad reply");
    assert_eq!(error.kind(), ErrorKind::BadReply);
    assert!(error.to_string().contains("BAD_SEQUENCE_ID"));
    for _ in 0..3 {
        channel.call(request("echo", FORMS[0].1, vec![0])).expect("answered");
    }
    peer.join().expect("the peer does not panic");
}

#[test]
fn a_few_workers_serve_many_connections() {
    for threads in THREADS {
        let server = start(Server::new(Echo).threads(threads));
        let mut streams: Vec<_> = (0..200).map(|_| raw(server.address)).collect();
        for round in 0..5 {
            for (n, stream) in streams.iter_mut().enumerate() {
                let call = message(FORMS[1], "echo", CALL, round, &number(n as i32));
                stream.write_all(&call).expect("sent");
            }
            for (n, stream) in streams.iter_mut().enumerate() {
                let reply = message(FORMS[1], "echo", REPLY, round, &number(n as i32));
                assert_eq!(read(stream, reply.len()), reply);
            }
        }
    }
}

#[test]
fn a_client_that_does_not_read_is_closed_and_holds_up_others_no_longer() {
    for threads in THREADS {
        let server = Server::new(Echo).write_timeout(Duration::from_millis(200));
        let server = start(server.threads(threads));
        let mut deaf = raw(server.address);
        let large = message(FORMS[0], "echo", CALL, 1, &blob(16 << 20));
        deaf.write_all(&large).expect("sent");
        let channel = connect(server.address, FORMS[0]);
        channel.call(request("ping", FORMS[0].1, vec![0])).expect("served");
        drop(channel);
        // With the others gone the server ends when it has given up on this one.
        drop(server);
        assert!(read_all(&mut deaf).len() < large.len());
    }
}

#[test]
fn a_shutdown_does_not_wait_for_ever() {
    for threads in [THREADS[0], THREADS[1]] {
        let (gate, enters, opens) = gate();
        let server = Server::new(gate).threads(threads).drain_timeout(Duration::from_millis(100));
        let server = server.bind("127.0.0.1:0").expect("port 0 is free");
        let (address, handle) = (server.local_addr().socket_addr().expect("TCP"), server.handle());
        let thread = thread::spawn(|| server.serve());
        let mut stream = raw(address);
        stream.write_all(&message(FORMS[0], "slow", CALL, 1, &[0])).expect("sent");
        enters.recv_timeout(HANG).expect("the call is taken");
        handle.shutdown();
        thread.join().expect("no panic").expect("no failure");
        assert_eq!(read_all(&mut stream), b"");
        opens.send(()).expect("the handler waits");
    }
}

#[test]
fn a_socket_that_listens_is_served() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let server = Server::new(Echo).bind_listener(listener).expect("it listens");
    let (address, handle) = (server.local_addr().socket_addr().expect("TCP"), server.handle());
    let thread = thread::spawn(|| server.serve());
    let channel = connect(address, FORMS[0]);
    channel.call(request("ping", FORMS[0].1, vec![0])).expect("served");
    handle.shutdown();
    thread.join().expect("no panic").expect("no failure");
}

#[cfg(unix)]
#[test]
fn connections_come_from_elsewhere() {
    use std::os::unix::net::UnixStream;
    let (accept, accepted) = mpsc::channel::<std::io::Result<UnixStream>>();
    let server = Server::new(Echo).max_connections(2);
    let thread = thread::spawn(|| server.serve_incoming(accepted));
    accept.send(Err(std::io::Error::other("a handshake failed"))).expect("it serves");
    for form in FORMS {
        let (ours, theirs) = UnixStream::pair().expect("there are pairs");
        accept.send(Ok(theirs)).expect("it serves");
        let builder = ClientBuilder::new().framing(form.0).protocol(form.1);
        let channel: Channel = builder.connect_stream(ours).expect("it is there");
        let reply = channel.call(request("echo", form.1, blob(1000))).expect("answered");
        assert_eq!(reply.body.into_bytes(), blob(1000));
    }
    drop(accept);
    thread.join().expect("no panic").expect("never fails");
}
