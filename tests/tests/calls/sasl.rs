//! SASL PLAIN, as HiveServer2, Spark and Impala have it, on both sides and both shells.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use thriftly::blocking::Threads;
use thriftly::{Bytes, Context, ErrorKind, blocking};
use thriftly_tests::peers::{APACHE, python};

thriftly::thrift!(inline: "
    service Session {
        string user()
        binary fetch(1: i32 size)
        oneway void note(1: string text)
    }
");

struct Handler;

impl BlockingSession for Handler {
    fn user(&self) -> thriftly::Result<String> {
        Ok(Context::current().user().unwrap_or("nobody").to_owned())
    }
    fn fetch(&self, size: i32) -> thriftly::Result<Bytes> {
        Ok(vec![7; size as usize].into())
    }
    fn note(&self, _: String) -> thriftly::Result<()> {
        Ok(())
    }
}

impl Session for Handler {
    async fn user(&self) -> thriftly::Result<String> {
        BlockingSession::user(self)
    }
    async fn fetch(&self, size: i32) -> thriftly::Result<Bytes> {
        BlockingSession::fetch(self, size)
    }
    async fn note(&self, text: String) -> thriftly::Result<()> {
        BlockingSession::note(self, text)
    }
}

/// How long a test waits before it fails.
const HANG: Duration = Duration::from_secs(30);
const LIMIT: Duration = Duration::from_secs(1);

fn check(user: &str, password: &str) -> bool {
    (user, password) == ("me", "pw")
}

/// Starts a blocking server.
fn blocking(threads: Threads) -> SocketAddr {
    let server = blocking::Server::new(BlockingSessionServer::new(Handler))
        .sasl_plain(check)
        .threads(threads)
        .first_byte_timeout(LIMIT)
        .bind("127.0.0.1:0")
        .expect("port 0 is free");
    let address = server.local_addr().socket_addr().expect("TCP");
    std::thread::spawn(|| server.serve());
    address
}

/// Starts servers of both shells in all forms.
fn servers() -> [(&'static str, SocketAddr); 4] {
    let two = NonZeroUsize::new(2).expect("it is not zero");
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        runtime.expect("there are threads").block_on(async {
            let server = thriftly::Server::new(SessionServer::new(Handler))
                .sasl_plain(check)
                .first_byte_timeout(LIMIT)
                .bind("127.0.0.1:0")
                .await
                .expect("port 0 is free");
            send.send(server.local_addr().socket_addr().expect("TCP")).expect("the test waits");
            server.serve().await
        })
    });
    [
        ("threads", blocking(Threads::PerConnection)),
        ("workers", blocking(Threads::Workers(two))),
        ("one thread", blocking(Threads::One)),
        ("async", receive.recv().expect("it listens")),
    ]
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(HANG)).expect("it is a socket");
    stream
}

const LOGIN: &[u8] = b"\x01\0\0\0\x05PLAIN\x02\0\0\0\x06\0me\0pw";
const CALL: &[u8] = b"\x80\x01\0\x01\0\0\0\x04user\0\0\0\x07\0";
const REPLY: &[u8] = b"\x80\x01\0\x02\0\0\0\x04user\0\0\0\x07\x0b\0\0\0\0\0\x02me\0";

fn framed(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u32).to_be_bytes(), message].concat()
}

#[test]
fn login_and_calls_may_arrive_in_one_write_or_byte_by_byte() {
    for (kind, address) in servers() {
        let sent = [LOGIN, &framed(CALL), &framed(CALL)].concat();
        let expected = [b"\x05\0\0\0\0", &framed(REPLY)[..], &framed(REPLY)].concat();
        for step in [sent.len(), 1] {
            let mut stream = connect(address);
            stream.set_nodelay(true).expect("it is a socket");
            for piece in sent.chunks(step) {
                stream.write_all(piece).expect("the server reads");
            }
            let mut reply = vec![0; 5];
            stream.read_exact(&mut reply).expect("the login is answered");
            assert_eq!(reply, expected[..5], "{kind}");
            // Answers of several calls may share a frame.
            let mut answers = Vec::new();
            while answers.len() < 2 * REPLY.len() {
                let mut length = [0; 4];
                stream.read_exact(&mut length).expect("a frame");
                let mut frame = vec![0; u32::from_be_bytes(length) as usize];
                stream.read_exact(&mut frame).expect("its contents");
                answers.extend(frame);
            }
            assert_eq!(answers, [REPLY, REPLY].concat(), "{kind}");
        }
    }
}

