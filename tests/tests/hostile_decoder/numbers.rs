//! D7, D9: numbers that do not end, or are too large; bools that are neither true nor false.

use thriftly::{ErrorKind, Result, compact};

use crate::memory::frugal;
use crate::types::{Read, derived, idl, ways};
use thriftly_tests::form::{Form, kind};

/// The fields of `Scalars` that are numbers, by their header in compact, and one that is not known.
const NUMBERS: [(&str, &[u8], usize); 4] = [
    ("small", b"\x34", 5),
    ("medium", b"\x45", 5),
    ("large", b"\x56", 10),
    ("not known", b"\x06\xc6\x01", 10),
];

#[test]
fn d7_numbers_that_do_not_end_are_refused_after_ten_bytes() {
    for (name, header, longest) in NUMBERS {
        for endless in [vec![0x80; 11], vec![0x80; 100_000], vec![0xff; 100_000]] {
            let bytes = [header, &endless].concat();
            for read in ways("Scalars").iter().chain([&(Form::pass as Read)]) {
                let error = frugal(&bytes, |bytes| read(Form::Compact, bytes));
                let error = error.expect_err("it does not end");
                assert_eq!(error.kind(), ErrorKind::InvalidData, "{name}");
                assert!(error.offset().is_none_or(|at| at <= header.len() + 10), "{error:?}");
            }
        }
        // As many bytes as the type can have, with more bits than it has.
        let mut most = [header, &vec![0xff; longest - 1], &[0x7f, 0]].concat();
        assert_eq!(kind(ways("Scalars")[0](Form::Compact, &most)), Err(ErrorKind::InvalidData));
        let at = most.len() - 2;
        most[at] = if name == "large" || name == "not known" { 1 } else { 0x0f };
        // An i16 has fewer bits than its bytes could hold.
        let expected = if name == "small" { Err(ErrorKind::InvalidData) } else { Ok(()) };
        assert_eq!(kind(ways("Scalars")[0](Form::Compact, &most)), expected, "{name}");
        // Cut short, more could follow.
        for end in header.len()..header.len() + 4 {
            let cut = [header, &[0x80; 4][..end - header.len()]].concat();
            let found = kind(ways("Scalars")[0](Form::Compact, &cut));
            assert_eq!(found, Err(ErrorKind::UnexpectedEof), "{name}");
        }
    }
}

#[test]
fn d7_numbers_in_lists_end_as_well() {
    for header in [&b"\x06\x0c"[..], b"\x08\x10", b"\x0a\x14"] {
        // Lists of i16, i32 and i64, with 3 or 20 elements.
        let id = header[1];
        let element = match header[0] {
            6 => 4,
            8 => 5,
            _ => 6,
        };
        for (size, filling) in [(vec![0x30 | element], 2), (vec![0xf0 | element, 20], 19)] {
            let before = [&[9, id], &size[..], &vec![2; filling]].concat();
            for endless in [vec![0x80; 60], vec![0xff; 60]] {
                let bytes = [&before[..], &endless].concat();
                for read in ways("Lists").iter().chain([&(Form::pass as Read)]) {
                    let error = frugal(&bytes, |bytes| read(Form::Compact, bytes));
                    let error = error.expect_err("it does not end");
                    assert_eq!(error.kind(), ErrorKind::InvalidData, "{error:?}");
                    assert!(error.offset().is_none_or(|at| at <= before.len() + 10), "{error:?}");
                }
            }
        }
    }
}

/// Sizes, ids of fields and of messages are numbers, too.
#[test]
fn d7_sizes_and_ids_end_as_well() {
    for start in [&b"\x88"[..], b"\x08\x10", b"\xa9\xf5", b"\xbb", b"\x05", b"\x01", b"\x0c"] {
        let bytes = [start, &[0x80; 40]].concat();
        for read in ways("Scalars").iter().chain([&(Form::pass as Read)]) {
            let error = frugal(&bytes, |bytes| read(Form::Compact, bytes));
            let error = error.expect_err("it does not end");
            assert_eq!(error.kind(), ErrorKind::InvalidData, "{}", bytes.escape_ascii());
            assert!(error.offset().is_none_or(|at| at <= start.len() + 10), "{error:?}");
        }
    }
    for start in [&b"\x82\x21"[..], b"\x82\x21\x07"] {
        let bytes = [start, &[0x80; 40]].concat();
        let result = compact::read_envelope(&mut bytes.into());
        assert_eq!(kind(result.map(drop)), Err(ErrorKind::InvalidData));
    }
}

