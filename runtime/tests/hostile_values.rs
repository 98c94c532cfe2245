//! Bytes that nobody has written in good faith, in the compact and JSON protocols: what is an error,
//! and which, where each protocol has rules of its own. What all have in common is tested in the
//! `tests` package, in `hostile_decoder`, where the rows D1 to D18 are explained.

use thriftly::codec::{Reader, copy_value};
use thriftly::compact::{CompactReader, CompactWriter};
use thriftly::{ApplicationError, Decode, ErrorKind, Limits, TType, compact};

thriftly::thrift!(inline: "
    union Tree { 1: list<Tree> branches, 2: i32 leaf, 3: Node node }
    struct Node { 1: optional Node next, 2: optional list<Node> others, 3: map<i32, Node> named }
    struct Lists { 1: list<i16> shorts, 2: list<i32> ints, 3: list<i64> longs, 4: list<double> doubles,
                   5: set<bool> flags, 6: map<string, Node> nodes, 7: uuid id, 8: list<uuid> ids }
");

/// Far too many levels or digits; fewer where Miri looks at each step of the machine.
const MANY: usize = if cfg!(miri) { 1000 } else { 1_000_000 };

/// Runs on a stack of 256 KiB, as threads of small servers have.
fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(work);
    thread.expect("a thread").join().expect("it does not overflow")
}

fn kind<T: for<'de> Decode<'de>>(bytes: &[u8]) -> Result<(), ErrorKind> {
    compact::from_slice::<T>(bytes).map(drop).map_err(|error| error.kind())
}

fn skipped(bytes: &[u8]) -> Result<(), ErrorKind> {
    let skipped = CompactReader::new(bytes, &Limits::DEFAULT).skip(TType::STRUCT);
    let mut reader = CompactReader::new(bytes, &Limits::DEFAULT);
    let copied = copy_value(TType::STRUCT, &mut reader, &mut CompactWriter::new(Vec::new()));
    let (skipped, copied) =
        (skipped.map_err(|error| error.kind()), copied.map_err(|error| error.kind()));
    assert_eq!(skipped, copied);
    skipped
}

#[test]
fn errors_count_bytes_as_people_do() {
    let message =
        |bytes: &[u8]| compact::from_slice::<f64>(bytes).expect_err("no double").to_string();
    assert_eq!(message(&[]), "8 bytes expected, but only 0 are left (at byte 0)");
    assert_eq!(message(&[0]), "8 bytes expected, but only 1 is left (at byte 0)");
    assert_eq!(message(&[0; 7]), "8 bytes expected, but only 7 are left (at byte 0)");
    assert_eq!(message(&[0; 9]), "1 byte left over (at byte 8)");
    assert_eq!(message(&[0; 10]), "2 bytes left over (at byte 8)");
    let error = compact::from_slice::<i8>(&[]).expect_err("nothing is there");
    assert_eq!(error.message(), "1 byte expected, but only 0 are left");
}

// D5
#[test]
fn nesting_above_the_limit_is_rejected() {
    on_a_small_stack(|| {
        // A struct in a struct, a list in a list, a map in a map.
        let structs = |levels: usize| [vec![0x1c; levels - 1], vec![0; levels]].concat();
        let lists = |levels: usize| [vec![0x19; levels - 1], vec![0x05, 0x00]].concat();
        let maps =
            |levels: usize| [vec![0x1b], [1, 0x5b, 0].repeat(levels - 2), vec![0, 0]].concat();
        for nested in [&structs as &dyn Fn(usize) -> Vec<u8>, &lists, &maps] {
            assert_eq!(skipped(&nested(64)), Ok(()));
            assert_eq!(skipped(&nested(65)), Err(ErrorKind::DepthLimit));
            assert_eq!(skipped(&nested(MANY)), Err(ErrorKind::DepthLimit));
        }
        assert_eq!(kind::<Node>(&structs(64)), Ok(()));
        assert_eq!(kind::<Node>(&structs(65)), Err(ErrorKind::DepthLimit));
        assert_eq!(kind::<Node>(&structs(MANY)), Err(ErrorKind::DepthLimit));
        assert_eq!(kind::<Tree>(&[0x19, 0x1c].repeat(MANY)), Err(ErrorKind::DepthLimit));
        assert_eq!(kind::<Node>(&[0x29, 0x1c].repeat(MANY)), Err(ErrorKind::DepthLimit));
    });
}

