//! Clients that leave while their calls are handled, and handlers that take too long.

use thriftly::ApplicationErrorKind;
use tokio::io::AsyncWriteExt;

use super::*;

/// Waits until so many calls were dropped, which must not take much longer than a second.
async fn dropped(echo: &Echo, calls: usize) {
    let all = wait(|| echo.dropped.load(Ordering::SeqCst) == calls);
    tokio::time::timeout(Duration::from_secs(5), all).await.expect("they are dropped at once");
}

/// Whether somebody else is served.
async fn serves(address: SocketAddr) {
    let other = connect(address, FORMS[0]).await;
    let reply = call(&other, "echo", number(7)).await.expect("served");
    assert_eq!(reply.body.into_bytes(), number(7));
}

#[tokio::test]
async fn a_client_that_closes_cancels_its_calls_and_frees_its_place() {
    let echo = Echo::new();
    let server = start(Server::new(echo.clone()).max_connections(3)).await;
    for round in 1..=4 {
        let mut clients = Vec::new();
        for form in &FORMS[..3] {
            let mut stream = raw(server.address).await;
            stream.write_all(&message(*form, "slow", CALL, 1, &[0])).await.expect("sent");
            clients.push(stream);
        }
        echo.has_begun(3 * round).await;
        drop(clients);
        dropped(&echo, 3 * round).await;
        serves(server.address).await;
    }
}

#[tokio::test]
async fn a_client_that_closes_is_noticed_at_the_limit_of_calls() {
    let echo = Echo::new();
    let server = Server::new(echo.clone()).max_connections(1).max_in_flight(2);
    let server = start(server).await;
    // The waiting calls fit into the read-ahead buffer, or do not.
    for (round, waiting) in [(1, 8), (2, 4000)] {
        let mut stream = raw(server.address).await;
        let slow = message(FORMS[1], "slow", CALL, 1, &[0]);
        let ping = message(FORMS[1], "ping", CALL, 2, &[0]);
        assert!(ping.len() * 4000 > 64 << 10, "more than is read ahead");
        let calls = [slow.repeat(2), ping.repeat(waiting)].concat();
        stream.write_all(&calls).await.expect("sent");
        echo.has_begun(2 * round).await;
        drop(stream);
        dropped(&echo, 2 * round).await;
        serves(server.address).await;
    }
}

#[tokio::test]
async fn a_client_that_is_reset_is_noticed_at_the_limit_of_calls() {
    let echo = Echo::new();
    let server = Server::new(echo.clone()).max_connections(1).max_in_flight(1);
    let server = start(server).await;
    let mut stream = raw(server.address).await;
    let calls =
        [message(FORMS[0], "ping", CALL, 1, &[0]), message(FORMS[0], "slow", CALL, 2, &[0])];
    stream.write_all(&calls.concat()).await.expect("sent");
    echo.has_begun(1).await;
    stream.readable().await.expect("the answer is there");
    // It is not read, so that this resets the connection.
    drop(stream);
    dropped(&echo, 1).await;
    serves(server.address).await;
}

#[tokio::test]
async fn oneway_calls_go_on_and_do_not_keep_the_place() {
    let echo = Echo::new();
    let server = Server::new(echo.clone()).max_connections(1).max_in_flight(2);
    let server = start(server).await;
    let mut stream = raw(server.address).await;
    // The last two have to wait for their turn.
    let calls = message(FORMS[0], "slow_fire", ONEWAY, 1, &[0]).repeat(4);
    stream.write_all(&calls).await.expect("sent");
    echo.has_begun(2).await;
    drop(stream);
    echo.gate.add_permits(2);
    echo.has_begun(4).await;
    serves(server.address).await;
    echo.gate.add_permits(2);
    wait(|| echo.gate.available_permits() == 0).await;
    assert_eq!(echo.dropped.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_half_closed_connection_is_served_if_the_server_is_told_so() {
    let echo = Echo::new();
    let server = start(Server::new(echo.clone()).half_close(true)).await;
    let mut stream = raw(server.address).await;
    stream.write_all(&message(FORMS[1], "slow", CALL, 1, &number(1))).await.expect("sent");
    echo.has_begun(1).await;
    stream.shutdown().await.expect("half closed");
    tokio::time::sleep(Duration::from_millis(20)).await;
    echo.gate.add_permits(1);
    assert_eq!(read_all(&mut stream).await, message(FORMS[1], "slow", REPLY, 1, &number(1)));
}

#[tokio::test]
async fn a_half_closed_client_that_is_lost_cancels_its_calls() {
    let echo = Echo::new();
    let server = start(Server::new(echo.clone()).half_close(true)).await;
    let mut stream = raw(server.address).await;
    let calls =
        [message(FORMS[0], "ping", CALL, 1, &[0]), message(FORMS[0], "slow", CALL, 2, &[0])];
    stream.write_all(&calls.concat()).await.expect("sent");
    stream.shutdown().await.expect("half closed");
    echo.has_begun(1).await;
    stream.readable().await.expect("the answer is there");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(echo.dropped.load(Ordering::SeqCst), 0);
    // The answer is not read, so that this resets the connection.
    drop(stream);
    dropped(&echo, 1).await;
}

#[tokio::test]
async fn thousands_of_disconnects_leak_nothing() {
    let echo = Echo::new();
    let server = start(Server::new(echo.clone()).max_connections(20)).await;
    for _ in 0..100 {
        let mut clients = Vec::new();
        for _ in 0..20 {
            let mut stream = raw(server.address).await;
            stream.write_all(&message(FORMS[0], "slow", CALL, 1, &[0])).await.expect("sent");
            clients.push(stream);
        }
    }
    serves(server.address).await;
    let begun = echo.begun.load(Ordering::SeqCst);
    dropped(&echo, begun).await;
}

#[tokio::test]
async fn a_handler_that_takes_too_long_is_dropped_and_its_caller_told() {
    let echo = Echo::new();
    let server = Server::new(echo.clone()).handler_timeout(Duration::from_millis(50));
    let server = start(server).await;
    let channel = connect(server.address, FORMS[1]).await;
    let error = exception(call(&channel, "slow", vec![0]).await.expect("an answer"));
    assert_eq!(error.kind, ApplicationErrorKind::INTERNAL_ERROR);
    assert_eq!(error.message, "`slow` took longer than 50ms");
    dropped(&echo, 1).await;
    for method in ["ping", "yield"] {
        call(&channel, method, vec![0]).await.expect("not affected");
    }
}

#[tokio::test]
async fn garbage_is_refused_with_its_first_bytes() {
    let server = start(Server::new(Echo::new())).await;
    for garbage in
        [&b"\r\n\r\n"[..], b"GX", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", b"hello, world", b"y"]
    {
        let mut stream = raw(server.address).await;
        stream.write_all(garbage).await.expect("sent");
        let closed = tokio::time::timeout(Duration::from_secs(5), read_all(&mut stream)).await;
        assert_eq!(closed.expect("closed at once"), b"");
    }
}
