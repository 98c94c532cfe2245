//! D6, D11: unknown fields of a valid type are skipped with all contents; a known field of another
//! type counts as absent.

use thriftly::{ErrorKind, Result, TType};
use thriftly_tests::random::Random;
use thriftly_tests::value::Value;

use crate::memory::frugal;
use crate::types::{KINDS, Read, derived, idl, kept, ways};
use thriftly_tests::form::{FORMS, Form, kind};

/// Everything that does not know the field 99.
fn strangers() -> impl Iterator<Item = &'static Read> {
    ways("Nothing").iter().chain(ways("Lists")).chain([&(Form::pass as Read)])
}

/// Numbers that are no types: stop and void among them.
const NO_TYPES: [u8; 9] = [0, 1, 5, 7, 9, 17, 18, 99, 255];

#[test]
fn d6_elements_of_no_type_are_refused_at_once_in_binary() {
    for ty in NO_TYPES {
        for size in [1, 5, 1 << 20, i32::MAX] {
            let size = &i32::to_be_bytes(size)[..];
            let mut inputs = vec![
                [&[15, 0, 99, ty], size, &[0; 40]].concat(),
                [&[14, 0, 99, ty], size, &[0; 40]].concat(),
                [&[13, 0, 99, ty, 8], size, &[0; 40]].concat(),
                [&[13, 0, 99, 8, ty], size, &[0; 40]].concat(),
            ];
            // A field of no type is refused like that; 0 is the end of the struct.
            if ty != 0 {
                inputs.push([&[ty, 0, 99], size, &[0; 40]].concat());
            }
            for bytes in inputs {
                for read in strangers() {
                    let error = frugal(&bytes, |bytes| read(Form::Binary, bytes));
                    let error = error.expect_err("there is no such type");
                    // Too many, or of no type: whichever is looked at first.
                    let kinds =
                        [ErrorKind::InvalidData, ErrorKind::UnexpectedEof, ErrorKind::SizeLimit];
                    assert!(kinds.contains(&error.kind()), "{error:?}: {}", bytes.escape_ascii());
                    assert!(error.offset().is_none_or(|at| at <= 9), "{error:?}");
                }
            }
        }
        // What there is nothing of may be of any type.
        for bytes in [
            &[15, 0, 99, ty, 0, 0, 0, 0, 0][..],
            &[14, 0, 99, ty, 0, 0, 0, 0, 0],
            &[13, 0, 99, ty, ty, 0, 0, 0, 0, 0],
            &[15, 0, 8, ty, 0, 0, 0, 0, 0],
        ] {
            for read in strangers() {
                assert_eq!(kind(read(Form::Binary, bytes)), Ok(()), "{}", bytes.escape_ascii());
            }
        }
    }
}

#[test]
fn d6_elements_of_no_type_are_refused_at_once_in_compact() {
    for ty in [0, 14, 15_u8] {
        let mut inputs = vec![
            vec![0x09, 0xc6, 1, 0x10 | ty],
            vec![0x0a, 0xc6, 1, 0x50 | ty],
            vec![0x09, 0xc6, 1, 0xf0 | ty, 20],
            vec![0x0b, 0xc6, 1, 1, ty << 4 | 5],
            vec![0x0b, 0xc6, 1, 1, 0x50 | ty],
        ];
        if ty != 0 {
            inputs.push(vec![ty, 0xc6, 1]);
        }
        for mut bytes in inputs {
            bytes.extend([0; 40]);
            for read in strangers() {
                let error = frugal(&bytes, |bytes| read(Form::Compact, bytes));
                let error = error.expect_err("there is no such type");
                assert_eq!(error.kind(), ErrorKind::InvalidData, "{}", bytes.escape_ascii());
                assert!(error.offset().is_none_or(|at| at <= 5), "{error:?}");
            }
        }
        for bytes in [[0x09, 0xc6, 1, ty, 0], [0x0b, 0xc6, 1, 0, 0]] {
            for read in strangers() {
                assert_eq!(kind(read(Form::Compact, &bytes)), Ok(()), "{}", bytes.escape_ascii());
            }
        }
    }
}

