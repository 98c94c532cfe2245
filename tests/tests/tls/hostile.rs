//! Clients and servers that do not speak TLS, or not to the end.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use thriftly::blocking::Threads;
use thriftly_tests::authority::Authority;

use super::log;
use super::{
    BlockingSecureClient, BlockingSecureServer, Handler, KINDS, Running, client_tls, server_tls,
    who,
};

const HANG: Duration = Duration::from_secs(60);

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(HANG)).expect("it can be set");
    stream
}

/// Waits for the end of the stream.
fn ends(mut stream: &TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    match stream.read_to_end(&mut rest) {
        Err(error) if error.kind() != std::io::ErrorKind::ConnectionReset => panic!("{error}"),
        _ => rest,
    }
}

/// The first bytes of a handshake.
fn client_hello() -> Vec<u8> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let address = listener.local_addr().expect("it is bound");
    let authority = Authority::new("any");
    std::thread::spawn(move || {
        let builder = BlockingSecureClient::builder().tls(client_tls(&authority));
        let _: Result<BlockingSecureClient, _> = builder.connect(address);
    });
    let (mut stream, _) = listener.accept().expect("it connects");
    let mut head = [0; 5];
    stream.read_exact(&mut head).expect("the head of a record");
    let mut body = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    stream.read_exact(&mut body).expect("a record");
    [&head[..], &body].concat()
}

#[test]
fn what_is_not_tls_is_disconnected_at_once() {
    let authority = Authority::new("ours");
    for kind in KINDS {
        let server = Running::start(kind, server_tls(&authority, &["127.0.0.1"]));
        let address = server.address.socket_addr().expect("TCP");
        for bytes in [
            &b"\x80\x01\0\x01\0\0\0\x03who\0\0\0\x01\0"[..],
            b"\0\0\0\x10\x80\x01\0\x01\0\0\0\x03who\0\0\0\x01\0",
            b"\x82\x21\x01\x03who\0",
            b"GET / HTTP/1.1\r\n\r\n",
            b"SSH-2.0-x\r\n",
            b"\xff\xff\xff\xff",
            b"\x16\x03\x01\0\x05hello",
            b"\x16\x03\x01\xff\xff garbage",
        ] {
            let mut stream = connect(address);
            stream.write_all(bytes).expect("sent");
            let start = Instant::now();
            ends(&stream);
            assert!(start.elapsed() < HANG / 4, "{bytes:?}");
        }
        who(&server.address, &client_tls(&authority)).expect("others are served");
    }
}

#[test]
fn a_client_hello_in_pieces_of_one_byte_is_read() {
    let authority = Authority::new("ours");
    let hello = client_hello();
    for kind in KINDS {
        let server = Running::start(kind, server_tls(&authority, &["127.0.0.1"]));
        let mut stream = connect(server.address.socket_addr().expect("TCP"));
        stream.set_nodelay(true).expect("it can be set");
        for byte in &hello {
            stream.write_all(&[*byte]).expect("sent");
        }
        let mut answer = [0; 6];
        stream.read_exact(&mut answer).expect("an answer");
        // A handshake record with a ServerHello.
        assert_eq!((answer[0], answer[5]), (0x16, 2), "{answer:?}");

        // Each byte in a record of its own.
        let mut stream = connect(server.address.socket_addr().expect("TCP"));
        for byte in &hello[5..] {
            stream.write_all(&[0x16, 3, 1, 0, 1, *byte]).expect("sent");
        }
        stream.read_exact(&mut answer).expect("an answer");
        // A ServerHello or an alert, never silence.
        assert!(answer[0] == 0x16 || answer[0] == 0x15, "{answer:?}");
    }
}

#[test]
fn stalled_handshakes_hold_up_nobody_and_end() {
    let authority = Authority::new("ours");
    let hello = client_hello();
    for kind in KINDS {
        let limit = Duration::from_secs(2);
        let server = Running::start_with(kind, server_tls(&authority, &["127.0.0.1"]), limit);
        let address = server.address.socket_addr().expect("TCP");
        let stalled: Vec<TcpStream> = (0..200)
            .map(|number: usize| {
                let mut stream = connect(address);
                stream.write_all(&hello[..hello.len() * (number % 4) / 4]).expect("sent");
                stream
            })
            .collect();
        let start = Instant::now();
        who(&server.address, &client_tls(&authority)).expect("a call beside them");
        if kind != Some(Threads::One) {
            assert!(start.elapsed() < HANG / 2);
        }
        for stream in &stalled {
            ends(stream);
        }
        assert!(start.elapsed() < HANG);
        who(&server.address, &client_tls(&authority)).expect("a call after them");
    }
}

