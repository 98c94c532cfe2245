//! The bytes of `golden/*.json`, which other implementations have written: we write the same,
//! and read the same values out of them.

#[path = "support/random.rs"]
mod random;
#[path = "support/value.rs"]
mod value;

use serde_json::Value as Json;
use thriftly::Bytes;
use thriftly::codec::{Reader, copy_value};
use thriftly::{Envelope, ErrorKind, Limits, MessageKind, TType, binary, compact};
use value::Value;

struct Case {
    name: String,
    /// The header of the message, if it is one.
    envelope: Option<Envelope>,
    value: Value,
    binary: Vec<u8>,
    compact: Vec<u8>,
    #[cfg(feature = "json")]
    json: String,
}

impl Case {
    /// The header of the message, or nothing.
    fn header(&self, write_envelope: impl Fn(&str, MessageKind, i32, &mut Vec<u8>)) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(Envelope { method, kind, seqid }) = &self.envelope {
            write_envelope(method.as_str(), *kind, *seqid, &mut bytes);
        }
        bytes
    }

    /// The value in one of the protocols, without its header, which has to be the one of the case.
    fn body(
        &self,
        message: impl AsRef<[u8]>,
        read_envelope: impl Fn(&mut Bytes) -> thriftly::Result<Envelope>,
    ) -> Bytes {
        let mut message = Bytes::copy_from_slice(message.as_ref());
        if let Some(expected) = &self.envelope {
            let found = read_envelope(&mut message).expect("the header is read");
            assert_eq!(found.method, expected.method, "{}", self.name);
            assert_eq!(found.kind, expected.kind, "{}", self.name);
            assert_eq!(found.seqid, expected.seqid, "{}", self.name);
        }
        message
    }
}

fn cases() -> Vec<Case> {
    let files = [
        include_str!("golden/containers.json"),
        include_str!("golden/fields.json"),
        include_str!("golden/messages.json"),
        include_str!("golden/scalars.json"),
        include_str!("golden/strings.json"),
        include_str!("golden/uuid.json"),
    ];
    let parse = |text| -> Vec<Json> { serde_json::from_str(text).expect("the file is JSON") };
    let cases: Vec<Case> = files
        .into_iter()
        .flat_map(parse)
        .map(|case| {
            let mut calls = Calls(case["call"].as_array().expect("calls are a list").iter());
            Case {
                name: text(&case["name"]),
                envelope: calls.envelope(),
                value: calls.value(),
                binary: unhex(&text(&case["binary"])),
                compact: unhex(&text(&case["compact"])),
                #[cfg(feature = "json")]
                json: text(&case["json"]),
            }
        })
        .collect();
    assert!(cases.len() > 60, "only {} cases", cases.len());
    cases
}

fn text(value: &Json) -> String {
    value.as_str().expect("it is a string").to_owned()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| {
            std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok())
        })
        .collect::<Option<_>>()
        .expect("it is hexadecimal")
}

/// Numbers stand as strings where JSON could not hold them.
fn number<T: std::str::FromStr>(value: &Json) -> T {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

/// The calls by which a value was written, one after the other.
struct Calls<'a>(std::slice::Iter<'a, Json>);

