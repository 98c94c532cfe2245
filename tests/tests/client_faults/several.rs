//! Clients of several servers behind one address.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use thriftly::Address;

use super::peer::{Call, Peer};
use super::*;

/// A server that answers with its number until it is stopped: then it closes its connections after the next
/// call at the latest, and refuses others.
struct Numbered {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
}

impl Numbered {
    fn start(number: i32) -> Numbered {
        let listener = TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
        let address = listener.local_addr().expect("it has one");
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopped);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let stop = Arc::clone(&stop);
                thread::spawn(move || {
                    let mut stream = stream;
                    let limit = Some(Duration::from_millis(5));
                    loop {
                        stream.set_read_timeout(limit).expect("not zero");
                        let waiting = stream.peek(&mut [0]).is_err();
                        if stop.load(Ordering::SeqCst) {
                            return;
                        }
                        if waiting {
                            continue;
                        }
                        stream.set_read_timeout(None).expect("it can be set");
                        let Some(call) = Call::read(&mut stream) else { return };
                        if stream.write_all(&call.reply_with(call.seqid, number)).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Numbered { address, stopped }
    }

    /// Returns when it accepts no more connections and has closed the others.
    fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        // The thread that accepts ends with the next connection.
        drop(std::net::TcpStream::connect(self.address));
        while std::net::TcpStream::connect(self.address).is_ok() {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(100));
    }
}

#[tokio::test]
async fn when_one_server_ends_the_next_is_used() {
    let servers = [1, 2, 3].map(Numbered::start);
    let address = Address::any_of(servers.iter().map(|server| server.address)).expect("three");
    let client = builder().connect(&address).await.expect("all listen");
    let blocking: BlockingFaultClient =
        BlockingFaultClient::builder().framed().connect(address).expect("all listen");
    for number in [1, 2, 3] {
        assert_eq!(client.get(0).await.expect("answered"), number);
        assert_eq!(blocking.get(0).expect("answered"), number);
        servers[number as usize - 1].stop();
    }
    let error = client.get(0).await.expect_err("nobody listens");
    assert_eq!(error.kind(), ErrorKind::Connect);
    let all = servers.iter().map(|server| server.address.to_string()).collect::<Vec<_>>().join(",");
    assert!(error.to_string().contains(&format!("cannot connect to {all}: ")), "{error}");
    assert_eq!(kind(blocking.get(0)), ErrorKind::Connect);
}

#[tokio::test]
async fn a_server_that_refuses_is_passed_over() {
    let nobody = TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let nowhere = nobody.local_addr().expect("it has one");
    drop(nobody);
    let peer = Peer::serial();
    let list = format!("{nowhere},{}", peer.address);
    let client = builder().connect(&list).await.expect("one listens");
    assert_eq!(client.get(7).await.expect("answered"), 7);
    let client: BlockingFaultClient =
        BlockingFaultClient::builder().framed().connect(&list).expect("one listens");
    assert_eq!(client.get(7).expect("answered"), 7);
}

#[tokio::test]
async fn a_server_that_accepts_and_closes_is_passed_over() {
    let closing = Peer::start(|stream, _| drop(stream));
    let peer = Peer::serial();
    let list = [closing.address, peer.address];
    let list = Address::any_of(list).expect("two");
    let client = builder().connect_lazy(&list).expect("an address");
    let mut answered = 0;
    for _ in 0..10 {
        answered += usize::from(client.get(0).await.is_ok());
    }
    assert!(answered >= 9, "{answered}");
}
