//! The types of `schema.thrift`, as `thrift!` makes them with each of its options, and written by
//! hand: those know how to come out of the fuzzer's bytes.

use std::collections::{BTreeMap, BTreeSet};

use arbitrary::{Arbitrary, Result, Unstructured};
use thriftly::{Double, ThriftStruct, Uuid};

/// As they are by default, with types beside them that borrow.
pub mod plain {
    thriftly::thrift!("../schema.thrift", views: true, warnings: hidden);
}

/// Unordered, and with strings that share the memory of their message.
pub mod shared {
    thriftly::thrift!("../schema.thrift", strings: shared, binary: small, maps: hashed, warnings: hidden);
}

/// With all that they do not know.
pub mod keeping {
    thriftly::thrift!("../schema.thrift", unknown_fields: kept, warnings: hidden);
}

/// Those that take less memory.
pub mod lean {
    thriftly::thrift!(
        "../schema.thrift",
        enums: numbers,
        strings: small,
        binary: small,
        boxed: ["All.{options, tree}", "Options.{note, ratio}", "Choice.{number, text, blob}"],
        warnings: hidden,
    );
}

/// With fields that are decoded later: structs, containers, and text.
pub mod lazy {
    thriftly::thrift!(
        "../schema.thrift",
        lazy: [
            "All.{keys, options, choices}",
            "Lists.{flags, smalls, texts, structs, maps}",
            "Scalars.{text, blob, id}",
        ],
        warnings: hidden,
    );
}

/// Without the fields that [`projected`](crate::projected) skips at run time.
pub mod picked {
    thriftly::thrift!(
        "../schema.thrift",
        only: ["Options.{id, ready, minus, next}", "Tree.kids"],
        skip: ["All.tree", "Empty", "Lists.{flags, mediums, texts}", "Keys.{flags, texts, medium_set}",
            "Scalars.{flag, tiny, text, id}"],
        warnings: hidden,
    );
}

/// Without them, and with all that is unknown, which they are then.
pub mod picked_keeping {
    thriftly::thrift!(
        "../schema.thrift",
        unknown_fields: kept,
        only: ["Options.{id, ready, minus, next}", "Tree.kids"],
        skip: ["All.tree", "Empty", "Lists.{flags, mediums, texts}", "Keys.{flags, texts, medium_set}",
            "Scalars.{flag, tiny, text, id}"],
        warnings: hidden,
    );
}

#[derive(Debug, Clone, Copy, Default, Arbitrary, ThriftStruct)]
#[repr(i32)]
pub enum Color {
    #[default]
    Red = 1,
    Green,
    Blue = 5,
    #[thrift(unrecognized)]
    Other(i32),
}

impl Color {
    fn number(self) -> i32 {
        match self {
            Color::Red => 1,
            Color::Green => 2,
            Color::Blue => 5,
            Color::Other(number) => number,
        }
    }
}

// The same number may be known or not, so the number decides.
impl PartialEq for Color {
    fn eq(&self, other: &Color) -> bool {
        self.number() == other.number()
    }
}

impl Eq for Color {}

