//! Prints how fast thriftly's codec is beside pilota's (binary) and the Apache `thrift` crate's
//! (compact), on the workloads of `bench.thrift`.
//!
//! `cargo run --release --manifest-path runtime/benches/peers/Cargo.toml [WORKLOAD]`
//!
//! Both work on the same values in the same run. Rounds are interleaved, each is timed by the
//! thread's own clock, and the median of each side counts. A ratio of 2 means twice as fast as
//! the peer. pilota is driven as volo drives it: a pass for the size, then encoding into a reused
//! `LinkedBytes`, decoding from `Bytes`. The Apache crate encodes into a reused `Vec`, and decodes
//! from a slice, which is the best it can. Decoding includes dropping the value.

mod apache;
mod workloads;

use std::hint::black_box;

use bytes::Bytes;
use cpu_time::ThreadTime;
use linkedbytes::LinkedBytes;
use pilota::thrift::binary::TBinaryProtocol;
use pilota::thrift::{Message, TOutputProtocol};

#[allow(warnings, clippy::all)]
mod peer {
    include!(concat!(env!("OUT_DIR"), "/bench.rs"));
    pub use self::bench::bench::*;
}

thriftly::thrift!("../../bench.thrift");

/// Rounds of which the median counts.
const ROUNDS: usize = 41;
/// How long one round should take, in nanoseconds.
const ROUND: u128 = 4_000_000;

fn main() {
    let only = std::env::args().nth(1);
    let run = |name: &str| only.as_deref().is_none_or(|only| name.contains(only));
    macro_rules! rows {
        ($($name:literal $ty:ident $value:expr, $encode:expr, $decode:expr;)*) => {
            $(if run($name) {
                compare::<$ty, peer::$ty>($name, $value, $encode, $decode);
                compare_compact::<$ty, apache::$ty>($name, $value);
            })*
        };
    }
    rows! {
        "small" Small workloads::small(1), 3.0, 1.5;
        "nested-1k" Nested workloads::nested(4), 3.0, 1.5;
        "nested-50k" Nested workloads::nested(180), 3.0, 1.5;
        "map-1k-small" SmallMap workloads::small_map(1000), 3.0, 1.5;
        "i32-1k" I32s workloads::i32s(1000), 3.0, 3.0;
        "i32-100k" I32s workloads::i32s(100_000), 3.0, 3.0;
        "i64-100k" I64s workloads::i64s(100_000), 3.0, 3.0;
        "f64-100k" Doubles workloads::doubles(100_000), 3.0, 3.0;
        "strings-10k-short" Strings workloads::strings(10_000, 12), 3.0, 1.0;
        "strings-10k-60" Strings workloads::strings(10_000, 60), 3.0, 1.0;
        "blob-1M" Blob workloads::blob(1 << 20), 1.0, 1.0;
    }
}

/// Times both sides on one value and prints a line for each direction.
fn compare<T, P>(name: &str, value: T, encode_target: f64, decode_target: f64)
where
    T: thriftly::Encode + for<'de> thriftly::Decode<'de>,
    P: Message,
{
    let bytes = Bytes::from(thriftly::binary::to_vec(&value).expect("it can be encoded"));
    let mut copy = bytes.clone();
    let theirs = P::decode(&mut TBinaryProtocol::new(&mut copy, true)).expect("pilota reads it");

    let mut buffer = Vec::new();
    let mut linked = LinkedBytes::new();
    let mut copied = Vec::new();
    let blob = name.starts_with("blob");
    let encode = interleave([
        &mut || {
            if blob {
                black_box(thriftly::binary::to_body(black_box(&value)).expect("it can be encoded"));
            } else {
                buffer.clear();
                thriftly::binary::append_to(black_box(&value), &mut buffer).expect("it can");
                black_box(&buffer);
            }
        },
        &mut || {
            let theirs = black_box(&theirs);
            let size = theirs.size(&mut TBinaryProtocol::new((), true));
            linked.reset();
            linked.reserve(size);
            let mut protocol = TBinaryProtocol::new(&mut linked, true);
            theirs.encode(&mut protocol).expect("pilota can encode it");
            protocol.flush().expect("pilota can flush");
            black_box(&linked);
        },
        &mut || {
            copied.clear();
            copied.extend_from_slice(black_box(&bytes));
            black_box(&copied);
        },
    ]);
    print_row(name, "encode/binary", "pilota", bytes.len(), encode, encode_target);
    let decode = interleave([
        &mut || {
            let value: T = thriftly::binary::from_bytes(black_box(&bytes)).expect("it can be read");
            black_box(value);
        },
        &mut || {
            let mut bytes = black_box(&bytes).clone();
            let mut protocol = TBinaryProtocol::new(&mut bytes, true);
            black_box(P::decode(&mut protocol).expect("pilota reads it"));
        },
        &mut || {
            black_box(black_box(&bytes).to_vec());
        },
    ]);
    print_row(name, "decode/binary", "pilota", bytes.len(), decode, decode_target);
}

