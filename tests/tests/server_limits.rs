//! What a server holds for clients that send slowly, do not read, or come in crowds: memory, files and
//! time, measured in a process of its own.
//!
//! `cargo test -p thriftly-tests --test server_limits -- --nocapture` prints the figures.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use thriftly::{MessageKind, Server, binary, blocking};
use thriftly_tests::process::{ServerProcess, announce, case, wait};

thriftly::thrift!(inline: "
    service Limits {
        /** So many bytes, after a pause. */
        binary blob(1: i32 bytes)
        string open()
        void sleep()
        void take(1: binary blob)
    }
");

const MIB: u64 = 1 << 20;
const HANG: Duration = Duration::from_secs(60);

struct Handler;

impl Limits for Handler {
    async fn blob(&self, bytes: i32) -> thriftly::Result<bytes::Bytes> {
        tokio::time::sleep(Duration::from_millis(50)).await;
        // Written, or the kernel would not give the memory.
        Ok(vec![7; bytes as usize].into())
    }
    async fn open(&self) -> thriftly::Result<String> {
        std::fs::read_to_string("/proc/self/comm").or_internal()
    }
    async fn sleep(&self) -> thriftly::Result<()> {
        std::future::pending().await
    }
    async fn take(&self, _: bytes::Bytes) -> thriftly::Result<()> {
        Ok(())
    }
}

impl BlockingLimits for Handler {
    fn blob(&self, bytes: i32) -> thriftly::Result<bytes::Bytes> {
        Ok(vec![7; bytes as usize].into())
    }
    fn open(&self) -> thriftly::Result<String> {
        std::fs::read_to_string("/proc/self/comm").or_internal()
    }
    fn sleep(&self) -> thriftly::Result<()> {
        std::thread::sleep(HANG);
        Ok(())
    }
    fn take(&self, _: bytes::Bytes) -> thriftly::Result<()> {
        Ok(())
    }
}

/// Not a test: the process that is measured.
#[test]
#[ignore = "it is started by the tests"]
fn server() {
    let Some(case) = case() else { return };
    let write_timeout = Duration::from_millis(500);
    if !case.starts_with("async") {
        let mut server = blocking::Server::new(BlockingLimitsServer::new(Handler));
        if case.starts_with("workers") {
            server = server.threads(blocking::Threads::Workers(std::num::NonZeroUsize::MIN));
        }
        if case.ends_with(" one") {
            server = server.max_connections(1).write_timeout(write_timeout);
        }
        let server = server.bind("127.0.0.1:0").expect("port 0 is free");
        announce(server.local_addr().socket_addr().expect("TCP"));
        server.serve().expect("never fails");
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("it can be built");
    runtime.block_on(async {
        let mut server = Server::new(LimitsServer::new(Handler));
        match &*case {
            "async one" => server = server.max_connections(1).write_timeout(write_timeout),
            "async few" => server = server.max_connections(50),
            _ => {}
        }
        let server = server.bind("127.0.0.1:0").await.expect("port 0 is free");
        announce(server.local_addr().socket_addr().expect("TCP"));
        server.serve().await.expect("never fails");
    });
}

/// A framed call.
fn call(method: &str, seqid: i32, arguments: &[u8]) -> Vec<u8> {
    let mut message = vec![0; 4];
    binary::write_envelope(method, MessageKind::Call, seqid, &mut message);
    message.extend_from_slice(arguments);
    let length = message.len() as u32 - 4;
    message[..4].copy_from_slice(&length.to_be_bytes());
    message
}

fn blob(seqid: i32, bytes: u64) -> Vec<u8> {
    let bytes = (bytes as i32).to_be_bytes();
    call("blob", seqid, &[&[8, 0, 1][..], &bytes, &[0]].concat())
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_nodelay(true).expect("it is a socket");
    stream.set_read_timeout(Some(HANG)).expect("it is a socket");
    stream
}

/// Reads a reply. Returns whether it is no exception.
fn read_reply(stream: &mut TcpStream) -> bool {
    let mut length = [0; 4];
    stream.read_exact(&mut length).expect("answered");
    let mut reply = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut reply).expect("answered");
    reply[3] == 2
}

/// Somebody else is served.
fn serves(address: SocketAddr) {
    let client: BlockingLimitsClient = BlockingLimitsClient::builder()
        .framed()
        .timeout(HANG)
        .connect(address)
        .expect("it listens");
    assert!(!client.open().expect("answered").is_empty());
}

#[test]
fn unread_results_are_bounded() {
    let server = ServerProcess::start("async");
    let before = server.peak_memory();
    let mut stream = connect(server.address);
    let calls: Vec<u8> = (0..100).flat_map(|seqid| blob(seqid, 10 * MIB)).collect();
    stream.write_all(&calls).expect("sent");
    // All of them are done then, and would take a GiB.
    std::thread::sleep(Duration::from_secs(2));
    let taken = (server.peak_memory() - before) / MIB;
    println!("100 results of 10 MiB that are not read: {taken} MiB");
    assert!(taken < 160, "{taken} MiB");
    serves(server.address);
    // Those that fit are there, and the others are failures.
    let values = (0..100).filter(|_| read_reply(&mut stream)).count();
    println!("{values} of 100 results were kept");
    assert!((3..=7).contains(&values), "{values}");
    stream.write_all(&blob(1, MIB)).expect("sent");
    assert!(read_reply(&mut stream), "the connection goes on");
}

#[test]
fn messages_in_part_are_bounded_for_all_connections() {
    for case in ["async", "blocking", "workers"] {
        let server = ServerProcess::start(case);
        let before = server.peak_memory();
        let frame = [&(16_000_000_u32.to_be_bytes())[..], &[0x80, 1, 0, 1]].concat();
        let mut clients: Vec<_> = (0..40).map(|_| connect(server.address)).collect();
        let mut sent = 0;
        for client in &mut clients {
            let piece = vec![0; 15_900_000];
            // The server closes those for which it has no room.
            sent += usize::from(
                client.write_all(&frame).and_then(|()| client.write_all(&piece)).is_ok(),
            );
        }
        std::thread::sleep(Duration::from_millis(500));
        let taken = (server.peak_memory() - before) / MIB;
        println!(
            "{case}: 40 connections with 15.9 MB of a frame, {sent} of them sent: {taken} MiB"
        );
        assert!(taken < 350, "{taken} MiB");
        serves(server.address);
        drop(clients);
        let argument = [&[11, 0, 1][..], &(8_000_000_u32).to_be_bytes(), &vec![0; 8_000_000], &[0]];
        let take = call("take", 1, &argument.concat());
        wait(HANG, "what was held is free again", || {
            let mut client = connect(server.address);
            client.write_all(&take).is_ok() && read_reply(&mut client)
        });
    }
}

#[test]
fn a_message_in_small_writes_takes_time_in_proportion_to_its_size() {
    const ELEMENTS: u32 = 800_000;
    // A field that is not known: a list of strings of one byte, which has to be followed to its end.
    let list = [
        &b"\x0f\0\x63\x0b"[..],
        &ELEMENTS.to_be_bytes(),
        &b"\0\0\0\x01a".repeat(ELEMENTS as usize),
    ];
    let framed = call("open", 1, &[&list.concat()[..], &[0]].concat());
    for case in ["async", "blocking", "workers"] {
        for (framing, message) in [("framed", &framed[..]), ("unframed", &framed[4..])] {
            let server = ServerProcess::start(case);
            let mut times = [message.len(), 64].map(|piece| {
                let mut stream = connect(server.address);
                let before = server.cpu();
                for piece in message.chunks(piece) {
                    stream.write_all(piece).expect("sent");
                }
                // With a search from the start after each read, it would take minutes.
                stream.read_exact(&mut [0; 8]).expect("answered");
                server.cpu() - before
            });
            times
                .iter_mut()
                .for_each(|time| *time = Duration::from_millis(time.as_millis() as u64));
            let [one, many] = times;
            println!(
                "{case}, {framing}: 4 MB in one write {one:?}, in writes of 64 bytes {many:?} of CPU"
            );
        }
    }
}

#[test]
fn connections_leave_files_for_handlers() {
    for case in ["async", "blocking", "workers"] {
        let server = ServerProcess::start_with_files(case, 128);
        let idle: Vec<_> = (0..100).map(|_| connect(server.address)).collect();
        wait(HANG, "connections are accepted", || server.files() >= 64);
        std::thread::sleep(Duration::from_millis(300));
        let files = server.files();
        println!("{case}: {files} of 128 files are open with 100 idle clients");
        assert!(files < 100, "{files}");
        let mut idle = idle.into_iter();
        let mut first = idle.next().expect("there are 100");
        first.write_all(&call("open", 1, &[0])).expect("sent");
        assert!(read_reply(&mut first), "the handler can open a file");
    }
}

#[test]
fn clients_that_do_not_read_are_closed_in_time() {
    for case in ["async one", "blocking one", "workers one"] {
        let server = ServerProcess::start(case);
        let mut stream = connect(server.address);
        // As much as a frame may have.
        stream.write_all(&blob(1, 15 * MIB)).expect("sent");
        std::thread::sleep(Duration::from_millis(100));
        let begin = Instant::now();
        // There is one place only.
        serves(server.address);
        let taken = begin.elapsed();
        println!("{case}: closed after {taken:?} with a write timeout of 500 ms");
        assert!(taken < Duration::from_secs(3), "{taken:?}");
    }
}

#[test]
fn clients_that_leave_make_room_within_a_second() {
    let server = ServerProcess::start("async few");
    for round in 0..4 {
        let mut clients: Vec<_> = (0..50).map(|_| connect(server.address)).collect();
        for client in &mut clients {
            // One call is at work, or all that may be.
            let calls = if round % 2 == 0 { 1 } else { 150 };
            client.write_all(&call("sleep", 1, &[0]).repeat(calls)).expect("sent");
        }
        std::thread::sleep(Duration::from_millis(200));
        let begin = Instant::now();
        drop(clients);
        serves(server.address);
        println!("50 clients left: served after {:?}", begin.elapsed());
        assert!(begin.elapsed() < Duration::from_secs(3));
    }
}

#[test]
fn a_killed_client_makes_room_within_a_second() {
    let server = ServerProcess::start("async one");
    let this = std::env::current_exe().expect("it is running");
    let mut client = std::process::Command::new(this)
        .args(["--exact", "client", "--ignored", "--nocapture"])
        .env("SERVER", server.address.to_string())
        .spawn()
        .expect("it can be started");
    std::thread::sleep(Duration::from_millis(500));
    let mut waiting = connect(server.address);
    waiting.write_all(&call("open", 1, &[0])).expect("sent");
    waiting.set_read_timeout(Some(Duration::from_millis(300))).expect("it is a socket");
    assert!(waiting.read(&mut [0]).is_err(), "the only place is taken");
    client.kill().expect("it runs");
    let begin = Instant::now();
    waiting.set_read_timeout(Some(HANG)).expect("it is a socket");
    assert!(read_reply(&mut waiting));
    println!("a client was killed: served after {:?}", begin.elapsed());
    assert!(begin.elapsed() < Duration::from_secs(3));
    client.wait().expect("it is dead");
}

/// Not a test: the client that is killed.
#[test]
#[ignore = "it is started by a test"]
fn client() {
    let Ok(address) = std::env::var("SERVER") else { return };
    let mut stream = connect(address.parse().expect("an address"));
    stream.write_all(&call("sleep", 1, &[0])).expect("sent");
    let _ = stream.read(&mut [0]);
}

#[test]
fn a_crowd_of_connects_is_not_kept_waiting() {
    for case in ["async", "blocking", "workers"] {
        let server = ServerProcess::start_with_files(case, 4096);
        let mut slow = 0;
        let clients: Vec<_> = (0..900)
            .map(|_| {
                let begin = Instant::now();
                let stream = connect(server.address);
                slow += usize::from(begin.elapsed() > Duration::from_millis(900));
                stream
            })
            .collect();
        println!("{case}: {slow} of {} connects took 0.9 s or more", clients.len());
        for mut client in clients {
            client.write_all(&call("open", 1, &[0])).expect("sent");
            assert!(read_reply(&mut client));
        }
        // A connect that finds the backlog full is tried again after a second.
        assert_eq!(slow, 0);
    }
}
