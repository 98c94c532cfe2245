//! D10, D12: values that a newer program may send, and fields that come twice, in another order,
//! not at all, or with the ids at the ends of the range.

use thriftly::{ErrorKind, Result};
use thriftly_tests::value::Value;

use crate::memory::measured;
use crate::types::{Read, derived, idl, kept, ways};
use thriftly_tests::form::{FORMS, Form, kind};

fn record(fields: &[(i16, Value)]) -> Value {
    Value::Struct(fields.to_vec())
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

#[test]
fn d10_unknown_numbers_of_enums_are_written_back() -> Result<()> {
    for number in [0, -1, 3, 4, 6, i32::MIN, i32::MAX] {
        for form in FORMS {
            let bytes = form.encode(&record(&[(9, Value::I32(number))]));
            let ours: idl::Scalars = form.read(&bytes)?;
            assert_eq!(ours.color, idl::Color::Unrecognized(number));
            let hand: derived::Scalars = form.read(&bytes)?;
            assert_eq!(hand.color, derived::Color::Other(number));
            // All other fields have come as their defaults.
            assert_eq!(form.write(&ours), form.write(&hand));
            let again: idl::Scalars = form.read(&form.write(&ours))?;
            assert_eq!(again, ours);

            let list = Value::List(thriftly::TType::I32, vec![Value::I32(1), Value::I32(number)]);
            let found: idl::Lists = form.read(&form.encode(&record(&[(18, list)])))?;
            assert_eq!(found.colors, [idl::Color::Red, idl::Color::Unrecognized(number)]);
        }
    }
    Ok(())
}

#[test]
fn d10_unions_of_none_one_and_two_fields() -> Result<()> {
    for form in FORMS {
        let read = |fields: &[(i16, Value)]| -> Result<idl::Tree> {
            let bytes = form.encode(&record(fields));
            let ours = form.read::<idl::Tree>(&bytes)?;
            assert_eq!(form.write(&form.read::<derived::Tree>(&bytes)?), form.write(&ours));
            assert_eq!(form.write(&form.read::<kept::Tree>(&bytes)?), form.write(&ours));
            Ok(ours)
        };
        assert_eq!(read(&[])?, idl::Tree::default());
        assert_eq!(form.write(&read(&[])?), form.encode(&record(&[])));
        assert_eq!(read(&[(1, Value::I32(5))])?, idl::Tree::Leaf(5));
        // The last that is known counts, wherever unknown ones stand.
        let two = [(1, Value::I32(5)), (5, text("last"))];
        assert_eq!(read(&two)?, idl::Tree::Text("last".into()));
        let three = [(9, text("new")), (1, Value::I32(5)), (8, text("newer"))];
        assert_eq!(read(&three)?, idl::Tree::Leaf(5));
        let twice = [(1, Value::I32(5)), (1, Value::I32(6))];
        assert_eq!(read(&twice)?, idl::Tree::Leaf(6));
        // Of another type, it is not set.
        assert_eq!(read(&[(1, text("no number"))])?, idl::Tree::default());
        assert_eq!(read(&[(1, Value::I32(5)), (1, text("no number"))])?, idl::Tree::Leaf(5));
        // Unknown fields are encoded again.
        for unknown in [
            (9, Value::Bool(true)),
            (300, Value::Bool(false)),
            (-5, Value::Double(f64::NAN.to_bits())),
            (9, Value::List(thriftly::TType::BOOL, vec![Value::Bool(true)])),
            (9, record(&[(1, Value::I64(i64::MIN)), (40, text("é"))])),
        ] {
            let bytes = form.encode(&record(std::slice::from_ref(&unknown)));
            let tree = form.read::<idl::Tree>(&bytes)?;
            assert!(matches!(tree, idl::Tree::Unrecognized(_)), "{tree:?}");
            assert_eq!(form.write(&tree), bytes);
            assert_eq!(form.write(&form.read::<derived::Tree>(&bytes)?), bytes);
            // The first one, if there are several.
            let more = [unknown, (10, text("more"))];
            assert_eq!(form.write(&read(&more)?), bytes);
        }
    }
    Ok(())
}

#[test]
fn d12_missing_required_fields_are_named() {
    let (id, name) = ((1, Value::I32(1)), (2, text("n")));
    for (fields, path) in [
        (vec![], "Needs.id"),
        (vec![id.clone()], "Needs.name"),
        (vec![name.clone()], "Needs.id"),
        (vec![(3, Value::I32(1)), name.clone()], "Needs.id"),
        // Of another type is missing as well.
        (vec![(1, text("1")), name.clone()], "Needs.id"),
        (vec![id.clone(), (2, Value::I32(2))], "Needs.name"),
    ] {
        for form in FORMS {
            for read in ways("Needs") {
                let error = read(form, &form.encode(&record(&fields))).expect_err("it is missing");
                assert_eq!((error.kind(), error.path().as_str()), (ErrorKind::MissingField, path));
            }
        }
    }
}

#[test]
fn d12_fields_come_in_any_order_and_the_last_of_two_counts() -> Result<()> {
    let fields = [
        (1, Value::I32(1)),
        (2, text("name")),
        (3, Value::I32(-3)),
        (32767, Value::Bool(true)),
        (-32768, Value::I8(-8)),
        (0, Value::I16(16)),
    ];
    let expected = idl::Needs {
        id: 1,
        name: "name".into(),
        more: Some(-3),
        last: Some(true),
        first: Some(-8),
        zero: Some(16),
    };
    for form in FORMS {
        for rotation in 0..fields.len() {
            let mut rotated = fields.clone();
            rotated.rotate_left(rotation);
            let bytes = form.encode(&record(&rotated));
            assert_eq!(form.read::<idl::Needs>(&bytes)?, expected);
            let hand: derived::Needs = form.read(&bytes)?;
            assert_eq!(form.write(&hand), form.write(&expected));
            rotated.reverse();
            let bytes = form.encode(&record(&rotated));
            assert_eq!(form.read::<idl::Needs>(&bytes)?, expected);

            // Every field twice, with the other value first.
            let wrong = [
                (1, Value::I32(7)),
                (2, text("other")),
                (3, Value::I32(7)),
                (32767, Value::Bool(false)),
                (-32768, Value::I8(7)),
                (0, Value::I16(7)),
            ];
            let bytes = form.encode(&record(&[&wrong[..], &rotated].concat()));
            assert_eq!(form.read::<idl::Needs>(&bytes)?, expected);
        }
    }
    Ok(())
}

/// Of repeated fields, all values but the last are dropped.
#[test]
fn d12_fields_that_come_many_times_do_not_pile_up() {
    let list = Value::List(thriftly::TType::STRING, vec![text(&"x".repeat(100)); 10]);
    let fields: Vec<_> = (0..1000).map(|_| (11, list.clone())).collect();
    for form in FORMS {
        let bytes = form.encode(&record(&fields));
        for read in &ways("Lists")[..2] {
            let (result, info) = measured(|| read(form, &bytes));
            result.expect("it is valid");
            assert_eq!(info.bytes_current, 0);
            // JSON goes through other bytes, and one way copies the input.
            assert!(info.bytes_max < 4 * bytes.len() as u64, "{} bytes", info.bytes_max);
        }
        let (found, info) = measured(|| form.read::<idl::Lists>(&bytes).expect("it is valid"));
        assert_eq!(found.strings, vec!["x".repeat(100); 10]);
        assert!(info.bytes_current < 2500, "{} bytes", info.bytes_current);
    }
}

/// In compact an id is what was before it, and up to 15 more.
#[test]
fn d12_ids_do_not_overflow_in_compact() -> Result<()> {
    // 32767 as a whole, and then 1 or 15 more.
    for more in [0x11, 0xf1] {
        let bytes = [0x01, 0xfe, 0xff, 0x03, more, 0];
        for read in ways("Nothing").iter().chain([&(Form::pass as Read)]) {
            let error = read(Form::Compact, &bytes).expect_err("there is no such id");
            assert_eq!(error.kind(), ErrorKind::InvalidData);
        }
    }
    // Ids beyond the range, as a whole.
    for id in [b"\x80\x80\x04", b"\x81\x80\x04", b"\xff\xff\x7f"] {
        let bytes = [&b"\x01"[..], id, b"\0"].concat();
        assert_eq!(kind(Form::pass(Form::Compact, &bytes)), Err(ErrorKind::InvalidData));
    }
    for text in ["32768", "-32769", "99999999999", "1.0", "x", ""] {
        let text = format!(r#"{{"{text}":{{"tf":1}}}}"#);
        assert_eq!(kind(Form::pass(Form::Json, text.as_bytes())), Err(ErrorKind::InvalidData));
    }
    // From the least id to the largest, which is no step of a header.
    let fields = record(&[
        (-32768, Value::I8(1)),
        (32767, Value::Bool(true)),
        (1, Value::I32(4)),
        (2, text("")),
    ]);
    let bytes = Form::Compact.encode(&fields);
    let found: idl::Needs = Form::Compact.read(&bytes)?;
    assert_eq!((found.first, found.last, found.id), (Some(1), Some(true), 4));
    Ok(())
}
