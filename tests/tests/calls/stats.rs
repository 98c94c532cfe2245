//! Counters of servers and channels.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use thriftly::{Channel, ClientBuilder, Server, ServerMonitor, ServerStats, blocking};

thriftly::thrift!(inline: "
    service Counted {
        i32 wait(1: i32 millis)
        i32 read() (idempotent)
        void fail()
        oneway void poke()
    }
");

const HANG: Duration = Duration::from_secs(60);
/// The time limit that ends connections, and the shortest time in which it does not.
const LIMIT: Duration = Duration::from_millis(300);

#[derive(Clone)]
struct Handler;

impl Counted for Handler {
    async fn wait(&self, millis: i32) -> thriftly::Result<i32> {
        tokio::time::sleep(Duration::from_millis(millis as u64)).await;
        Ok(millis)
    }
    async fn read(&self) -> thriftly::Result<i32> {
        Ok(0)
    }
    async fn fail(&self) -> thriftly::Result<()> {
        Err(thriftly::Error::internal("no"))
    }
    async fn poke(&self) -> thriftly::Result<()> {
        Ok(())
    }
}

impl BlockingCounted for Handler {
    fn wait(&self, millis: i32) -> thriftly::Result<i32> {
        thread::sleep(Duration::from_millis(millis as u64));
        Ok(millis)
    }
    fn read(&self) -> thriftly::Result<i32> {
        Ok(0)
    }
    fn fail(&self) -> thriftly::Result<()> {
        Err(thriftly::Error::internal("no"))
    }
    fn poke(&self) -> thriftly::Result<()> {
        Ok(())
    }
}

/// Waits until the numbers are such: connections end a little after their clients.
#[track_caller]
fn wait_for(monitor: &ServerMonitor, what: impl Fn(&ServerStats) -> bool) -> ServerStats {
    let start = Instant::now();
    loop {
        let stats = monitor.stats();
        if what(&stats) {
            return stats;
        }
        assert!(start.elapsed() < HANG, "{stats:?}");
        thread::sleep(Duration::from_millis(2));
    }
}

#[track_caller]
fn eventually(done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < HANG);
        thread::sleep(Duration::from_millis(1));
    }
}

/// A framed call and the size of its answer.
const CALL: &[u8] = b"\0\0\0\x11\x80\x01\0\x01\0\0\0\x04read\0\0\0\x07\0";
const ANSWER: usize = 4 + 8 + 4 + 4 + 3 + 4 + 1;

