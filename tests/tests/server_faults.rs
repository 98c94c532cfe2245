//! Clients that are slow, broken or many, at servers of all kinds in a process of their own: each goes on
//! serving others, and holds nothing when they have gone.
//!
//! `cargo test -p thriftly-tests --test server_faults -- --nocapture --test-threads=1` prints the figures. The
//! soak takes `SOAK_SECONDS` (10 without it); `tests/README.md` has the last long run.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use thriftly::blocking::Threads;
use thriftly::{ApplicationError, ApplicationErrorKind, MessageKind, Server, binary, blocking};
use thriftly_tests::process::{ServerProcess, announce, case, wait};
use thriftly_tests::random::Random;

thriftly::thrift!(inline: "
    service Faults { i32 echo(1: i32 number), void panic(), oneway void fire(1: i32 number), i32 fired() }
");

const HANG: Duration = Duration::from_secs(60);
/// The time limits of the servers.
const LIMIT: Duration = Duration::from_secs(1);
const MIB: u64 = 1 << 20;

#[derive(Default)]
struct Handler(AtomicUsize);

impl Faults for Handler {
    async fn echo(&self, number: i32) -> thriftly::Result<i32> {
        if number % 3 == 0 {
            tokio::task::yield_now().await;
        }
        Ok(number)
    }
    async fn panic(&self) -> thriftly::Result<()> {
        panic!("this is what the test wants");
    }
    async fn fire(&self, _: i32) -> thriftly::Result<()> {
        tokio::task::yield_now().await;
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
    async fn fired(&self) -> thriftly::Result<i32> {
        Ok(self.0.load(Ordering::Relaxed) as i32)
    }
}

impl BlockingFaults for Handler {
    fn echo(&self, number: i32) -> thriftly::Result<i32> {
        Ok(number)
    }
    fn panic(&self) -> thriftly::Result<()> {
        panic!("this is what the test wants");
    }
    fn fire(&self, _: i32) -> thriftly::Result<()> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
    fn fired(&self) -> thriftly::Result<i32> {
        Ok(self.0.load(Ordering::Relaxed) as i32)
    }
}

/// The kinds of servers.
const KINDS: [&str; 3] = ["async", "threads", "workers"];

/// Not a test: the process that is measured.
#[test]
#[ignore = "it is started by the tests"]
fn server() {
    let Some(case) = case() else { return };
    std::panic::set_hook(Box::new(|_| {}));
    let (kind, connections) = match case.split_once(' ') {
        Some((kind, connections)) => (kind, connections.parse().ok()),
        None => (&*case, None),
    };
    if kind == "async" {
        let runtime = tokio::runtime::Runtime::new().expect("it can be built");
        runtime.block_on(async {
            let server = Server::new(FaultsServer::new(Handler::default()));
            let server = server.first_byte_timeout(LIMIT).message_timeout(LIMIT);
            let server = match connections {
                Some(connections) => server.max_connections(connections),
                None => server,
            };
            let server = server.bind("127.0.0.1:0").await.expect("port 0 is free");
            announce(server.local_addr().socket_addr().expect("TCP"));
            server.serve().await.expect("never fails");
        });
        return;
    }
    let threads = match kind {
        "threads" => Threads::PerConnection,
        _ => Threads::Workers(std::num::NonZeroUsize::MIN.saturating_add(3)),
    };
    let server = blocking::Server::new(BlockingFaultsServer::new(Handler::default()));
    let server = server.first_byte_timeout(LIMIT).message_timeout(LIMIT).threads(threads);
    let server = match connections {
        Some(connections) => server.max_connections(connections),
        None => server,
    };
    let server = server.bind("127.0.0.1:0").expect("port 0 is free");
    announce(server.local_addr().socket_addr().expect("TCP"));
    server.serve().expect("never fails");
}

/// A framed message.
fn message(method: &str, kind: MessageKind, number: i32) -> Vec<u8> {
    let mut message = vec![0; 4];
    binary::write_envelope(method, kind, number, &mut message);
    message.extend_from_slice(&[8, 0, 1]);
    message.extend_from_slice(&number.to_be_bytes());
    message.push(0);
    let length = message.len() as u32 - 4;
    message[..4].copy_from_slice(&length.to_be_bytes());
    message
}

fn echo(number: i32) -> Vec<u8> {
    message("echo", MessageKind::Call, number)
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_nodelay(true).expect("it is a socket");
    stream.set_read_timeout(Some(HANG)).expect("it is a socket");
    stream
}

/// Reads a reply. Returns its bytes without the length.
fn read_reply(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).expect("answered");
    let mut reply = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut reply).expect("answered");
    reply
}