#[test]
fn d6_names_of_no_type_are_refused_in_json() {
    for ty in ["", "void", "stop", "int", "I32", "lst2", "\\u0000", "é"] {
        for text in [
            format!(r#"{{"99":{{"{ty}":1}}}}"#),
            format!(r#"{{"99":{{"lst":["{ty}",0]}}}}"#),
            format!(r#"{{"99":{{"set":["{ty}",2147483647,1]}}}}"#),
            format!(r#"{{"99":{{"map":["{ty}","i32",1,{{"1":1}}]}}}}"#),
            format!(r#"{{"99":{{"map":["i32","{ty}",0,{{}}]}}}}"#),
        ] {
            for read in strangers() {
                let result = frugal(text.as_bytes(), |bytes| read(Form::Json, bytes));
                assert_eq!(kind(result), Err(ErrorKind::InvalidData), "{text}");
            }
        }
    }
}

/// No element is of no width, so there cannot be many of nothing.
#[test]
fn d6_two_billion_bools_are_not_passed_over() {
    for bytes in [
        &b"\x09\xc6\x01\xf1\xff\xff\xff\xff\x07"[..],
        b"\x09\xc6\x01\xf2\xff\xff\xff\xff\x07",
        b"\x0b\xc6\x01\xff\xff\xff\xff\x07\x11",
        b"\x09\xc6\x01\xfc\xff\xff\xff\xff\x07",
    ] {
        for read in strangers() {
            let result = frugal(bytes, |bytes| read(Form::Compact, bytes));
            assert_eq!(kind(result), Err(ErrorKind::SizeLimit), "{}", bytes.escape_ascii());
        }
    }
}

/// Any value may stand in any field: where it is not known or of another type, the rest is read.
#[test]
fn d6_d11_unexpected_fields_are_skipped() -> Result<()> {
    let mut random = Random::new(3);
    for _ in 0..2000 {
        let strange = random.any_struct(true);
        let Value::Struct(fields) = &strange else { panic!("{strange:?} is no struct") };
        for (_, value) in fields {
            // 1 is a bool, 7 a string.
            for (id, ty) in [(99, TType::STOP), (1, TType::BOOL), (7, TType::STRING)] {
                if value.ttype() == ty {
                    continue;
                }
                let record = Value::Struct(vec![
                    (4, Value::I32(5)),
                    (id, value.clone()),
                    (10, Value::Uuid([9; 16])),
                    (2, Value::I8(-7)),
                ]);
                for form in FORMS {
                    let bytes = form.encode(&record);
                    let found: idl::Scalars = form.read(&bytes)?;
                    let expected = idl::Scalars {
                        medium: 5,
                        id: thriftly::Uuid([9; 16]),
                        tiny: -7,
                        ..idl::Scalars::default()
                    };
                    assert_eq!(found, expected);
                    let found: derived::Scalars = form.read(&bytes)?;
                    assert_eq!((found.medium, found.tiny, found.id.0), (5, -7, [9; 16]));
                    assert_eq!((found.flag, found.text.as_str()), (false, ""));
                    let found: kept::Scalars = form.read(&bytes)?;
                    assert_eq!(found.unknown_fields.iter().count(), usize::from(id == 99));
                }
            }
        }
    }
    Ok(())
}

/// Within a container there is no way to pass over one element and read the next.
#[test]
fn d11_elements_of_another_type_are_an_error() {
    for (value, path) in [
        (Value::List(TType::I64, vec![Value::I64(1); 9]), "Lists.i16s"),
        (Value::List(TType::STRUCT, vec![Value::Struct(vec![]); 9]), "Lists.i16s"),
    ] {
        for form in FORMS {
            let bytes = form.encode(&Value::Struct(vec![(6, value.clone())]));
            for read in ways("Lists") {
                let error = read(form, &bytes).expect_err("these are no i16");
                assert_eq!((error.kind(), error.path().as_str()), (ErrorKind::TypeMismatch, path));
            }
        }
    }
}

/// Every type, from bytes of every other.
#[test]
fn d11_every_type_reads_every_other() {
    let mut random = Random::new(4);
    for form in FORMS {
        for _ in 0..2000 {
            let bytes = form.encode(&random.any_struct(true));
            for kind in KINDS {
                for read in kind.ways {
                    // The ids of a random struct seldom fit; what counts is that it ends.
                    if let Err(error) = read(form, &bytes) {
                        let kinds = [
                            ErrorKind::MissingField,
                            ErrorKind::TypeMismatch,
                            ErrorKind::InvalidData,
                            ErrorKind::InvalidUtf8,
                            ErrorKind::UnexpectedEof,
                        ];
                        assert!(kinds.contains(&error.kind()), "{}: {error:?}", kind.name);
                    }
                }
            }
        }
    }
}
