//! Slow servers: calls keep their deadlines, and do not wait for each other.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::peer::{Call, Peer};
use super::*;

const SHORT: Duration = Duration::from_millis(300);
/// More than a machine is late, less than what was waited for once.
const LATEST: Duration = Duration::from_millis(1200);

#[tokio::test]
async fn after_a_call_that_timed_out_the_next_ones_are_answered() {
    let peer = Peer::serial();
    let client = connect(&peer).await;
    let late = client.with_timeout(SHORT).get(2000).await;
    assert_eq!(kind(late), ErrorKind::Timeout);
    for _ in 0..3 {
        let (took, result) = timed("after a timeout", client.with_timeout(LATEST).get(1)).await;
        assert_eq!(result.expect("answered"), 1);
        assert!(took < LATEST);
    }
}

#[tokio::test]
async fn a_slow_call_does_not_hold_others_up() {
    let peer = Peer::serial();
    let client = connect(&peer).await;
    client.get(0).await.expect("answered");
    let slow = tokio::spawn(client.get(2000));
    tokio::time::sleep(Duration::from_millis(50)).await;
    for _ in 0..5 {
        let (took, result) = timed("beside a slow call", client.get(0)).await;
        result.expect("answered");
        assert!(took < LATEST, "{took:?}");
    }
    assert_eq!(slow.await.expect("no panic").expect("answered"), 2000);
}

#[tokio::test]
async fn calls_made_together_on_a_new_client_do_not_hold_each_other_up() {
    let peer = Peer::serial();
    let client = connect(&peer).await;
    let slow = tokio::spawn(client.get(2000));
    let quick: Vec<_> = (0..4).map(|_| tokio::spawn(client.get(0))).collect();
    let (took, _) = timed("together with a slow call", async {
        for call in quick {
            call.await.expect("no panic").expect("answered");
        }
    })
    .await;
    assert!(took < LATEST, "{took:?}");
    slow.await.expect("no panic").expect("answered");
}

#[tokio::test]
async fn the_connection_of_a_call_that_was_given_up_is_kept_for_its_late_answer() {
    let peer = Peer::serial();
    let client = builder().timeout(Duration::from_secs(2)).connect(peer.address).await;
    let client = client.expect("the peer listens");
    // A long poll, given up by its caller before the deadline.
    let poll = tokio::time::timeout(Duration::from_millis(100), client.get(1000));
    assert!(poll.await.is_err());
    for _ in 0..20 {
        client.get(0).await.expect("answered");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    // The first connection is used again, and it is still the same two.
    for _ in 0..5 {
        client.get(0).await.expect("answered");
    }
    assert_eq!(peer.opened(), 2);
}

#[tokio::test]
async fn without_pipelining_a_call_that_was_given_up_does_not_cost_its_connection() {
    let closed = Arc::new(AtomicBool::new(false));
    let closes = Arc::clone(&closed);
    let peer = Peer::start(move |mut stream, _| {
        while let Some(call) = Call::read(&mut stream) {
            call.work();
            if std::io::Write::write_all(&mut stream, &call.reply()).is_err() {
                break;
            }
        }
        closes.store(true, Ordering::SeqCst);
    });
    let client = builder().pipelining(false).connect(peer.address).await;
    let client = client.expect("the peer listens");
    let given_up = tokio::time::timeout(Duration::from_millis(50), client.get(500));
    assert!(given_up.await.is_err());
    client.get(0).await.expect("answered");
    tokio::time::sleep(Duration::from_millis(700)).await;
    client.get(0).await.expect("answered");
    assert!(!closed.load(Ordering::SeqCst), "a session was ended");
}

struct Mixed;

impl Fault for Mixed {
    async fn get(&self, millis: i32) -> thriftly::Result<i32> {
        if millis > 0 {
            tokio::time::sleep(Duration::from_millis(millis as u64)).await;
        }
        Ok(millis)
    }
    async fn throw(&self) -> Result<i32, ThrowError> {
        Err(Odd { number: 1 }.into())
    }
    async fn echo(&self, blob: bytes::Bytes) -> thriftly::Result<bytes::Bytes> {
        Ok(blob)
    }
    async fn poke(&self, _blob: bytes::Bytes) -> thriftly::Result<()> {
        Ok(())
    }
}

/// The server runs 100 calls of a connection at the same time, and reads no more while it does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instant_calls_among_slow_ones_are_answered() {
    let server = thriftly::Server::new(FaultServer::new(Mixed));
    let server = server.bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = server.local_addr().socket_addr().expect("TCP");
    tokio::spawn(server.serve());
    let client = FaultClient::builder().timeout(Duration::from_secs(2)).connect(address).await;
    let client = client.expect("the server listens");
    let calls: Vec<_> = (0..1000)
        .map(|number| {
            (number % 3 == 0, tokio::spawn(client.get(if number % 3 == 0 { 6000 } else { 0 })))
        })
        .collect();
    let (mut answered, mut instant) = (0, 0);
    for (slow, call) in calls {
        let result = call.await.expect("no panic");
        match slow {
            true => assert_eq!(kind(result), ErrorKind::Timeout),
            false => {
                instant += 1;
                answered += usize::from(result.is_ok());
            }
        }
    }
    println!("{answered} of {instant} instant calls were answered");
    assert_eq!(answered, instant);
    client.get(0).await.expect("answered afterwards");
}

