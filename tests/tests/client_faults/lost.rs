//! Connections that are closed by the server.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::peer::{Call, Peer};
use super::*;

/// Closes each connection after one call.
fn one_call_each() -> (Peer, Arc<AtomicUsize>) {
    let received = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&received);
    let peer = Peer::start(move |mut stream, _| {
        if let Some(call) = Call::read(&mut stream) {
            counter.fetch_add(1, Ordering::SeqCst);
            let _ = stream.write_all(&call.reply());
        }
    });
    (peer, received)
}

#[tokio::test]
async fn a_closed_connection_is_detected_before_use() {
    let (peer, received) = one_call_each();
    let client = connect(&peer).await;
    for _ in 0..50 {
        client.get(0).await.expect("answered");
        // The runtime does not see the end of the stream: the socket is asked.
        std::thread::sleep(Duration::from_millis(5));
    }
    for _ in 0..6 {
        client.poke("".as_bytes()).await.expect("sent");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(received.load(Ordering::SeqCst), 56);
}

#[test]
fn a_blocking_client_notices_it_too() {
    let (peer, received) = one_call_each();
    let client = blocking::connect(&peer);
    for _ in 0..50 {
        client.get(0).expect("answered");
        std::thread::sleep(Duration::from_millis(5));
    }
    for _ in 0..6 {
        client.poke("".as_bytes()).expect("sent");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(received.load(Ordering::SeqCst), 56);
}

#[tokio::test]
async fn a_peer_that_accepts_and_closes_costs_two_tries_a_call() {
    let peer = Peer::start(|stream, _| drop(stream));
    let client = connect(&peer).await;
    let error = client.get(0).await.expect_err("closed");
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(peer.opened() <= 3, "{} connections", peer.opened());
    let start = Instant::now();
    let calls: Vec<_> = (0..20).map(|_| tokio::spawn(client.get(0))).collect();
    for call in calls {
        call.await.expect("no panic").expect_err("closed");
    }
    println!("{} connections for 21 calls in {:?}", peer.opened(), start.elapsed());
    assert!(peer.opened() <= 3 + 40, "{} connections", peer.opened());
    // In turn they are held back.
    let before = peer.opened();
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(2) {
        client.get(0).await.expect_err("closed");
    }
    println!("{} connections in two seconds", peer.opened() - before);
    assert!(peer.opened() - before < 50);
}

#[test]
fn a_blocking_client_is_held_back_too() {
    let peer = Peer::start(|stream, _| drop(stream));
    let client = blocking::connect(&peer);
    assert_eq!(kind(client.get(0)), ErrorKind::Closed);
    assert!(peer.opened() <= 3, "{} connections", peer.opened());
    let (before, start) = (peer.opened(), Instant::now());
    while start.elapsed() < Duration::from_secs(2) {
        client.get(0).expect_err("closed");
    }
    println!("{} connections in two seconds", peer.opened() - before);
    assert!(peer.opened() - before < 50);
}

/// As Node's server: an error that is not declared closes the connection and with it all calls in flight.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_connection_was_lost_with_several_calls_they_go_one_at_a_time() {
    let peer = Peer::start(|mut stream, _| {
        while let Some(call) = Call::read(&mut stream) {
            if call.method == "throw" || stream.write_all(&call.reply()).is_err() {
                return;
            }
        }
    });
    let client = connect(&peer).await;
    for _ in 0..200 {
        client.get(0).await.expect("answered");
    }
    let mut lost = Vec::new();
    for _ in 0..3 {
        let calls: Vec<_> = (0..1000)
            .map(|number| match number {
                500 => {
                    let call = client.throw();
                    tokio::spawn(async move { call.await.is_err() })
                }
                _ => {
                    let call = client.get(0);
                    tokio::spawn(async move { call.await.is_err() })
                }
            })
            .collect();
        let mut failed = 0;
        for call in calls {
            failed += usize::from(call.await.expect("no panic"));
        }
        lost.push(failed);
    }
    println!("{lost:?} of 1,000 calls failed in each round");
    assert!(lost[0] <= 101, "{lost:?}");
    assert!(lost[1..].iter().all(|&failed| failed <= 2), "{lost:?}");
}

#[tokio::test]
async fn the_server_may_go_and_come_back() {
    let (peer, _) = one_call_each();
    let address = peer.address;
    let client = connect(&peer).await;
    client.get(0).await.expect("answered");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let nowhere = nobody.local_addr().expect("it has one");
    drop(nobody);
    let lazy: FaultClient = builder().connect_lazy(nowhere).expect("an address");
    assert_eq!(kind(lazy.get(0).await), ErrorKind::Connect);
    let error = lazy.poke("".as_bytes()).await.expect_err("nobody listens");
    assert!(error.to_string().starts_with(&format!("cannot connect to {nowhere}: ")), "{error}");
    // A call that met the end of its connection might have been handled, so it would be lost.
    let channel = client.clone().into_channel();
    let left = async {
        while channel.stats().connections > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), left).await.expect("the end is noticed");
    assert_eq!(client.get(0).await.expect("answered"), 0, "{address}");
}

/// The end of the stream may come right behind the answer, or when the next call is on its way: those
/// that it meets there are lost, as the server may have handled them.
#[tokio::test]
async fn calls_in_turn_to_a_server_that_closes_after_each_are_quick() {
    let (peer, _) = one_call_each();
    let client = connect(&peer).await;
    let (took, lost) = timed("300 calls on a connection each", async {
        let mut lost = 0;
        for _ in 0..300 {
            lost += usize::from(client.get(0).await.is_err());
        }
        lost
    })
    .await;
    println!("{lost} of 300 were lost");
    assert!(took < Duration::from_secs(3), "{took:?}");
    // Until it is found out.
    assert!(lost < 20, "{lost}");
    let client = blocking::connect(&peer);
    let start = Instant::now();
    let lost = (0..300).filter(|_| client.get(0).is_err()).count();
    println!("blocking: {:?}, {lost} of 300 were lost", start.elapsed());
    assert!(start.elapsed() < Duration::from_secs(3) && lost < 20, "{lost}");
}
