//! What a client holds for servers that never read: each case in a process of its own.
//!
//! `cargo test -p thriftly-tests --test client_memory -- --nocapture` prints the figures.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use thriftly_tests::process::{alone, peak_memory};

thriftly::thrift!(inline: "service Memory { binary echo(1: binary blob), void ping() }");

const MIB: u64 = 1 << 20;
const SHORT: Duration = Duration::from_millis(200);

/// Accepts, reads nothing, and closes nothing. A number of connections are so; further ones are served.
fn deaf(connections: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let address = listener.local_addr().expect("it has one");
    std::thread::spawn(move || {
        let mut deaf: Vec<TcpStream> = Vec::new();
        for stream in listener.incoming().map_while(Result::ok) {
            if deaf.len() < connections {
                deaf.push(stream);
                continue;
            }
            std::thread::spawn(move || serve(stream));
        }
    });
    address
}

/// Answers framed calls of `ping`.
fn serve(mut stream: TcpStream) {
    use std::io::{Read, Write};
    let mut size = [0; 4];
    while stream.read_exact(&mut size).is_ok() {
        let mut frame = vec![0; u32::from_be_bytes(size) as usize];
        if stream.read_exact(&mut frame).is_err() {
            return;
        }
        // The same message as a reply, whose result is as empty as the arguments were.
        frame[3] = 2;
        if stream.write_all(&[&size[..], &frame].concat()).is_err() {
            return;
        }
    }
}

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().expect("it can be built").block_on(future);
    println!("peak memory: {} MiB", peak_memory() / MIB);
}

async fn client(address: SocketAddr) -> MemoryClient {
    let builder = MemoryClient::builder().framed().timeout(SHORT);
    builder.connect(address).await.expect("the peer listens")
}

/// Runs a case; the peak of its memory in MiB.
fn peak(case: &str) -> u64 {
    let output = alone(case);
    let line = output.lines().find_map(|line| line.split_once("peak memory: "));
    let (_, figure) = line.expect("the case prints its figure");
    let peak = figure.trim_end_matches(" MiB").parse().expect("a number");
    println!("{case}: {peak} MiB");
    peak
}

#[test]
#[ignore = "it is started by a test"]
fn large_calls_in_turn() {
    block_on(async {
        let client = client(deaf(usize::MAX)).await;
        let blob = bytes::Bytes::from(vec![7; 8 << 20]);
        for _ in 0..40 {
            client.echo(blob.to_vec()).await.expect_err("nobody reads it");
        }
    });
}

#[test]
fn large_calls_that_timed_out_are_freed() {
    // 40 calls of 8 MiB; three connections with one each at any time, and what the test makes.
    assert!(peak("large_calls_in_turn") < 120);
}

#[test]
#[ignore = "it is started by a test"]
fn a_crowd_of_callers() {
    block_on(async {
        let client = client(deaf(usize::MAX)).await;
        let end = Instant::now() + Duration::from_secs(6);
        let callers: Vec<_> = (0..200)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move {
                    while Instant::now() < end {
                        client.echo(vec![7; 64 << 10]).await.expect_err("nobody reads it");
                    }
                })
            })
            .collect();
        for caller in callers {
            caller.await.expect("no panic");
        }
    });
}

#[test]
fn calls_of_a_crowd_that_timed_out_are_freed() {
    // 6,000 calls of 64 KiB in all.
    assert!(peak("a_crowd_of_callers") < 100);
}

#[test]
#[ignore = "it is started by a test"]
fn callers_who_give_up() {
    block_on(async {
        let builder = MemoryClient::builder().framed().no_timeout();
        let client: MemoryClient = builder.connect(deaf(2)).await.expect("the peer listens");
        for _ in 0..1000 {
            let call = client.echo(vec![7; 1 << 20]);
            if tokio::time::timeout(Duration::from_millis(5), call).await.is_ok() {
                break;
            }
        }
        // The dead connections are left, though nothing has timed out.
        tokio::time::timeout(Duration::from_secs(5), client.ping())
            .await
            .expect("it does not hang")
            .expect("answered by another connection");
    });
}

#[test]
fn calls_that_were_given_up_are_freed_and_their_connections_left() {
    assert!(peak("callers_who_give_up") < 100);
}
