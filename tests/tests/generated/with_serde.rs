//! What `thrift!` makes has serde's traits if they are asked for, and is JSON as people write it.

#![deny(warnings)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use serde::{Deserialize, Serialize};
use serde_json::json;
use thriftly::{
    Bytes, Decode, Double, Encode, SharedStr, UnknownField, UnknownFields, Uuid, binary,
};
use thriftly_tests::package::Package;
use thriftly_tests::random::Random;

mod idl {
    thriftly::thrift!(inline: r#"
        enum Color { RED = 1, GREEN, LIGHT_BLUE = 5, ALSO_RED = 1 }
        typedef binary Blob
        typedef list<Blob> Blobs
        typedef double Degrees
        struct Everything {
            1: bool flag, 2: i8 tiny, 3: i16 small, 4: i32 medium, 5: i64 large, 6: double real,
            7: string text, 8: binary blob, 9: Color color, 10: uuid id, 11: Point point,
            12: list<i32> numbers, 13: Blobs blobs, 14: set<string> words, 15: set<Degrees> degrees,
            16: map<string, binary> named, 17: map<i64, list<double>> rows, 18: map<Color, string> colors,
            19: map<uuid, Point> points, 20: map<double, i32> counts, 21: map<bool, i8> flags,
            22: map<Point, Blob> places, 23: map<list<double>, map<binary, Choice>> deep,
            24: Choice choice, 25: optional Blob maybeBlob, 26: optional Degrees maybeReal,
            27: optional list<Choice> choices, 28: optional Everything next, 29: optional i32 count
        }
        struct Point { 1: required i32 x, 2: i32 y = 7, 3: optional string label, 4: string type = "plain" }
        union Choice { 1: i32 number, 2: string someText, 3: binary blob, 4: list<Choice> many, 5: Point point }
        union Nothing {}
        struct Empty {}
        exception NotFound { 1: required string key, 2: map<Color, Blob> hints }
        struct Node { 1: i32 value, 2: optional Node left, 3: list<Node> more, 4: Node twin }
        struct Holder { 1: required Node again }
    "#, derive: [serde::Serialize, serde::Deserialize], warnings: hidden);
}

mod other {
    thriftly::thrift!(inline: r#"
        enum Color { RED, GREEN }
        struct Texts { 1: string text, 2: map<string, Color> map, 3: set<string> set, 4: map<double, binary> blobs }
        struct Newer { 1: string text, 9: i32 more, 10: list<binary> blobs }
    "#, derive: [::serde::Serialize, Deserialize], strings: shared, binary: small, maps: hashed, unknown_fields: kept,
        views: true, warnings: hidden);
}

/// Values behind a `Box`, and those that are decoded later.
mod held {
    thriftly::thrift!(inline: r#"
        struct Held {
            1: optional binary blob, 2: optional list<double> reals, 3: optional double real,
            4: binary later, 5: optional map<list<i32>, double> pairs, 6: list<double> numbers
        }
        union Either { 1: binary blob, 2: double real, 3: list<binary> blobs, 4: string text }
    "#, derive: [serde::Serialize, serde::Deserialize],
        boxed: ["Held.{blob, reals, real}", "Either.{blob, real, blobs, text}"],
        lazy: ["Held.{later, pairs, numbers}"], warnings: hidden);
}

mod foreign {
    //! Types of Rust, and items that say for themselves what they derive.
    thriftly::thrift!(inline: r#"
        typedef i64 Wrapped (rust.type = "crate::with_serde::Wrapper")
        struct Holder {
            1: Wrapped one, 2: list<Wrapped> many, 3: string text (rust.type = "Box<str>"),
            4: map<Wrapped, binary> by
        } (rust.derive = "serde::Serialize, serde::Deserialize")
        enum OnlyWritten { YES } (rust.derive = "Serialize")
    "#, warnings: hidden);
}

/// No prelude, and every name that generated code could mean is something else.
mod without_prelude {
    #![no_implicit_prelude]
    #![allow(dead_code)]

    struct Option;
    struct Result;
    struct Some;
    struct Default;
    trait Serialize {}
    trait Deserialize {}
    mod core {}
    mod std {}
    mod serde {}
    mod thriftly {}

    pub(crate) mod inner {
        ::thriftly::thrift!(
            "../../idl/interop.thrift",
            derive: [serde::Serialize, serde::Deserialize],
            crate: crate::with_serde::renamed,
        );
    }
}

/// The crate under another name.
mod renamed {
    pub(crate) use thriftly::__private;
}

#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Default,
    thriftly::ThriftStruct,
    Serialize,
    Deserialize,
)]
#[thrift(transparent)]
#[serde(transparent)]
pub(crate) struct Wrapper(i64);