/// A listener whose backlog is full: connecting to it takes for ever.
fn black_hole() -> (socket2::Socket, Vec<socket2::Socket>, std::net::SocketAddr) {
    use socket2::{Domain, Socket, Type};
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let any: std::net::SocketAddr = ([127, 0, 0, 1], 0).into();
    listener.bind(&any.into()).expect("port 0 is free");
    listener.listen(0).expect("it listens");
    let address = listener.local_addr().ok().and_then(|address| address.as_socket());
    let address = address.expect("it has one");
    let fill = (0..4).map(|_| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.set_nonblocking(true).expect("it can be set");
        // In progress, for ever.
        let _ = socket.connect(&address.into());
        socket
    });
    let fill = fill.collect();
    thread::sleep(Duration::from_millis(50));
    (listener, fill, address)
}

#[tokio::test]
async fn connecting_is_within_the_deadline() {
    let (_listener, _fill, address) = black_hole();
    let lazy: FaultClient =
        FaultClient::builder().timeout(SHORT).connect_lazy(address).expect("an address");
    let (took, result) = timed("async, into a black hole", lazy.get(1)).await;
    assert_eq!(kind(result), ErrorKind::Timeout);
    assert!(took >= SHORT && took < LATEST, "{took:?}");
    let (took, result) = tokio::task::spawn_blocking(move || {
        let lazy: BlockingFaultClient = BlockingFaultClient::builder()
            .timeout(SHORT)
            .connect_lazy(address)
            .expect("an address");
        let start = Instant::now();
        let result = lazy.get(1);
        (start.elapsed(), result)
    })
    .await
    .expect("no panic");
    println!("blocking, into a black hole: {took:?}");
    assert_eq!(kind(result), ErrorKind::Timeout);
    assert!(took >= SHORT && took < LATEST, "{took:?}");
}

/// Reads 30 KB each tenth of a second.
pub fn slow_reader() -> Peer {
    Peer::start(|mut stream, _| {
        let mut bytes = vec![0; 30_000];
        while stream.read(&mut bytes).is_ok_and(|count| count > 0) {
            thread::sleep(Duration::from_millis(100));
        }
    })
}

#[tokio::test]
async fn writing_is_within_the_deadline() {
    let peer = slow_reader();
    let client = builder().timeout(SHORT).connect(peer.address).await.expect("the peer listens");
    let blob = vec![7; 15_000_000];
    let (took, result) = timed("async, 15 MB to a slow reader", client.echo(blob.clone())).await;
    assert_eq!(kind(result), ErrorKind::Timeout);
    assert!(took < LATEST, "{took:?}");
    let (took, result) = timed("async, oneway", client.poke(blob)).await;
    let error = result.expect_err("it cannot be written");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("`poke` was not sent to 127.0.0.1:"), "{error}");
    assert!(took < LATEST, "{took:?}");
}

