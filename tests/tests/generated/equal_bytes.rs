//! Hand-written types have the same bytes as those that `thrift!` makes of the IDL, both ways.

#![deny(warnings)]

use std::collections::{BTreeMap, BTreeSet};

use thriftly::{Decode, Encode, ThriftStruct, Uuid, binary, compact, json};
use thriftly_tests::random::Random;

mod idl {
    thriftly::thrift!(inline: r#"
        enum Color { RED = 1, GREEN, BLUE = 5 }
        struct Scalars {
            1: bool flag, 2: i8 tiny, 3: i16 small, 4: i32 medium, 5: i64 large, 6: double real,
            7: string text, 8: binary blob, 9: Color color, 10: uuid id
        }
        struct Options {
            1: required i32 id, 2: optional string note, 3: optional i32 count,
            4: string label = "unnamed", 5: i32 level = 7, 6: optional bool ready,
            300: optional Options next
        }
        union Choice { 1: i32 number, 2: string text, 3: Scalars record, 4: list<Choice> many }
        struct Containers {
            1: list<i32> ints, 2: set<string> tags, 3: map<string, i64> counts, 4: list<bool> flags,
            5: map<i32, list<Scalars>> by_id, 6: list<list<string>> grid, 7: list<double> reals,
            8: map<i16, Choice> choices, 9: list<Options> options, -3: list<i8> bytes
        }
    "#, warnings: hidden);
}

#[derive(Debug, Clone, Copy, PartialEq, Default, ThriftStruct)]
#[repr(i32)]
enum Color {
    #[default]
    Red = 1,
    Green,
    Blue = 5,
    #[thrift(unrecognized)]
    Other(i32),
}

#[derive(Debug, Clone, PartialEq, Default, ThriftStruct)]
struct Scalars {
    #[thrift(id = 1)]
    flag: bool,
    #[thrift(id = 2)]
    tiny: i8,
    #[thrift(id = 3)]
    small: i16,
    #[thrift(id = 4)]
    medium: i32,
    #[thrift(id = 5)]
    large: i64,
    #[thrift(id = 6)]
    real: f64,
    #[thrift(id = 7)]
    text: String,
    #[thrift(id = 8)]
    blob: Vec<u8>,
    #[thrift(id = 9)]
    color: Color,
    #[thrift(id = 10)]
    id: Uuid,
}

#[derive(Debug, Clone, PartialEq, ThriftStruct)]
struct Options(
    #[thrift(id = 1, required)] i32,
    #[thrift(id = 2)] Option<String>,
    #[thrift(id = 3)] Option<i32>,
    #[thrift(id = 4, default = "unnamed".into())] String,
    #[thrift(id = 5, default = 7)] i32,
    #[thrift(id = 6)] Option<bool>,
    #[thrift(id = 300)] Option<Box<Options>>,
);

#[derive(Debug, Clone, PartialEq, ThriftStruct)]
enum Choice {
    #[thrift(id = 1)]
    Number(i32),
    #[thrift(id = 2)]
    Text(String),
    #[thrift(id = 3)]
    Record(Box<Scalars>),
    #[thrift(id = 4)]
    Many(Vec<Choice>),
}

#[derive(Debug, Clone, PartialEq, ThriftStruct)]
struct Containers {
    #[thrift(id = 1)]
    ints: Vec<i32>,
    #[thrift(id = 2)]
    tags: BTreeSet<String>,
    #[thrift(id = 3)]
    counts: BTreeMap<String, i64>,
    #[thrift(id = 4)]
    flags: Vec<bool>,
    #[thrift(id = 5)]
    by_id: BTreeMap<i32, Vec<Scalars>>,
    #[thrift(id = 6)]
    grid: Vec<Vec<String>>,
    #[thrift(id = 7)]
    reals: Vec<f64>,
    #[thrift(id = 8)]
    choices: BTreeMap<i16, Choice>,
    #[thrift(id = 9)]
    options: Vec<Options>,
    #[thrift(id = -3)]
    bytes: Vec<i8>,
}

fn text(random: &mut Random) -> String {
    (0..random.below(20)).map(|_| ['a', 'é', '漢', '😀', '\0'][random.below(5)]).collect()
}

fn scalars(random: &mut Random) -> Scalars {
    Scalars {
        flag: random.below(2) == 1,
        tiny: random.bits() as i8,
        small: random.bits() as i16,
        medium: random.bits() as i32,
        large: random.bits() as i64,
        real: random.bits() as i64 as f64 / 3.0,
        text: text(random),
        blob: {
            let len = random.below(40);
            random.bytes(len)
        },
        color: match random.below(4) {
            0 => Color::Red,
            1 => Color::Green,
            2 => Color::Blue,
            _ => Color::Other(1000 + random.below(1000) as i32),
        },
        id: Uuid(std::array::from_fn(|_| random.bits() as u8)),
    }
}

fn options(random: &mut Random, depth: usize) -> Options {
    Options(
        random.bits() as i32,
        (random.below(2) == 1).then(|| text(random)),
        (random.below(2) == 1).then(|| random.bits() as i32),
        text(random),
        random.bits() as i32,
        [None, Some(true), Some(false)][random.below(3)],
        (depth > 0 && random.below(2) == 1).then(|| Box::new(options(random, depth - 1))),
    )
}

fn choice(random: &mut Random, depth: usize) -> Choice {
    match random.below(if depth > 0 { 4 } else { 3 }) {
        0 => Choice::Number(random.bits() as i32),
        1 => Choice::Text(text(random)),
        2 => Choice::Record(Box::new(scalars(random))),
        _ => Choice::Many((0..random.below(4)).map(|_| choice(random, depth - 1)).collect()),
    }
}

fn containers(random: &mut Random) -> Containers {
    Containers {
        ints: (0..random.below(30)).map(|_| random.bits() as i32).collect(),
        tags: (0..random.below(5)).map(|_| text(random)).collect(),
        counts: (0..random.below(5)).map(|_| (text(random), random.bits() as i64)).collect(),
        flags: (0..random.below(20)).map(|_| random.below(2) == 1).collect(),
        by_id: (0..random.below(4))
            .map(|at| (at as i32, (0..random.below(3)).map(|_| scalars(random)).collect()))
            .collect(),
        grid: (0..random.below(4))
            .map(|_| (0..random.below(3)).map(|_| text(random)).collect())
            .collect(),
        reals: (0..random.below(10)).map(|_| random.below(1000) as f64 / 7.0).collect(),
        choices: (0..random.below(4)).map(|at| (at as i16, choice(random, 3))).collect(),
        options: (0..random.below(4)).map(|_| options(random, 3)).collect(),
        bytes: (0..random.below(10)).map(|_| random.bits() as i8).collect(),
    }
}

/// Ours to theirs and back, with the same bytes all the way, in every protocol.
fn check<A, B>(ours: &A)
where
    A: Encode + for<'de> Decode<'de> + PartialEq + std::fmt::Debug,
    B: Encode + for<'de> Decode<'de>,
{
    macro_rules! in_protocol {
        ($protocol:ident) => {
            let bytes = $protocol::to_vec(ours).expect("it can be encoded");
            let theirs: B = $protocol::from_slice(&bytes).expect("the other type reads it");
            assert_eq!($protocol::to_vec(&theirs).expect("it can be encoded"), bytes);
            assert_eq!(&$protocol::from_slice::<A>(&bytes).expect("its own type reads it"), ours);
        };
    }
    in_protocol!(binary);
    in_protocol!(compact);
    in_protocol!(json);
}

#[test]
fn random_values_have_the_same_bytes() {
    let mut random = Random::new(1);
    for _ in 0..2000 {
        check::<_, idl::Scalars>(&scalars(&mut random));
        check::<_, idl::Options>(&options(&mut random, 4));
        check::<_, idl::Choice>(&choice(&mut random, 3));
        check::<_, idl::Containers>(&containers(&mut random));
    }
}

#[test]
fn defaults_and_missing_fields_are_treated_alike() {
    // Only the required field.
    let bytes = [8, 0, 1, 0, 0, 0, 9, 0];
    let ours: Options = binary::from_slice(&bytes).expect("read");
    let theirs: idl::Options = binary::from_slice(&bytes).expect("read");
    assert_eq!(ours, Options(9, None, None, "unnamed".into(), 7, None, None));
    assert_eq!(binary::to_vec(&ours).expect("encoded"), binary::to_vec(&theirs).expect("encoded"));

    let ours = binary::from_slice::<Options>(&[0]).expect_err("a required field is missing");
    let theirs = binary::from_slice::<idl::Options>(&[0]).expect_err("a required field is missing");
    assert_eq!(ours.kind(), theirs.kind());
    assert_eq!(theirs.path(), "Options.id");
}

#[test]
fn borrowed_and_generic_types_can_be_written_by_hand() {
    #[derive(Debug, PartialEq, ThriftStruct)]
    struct View<'a, T> {
        #[thrift(id = 7)]
        text: &'a str,
        #[thrift(id = 4)]
        value: Option<T>,
    }
    let whole = Scalars { text: "héllo".into(), medium: 5, ..Scalars::default() };
    let bytes = binary::to_vec(&whole).expect("encoded");
    let view: View<'_, i32> = binary::from_slice(&bytes).expect("read");
    assert_eq!(view, View { text: "héllo", value: Some(5) });
    let within = bytes.as_ptr_range();
    assert!(within.contains(&view.text.as_ptr()), "the text is borrowed");
}