#[test]
fn a_handshake_sent_byte_by_byte_ends_at_the_time_limit() {
    let authority = Authority::new("ours");
    let hello = client_hello();
    for kind in KINDS {
        let limit = Duration::from_millis(500);
        let server = Running::start_with(kind, server_tls(&authority, &["127.0.0.1"]), limit);
        let mut stream = connect(server.address.socket_addr().expect("TCP"));
        stream.set_nodelay(true).expect("it can be set");
        let start = Instant::now();
        let ended = hello.iter().cycle().any(|byte| {
            std::thread::sleep(Duration::from_millis(50));
            assert!(start.elapsed() < HANG / 4, "{kind:?}: it does not end");
            stream.write_all(&[*byte]).is_err()
        });
        assert!(ended && start.elapsed() >= limit);
    }
}

#[test]
fn a_client_names_a_server_without_tls() {
    let authority = Authority::new("ours");
    let server = thriftly::blocking::Server::new(BlockingSecureServer::new(Handler));
    let server = server.bind("127.0.0.1:0").expect("port 0 is free");
    let (address, handle) = (server.local_addr(), server.handle());
    let serving = std::thread::spawn(move || server.serve());
    let error = who(&address, &client_tls(&authority)).expect_err("it is plain").to_string();
    assert!(error.contains("the TLS handshake failed: "), "{error}");
    handle.shutdown();
    serving.join().expect("no panic").expect("it never fails");
}

#[test]
fn a_failed_handshake_is_logged_with_the_peer_and_the_reason_and_counted() {
    let authority = Authority::new("ours");
    for kind in KINDS {
        let server = Running::start(kind, server_tls(&authority, &["127.0.0.1"]));
        let address = server.address.socket_addr().expect("TCP");
        for (bytes, reason) in [
            (
                &b"\x80\x01\0\x01\0\0\0\x03who\0\0\0\x01\0"[..],
                "the client does not speak TLS; it seems to speak Thrift",
            ),
            (b"GET / HTTP/1.1\r\n\r\n", "the client does not speak TLS; it seems to speak HTTP"),
            (b"\x16\x03\x01\0\x05hello", "the peer does not speak TLS"),
        ] {
            let mut stream = connect(address);
            stream.write_all(bytes).expect("sent");
            ends(&stream);
            let peer = stream.local_addr().expect("it was connected");
            log::has(&["a TLS handshake failed", &format!("peer={peer} "), reason]);
        }
        let stranger = client_tls(&Authority::new("other"));
        who(&server.address, &stranger).expect_err("the client does not trust the server");
        log::has(&["a TLS handshake failed", "received fatal alert: UnknownCA"]);
        assert!(server.monitor.stats().handshake_failures >= 4);
    }
}

#[test]
fn a_tls_client_at_a_port_without_tls_is_named_in_the_log() {
    log::start();
    let server = thriftly::blocking::Server::new(BlockingSecureServer::new(Handler));
    let server = server.bind("127.0.0.1:0").expect("port 0 is free");
    let (address, handle) = (server.local_addr(), server.handle());
    let serving = std::thread::spawn(move || server.serve());
    let mut stream = connect(address.socket_addr().expect("TCP"));
    stream.write_all(&client_hello()).expect("sent");
    ends(&stream);
    let peer = stream.local_addr().expect("it was connected");
    log::has(&["closed a connection", &format!("peer={peer} "), "looks like TLS"]);
    handle.shutdown();
    serving.join().expect("no panic").expect("it never fails");
}

/// Forwards one connection to a server, and cuts it without a `close_notify` when the server has sent so many
/// bytes after the handshake.
fn cut_after(server: SocketAddr, bytes: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.expect("accepted");
            let server = connect(server);
            let mut up = (client.try_clone().expect("a copy"), server.try_clone().expect("a copy"));
            std::thread::spawn(move || drop(std::io::copy(&mut up.0, &mut up.1)));
            let mut down = (server.take(bytes as u64), client);
            drop(std::io::copy(&mut down.0, &mut down.1));
            let _ = down.1.shutdown(std::net::Shutdown::Both);
            let _ = down.0.get_ref().shutdown(std::net::Shutdown::Both);
        }
    });
    address
}

