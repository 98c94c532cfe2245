//! Calls that may be handled twice: they are sent again after their connection was lost.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use thriftly::{ErrorKind, from_fn};

use super::peer::{Call, Peer};
use super::{HANG, kind, timed};

thriftly::thrift!(inline: "
    service Repeat {
        // Both take as many milliseconds.
        i32 get(1: i32 millis)
        i32 fetch(1: i32 millis) (idempotent)
    }
");

async fn connect(peer: &Peer) -> RepeatClient {
    builder().connect(peer.address).await.expect("the peer listens")
}

fn builder() -> thriftly::ClientBuilder<RepeatClient> {
    RepeatClient::builder().framed().timeout(HANG)
}

fn connect_blocking(peer: &Peer) -> BlockingRepeatClient {
    let builder = BlockingRepeatClient::builder().framed().timeout(HANG);
    builder.connect(peer.address).expect("the peer listens")
}

/// How a server ends a connection with a call that it has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It closes the connection.
    Close,
    /// It resets the connection, as the rest of the call is unread.
    Reset,
    /// It closes the connection within the reply.
    HalfReply,
    /// It sends something unreadable.
    Garbage,
}

const ENDS: [End; 4] = [End::Close, End::Reset, End::HalfReply, End::Garbage];

/// The methods that a server was called by, in order.
type Received = Arc<Mutex<Vec<String>>>;

/// A server that ends this many connections at their first call, and serves the further ones.
fn ends(end: End, connections: usize) -> (Peer, Received) {
    let received = Received::default();
    let list = Arc::clone(&received);
    let peer = Peer::start(move |mut stream, number| {
        let note = |method: &str| list.lock().expect("not poisoned").push(method.to_owned());
        if number < connections {
            end_at_call(end, &mut stream, note);
            return;
        }
        while let Some(call) = Call::read(&mut stream) {
            note(&call.method);
            if stream.write_all(&call.reply()).is_err() {
                return;
            }
        }
    });
    (peer, received)
}

fn end_at_call(end: End, stream: &mut TcpStream, note: impl Fn(&str)) {
    if end == End::Reset {
        // Closing a socket with unread bytes resets the connection.
        if stream.read_exact(&mut [0; 4]).is_ok() {
            note("a part of a call");
        }
        return;
    }
    let Some(call) = Call::read(stream) else { return };
    note(&call.method);
    let reply = call.reply();
    let sent = match end {
        End::HalfReply => &reply[..reply.len() / 2],
        // A frame of an impossible length.
        End::Garbage => &[0xff; 8],
        End::Close | End::Reset => &[],
    };
    stream.write_all(sent).expect("the client is there");
}

fn count(received: &Received) -> usize {
    received.lock().expect("not poisoned").len()
}

#[tokio::test]
async fn an_idempotent_call_is_sent_again_after_its_connection_was_lost() {
    for end in ENDS {
        let (peer, received) = ends(end, 1);
        let result = connect(&peer).await.fetch(7).await;
        println!("{end:?}: {result:?}");
        match end {
            End::Garbage => {
                assert_eq!((kind(result), count(&received)), (ErrorKind::NegativeSize, 1))
            }
            _ => assert_eq!((result.expect("sent again"), count(&received)), (7, 2), "{end:?}"),
        }
    }
}

#[test]
fn a_blocking_client_sends_it_again_too() {
    for end in ENDS {
        let (peer, received) = ends(end, 1);
        let result = connect_blocking(&peer).fetch(7);
        println!("{end:?}: {result:?}");
        match end {
            End::Garbage => {
                assert_eq!((kind(result), count(&received)), (ErrorKind::NegativeSize, 1))
            }
            _ => assert_eq!((result.expect("sent again"), count(&received)), (7, 2), "{end:?}"),
        }
    }
}

#[tokio::test]
async fn it_is_written_twice_at_most() {
    for end in [End::Close, End::Reset, End::HalfReply] {
        let (peer, received) = ends(end, usize::MAX);
        let error = connect(&peer).await.fetch(7).await.expect_err("no server answers");
        assert_eq!((error.kind(), count(&received)), (ErrorKind::Closed, 2), "{end:?}");
        let text = format!("`fetch` was not answered by {}: ", peer.address);
        assert!(error.to_string().starts_with(&text), "{error}");
        let (peer, received) = ends(end, usize::MAX);
        let error = connect_blocking(&peer).fetch(7).expect_err("no server answers");
        assert_eq!((error.kind(), count(&received)), (ErrorKind::Closed, 2), "{end:?}");
    }
}

