//! Unknown fields: preserved as received, encoded again in every protocol, and equal across
//! protocols.

#![deny(warnings)]

use std::collections::{BTreeSet, HashSet};

use thriftly::{Decode, Encode, ErrorKind, Result, Uuid, binary, compact, json};

/// What everybody sends.
mod newer {
    thriftly::thrift!(inline: r#"
        struct Record {
            1: i32 id, 2: bool yes, 3: bool no, 4: i8 tiny, 5: i16 small, 6: i64 large, 7: double real,
            8: string text, 9: uuid key, 10: list<bool> flags, 11: set<i64> numbers,
            12: map<string, list<double>> lists, 13: Inner inner, 14: list<Inner> inners,
            15: map<i8, Inner> by_id, 100: bool far, -7: i32 back, 101: string after, 32767: bool last
        }
        struct Inner { 1: bool yes, 2: optional i64 number, 30: list<string> words, 3: bool late }
        union Either { 1: i32 number, 2: Inner inner, 3: bool flag, 4: list<i32> many }
    "#, warnings: hidden);
}

/// What we know of it.
mod older {
    thriftly::thrift!(inline: "
        struct Record { 1: i32 id, 8: string text, 14: list<Inner> inners }
        struct Inner { 3: bool late }
        struct Nothing {}
        union Either { 1: i32 number }
    ", unknown_fields: kept);
}

fn record() -> newer::Record {
    let inner = |number| newer::Inner {
        yes: number % 2 == 0,
        number: Some(number),
        words: vec!["é \"quoted\" \u{1}".into(), String::new()],
        late: true,
    };
    newer::Record {
        id: 5,
        yes: true,
        no: false,
        tiny: -1,
        small: i16::MIN,
        large: i64::MIN,
        real: -0.1,
        text: "known".into(),
        key: Uuid([0xab; 16]),
        flags: vec![true, false, true],
        numbers: [0, -1, i64::MAX].into(),
        lists: [("k".into(), vec![1e300, 0.0]), ("l".into(), vec![])].into(),
        inner: inner(1),
        inners: vec![inner(2), inner(-3)],
        by_id: [(-1, inner(i64::MAX))].into(),
        far: true,
        back: -5,
        after: "\\".into(),
        last: false,
    }
}

/// A protocol: how values are written and read in it.
trait Form {
    fn write<T: Encode>(value: &T) -> Vec<u8>;
    fn read<T: for<'de> Decode<'de>>(bytes: &[u8]) -> Result<T>;
}

macro_rules! form {
    ($name:ident, $module:ident) => {
        struct $name;
        impl Form for $name {
            fn write<T: Encode>(value: &T) -> Vec<u8> {
                $module::to_vec(value).expect("it can be written")
            }
            fn read<T: for<'de> Decode<'de>>(bytes: &[u8]) -> Result<T> {
                $module::from_slice(bytes)
            }
        }
    };
}

form!(Binary, binary);
form!(Compact, compact);
form!(Json, json);

/// The value as somebody holds it who does not know all of it, and has got it in a protocol.
fn kept<F: Form, T: for<'de> Decode<'de>>(value: &impl Encode) -> T {
    F::read(&F::write(value)).expect("unknown fields are no error")
}

fn come_back<From: Form, To: Form>() {
    let value = record();
    let kept: older::Record = kept::<From, _>(&value);
    assert_eq!((kept.id, kept.text.as_str(), kept.inners.len()), (5, "known", 2));
    let ids: Vec<_> = kept.unknown_fields.iter().filter_map(|field| field.id()).collect();
    assert_eq!(ids, [2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 15, 100, -7, 101, 32767]);
    assert_eq!(To::read::<newer::Record>(&To::write(&kept)).expect("it is complete"), value);
}

#[test]
fn fields_preserved_from_one_protocol_are_encoded_in_all() {
    come_back::<Binary, Binary>();
    come_back::<Binary, Compact>();
    come_back::<Binary, Json>();
    come_back::<Compact, Binary>();
    come_back::<Compact, Compact>();
    come_back::<Compact, Json>();
    come_back::<Json, Binary>();
    come_back::<Json, Compact>();
    come_back::<Json, Json>();
}

#[test]
fn preserved_fields_can_be_counted_and_looked_up() {
    fn look<F: Form>() {
        let fields = kept::<F, older::Record>(&record()).unknown_fields;
        assert_eq!((fields.len(), fields.is_empty()), (16, false));
        assert_eq!(fields.get(-7).and_then(|field| field.id()), Some(-7));
        // Field 1 is known.
        assert_eq!((fields.get(1), fields.get(8)), (None, None));
        let mut count = 0;
        for field in &fields {
            assert_eq!(field.id().and_then(|id| fields.get(id)), Some(field));
            count += 1;
        }
        assert_eq!(count, fields.len());
        assert_eq!(older::Record::default().unknown_fields.len(), 0);
    }
    look::<Binary>();
    look::<Compact>();
    look::<Json>();
}

/// JSON does not say what is base64.
#[test]
fn blobs_from_json_are_text_until_they_are_read() {
    #[derive(thriftly::ThriftStruct)]
    struct Photo {
        #[thrift(id = 5)]
        bytes: thriftly::Bytes,
    }
    let photo = Photo { bytes: "hi".into() };
    let json: older::Nothing = kept::<Json, _>(&photo);
    let binary: older::Nothing = kept::<Binary, _>(&photo);
    assert_eq!(binary, kept::<Compact, _>(&photo));
    assert_ne!(binary, json);
    for kept in [&binary, &json] {
        let field = kept.unknown_fields.get(5).expect("it is kept");
        assert_eq!(field.read::<thriftly::Bytes>().expect("it is read"), "hi");
    }
    assert_eq!(Json::write(&json), Json::write(&photo));
    assert_eq!(Binary::write(&binary), Binary::write(&photo));
    assert_eq!(Binary::write(&json), b"\x0b\0\x05\0\0\0\x04aGk=\0");
    // The other way round it is text if it can be.
    let text = Json::write(&binary);
    assert_eq!(String::from_utf8_lossy(&text), r#"{"5":{"str":"hi"}}"#);
    let photo = Photo { bytes: b"\xff\xfe"[..].into() };
    let text = Json::write(&kept::<Binary, older::Nothing>(&photo));
    assert_eq!(String::from_utf8_lossy(&text), r#"{"5":{"str":"//4="}}"#);
}

#[test]
fn a_known_field_of_another_type_is_not_kept() {
    // Field 8 is text.
    let kept: older::Record = binary::from_slice(&[8, 0, 8, 0, 0, 0, 1, 0]).expect("no error");
    assert_eq!(kept, older::Record::default());
    assert!(kept.unknown_fields.is_empty());
}

#[test]
fn a_struct_of_unknown_fields_encodes_to_the_same_bytes() {
    fn same<F: Form>() {
        let bytes = F::write(&record());
        let kept: older::Nothing = F::read(&bytes).expect("unknown fields are no error");
        assert_eq!(F::write(&kept), bytes);
        assert!(F::write(&older::Nothing::default()).len() <= 2);
    }
    same::<Binary>();
    same::<Compact>();
    same::<Json>();
}

#[test]
fn values_from_all_protocols_are_equal() {
    let all = [
        kept::<Binary, older::Record>(&record()),
        kept::<Compact, _>(&record()),
        kept::<Json, _>(&record()),
    ];
    assert_eq!(all[0], all[1]);
    assert_eq!(all[1], all[2]);
    assert_eq!(BTreeSet::from(all.clone()).len(), 1);
    let hashed: HashSet<_> = all.iter().map(|record| &record.unknown_fields).collect();
    assert_eq!(hashed.len(), 1);

    let other: older::Record = kept::<Compact, _>(&newer::Record { tiny: 0, ..record() });
    assert_ne!(other, all[0]);
    assert_ne!(other, all[1]);
    assert_eq!(other.cmp(&all[0]), other.cmp(&all[1]));
    assert_eq!(other.cmp(&all[0]), all[1].cmp(&other).reverse());
}

#[test]
fn fields_of_unions_are_understood_later() {
    let many = newer::Either::Many(vec![1, -1]);
    let all =
        [kept::<Binary, older::Either>(&many), kept::<Compact, _>(&many), kept::<Json, _>(&many)];
    for either in &all {
        let older::Either::Unrecognized(field) = either else { panic!("{either:?}") };
        assert_eq!((field.id(), field.ttype()), (Some(4), Some(thriftly::TType::LIST)));
        assert_eq!(field.read::<Vec<i32>>().expect("it is a list"), [1, -1]);
        let error = field.read::<i32>().expect_err("it is no number");
        assert_eq!(error.kind(), ErrorKind::TypeMismatch);
        let error = field.read::<Vec<i16>>().expect_err("these are no i16");
        assert_eq!(error.kind(), ErrorKind::TypeMismatch);
        assert_eq!(either, &all[0]);
    }
    for value in [true, false] {
        let flag = newer::Either::Flag(value);
        for either in [kept::<Binary, _>(&flag), kept::<Compact, _>(&flag), kept::<Json, _>(&flag)]
        {
            let older::Either::Unrecognized(field) = &either else { panic!("{either:?}") };
            assert_eq!(field.read::<bool>().expect("it is a bool"), value);
            assert_eq!(Compact::write(&either), [0x30 | if value { 1 } else { 2 }, 0]);
            assert_eq!(Binary::write(&either), [2, 0, 3, u8::from(value), 0]);
            assert_eq!(
                Json::write(&either),
                format!("{{\"3\":{{\"tf\":{}}}}}", u8::from(value)).as_bytes()
            );
        }
    }
    let unset = older::Either::default();
    let older::Either::Unrecognized(field) = &unset else { panic!("{unset:?}") };
    assert_eq!(field.read::<i32>().expect_err("nothing is set").kind(), ErrorKind::MissingField);
}

#[test]
fn they_are_shown_as_in_the_binary_protocol() {
    let flag: older::Either = kept::<Compact, _>(&newer::Either::Flag(true));
    assert_eq!(format!("{flag:?}"), r#"Unrecognized(UnknownField(3: bool b"\x01"))"#);
    assert_eq!(format!("{:?}", older::Either::default()), "Unrecognized(UnknownField(none))");
    let inner = newer::Inner { yes: true, words: vec!["a".into()], ..Default::default() };
    let inner: older::Inner = kept::<Json, _>(&inner);
    assert_eq!(
        format!("{:?}", inner.unknown_fields),
        r#"{1: bool b"\x01", 30: list b"\x0b\x00\x00\x00\x01\x00\x00\x00\x01a"}"#
    );
}

#[test]
fn blobs_from_json_are_decoded_as_the_requested_type() {
    // In JSON nobody can tell text from base64, but whoever asks.
    let text = r#"{"9":{"str":"AP8="}}"#;
    let either: older::Either = json::from_str(text).expect("it is a union");
    let older::Either::Unrecognized(field) = &either else { panic!("{either:?}") };
    assert_eq!(field.read::<Vec<u8>>().expect("base64"), [0, 0xff]);
    assert_eq!(field.read::<String>().expect("text"), "AP8=");
    assert_eq!(Json::write(&either), text.as_bytes());
}