/// Calls `echo`, and checks the answer.
fn serves(stream: &mut TcpStream, number: i32) {
    stream.write_all(&echo(number)).expect("sent");
    let reply = read_reply(stream);
    assert_eq!(reply[reply.len() - 5..reply.len() - 1], number.to_be_bytes());
}

/// Waits until the server has as many files open as it had, and returns how many more it has.
fn released(server: &ServerProcess, files: usize) {
    wait(HANG, "all connections are closed", || server.files() <= files);
}

#[test]
fn slow_and_silent_clients_are_closed_and_delay_no_others() {
    for kind in KINDS {
        let server = ServerProcess::start_with_files(kind, 4096);
        let mut other = connect(server.address);
        // Answers a call, so that everything that the server opens for itself is counted.
        serves(&mut other, 1);
        let files = server.files();
        let mut slow: Vec<_> = (0..200).map(|_| connect(server.address)).collect();
        let silent: Vec<_> = (0..200).map(|_| connect(server.address)).collect();
        let begin = Instant::now();
        let mut times = Vec::new();
        let whole = message("echo", MessageKind::Call, 1).repeat(1000);
        for number in 0..300 {
            if number % 30 == 0 {
                let byte = &whole[number / 30..][..1];
                slow.retain_mut(|stream| stream.write_all(byte).is_ok());
            }
            let call = Instant::now();
            serves(&mut other, number as i32);
            times.push(call.elapsed());
            thread::sleep(Duration::from_millis(10));
        }
        times.sort_unstable();
        let p99 = times[times.len() * 99 / 100];
        println!("{kind}: 200 slow and 200 silent clients: p99 of another {p99:?}");
        assert!(p99 < Duration::from_millis(500), "{p99:?}");
        // The clients are still there: it is the server that closes.
        wait(HANG, "slow clients are closed", || server.files() <= files);
        println!("{kind}: all closed after {:?}, with limits of {LIMIT:?}", begin.elapsed());
        drop((slow, silent));
    }
}

#[test]
fn connections_cut_at_any_byte_leak_nothing() {
    for kind in KINDS {
        let server = ServerProcess::start(kind);
        let mut other = connect(server.address);
        serves(&mut other, 1);
        let files = server.files();
        let whole = [echo(1), message("fire", MessageKind::Oneway, 2), echo(3)].concat();
        for end in 0..whole.len() {
            for how in [Some(Shutdown::Write), Some(Shutdown::Both), None] {
                let mut stream = connect(server.address);
                stream.write_all(&whole[..end]).expect("sent");
                if let Some(how) = how {
                    stream.shutdown(how).expect("it is connected");
                }
            }
        }
        released(&server, files);
        serves(&mut other, 2);
    }
}

#[test]
fn panics_leak_nothing() {
    for kind in KINDS {
        let server = ServerProcess::start(kind);
        let mut stream = connect(server.address);
        let panics = |stream: &mut TcpStream, count: usize| {
            for _ in 0..count / 50 {
                let calls = message("panic", MessageKind::Call, 1).repeat(50);
                stream.write_all(&calls).expect("sent");
                for _ in 0..50 {
                    assert_eq!(read_reply(stream)[3], MessageKind::Exception.number());
                }
            }
        };
        panics(&mut stream, 1000);
        let before = server.memory();
        panics(&mut stream, 10_000);
        let grown = server.memory().saturating_sub(before) / MIB;
        println!("{kind}: 10,000 panics: {grown} MiB more");
        assert!(grown < 8, "{grown} MiB");
        serves(&mut stream, 1);
    }
}

#[test]
fn calls_of_no_method_are_answered_and_the_stream_stays_in_sync() {
    let mebibyte = "m".repeat(MIB as usize);
    let unknown = ApplicationErrorKind::UNKNOWN_METHOD;
    for kind in KINDS {
        let server = ServerProcess::start(kind);
        let mut stream = connect(server.address);
        for (method, kind, expected) in [
            ("", MessageKind::Call, unknown),
            ("nobody", MessageKind::Call, unknown),
            ("echo\0", MessageKind::Call, unknown),
            ("\0", MessageKind::Call, unknown),
            ("Other:echo", MessageKind::Call, unknown),
            (&mebibyte, MessageKind::Call, unknown),
            ("echo", MessageKind::Reply, ApplicationErrorKind::INVALID_MESSAGE_TYPE),
            ("echo", MessageKind::Exception, ApplicationErrorKind::INVALID_MESSAGE_TYPE),
        ] {
            println!("{kind} `{}`", method.escape_debug().take(20).collect::<String>());
            stream.write_all(&message(method, kind, 7)).expect("sent");
            let mut reply = bytes::Bytes::from(read_reply(&mut stream));
            let envelope = binary::read_envelope(&mut reply).expect("a message");
            assert_eq!((envelope.kind, envelope.seqid), (MessageKind::Exception, 7));
            let error: ApplicationError = binary::from_slice(&reply).expect("an exception");
            assert_eq!(error.kind, expected, "{method:.20} {error:?}");
            serves(&mut stream, 1);
        }
        // Nobody waits for an answer to these.
        stream.write_all(&message(&mebibyte, MessageKind::Oneway, 7)).expect("sent");
        serves(&mut stream, 2);
    }
}