impl Calls<'_> {
    fn name(call: &Json) -> &str {
        call[0].as_str().expect("a call has a name")
    }

    fn envelope(&mut self) -> Option<Envelope> {
        let call = self.0.as_slice().first().filter(|call| Self::name(call) == "message")?;
        self.0.next();
        Some(Envelope {
            method: text(&call[1]).into(),
            kind: MessageKind::from_number(number(&call[2])).expect("a kind of message"),
            seqid: number(&call[3]),
        })
    }

    /// The next value with all that is in it.
    fn value(&mut self) -> Value {
        let call = self.0.next().expect("a value is written");
        let ttype = |at: usize| TType(number(&call[at]));
        match Self::name(call) {
            "struct" => Value::Struct(self.fields()),
            "list" => Value::List(ttype(1), self.values(&call[2])),
            "set" => Value::Set(ttype(1), self.values(&call[2])),
            "map" => {
                let count: usize = number(&call[3]);
                let entries = (0..count).map(|_| (self.value(), self.value())).collect();
                self.end("map_end");
                Value::Map(ttype(1), ttype(2), entries)
            }
            "bool" => Value::Bool(call[1].as_bool().expect("it is a bool")),
            "byte" => Value::I8(number(&call[1])),
            "i16" => Value::I16(number(&call[1])),
            "i32" => Value::I32(number(&call[1])),
            "i64" => Value::I64(number(&call[1])),
            "double" => Value::Double(u64::from_str_radix(&text(&call[1]), 16).expect("its bits")),
            "uuid" => Value::Uuid(text(&call[1]).parse::<thriftly::Uuid>().expect("a uuid").0),
            "string" => Value::Text(text(&call[1])),
            "binary" => Value::Blob(unhex(&text(&call[1]))),
            other => panic!("unknown call {other}"),
        }
    }

    fn values(&mut self, count: &Json) -> Vec<Value> {
        let values = (0..number(count)).map(|_: usize| self.value()).collect();
        let end = self.0.next().map(Self::name);
        assert!(matches!(end, Some("list_end" | "set_end")), "{end:?}");
        values
    }

    fn fields(&mut self) -> Vec<(i16, Value)> {
        let mut fields = Vec::new();
        loop {
            let call = self.0.next().expect("the struct has an end");
            match Self::name(call) {
                "field" => {
                    let value = self.value();
                    assert_eq!(value.ttype(), TType(number(&call[1])));
                    fields.push((number(&call[2]), value));
                    self.end("field_end");
                }
                "stop" => break,
                other => panic!("{other} in a struct"),
            }
        }
        self.end("struct_end");
        fields
    }

    fn end(&mut self, name: &str) {
        assert_eq!(self.0.next().map(Self::name), Some(name));
    }
}

/// Every case as a message: with its own header, or one of every kind and length of name.
fn messages(
    write_envelope: impl Fn(&str, MessageKind, i32, &mut Vec<u8>),
    end: &[u8],
    value: impl Fn(&Case) -> Bytes,
) -> Vec<(String, Vec<u8>)> {
    let kinds =
        [MessageKind::Call, MessageKind::Reply, MessageKind::Exception, MessageKind::Oneway];
    let number = 0_usize..;
    let messages = cases().into_iter().zip(number).map(|(case, number)| {
        let envelope = case.envelope.clone().unwrap_or_else(|| Envelope {
            method: "é".repeat(number * 2).into(),
            kind: kinds[number % 4],
            seqid: (number as i32 - 20) << (number % 20),
        });
        let mut message = Vec::new();
        write_envelope(envelope.method.as_str(), envelope.kind, envelope.seqid, &mut message);
        message.extend_from_slice(&value(&case));
        message.extend_from_slice(end);
        (case.name, message)
    });
    messages.collect()
}

/// Where something of the length is cut: everywhere, but Miri has time for a few.
fn cuts(len: usize) -> impl Iterator<Item = usize> {
    (0..len).step_by(if cfg!(miri) { 23 } else { 1 })
}

/// Reads the message, and all that is left of it when it is cut.
fn cut(name: &str, message: &[u8], read: impl Fn(&mut Bytes) -> thriftly::Result<()>) {
    read(&mut Bytes::copy_from_slice(message)).expect(name);
    for end in cuts(message.len()) {
        let error = read(&mut Bytes::copy_from_slice(&message[..end])).expect_err(name);
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{name} at {end}: {error}");
    }
}