use idl::{Choice, Color, Empty, Everything, Holder, Node, NotFound, Nothing, Point};

/// To JSON, a value of JSON, and two binary formats, and back.
fn check<T: Serialize + for<'de> Deserialize<'de> + PartialEq + Debug>(value: &T) {
    let text = serde_json::to_string(value).expect("it can be written");
    let back: T = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(&back, value, "{text}");
    let tree = serde_json::to_value(value).expect("it can be written");
    assert_eq!(&serde_json::from_value::<T>(tree).expect("it can be read"), value);

    let bytes = postcard::to_stdvec(value).expect("it can be written");
    assert_eq!(&postcard::from_bytes::<T>(&bytes).expect("it can be read"), value);

    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("it can be written");
    assert_eq!(&ciborium::from_reader::<T, _>(&bytes[..]).expect("it can be read"), value);
}

fn read<T: for<'de> Deserialize<'de>>(json: serde_json::Value) -> T {
    serde_json::from_str(&json.to_string()).expect("it can be read")
}

/// The message of an error, without its place.
fn refused<T: for<'de> Deserialize<'de> + Debug>(json: serde_json::Value) -> String {
    let error = serde_json::from_value::<T>(json).expect_err("it is refused");
    error.to_string()
}

fn text(random: &mut Random) -> String {
    (0..random.below(12)).map(|_| ['a', 'é', '"', '😀', '\0'][random.below(5)]).collect()
}

fn blob(random: &mut Random) -> Bytes {
    let len = random.below(9);
    random.bytes(len).into()
}

fn color(random: &mut Random) -> Color {
    [Color::Red, Color::Green, Color::LightBlue, Color::Unrecognized(-77)][random.below(4)]
}

fn real(random: &mut Random) -> f64 {
    match random.below(8) {
        0 => f64::INFINITY,
        1 => f64::NEG_INFINITY,
        2 => -0.0,
        3 => f64::MIN_POSITIVE / 3.0,
        4 => 5.0,
        _ => f64::from_bits(random.bits() & !(1 << 62)),
    }
}

fn some<T>(random: &mut Random, value: impl FnOnce(&mut Random) -> T) -> Option<T> {
    (random.below(2) == 1).then(|| value(random))
}

fn many<T, C: FromIterator<T>>(random: &mut Random, value: impl Fn(&mut Random) -> T) -> C {
    (0..random.below(4)).map(|_| value(random)).collect()
}

fn point(random: &mut Random) -> Point {
    Point {
        x: random.bits() as i32,
        y: random.bits() as i32,
        label: some(random, text),
        r#type: text(random),
    }
}

fn choice(random: &mut Random, depth: usize) -> Choice {
    match random.below(if depth > 0 { 6 } else { 5 }) {
        0 => Choice::Number(random.bits() as i32),
        1 => Choice::SomeText(text(random)),
        2 => Choice::Blob(blob(random)),
        3 => Choice::Point(point(random)),
        4 => Choice::default(),
        _ => Choice::Many(many(random, |random| choice(random, depth - 1))),
    }
}

fn uuid(random: &mut Random) -> Uuid {
    Uuid(std::array::from_fn(|_| random.bits() as u8))
}

fn everything(random: &mut Random, depth: usize) -> Everything {
    Everything {
        flag: random.below(2) == 1,
        tiny: random.bits() as i8,
        small: random.bits() as i16,
        medium: random.bits() as i32,
        large: random.bits() as i64,
        real: real(random),
        text: text(random),
        blob: blob(random),
        color: color(random),
        id: uuid(random),
        point: point(random),
        numbers: many(random, |random| random.bits() as i32),
        blobs: many(random, blob),
        words: many(random, text),
        degrees: many(random, |random| Double(real(random))),
        named: many(random, |random| (text(random), blob(random))),
        rows: many(random, |random| (random.bits() as i64, many(random, real))),
        colors: many(random, |random| (color(random), text(random))),
        points: many(random, |random| (uuid(random), point(random))),
        counts: many(random, |random| (Double(real(random)), 5)),
        flags: many(random, |random| (random.below(2) == 1, random.bits() as i8)),
        places: many(random, |random| (point(random), blob(random))),
        deep: many(random, |random| {
            (
                many(random, |random| Double(real(random))),
                many(random, |random| (blob(random), choice(random, 1))),
            )
        }),
        choice: choice(random, 2),
        maybe_blob: some(random, blob),
        maybe_real: some(random, real),
        choices: some(random, |random| many(random, |random| choice(random, 1))),
        next: (depth > 0).then(|| Box::new(everything(random, depth - 1))),
        count: some(random, |random| random.bits() as i32),
    }
}

