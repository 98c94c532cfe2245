//! Values of `thrift!`: defaults, requiredness, unknown fields and numbers, recursion, constants.

#![deny(warnings)]

use thriftly::{ErrorKind, binary};

mod idl {
    thriftly::thrift!("../../idl/interop.thrift");
}

mod more {
    thriftly::thrift!(inline: r#"
        enum Level { LOW = -1, HIGH = 0x10, HIGHER, ALSO_HIGH = 16 }
        struct Inner { 1: i32 number = 7, 2: string text = "x" }
        struct Defaults {
            1: bool flag = true
            2: i8 tiny = -128
            3: double real = 1
            4: double large = 1e400
            5: string text = 'it"s'
            6: binary blob = "ab"
            7: Level level = Level.HIGH
            8: Level other = 17
            9: list<i32> numbers = [1, FIVE, -3]
            10: set<string> words = ["a", "b", "a"]
            11: map<string, list<Inner>> deep = { "k": [{ "number": 1 }, {}] }
            12: Inner inner = { "text": "y" }
            13: optional i32 count = 5
            14: optional i32 none
            15: required i64 must = -9223372036854775808
            16: uuid id = "00112233-4455-6677-8899-aabbccddeeff"
            17: Inner plain
            18: Choice choice = { "text": "t" }
            19: list<i32> referred = NUMBERS
            20: Level low = LOW
        }
        union Choice { 1: i32 number, 2: string text, 3: Choice again }
        const i32 FIVE = 5
        const list<i32> NUMBERS = [FIVE, 6]
        const list<list<i32>> NESTED = [NUMBERS, NUMBERS]
        const Inner INNER = { "number": FIVE }
        const Inner SAME = INNER
        const string TEXT = "a\tb\"c\\"
        const double HALF = .5
        const Level HIGH = Level.HIGH
        struct Node { 1: i32 value, 2: Node next, 3: optional Node other, 4: list<Node> more }
        struct Outer { 1: Inside inside, 2: optional Outer outer }
        struct Inside { 1: optional Outer outer = {} }
        struct Ring { 1: Ring2 two }
        struct Ring2 { 1: map<string, Ring> rings, 2: Ring one }
        struct Ids { -9: i32 minus, 0: i32 zero, 32767: i32 last, i32 counted }
        struct Hundred { 300: string a, 2: bool b, 1: optional Inner c }
    "#, warnings: hidden);
}

use more::{Choice, Defaults, Inner, Level};

#[test]
fn defaults_are_those_of_the_idl() {
    let value = Defaults::default();
    assert!(value.flag);
    assert_eq!((value.tiny, value.real, value.large), (-128, 1.0, f64::INFINITY));
    assert_eq!((value.text.as_str(), &value.blob[..]), ("it\"s", &b"ab"[..]));
    assert_eq!((value.level, value.other, value.low), (Level::High, Level::Higher, Level::Low));
    assert_eq!(value.numbers, [1, 5, -3]);
    assert_eq!(value.words.iter().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(value.deep["k"], [Inner { number: 1, text: "x".into() }, Inner::default()]);
    assert_eq!(value.inner, Inner { number: 7, text: "y".into() });
    assert_eq!((value.count, value.none, value.must), (5, None, i64::MIN));
    assert_eq!(value.id.to_string(), "00112233-4455-6677-8899-aabbccddeeff");
    assert_eq!(value.plain.number, 7);
    assert_eq!(value.choice, Choice::Text("t".into()));
    assert_eq!(value.referred, [5, 6]);
}

#[test]
fn constants_are_those_of_the_idl() {
    assert_eq!(idl::ANSWER, 42);
    assert_eq!(idl::GREETING, "héllo");
    assert_eq!(*more::NESTED, [[5, 6], [5, 6]]);
    assert_eq!(*more::SAME, Inner { number: 5, text: "x".into() });
    assert_eq!((more::TEXT, more::HALF, more::HIGH), ("a\tb\"c\\", 0.5, Level::High));
}

#[test]
fn an_empty_struct_leaves_every_default_but_required_fields() {
    let error = binary::from_slice::<Defaults>(&[0]).expect_err("a required field is missing");
    assert_eq!(error.kind(), ErrorKind::MissingField);
    assert_eq!(error.path(), "Defaults.must");
    let mut bytes = vec![10, 0, 15];
    bytes.extend(i64::MIN.to_be_bytes());
    bytes.push(0);
    assert_eq!(binary::from_slice::<Defaults>(&bytes).expect("it is there"), Defaults::default());
}

#[test]
fn unknown_numbers_of_an_enum_are_kept() {
    assert_eq!(Level::from(16), Level::High);
    assert_eq!(Level::AlsoHigh, Level::High);
    assert_eq!(Level::default(), Level::Unrecognized(0));
    let bytes = binary::to_vec(&vec![Level::Low, Level::Unrecognized(1234)]).expect("encoded");
    let back: Vec<Level> = binary::from_slice(&bytes).expect("read");
    assert_eq!(back, [Level::Low, Level::Unrecognized(1234)]);
    assert_eq!((back[0].number(), back[0].name(), back[1].name()), (-1, Some("LOW"), None));
}

#[test]
fn unknown_variants_of_a_union_are_preserved() {
    // Field 9: list<i64> [1]
    let newer = [15, 0, 9, 10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0];
    let value: Choice = binary::from_slice(&newer).expect("it is a union");
    let Choice::Unrecognized(field) = &value else { panic!("{value:?}") };
    assert_eq!(field.id(), Some(9));
    assert_eq!(binary::to_vec(&value).expect("encoded"), newer);

    let unset: Choice = binary::from_slice(&[0]).expect("nothing is set");
    assert_eq!(unset, Choice::default());
    assert_eq!(binary::to_vec(&unset).expect("encoded"), [0]);

    // Two fields: the last that is known counts.
    let two = [8, 0, 1, 0, 0, 0, 5, 11, 0, 2, 0, 0, 0, 1, b'x', 8, 0, 9, 0, 0, 0, 1, 0];
    assert_eq!(binary::from_slice::<Choice>(&two).expect("read"), Choice::Text("x".into()));
}

#[test]
fn unknown_fields_and_fields_of_another_type_are_skipped() {
    let newer = idl::OptionsV2 {
        id: 5,
        extra_map: Some([("k".to_owned(), vec![idl::Scalars::default()])].into()),
        extra_struct: Some(idl::Containers { grid: vec![vec!["x".into()]], ..Default::default() }),
        extra_bools: Some(vec![true]),
        ..Default::default()
    };
    let bytes = binary::to_vec(&newer).expect("encoded");
    let older: idl::Options = binary::from_slice(&bytes).expect("read");
    assert_eq!(older, idl::Options { id: 5, ..Default::default() });
    assert_eq!((older.label.as_str(), older.level), ("unnamed", 7));

    // Field 1 as a string rather than an i32, then as it should be.
    let odd = [11, 0, 1, 0, 0, 0, 1, b'x', 8, 0, 1, 0, 0, 0, 9, 0];
    assert_eq!(binary::from_slice::<idl::Options>(&odd).expect("read").id, 9);
}

mod keeping {
    thriftly::thrift!(inline: r#"
        struct Options { 1: required i32 id, 2: optional string unknown_fields, 3: optional Inner inner }
        struct Inner { 1: i32 a }
        const Inner INNER = { "a": 5 }
    "#, unknown_fields: kept);
}

#[test]
fn unknown_fields_are_preserved_on_request() {
    let newer = idl::OptionsV2 {
        id: 5,
        extra_map: Some([("k".to_owned(), vec![idl::Scalars::default()])].into()),
        extra_bools: Some(vec![true]),
        ..Default::default()
    };
    let bytes = binary::to_vec(&newer).expect("encoded");
    let mut older: keeping::Options = binary::from_slice(&bytes).expect("read");
    let kept: Vec<i16> = older.unknown_fields_.iter().filter_map(|field| field.id()).collect();
    assert_eq!(kept, [20, 25]);
    older.id = 6;
    let bytes = binary::to_vec(&older).expect("encoded");
    let back: idl::OptionsV2 = binary::from_slice(&bytes).expect("read");
    assert_eq!(back, idl::OptionsV2 { id: 6, ..newer });
    older.unknown_fields_.clear();
    assert_eq!(older, keeping::Options { id: 6, ..Default::default() });
    assert!(keeping::INNER.unknown_fields.is_empty());
}

mod sharing {
    thriftly::thrift!("../../idl/bench.thrift", strings: shared, maps: hashed);
}

#[test]
fn shared_strings_are_parts_of_the_message() {
    let person = sharing::Person {
        name: "a name that is too long to be kept in place".into(),
        attrs: [("k".into(), "v".into())].into(),
        ..Default::default()
    };
    let message = bytes::Bytes::from(binary::to_vec(&person).expect("encoded"));
    let back: sharing::Person = binary::from_bytes(&message).expect("read");
    assert_eq!(back, person);
    assert_eq!(back.attrs["k"], "v");
    assert!(message.as_ptr_range().contains(&back.name.as_ptr()));
}

#[test]
fn fields_come_in_any_order_and_the_last_of_two_counts() {
    let value = more::Hundred { a: "a".into(), b: true, c: Some(Inner::default()) };
    let bytes = binary::to_vec(&value).expect("encoded");
    assert_eq!(binary::from_slice::<more::Hundred>(&bytes).expect("read"), value);
    let reversed = [2, 0, 2, 1, 11, 1, 44, 0, 0, 0, 1, b'a', 2, 0, 2, 0, 2, 0, 2, 1, 0];
    let back: more::Hundred = binary::from_slice(&reversed).expect("read");
    assert_eq!(back, more::Hundred { c: None, ..value });
}

#[test]
fn recursive_types_hold_each_other() {
    let leaf = more::Node { value: 3, next: None, other: None, more: vec![] };
    let node = more::Node {
        value: 1,
        next: Some(Box::new(leaf.clone())),
        other: Some(Box::new(leaf.clone())),
        more: vec![leaf],
    };
    let bytes = binary::to_vec(&node).expect("encoded");
    assert_eq!(binary::from_slice::<more::Node>(&bytes).expect("read"), node);
    assert_eq!(more::Ring::default().two, None);
    // A default that leads back to its struct ends where a field of default requiredness is absent.
    let inside = binary::from_slice::<more::Inside>(&[0]).expect("read");
    assert_eq!(*inside.outer, more::Outer { inside: None, outer: None });
}

#[test]
fn ids_go_over_the_whole_range() {
    let value = more::Ids { minus: 1, zero: 2, last: 3, counted: 4 };
    let bytes = binary::to_vec(&value).expect("encoded");
    assert_eq!(binary::from_slice::<more::Ids>(&bytes).expect("read"), value);
    assert_eq!(&bytes[..3], [8, 0xff, 0xf7]);
}

#[test]
fn an_error_names_the_field_by_its_path() {
    let value = idl::Containers {
        by_id: [(
            1,
            vec![
                idl::Scalars::default(),
                idl::Scalars { text: "héllo".into(), ..Default::default() },
            ],
        )]
        .into(),
        ..Default::default()
    };
    let mut bytes = binary::to_vec(&value).expect("encoded");
    let at = bytes.windows(2).position(|pair| pair == "é".as_bytes()).expect("it is there");
    bytes[at] = 0xff;
    let error = binary::from_slice::<idl::Containers>(&bytes).expect_err("it is not UTF-8");
    assert_eq!(error.kind(), ErrorKind::InvalidUtf8);
    assert_eq!(error.path(), "Containers.by_id[value][1].text");
    assert_eq!(error.offset(), Some(at));
}

#[test]
fn nesting_is_allowed_up_to_the_limit_and_no_further() {
    let chain = |depth: usize| {
        let mut node = more::Node::default();
        for _ in 1..depth {
            node = more::Node { next: Some(Box::new(node)), ..Default::default() };
        }
        binary::to_vec(&node).expect("encoded")
    };
    // The innermost node holds an empty list, which is a level of its own.
    binary::from_slice::<more::Node>(&chain(63)).expect("63 nodes and a list are 64 levels");
    let error = binary::from_slice::<more::Node>(&chain(64)).expect_err("65 levels");
    assert_eq!(error.kind(), ErrorKind::DepthLimit);
    let skipped = [&[12, 0, 99], &chain(200)[..], &[0]].concat();
    let error = binary::from_slice::<idl::Options>(&skipped).expect_err("as deep when skipped");
    assert_eq!(error.kind(), ErrorKind::DepthLimit);
}
