//! The bytes of `golden/*.json`, which other implementations have written: we write the same,
//! and read the same values out of them.

use bytes::Bytes;
use serde_json::Value;
use thriftly::codec::{FieldHeader, Reader, StructNames, Writer, copy_value};
use thriftly::{Envelope, ErrorKind, Limits, MessageKind, TType, binary, compact};

struct Case {
    name: String,
    calls: Vec<Call>,
    binary: Vec<u8>,
    compact: Vec<u8>,
    #[cfg(feature = "json")]
    json: String,
}

/// One step of writing or reading a value.
#[derive(Debug)]
enum Call {
    Message {
        name: String,
        kind: u8,
        seqid: i32,
    },
    StructBegin,
    StructEnd,
    Field {
        ty: TType,
        id: i16,
    },
    Stop,
    List {
        element: TType,
        count: usize,
    },
    ListEnd,
    Set {
        element: TType,
        count: usize,
    },
    SetEnd,
    Map {
        key: TType,
        value: TType,
        count: usize,
    },
    MapEnd,
    Bool(bool),
    I8(i8),
    I16(i16),
    I32(i32),
    I64(i64),
    Double(u64),
    Uuid([u8; 16]),
    String(String),
    Binary(Vec<u8>),
    /// The end of a message or field, for which nothing is written.
    Nothing,
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
    let parse = |text| -> Vec<Value> { serde_json::from_str(text).expect("the file is JSON") };
    let cases: Vec<Case> = files
        .into_iter()
        .flat_map(parse)
        .map(|case| Case {
            name: text(&case["name"]),
            calls: case["call"].as_array().expect("calls are a list").iter().map(call).collect(),
            binary: unhex(&text(&case["binary"])),
            compact: unhex(&text(&case["compact"])),
            #[cfg(feature = "json")]
            json: text(&case["json"]),
        })
        .collect();
    assert!(cases.len() > 60, "only {} cases", cases.len());
    cases
}

