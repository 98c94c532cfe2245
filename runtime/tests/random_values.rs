//! Random values, of any shape, in every protocol: what is written is read back, skipped, kept
//! unknown, and carried over into the other protocols (D15).
//!
//! `RANDOM_CASES` says how many values are tried in each protocol, `RANDOM_SEED` which.

#[path = "support/cases.rs"]
mod cases;
#[path = "support/random.rs"]
mod random;
#[path = "support/value.rs"]
mod value;

use cases::{Case, cases};
use random::Random;
use thriftly::binary::{BinaryReader, BinaryWriter};
use thriftly::codec::{Reader, Writer, copy_value};
use thriftly::compact::{CompactReader, CompactWriter};
use thriftly::{ErrorKind, Limits, Result, TType};
use value::Value;

/// Tries many values, each with random numbers beside it.
fn try_all(json: bool, check: impl Fn(&Value, &mut Random) -> Result<()>) {
    // Miri looks at each step of the machine.
    for number in cases(if cfg!(miri) { 50 } else { 100_000 }) {
        let mut random = Random::new(number);
        let value = random.any_struct(json);
        let _case = Case { number, name: "a struct", value: &value };
        check(&value, &mut random).expect("no step fails");
    }
}

/// What all protocols have to do whose values are read where they stand.
macro_rules! protocol {
    ($name:ident, $form:ident, $writer:ident, $reader:ident) => {
        #[test]
        fn $name() {
            try_all(false, |value, random| {
                let bytes = value.$form();
                let mut reader = $reader::new(&bytes, &Limits::DEFAULT);
                value.expect(false, &mut reader)?;
                reader.finish()?;

                let mut reader = $reader::new(&bytes, &Limits::DEFAULT);
                reader.skip(TType::STRUCT)?;
                reader.finish()?;

                // A preserved unknown field is encoded unchanged.
                let kept = $reader::new(&bytes, &Limits::DEFAULT).capture(TType::STRUCT)?;
                let mut writer = $writer::new(Vec::new());
                writer.raw(&kept);
                assert_eq!(writer.finish().0, bytes);

                let cut = &bytes[..random.below(bytes.len())];
                let error = $reader::new(cut, &Limits::DEFAULT).skip(TType::STRUCT);
                assert_eq!(error.map_err(|error| error.kind()), Err(ErrorKind::UnexpectedEof));
                Ok(())
            });
        }
    };
}

protocol!(binary_values_come_back, binary, BinaryWriter, BinaryReader);
protocol!(compact_values_come_back, compact, CompactWriter, CompactReader);

#[test]
fn values_are_carried_between_binary_and_compact() {
    try_all(false, |value, _| {
        let (binary, compact) = (value.binary(), value.compact());

        let mut writer = CompactWriter::new(Vec::new());
        let mut reader = BinaryReader::new(&binary, &Limits::DEFAULT);
        copy_value(TType::STRUCT, &mut reader, &mut writer)?;
        assert_eq!(writer.finish().0, compact);

        // An empty map loses its types, so it has to be read, not compared.
        let mut writer = BinaryWriter::new(Vec::new());
        let mut reader = CompactReader::new(&compact, &Limits::DEFAULT);
        copy_value(TType::STRUCT, &mut reader, &mut writer)?;
        let carried = writer.finish().0;
        assert_eq!(carried.len(), binary.len());
        value.expect(false, &mut BinaryReader::new(&carried, &Limits::DEFAULT))
    });
}

#[cfg(feature = "json")]
mod json {
    use super::*;
    use thriftly::json;

    #[test]
    fn json_values_come_back() {
        try_all(true, |value, random| {
            let text = json::write(TType::STRUCT, |writer| value.write(writer))?;
            json::read(&text, TType::STRUCT, &Limits::DEFAULT, |r| value.expect(false, r))?;

            // Others can read it, too.
            let other: serde_json::Value = serde_json::from_slice(&text).expect("it is JSON");
            assert!(other.is_object());

            // A preserved unknown field is encoded to the same value.
            let capture =
                |r: &mut BinaryReader<'_>| r.capture(TType::STRUCT).map(|v| v.into_owned());
            let kept = json::read(&text, TType::STRUCT, &Limits::DEFAULT, capture)?;
            assert!(kept.bytes().len() <= text.len());
            assert_eq!(json::write(TType::STRUCT, |writer| writer.raw(&kept))?, text);

            let cut = &text[..random.below(text.len())];
            let skip = |reader: &mut BinaryReader<'_>| reader.skip(TType::STRUCT);
            let error = json::read(cut, TType::STRUCT, &Limits::DEFAULT, skip);
            assert_eq!(error.map_err(|error| error.kind()), Err(ErrorKind::UnexpectedEof));
            Ok(())
        });
    }

    #[test]
    fn values_are_carried_from_compact_to_json_and_back() {
        try_all(true, |value, _| {
            let compact = value.compact();
            let text = json::write(TType::STRUCT, |writer| {
                let mut reader = CompactReader::new(&compact, &Limits::DEFAULT);
                copy_value(TType::STRUCT, &mut reader, writer).expect("it is copied");
            })?;
            // Without its type, text is written as binary.
            json::read(&text, TType::STRUCT, &Limits::DEFAULT, |r| value.expect(true, r))
        });
    }
}

/// What random values are not: a mebibyte of text and of bytes, a hundred thousand elements.
#[test]
fn large_values_come_back() {
    let value = Value::Struct(vec![
        (1, Value::Text("é".repeat(1 << 19))),
        (2, Value::Blob((0..1 << 20).map(|at| (at * 7) as u8).collect())),
        (
            3,
            Value::List(
                TType::I64,
                (0..100_000).map(|at| Value::I64(i64::MIN >> (at % 64))).collect(),
            ),
        ),
        (
            4,
            Value::Set(TType::DOUBLE, (0..100_000_u64).map(|at| Value::Double(at << 40)).collect()),
        ),
        (
            5,
            Value::Map(
                TType::STRING,
                TType::BOOL,
                (0..100_000)
                    .map(|at| (Value::Text(format!("{at}")), Value::Bool(at % 3 == 0)))
                    .collect(),
            ),
        ),
    ]);
    let bytes = value.binary();
    value.expect(false, &mut BinaryReader::new(&bytes, &Limits::DEFAULT)).expect("it comes back");
    let bytes = value.compact();
    value.expect(false, &mut CompactReader::new(&bytes, &Limits::DEFAULT)).expect("it comes back");
    #[cfg(feature = "json")]
    {
        use thriftly::json;
        let text = json::write(TType::STRUCT, |writer| value.write(writer)).expect("it is written");
        json::read(&text, TType::STRUCT, &Limits::DEFAULT, |r| value.expect(false, r))
            .expect("it comes back");
    }
}
