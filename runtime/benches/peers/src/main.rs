//! How fast thriftly's codec is beside its peers: [pilota](https://docs.rs/pilota), which is
//! beneath volo, the Apache [`thrift`](https://docs.rs/thrift) crate, and
//! [prost](https://docs.rs/prost), all on the same values, in the same run.
//!
//! ```console
//! $ cargo run --release --manifest-path runtime/benches/peers/Cargo.toml [WORKLOAD]
//! $ cargo run --release --manifest-path runtime/benches/peers/Cargo.toml instructions [WORKLOAD]
//! $ cargo run --release --manifest-path runtime/benches/peers/Cargo.toml loaded [WORKLOAD]
//! $ cargo run --release --manifest-path runtime/benches/peers/Cargo.toml code
//! $ cargo run --release --manifest-path runtime/benches/peers/Cargo.toml chart FILE
//! $ cargo run --release --manifest-path runtime/benches/peers/Cargo.toml \
//!       repeat WORKLOAD encode|decode binary|compact SIDE TIMES
//! ```
//!
//! WORKLOAD is the name of one, or a part of several names.
//!
//! **Without a word** it measures time. Rounds of all sides are interleaved, each is timed by the
//! thread's own clock, and the median of each side counts, in three processes one after the other, because
//! addresses and the state of the heap differ from process to process. A ratio of 2 means twice as fast as the
//! peer. A row reads
//! `row=WORKLOAD/DIRECTION/PROTOCOL[/VARIANT] peer=NAME ratio=… target=… ok|MISS spread=…`, where the spread is that of the
//! three, then the bytes of the value, nanoseconds of both sides, and how many times as long as allocating memory for
//! the bytes and copying them we take. At the end come a table of all ratios and the number of
//! rows that miss their targets (`rows.rs`).
//!
//! - Peers in the binary protocol: `pilota` as volo drives it, `pilota-unsafe` as volo does with
//!   its feature `unsafe-codec`, and `apache`. In the compact protocol only `apache`: what pilota
//!   writes is not the compact protocol (fields that are `bool`, and doubles).
//! - `prost` has a format of its own. It is compared with our binary protocol; its bytes stand in
//!   the last column of the table.
//! - Variants of ours: without a name, strings are `String`; `shared` is the option
//!   `strings: shared`; `views` borrows text from the message; `hashed` is the option `maps: hashed`.
//! - UTF-8 is checked by all but pilota.
//! - Each codec has its own types as they are by default: maps are a `BTreeMap` in ours and
//!   Apache's, a `HashMap` in prost's and, with a faster hash, in pilota's. So what is read is
//!   sorted, which suits us; `map-1k-unsorted` is the same map from somebody who does not sort.
//! - The Apache compiler for Rust knows no defaults: it is left out where they are filled in.
//!
//! How each codec is driven, and what is the same for all, is in `sides/`.
//!
//! **`instructions`** has callgrind count instructions, and prints them for each number and string
//! of the value, ours and pilota's, in the binary protocol. It needs valgrind.
//!
//! **`loaded`** measures types that are loaded at run time beside the generated ones, and prints how
//! many times as long they take (`loaded.rs`).
//!
//! **`code`** builds small programs that have one struct more each, and prints by how many bytes of
//! code they grow, with ours and with pilota (`code.rs`).
//!
//! **`chart`** measures the workloads that a README shows, and draws them as SVG (`drawn.rs`).
//!
//! **`repeat`** does the work of one side so many times, for a profiler.

mod code;
mod drawn;
mod fields;
mod instructions;
mod loaded;
mod rows;
mod sides;
mod speed;
mod table;
mod workloads;

use std::process::ExitCode;

use thriftly_peers_measure::memory::Chosen;

use sides::{Direction, Protocol};
use workloads::Workload;

#[global_allocator]
static ALLOCATOR: Chosen = Chosen;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args[..] {
        ["code"] => code::run(),
        ["instructions"] => instructions::run(&workloads::all()),
        ["instructions", name] => named(name).and_then(|workloads| instructions::run(&workloads)),
        ["loaded"] => {
            loaded::run(&workloads::all());
            Ok(())
        }
        ["loaded", name] => named(name).map(|workloads| loaded::run(&workloads)),
        ["repeat", name, direction, protocol, side, times] => {
            repeat(name, direction, protocol, side, times)
        }
        ["once", name] => named(name).map(|workloads| workloads.iter().for_each(speed::once)),
        ["chart", file] => {
            let names = drawn::workloads();
            let mut workloads = workloads::all();
            workloads.retain(|workload| names.contains(&workload.name));
            speed::run(&workloads).and_then(|rows| drawn::write(&rows, file.as_ref()))
        }
        [] => speed::run(&workloads::all()).map(drop),
        [name] => named(name).and_then(|workloads| speed::run(&workloads)).map(drop),
        _ => Err("usage: [WORKLOAD] | instructions [WORKLOAD] | loaded [WORKLOAD] | code | chart FILE | \
                  repeat WORKLOAD encode|decode binary|compact SIDE TIMES"
            .into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The workload of the name, or all with the name in theirs.
fn named(name: &str) -> Result<Vec<Workload>, String> {
    let mut workloads = workloads::all();
    let names: Vec<_> = workloads.iter().map(|workload| workload.name).collect();
    if names.contains(&name) {
        workloads.retain(|workload| workload.name == name);
    } else {
        workloads.retain(|workload| workload.name.contains(name));
    }
    match workloads.is_empty() {
        true => Err(format!("there is no workload {name}, only: {}", names.join(", "))),
        false => Ok(workloads),
    }
}

/// Does the work of one side.
fn repeat(
    name: &str,
    direction: &str,
    protocol: &str,
    side: &str,
    times: &str,
) -> Result<(), String> {
    let workload = named(name)?.swap_remove(0);
    let mut directions = [Direction::Encode, Direction::Decode].into_iter();
    let direction = directions
        .find(|each| each.to_string() == direction)
        .ok_or_else(|| format!("{direction} is neither encode nor decode"))?;
    let protocol = Protocol::ALL
        .into_iter()
        .find(|each| each.to_string() == protocol)
        .ok_or_else(|| format!("{protocol} is neither binary nor compact"))?;
    let names: Vec<_> = workload.sides(protocol).map(|side| side.who.to_string()).collect();
    let side = workload
        .sides(protocol)
        .find(|each| each.who.to_string() == side)
        .ok_or_else(|| format!("{name} has no side {side}, only: {}", names.join(", ")))?;
    let times = times.parse().map_err(|error| format!("{times}: {error}"))?;
    (side.works)(&(workload.given)(protocol)).of(direction)(times);
    Ok(())
}
