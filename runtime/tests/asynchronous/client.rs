//! What the client does when calls take too long, and with servers that fail it.

use thriftly::ErrorKind;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::*;

#[tokio::test]
async fn headers_that_cannot_be_sent_are_no_secret() {
    let server = start(Server::new(Echo::new())).await;
    let mut channel = connect(server.address, FORMS[0]).await;
    let mut call = request("ping", FORMS[0].1, vec![0]);
    call.headers.insert("trace", "7");
    let result = hang(channel.call(call)).await;
    assert_eq!(result.is_err(), cfg!(debug_assertions));
    hang(channel.call(request("ping", FORMS[0].1, vec![0]))).await.expect("not affected");
}

#[tokio::test]
async fn a_call_that_takes_too_long_fails_and_its_late_reply_is_dropped() {
    let echo = Echo::new();
    let server = start(Server::new(echo.clone()).max_connections(1)).await;
    let channel: Channel = ClientBuilder::new()
        .max_connections(1)
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
    let builder = builder(FORMS[0]).max_connections(1).max_in_flight(2);
    let channel = builder.connect(server.address).await;
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
        // The eleventh is given up. The next one waits for its late answer.
        read(&mut stream, length).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(stream.try_read(&mut [0]).is_err(), "a second call");
        for seqid in [11, 12] {
            let reply = message(FORMS[0], "echo", REPLY, seqid, &[0]);
            stream.write_all(&reply).await.expect("sent");
            if seqid == 11 {
                read(&mut stream, length).await;
            }
        }
    });
    let builder = builder(FORMS[0]).pipelining(false).max_connections(1);
    let channel = builder.connect(address).await;
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
    let channel = builder(FORMS[0]).max_connections(1).connect(address).await;
    let channel: Channel = channel.expect("the peer listens");
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
        assert!(error.to_string().starts_with(&text), "{error}");
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
        read(&mut stream, length).await;
        // 0 is never used.
        let reply = message(FORMS[0], "echo", REPLY, 0, &[0]);
        stream.write_all(&reply).await.expect("sent");
        let (mut stream, _) = listener.accept().await.expect("the client connects again");
        // For the second call its own number follows one that is doubled.
        for replies in [&[1][..], &[1, 2], &[3]] {
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
    for _ in 0..3 {
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
async fn unreachable_addresses_are_named() {
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

#[tokio::test]
async fn a_request_may_have_a_deadline_of_its_own() {
    let echo = Echo::new();
    let server = start(Server::new(echo.clone())).await;
    let channel = connect(server.address, FORMS[0]).await;
    let mut slow = request("slow", Protocol::Binary, vec![0]);
    slow.deadline = thriftly::Deadline::after(Duration::from_millis(50));
    let error = hang((&channel).call(slow)).await.expect_err("a timeout");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let short: Channel = ClientBuilder::new()
        .timeout(Duration::from_millis(50))
        .connect(server.address)
        .await
        .expect("the server listens");
    let mut slow = request("slow", Protocol::Binary, vec![0]);
    slow.deadline = thriftly::Deadline::Never;
    let waits = tokio::time::timeout(Duration::from_millis(300), (&short).call(slow));
    assert!(waits.await.is_err(), "it has no deadline");
}

#[tokio::test]
async fn idle_connections_are_closed_if_that_is_set() {
    for (idle_timeout, closes) in [(None, false), (Some(Duration::from_millis(100)), true)] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port 0 is free");
        let address = listener.local_addr().expect("it has one");
        let mut builder = builder(FORMS[0]);
        if let Some(timeout) = idle_timeout {
            builder = builder.idle_timeout(timeout);
        }
        let channel: Channel = builder.connect(address).await.expect("the peer listens");
        let (mut stream, _) = listener.accept().await.expect("the client connects");
        let mut byte = [0];
        let end = tokio::time::timeout(Duration::from_millis(500), stream.read(&mut byte));
        assert_eq!(end.await.is_ok(), closes);
        drop(channel);
    }
}

#[tokio::test]
async fn streams_of_ones_own_are_called_over() {
    let server = Server::new(Echo::new());
    let (ours, theirs) = tokio::io::duplex(100);
    let first = server.clone();
    tokio::spawn(async move { first.serve_stream(theirs).await });
    let channel: Channel = builder(FORMS[1]).connect_stream(ours).await.expect("it is there");
    assert!(channel.address().is_none());
    for length in [1, 1000, 100_000] {
        let reply = call(&channel, "echo", blob(length)).await.expect("answered");
        assert_eq!(reply.body.into_bytes(), blob(length));
    }

    // Each connection has a stream of its own; a call that would wait for another gets one.
    let connector = move || {
        let (ours, theirs) = tokio::io::duplex(100);
        let server = server.clone();
        tokio::spawn(async move { server.serve_stream(theirs).await });
        async { Ok(ours) }
    };
    let channel: Channel =
        builder(FORMS[1]).connect_with(connector).await.expect("the connector connects");
    for number in 0..10 {
        call(&channel, "echo", blob(number)).await.expect("answered");
    }
    let refused = || async { Err::<TcpStream, _>(std::io::Error::other("no luck")) };
    let error = ClientBuilder::<Channel>::new().connect_with(refused).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.to_string(), "the connector failed: no luck");
}

#[tokio::test]
async fn a_stream_that_has_ended_is_not_replaced() {
    let (ours, theirs) = tokio::io::duplex(100);
    let channel: Channel = builder(FORMS[1]).connect_stream(ours).await.expect("it is there");
    drop(theirs);
    let mut kinds = Vec::new();
    for _ in 0..3 {
        let error = call(&channel, "echo", vec![0]).await.expect_err("it has ended");
        kinds.push(error.kind());
    }
    assert_eq!(kinds.last(), Some(&ErrorKind::Connect), "{kinds:?}");
}

#[tokio::test]
async fn a_lazy_client_connects_on_its_first_call() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = listener.local_addr().expect("it has one");
    let channel: Channel = builder(FORMS[0]).connect_lazy(address).expect("an address");
    let early = tokio::time::timeout(Duration::from_millis(50), listener.accept());
    assert!(early.await.is_err());
    let called = tokio::spawn(async move { call(&channel, "echo", vec![0]).await });
    let (mut stream, _) = hang(listener.accept()).await.expect("the client connects");
    let whole = message(FORMS[0], "echo", CALL, 1, &[0]);
    assert_eq!(read(&mut stream, whole.len()).await, whole);
    stream.write_all(&message(FORMS[0], "echo", REPLY, 1, &[0])).await.expect("sent");
    called.await.expect("no panic").expect("answered");
}

/// A name that stands for an IPv6 and an IPv4 address, where the machine has it so.
#[tokio::test]
async fn all_addresses_of_a_name_are_tried() {
    for listens in ["127.0.0.1:0", "[::1]:0"] {
        let Ok(listener) = TcpListener::bind(listens).await else { continue };
        let port = listener.local_addr().expect("it has one").port();
        let found = tokio::net::lookup_host(("localhost", port)).await;
        let found: Vec<_> = found.map(Iterator::collect).unwrap_or_default();
        if !found.contains(&listener.local_addr().expect("it has one")) {
            continue;
        }
        let channel = ClientBuilder::<Channel>::new().connect(("localhost", port)).await;
        channel.expect("one of the addresses accepts");
    }
}