impl PartialOrd for Color {
    fn partial_cmp(&self, other: &Color) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Color {
    /// As the enum of `thrift!` has it: first what is known.
    fn cmp(&self, other: &Color) -> std::cmp::Ordering {
        let key = |color: &Color| (!matches!(color.number(), 1 | 2 | 5), color.number());
        key(self).cmp(&key(other))
    }
}

#[derive(Debug, Default, Arbitrary, ThriftStruct)]
pub struct Empty {}

#[derive(Debug, Default, Arbitrary, ThriftStruct)]
pub struct Scalars {
    #[thrift(id = 1)]
    pub flag: bool,
    #[thrift(id = 2)]
    pub tiny: i8,
    #[thrift(id = 3)]
    pub small: i16,
    #[thrift(id = 4)]
    pub medium: i32,
    #[thrift(id = 5)]
    pub large: i64,
    #[thrift(id = 6)]
    #[arbitrary(with = real)]
    pub real: f64,
    #[thrift(id = 7)]
    pub text: String,
    #[thrift(id = 8)]
    pub blob: Vec<u8>,
    #[thrift(id = 9)]
    pub color: Color,
    #[thrift(id = 10)]
    #[arbitrary(with = uuid)]
    pub id: Uuid,
}

#[derive(Debug, Default, Arbitrary, ThriftStruct)]
pub struct Lists {
    #[thrift(id = 1)]
    pub flags: Vec<bool>,
    #[thrift(id = 2)]
    pub tinies: Vec<i8>,
    #[thrift(id = 3)]
    pub smalls: Vec<i16>,
    #[thrift(id = 4)]
    pub mediums: Vec<i32>,
    #[thrift(id = 5)]
    pub larges: Vec<i64>,
    #[thrift(id = 6)]
    #[arbitrary(with = reals)]
    pub reals: Vec<f64>,
    #[thrift(id = 7)]
    pub texts: Vec<String>,
    #[thrift(id = 8)]
    pub blobs: Vec<Vec<u8>>,
    #[thrift(id = 9)]
    pub colors: Vec<Color>,
    #[thrift(id = 10)]
    #[arbitrary(with = uuids)]
    pub ids: Vec<Uuid>,
    #[thrift(id = 11)]
    pub empties: Vec<Empty>,
    #[thrift(id = 12)]
    pub structs: Vec<Scalars>,
    #[thrift(id = 13)]
    pub grid: Vec<Vec<i32>>,
    #[thrift(id = 14)]
    pub maps: Vec<BTreeMap<i32, String>>,
}

#[derive(Debug, Default, Arbitrary, ThriftStruct)]
pub struct Keys {
    #[thrift(id = 1)]
    pub flags: BTreeMap<bool, i8>,
    #[thrift(id = 2)]
    pub tinies: BTreeMap<i8, bool>,
    #[thrift(id = 3)]
    pub smalls: BTreeMap<i16, Scalars>,
    #[thrift(id = 4)]
    pub mediums: BTreeMap<i32, Vec<i16>>,
    #[thrift(id = 5)]
    #[arbitrary(with = reals_by_number)]
    pub larges: BTreeMap<i64, f64>,
    #[thrift(id = 6)]
    #[arbitrary(with = numbers_by_real)]
    pub reals: BTreeMap<Double, i32>,
    #[thrift(id = 7)]
    pub texts: BTreeMap<String, BTreeMap<String, String>>,
    #[thrift(id = 8)]
    pub blobs: BTreeMap<Vec<u8>, Vec<u8>>,
    #[thrift(id = 9)]
    pub colors: BTreeMap<Color, Color>,
    #[thrift(id = 10)]
    #[arbitrary(with = numbers_by_uuid)]
    pub ids: BTreeMap<Uuid, BTreeSet<i64>>,
    #[thrift(id = 11)]
    pub flag_set: BTreeSet<bool>,
    #[thrift(id = 12)]
    #[arbitrary(with = real_set)]
    pub real_set: BTreeSet<Double>,
    #[thrift(id = 13)]
    pub text_set: BTreeSet<String>,
    #[thrift(id = 14)]
    pub medium_set: BTreeSet<i32>,
}

#[derive(Debug, Arbitrary, ThriftStruct)]
pub struct Options {
    #[thrift(id = 1, required)]
    pub id: i32,
    #[thrift(id = 40)]
    pub note: Option<String>,
    #[thrift(id = 2)]
    pub ready: Option<bool>,
    #[thrift(id = -9, default = 7)]
    pub minus: i32,
    #[thrift(id = 0, default = "unnamed".into())]
    pub label: String,
    #[thrift(id = 300)]
    pub next: Option<Box<Options>>,
    #[thrift(id = 32767)]
    pub last: bool,
    #[thrift(id = 16)]
    #[arbitrary(with = maybe_real)]
    pub ratio: Option<f64>,
}

#[derive(Debug, Arbitrary, ThriftStruct)]
pub enum Choice {
    #[thrift(id = 1, name = "number")]
    Number(i32),
    #[thrift(id = 2, name = "text")]
    Text(String),
    #[thrift(id = 3, name = "record")]
    Record(Box<Scalars>),
    #[thrift(id = 4, name = "many")]
    Many(Vec<Choice>),
    #[thrift(id = 5, name = "flag")]
    Flag(bool),
    #[thrift(id = 20, name = "blob")]
    Blob(Vec<u8>),
}

#[derive(Debug, Arbitrary, ThriftStruct)]
pub struct Tree {
    #[thrift(id = 1)]
    pub value: i32,
    #[thrift(id = 2)]
    pub kids: Vec<Tree>,
}

#[derive(Debug, Arbitrary, ThriftStruct)]
pub struct All {
    #[thrift(id = 1)]
    pub scalars: Scalars,
    #[thrift(id = 2)]
    pub lists: Lists,
    #[thrift(id = 3)]
    pub keys: Keys,
    #[thrift(id = 4)]
    pub options: Option<Options>,
    #[thrift(id = 5)]
    pub choices: Vec<Choice>,
    #[thrift(id = 6)]
    pub tree: Option<Tree>,
}

/// A double that every protocol can carry: JSON has only one NaN.
fn real(input: &mut Unstructured<'_>) -> Result<f64> {
    let real = f64::arbitrary(input)?;
    Ok(if real.is_nan() { f64::NAN } else { real })
}

fn maybe_real(input: &mut Unstructured<'_>) -> Result<Option<f64>> {
    bool::arbitrary(input)?.then(|| real(input)).transpose()
}

fn reals(input: &mut Unstructured<'_>) -> Result<Vec<f64>> {
    many(input, real)
}

fn real_set(input: &mut Unstructured<'_>) -> Result<BTreeSet<Double>> {
    many(input, |input| real(input).map(Double))
}

fn numbers_by_real(input: &mut Unstructured<'_>) -> Result<BTreeMap<Double, i32>> {
    many(input, |input| Ok((real(input)?.into(), i32::arbitrary(input)?)))
}

fn reals_by_number(input: &mut Unstructured<'_>) -> Result<BTreeMap<i64, f64>> {
    many(input, |input| Ok((i64::arbitrary(input)?, real(input)?)))
}

fn uuid(input: &mut Unstructured<'_>) -> Result<Uuid> {
    <[u8; 16]>::arbitrary(input).map(Uuid)
}

fn uuids(input: &mut Unstructured<'_>) -> Result<Vec<Uuid>> {
    many(input, uuid)
}

fn numbers_by_uuid(input: &mut Unstructured<'_>) -> Result<BTreeMap<Uuid, BTreeSet<i64>>> {
    many(input, |input| Ok((uuid(input)?, BTreeSet::arbitrary(input)?)))
}

/// As many as the bytes say.
fn many<T, C: FromIterator<T>>(
    input: &mut Unstructured<'_>,
    one: impl Fn(&mut Unstructured<'_>) -> Result<T>,
) -> Result<C> {
    let mut all = Vec::new();
    while !input.is_empty() && bool::arbitrary(input)? {
        all.push(one(input)?);
    }
    Ok(all.into_iter().collect())
}