/// The tests of a protocol whose values are read and written where they stand.
macro_rules! protocol {
    (mod $name:ident, $protocol:ident, $writer:ident, $reader:ident, others: [$($other:ident $other_writer:ident),*]) => {
        mod $name {
            use super::*;
            use thriftly::$protocol::{$reader, $writer, read_envelope, write_envelope};

            fn value(case: &Case) -> Bytes {
                case.body(&case.$protocol, read_envelope)
            }

            #[test]
            fn the_same_bytes_are_written() {
                for case in cases() {
                    let mut writer = $writer::new(case.header(write_envelope));
                    case.value.write(&mut writer);
                    let (bytes, result) = writer.finish();
                    result.expect("nothing is too long");
                    assert_eq!(bytes, case.$protocol, "{}", case.name);
                }
            }

            #[test]
            fn the_same_values_are_read() {
                for case in cases() {
                    let value = value(&case);
                    let mut reader = $reader::new(&value, &Limits::DEFAULT);
                    case.value.expect(false, &mut reader).expect(&case.name);
                    reader.finish().expect("nothing is left");
                }
            }

            #[test]
            fn values_are_skipped_without_knowing_their_type() {
                for case in cases() {
                    let value = value(&case);
                    let mut reader = $reader::new(&value, &Limits::DEFAULT);
                    reader.skip(TType::STRUCT).expect("the value is skipped");
                    reader.finish().expect("nothing is left");
                }
            }

            #[test]
            fn values_are_copied_without_knowing_their_type() {
                for case in cases() {
                    let value = value(&case);
                    $(
                        let mut reader = $reader::new(&value, &Limits::DEFAULT);
                        let header = case.header(thriftly::$other::write_envelope);
                        let mut writer = thriftly::$other::$other_writer::new(header);
                        copy_value(TType::STRUCT, &mut reader, &mut writer).expect("it is copied");
                        reader.finish().expect("nothing is left");
                        let (bytes, result) = writer.finish();
                        result.expect("nothing is too long");
                        let mut expected = case.$other.clone();
                        if stringify!($protocol) == "compact" && stringify!($other) == "binary" {
                            // An empty map has no types in the compact protocol.
                            for types in [[11, 8], [8, 8], [8, 11]] {
                                expected = replace(&expected, types);
                            }
                        }
                        assert_eq!(bytes, expected, "{}", case.name);
                    )*
                }
            }

            // D13
            #[test]
            fn values_cut_short_at_any_byte_are_an_unexpected_end() {
                for case in cases() {
                    let value = value(&case);
                    for end in cuts(value.len()) {
                        let reader = || $reader::new(&value[..end], &Limits::DEFAULT);
                        let eof = ErrorKind::UnexpectedEof;
                        let error = case.value.expect(false, &mut reader()).expect_err("it is cut");
                        assert_eq!(error.kind(), eof, "{} at {end}", case.name);
                        let error = reader().skip(TType::STRUCT).expect_err("it is cut");
                        assert_eq!(error.kind(), eof, "{} at {end}", case.name);
                        let error = reader().capture(TType::STRUCT).expect_err("it is cut");
                        assert_eq!(error.kind(), eof, "{} at {end}", case.name);
                    }
                }
            }

            // D13
            #[test]
            fn messages_cut_short_at_any_byte_are_an_unexpected_end() {
                for (name, message) in messages(write_envelope, &[], value) {
                    cut(&name, &message, |message| {
                        read_envelope(message)?;
                        let mut reader = $reader::new(message, &Limits::DEFAULT);
                        reader.skip(TType::STRUCT)?;
                        reader.finish()
                    });
                }
            }
        }
    };
}

protocol!(mod in_binary, binary, BinaryWriter, BinaryReader, others: [binary BinaryWriter, compact CompactWriter]);
protocol!(mod in_compact, compact, CompactWriter, CompactReader, others: [compact CompactWriter, binary BinaryWriter]);

/// The value with the types of empty maps wiped out.
fn replace(value: &[u8], [key, of]: [u8; 2]) -> Vec<u8> {
    let mut value = value.to_vec();
    let map = [13, 0, 1, key, of, 0, 0, 0, 0];
    if let Some(at) = value.windows(map.len()).position(|window| window == map) {
        value[at + 3..at + 5].fill(0);
    }
    value
}

#[test]
fn old_message_headers_are_written_and_read() {
    let mut bytes = Vec::new();
    binary::write_old_envelope("ping", MessageKind::Call, 7, &mut bytes);
    assert_eq!(bytes, unhex("0000000470696e670100000007"));
    let mut message = Bytes::from(bytes);
    let envelope = binary::read_envelope(&mut message).expect("the header is read");
    assert_eq!(
        (envelope.method.as_str(), envelope.kind, envelope.seqid),
        ("ping", MessageKind::Call, 7)
    );
    assert!(message.is_empty());
}

