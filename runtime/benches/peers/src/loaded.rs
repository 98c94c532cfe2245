//! Types that are loaded at run time beside generated ones: how many times as long they take.

use std::hint::black_box;

use thriftly::Protocol as Encoding;
use thriftly::binary::BinaryWriter;
use thriftly::compact::CompactWriter;
use thriftly::dynamic::{Disk, Idl, Options, Type};
use thriftly_peers_measure::clock::{self, repeat};

use crate::sides::{Direction, Given, OWNED, Protocol, Who, Works};
use crate::workloads::Workload;

/// How many times as long as with the generated type it is to take at most.
const TARGET: f64 = 4.0;

/// Prints a row for each workload, direction and protocol, and how many of them miss the target.
pub fn run(workloads: &[Workload]) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let [bench, more] = ["../bench.thrift", "more.thrift"].map(|path| {
        Idl::load_from(&Disk, folder.join(path), &Options::default()).expect("it has no errors")
    });
    let (mut rows, mut misses) = (0, 0);
    for workload in workloads {
        let ty = bench.ty(workload.ty).or_else(|_| more.ty(workload.ty)).expect("it is declared");
        for protocol in Protocol::ALL {
            let given = (workload.given)(protocol);
            let generated = workload.sides(protocol).find(|side| side.who == Who::Ours(OWNED));
            let mut generated = (generated.expect("it is a side").works)(&given);
            let mut loaded = works(&ty, &given);
            for &direction in workload.directions() {
                // A body with links is for calls, not for values.
                if given.links && direction == Direction::Encode {
                    continue;
                }
                let works = &mut [generated.of(direction), loaded.of(direction)];
                let medians = clock::medians(works);
                let ratio = medians[1] / medians[0];
                let verdict = if ratio <= TARGET { "ok" } else { "MISS" };
                rows += 1;
                misses += u32::from(ratio > TARGET);
                println!(
                    "row={}/{direction}/{protocol} times={ratio:.2} target={TARGET} {verdict} \
                     bytes={} generated={:.1}ns loaded={:.1}ns",
                    workload.name,
                    given.bytes.len(),
                    medians[0],
                    medians[1],
                );
            }
        }
    }
    println!("MISS: {misses} of {rows} rows");
}

fn works(ty: &Type, given: &Given) -> Works {
    let encoding = match given.protocol {
        Protocol::Binary => Encoding::Binary,
        Protocol::Compact => Encoding::Compact,
    };
    let bytes = given.bytes;
    let value = ty.decode(bytes.clone(), encoding).expect("it is of the type");
    let (reader, ty, mut buffer) = (ty.clone(), ty.clone(), Vec::new());
    Works {
        bytes: bytes.len(),
        encode: repeat(move || {
            let value = black_box(&value);
            buffer.clear();
            let reused = std::mem::take(&mut buffer);
            buffer = match encoding {
                Encoding::Compact => {
                    let mut writer = CompactWriter::new(reused);
                    ty.write(value, &mut writer).expect("it can be written");
                    writer.finish().0
                }
                _ => {
                    let mut writer = BinaryWriter::new(reused);
                    ty.write(value, &mut writer).expect("it can be written");
                    writer.finish().0
                }
            };
            black_box(&mut buffer);
        }),
        decode: repeat(move || {
            let bytes = black_box(bytes).clone();
            black_box(&reader.decode(bytes, encoding).expect("it can be read"));
        }),
    }
}
