//! Random and mutated bytes sent to a server: it does not panic, takes no more memory than 16 times
//! the input and 64 KiB, and goes on serving everybody else.
//!
//! `HOSTILE_INPUTS=1000000 cargo test --release -p thriftly-tests --test hostile_server` runs longer.

use std::sync::atomic::{AtomicUsize, Ordering};

use allocation_counter::measure;
use flate2::{Compress, Compression, FlushCompress};
use thriftly::{Limits, MessageKind, Server, binary};
use thriftly_tests::form::Form;
use thriftly_tests::random::Random;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::runtime::{Builder, Runtime};

thriftly::thrift!(inline: "
    struct Item { 1: i32 id, 2: string name, 3: list<Item> items, 4: map<string, double> rates }
    // The arguments of both methods.
    struct Echo { 1: Item item, 2: list<string> words }
    struct Fire { 1: binary blob }

    service Hostile {
        Item echo(1: Item item, 2: list<string> words)
        oneway void fire(1: binary blob)
    }
");

/// How many calls were decoded: some of the mutated ones are.
static HANDLED: AtomicUsize = AtomicUsize::new(0);

#[derive(Clone)]
struct Handler;

impl Hostile for Handler {
    async fn echo(&self, item: Item, _words: Vec<String>) -> thriftly::Result<Item> {
        HANDLED.fetch_add(1, Ordering::Relaxed);
        Ok(item)
    }
    async fn fire(&self, _blob: bytes::Bytes) -> thriftly::Result<()> {
        HANDLED.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

fn inputs() -> usize {
    std::env::var("HOSTILE_INPUTS").ok().and_then(|number| number.parse().ok()).unwrap_or(25_000)
}

/// Calls as a client sends them: in every protocol, strict and old, framed and not, one and several.
fn seeds() -> Vec<Vec<u8>> {
    let item = Item {
        id: 1,
        name: "one".into(),
        items: vec![Item { name: "two".into(), ..Item::default() }; 3],
        rates: [("a".into(), 0.5)].into(),
    };
    let echo = Echo { item, words: vec!["w".into()] };
    let fire = Fire { blob: vec![1, 2].into() };
    let mut seeds = Vec::new();
    for (method, kind, is_echo) in [
        ("echo", MessageKind::Call, true),
        ("fire", MessageKind::Oneway, false),
        ("nothing", MessageKind::Call, false),
    ] {
        let body = |form: Form| if is_echo { form.write(&echo) } else { form.write(&fire) };
        let (mut strict, mut old) = (Vec::new(), Vec::new());
        binary::write_envelope(method, kind, 7, &mut strict);
        binary::write_old_envelope(method, kind, 7, &mut old);
        let (mut compact, mut json) = (Vec::new(), Vec::new());
        thriftly::compact::write_envelope(method, kind, 7, &mut compact);
        thriftly::json::write_envelope(method, kind, 7, &mut json);
        strict.extend(body(Form::Binary));
        old.extend(body(Form::Binary));
        compact.extend(body(Form::Compact));
        json.extend(body(Form::Json));
        json.push(b']');
        for (id, message) in [(0, &strict), (0, &old), (2, &compact)] {
            seeds.push(with_header(b"\x0f\xff", id, b"\x01\x01\x04name\x05value", message));
            let numbered = b"\x10\0\x01\0\x06\0\x04name\x11\0\x01t";
            seeds.push(with_header(b"\x10\0", id, numbered, message));
        }
        if method == "echo" {
            let mut compressed = HEADER_WITH_ZLIB.to_vec();
            compress(&strict, FlushCompress::Finish, &mut compressed);
            seeds.push(frame(&compressed));
        }
        for message in [strict, old, compact, json] {
            let framed = [&(message.len() as u32).to_be_bytes()[..], &message].concat();
            seeds.push([&framed[..], &framed].concat());
            seeds.push([&message[..], &message].concat());
            seeds.extend([framed, message]);
        }
    }
    seeds
}

/// The header of THeader with the zlib transform.
const HEADER_WITH_ZLIB: &[u8; 14] = b"\x0f\xff\0\0\0\0\0\x07\0\x01\0\x01\x01\0";

fn frame(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
}

/// A frame with a header: protocol, no transforms, and this block.
fn with_header(magic: &[u8], protocol: u8, block: &[u8], message: &[u8]) -> Vec<u8> {
    let words = (block.len() + 2).div_ceil(4);
    let mut bytes = [magic, b"\0\0\0\0\0\x07", &(words as u16).to_be_bytes()].concat();
    bytes.extend_from_slice(&[protocol, 0]);
    bytes.extend_from_slice(block);
    bytes.resize(10 + words * 4, 0);
    bytes.extend_from_slice(message);
    frame(&bytes)
}

fn compress(bytes: &[u8], flush: FlushCompress, out: &mut Vec<u8>) {
    let mut state = Compress::new(Compression::default(), true);
    out.reserve(bytes.len() + 1000);
    state.compress_vec(bytes, out, flush).expect("it is no dictionary");
    assert_eq!(state.total_in(), bytes.len() as u64);
}

/// Calls with a compressed message, so that this thread has its compressor, of 300 KB.
fn warm_up(runtime: &Runtime, server: &Server<HostileServer<Handler>>) {
    let mut call = HEADER_WITH_ZLIB.to_vec();
    compress(b"\x80\x01\0\x01\0\0\0\x04none\0\0\0\x07\0", FlushCompress::Finish, &mut call);
    let (answer, _) = measured(runtime, server, &frame(&call));
    assert!(!answer.is_empty());
}

/// Sends the bytes over a new connection and reads all answers.
fn send(runtime: &Runtime, server: &Server<HostileServer<Handler>>, bytes: &[u8]) -> Vec<u8> {
    let (answer, taken) = measured(runtime, server, bytes);
    assert!(
        taken <= 16 * bytes.len() + (64 << 10),
        "{taken} bytes of memory for {} bytes of input: {bytes:02x?}",
        bytes.len(),
    );
    answer
}

/// Sends the bytes over a new connection. Returns all answers, and how much memory the server took.
fn measured(
    runtime: &Runtime,
    server: &Server<HostileServer<Handler>>,
    bytes: &[u8],
) -> (Vec<u8>, usize) {
    // Beside the connection, so that only what the server takes is counted.
    let (mut client, stream) = duplex(1 << 16);
    let mut answer = Vec::with_capacity(1 << 16);
    let taken = measure(|| {
        let talk = async {
            // A server that has had enough closes its side.
            let _ = client.write_all(bytes).await;
            let _ = client.shutdown().await;
            let _ = client.read_to_end(&mut answer).await;
        };
        runtime.block_on(async { tokio::join!(server.serve_stream(stream), talk) });
    });
    (answer, taken.bytes_max as usize)
}

#[test]
fn hostile_bytes_neither_end_a_server_nor_take_memory() {
    // One thread, whose memory can be measured.
    let runtime = Builder::new_current_thread().enable_all().build().expect("it can be built");
    let server = Server::new(HostileServer::new(Handler));
    warm_up(&runtime, &server);
    let seeds = seeds();
    for seed in &seeds {
        let answer = send(&runtime, &server, seed);
        let oneway = seed.windows(4).any(|word| word == b"fire");
        assert_eq!(answer.is_empty(), oneway, "{seed:02x?} is answered");
    }
    let valid = HANDLED.load(Ordering::Relaxed);
    // Two methods, four forms of messages, framed and not, alone and two at once; six with headers
    // each, and one that is compressed.
    assert_eq!(valid, 2 * (4 * 2 * (1 + 2) + 6) + 1);

    let mut random = Random::new(11);
    for _ in 0..inputs() {
        let longest = if random.below(50) == 0 { 4096 } else { 100 };
        let len = random.below(longest);
        send(&runtime, &server, &random.bytes(len));
    }
    for _ in 0..inputs() {
        let seed = random.below(seeds.len());
        send(&runtime, &server, &random.mutate(&seeds[seed]));
    }
    assert!(HANDLED.load(Ordering::Relaxed) > valid, "some mutated calls are calls all the same");
    assert!(!send(&runtime, &server, &seeds[2]).is_empty(), "the server goes on");
}

#[test]
fn compressed_bombs_take_no_more_memory_than_the_limit() {
    let runtime = Builder::new_current_thread().enable_all().build().expect("it can be built");
    let limit = 1 << 20;
    let limits = Limits { frame: limit, message: limit, ..Limits::DEFAULT };
    let server = Server::new(HostileServer::new(Handler)).limits(limits);
    let zeros = vec![0; 64 << 20];
    let mut payload = HEADER_WITH_ZLIB.to_vec();
    compress(&zeros, FlushCompress::Finish, &mut payload);
    // A frame above the limit; a string above it; structs in structs, of which no size is declared.
    let mut framed = [&u32::MAX.to_be_bytes()[..], b"\x80\x01\0\x01\0\0\0\x04echo"].concat();
    framed[0] = 0;
    framed.resize(64 << 20, 0);
    let call = b"\x80\x01\0\x01\0\0\0\x04echo\0\0\0\x01";
    let mut string = [&call[..], b"\x0b\0\x01\x03\xff\xff\xff"].concat();
    string.resize(64 << 20, b'a');
    let fields = [&call[..], &b"\x03\0\x09\0".repeat(16 << 20)].concat();
    warm_up(&runtime, &server);
    // What has a size is refused before it takes memory; what has none is copied into larger buffers
    // until it reaches the limit.
    let mut bombs = vec![(frame(&payload), 0)];
    for (plain, held) in [(framed, 0), (string, 0), (fields, 3 * limit)] {
        let mut stream = Vec::new();
        compress(&plain, FlushCompress::Sync, &mut stream);
        bombs.push((stream, held));
    }
    for (bomb, held) in bombs {
        assert!(bomb.len() < 200 << 10, "{}", bomb.len());
        let (_, taken) = measured(&runtime, &server, &bomb);
        let allowed = held + 4 * bomb.len() + (256 << 10);
        assert!(taken <= allowed, "{taken} bytes of memory for {} bytes of input", bomb.len());
    }
}
