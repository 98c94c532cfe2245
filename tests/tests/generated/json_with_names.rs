//! JSON that has names for fields: Apache's simple JSON, which is only written, and what is read of
//! ThriftPy's.

use std::collections::BTreeMap;

use thriftly::{ErrorKind, Limits, Uuid, simple_json, thriftpy_json};

thriftly::thrift!("../../idl/names.thrift");

mod kept {
    thriftly::thrift!(
        inline: "struct Old { 1: i32 known } struct New { 1: i32 known, 7: string text, 8: list<i16> more }",
        unknown_fields: kept,
    );
}

fn everything() -> Everything {
    Everything {
        yes: true,
        tiny: -1,
        real: 0.5,
        text: "é\"\n".into(),
        blob: b"\xff".to_vec().into(),
        color: Color::Red,
        inners: vec![Inner { text: "a".into(), number: Some(5) }],
        numbers: [1, 2].into(),
        counts: [("a".into(), 1)].into(),
        nested: [(-1, [(5, vec!["x".into()])].into())].into(),
        either: Either::Numbers(vec![7]),
        flags: vec![true, false],
        ..Everything::default()
    }
}

/// What ThriftPy would send of the payload.
fn framed(payload: &str) -> Vec<u8> {
    let text = format!(r#"{{"payload": {payload}, "metadata": {{"more": [1], "version": 1}}}}"#);
    [&(text.len() as u32).to_be_bytes(), text.as_bytes()].concat()
}

fn read(payload: &str) -> thriftly::Result<Everything> {
    thriftpy_json::from_slice(&framed(payload))
}

#[test]
fn simple_json_has_names_and_no_types() -> thriftly::Result<()> {
    let expected = concat!(
        r#"{"yes":1,"tiny":-1,"small":0,"medium":0,"large":0,"real":0.5,"text":"é\"\n","blob":"/w==","#,
        r#""color":1,"inner":{"text":""},"inners":[{"text":"a","number":5}],"numbers":[1,2],"#,
        r#""counts":{"a":1},"nested":{"-1":{"5":["x"]}},"either":{"numbers":[7]},"flags":[1,0],"#,
        r#""far":""}"#,
    );
    assert_eq!(simple_json::to_string(&everything())?, expected);
    let mut written = Vec::new();
    simple_json::to_writer(&mut written, &everything())?;
    assert_eq!(written, expected.as_bytes());
    Ok(())
}

#[test]
fn simple_json_quotes_keys_and_doubles_that_are_not_finite() -> thriftly::Result<()> {
    let keys: BTreeMap<bool, f64> = [(false, f64::NAN), (true, f64::NEG_INFINITY)].into();
    assert_eq!(simple_json::to_string(&keys)?, r#"{"0":"NaN","1":"-Infinity"}"#);
    let uuid: Uuid = "00112233-4455-6677-8899-aabbccddeeff".parse()?;
    let keys: BTreeMap<Uuid, i64> = [(uuid, i64::MIN)].into();
    let expected = r#"{"00112233-4455-6677-8899-aabbccddeeff":-9223372036854775808}"#;
    assert_eq!(simple_json::to_string(&keys)?, expected);
    assert_eq!(simple_json::to_string(&vec![1e300, -0.0, 1.0])?, "[1e300,-0.0,1.0]");
    let keys: BTreeMap<Vec<i32>, i32> = [(vec![1], 2)].into();
    assert_eq!(simple_json::to_string(&keys).unwrap_err().kind(), ErrorKind::InvalidData);
    Ok(())
}

#[test]
fn preserved_unknown_fields_are_named_by_their_ids() -> thriftly::Result<()> {
    let new = kept::New { known: 1, text: "t".into(), more: vec![2], ..Default::default() };
    for bytes in [thriftly::binary::to_vec(&new)?, thriftly::compact::to_vec(&new)?] {
        let old: kept::Old = thriftly::binary::from_slice(&bytes)
            .or_else(|_| thriftly::compact::from_slice(&bytes))?;
        assert_eq!(simple_json::to_string(&old)?, r#"{"known":1,"7":"t","8":[2]}"#);
    }
    Ok(())
}

#[test]
fn members_may_come_in_any_order_be_unknown_or_null() -> thriftly::Result<()> {
    let value = read(
        r#" { "x" : {"a": [1, {"b": "]}"}]}, "medium":7,"text": null, "yes":0, "yes":true,
             "counts":[{"value":3,"key":"\u0041"}], "large": "12", "real": 1, "inner":
             {"number":null,"text":"\ud83d\ude00"}, "either": {"y": 1, "text": "u"} } "#,
    )?;
    let expected = Everything {
        medium: 7,
        yes: true,
        counts: [("A".into(), 3)].into(),
        large: 12,
        real: 1.0,
        inner: Inner { text: "😀".into(), number: None },
        either: Either::Text("u".into()),
        ..Everything::default()
    };
    assert_eq!(value, expected);
    Ok(())
}

#[test]
fn a_member_of_another_type_is_passed_over_and_errors_name_the_field() {
    assert_eq!(read(r#"{"medium": [1], "small": 2}"#).map(|value| value.small).ok(), Some(2));
    let error = |payload: &str| {
        let error = read(payload).expect_err("it is broken");
        (error.kind(), error.to_string())
    };
    let invalid = ErrorKind::InvalidData;
    for (payload, kind, expected, place) in [
        (
            r#"{"small": 1, "tiny": 128}"#,
            invalid,
            "Everything.tiny: `128` is not a valid i8",
            "128",
        ),
        (
            r#"{"nested": [{"key": 1, "value": [{"key": 1, "value": [2]}]}]}"#,
            ErrorKind::TypeMismatch,
            "Everything.nested[value][value][0]: a string expected, but found a number",
            "2]",
        ),
        (
            r#"{"inner": {"number": 5}}"#,
            ErrorKind::MissingField,
            "Everything.inner.text: the",
            "5}",
        ),
    ] {
        let error = read(payload).expect_err("it is broken");
        assert!(error.to_string().starts_with(expected), "{error}");
        assert_eq!(error.kind(), kind);
        let message = framed(payload);
        let there = &message[error.offset().expect("it has a place")..];
        assert!(there.starts_with(place.as_bytes()), "{}", there.escape_ascii());
    }
    assert_eq!(error(r#"{"counts": [{"key": "a"}]}"#).0, ErrorKind::TypeMismatch);
    assert_eq!(error(r#"{"counts": [{"key": "a", "valu": 1}]}"#).0, ErrorKind::TypeMismatch);
    assert_eq!(error(r#"{"inner": {}}"#).0, ErrorKind::MissingField);
    assert_eq!(error(r#"{"real": 1e999}"#).0, invalid);
    assert_eq!(error(&format!(r#"{{"real": {}}}"#, "1".repeat(400))).0, invalid);
    assert_eq!(error(r#"{"text": "\ud83d"}"#).0, ErrorKind::InvalidUtf8);
    assert_eq!(error(r#"{"blob": "*"}"#).0, invalid);
}

#[test]
fn doubles_that_are_not_finite_come_back() -> thriftly::Result<()> {
    let doubles = [f64::INFINITY, f64::NEG_INFINITY, -0.0, 5e-324, f64::MAX];
    let bytes = thriftpy_json::to_vec(&doubles.to_vec())?;
    assert_eq!(thriftpy_json::from_slice::<Vec<f64>>(&bytes)?, doubles);
    let bytes = thriftpy_json::to_vec(&vec![f64::NAN])?;
    assert!(thriftpy_json::from_slice::<Vec<f64>>(&bytes)?[0].is_nan());
    Ok(())
}

#[test]
fn a_message_truncated_at_any_byte_is_an_error() -> thriftly::Result<()> {
    let whole = thriftpy_json::to_vec(&everything())?;
    assert_eq!(thriftpy_json::from_slice::<Everything>(&whole)?, everything());
    for end in 4..whole.len() {
        // With the length of what is there: the JSON itself has to be found broken.
        let mut cut = whole[..end].to_vec();
        cut[..4].copy_from_slice(&(end as u32 - 4).to_be_bytes());
        assert!(thriftpy_json::from_slice::<Everything>(&cut).is_err(), "{end}");
        let error = thriftpy_json::from_slice::<Everything>(&whole[..end]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }
    let mut negative = whole;
    negative[..4].fill(0xff);
    let error = thriftpy_json::from_slice::<Everything>(&negative).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NegativeSize);
    Ok(())
}

#[test]
fn nesting_and_memory_are_limited() {
    let limits = Limits::DEFAULT;
    let deep = |open: &str, close: &str, levels: usize| {
        framed(&format!("{}{}", open.repeat(levels), close.repeat(levels)))
    };
    for levels in [200, 100_000] {
        let error = thriftpy_json::from_slice::<Vec<Vec<i32>>>(&deep("[", "]", levels));
        assert_eq!(error.unwrap_err().kind(), ErrorKind::DepthLimit);
        let bytes = deep(r#"{"x":"#, "}", levels);
        assert!(thriftpy_json::from_slice::<Inner>(&bytes).is_err());
    }
    let limits = Limits { memory: 0, ..limits };
    let bytes = framed(&format!("[{}0]", "0,".repeat(100_000)));
    let inner: thriftly::Result<Vec<Everything>> = thriftpy_json::from_slice_with(&bytes, &limits);
    assert_eq!(inner.unwrap_err().kind(), ErrorKind::MemoryLimit);
}

#[test]
fn values_go_through_readers_and_writers() -> thriftly::Result<()> {
    let mut file = Vec::new();
    thriftly::binary::to_writer(&mut file, &everything())?;
    assert_eq!(file, thriftly::binary::to_bytes(&everything())?);
    assert_eq!(thriftly::binary::from_reader::<Everything>(&file[..])?, everything());
    file.clear();
    thriftly::json::to_writer(&mut file, &everything())?;
    assert_eq!(thriftly::json::from_reader::<Everything>(&file[..])?, everything());
    let limits = Limits { message: file.len() - 1, ..Limits::DEFAULT };
    let error = thriftly::compact::from_reader_with::<Everything>(&file[..], &limits).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SizeLimit);
    Ok(())
}