// D2, D3
#[test]
fn sizes_are_not_believed() {
    // 2³¹ - 1, -1 as an unsigned number, and one bit too many.
    let sizes = [
        (&b"\xff\xff\xff\xff\x07"[..], ErrorKind::SizeLimit),
        (b"\xff\xff\xff\xff\x0f", ErrorKind::NegativeSize),
        (b"\xff\xff\xff\xff\x1f", ErrorKind::InvalidData),
        (b"\xff\xff\xff\xff\xff\x01", ErrorKind::InvalidData),
        (b"\xff\xff\xff", ErrorKind::UnexpectedEof),
        (b"\x80\x80\x80\x01\x00\x00", ErrorKind::UnexpectedEof),
    ];
    for (size, expected) in sizes {
        // Field by field; each is what is expected, so that it is really read.
        for (id, header) in [
            (1, &b"\x19\xf4"[..]),
            (2, b"\x29\xf5"),
            (3, b"\x39\xf6"),
            (4, b"\x49\xf7"),
            (5, b"\x5a\xf1"),
            (6, b"\x6b"),
            (8, b"\x89\xfd"),
        ] {
            let bytes = [header, size].concat();
            assert_eq!(kind::<Lists>(&bytes), Err(expected), "field {id}, {size:02x?}");
            assert_eq!(skipped(&bytes), Err(expected), "field {id}, {size:02x?}");
        }
        let string = [b"\x18", size].concat();
        assert_eq!(kind::<ApplicationError>(&string), Err(expected));
        assert_eq!(skipped(&string), Err(expected));
    }
    // As many as there are bytes for, if each took one.
    let doubles = [&b"\x49\xf7\x10"[..], &[0; 100]].concat();
    assert_eq!(kind::<Lists>(&doubles), Err(ErrorKind::UnexpectedEof));
}

// D7
#[test]
fn numbers_end() {
    for (id, header) in
        [(2, &b"\x25"[..]), (2, b"\x26"), (2, b"\x24"), (1, b"\x05"), (1, b"\x19\x15")]
    {
        for tail in [&[0x80; 11][..], &[0xff; 1000]] {
            let bytes = [header, tail].concat();
            assert_eq!(skipped(&bytes), Err(ErrorKind::InvalidData), "{id} {header:02x?}");
        }
    }
    assert_eq!(
        kind::<Lists>(&[&b"\x29\x15"[..], &[0x80; 40]].concat()),
        Err(ErrorKind::InvalidData)
    );
    // An i16 above the most, alone and among many.
    assert_eq!(kind::<Lists>(b"\x19\x14\x80\x80\x04\x00"), Err(ErrorKind::InvalidData));
    let many = [&b"\x19\xf4\x64"[..], &[2; 50], b"\x80\x80\x04", &[2; 49], &[0]].concat();
    let error = compact::from_slice::<Lists>(&many).expect_err("one is too large");
    assert_eq!((error.kind(), error.offset()), (ErrorKind::InvalidData, Some(53)));
    assert_eq!(error.path(), "Lists.shorts");
    // The offset is the start of the number, for all widths.
    let long = b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
    for error in [
        compact::from_slice::<i16>(b"\x80\x80\x04").expect_err("it is too large"),
        compact::from_slice::<i16>(long).expect_err("it is too large"),
        compact::from_slice::<i32>(long).expect_err("it is too large"),
        compact::from_slice::<i64>(long).expect_err("it is too large"),
    ] {
        assert_eq!((error.kind(), error.offset()), (ErrorKind::InvalidData, Some(0)));
    }
}

