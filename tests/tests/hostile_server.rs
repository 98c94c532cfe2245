//! Random and mutated bytes sent to a server: it does not panic, takes no more memory than 16 times
//! the input and 64 KiB, and goes on serving everybody else.
//!
//! `HOSTILE_INPUTS=1000000 cargo test --release -p thriftly-tests --test hostile_server` runs longer.

use std::sync::atomic::{AtomicUsize, Ordering};

use allocation_counter::measure;
use thriftly::{MessageKind, Server, binary};
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
    std::env::var("HOSTILE_INPUTS").ok().and_then(|number| number.parse().ok()).unwrap_or(100_000)
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
        for message in [strict, old, compact, json] {
            let framed = [&(message.len() as u32).to_be_bytes()[..], &message].concat();
            seeds.push([&framed[..], &framed].concat());
            seeds.push([&message[..], &message].concat());
            seeds.extend([framed, message]);
        }
    }
    seeds
}

/// Sends the bytes over a new connection and reads all answers.
fn send(runtime: &Runtime, server: &Server<HostileServer<Handler>>, bytes: &[u8]) -> Vec<u8> {
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
    assert!(
        taken.bytes_max <= (16 * bytes.len() + (64 << 10)) as u64,
        "{} bytes of memory for {} bytes of input: {bytes:02x?}",
        taken.bytes_max,
        bytes.len(),
    );
    answer
}

#[test]
fn hostile_bytes_neither_end_a_server_nor_take_memory() {
    // One thread, whose memory can be measured.
    let runtime = Builder::new_current_thread().enable_all().build().expect("it can be built");
    let server = Server::new(HostileServer::new(Handler));
    let seeds = seeds();
    for seed in &seeds {
        let answer = send(&runtime, &server, seed);
        let oneway = seed.windows(4).any(|word| word == b"fire");
        assert_eq!(answer.is_empty(), oneway, "{seed:02x?} is answered");
    }
    let valid = HANDLED.load(Ordering::Relaxed);
    // Two methods, four forms of messages, framed and not, alone and two at once.
    assert_eq!(valid, 2 * 4 * 2 * (1 + 2));

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