#[test]
fn rejected_clients_receive_the_reason_and_the_end() {
    for (kind, address) in servers() {
        for (bytes, status, text) in [
            (&b"\x01\0\0\0\x05PLAIN\x02\0\0\0\x05\0me\0x"[..], 3, "Error validating the login"),
            (b"\x01\0\0\0\x05PLAIN\x02\0\0\0\x04\0me\0", 3, "Error validating the login"),
            (b"\x01\0\0\0\x06GSSAPI", 3, "Unsupported mechanism type GSSAPI"),
            (CALL, 4, "Invalid status -128"),
            (b"\0\0\0\x10\x80\x01", 4, "Invalid status 0"),
            (b"GET / HTTP/1.1\r\n\r\n", 4, "Invalid status 71"),
            (b"\x01\x7f\xff\xff\xff", 4, "Invalid payload length 2147483647"),
        ] {
            let mut stream = connect(address);
            stream.write_all(bytes).expect("the server reads");
            let mut reply = Vec::new();
            stream.read_to_end(&mut reply).expect("the server closes");
            let expected =
                [&[status], &(text.len() as u32).to_be_bytes()[..], text.as_bytes()].concat();
            assert_eq!(reply, expected, "{kind}: {text}");
        }
    }
}

#[test]
fn clients_that_do_not_finish_the_login_are_closed() {
    for (kind, address) in servers() {
        for bytes in [&b""[..], b"\x01", b"\x01\0\0\0\x05PLAIN"] {
            let mut stream = connect(address);
            stream.write_all(bytes).expect("the server reads");
            let start = Instant::now();
            let mut reply = Vec::new();
            let _ = stream.read_to_end(&mut reply);
            assert!(start.elapsed() < HANG, "{kind}: {bytes:?}");
            assert!(reply.is_empty(), "{kind}: {reply:?}");
        }
    }
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_logins() {
    let long = Duration::from_secs(3600);
    let server = thriftly::Server::new(SessionServer::new(Handler))
        .sasl_plain(check)
        .first_byte_timeout(long)
        .drain_timeout(long)
        .bind("127.0.0.1:0")
        .await
        .expect("port 0 is free");
    let address = server.local_addr().socket_addr().expect("TCP");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(server.serve_until(stopped));
    let stalled = tokio::net::TcpStream::connect(address).await.expect("the server listens");
    // Once another client is logged in, this one has been accepted.
    let client: SessionClient =
        SessionClient::builder().sasl_plain("me", "pw").connect(address).await.expect("logged in");
    assert_eq!(client.user().await.expect("logged in"), "me");
    stop.send(()).expect("the server waits");
    let ended = tokio::time::timeout(HANG, serving).await.expect("the login is given up");
    ended.expect("no panic").expect("it has served");
    drop(stalled);
}

#[test]
fn blocking_clients_log_in_on_every_connection() {
    for (kind, address) in servers() {
        let client: BlockingSessionClient =
            BlockingSessionClient::builder().sasl_plain("me", "pw").connect(address).expect(kind);
        assert_eq!(client.user().expect(kind), "me");
        client.note("no reply").expect(kind);
        // Above the limit of frames, which is for framed transports.
        assert_eq!(client.fetch(40 << 20).expect(kind).len(), 40 << 20);
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let client = client.clone();
                std::thread::spawn(move || (0..100).all(|_| client.user().unwrap() == "me"))
            })
            .collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap_or(false)), "{kind}");

        let wrong = BlockingSessionClient::builder().sasl_plain("me", "no").connect(address);
        let error = wrong.expect_err("the password is wrong");
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert!(error.to_string().contains("\"Error validating the login\""), "{error}");
        assert!(error.to_string().contains(&address.to_string()), "{error}");
    }
}