#[test]
fn d7_numbers_in_json_have_to_fit() {
    let digits = "9".repeat(1_000_000);
    for (id, ty, text) in [
        (2, "i8", "128"),
        (2, "i8", "-129"),
        (3, "i16", "32768"),
        (4, "i32", "2147483648"),
        (5, "i64", "9223372036854775808"),
        (5, "i64", "-9223372036854775809"),
        (5, "i64", &digits),
        (6, "dbl", "1e400"),
        (6, "dbl", &digits),
        (5, "i64", "1.5"),
        (5, "i64", "1e3"),
        (5, "i64", "0x10"),
        (99, "i32", "2147483648"),
    ] {
        let text = format!(r#"{{"{id}":{{"{ty}":{text}}}}}"#);
        for read in ways("Scalars").iter().chain([&(Form::pass as Read)]) {
            let result = kind(read(Form::Json, text.as_bytes()));
            assert_eq!(result, Err(ErrorKind::InvalidData), "{ty} {}", &text[..text.len().min(60)]);
        }
    }
}

/// As Apache's implementations: in binary all but 0 is true. In compact, a field is what its header
/// says; in a container only 1 is true, also where the elements are said to be of the type 2.
#[test]
fn d9_bools_that_are_neither() -> Result<()> {
    for (byte, value) in [(0, false), (1, true), (2, true), (255, true)] {
        let bytes = [2, 0, 1, byte, 0];
        assert_eq!(Form::Binary.read::<idl::Scalars>(&bytes)?.flag, value, "{byte}");
        assert_eq!(Form::Binary.read::<derived::Scalars>(&bytes)?.flag, value, "{byte}");
        let bytes = [15, 0, 2, 2, 0, 0, 0, 1, byte, 0];
        assert_eq!(Form::Binary.read::<idl::Lists>(&bytes)?.bools, [value], "{byte}");
    }
    for (header, value) in [(0x11, true), (0x12, false)] {
        assert_eq!(Form::Compact.read::<idl::Scalars>(&[header, 0])?.flag, value);
        assert_eq!(Form::Compact.read::<derived::Scalars>(&[header, 0])?.flag, value);
    }
    for element in [1, 2] {
        for (byte, value) in [(0, false), (1, true), (2, false), (3, false), (255, false)] {
            let bytes = [0x29, 0x10 | element, byte, 0];
            assert_eq!(Form::Compact.read::<idl::Lists>(&bytes)?.bools, [value], "{byte}");
            let bytes = [0x2a, 0x10 | element, byte, 0];
            assert_eq!(Form::Compact.read::<idl::Sets>(&bytes)?.bools, [value].into(), "{byte}");
        }
    }
    // In a map, both types of bools are.
    for types in [0x11, 0x12, 0x21, 0x22] {
        let maps: idl::Maps = Form::Compact.read(&[0x2b, 1, types, 1, 2, 0])?;
        assert_eq!(maps.bools, [(true, false)].into());
    }
    for (text, value) in [("0", false), ("1", true), ("true", true), ("\"1\"", true)] {
        let text = format!(r#"{{"1":{{"tf":{text}}}}}"#);
        assert_eq!(Form::Json.read::<idl::Scalars>(text.as_bytes())?.flag, value);
    }
    for text in ["2", "-1", "yes", "null", "\"\""] {
        let text = format!(r#"{{"1":{{"tf":{text}}}}}"#);
        let result = Form::Json.read::<idl::Scalars>(text.as_bytes());
        assert_eq!(kind(result), Err(ErrorKind::InvalidData), "{text}");
    }
    Ok(())
}

#[test]
fn d9_the_ends_of_an_i8_come_back() -> Result<()> {
    for tiny in [i8::MIN, -1, 0, 1, i8::MAX] {
        for form in thriftly_tests::form::FORMS {
            let scalars = idl::Scalars { tiny, ..Default::default() };
            assert_eq!(form.read::<idl::Scalars>(&form.write(&scalars))?, scalars);
            let lists = idl::Lists { i8s: vec![tiny; 20], ..Default::default() };
            assert_eq!(form.read::<idl::Lists>(&form.write(&lists))?, lists);
        }
    }
    Ok(())
}