#[test]
fn random_values_come_back_in_every_format() {
    let mut random = Random::new(11);
    for _ in 0..300 {
        check(&everything(&mut random, 2));
        check(&point(&mut random));
        check(&choice(&mut random, 3));
        check(&color(&mut random));
    }
    check(&Everything::default());
    check(&Empty {});
    check(&Nothing::default());
}

#[test]
fn structs_are_objects_with_the_names_of_the_idl() {
    let point = Point { x: 1, y: 2, label: None, r#type: "t".into() };
    let json = serde_json::to_string(&point).expect("it can be written");
    assert_eq!(json, r#"{"x":1,"y":2,"type":"t"}"#);
    let point = Point { label: Some("l".into()), ..point };
    let json = serde_json::to_string(&point).expect("it can be written");
    assert_eq!(json, r#"{"x":1,"y":2,"label":"l","type":"t"}"#);
    assert_eq!(serde_json::to_string(&Empty {}).expect("it can be written"), "{}");

    let everything = Everything {
        maybe_blob: Some(Bytes::from_static(b"\xff\0")),
        blobs: vec![Bytes::new(), Bytes::from_static(b"foobar")],
        id: Uuid([0xab; 16]),
        real: 1.5,
        maybe_real: Some(f64::NAN),
        rows: BTreeMap::from([(-5, vec![0.1, f64::INFINITY, f64::NEG_INFINITY])]),
        colors: BTreeMap::from([
            (Color::LightBlue, "light".into()),
            (Color::Unrecognized(77), "?".into()),
        ]),
        points: BTreeMap::from([(Uuid([1; 16]), Point { x: 1, ..Point::default() })]),
        counts: BTreeMap::from([(Double(-0.5), 1), (Double(f64::NAN), 2)]),
        flags: BTreeMap::from([(true, 1)]),
        places: BTreeMap::from([(Point::default(), Bytes::from_static(b"p"))]),
        named: BTreeMap::from([("k".into(), Bytes::from_static(b"v"))]),
        deep: BTreeMap::from([(
            vec![Double(2.0)],
            BTreeMap::from([(Bytes::from_static(b"b"), Choice::Number(3))]),
        )]),
        choice: Choice::SomeText("t".into()),
        degrees: BTreeSet::from([Double(1.0), Double(f64::INFINITY)]),
        ..Everything::default()
    };
    let json = serde_json::to_value(&everything).expect("it can be written");
    assert_eq!(
        json,
        json!({
            "flag": false, "tiny": 0, "small": 0, "medium": 0, "large": 0, "real": 1.5,
            "text": "", "blob": "", "color": 0, "id": "abababab-abab-abab-abab-abababababab",
            "point": { "x": 0, "y": 7, "type": "plain" },
            "numbers": [], "blobs": ["", "Zm9vYmFy"], "words": [], "degrees": [1.0, "Infinity"],
            "named": { "k": "dg==" }, "rows": { "-5": [0.1, "Infinity", "-Infinity"] },
            "colors": { "LIGHT_BLUE": "light", "77": "?" },
            "points": { "01010101-0101-0101-0101-010101010101": { "x": 1, "y": 7, "type": "plain" } },
            "counts": { "-0.5": 1, "NaN": 2 }, "flags": { "true": 1 },
            "places": [[{ "x": 0, "y": 7, "type": "plain" }, "cA=="]],
            "deep": [[[2.0], { "Yg==": { "number": 3 } }]],
            "choice": { "someText": "t" }, "maybeBlob": "/wA=", "maybeReal": "NaN",
        })
    );
}

#[test]
fn absent_fields_have_their_default_unless_required() {
    let all = Point { x: 5, y: 7, label: None, r#type: "plain".into() };
    assert_eq!(read::<Point>(json!({ "x": 5 })), all);
    assert_eq!(read::<Point>(json!({ "label": null, "x": 5 })), all);
    // In any order, with members that are not known.
    let all = Point { label: Some("l".into()), ..all };
    assert_eq!(read::<Point>(json!({ "zzz": [1, {}], "label": "l", "a": 1, "x": 5 })), all);
    assert_eq!(read::<Everything>(json!({})), Everything::default());
    // Without names, as some write them.
    assert_eq!(read::<Point>(json!([5, 7, "l", "plain"])), all);
    let node: Node = read(json!({ "more": [{ "value": 2 }], "left": { "value": 3 } }));
    assert_eq!((node.more[0].value, node.left.map(|left| left.value)), (2, Some(3)));
}

#[test]
fn mistakes_in_structs_are_named() {
    assert_eq!(refused::<Point>(json!({ "y": 1 })), "missing field `x`");
    assert_eq!(refused::<Point>(json!({ "x": "1" })), r#"invalid type: string "1", expected i32"#);
    assert_eq!(refused::<Point>(json!({ "x": null })), "invalid type: null, expected i32");
    assert_eq!(refused::<Point>(json!(5)), "invalid type: integer `5`, expected struct Point");
    assert_eq!(refused::<Holder>(json!({})), "missing field `again`");
    assert_eq!(refused::<NotFound>(json!({ "hints": {} })), "missing field `key`");
    let twice =
        serde_json::from_str::<Point>(r#"{"x": 1, "x": 2}"#).expect_err("it is there twice");
    assert_eq!(twice.to_string(), "duplicate field `x` at line 1 column 16");
    let twice = r#"{"x": 1, "label": "a", "label": "b"}"#;
    let twice = serde_json::from_str::<Point>(twice).expect_err("it is there twice");
    assert_eq!(twice.to_string(), "duplicate field `label` at line 1 column 36");
    assert_eq!(refused::<Everything>(json!({ "blob": "A" })), "invalid base64 length");
    assert_eq!(
        refused::<Everything>(json!({ "blobs": [[1, 2]] })),
        "invalid type: sequence, expected base64"
    );
    assert_eq!(
        refused::<Everything>(json!({ "id": "1234" })),
        r#"invalid value: string "1234", expected a uuid"#
    );
    for real in ["one", "1e999", "inf", "nan"] {
        assert_eq!(
            refused::<Everything>(json!({ "real": real })),
            format!(
                "invalid value: string {real:?}, expected a number, \"NaN\", \"Infinity\" or \"-Infinity\""
            )
        );
    }
    assert_eq!(
        refused::<Everything>(json!({ "places": { "a": "b" } })),
        "invalid type: map, expected a list"
    );
    assert_eq!(
        refused::<Everything>(json!({ "named": [] })),
        "invalid type: sequence, expected a map"
    );
}

#[test]
fn boxes_and_later_decoding_do_not_show() {
    use held::{Either, Held};

    let value = Held {
        blob: Some(Box::new(Bytes::from_static(b"blob"))),
        reals: Some(Box::new(vec![f64::INFINITY, 1.5])),
        real: Some(Box::new(f64::NEG_INFINITY)),
        later: Bytes::from_static(b"later").into(),
        pairs: Some(BTreeMap::from([(vec![1, 2], f64::INFINITY)]).into()),
        numbers: vec![f64::INFINITY].into(),
    };
    let json = json!({
        "blob": "YmxvYg==", "reals": ["Infinity", 1.5], "real": "-Infinity", "later": "bGF0ZXI=",
        "pairs": [[[1, 2], "Infinity"]], "numbers": ["Infinity"],
    });
    assert_eq!(serde_json::to_value(&value).expect("it can be written"), json);
    // As received, too.
    let received: Held = binary::from_slice(&binary::to_vec(&value).expect("it can be encoded"))
        .expect("it can be decoded");
    assert!(!received.later.is_decoded());
    assert_eq!(serde_json::to_value(&received).expect("it can be written"), json);
    check(&value);
    check(&Held::default());
    for (either, json) in [
        (Either::Blob(Box::new(Bytes::from_static(b"b"))), json!({ "blob": "Yg==" })),
        (Either::Real(Box::new(f64::INFINITY)), json!({ "real": "Infinity" })),
        (Either::Blobs(Box::new(vec![Bytes::from_static(b"b")])), json!({ "blobs": ["Yg=="] })),
        (Either::from("b"), json!({ "text": "b" })),
    ] {
        assert_eq!(serde_json::to_value(&either).expect("it can be written"), json);
        check(&either);
    }
}

#[test]
fn enums_are_text_or_numbers() {
    for (color, json) in [
        (Color::Red, json!("RED")),
        (Color::LightBlue, json!("LIGHT_BLUE")),
        (Color::Unrecognized(9), json!(9)),
        (Color::Unrecognized(-9), json!(-9)),
    ] {
        assert_eq!(serde_json::to_value(color).expect("it can be written"), json);
        assert_eq!(read::<Color>(json), color);
    }
    assert_eq!(read::<Color>(json!(5)), Color::LightBlue);
    assert_eq!(read::<Color>(json!("ALSO_RED")), Color::Red);
    let colors: BTreeMap<Color, i32> = read(json!({ "5": 1, "RED": 2, "-9": 3 }));
    let expected = [(Color::Red, 2), (Color::LightBlue, 1), (Color::Unrecognized(-9), 3)];
    assert_eq!(colors, BTreeMap::from(expected));
    let names = "a number or name of the enum Color: `RED`, `GREEN`, `LIGHT_BLUE`, `ALSO_RED`";
    for (json, found) in [
        (json!("red"), "invalid value: string \"red\""),
        (json!("LightBlue"), "invalid value: string \"LightBlue\""),
        (json!(3_000_000_000_u64), "invalid value: integer `3000000000`"),
        (json!(-3_000_000_000_i64), "invalid value: integer `-3000000000`"),
        (json!(1.5), "invalid type: floating point `1.5`"),
        (json!(null), "invalid type: null"),
    ] {
        assert_eq!(refused::<Color>(json), format!("{found}, expected {names}"));
    }
}

#[test]
fn unions_are_objects_with_one_member() {
    let many = Choice::Many(vec![
        Choice::Number(1),
        Choice::Blob(Bytes::from_static(b"b")),
        Choice::default(),
    ]);
    let json = serde_json::to_string(&many).expect("it can be written");
    assert_eq!(json, r#"{"many":[{"number":1},{"blob":"Yg=="},{}]}"#);
    check(&many);
    assert_eq!(
        refused::<Choice>(json!({ "nmber": 1 })),
        "unknown field `nmber`, expected one of `number`, `someText`, `blob`, `many`, `point`"
    );
    assert_eq!(
        refused::<Choice>(json!({ "number": 1, "someText": "t" })),
        "only one field of a union can be set"
    );
    assert_eq!(
        refused::<Choice>(json!("number")),
        r#"invalid type: string "number", expected union Choice"#
    );
    assert_eq!(refused::<Choice>(json!([1])), "invalid type: sequence, expected union Choice");
    // An unknown field has no name.
    let unknown = binary::from_slice::<Choice>(&[8, 0, 99, 0, 0, 0, 1, 0]).expect("it can be read");
    assert_eq!(serde_json::to_string(&unknown).expect("it can be written"), "{}");
}

#[test]
fn shared_strings_hashed_maps_and_unknown_fields_are_usable() {
    let newer = other::Newer {
        text: "long enough to be shared, not kept".into(),
        more: 5,
        ..Default::default()
    };
    let bytes = binary::to_vec(&newer).expect("it can be encoded");
    let mut texts: other::Texts = binary::from_slice(&bytes).expect("it can be read");
    assert!(!texts.unknown_fields.is_empty());
    texts.map.insert("k".into(), other::Color::Green);
    texts.set.insert("s".into());
    texts.blobs.insert(Double(2.5), b"x".into());
    let json = serde_json::to_string(&texts).expect("it can be written");
    let expected = r#"{"text":"long enough to be shared, not kept","map":{"k":"GREEN"},"set":["s"],"blobs":{"2.5":"eA=="}}"#;
    assert_eq!(json, expected);
    // Unknown fields are left out.
    texts.unknown_fields.clear();
    check(&texts);
}

#[test]
fn rust_types_keep_their_own_serde_form() {
    let holder = foreign::Holder {
        one: Wrapper(5),
        many: vec![Wrapper(6)],
        text: "t".into(),
        by: BTreeMap::from([(Wrapper(7), Bytes::from_static(b"x"))]),
    };
    let json = serde_json::to_string(&holder).expect("it can be written");
    assert_eq!(json, r#"{"one":5,"many":[6],"text":"t","by":{"7":"eA=="}}"#);
    check(&holder);
    let yes = foreign::OnlyWritten::Yes;
    assert_eq!(serde_json::to_string(&yes).expect("it can be written"), r#""YES""#);
}

#[test]
fn our_types_are_usable_in_types_of_others() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, thriftly::ThriftStruct)]
    struct Mine {
        #[thrift(id = 1)]
        id: Uuid,
        #[thrift(id = 2)]
        real: Double,
        #[thrift(id = 3)]
        text: SharedStr,
        #[thrift(id = 4, required)]
        point: Point,
        #[serde(default)]
        #[thrift(unrecognized)]
        rest: UnknownFields,
    }
    fn same<T: Encode + for<'de> Decode<'de>>(bytes: &[u8]) -> T {
        binary::from_slice(bytes).expect("it can be read")
    }
    // Fields 1 to 4 as `Mine` has them, and two that it does not know.
    mod theirs {
        thriftly::thrift!(inline: "
            struct Point { 1: required i32 x, 2: i32 y = 7, 4: string type = 'plain' }
            struct Theirs {
                1: uuid id, 2: double real, 3: string text, 4: Point point, 7: list<i32> more, 300: bool last
            }
        ");
    }
    use theirs::Theirs;
    let theirs =
        Theirs { text: "t".into(), real: 2.0, more: vec![1, 2], last: true, ..Theirs::default() };
    let bytes = binary::to_vec(&theirs).expect("it can be encoded");
    let mine: Mine = same(&bytes);
    check(&mine);
    let json = serde_json::to_value(&mine).expect("it can be written");
    assert_eq!(json["real"], json!(2.0));
    // A struct in the binary protocol: the list, the bool, the end.
    assert_eq!(json["rest"], json!("DwAHCAAAAAIAAAABAAAAAgIBLAEA"));
    assert_eq!(binary::to_vec(&read::<Mine>(json)).expect("it can be encoded"), bytes);

    for fields in ["", "DwAH", "DwAHCAAAAAIAAAABAAAAAgIBLAEAAA==", "fwAHAA=="] {
        assert!(serde_json::from_value::<UnknownFields>(json!(fields)).is_err(), "{fields}");
    }
    assert_eq!(read::<UnknownFields>(json!("AA==")), UnknownFields::default());

    let choice = binary::from_slice::<Choice>(&[8, 0, 99, 0, 0, 0, 1, 0]).expect("it can be read");
    let Choice::Unrecognized(field) = choice else { panic!("it knows none") };
    check(&field);
    check(&UnknownField::default());
    assert_eq!(serde_json::to_value(&field).expect("it can be written"), json!("CABjAAAAAQA="));
}

#[test]
fn formats_without_names_hold_every_field_in_its_place() {
    let point = Point { x: 1, y: 2, label: None, r#type: "t".into() };
    // Zigzag numbers, nothing for the label, one letter.
    assert_eq!(postcard::to_stdvec(&point).expect("it can be written"), [2, 4, 0, 1, b't']);
    let choice = Choice::Blob(Bytes::from_static(b"b"));
    assert_eq!(postcard::to_stdvec(&choice).expect("it can be written"), [2, 1, b'b']);
    assert_eq!(postcard::to_stdvec(&Choice::default()).expect("it can be written"), [5]);
    assert_eq!(postcard::to_stdvec(&Color::LightBlue).expect("it can be written"), [10]);
    assert!(postcard::from_bytes::<Point>(&[2, 4]).is_err());
    assert!(postcard::from_bytes::<Choice>(&[6]).is_err());

    let mut bytes = Vec::new();
    ciborium::into_writer(&point, &mut bytes).expect("it can be written");
    let value: ciborium::Value = ciborium::from_reader(&bytes[..]).expect("it can be read");
    let text = |text: &str| ciborium::Value::Text(text.to_owned());
    let number = |number: i32| ciborium::Value::Integer(number.into());
    let expected = vec![
        (text("x"), number(1)),
        (text("y"), number(2)),
        (text("label"), ciborium::Value::Null),
        (text("type"), text("t")),
    ];
    assert_eq!(value, ciborium::Value::Map(expected));
}

#[test]
fn a_missing_feature_is_one_message_with_the_remedy() {
    let package = Package::new(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")), "no_serde");
    package.write(
        "src/lib.rs",
        r#"
        thriftly::thrift!(
            inline: "struct A { 1: B b } union B { 1: C c, 2: string text } enum C { D } exception E {}",
            derive: [serde::Serialize, serde::Deserialize],
        );
        pub fn used() -> A {
            A { b: B::C(C::D) }
        }
        "#,
    );
    let errors = package.try_cargo(&["check"]).expect_err("the feature is missing");
    let message = "error: `Serialize` and `Deserialize` need the feature `serde` of thriftly: \
                   `thriftly = { version = \"0.1\", features = [\"serde\"] }`";
    // The other says that it could not be compiled.
    let count = errors.lines().filter(|line| line.starts_with("error")).count();
    assert_eq!(count, 2, "{errors}");
    assert!(errors.starts_with(message), "{errors}");
}