// D13
#[test]
fn old_messages_cut_short_at_any_byte_are_an_unexpected_end() {
    let value = |case: &Case| case.body(&case.binary, binary::read_envelope);
    for (name, message) in messages(binary::write_old_envelope, &[], value) {
        cut(&name, &message, |message| {
            binary::read_envelope(message)?;
            let mut reader = binary::BinaryReader::new(message, &Limits::DEFAULT);
            reader.skip(TType::STRUCT)?;
            reader.finish()
        });
    }
}

#[test]
fn broken_binary_message_headers_are_refused() {
    for (bytes, kind) in [
        ("80020001", ErrorKind::BadVersion),
        ("ffffffff", ErrorKind::BadVersion),
        ("8001", ErrorKind::UnexpectedEof),
        ("80010001", ErrorKind::UnexpectedEof),
        ("800100017fffffff70", ErrorKind::SizeLimit),
        ("8001000100000002", ErrorKind::UnexpectedEof),
        ("80010001ffffffff70", ErrorKind::NegativeSize),
        ("7fffffff70696e67", ErrorKind::SizeLimit),
        ("8001000100000001ff00000000", ErrorKind::InvalidUtf8),
        ("80010009000000017000000000", ErrorKind::InvalidData),
        ("00000001700900000000", ErrorKind::InvalidData),
        ("0000000170", ErrorKind::UnexpectedEof),
    ] {
        let error = binary::read_envelope(&mut Bytes::from(unhex(bytes)));
        assert_eq!(error.expect_err(bytes).kind(), kind, "{bytes}");
    }
}

#[test]
fn broken_compact_message_headers_are_refused() {
    for (bytes, kind) in [
        ("", ErrorKind::UnexpectedEof),
        ("82", ErrorKind::UnexpectedEof),
        ("80", ErrorKind::BadVersion),
        ("83210100", ErrorKind::BadVersion),
        ("82220100", ErrorKind::BadVersion),
        ("82010100", ErrorKind::InvalidData),
        ("82a10100", ErrorKind::InvalidData),
        ("8221ffffffff1f00", ErrorKind::InvalidData),
        ("82218080808080808000", ErrorKind::InvalidData),
        ("822101ffffffff0770", ErrorKind::SizeLimit),
        ("822101ffffffff0f70", ErrorKind::NegativeSize),
        ("82210102ff", ErrorKind::UnexpectedEof),
        ("82210101ff", ErrorKind::InvalidUtf8),
    ] {
        let error = compact::read_envelope(&mut Bytes::from(unhex(bytes)));
        assert_eq!(error.expect_err(bytes).kind(), kind, "{bytes}");
    }
    for (bytes, message) in [
        ("80", "unknown message version 0x80"),
        ("8321", "unknown message version 0x83 0x21"),
        ("8222", "unknown message version 0x82 0x22"),
    ] {
        let error = compact::read_envelope(&mut Bytes::from(unhex(bytes)));
        assert_eq!(error.expect_err(bytes).message(), message);
    }
}

#[cfg(feature = "json")]
mod in_json {
    use super::*;
    use thriftly::json::{self, read_envelope, write_envelope};

    fn value(case: &Case) -> Bytes {
        case.body(&case.json, read_envelope)
    }

    fn read_case(case: &Case, value: &[u8]) -> thriftly::Result<()> {
        json::read(value, TType::STRUCT, &Limits::DEFAULT, |reader| {
            case.value.expect(false, reader)
        })
    }

    #[test]
    fn the_same_text_is_written() {
        for case in cases() {
            let mut bytes = case.header(write_envelope);
            let value = json::write(TType::STRUCT, |writer| case.value.write(writer));
            bytes.extend_from_slice(&value.expect("it is written"));
            if case.envelope.is_some() {
                bytes.push(b']');
            }
            // Python has written the cases, which leaves these bare; C++ puts them in quotes.
            let expected = case
                .json
                .replace(":nan", ":\"NaN\"")
                .replace(":inf", ":\"Infinity\"")
                .replace(":-inf", ":\"-Infinity\"");
            assert_eq!(String::from_utf8_lossy(&bytes), expected, "{}", case.name);
        }
    }

