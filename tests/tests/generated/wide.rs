//! Structs of so many fields that they are encoded and decoded in parts.

#![deny(warnings)]

use thriftly::{Decode, Encode, ErrorKind, Result, binary, compact, json};

mod plain {
    thriftly::thrift!("../../idl/wide.thrift", views: true, derive: [serde::Serialize, serde::Deserialize]);
}

/// Unknown fields are preserved.
mod kept {
    thriftly::thrift!("../../idl/wide.thrift", unknown_fields: kept);
}

use plain::{Backwards, Color, InOrder, Inner, Mistyped, OnlyRequired, Shuffled};

fn inner(number: i32) -> Inner {
    Inner { number, text: Some(format!("inner {number}")) }
}

/// The same value of any of the structs that have all fields.
macro_rules! filled {
    ($name:ident) => {
        $name {
            field1: Some(1.5),
            field2: inner(2),
            field3: -300000,
            field4: Some(vec![4, -1]),
            field5: -5,
            field6: "text 6".into(),
            field7: Some(Color::Green),
            field8: 80000000000,
            field9: [("key 9".into(), inner(9))].into(),
            field10: Some(1000),
            field11: thriftly::Bytes::from_static(b"bytes 11"),
            field12: -12,
            field13: Some("text 13".into()),
            field14: Color::Green,
            field15: 150000000000,
            field16: Some([("key 16".into(), inner(16))].into()),
            field17: 1700,
            field18: thriftly::Bytes::from_static(b"bytes 18"),
            field19: Some(true),
            field20: 20.5,
            field21: inner(21),
            field22: Some(-2200000),
            field23: vec![23, -1],
            field24: 2400,
            field25: Some(thriftly::Bytes::from_static(b"bytes 25")),
            field26: true,
            field27: 27.5,
            field28: Some(inner(28)),
            field29: -2900000,
            field30: vec![30, -1],
            field31: Some(-31),
            field32: "text 32".into(),
            field33: Color::Green,
            field34: Some(340000000000),
            field35: [("key 35".into(), inner(35))].into(),
            field36: -3600000,
            field37: Some(vec![37, -1]),
            field38: -38,
            field39: "text 39".into(),
            field40: Some(Color::Green),
            field41: 410000000000,
            field42: [("key 42".into(), inner(42))].into(),
            field43: Some(4300),
            field44: thriftly::Bytes::from_static(b"bytes 44"),
            field45: true,
            field46: Some(46.5),
            field47: inner(47),
            field48: 480000000000,
            field49: Some([("key 49".into(), inner(49))].into()),
            field50: 5000,
            field51: thriftly::Bytes::from_static(b"bytes 51"),
            field52: Some(true),
            field53: 53.5,
            field54: inner(54),
            field55: Some(-5500000),
            field56: vec![56, -1],
            field57: -57,
            field58: Some("text 58".into()),
            field59: Color::Green,
            field60: 60.5,
            field61: Some(inner(61)),
            field62: -6200000,
            field63: vec![63, -1],
            field64: Some(-64),
            field65: "text 65".into(),
            field66: Color::Green,
            field67: Some(670000000000),
            field68: [("key 68".into(), inner(68))].into(),
            field69: 6900,
            field70: Some(thriftly::Bytes::from_static(b"bytes 70")),
        }
    };
}

fn decodes_from<'de, T: Decode<'de> + PartialEq + std::fmt::Debug>(
    expected: &T,
    encoded: &'de Encoded,
) -> Result<()> {
    assert_eq!(&binary::from_slice::<T>(&encoded.binary)?, expected);
    assert_eq!(&compact::from_slice::<T>(&encoded.compact)?, expected);
    Ok(())
}

struct Encoded {
    binary: Vec<u8>,
    compact: Vec<u8>,
    json: Vec<u8>,
}

fn encode(value: &impl Encode) -> Result<Encoded> {
    Ok(Encoded {
        binary: binary::to_vec(value)?,
        compact: compact::to_vec(value)?,
        json: json::to_vec(value)?,
    })
}

#[test]
fn fields_are_found_in_any_order() -> Result<()> {
    let (in_order, backwards, shuffled) = (filled!(InOrder), filled!(Backwards), filled!(Shuffled));
    for encoded in [encode(&in_order)?, encode(&backwards)?, encode(&shuffled)?] {
        decodes_from(&in_order, &encoded)?;
        decodes_from(&backwards, &encoded)?;
        decodes_from(&shuffled, &encoded)?;
        assert_eq!(json::from_slice::<InOrder>(&encoded.json)?, in_order);
        assert_eq!(json::from_slice::<Backwards>(&encoded.json)?, backwards);
        assert_eq!(json::from_slice::<Shuffled>(&encoded.json)?, shuffled);
        let view: plain::InOrderRef<'_> = binary::from_slice(&encoded.binary)?;
        assert_eq!(view.into_owned(), in_order);
    }
    Ok(())
}

#[test]
fn serde_has_all_fields() {
    let text = serde_json::to_string(&filled!(Shuffled)).expect("it has a form in JSON");
    assert_eq!(serde_json::from_str::<InOrder>(&text).expect("it can be read"), filled!(InOrder));
}

#[test]
fn absent_fields_have_their_defaults() -> Result<()> {
    let required: OnlyRequired = binary::from_slice(&binary::to_vec(&filled!(InOrder))?)?;
    let read: InOrder = binary::from_slice(&binary::to_vec(&required)?)?;
    let full = filled!(InOrder);
    assert_eq!((read.field2, read.field68), (full.field2, full.field68));
    assert_eq!((read.field4, read.field70), (None, None));
    let default = InOrder::default();
    assert_eq!((read.field3, &read.field63), (default.field3, &default.field63));
    assert_eq!(read.field63, [1, 2]);
    Ok(())
}

#[test]
fn missing_fields_are_named() -> Result<()> {
    let error = binary::from_slice::<InOrder>(&[0]).expect_err("nothing is there");
    assert_eq!((error.kind(), &*error.path()), (ErrorKind::MissingField, "InOrder.field2"));
    let all: plain::Incomplete = binary::from_slice(&binary::to_vec(&filled!(InOrder))?)?;
    let error = binary::from_slice::<Shuffled>(&binary::to_vec(&all)?).expect_err("one is missing");
    assert_eq!((error.kind(), &*error.path()), (ErrorKind::MissingField, "Shuffled.field68"));
    Ok(())
}

#[test]
fn fields_of_other_types_are_skipped_and_broken_ones_named() -> Result<()> {
    let mistyped: Mistyped = binary::from_slice(&binary::to_vec(&filled!(InOrder))?)?;
    let bytes = binary::to_vec(&Mistyped { field69: "no number".into(), ..mistyped })?;
    let read: InOrder = binary::from_slice(&bytes)?;
    assert_eq!(read, InOrder { field69: 0, ..filled!(InOrder) });
    for bytes in [binary::to_vec(&read)?, binary::to_vec(&filled!(Backwards))?] {
        for end in 0..bytes.len() {
            assert!(binary::from_slice::<InOrder>(&bytes[..end]).is_err());
        }
    }
    Ok(())
}

#[test]
fn unknown_fields_come_back() -> Result<()> {
    let older: kept::Older = compact::from_slice(&compact::to_vec(&filled!(Shuffled))?)?;
    let read: InOrder = compact::from_slice(&compact::to_vec(&older)?)?;
    assert_eq!(read, filled!(InOrder));
    Ok(())
}