fn text(value: &Value) -> String {
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

fn call(call: &Value) -> Call {
    // Numbers stand as strings where JSON could not hold them.
    fn number<T: std::str::FromStr>(value: &Value) -> T {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
    }
    let ttype = |at: usize| TType(number(&call[at]));
    match call[0].as_str().expect("a call has a name") {
        "message" => {
            Call::Message { name: text(&call[1]), kind: number(&call[2]), seqid: number(&call[3]) }
        }
        "struct" => Call::StructBegin,
        "struct_end" => Call::StructEnd,
        "field" => Call::Field { ty: ttype(1), id: number(&call[2]) },
        "stop" => Call::Stop,
        "list" => Call::List { element: ttype(1), count: number(&call[2]) },
        "list_end" => Call::ListEnd,
        "set" => Call::Set { element: ttype(1), count: number(&call[2]) },
        "set_end" => Call::SetEnd,
        "map" => Call::Map { key: ttype(1), value: ttype(2), count: number(&call[3]) },
        "map_end" => Call::MapEnd,
        "bool" => Call::Bool(call[1].as_bool().expect("it is a bool")),
        "byte" => Call::I8(number(&call[1])),
        "i16" => Call::I16(number(&call[1])),
        "i32" => Call::I32(number(&call[1])),
        "i64" => Call::I64(number(&call[1])),
        "double" => Call::Double(u64::from_str_radix(&text(&call[1]), 16).expect("its bits")),
        "uuid" => Call::Uuid(text(&call[1]).parse::<thriftly::Uuid>().expect("a uuid").0),
        "string" => Call::String(text(&call[1])),
        "binary" => Call::Binary(unhex(&text(&call[1]))),
        "message_end" | "field_end" => Call::Nothing,
        other => panic!("unknown call {other}"),
    }
}

/// Makes the calls. A bool that follows the header of a field is a part of it in some protocols.
fn write<W: Writer>(calls: &[Call], w: &mut W) {
    let mut structs = Vec::new();
    let mut calls = calls.iter();
    while let Some(call) = calls.next() {
        match call {
            Call::Message { .. } | Call::Nothing => {}
            Call::StructBegin => structs.push(w.struct_begin(StructNames::NONE)),
            Call::StructEnd => w.struct_end(structs.pop().expect("a struct began")),
            Call::Field { ty: TType::BOOL, id } => match calls.next() {
                Some(Call::Bool(value)) => w.field_bool(*id, *value),
                other => panic!("{other:?} in a bool field"),
            },
            Call::Field { ty, id } => w.field(*ty, *id),
            Call::Stop => w.stop(),
            Call::List { element, count } => w.list_begin(*element, *count),
            Call::ListEnd => w.list_end(),
            Call::Set { element, count } => w.set_begin(*element, *count),
            Call::SetEnd => w.set_end(),
            Call::Map { key, value, count } => w.map_begin(*key, *value, *count),
            Call::MapEnd => w.map_end(),
            Call::Bool(value) => w.bool(*value),
            Call::I8(value) => w.i8(*value),
            Call::I16(value) => w.i16(*value),
            Call::I32(value) => w.i32(*value),
            Call::I64(value) => w.i64(*value),
            Call::Double(bits) => w.double(f64::from_bits(*bits)),
            Call::Uuid(bytes) => w.uuid(*bytes),
            Call::String(value) => w.string(value),
            Call::Binary(value) => w.binary(value),
        }
    }
}

/// Reads what the calls have written, and compares.
fn read<'de, R: Reader<'de>>(name: &str, calls: &[Call], r: &mut R) -> thriftly::Result<()> {
    let mut structs = Vec::new();
    for call in calls {
        match call {
            Call::Message { .. } | Call::Nothing => {}
            Call::StructBegin => structs.push(r.struct_begin(StructNames::NONE)?),
            Call::StructEnd => r.struct_end(structs.pop().expect("a struct began")),
            Call::Field { ty, id } => {
                assert_eq!(r.field()?, FieldHeader { ty: *ty, id: *id }, "{name}")
            }
            Call::Stop => assert_eq!(r.field()?.ty, TType::STOP, "{name}"),
            Call::List { element, count } => assert_eq!(r.list_begin(*element)?, *count, "{name}"),
            Call::ListEnd => r.list_end()?,
            Call::Set { element, count } => assert_eq!(r.set_begin(*element)?, *count, "{name}"),
            Call::SetEnd => r.set_end()?,
            Call::Map { key, value, count } => {
                assert_eq!(r.map_begin(*key, *value)?, *count, "{name}");
            }
            Call::MapEnd => r.map_end()?,
            Call::Bool(value) => assert_eq!(r.bool()?, *value, "{name}"),
            Call::I8(value) => assert_eq!(r.i8()?, *value, "{name}"),
            Call::I16(value) => assert_eq!(r.i16()?, *value, "{name}"),
            Call::I32(value) => assert_eq!(r.i32()?, *value, "{name}"),
            Call::I64(value) => assert_eq!(r.i64()?, *value, "{name}"),
            Call::Double(bits) => assert_eq!(r.double()?.to_bits(), *bits, "{name}"),
            Call::Uuid(bytes) => assert_eq!(r.uuid()?, *bytes, "{name}"),
            Call::String(value) => assert_eq!(r.string()?, value, "{name}"),
            Call::Binary(value) => assert_eq!(r.owned()?, *value, "{name}"),
        }
    }
    Ok(())
}

/// The message header that a case begins with, if it does.
fn envelope(case: &Case) -> Option<Envelope> {
    match case.calls.first() {
        Some(Call::Message { name, kind, seqid }) => Some(Envelope {
            method: name.clone().into(),
            kind: MessageKind::from_number(*kind).expect("a kind of message"),
            seqid: *seqid,
        }),
        _ => None,
    }
}

/// The tests of a protocol whose values are read and written where they stand.
macro_rules! protocol {
    (mod $name:ident, $protocol:ident, $writer:ident, $reader:ident, others: [$($other:ident $other_writer:ident),*]) => {
        mod $name {
            use super::*;
            use thriftly::$protocol::{$reader, $writer, read_envelope, write_envelope};

            /// The value of a case, without its message header.
            fn value(case: &Case) -> Bytes {
                let mut message = Bytes::from(case.$protocol.clone());
                if let Some(expected) = envelope(case) {
                    let found = read_envelope(&mut message).expect("the header is read");
                    assert_eq!(found.method, expected.method, "{}", case.name);
                    assert_eq!(found.kind, expected.kind, "{}", case.name);
                    assert_eq!(found.seqid, expected.seqid, "{}", case.name);
                }
                message
            }

            #[test]
            fn the_same_bytes_are_written() {
                for case in cases() {
                    let mut bytes = Vec::new();
                    if let Some(Envelope { method, kind, seqid }) = envelope(&case) {
                        write_envelope(method.as_str(), kind, seqid, &mut bytes);
                    }
                    let mut writer = $writer::new(bytes);
                    write(&case.calls, &mut writer);
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
                    read(&case.name, &case.calls, &mut reader).expect("the value is read");
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
                        let mut bytes = Vec::new();
                        if let Some(Envelope { method, kind, seqid }) = envelope(&case) {
                            thriftly::$other::write_envelope(
                                method.as_str(),
                                kind,
                                seqid,
                                &mut bytes,
                            );
                        }
                        let mut writer = thriftly::$other::$other_writer::new(bytes);
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

            #[test]
            fn values_cut_short_at_any_byte_are_an_unexpected_end() {
                for case in cases().iter().filter(|case| envelope(case).is_none()) {
                    for end in 0..case.$protocol.len() {
                        let cut = &case.$protocol[..end];
                        let reader = || $reader::new(cut, &Limits::DEFAULT);
                        let eof = ErrorKind::UnexpectedEof;
                        let error = read(&case.name, &case.calls, &mut reader());
                        let error = error.expect_err("it is cut");
                        assert_eq!(error.kind(), eof, "{} at {end}", case.name);
                        let error = reader().skip(TType::STRUCT).expect_err("it is cut");
                        assert_eq!(error.kind(), eof, "{} at {end}", case.name);
                    }
                }
            }

            #[test]
            fn messages_cut_short_in_their_header_are_refused() {
                for case in cases().iter().filter(|case| envelope(case).is_some()) {
                    for end in 0..case.$protocol.len() - value(case).len() {
                        let mut cut = Bytes::copy_from_slice(&case.$protocol[..end]);
                        let error = read_envelope(&mut cut).expect_err("it is cut");
                        let kinds = [ErrorKind::UnexpectedEof, ErrorKind::SizeLimit];
                        assert!(kinds.contains(&error.kind()), "{} at {end}", case.name);
                    }
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

#[test]
fn broken_binary_message_headers_are_refused() {
    for (bytes, kind) in [
        ("80020001", ErrorKind::BadVersion),
        ("ffffffff", ErrorKind::BadVersion),
        ("8001", ErrorKind::UnexpectedEof),
        ("80010001", ErrorKind::UnexpectedEof),
        ("800100017fffffff70", ErrorKind::SizeLimit),
        ("80010001ffffffff70", ErrorKind::SizeLimit),
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
        ("822101ffffffff0f70", ErrorKind::SizeLimit),
        ("82210102ff", ErrorKind::SizeLimit),
        ("82210101ff", ErrorKind::InvalidUtf8),
    ] {
        let error = compact::read_envelope(&mut Bytes::from(unhex(bytes)));
        assert_eq!(error.expect_err(bytes).kind(), kind, "{bytes}");
    }
}

#[cfg(feature = "json")]
mod in_json {
    use super::*;
    use thriftly::json::{self, read_envelope, write_envelope};

    /// The value of a case, without what makes it a message.
    fn value(case: &Case) -> Bytes {
        let mut message = Bytes::from(case.json.clone());
        if let Some(expected) = envelope(case) {
            let found = read_envelope(&mut message).expect("the header is read");
            assert_eq!(found.method, expected.method, "{}", case.name);
            assert_eq!(found.kind, expected.kind, "{}", case.name);
            assert_eq!(found.seqid, expected.seqid, "{}", case.name);
        }
        message
    }

    fn read_case(case: &Case, value: &[u8]) -> thriftly::Result<()> {
        json::read(value, TType::STRUCT, &Limits::DEFAULT, |reader| {
            read(&case.name, &case.calls, reader)
        })
    }

    #[test]
    fn the_same_text_is_written() {
        for case in cases() {
            let mut bytes = Vec::new();
            if let Some(Envelope { method, kind, seqid }) = envelope(&case) {
                write_envelope(method.as_str(), kind, seqid, &mut bytes);
            }
            let value = json::write(TType::STRUCT, |writer| write(&case.calls, writer));
            bytes.extend_from_slice(&value.expect("it is written"));
            if envelope(&case).is_some() {
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
            if envelope(&case).is_none() {
                read_case(&case, text.as_bytes()).expect("the value is read");
            }
        }
    }

    #[test]
    fn white_space_may_stand_anywhere() {
        for case in cases().iter().filter(|case| envelope(case).is_none()) {
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

    #[test]
    fn values_cut_short_at_any_byte_are_an_unexpected_end() {
        for case in cases().iter().filter(|case| envelope(case).is_none()) {
            for end in 0..case.json.len() {
                let error = read_case(case, &case.json.as_bytes()[..end]).expect_err("it is cut");
                assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{} at {end}", case.name);
            }
        }
    }

    #[test]
    fn messages_cut_short_are_refused() {
        for case in cases().iter().filter(|case| envelope(case).is_some()) {
            for end in 0..case.json.len() {
                let mut cut = Bytes::copy_from_slice(&case.json.as_bytes()[..end]);
                let error = read_envelope(&mut cut).expect_err("it is cut");
                assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{} at {end}", case.name);
            }
        }
    }

    #[test]
    fn values_are_copied_to_and_from_the_binary_protocol() {
        // Text and binary can only be told apart by who reads it.
        let known = |case: &&Case| !case.calls.iter().any(|call| matches!(call, Call::Binary(_)));
        for case in cases().iter().filter(known) {
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