    #[test]
    fn the_same_values_are_read() {
        for case in cases() {
            read_case(&case, &value(&case)).expect("the value is read");
            let text = case.json.replace(":nan", ":\"NaN\"").replace("inf", "Infinity");
            if case.envelope.is_none() {
                read_case(&case, text.as_bytes()).expect("the value is read");
            }
        }
    }

    #[test]
    fn white_space_may_stand_anywhere() {
        for case in cases().iter().filter(|case| case.envelope.is_none()) {
            // No string of the cases has one of these without an escape, but for one.
            if case.json.contains(['{', '[', ':', ',']) && !case.name.starts_with("string") {
                let mut text = case.json.clone();
                for mark in ["{", "}", "[", "]", ":", ","] {
                    text = text.replace(mark, &format!(" \t{mark}\r\n"));
                }
                read_case(case, text.as_bytes()).expect("the value is read");
            }
        }
    }

    #[test]
    fn values_are_skipped_without_knowing_their_type() {
        for case in cases() {
            let skip = |reader: &mut binary::BinaryReader<'_>| reader.skip(TType::STRUCT);
            json::read(&value(&case), TType::STRUCT, &Limits::DEFAULT, skip).expect("it is");
        }
    }

    // D13
    #[test]
    fn values_cut_short_at_any_byte_are_an_unexpected_end() {
        for case in cases() {
            let value = value(&case);
            for end in cuts(value.trim_ascii_end().len()) {
                let error = read_case(&case, &value[..end]).expect_err("it is cut");
                assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{} at {end}", case.name);
            }
        }
    }

    // D13
    #[test]
    fn messages_cut_short_at_any_byte_are_an_unexpected_end() {
        let skip = |reader: &mut binary::BinaryReader<'_>| reader.skip(TType::STRUCT);
        for (name, message) in messages(write_envelope, b"]", value) {
            cut(&name, &message, |message| {
                read_envelope(message)?;
                json::read(message, TType::STRUCT, &Limits::DEFAULT, skip)
            });
        }
    }

    #[test]
    fn values_are_copied_to_and_from_the_binary_protocol() {
        // Text and binary can only be told apart by who reads it.
        let unknown = |value: &Value| format!("{value:?}").contains("Blob");
        for case in cases().iter().filter(|case| !unknown(&case.value)) {
            let copied = json::read(&value(case), TType::STRUCT, &Limits::DEFAULT, |reader| {
                let mut writer = compact::CompactWriter::new(Vec::new());
                copy_value(TType::STRUCT, reader, &mut writer)?;
                Ok(writer.finish().0)
            });
            let copied = copied.expect("it is copied");
            assert!(case.compact.ends_with(&copied), "{}", case.name);
        }
    }

    #[test]
    fn broken_message_headers_are_refused() {
        for (text, kind) in [
            ("{}", ErrorKind::InvalidData),
            ("[2,\"m\",1,1,{}]", ErrorKind::BadVersion),
            ("[1,m,1,1,{}]", ErrorKind::InvalidData),
            ("[1,\"m\",5,1,{}]", ErrorKind::InvalidData),
            ("[1,\"m\",1,2147483648,{}]", ErrorKind::InvalidData),
            ("[1,\"m\",1,1,{}", ErrorKind::UnexpectedEof),
            ("[1,\"m\",1,1]", ErrorKind::InvalidData),
        ] {
            let error = read_envelope(&mut Bytes::from(text));
            assert_eq!(error.expect_err(text).kind(), kind, "{text}");
        }
        let mut message = Bytes::from("\n[ 1 , \"a\\u0062\" , 1 , -1 , {} ] \n");
        let envelope = read_envelope(&mut message).expect("the header is read");
        assert_eq!((envelope.method.as_str(), envelope.seqid), ("ab", -1));
        assert_eq!(message.trim_ascii(), b"{}");
    }
}
