//! Answers that are wrong, too large, or none.

use std::io::{Read, Write};

use thriftly::{Framing, Limits, MessageKind};

use super::peer::{Call, Peer, blob, number};
use super::*;

#[tokio::test]
async fn a_peer_that_answers_every_call_with_the_same_number_fails_them_at_once() {
    let peer = Peer::start(|mut stream, _| {
        while let Some(call) = Call::read(&mut stream) {
            std::thread::sleep(Duration::from_millis(20));
            if stream.write_all(&call.reply_with(0, 1)).is_err() {
                return;
            }
        }
    });
    let client = connect(&peer).await;
    let calls: Vec<_> = (0..20).map(|_| tokio::spawn(client.get(0))).collect();
    let (took, ()) = timed("twenty calls", async {
        for call in calls {
            let error = call.await.expect("no panic").expect_err("no answer is its own");
            assert!(matches!(error.kind(), ErrorKind::BadReply), "{error}");
            assert!(error.to_string().contains("BAD_SEQUENCE_ID"), "{error}");
        }
    })
    .await;
    assert!(took < HANG / 2);
    let one = blocking::connect(&peer).get(0);
    assert_eq!(kind(one), ErrorKind::BadReply);
}

/// Sends, after each answer, one to the call that comes next.
fn hasty() -> Peer {
    Peer::start(|mut stream, _| {
        while let Some(call) = Call::read(&mut stream) {
            let next = call.reply_with(call.seqid + 1, 666);
            if stream.write_all(&[call.reply(), next].concat()).is_err() {
                return;
            }
        }
    })
}

#[tokio::test]
async fn a_reply_before_its_call_is_rejected() {
    let peer = hasty();
    let client = connect(&peer).await;
    let other = blocking::connect(&peer);
    for _ in 0..20 {
        assert_ne!(client.get(0).await.ok(), Some(666));
        std::thread::sleep(Duration::from_millis(2));
        assert_ne!(other.get(0).ok(), Some(666));
    }
}

#[tokio::test]
async fn an_answer_of_another_method_is_refused() {
    let peer = Peer::start(|mut stream, _| {
        while let Some(call) = Call::read(&mut stream) {
            let reply = call.answer("other", call.seqid, &super::peer::number(1));
            if stream.write_all(&reply).is_err() {
                return;
            }
        }
    });
    let errors = [
        connect(&peer).await.get(0).await.expect_err("it is another's"),
        blocking::connect(&peer).get(0).expect_err("it is another's"),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::BadReply);
        let text = format!("`get` at {}: WRONG_METHOD_NAME: the reply names `other`", peer.address);
        assert_eq!(error.to_string(), text);
    }
}

/// Answers `echo` with 17 MB, all else as it should be. The calls that are there are read first.
fn large() -> Peer {
    Peer::start(|mut stream, _| {
        while let Some(call) = Call::read(&mut stream) {
            let reply = match call.method.as_str() {
                "echo" => call.answer("echo", call.seqid, &blob(17_000_000)),
                _ => call.reply(),
            };
            if stream.write_all(&reply).is_err() {
                return;
            }
        }
    })
}

#[tokio::test]
async fn an_answer_above_the_limit_of_frames_fails_its_call_only() {
    let peer = large();
    let client = builder().max_connections(1).connect(peer.address).await;
    let client = client.expect("the peer listens");
    let echo = tokio::spawn(client.echo("".as_bytes()));
    let others: Vec<_> = (0..5).map(|_| tokio::spawn(client.get(1))).collect();
    for call in others {
        assert_eq!(call.await.expect("no panic").expect("answered"), 1);
    }
    let errors = [
        echo.await.expect("no panic").expect_err("too large"),
        blocking::connect(&peer).echo("".as_bytes()).expect_err("too large"),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::SizeLimit);
        assert!(error.to_string().contains("`Limits::frame` allows 16384000"), "{error}");
    }
    assert_eq!(peer.opened(), 2);
}

#[tokio::test]
async fn an_answer_above_the_limit_of_messages_is_named() {
    let peer = Peer::start(|mut stream, _| {
        let mut bytes = [0; 1024];
        while stream.read(&mut bytes).is_ok_and(|count| count > 0) {
            let mut reply = Vec::new();
            thriftly::binary::write_envelope("echo", MessageKind::Reply, 1, &mut reply);
            reply.extend_from_slice(&blob(20_000));
            if stream.write_all(&reply).is_err() {
                return;
            }
        }
    });
    let limits = Limits { message: 10_000, ..Limits::DEFAULT };
    let client = FaultClient::builder().limits(limits).connect(peer.address).await;
    let other = BlockingFaultClient::builder().limits(limits).connect(peer.address);
    let errors = [
        client.expect("it listens").echo("".as_bytes()).await.expect_err("too large"),
        other.expect("it listens").echo("".as_bytes()).expect_err("too large"),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::SizeLimit);
        assert!(error.to_string().contains("`Limits::message` allows 10000 bytes"), "{error}");
        assert!(std::error::Error::source(&error).is_some());
    }
}