// D6, D11, D12
#[test]
fn types_and_ids_are_checked() {
    for bytes in [
        // Types that are none: of a field, of elements, of keys, of values.
        &b"\x1e\x00"[..],
        b"\x1f\x00",
        b"\x10\x00",
        b"\x0e\x02\x00",
        b"\x19\x10\x00",
        b"\x19\x1e\x00",
        b"\x1b\x01\xe5\x00\x00",
        b"\x1b\x01\x50\x00\x00",
        // An id above the most: 32767 + 1, and one that is no i16.
        b"\x05\xfe\xff\x03\x00\x15\x00\x00",
        b"\x05\x80\x80\x04\x00\x00",
    ] {
        assert_eq!(skipped(bytes), Err(ErrorKind::InvalidData), "{bytes:02x?}");
        assert_eq!(kind::<Node>(bytes), Err(ErrorKind::InvalidData), "{bytes:02x?}");
    }
    // An empty container may have any element type.
    assert_eq!(skipped(b"\x19\x0e\x1a\x00\x1b\x00\x00"), Ok(()));
    // The elements are of another type than they should be.
    assert_eq!(kind::<Lists>(b"\x19\x15\x02\x00"), Err(ErrorKind::TypeMismatch));
    assert_eq!(kind::<Lists>(b"\x6b\x01\x5c\x02\x00\x00"), Err(ErrorKind::TypeMismatch));
    // A field of another type is unknown.
    assert_eq!(kind::<Lists>(b"\x15\x02\x00"), Ok(()));
}

// D9
#[test]
fn habits_of_old_writers_are_accepted() -> thriftly::Result<()> {
    // Elements of the type 2, and 0 for false.
    for bytes in [b"\x5a\x31\x01\x02\x00\x00", b"\x5a\x32\x01\x02\x00\x00"] {
        let lists: Lists = compact::from_slice(bytes)?;
        assert_eq!(lists.flags.into_iter().collect::<Vec<_>>(), [false, true]);
    }
    // Ids that are written out although they need not be.
    let error: ApplicationError = compact::from_slice(b"\x08\x02\x01a\x05\x04\x0c\x00")?;
    assert_eq!((error.message.as_str(), error.kind.0), ("a", 6));
    Ok(())
}

// D10
#[test]
fn unknown_fields_of_unions_are_written_back() -> thriftly::Result<()> {
    // A flag, a map of lists, a struct: as the field 9 of a union that does not know it.
    for bytes in [
        &b"\x91\x00"[..],
        b"\x92\x00",
        b"\x9b\x01\x59\x02\x25\x02\x04\x00",
        b"\x9c\x11\x12\x35\x0e\x19\x2c\x15\x02\x00\x00\x00\x00",
        b"\x0d\xc8\x01\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x00",
    ] {
        let tree: Tree = compact::from_slice(bytes)?;
        assert!(matches!(tree, Tree::Unrecognized(_)));
        assert_eq!(compact::to_vec(&tree)?, bytes);
        // And carried over into the other protocols.
        let binary = thriftly::binary::to_vec(&tree)?;
        assert_eq!(compact::to_vec(&thriftly::binary::from_slice::<Tree>(&binary)?)?, bytes);
        #[cfg(feature = "json")]
        {
            let json = thriftly::json::to_vec(&tree)?;
            assert_eq!(compact::to_vec(&thriftly::json::from_slice::<Tree>(&json)?)?, bytes);
        }
    }
    Ok(())
}

#[cfg(feature = "json")]
mod json {
    use super::*;
    use thriftly::json;

    fn kind<T: for<'de> Decode<'de>>(text: &str) -> Result<(), ErrorKind> {
        json::from_str::<T>(text).map(drop).map_err(|error| error.kind())
    }

