//! D8, D17: text that is none, and what JSON can be.

use std::borrow::Cow;

use bytes::Bytes;
use thriftly::{
    Decode, ErrorKind, Limits, Result, SharedStr, binary, compact, json, thriftpy_json,
};
use thriftly_tests::value::Value;

use crate::memory::{bounded, measured};
use crate::types::{Read, idl, ways};
use thriftly_tests::form::{FORMS, Form, kind};

/// Invalid UTF-8: a lone byte, a truncated character, an overlong one, a surrogate, one too large.
const NO_TEXT: [&[u8]; 6] =
    [b"\xff", b"ok\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"a\x80b"];

/// A struct with the bytes as the field of the type `string`, in binary or compact.
fn field(form: Form, id: i16, bytes: &[u8]) -> Vec<u8> {
    form.encode(&Value::Struct(vec![(id, Value::Blob(bytes.into()))]))
}

#[test]
fn d8_text_has_to_be_utf_8() {
    for form in [Form::Binary, Form::Compact] {
        for bytes in NO_TEXT {
            // Short ones, and such as are kept elsewhere.
            for bytes in [bytes.to_vec(), [&[b'x'; 5000], bytes].concat()] {
                for read in ways("Scalars") {
                    let error = read(form, &field(form, 7, &bytes)).expect_err("it is no text");
                    assert_eq!(error.kind(), ErrorKind::InvalidUtf8);
                    assert_eq!(error.path(), "Scalars.text");
                    // As bytes it is what it is, also where it is not known.
                    for id in [8, 99] {
                        assert_eq!(kind(read(form, &field(form, id, &bytes))), Ok(()));
                    }
                }
                // In a container, as a key, as a value, in a union and an exception.
                for (name, value) in [
                    (
                        "Lists",
                        (
                            11,
                            Value::List(thriftly::TType::STRING, vec![Value::Blob(bytes.clone())]),
                        ),
                    ),
                    (
                        "Sets",
                        (11, Value::Set(thriftly::TType::STRING, vec![Value::Blob(bytes.clone())])),
                    ),
                    ("Maps", (11, map(&bytes, b"value"))),
                    ("Maps", (11, map(b"key", &bytes))),
                    ("Tree", (5, Value::Blob(bytes.clone()))),
                    ("Fault", (1, Value::Blob(bytes.clone()))),
                ] {
                    let bytes = form.encode(&Value::Struct(vec![value]));
                    for read in ways(name) {
                        assert_eq!(kind(read(form, &bytes)), Err(ErrorKind::InvalidUtf8), "{name}");
                    }
                }
            }
        }
    }
}

fn map(key: &[u8], value: &[u8]) -> Value {
    let text = thriftly::TType::STRING;
    Value::Map(text, text, vec![(Value::Blob(key.into()), Value::Blob(value.into()))])
}

/// With the limit that allows it, what is no text is replaced, short or long, as std does it;
/// text that is borrowed from the message is still refused.
#[test]
fn d8_text_that_is_not_utf_8_is_replaced_if_that_is_wanted() -> Result<()> {
    let lossy = Limits { lossy_utf8: true, ..Limits::DEFAULT };
    for bytes in NO_TEXT {
        for bytes in [bytes.to_vec(), [&[b'x'; 60], bytes].concat()] {
            let expected = String::from_utf8_lossy(&bytes);
            for form in [Form::Binary, Form::Compact] {
                let message = Bytes::from(form.encode(&Value::Blob(bytes.clone())));
                assert_eq!(lossily::<String>(form, &message, &lossy)?, expected);
                assert_eq!(lossily::<SharedStr>(form, &message, &lossy)?, &*expected);
                assert_eq!(lossily::<Box<str>>(form, &message, &lossy)?, expected.as_ref().into());
                let (cow, borrowed) = match form {
                    Form::Binary => (
                        binary::from_slice_with::<Cow<'_, str>>(&message, &lossy),
                        binary::from_slice_with::<&str>(&message, &lossy),
                    ),
                    _ => (
                        compact::from_slice_with::<Cow<'_, str>>(&message, &lossy),
                        compact::from_slice_with::<&str>(&message, &lossy),
                    ),
                };
                assert_eq!(cow?, expected);
                assert_eq!(kind(borrowed), NOT_UTF_8);
                assert_eq!(kind(lossily::<String>(form, &message, &Limits::DEFAULT)), NOT_UTF_8);
                // Replaced characters are encoded as the replacement.
                let field = field(form, 7, &bytes);
                let scalars: idl::Scalars = lossily(form, &field.into(), &lossy)?;
                assert_eq!(form.read::<idl::Scalars>(&form.write(&scalars))?.text, expected);
            }
            let text = [b"\"", &*bytes, b"\""].concat();
            assert_eq!(json::from_slice_with::<String>(&text, &lossy)?, expected);
            let text = [br#"{"metadata":{"version":1},"payload":{"text":"#, &*text, b"}}"].concat();
            // ThriftPy's begins with its length.
            let text = [&(text.len() as u32).to_be_bytes()[..], &text].concat();
            let scalars: idl::Scalars = thriftpy_json::from_slice_with(&text, &lossy)?;
            assert_eq!(scalars.text, expected);
        }
    }
    Ok(())
}

const NOT_UTF_8: std::result::Result<(), ErrorKind> = Err(ErrorKind::InvalidUtf8);

/// A value in binary or compact, read from shared bytes.
fn lossily<T: for<'de> Decode<'de>>(form: Form, bytes: &Bytes, limits: &Limits) -> Result<T> {
    match form {
        Form::Binary => binary::from_bytes_with(bytes, limits),
        _ => compact::from_bytes_with(bytes, limits),
    }
}

#[test]
fn d17_half_a_surrogate_pair_is_replaced_if_that_is_wanted() -> Result<()> {
    let lossy = Limits { lossy_utf8: true, ..Limits::DEFAULT };
    for (text, expected) in [
        (r"\ud83e\udd80", "🦀"),
        (r"\ud83e", "\u{fffd}"),
        (r"\ud83ex", "\u{fffd}x"),
        (r"\ud83e\n", "\u{fffd}\n"),
        (r"\ud83e\u0041", "\u{fffd}A"),
        (r"\ud83e\ud83e\udd80", "\u{fffd}🦀"),
        (r"\udd80\ud83e", "\u{fffd}\u{fffd}"),
    ] {
        let json = format!(r#""{text}""#);
        assert_eq!(json::from_slice_with::<String>(json.as_bytes(), &lossy)?, expected, "{text}");
    }
    // Invalid escapes remain errors.
    for json in [r#""\u12""#, r#""\ud83e\u12""#, r#""\ud83e\x""#, r#""\ud83e"#] {
        let result = json::from_slice_with::<String>(json.as_bytes(), &lossy);
        assert!(result.is_err(), "{json}: {result:?}");
    }
    Ok(())
}

/// The whole of JSON is text, so what is not UTF-8 is refused wherever it stands in a string.
#[test]
fn d8_json_has_to_be_utf_8() {
    for bytes in NO_TEXT {
        for id in ["7", "8", "99"] {
            let text = [br#"{""#, id.as_bytes(), br#"":{"str":""#, bytes, br#""}}"#].concat();
            for read in ways("Scalars").iter().chain([&(Form::pass as Read)]) {
                let result = kind(read(Form::Json, &text));
                assert_eq!(result, Err(ErrorKind::InvalidUtf8), "{}", text.escape_ascii());
            }
        }
    }
}

#[test]
fn d17_surrogates_come_in_pairs() {
    for (text, expected) in [
        (r"\ud83e\udd80", Ok(())),
        (r"\uD83E\uDD80", Ok(())),
        (r"\ud83e", Err(ErrorKind::InvalidUtf8)),
        (r"\ud83ex", Err(ErrorKind::InvalidUtf8)),
        (r"\ud83e\n", Err(ErrorKind::InvalidUtf8)),
        (r"\ud83e\u0041", Err(ErrorKind::InvalidUtf8)),
        (r"\ud83e\ud83e", Err(ErrorKind::InvalidUtf8)),
        (r"\udd80\ud83e", Err(ErrorKind::InvalidUtf8)),
        (r"\u12", Err(ErrorKind::InvalidData)),
        (r"\u+123", Err(ErrorKind::InvalidData)),
        (r"\x41", Err(ErrorKind::InvalidData)),
    ] {
        for id in [7, 99] {
            let text = format!(r#"{{"{id}":{{"str":"{text}"}}}}"#);
            for read in ways("Scalars").iter().chain([&(Form::pass as Read)]) {
                assert_eq!(kind(read(Form::Json, text.as_bytes())), expected, "{text}");
            }
        }
    }
}

/// Ten mebibytes of escapes: each takes six bytes and becomes one, three or, in pairs, four.
#[test]
fn d17_ten_mebibytes_of_escapes_take_no_more_memory_than_they_are() -> Result<()> {
    let escapes = [(r"\u0001", "\u{1}"), (r"\u20ac", "€"), (r"\ud83e\udd80", "🦀"), (r"\\", "\\")];
    for (at, (escape, text)) in escapes.into_iter().enumerate() {
        let size = if at == 0 { 10 << 20 } else { 1 << 16 };
        let times = size / escape.len();
        let json = |id: u8| format!(r#"{{"{id}":{{"str":"{}"}}}}"#, escape.repeat(times));
        let (known, unknown) = (json(7), json(99));
        let (found, info) = measured(|| Form::Json.read::<idl::Scalars>(known.as_bytes()));
        assert!(found?.text == text.repeat(times));
        assert!(info.bytes_max <= 4 * known.len() as u64, "{} bytes", info.bytes_max);
        bounded(unknown.as_bytes(), |bytes| Form::Json.pass(bytes))?;
        if at > 0 {
            for read in ways("Scalars") {
                bounded(known.as_bytes(), |bytes| read(Form::Json, bytes))?;
                bounded(unknown.as_bytes(), |bytes| read(Form::Json, bytes))?;
            }
        }
    }
    Ok(())
}

#[test]
fn d17_the_last_of_equal_keys_and_fields_counts() -> Result<()> {
    let json = br#"{"4":{"i32":1},"8":{"map":["i32","i32",2,{"1":1,"1":2}]},"4":{"i32":2}}"#;
    assert_eq!(Form::Json.read::<idl::Scalars>(json)?.medium, 2);
    assert_eq!(Form::Json.read::<idl::Maps>(json)?.i32s, [(1, 2)].into());
    // The same key, written in another way.
    let json = br#"{"11":{"map":["str","str",2,{"a":"b","\u0061":"c"}]},"011":{"map":["str","str",0,{}]}}"#;
    assert!(Form::Json.read::<idl::Maps>(json)?.strings.is_empty());
    // A type twice is none.
    let json = br#"{"4":{"i32":1,"i32":2}}"#;
    assert_eq!(kind(Form::Json.read::<idl::Scalars>(json)), Err(ErrorKind::InvalidData));
    Ok(())
}

/// Brackets that do not match, words that JSON does not have, and other JSON.
#[test]
fn d17_invalid_values_are_rejected() {
    for text in [
        "",
        "{",
        "}",
        "[]",
        "null",
        "true",
        "1",
        "\"\"",
        "{]",
        "[}",
        "{}{}",
        "{},",
        "{\"1\"}",
        "{\"1\":}",
        "{\"1\":{}}",
        "{\"1\":null}",
        "{\"1\":{\"tf\"}}",
        "{\"1\":{\"tf\":}}",
        "{\"1\":{\"tf\":1}",
        "{\"1\":{\"tf\":1}}}",
        "{\"a\":{\"tf\":1}}",
        "{\"1\":{\"tf\":1},}",
        "{,\"1\":{\"tf\":1}}",
        "{\"1\" {\"tf\":1}}",
        "{\"99\":{\"lst\":{}}}",
        "{\"99\":{\"lst\":[]}}",
        "{\"99\":{\"lst\":[\"i32\",\"x\"]}}",
        "{\"99\":{\"map\":[\"i32\",\"i32\",1,[]]}}",
        "{\"99\":{\"map\":[\"rec\",\"i32\",1,{{:1}]}}",
        "{\"99\":{\"uid\":\"\"}}",
        "{\"99\":{\"uid\":\"00112233-4455-6677-8899-aabbccddeef\"}}",
        "// {}",
        "\u{feff}{}",
    ] {
        for read in ways("Scalars").iter().chain([&(Form::pass as Read)]) {
            let error = read(Form::Json, text.as_bytes()).expect_err(text);
            let kinds = [ErrorKind::InvalidData, ErrorKind::UnexpectedEof];
            assert!(kinds.contains(&error.kind()), "{text}: {error:?}");
        }
    }
}

/// Text is decoded as it was sent, in every protocol.
#[test]
fn d8_text_survives_a_round_trip() -> Result<()> {
    for text in
        ["", "\0", "\u{7f}\u{80}", "\u{d7ff}\u{e000}\u{ffff}\u{10ffff}", "\u{2028}\"\\/\u{8}\n"]
    {
        let scalars = idl::Scalars { text: text.into(), ..Default::default() };
        for form in FORMS {
            assert_eq!(form.read::<idl::Scalars>(&form.write(&scalars))?, scalars);
        }
    }
    Ok(())
}