#[tokio::test]
async fn a_call_above_the_limit_of_frames_is_not_sent() {
    let peer = Peer::serial();
    let client = builder().max_connections(1).connect(peer.address).await;
    let client = client.expect("the peer listens");
    let others: Vec<_> = (0..20).map(|_| tokio::spawn(client.get(20))).collect();
    let large = vec![0; 17_000_000];
    let errors = [
        client.echo(large.clone()).await.expect_err("too large"),
        blocking::connect(&peer).echo(large).expect_err("too large"),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::SizeLimit);
        let text = format!("`echo` at {}: a frame of 170000", peer.address);
        assert!(error.to_string().starts_with(&text), "{error}");
        assert!(error.to_string().contains("`Limits::frame` allows 16384000"), "{error}");
    }
    for call in others {
        call.await.expect("no panic").expect("answered");
    }
}

#[tokio::test]
async fn the_error_suggests_framed_messages_or_a_login() {
    // As a server that takes the first bytes for the length of a frame.
    let peer = Peer::start(|mut stream, _| {
        let _ = stream.read(&mut [0; 1024]);
    });
    let client = FaultClient::builder().connect(peer.address).await.expect("the peer listens");
    let other = BlockingFaultClient::builder().connect(peer.address).expect("the peer listens");
    for error in [client.get(0).await.expect_err("closed"), other.get(0).expect_err("closed")] {
        assert_eq!(error.kind(), ErrorKind::Closed);
        let text = "it may expect framed messages (`.framed()`) or a login (`.sasl_plain(…)`)";
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_has_answered_is_not_suspected_of_another_framing() {
    // The first connection ends after an answer, the second without one.
    let start = || {
        Peer::start(|mut stream, connection| {
            let _ = stream.read(&mut [0; 1024]);
            if connection == 0 {
                let mut reply = Vec::new();
                thriftly::binary::write_envelope("get", MessageKind::Reply, 1, &mut reply);
                reply.extend_from_slice(&number(7));
                let _ = stream.write_all(&reply);
            }
        })
    };
    let (peer, other) = (start(), start());
    let client = FaultClient::builder().connect(peer.address).await.expect("the peer listens");
    let blocking = BlockingFaultClient::builder().connect(other.address).expect("the peer listens");
    assert_eq!(client.get(0).await.expect("answered"), 7);
    assert_eq!(blocking.get(0).expect("answered"), 7);
    let check = |error: thriftly::Error| {
        assert_eq!(error.kind(), ErrorKind::Closed);
        assert!(!error.to_string().contains("it may expect"), "{error}");
    };
    // A call may still meet the end of the first connection.
    while peer.opened() < 2 {
        check(client.get(0).await.expect_err("closed"));
    }
    while other.opened() < 2 {
        check(blocking.get(0).expect_err("closed"));
    }
}

#[tokio::test]
async fn a_port_that_speaks_sasl_is_named() {
    for framing in [Framing::Framed, Framing::Unframed] {
        let peer = Peer::start(|mut stream, _| {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"\x04\0\0\0\x14Invalid status -128");
        });
        let client = FaultClient::builder().framing(framing).connect(peer.address).await;
        let other = BlockingFaultClient::builder().framing(framing).connect(peer.address);
        for error in [
            client.expect("it listens").get(0).await.expect_err("no Thrift"),
            other.expect("it listens").get(0).expect_err("no Thrift"),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidData);
            let text = "looks like SASL: status 4, \"Invalid status -128\"";
            assert!(error.to_string().contains(text), "{error}");
        }
    }
}

#[tokio::test]
async fn a_peer_that_repeats_its_answer_is_left() {
    let (send, ended) = std::sync::mpsc::channel();
    let peer = Peer::start(move |mut stream, number| {
        while let Some(call) = Call::read(&mut stream) {
            let reply = call.reply();
            if stream.write_all(&reply).is_err() {
                return;
            }
            if number > 0 {
                continue;
            }
            // The first connection gets it again and again.
            let mut sent = 0;
            while stream.write_all(&reply).is_ok() {
                sent += reply.len();
            }
            let _ = send.send(sent);
            return;
        }
    });
    let client = connect(&peer).await;
    client.get(0).await.expect("answered");
    tokio::time::sleep(Duration::from_millis(100)).await;
    client.get(0).await.expect("answered on another connection");
    let sent = ended.recv_timeout(HANG).expect("the connection is closed");
    println!("closed after {sent} bytes");
}
