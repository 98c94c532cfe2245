//! What becomes of calls when the server is shut down, or the client is lost.

use thriftly::ErrorKind;
use tokio::io::AsyncWriteExt;

use super::*;

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
async fn a_shutdown_answers_new_calls_beside_a_slow_call() {
    let echo = Echo::new();
    let mut server = start(Server::new(echo.clone())).await;
    let mut stream = raw(server.address).await;
    stream.write_all(&message(FORMS[1], "slow", CALL, 77, &[0])).await.expect("sent");
    echo.has_begun(1).await;
    server.stop.take().expect("not stopped").send(()).expect("it serves");
    wait(|| std::net::TcpStream::connect(server.address).is_err()).await;
    for n in 0..20 {
        stream.write_all(&message(FORMS[1], "echo", CALL, n, &number(n))).await.expect("sent");
        let reply = message(FORMS[1], "echo", REPLY, n, &number(n));
        assert_eq!(read(&mut stream, reply.len()).await, reply);
    }
    echo.gate.add_permits(1);
    assert_eq!(read_all(&mut stream).await, message(FORMS[1], "slow", REPLY, 77, &[0]));
    hang(&mut server.task).await.expect("no panic").expect("ended");
}

#[tokio::test]
async fn a_shutdown_waits_for_oneway_calls() {
    let echo = Echo::new();
    let mut server = start(Server::new(echo.clone())).await;
    let mut stream = raw(server.address).await;
    stream.write_all(&message(FORMS[0], "slow_fire", ONEWAY, 1, &[0])).await.expect("sent");
    echo.has_begun(1).await;
    drop(stream);
    server.stop.take().expect("not stopped").send(()).expect("it serves");
    let early = tokio::time::timeout(Duration::from_millis(100), &mut server.task);
    assert!(early.await.is_err());
    echo.gate.add_permits(1);
    hang(&mut server.task).await.expect("no panic").expect("ended");
    assert_eq!(echo.dropped.load(Ordering::SeqCst), 0);
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