#[test]
fn hostile_headers_take_nothing_and_affect_no_other_connection() {
    let theader = |block: &[u8]| {
        let words = (block.len().div_ceil(4) as u16).to_be_bytes();
        [&b"\x0f\xff\0\0\0\0\0\x07"[..], &words, block, &vec![0; block.len().wrapping_neg() % 4]]
            .concat()
    };
    let ttheader = |block: &[u8]| {
        let words = (block.len().div_ceil(4) as u16).to_be_bytes();
        [&b"\x10\0\0\0\0\0\0\x07"[..], &words, block, &vec![0; block.len().wrapping_neg() % 4]]
            .concat()
    };
    let many = |start: &[u8], entry: &[u8], count: usize| [start, &entry.repeat(count)].concat();
    let blocks = [
        // 65,535 headers of one byte: announced, and there as far as a block can be.
        theader(&many(b"\0\0\x01\xff\xff\x03", b"\x01k\0", 65_535)),
        ttheader(&many(b"\0\0\x10\xff\xff", b"\0\x01k\0\0", 65_535)[..65_535 * 4 - 4]),
        // More than 64 KiB.
        theader(&[0; 70_000]),
        ttheader(&[0; 70_000]),
        // Lengths beyond the block, and numbers that do not end.
        theader(b"\0\0\x01\x01\x7fkey"),
        theader(b"\0\0\x01\x01\xff\xff\xff\xff\x07key"),
        theader(b"\0\0\x01\x80\x80\x80\x80\x80\x80\x80\x01"),
        ttheader(b"\0\0\x01\0\x01\xff\xffkey"),
        // Transforms, protocols and entries that are not known.
        theader(b"\0\x01\x63"),
        theader(b"\x63\0"),
        theader(b"\0\0\x63\x01\x01a\x01b"),
        ttheader(b"\x63\0"),
        ttheader(b"\0\0\x63\0\x01a"),
    ];
    for kind in KINDS {
        let server = ServerProcess::start(kind);
        let mut other = connect(server.address);
        serves(&mut other, 1);
        let (before, files) = (server.peak_memory(), server.files());
        for header in &blocks {
            let call = echo(5);
            let frame = [header, &call[4..]].concat();
            let mut stream = connect(server.address);
            let length = (frame.len() as u32).to_be_bytes();
            stream.write_all(&[&length[..], &frame].concat()).expect("sent");
            stream.shutdown(Shutdown::Write).expect("it is connected");
            let mut answer = Vec::new();
            // Closed with a reason or none; a reset is an end as well.
            let _ = stream.read_to_end(&mut answer);
            serves(&mut other, 2);
        }
        released(&server, files);
        let grown = (server.peak_memory() - before) / MIB;
        println!("{kind}: {} hostile headers: {grown} MiB more at most", blocks.len());
        assert!(grown < 8, "{grown} MiB");
    }
}

#[test]
fn a_lack_of_files_takes_no_time_and_passes() {
    for kind in KINDS {
        let server = ServerProcess::start_with_files(&format!("{kind} 10000"), 48);
        let crowd: Vec<_> = (0..300).map(|_| connect(server.address)).collect();
        thread::sleep(Duration::from_millis(300));
        let before = server.cpu();
        thread::sleep(Duration::from_secs(1));
        let percent = (server.cpu() - before).as_millis() / 10;
        println!("{kind}: 300 connects with 48 files: {percent} % CPU");
        assert!(percent < 30, "{percent} %");
        drop(crowd);
        serves(&mut connect(server.address), 1);
    }
}

#[test]
fn places_are_counted_exactly() {
    for kind in KINDS {
        let server = ServerProcess::start(&format!("{kind} 8"));
        for round in 0..2000 {
            let mut stream = connect(server.address);
            if round % 2 == 0 {
                serves(&mut stream, round);
            }
        }
        let mut all: Vec<_> = (0..8).map(|_| connect(server.address)).collect();
        for stream in &mut all {
            serves(stream, 1);
        }
        let mut ninth = connect(server.address);
        ninth.write_all(&echo(9)).expect("sent");
        ninth.set_read_timeout(Some(Duration::from_millis(200))).expect("it is a socket");
        assert!(ninth.read(&mut [0]).is_err(), "{kind}: eight are the most");
        all.pop();
        ninth.set_read_timeout(Some(HANG)).expect("it is a socket");
        read_reply(&mut ninth);
    }
}