#[tokio::test]
async fn async_clients_log_in_on_every_connection() {
    for (kind, address) in servers() {
        let client: SessionClient =
            SessionClient::builder().sasl_plain("me", "pw").connect(address).await.expect(kind);
        assert_eq!(client.user().await.expect(kind), "me");
        client.note("no reply").await.expect(kind);
        assert_eq!(client.fetch(40 << 20).await.expect(kind).len(), 40 << 20);
        let tasks: Vec<_> = (0..64)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move {
                    for _ in 0..20 {
                        assert_eq!(client.user().await.expect("logged in"), "me");
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("all calls are answered");
        }
        let wrong = SessionClient::builder().sasl_plain("me", "no").connect(address).await;
        let error = wrong.expect_err("the password is wrong");
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert!(error.to_string().contains("\"Error validating the login\""), "{error}");
    }
}

#[test]
fn a_client_of_other_servers_names_what_they_speak() {
    let server = blocking::Server::new(BlockingSessionServer::new(Handler));
    let server = server.bind("127.0.0.1:0").expect("port 0 is free");
    let address = server.local_addr();
    std::thread::spawn(|| server.serve());
    let plain = BlockingSessionClient::builder().sasl_plain("me", "pw").connect(address);
    let error = plain.expect_err("the server does not speak SASL");
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().contains("SASL"), "{error}");
}

#[tokio::test]
async fn a_login_that_is_not_answered_is_named_in_the_error() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let address = listener.local_addr().expect("it has one");
    // It accepts, and never answers.
    std::thread::spawn(move || listener.incoming().collect::<Vec<_>>());
    let limit = Duration::from_millis(200);
    let builder = || SessionClient::builder().sasl_plain("me", "pw").connect_timeout(limit);
    let stream = move || tokio::net::TcpStream::connect(address);
    let errors = [
        builder().connect(address).await,
        builder().connect_with(stream).await,
        builder().connect_stream(stream().await.expect("it listens")).await,
    ];
    let others = tokio::task::spawn_blocking(move || {
        let builder =
            || BlockingSessionClient::builder().sasl_plain("me", "pw").connect_timeout(limit);
        let stream = move || TcpStream::connect(address);
        [
            builder().connect(address),
            builder().connect_with(stream),
            builder().connect_stream(stream().expect("it listens")),
        ]
        .map(|result| result.expect_err("the login is not answered"))
    });
    // A call that connects is told as well.
    let client: SessionClient = builder().connect_lazy(address).expect("an address");
    let error = client.user().await.expect_err("the login is not answered");
    assert!(error.to_string().contains("the SASL login was not answered in 200ms"), "{error}");
    let errors = errors.map(|result| result.expect_err("the login is not answered"));
    for errors in [errors, others.await.expect("no panic")] {
        let address = address.to_string();
        for (error, server) in
            errors.iter().zip([&*address, "the connector's server", "the stream's server"])
        {
            let expected =
                format!("cannot connect to {server}: the SASL login was not answered in {limit:?}");
            assert_eq!((error.kind(), error.to_string()), (ErrorKind::Connect, expected));
        }
    }
}

/// `thrift_sasl` with `pure-sasl`, as PyHive and impyla use them.
#[test]
fn python_clients_log_in() {
    let packages = [APACHE, "thrift-sasl==0.4.3", "pure-sasl==0.6.2", "six"];
    let python = python(Path::new(env!("CARGO_TARGET_TMPDIR")), &packages);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/sasl_client.py");
    for (kind, address) in servers() {
        let output = Command::new(&python)
            .arg(&script)
            .args([address.ip().to_string(), address.port().to_string()])
            .output()
            .expect("there is Python");
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(text, "me\n1000000\nrejected\n", "{kind}: {errors}");
    }
}