/// The same in the compact protocol, beside the Apache crate.
fn compare_compact<T, A>(name: &str, value: T)
where
    T: thriftly::Encode + for<'de> thriftly::Decode<'de>,
    A: apache::Apache,
{
    /// How many times as fast we want to be.
    const TARGET: f64 = 3.0;
    let bytes = Bytes::from(thriftly::compact::to_vec(&value).expect("it can be encoded"));
    let theirs: A = apache::decode(&bytes).expect("the Apache crate reads it");

    let mut buffer = Vec::new();
    let mut reused = Vec::new();
    let mut copied = Vec::new();
    let blob = name.starts_with("blob");
    let encode = interleave([
        &mut || {
            if blob {
                black_box(thriftly::compact::to_body(black_box(&value)).expect("it can"));
            } else {
                buffer.clear();
                thriftly::compact::append_to(black_box(&value), &mut buffer).expect("it can");
                black_box(&buffer);
            }
        },
        &mut || {
            reused.clear();
            apache::encode(black_box(&theirs), &mut reused).expect("the Apache crate can");
            black_box(&reused);
        },
        &mut || {
            copied.clear();
            copied.extend_from_slice(black_box(&bytes));
            black_box(&copied);
        },
    ]);
    assert_eq!(reused, bytes, "the Apache crate writes the same");
    print_row(name, "encode/compact", "apache", bytes.len(), encode, TARGET);
    let decode = interleave([
        &mut || {
            let value: T = thriftly::compact::from_bytes(black_box(&bytes)).expect("it can be read");
            black_box(value);
        },
        &mut || {
            black_box(apache::decode::<A>(black_box(&bytes)).expect("the Apache crate reads it"));
        },
        &mut || {
            black_box(black_box(&bytes).to_vec());
        },
    ]);
    print_row(name, "decode/compact", "apache", bytes.len(), decode, TARGET);
}

fn print_row(
    name: &str,
    what: &str,
    peer_name: &str,
    len: usize,
    [ours, peer, copy]: [f64; 3],
    target: f64,
) {
    let ratio = peer / ours;
    println!(
        "row={name}/{what} peer={peer_name} ratio={ratio:.2} target={target:.1} {} \
         bytes={len} ours={ours:.1}ns peer={peer:.1}ns memcpy={:.2}x",
        if ratio >= target { "ok" } else { "MISS" },
        ours / copy,
    );
}

/// Nanoseconds that each of the functions takes: medians of interleaved rounds.
fn interleave<const N: usize>(functions: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut sides = functions.map(|function| {
        let mut times = 1u32;
        // Twice as often until a round takes long enough; this warms up, too.
        while round(function, times) < ROUND && times < 1 << 24 {
            times *= 2;
        }
        (function, times, Vec::with_capacity(ROUNDS))
    });
    for _ in 0..ROUNDS {
        for (function, times, measured) in &mut sides {
            measured.push(round(*function, *times) as f64 / f64::from(*times));
        }
    }
    sides.map(|(_, _, mut measured)| {
        measured.sort_by(f64::total_cmp);
        measured[measured.len() / 2]
    })
}

fn round(function: &mut dyn FnMut(), times: u32) -> u128 {
    let start = ThreadTime::now();
    (0..times).for_each(|_| function());
    start.elapsed().as_nanos()
}