    // D5
    #[test]
    fn nesting_above_the_limit_is_rejected() {
        on_a_small_stack(|| {
            let structs = |levels: usize| {
                let (open, close) = (r#"{"1":{"rec":"#, "}}");
                [open.repeat(levels - 1), "{}".into(), close.repeat(levels - 1)].concat()
            };
            let lists = |levels: usize| {
                let open = r#"["lst",1,"#.repeat(levels - 2);
                [r#"{"9":{"lst":"#, &open, r#"["i32",0]"#, &"]".repeat(levels - 2), "}}"].concat()
            };
            for nested in [&structs as &dyn Fn(usize) -> String, &lists] {
                assert_eq!(kind::<Node>(&nested(64)), Ok(()));
                assert_eq!(kind::<Node>(&nested(65)), Err(ErrorKind::DepthLimit));
                assert_eq!(kind::<Node>(&nested(MANY)), Err(ErrorKind::DepthLimit));
            }
            assert_eq!(kind::<Node>(&"[".repeat(MANY)), Err(ErrorKind::InvalidData));
        });
    }

    // D7, D17
    #[test]
    fn numbers_have_to_fit() {
        for (text, fits) in [
            ("127", true),
            ("-128", true),
            ("128", false),
            ("\"7\"", true),
            ("1.0", false),
            ("1e2", false),
            ("", false),
            ("x", false),
            ("true", false),
            ("- 1", false),
        ] {
            assert_eq!(json::from_str::<i8>(text).is_ok(), fits, "{text}");
        }
        assert_eq!(json::from_str::<i64>("-9223372036854775808").ok(), Some(i64::MIN));
        assert!(json::from_str::<i64>("9223372036854775808").is_err());
        assert!(json::from_str::<i64>(&"9".repeat(MANY)).is_err());
        for (text, value) in [
            ("1.5", 1.5),
            ("-0", -0.0),
            ("1.1000000000000001", 1.1),
            ("1E+2", 100.0),
            ("4.9406564584124654e-324", 5e-324),
            ("1e-999", 0.0),
            ("Infinity", f64::INFINITY),
            ("-inf", f64::NEG_INFINITY),
            ("\"-Infinity\"", f64::NEG_INFINITY),
            ("\"1.5\"", 1.5),
        ] {
            let found = json::from_str::<f64>(text).map(f64::to_bits).ok();
            assert_eq!(found, Some(value.to_bits()), "{text}");
        }
        for text in ["NaN", "nan", "\"NaN\""] {
            assert!(json::from_str::<f64>(text).is_ok_and(f64::is_nan), "{text}");
        }
        assert_eq!(kind::<f64>("1e999"), Err(ErrorKind::InvalidData));
        assert_eq!(kind::<Vec<f64>>(r#"["dbl",1,1e999]"#), Err(ErrorKind::InvalidData));
        let digits = format!(r#"["dbl",1,0.{}]"#, "3".repeat(MANY));
        assert_eq!(json::from_str::<Vec<f64>>(&digits).ok(), Some(vec![1.0 / 3.0]));
        for (text, value) in [("1", true), ("0", false), ("true", true), ("\"0\"", false)] {
            assert_eq!(json::from_str::<bool>(text).ok(), Some(value), "{text}");
        }
        assert!(json::from_str::<bool>("2").is_err());
    }

    #[test]
    fn a_value_that_is_whole_is_not_cut_off() {
        for text in ["2147483648", "1.0", "true", "tru", "1x", "\"abc\"", "\"-\"", "\"\""] {
            assert_eq!(kind::<i32>(text), Err(ErrorKind::InvalidData), "{text}");
        }
        for text in ["\"abc\"", "\"1e\"", "\"na\"", "e", "nano", "1.5.5", "true"] {
            assert_eq!(kind::<f64>(text), Err(ErrorKind::InvalidData), "{text}");
        }
        for text in ["2", "\"tr\"", "truer", "nul"] {
            assert_eq!(kind::<bool>(text), Err(ErrorKind::InvalidData), "{text}");
        }
        assert_eq!(kind::<thriftly::Uuid>("\"abc\""), Err(ErrorKind::InvalidData));
    }

    #[test]
    fn the_begin_of_a_value_is_cut_off() {
        for text in ["", "-", "\"12"] {
            assert_eq!(kind::<i32>(text), Err(ErrorKind::UnexpectedEof), "{text}");
        }
        for text in ["-", "1e", "1.5E", "1e+", "-.", "N", "nA", "-In", "Infini"] {
            assert_eq!(kind::<f64>(text), Err(ErrorKind::UnexpectedEof), "{text}");
        }
        for text in ["t", "tru", "f", "fals"] {
            assert_eq!(kind::<bool>(text), Err(ErrorKind::UnexpectedEof), "{text}");
        }
        assert_eq!(kind::<thriftly::Uuid>("\"abc"), Err(ErrorKind::UnexpectedEof));
    }

    #[test]
    fn errors_show_the_received_bytes() {
        let message = |text: &str| json::from_str::<i32>(text).expect_err(text).to_string();
        assert_eq!(message("é"), "a number expected, but found `é` (at byte 0)");
        assert_eq!(message("\"é\n\""), "`é\\n` is not a valid i32 (at byte 0)");
        let (digits, shown) = ("7".repeat(41), "7".repeat(40));
        assert_eq!(message(&digits), format!("`{shown}…` is not a valid i32 (at byte 0)"));
        assert_eq!(message(&digits[1..]), format!("`{shown}` is not a valid i32 (at byte 0)"));
        let error = json::from_slice::<i32>(b"\xff").expect_err("it is no number");
        assert_eq!(error.message(), "a number expected, but found `\\xff`");
    }

    // D8, D17
    #[test]
    fn strings_are_unescaped() {
        for (text, value) in [
            (r#""""#, ""),
            (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (r#""\u0041\u00e9\u00E9""#, "Aéé"),
            (r#""\ud83e\udd80""#, "🦀"),
            ("\"🦀\u{7f}\n\"", "🦀\u{7f}\n"),
        ] {
            assert_eq!(json::from_str::<String>(text).ok().as_deref(), Some(value), "{text}");
        }
        for (text, kind_) in [
            (r#""\ud83e""#, ErrorKind::InvalidUtf8),
            (r#""\ud83ex""#, ErrorKind::InvalidUtf8),
            (r#""\ud83e\n""#, ErrorKind::InvalidUtf8),
            (r#""\ud83e"#, ErrorKind::UnexpectedEof),
            (r#""\ud83e\"#, ErrorKind::UnexpectedEof),
            (r#""\ud83e\udd8"#, ErrorKind::UnexpectedEof),
            (r#""\ud83e\u0041""#, ErrorKind::InvalidUtf8),
            (r#""\udd80""#, ErrorKind::InvalidUtf8),
            (r#""\x41""#, ErrorKind::InvalidData),
            (r#""\u00g1""#, ErrorKind::InvalidData),
            (r#""\u00"#, ErrorKind::UnexpectedEof),
            (r#""a"#, ErrorKind::UnexpectedEof),
        ] {
            assert_eq!(kind::<String>(text), Err(kind_), "{text}");
        }
        let invalid = json::from_slice::<String>(b"\"a\xff\"").expect_err("it is not UTF-8");
        assert_eq!(invalid.kind(), ErrorKind::InvalidUtf8);
        let escapes = format!("\"{}\"", r"\u0001".repeat(1 << 20));
        assert_eq!(json::from_str::<String>(&escapes).ok(), Some("\u{1}".repeat(1 << 20)));
    }

    #[test]
    fn base64_is_accepted_with_and_without_padding() {
        for text in [r#""AP8=""#, r#""AP8""#, r#""\u0041P8=""#] {
            assert_eq!(json::from_str::<Vec<u8>>(text).ok(), Some(vec![0, 0xff]), "{text}");
        }
        for text in [r#""A""#, r#""AP8 ""#, r#""é""#] {
            assert_eq!(kind::<Vec<u8>>(text), Err(ErrorKind::InvalidData), "{text}");
        }
    }

    // D2, D3
    #[test]
    fn declared_bytes_must_be_present() {
        for (text, kind_) in [
            (r#"["i32",2,1]"#, ErrorKind::InvalidData),
            (r#"["i32",1,1,2]"#, ErrorKind::InvalidData),
            (r#"["i32",2147483647,1]"#, ErrorKind::InvalidData),
            (r#"["i32",2147483648]"#, ErrorKind::InvalidData),
            (r#"["i32",-1]"#, ErrorKind::NegativeSize),
            (r#"["i64",1,1]"#, ErrorKind::TypeMismatch),
            (r#"["int",1,1]"#, ErrorKind::InvalidData),
            (r#"["i32"]"#, ErrorKind::InvalidData),
            (r#"["i32",1 1]"#, ErrorKind::InvalidData),
            (r#"["i32",1,1]x"#, ErrorKind::InvalidData),
            (r#"["i32",1,1"#, ErrorKind::UnexpectedEof),
            ("", ErrorKind::UnexpectedEof),
        ] {
            assert_eq!(kind::<Vec<i32>>(text), Err(kind_), "{text}");
        }
        for text in [
            r#"["i32","i32",1,{1:1}]"#,
            r#"["i32","i32",2,{"1":1}]"#,
            r#"["i32","i32",1,{"1":1,"2":2}]"#,
            r#"["i32","i32",1,{"1":1,}]"#,
            r#"["i32","i32",1,["1",1]]"#,
        ] {
            let parsed = kind::<std::collections::BTreeMap<i32, i32>>(text);
            assert_eq!(parsed, Err(ErrorKind::InvalidData), "{text}");
        }
        for text in [
            r#"{"1":{"str":"a","str":"b"}}"#,
            r#"{"1":{}}"#,
            r#"{"1":"a"}"#,
            r#"{"x":{"str":"a"}}"#,
            r#"{"32768":{"str":"a"}}"#,
            r#"{"1":{"str":"a"},}"#,
            r#"{,}"#,
        ] {
            assert_eq!(kind::<ApplicationError>(text), Err(ErrorKind::InvalidData), "{text}");
        }
    }

    // D12, D17
    #[test]
    fn the_last_of_equal_keys_and_fields_counts() -> thriftly::Result<()> {
        let map: std::collections::BTreeMap<i32, i32> =
            json::from_str(r#"["i32","i32",2,{"1":1,"1":2}]"#)?;
        assert_eq!(map, [(1, 2)].into());
        let error: ApplicationError = json::from_str(r#"{"1":{"str":"a"},"1":{"str":"b"}}"#)?;
        assert_eq!(error.message, "b");
        Ok(())
    }

    #[test]
    fn errors_have_offsets() {
        let error = json::from_str::<ApplicationError>(r#"{"1":{"str":"a"},"2":{"i32":x}}"#);
        let error = error.expect_err("x is no number");
        assert_eq!(error.to_string(), "ApplicationError.type: `x` is not a valid i32 (at byte 28)");
        // What a broken string would be read as does not count.
        for text in [&b"caf\xe9"[..], b"\\u0000\\u000f\\u0000\\u0002\xe9", b"\\q"] {
            let json = [br#"{"2":{"i32":1},"1":{"str":""#, text, br#""}}"#].concat();
            let error = json::from_slice::<ApplicationError>(&json).expect_err("it is broken");
            assert_eq!(error.path(), "ApplicationError.message", "{error}");
        }
        for (text, expected) in [
            (
                r#"{"2":{"lst":["i32",1,7]}}"#,
                "Node.others: struct expected, but found i32 (at byte 12)",
            ),
            (
                r#"{"2":{"lst":["rec",2,{"9":{"i64":1}},7]}}"#,
                "Node.others[1]: `{` expected, but found `7` (at byte 37)",
            ),
        ] {
            let error = json::from_str::<Node>(text).expect_err(text);
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn a_key_may_be_a_container() {
        use std::collections::BTreeMap;
        // What Apache's Python writes.
        let map = BTreeMap::from([(vec![1, 2], 0)]);
        let text = json::to_vec(&map).expect("it can be written");
        assert_eq!(text, br#"["lst","i32",1,{["i32",2,1,2]:0}]"#);
        assert_eq!(
            json::from_slice::<BTreeMap<Vec<i32>, i32>>(&text).expect("it can be read"),
            map
        );
        let nested = BTreeMap::from([(BTreeMap::from([(5_i64, "a".to_owned())]), vec![true])]);
        let text = json::to_vec(&nested).expect("it can be written");
        assert_eq!(text, br#"["map","lst",1,{["i64","str",1,{"5":"a"}]:["tf",1,1]}]"#);
        type Nested = BTreeMap<BTreeMap<i64, String>, Vec<bool>>;
        assert_eq!(json::from_slice::<Nested>(&text).expect("it can be read"), nested);
        // Keys within keys count as levels of nesting.
        let deep = format!("{}{}", "[\"map\",\"i32\",1,{".repeat(100), "}]".repeat(100));
        assert!(json::from_str::<Nested>(&deep).is_err());
        let error = json::from_str::<BTreeMap<Vec<i32>, i32>>(r#"["lst","i32",1,{"1":0}]"#);
        assert!(error.is_err(), "text is no list");
    }
}