#[test]
fn an_answer_that_is_cut_off_is_an_error_and_never_a_short_answer() {
    let authority = Authority::new("ours");
    let server = Running::start(None, server_tls(&authority, &["127.0.0.1"]));
    // Well within the answer, which has many records.
    let address = cut_after(server.address.socket_addr().expect("TCP"), 100_000);
    let blob = vec![7; 1 << 20];
    let builder = BlockingSecureClient::builder().tls(client_tls(&authority));
    let client: BlockingSecureClient = builder.connect(address).expect("connected");
    let error = client.echo(blob.clone()).expect_err("it is cut off");
    assert!(error.to_string().contains("without sending TLS close_notify"), "{error}");
    super::block_on(async {
        let builder = super::SecureClient::builder().tls(client_tls(&authority));
        let client: super::SecureClient = builder.connect(address).await.expect("connected");
        let error = client.echo(blob).await.expect_err("it is cut off");
        assert!(error.to_string().contains("without sending TLS close_notify"), "{error}");
    });
}

#[test]
fn a_handshake_that_is_not_answered_is_named_in_the_error() {
    let authority = Authority::new("ours");
    let listener = TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let address = listener.local_addr().expect("it is bound");
    // It accepts, and never answers.
    std::thread::spawn(move || listener.incoming().collect::<Vec<_>>());
    let limit = Duration::from_millis(200);
    let builder = BlockingSecureClient::builder().tls(client_tls(&authority));
    let blocking: Result<BlockingSecureClient, _> = builder.connect_timeout(limit).connect(address);
    let other = super::block_on(async {
        let builder = super::SecureClient::builder().tls(client_tls(&authority));
        let client: Result<super::SecureClient, _> =
            builder.connect_timeout(limit).connect(address).await;
        client.expect_err("no handshake")
    });
    for error in [blocking.expect_err("no handshake"), other] {
        let message = format!(
            "cannot connect to tls://{address}: the TLS handshake was not answered in {limit:?}"
        );
        assert_eq!((error.kind(), error.to_string()), (thriftly::ErrorKind::Connect, message));
    }
}

#[test]
fn older_versions_of_tls_are_refused() {
    let authority = Authority::new("ours");
    for kind in KINDS {
        let server = Running::start(kind, server_tls(&authority, &["127.0.0.1"]));
        let mut stream = connect(server.address.socket_addr().expect("TCP"));
        // A ClientHello of TLS 1.1: version, random, no session, one suite, no compression.
        let mut hello = vec![1, 0, 0, 41, 3, 2];
        hello.extend([7; 32]);
        hello.extend([0, 0, 2, 0xc0, 0x13, 1, 0]);
        let mut record = vec![0x16, 3, 1, 0, hello.len() as u8];
        record.extend(hello);
        stream.write_all(&record).expect("sent");
        let answer = ends(&stream);
        // A fatal alert, if it came before the end.
        assert!(answer.is_empty() || (answer[0], answer[5]) == (0x15, 2), "{answer:?}");
    }
}

#[test]
fn a_stalled_handshake_does_not_delay_a_shutdown() {
    let authority = Authority::new("ours");
    let hello = client_hello();
    for kind in KINDS {
        let tls = server_tls(&authority, &["127.0.0.1"]);
        let server = Running::start_with(kind, tls, 10 * HANG);
        let mut stalled = connect(server.address.socket_addr().expect("TCP"));
        stalled.write_all(&hello[..hello.len() / 2]).expect("sent");
        who(&server.address, &client_tls(&authority)).expect("a call beside it");
        let start = Instant::now();
        drop(server);
        assert!(start.elapsed() < HANG / 3, "{kind:?}: {:?}", start.elapsed());
    }
}

#[test]
fn connections_that_clients_drop_do_not_count_as_lost() {
    let authority = Authority::new("ours");
    for kind in KINDS {
        let server = Running::start(kind, server_tls(&authority, &["127.0.0.1"]));
        for _ in 0..5 {
            who(&server.address, &client_tls(&authority)).expect("a call");
        }
        let start = Instant::now();
        while server.monitor.stats().connections > 0 {
            assert!(start.elapsed() < HANG, "{:?}", server.monitor.stats());
            std::thread::sleep(Duration::from_millis(1));
        }
        let stats = server.monitor.stats();
        assert_eq!((stats.opened, stats.lost, stats.handshake_failures), (10, 0, 0), "{kind:?}");
    }
}

#[test]
fn a_connection_without_a_byte_is_no_failed_handshake() {
    let authority = Authority::new("ours");
    for kind in KINDS {
        let server = Running::start(kind, server_tls(&authority, &["127.0.0.1"]));
        let stream = connect(server.address.socket_addr().expect("TCP"));
        stream.shutdown(std::net::Shutdown::Write).expect("it can be shut down");
        ends(&stream);
        who(&server.address, &client_tls(&authority)).expect("a call");
        assert_eq!(server.monitor.stats().handshake_failures, 0, "{kind:?}");
    }
}
