//! Connections that others accept, and sockets that listen already.

use std::io;

use futures_core::Stream;
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::mpsc;

use super::*;

/// The connections that a test hands over.
struct Accepted(mpsc::Receiver<io::Result<DuplexStream>>);

impl Stream for Accepted {
    type Item = io::Result<DuplexStream>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<DuplexStream>>> {
        self.0.poll_recv(context)
    }
}

#[tokio::test]
async fn accepted_streams_are_served_until_the_source_ends() {
    let (accept, accepted) = mpsc::channel(10);
    let server = Server::new(Echo::new()).max_connections(2);
    let mut server = tokio::spawn(server.serve_incoming(Accepted(accepted)));
    accept.send(Err(io::Error::other("a handshake failed"))).await.expect("it serves");
    for form in FORMS {
        let (ours, theirs) = duplex(64);
        accept.send(Ok(theirs)).await.expect("it serves");
        let mut channel: Channel = builder(form).connect_stream(ours).await.expect("it is there");
        let reply = hang(channel.call(request("echo", form.1, blob(1000)))).await;
        assert_eq!(reply.expect("answered").body.into_bytes(), blob(1000));
    }
    let (mut last, theirs) = duplex(64);
    accept.send(Ok(theirs)).await.expect("it serves");
    drop(accept);
    last.write_all(&message(FORMS[0], "ping", CALL, 1, &[0])).await.expect("sent");
    let reply = message(FORMS[0], "ping", REPLY, 1, &[0]);
    let mut answer = vec![0; reply.len()];
    hang(last.read_exact(&mut answer)).await.expect("answered");
    assert_eq!(answer, reply);
    let early = tokio::time::timeout(Duration::from_millis(50), &mut server);
    assert!(early.await.is_err(), "one connection is left");
    drop(last);
    hang(server).await.expect("no panic").expect("never fails");
}

#[tokio::test]
async fn accepted_streams_are_drained() {
    let echo = Echo::new();
    let (accept, accepted) = mpsc::channel(1);
    let (stop, stopped) = oneshot::channel::<()>();
    let server = Server::new(echo.clone()).serve_incoming_until(Accepted(accepted), stopped);
    let server = tokio::spawn(server);
    let (mut ours, theirs) = duplex(1 << 16);
    accept.send(Ok(theirs)).await.expect("it serves");
    ours.write_all(&message(FORMS[1], "slow", CALL, 1, &number(1))).await.expect("sent");
    echo.has_begun(1).await;
    stop.send(()).expect("it serves");
    echo.gate.add_permits(1);
    let mut answer = Vec::new();
    hang(ours.read_to_end(&mut answer)).await.expect("closed");
    assert_eq!(answer, message(FORMS[1], "slow", REPLY, 1, &number(1)));
    hang(server).await.expect("no panic").expect("never fails");
}

#[tokio::test]
async fn a_client_in_memory_that_leaves_cancels_its_calls() {
    let echo = Echo::new();
    let server = Server::new(echo.clone()).max_in_flight(1);
    let (mut ours, theirs) = duplex(1 << 16);
    let serving = tokio::spawn(async move { server.serve_stream(theirs).await });
    let calls = message(FORMS[1], "slow", CALL, 1, &number(1)).repeat(100);
    ours.write_all(&calls).await.expect("sent");
    echo.has_begun(1).await;
    drop(ours);
    wait(|| echo.dropped.load(Ordering::SeqCst) >= 1).await;
    hang(serving).await.expect("no panic");
}

#[tokio::test]
async fn a_socket_that_listens_is_served() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let address = listener.local_addr().expect("it is bound");
    let server = Server::new(Echo::new()).bind_listener(listener).expect("it listens");
    assert_eq!(server.local_addr().socket_addr().expect("TCP"), address);
    let task = tokio::spawn(server.serve());
    let channel = connect(address, FORMS[0]).await;
    call(&channel, "ping", vec![0]).await.expect("answered");
    task.abort();
}

#[test]
fn a_socket_needs_a_runtime() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let error = Server::new(Echo::new()).bind_listener(listener).expect_err("there is none");
    assert_eq!(error.kind(), thriftly::ErrorKind::Connect);
}
