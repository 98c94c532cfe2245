//! Random and mutated bytes: no panic, and no more memory than 16 times the input and 64 KiB.
//!
//! `HOSTILE_INPUTS=1000000 cargo test --release -p thriftly-tests --test hostile_decoder` runs longer.

use peak_alloc::PeakAlloc;
use thriftly::{Decode, ErrorKind, Limits, binary};
use thriftly_tests::random::Random;

thriftly::thrift!("../idl/interop.thrift");

mod bench {
    thriftly::thrift!("../idl/bench.thrift");
}

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// How many inputs of each kind.
fn inputs() -> usize {
    std::env::var("HOSTILE_INPUTS").ok().and_then(|number| number.parse().ok()).unwrap_or(100_000)
}

/// Decodes, and checks how much memory that took at most.
fn decode<T: for<'de> Decode<'de>>(bytes: &[u8]) -> thriftly::Result<T> {
    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    let result = binary::from_slice::<T>(bytes);
    let taken = ALLOCATED.peak_usage().saturating_sub(before);
    assert!(
        taken <= 16 * bytes.len() + (64 << 10),
        "{taken} bytes of memory for {} bytes of input: {bytes:02x?}",
        bytes.len(),
    );
    result
}

/// As every type that has fields of every kind.
fn decode_as_all(bytes: &[u8]) {
    let _ = decode::<Containers>(bytes);
    let _ = decode::<OptionsV2>(bytes);
    let _ = decode::<Tree>(bytes);
    let _ = decode::<Choice>(bytes);
    let _ = decode::<bench::Nested>(bytes);
}

fn scalars(number: i64) -> Scalars {
    Scalars {
        flag: true,
        tiny: 1,
        large: number,
        real: 0.5,
        text: "héllo".into(),
        blob: vec![0xff; 5].into(),
        color: Color::Blue,
        ..Scalars::default()
    }
}

/// Valid values to begin with.
fn seeds() -> Vec<Vec<u8>> {
    let containers = Containers {
        ints: (0..20).collect(),
        tags: ["a".into(), "b".into()].into(),
        counts: [("x".into(), 1), ("y".into(), 2)].into(),
        flags: vec![true, false],
        by_id: [(1, vec![scalars(1), scalars(2)]), (2, vec![])].into(),
        grid: vec![vec!["a".into()], vec![]],
        deep: [("k".into(), [(1, [1, 2].into())].into())].into(),
        nothings: vec![Empty {}; 3],
        blobs: vec![vec![1, 2, 3].into()],
        ..Containers::default()
    };
    let mut tree = Tree::default();
    for value in 0..20 {
        tree = Tree { value, kids: vec![tree] };
    }
    let options = OptionsV2 {
        id: 1,
        extra_map: Some([("k".into(), vec![scalars(3)])].into()),
        extra_struct: Some(containers.clone()),
        ..OptionsV2::default()
    };
    let person = bench::Person {
        name: "Ada".into(),
        phones: vec![bench::Phone { number: "1".into(), r#type: bench::PhoneType::Home }; 3],
        attrs: [("a".into(), "b".into())].into(),
        ..bench::Person::default()
    };
    let nested = bench::Nested { people: vec![person; 4], ..bench::Nested::default() };
    let encoded = [
        binary::to_vec(&containers),
        binary::to_vec(&tree),
        binary::to_vec(&options),
        binary::to_vec(&Choice::Many(vec![1, 2, 3])),
        binary::to_vec(&nested),
    ];
    encoded.into_iter().map(|bytes| bytes.expect("it can be encoded")).collect()
}

// One test, so that nothing else allocates meanwhile.
#[test]
fn hostile_bytes_neither_panic_nor_take_memory() {
    let mut random = Random::new(7);
    for _ in 0..inputs() {
        let longest = if random.below(50) == 0 { 4096 } else { 200 };
        let len = random.below(longest);
        decode_as_all(&random.bytes(len));
    }
    let seeds = seeds();
    for _ in 0..inputs() {
        let seed = random.below(seeds.len());
        decode_as_all(&random.mutate(&seeds[seed]));
    }

    // Declared sizes that no input can hold, of every element.
    for ty in [2u8, 3, 4, 6, 8, 10, 11, 12, 13, 14, 15, 16, 0, 1, 99] {
        for container in [14u8, 15] {
            for size in [i32::MAX, -1, i32::MIN, 1 << 24] {
                let skipped = [&[container, 0, 99, ty][..], &size.to_be_bytes()].concat();
                decode::<Containers>(&skipped).expect_err("it is too large");
                for id in 1..=14u8 {
                    let known = [&[container, 0, id, ty][..], &size.to_be_bytes()].concat();
                    decode::<Containers>(&known).expect_err("it is too large");
                }
            }
        }
    }
    for size in [-1, i32::MIN] {
        let text = [&[11, 0, 7][..], &size.to_be_bytes()].concat();
        let error = decode::<Scalars>(&text).expect_err("a negative size");
        assert_eq!(error.kind(), ErrorKind::NegativeSize);
    }
    let text = [&[11, 0, 7][..], &i32::MAX.to_be_bytes()].concat();
    let error = decode::<Scalars>(&text).expect_err("a size above the limit");
    assert_eq!(error.kind(), ErrorKind::SizeLimit);

    // A frame of one-byte elements of a fat struct stops at the budget.
    let many: u32 = 8 << 20;
    let mut bytes = vec![13, 0, 5, 8, 15, 0, 0, 0, 1, 0, 0, 0, 1, 12];
    bytes.extend(many.to_be_bytes());
    bytes.resize(bytes.len() + many as usize + 1, 0);
    let error = binary::from_slice::<Containers>(&bytes).expect_err("it takes too much memory");
    assert_eq!(error.kind(), ErrorKind::MemoryLimit);
    let limits = Limits { memory: usize::MAX >> 1, ..Limits::DEFAULT };
    let value: Containers = binary::from_slice_with(&bytes, &limits).expect("it may take it");
    assert_eq!(value.by_id[&1].len(), many as usize);
}