#[tokio::test]
async fn all_callers_keep_their_deadlines_when_the_server_is_slow() {
    let peer = Peer::serial();
    let client = builder().timeout(SHORT).connect(peer.address).await.expect("the peer listens");
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let call = client.get(900);
            tokio::spawn(async move {
                let start = Instant::now();
                (kind(call.await), start.elapsed())
            })
        })
        .collect();
    for call in calls {
        let (kind, took) = call.await.expect("no panic");
        assert_eq!(kind, ErrorKind::Timeout);
        assert!(took < LATEST, "{took:?}");
    }
}

/// A client that has one call in flight, and at most ten that wait for it.
async fn one_by_one(peer: &Peer) -> FaultClient {
    let client = builder().max_connections(1).pipelining(false).max_waiting(10, 1 << 20);
    client.timeout(SHORT).connect(peer.address).await.expect("the peer listens")
}

#[tokio::test]
async fn waiting_calls_are_bounded() {
    let peer = Peer::silent();
    let client = one_by_one(&peer).await;
    let overloaded = Arc::new(AtomicUsize::new(0));
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (call, overloaded) = (client.get(1), Arc::clone(&overloaded));
            tokio::spawn(async move {
                let kind = kind(call.await);
                overloaded.fetch_add(usize::from(kind == ErrorKind::Overloaded), Ordering::SeqCst);
                assert!(matches!(kind, ErrorKind::Overloaded | ErrorKind::Timeout), "{kind}");
            })
        })
        .collect();
    for call in calls {
        call.await.expect("no panic");
    }
    assert!((8..=11).contains(&overloaded.load(Ordering::SeqCst)));
}

/// Their places are free at once, not only when their turn comes.
#[tokio::test]
async fn calls_that_nobody_waits_for_do_not_fill_the_queue() {
    let peer = Peer::silent();
    let client = one_by_one(&peer).await;
    for _ in 0..5 {
        let calls: Vec<_> = (0..8).map(|_| tokio::spawn(client.get(1))).collect();
        tokio::time::sleep(Duration::from_millis(10)).await;
        for call in calls {
            call.abort();
            assert!(call.await.is_err_and(|error| error.is_cancelled()), "it had to wait");
        }
    }
    assert_eq!(kind(client.get(1).await), ErrorKind::Timeout);
}

/// Nagle's algorithm and delayed acknowledgements would add 40 ms to each round: two seconds.
#[tokio::test]
async fn a_oneway_call_does_not_delay_the_next_call() {
    let server = thriftly::Server::new(FaultServer::new(Mixed));
    let server = server.bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = server.local_addr().socket_addr().expect("TCP");
    tokio::spawn(server.serve());
    let client = FaultClient::connect(address).await.expect("the server listens");
    let (took, ()) = timed("50 rounds of a oneway call and a call", async {
        for _ in 0..50 {
            client.poke("a".as_bytes()).await.expect("sent");
            client.get(0).await.expect("answered");
        }
    })
    .await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    let blocking = tokio::task::spawn_blocking(move || {
        let client = BlockingFaultClient::connect(address).expect("the server listens");
        let start = Instant::now();
        for _ in 0..50 {
            client.poke("a".as_bytes()).expect("sent");
            client.get(0).expect("answered");
        }
        start.elapsed()
    });
    let took = blocking.await.expect("no panic");
    println!("blocking: {took:?}");
    assert!(took < Duration::from_secs(1), "{took:?}");
}

/// 30 seconds. `cargo test -p thriftly-tests --test client_faults -- --ignored`
#[tokio::test]
#[ignore = "it takes 30 seconds"]
async fn a_server_that_is_stopped_is_given_up_by_default() {
    let peer = Peer::start(|stream, _| {
        thread::sleep(Duration::from_secs(60));
        drop(stream);
    });
    let client = FaultClient::builder().connect(peer.address).await.expect("the peer listens");
    let (took, result) = timed("by default", client.get(1)).await;
    assert_eq!(kind(result), ErrorKind::Timeout);
    assert!(took >= Duration::from_secs(29) && took < Duration::from_secs(40));
}
