//! The blocking client on slow servers.

use std::thread;

use super::peer::Peer;
use super::slow::slow_reader;
use super::*;

const SHORT: Duration = Duration::from_millis(300);
const LATEST: Duration = Duration::from_millis(1200);

pub fn connect(peer: &Peer) -> BlockingFaultClient {
    let builder = BlockingFaultClient::builder().framed().timeout(HANG);
    builder.connect(peer.address).expect("the peer listens")
}

fn short(peer: &Peer) -> BlockingFaultClient {
    let builder = BlockingFaultClient::builder().framed().timeout(SHORT);
    builder.connect(peer.address).expect("the peer listens")
}

#[test]
fn after_a_call_that_timed_out_the_next_ones_are_answered() {
    let peer = Peer::serial();
    let client = connect(&peer);
    assert_eq!(kind(client.with_timeout(SHORT).get(2000)), ErrorKind::Timeout);
    for _ in 0..3 {
        let start = Instant::now();
        assert_eq!(client.with_timeout(LATEST).get(1).expect("answered"), 1);
        println!("after a timeout: {:?}", start.elapsed());
    }
}

#[test]
fn a_slow_call_does_not_hold_others_up() {
    let peer = Peer::serial();
    let client = connect(&peer);
    thread::scope(|scope| {
        let slow = scope.spawn(|| client.get(2000));
        thread::sleep(Duration::from_millis(50));
        for _ in 0..5 {
            let start = Instant::now();
            client.get(0).expect("answered");
            println!("beside a slow call: {:?}", start.elapsed());
            assert!(start.elapsed() < LATEST);
        }
        assert_eq!(slow.join().expect("no panic").expect("answered"), 2000);
    });
}

#[test]
fn all_threads_keep_their_deadlines_when_the_server_is_slow() {
    let peer = Peer::serial();
    let client = short(&peer);
    thread::scope(|scope| {
        let calls = (0..10).map(|_| {
            scope.spawn(|| {
                let start = Instant::now();
                (kind(client.get(900)), start.elapsed())
            })
        });
        for call in calls.collect::<Vec<_>>() {
            let (kind, took) = call.join().expect("no panic");
            println!("one of ten threads: {took:?}");
            assert_eq!(kind, ErrorKind::Timeout);
            assert!(took < LATEST, "{took:?}");
        }
    });
}

#[test]
fn writing_is_within_the_deadline() {
    let peer = slow_reader();
    let client = short(&peer);
    let start = Instant::now();
    assert_eq!(kind(client.echo(vec![7; 15_000_000])), ErrorKind::Timeout);
    println!("15 MB to a slow reader: {:?}", start.elapsed());
    assert!(start.elapsed() < LATEST);
    let start = Instant::now();
    let error = client.poke(vec![7; 15_000_000]).expect_err("it cannot be written");
    assert!(error.to_string().contains("`poke` was not sent to 127.0.0.1:"), "{error}");
    assert!(start.elapsed() < LATEST);
}

#[test]
fn answers_that_drip_are_within_the_deadline() {
    let peer = Peer::start(|mut stream, _| {
        let call = super::peer::Call::read(&mut stream);
        for byte in call.map(|call| call.reply()).unwrap_or_default() {
            thread::sleep(Duration::from_millis(100));
            if std::io::Write::write_all(&mut stream, &[byte]).is_err() {
                return;
            }
        }
    });
    let start = Instant::now();
    assert_eq!(kind(short(&peer).get(0)), ErrorKind::Timeout);
    println!("an answer that drips: {:?}", start.elapsed());
    assert!(start.elapsed() < LATEST);
}

#[test]
fn calls_in_turn_keep_to_one_connection() {
    let peer = Peer::serial();
    let client = connect(&peer);
    for _ in 0..100 {
        client.poke(vec![7; 100_000]).expect("sent");
        client.get(0).expect("answered");
    }
    assert_eq!(peer.opened(), 1);
}

#[test]
fn a_late_answer_brings_its_connection_back() {
    let peer = Peer::serial();
    let client = connect(&peer);
    assert_eq!(kind(client.with_timeout(SHORT).get(400)), ErrorKind::Timeout);
    client.get(0).expect("answered");
    thread::sleep(Duration::from_millis(200));
    for _ in 0..5 {
        client.get(0).expect("answered");
    }
    assert_eq!(peer.opened(), 2);
}

#[test]
fn streams_of_ones_own_have_deadlines_too() {
    let peer = Peer::serial();
    let address = peer.address;
    let builder = BlockingFaultClient::builder().framed().timeout(SHORT);
    let client: BlockingFaultClient = builder
        .connect_with(move || std::net::TcpStream::connect(address))
        .expect("the peer listens");
    assert_eq!(client.get(1).expect("answered"), 1);
    let start = Instant::now();
    assert_eq!(kind(client.get(1000)), ErrorKind::Timeout);
    assert!(start.elapsed() < LATEST, "{:?}", start.elapsed());
    assert_eq!(client.get(1).expect("answered"), 1);
    let stream = std::net::TcpStream::connect(address).expect("the peer listens");
    let builder = BlockingFaultClient::builder().framed();
    let single: BlockingFaultClient = builder.connect_stream(stream).expect("it is there");
    for number in 0..5 {
        assert_eq!(single.get(number).expect("answered"), number);
    }
}
