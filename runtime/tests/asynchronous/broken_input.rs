//! What the server does with bytes that are no calls.

use thriftly::ApplicationErrorKind;
use tokio::io::AsyncWriteExt;

use super::*;

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
async fn clients_of_other_protocols_are_closed_at_once() {
    let server = start(Server::new(Echo::new())).await;
    for input in [
        #[cfg(not(feature = "http"))]
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        &b"\x16\x03\x01\x02\0\x01"[..],
        b"SSH-2.0-x\r\n",
    ] {
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
        assert!(
            text.contains("negative size -1") || text.contains("`Limits::frame` allows 1000"),
            "{text}"
        );
    }
}