#[test]
fn a_flood_of_oneway_calls_is_held_back_and_done() {
    const CALLS: usize = 300_000;
    for kind in KINDS {
        let server = ServerProcess::start(kind);
        let mut stream = connect(server.address);
        serves(&mut stream, 1);
        let before = server.peak_memory();
        let calls = message("fire", MessageKind::Oneway, 1).repeat(1000);
        for _ in 0..CALLS / 1000 {
            stream.write_all(&calls).expect("sent");
        }
        let grown = (server.peak_memory() - before) / MIB;
        println!("{kind}: {CALLS} oneway calls: {grown} MiB more at most");
        assert!(grown < 32, "{grown} MiB");
        let mut fired = 0;
        wait(HANG, "all are done", || {
            stream.write_all(&message("fired", MessageKind::Call, 1)).expect("sent");
            let reply = read_reply(&mut stream);
            let number = reply[reply.len() - 5..reply.len() - 1].try_into().expect("an i32");
            fired = i32::from_be_bytes(number) as usize;
            fired >= CALLS
        });
        assert_eq!(fired, CALLS, "no reply to a oneway call came in between");
    }
}

#[test]
fn ten_thousand_calls_in_flight_are_all_answered() {
    for kind in KINDS {
        let server = ServerProcess::start(kind);
        let mut stream = connect(server.address);
        let mut writer = stream.try_clone().expect("it is a socket");
        let writing = thread::spawn(move || {
            (0..10_000).for_each(|number| writer.write_all(&echo(number)).expect("sent"));
        });
        let mut seen = vec![false; 10_000];
        for _ in 0..10_000 {
            let reply = read_reply(&mut stream);
            let number = reply[reply.len() - 5..reply.len() - 1].try_into().expect("an i32");
            let number = i32::from_be_bytes(number) as usize;
            assert!(!std::mem::replace(&mut seen[number], true), "{number} comes twice");
        }
        writing.join().expect("all are sent");
    }
}

/// Load with faults: clients that break off, send garbage, do not read or are silent.
#[test]
fn a_soak_with_faults_leaks_nothing() {
    let seconds = std::env::var("SOAK_SECONDS").ok().and_then(|text| text.parse().ok());
    let length = Duration::from_secs(seconds.unwrap_or(10)) / KINDS.len() as u32;
    for kind in KINDS {
        let server = ServerProcess::start_with_files(kind, 4096);
        let address = server.address;
        let stop = Arc::new(AtomicBool::new(false));
        let (calls, faults) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let good: Vec<_> = (0..4)
            .map(|seed| {
                let (stop, calls) = (Arc::clone(&stop), Arc::clone(&calls));
                thread::spawn(move || {
                    let mut stream = connect(address);
                    let mut number = seed;
                    while !stop.load(Ordering::Relaxed) {
                        serves(&mut stream, number);
                        number = number.wrapping_add(4);
                        calls.fetch_add(1, Ordering::Relaxed);
                        // About 80 % of what there is.
                        if number % 64 == seed {
                            thread::sleep(Duration::from_millis(1));
                        }
                    }
                })
            })
            .collect();
        let bad = thread::spawn({
            let (stop, faults) = (Arc::clone(&stop), Arc::clone(&faults));
            move || {
                let mut random = Random::new(7);
                let mut held = std::collections::VecDeque::new();
                while !stop.load(Ordering::Relaxed) {
                    let mut stream = connect(address);
                    let bytes = match random.below(5) {
                        0 => random.bytes(200),
                        1 => random.mutate(&echo(1).repeat(20)),
                        2 => echo(1)[..random.below(20)].to_vec(),
                        3 => message("panic", MessageKind::Call, 1).repeat(3),
                        _ => echo(1).repeat(500),
                    };
                    // The server may have closed already.
                    let _ = stream.write_all(&bytes);
                    held.push_back(stream);
                    if held.len() > 50 {
                        held.pop_front();
                    }
                    faults.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(10));
                }
            }
        });
        thread::sleep(length / 4);
        let before = server.memory();
        thread::sleep(length * 3 / 4);
        let after = server.memory();
        stop.store(true, Ordering::Relaxed);
        good.into_iter().for_each(|thread| thread.join().expect("every answer is right"));
        bad.join().expect("it breaks what it can");
        let (calls, faults) = (calls.load(Ordering::Relaxed), faults.load(Ordering::Relaxed));
        let grown = (after as f64 - before as f64) / MIB as f64;
        println!("{kind}: {length:?}: {calls} calls, none wrong, {faults} faults, {grown:+.1} MiB");
        assert!(grown < 16.0, "{grown} MiB");
        wait(HANG, "all connections are closed", || server.files() < 30);
    }
}