/// A server whose first two connections are those of a process that has died: they end at the next call
/// after the flag is set. The further ones are served.
fn dies() -> (Peer, Arc<AtomicBool>, Received) {
    let (dead, received) = (Arc::new(AtomicBool::new(false)), Received::default());
    let (flag, list) = (Arc::clone(&dead), Arc::clone(&received));
    let peer = Peer::start(move |mut stream, number| {
        while let Some(call) = Call::read(&mut stream) {
            list.lock().expect("not poisoned").push(call.method.clone());
            if number < 2 && flag.load(Ordering::SeqCst) {
                return;
            }
            call.work();
            if stream.write_all(&call.reply()).is_err() {
                return;
            }
        }
    });
    (peer, dead, received)
}

#[tokio::test]
async fn it_is_not_sent_again_on_another_connection_to_the_killed_server() {
    let (peer, dead, received) = dies();
    let client = connect(&peer).await;
    let (one, other) = tokio::join!(client.get(200), client.get(200));
    assert_eq!((one.expect("answered"), other.expect("answered"), peer.opened()), (200, 200, 2));
    dead.store(true, Ordering::SeqCst);
    assert_eq!(client.fetch(7).await.expect("sent again"), 7);
    assert_eq!((count(&received), peer.opened()), (4, 3));
    let (peer, dead, received) = dies();
    let client = connect_blocking(&peer);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| client.get(200));
        assert_eq!(client.get(200).expect("answered"), 200);
        assert_eq!(other.join().expect("no panic").expect("answered"), 200);
    });
    assert_eq!(peer.opened(), 2);
    dead.store(true, Ordering::SeqCst);
    assert_eq!(client.fetch(7).expect("sent again"), 7);
    assert_eq!((count(&received), peer.opened()), (4, 3));
}

#[tokio::test]
async fn other_calls_are_written_once() {
    for end in [End::Close, End::Reset, End::HalfReply] {
        let (peer, received) = ends(end, 1);
        assert_eq!(kind(connect(&peer).await.get(7).await), ErrorKind::Closed, "{end:?}");
        assert_eq!(count(&received), 1, "{end:?}");
        let (peer, received) = ends(end, 1);
        assert_eq!(kind(connect_blocking(&peer).get(7)), ErrorKind::Closed, "{end:?}");
        assert_eq!(count(&received), 1, "{end:?}");
    }
}

#[tokio::test]
async fn a_layer_may_decide_which_calls_are_idempotent() {
    for idempotent in [true, false] {
        let (peer, received) = ends(End::Close, 1);
        let layer = from_fn(move |mut request, next| async move {
            request.idempotent = idempotent;
            next.run(request).await
        });
        let client = builder().layer(layer).connect(peer.address).await.expect("it listens");
        assert_eq!(client.get(7).await.is_ok(), idempotent);
        assert!(client.fetch(7).await.is_ok());
        assert_eq!(count(&received), if idempotent { 3 } else { 2 });
    }
}

#[tokio::test]
async fn calls_in_flight_together_are_all_sent_again() {
    let received = Received::default();
    let list = Arc::clone(&received);
    let peer = Peer::start(move |mut stream, number| {
        let mut calls = 0;
        while let Some(call) = Call::read(&mut stream) {
            calls += 1;
            if number == 0 && calls > 200 {
                list.lock().expect("not poisoned").push(call.method);
                // All the others are unread.
                return;
            }
            if stream.write_all(&call.reply()).is_err() {
                return;
            }
        }
    });
    let client = connect(&peer).await;
    for number in 0..200 {
        assert_eq!(client.fetch(number % 2).await.expect("answered"), number % 2);
    }
    let calls: Vec<_> = (0..500).map(|_| tokio::spawn(client.fetch(0))).collect();
    let mut answered = 0;
    for call in calls {
        answered += usize::from(call.await.expect("no panic").is_ok());
    }
    assert_eq!((answered, count(&received)), (500, 1));
}

#[tokio::test]
async fn it_keeps_its_deadline() {
    let peer = Peer::start(|mut stream, number| {
        let call = Call::read(&mut stream);
        std::thread::sleep(Duration::from_millis(200));
        if number > 0 && call.is_some() {
            // The second connection never answers.
            std::thread::sleep(HANG);
        }
    });
    let limit = Duration::from_millis(500);
    let client = connect(&peer).await.with_timeout(limit);
    let (took, result) = timed("sent again without an answer", client.fetch(7)).await;
    assert_eq!(kind(result), ErrorKind::Timeout);
    assert!(took >= limit && took < Duration::from_secs(2), "{took:?}");
    let client = connect_blocking(&peer).with_timeout(limit);
    let start = Instant::now();
    assert_eq!(kind(client.fetch(7)), ErrorKind::Timeout);
    println!("blocking: {:?}", start.elapsed());
    assert!(start.elapsed() >= limit && start.elapsed() < Duration::from_secs(2));
}