/// Makes calls by hand, and ends connections in each way.
fn check(monitor: &ServerMonitor, address: std::net::SocketAddr) {
    let connect = || TcpStream::connect(address).expect("it listens");
    let mut calling = connect();
    for _ in 0..3 {
        calling.write_all(CALL).expect("written");
        calling.read_exact(&mut [0; ANSWER]).expect("answered");
    }
    let stats = wait_for(monitor, |stats| stats.sent_bytes == 3 * ANSWER as u64);
    assert_eq!((stats.connections, stats.opened, stats.calls, stats.in_flight), (1, 1, 3, 0));
    assert_eq!(stats.received_bytes, 3 * CALL.len() as u64);
    drop(calling);
    wait_for(monitor, |stats| stats.connections == 0);

    let mut garbage = connect();
    garbage.write_all(b"no message of Thrift").expect("written");
    wait_for(monitor, |stats| stats.unreadable == 1);
    let silent = connect();
    wait_for(monitor, |stats| stats.first_byte_timeouts == 1);
    let mut half = connect();
    half.write_all(&CALL[..10]).expect("written");
    wait_for(monitor, |stats| stats.message_timeouts == 1);
    let mut idle = connect();
    idle.write_all(CALL).expect("written");
    wait_for(monitor, |stats| stats.idle_timeouts == 1);
    let stats = wait_for(monitor, |stats| stats.connections == 0);
    drop((garbage, silent, half, idle));
    assert_eq!((stats.opened, stats.calls, stats.failed, stats.write_timeouts), (5, 4, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_async_server_counts_calls_bytes_and_the_ends_of_connections() {
    let server = Server::new(CountedServer::new(Handler))
        .first_byte_timeout(LIMIT)
        .message_timeout(LIMIT)
        .idle_timeout(LIMIT)
        .bind("127.0.0.1:0")
        .await
        .expect("port 0 is free");
    let (monitor, address) = (server.monitor(), server.local_addr().socket_addr().expect("TCP"));
    tokio::spawn(server.serve());
    tokio::task::spawn_blocking(move || check(&monitor, address)).await.expect("no panic");
}

#[test]
fn a_blocking_server_counts_the_same() {
    for threads in [
        blocking::Threads::PerConnection,
        blocking::Threads::Workers(2.try_into().expect("not zero")),
        blocking::Threads::One,
    ] {
        let server = blocking::Server::new(BlockingCountedServer::new(Handler))
            .threads(threads)
            .first_byte_timeout(LIMIT)
            .message_timeout(LIMIT)
            .idle_timeout(LIMIT)
            .bind("127.0.0.1:0")
            .expect("port 0 is free");
        let (monitor, address, handle) =
            (server.monitor(), server.local_addr().socket_addr().expect("TCP"), server.handle());
        let serving = thread::spawn(move || server.serve());
        check(&monitor, address);
        handle.shutdown();
        serving.join().expect("no panic").expect("it served");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_in_flight_and_failures_are_seen_at_both_ends() {
    let server = Server::new(CountedServer::new(Handler));
    let monitor = server.monitor();
    let channel: Channel =
        ClientBuilder::new().connect_with(server.in_memory()).await.expect("in memory");
    let client = CountedClient::new(channel.clone());
    client.fail().await.expect_err("it fails");
    client.poke().await.expect("sent");
    client.read().await.expect("answered");
    let call = tokio::spawn(client.wait(60_000));
    let stats = wait_for(&monitor, |stats| (stats.calls, stats.in_flight) == (4, 1));
    assert_eq!(stats.failed, 1);
    eventually(|| channel.stats().in_flight == 1);
    call.abort();
    let late = client.with_timeout(Duration::from_millis(20)).wait(60_000).await;
    late.expect_err("too slow");
    // Callers may be woken before the numbers are published.
    eventually(|| channel.stats().timed_out == 1);
    let stats = channel.stats();
    assert_eq!((stats.calls, stats.waiting, stats.refused), (5, 0, 0));
    assert!(stats.opened >= 1 && stats.connections <= stats.opened, "{stats:?}");
    drop((client, channel));
    let stats = wait_for(&monitor, |stats| stats.connections == 0);
    assert_eq!((stats.in_flight, stats.calls), (0, 5));
}

#[test]
fn a_blocking_channel_counts_the_same() {
    let server = blocking::Server::new(BlockingCountedServer::new(Handler));
    let monitor = server.monitor();
    let channel: blocking::Channel =
        blocking::ClientBuilder::new().connect_with(server.in_memory()).expect("in memory");
    let client = BlockingCountedClient::new(channel.clone());
    client.fail().expect_err("it fails");
    thread::scope(|scope| {
        let call = scope.spawn(|| client.wait(500));
        // The numbers may be published after the answers that they count.
        let stats = wait_for(&monitor, |stats| (stats.calls, stats.in_flight) == (2, 1));
        assert_eq!(stats.failed, 1);
        assert_eq!(channel.stats().in_flight, 1);
        call.join().expect("no panic").expect("answered");
    });
    let late = client.with_timeout(Duration::from_millis(20)).wait(300);
    late.expect_err("too slow");
    let stats = channel.stats();
    assert_eq!((stats.calls, stats.timed_out, stats.waiting), (3, 1, 0));
    wait_for(&monitor, |stats| stats.in_flight == 0);
}

/// Reads one call of each connection and closes it, except for every second connection.
#[tokio::test]
async fn lost_connections_and_calls_that_are_sent_again_are_counted() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let address = listener.local_addr().expect("it has one");
    thread::spawn(move || {
        let server = blocking::Server::new(BlockingCountedServer::new(Handler));
        for (number, stream) in listener.incoming().map_while(Result::ok).enumerate() {
            let server = server.clone();
            thread::spawn(move || match number % 2 {
                0 => drop((&stream).read(&mut [0; 100])),
                _ => server.serve_stream(stream),
            });
        }
    });
    let channel: Channel = ClientBuilder::new().connect(address).await.expect("it listens");
    let client = CountedClient::new(channel.clone());
    client.read().await.expect("sent again");
    let stats = channel.stats();
    assert_eq!((stats.opened, stats.lost, stats.resent, stats.calls), (2, 1, 1, 1));
    assert_eq!((stats.connections, stats.in_flight, stats.connect_failures), (1, 0, 0));
    let channel: blocking::Channel =
        blocking::ClientBuilder::new().connect(address).expect("it listens");
    BlockingCountedClient::new(channel.clone()).read().expect("sent again");
    let stats = channel.stats();
    assert_eq!((stats.opened, stats.lost, stats.resent, stats.calls), (2, 1, 1, 1));
}
