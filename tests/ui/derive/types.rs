use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use thriftly::ThriftStruct;

#[derive(ThriftStruct)]
struct Types<'a> {
    #[thrift(id = 1)]
    unsigned: u64,
    #[thrift(id = 2)]
    sizes: Vec<usize>,
    #[thrift(id = 3)]
    halves: HashMap<String, Box<f32>>,
    #[thrift(id = 4)]
    letter: Option<char>,
    #[thrift(id = 5)]
    byte: u8,
    #[thrift(id = 6)]
    pair: (i32, String),
    #[thrift(id = 7)]
    nothing: (),
    #[thrift(id = 8)]
    hash: [u8; 32],
    #[thrift(id = 9)]
    borrowed: &'a String,
    #[thrift(id = 10)]
    changed: &'a mut str,
    #[thrift(id = 11)]
    numbers: Cow<'a, [i32]>,
    #[thrift(id = 12)]
    gaps: Vec<Option<i32>>,
    #[thrift(id = 13)]
    values: BTreeMap<i32, Option<Box<str>>>,
    #[thrift(id = 14)]
    call: fn(i32) -> i32,
    #[thrift(id = 15)]
    any: Box<dyn std::any::Any>,
    #[thrift(id = 16)]
    bytes: Box<[u8]>,
}

fn main() {
    // It is told once, where the type is, and not wherever it is used.
    let _ = thriftly::binary::from_slice::<Types<'_>>(&[0]).map(|types| thriftly::binary::to_vec(&types));
}
