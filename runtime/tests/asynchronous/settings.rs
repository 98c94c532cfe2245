//! What the server can be told: how long it waits, and how many connections it takes.

use tokio::io::AsyncWriteExt;

use super::*;

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
