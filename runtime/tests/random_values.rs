//! Random values, of any shape, in every protocol: what is written is read back, skipped, and
//! carried over into the other protocols.

use proptest::collection::vec;
use proptest::prelude::*;
use thriftly::binary::{BinaryReader, BinaryWriter};
use thriftly::codec::{FieldHeader, Reader, StructNames, Writer, copy_value};
use thriftly::compact::{CompactReader, CompactWriter};
use thriftly::{ErrorKind, Limits, TType};

#[derive(Debug, Clone)]
enum Value {
    Bool(bool),
    I8(i8),
    I16(i16),
    I32(i32),
    I64(i64),
    /// Its bits: a NaN is one of many.
    Double(u64),
    Uuid([u8; 16]),
    Text(String),
    Blob(Vec<u8>),
    List(TType, Vec<Value>),
    Set(TType, Vec<Value>),
    Map(TType, TType, Vec<(Value, Value)>),
    Struct(Vec<(i16, TType, Value)>),
}

const SCALARS: [TType; 8] = [
    TType::BOOL,
    TType::I8,
    TType::I16,
    TType::I32,
    TType::I64,
    TType::DOUBLE,
    TType::UUID,
    TType::STRING,
];

fn ttype(depth: u32) -> impl Strategy<Value = TType> {
    let nested = [TType::LIST, TType::SET, TType::MAP, TType::STRUCT];
    let nested = if depth == 0 { &[][..] } else { &nested };
    prop::sample::select([&SCALARS[..], nested].concat())
}

/// Numbers of every length, most of them short.
fn number() -> impl Strategy<Value = i64> {
    (any::<i64>(), 0..64_u32).prop_map(|(number, shift)| number >> shift)
}

/// A value of the type. JSON has no keys but scalars, and not every NaN.
fn value(ty: TType, depth: u32, json: bool) -> BoxedStrategy<Value> {
    let deeper = depth.saturating_sub(1);
    match ty {
        TType::BOOL => any::<bool>().prop_map(Value::Bool).boxed(),
        TType::I8 => any::<i8>().prop_map(Value::I8).boxed(),
        TType::I16 => number().prop_map(|number| Value::I16(number as i16)).boxed(),
        TType::I32 => number().prop_map(|number| Value::I32(number as i32)).boxed(),
        TType::I64 => number().prop_map(Value::I64).boxed(),
        TType::DOUBLE => any::<u64>()
            .prop_map(move |bits| match json && f64::from_bits(bits).is_nan() {
                true => Value::Double(f64::NAN.to_bits()),
                false => Value::Double(bits),
            })
            .boxed(),
        TType::UUID => any::<[u8; 16]>().prop_map(Value::Uuid).boxed(),
        TType::STRING => prop_oneof![
            vec(any::<char>(), 0..20).prop_map(|text| Value::Text(text.into_iter().collect())),
            // A length of more than one byte.
            "[ -~]{0,200}".prop_map(Value::Text),
            vec(any::<u8>(), 0..40).prop_map(Value::Blob),
        ]
        .boxed(),
        TType::STRUCT => vec((any::<i16>(), any::<u8>(), ttype(deeper)), 0..6)
            .prop_flat_map(move |fields| {
                let mut last = 0_i16;
                let fields = fields.into_iter().map(move |(id, step, ty)| {
                    // Most ids follow the one before closely, as they do in life.
                    last = match step {
                        ..220 => last.wrapping_add(i16::from(step % 18)),
                        _ => id,
                    };
                    let id = last;
                    value(ty, deeper, json).prop_map(move |value| (id, ty, value))
                });
                fields.collect::<Vec<_>>()
            })
            .prop_map(Value::Struct)
            .boxed(),
        TType::MAP => {
            let key = if json { ttype(0).boxed() } else { ttype(deeper).boxed() };
            (key, ttype(deeper))
                .prop_flat_map(move |(key, of)| {
                    let entry = (value(key, deeper, json), value(of, deeper, json));
                    vec(entry, 0..5).prop_map(move |entries| Value::Map(key, of, entries))
                })
                .boxed()
        }
        _ => (ttype(deeper), 0..100_usize)
            .prop_flat_map(move |(of, most)| {
                let most = if SCALARS.contains(&of) { most } else { most % 5 };
                vec(value(of, deeper, json), 0..=most).prop_map(move |values| match ty {
                    TType::SET => Value::Set(of, values),
                    _ => Value::List(of, values),
                })
            })
            .boxed(),
    }
}

fn any_struct(json: bool) -> BoxedStrategy<Value> {
    value(TType::STRUCT, 4, json)
}

/// The numbers of a list, if it is one of the kind.
macro_rules! all {
    ($values:ident, $kind:ident) => {
        $values
            .iter()
            .map(|value| match value {
                Value::$kind(value) => *value,
                other => panic!("{other:?} is no {}", stringify!($kind)),
            })
            .collect::<Vec<_>>()
    };
}

/// Lists of numbers are written in bulk, sets one by one.
fn write<W: Writer>(value: &Value, w: &mut W) {
    match value {
        Value::Bool(value) => w.bool(*value),
        Value::I8(value) => w.i8(*value),
        Value::I16(value) => w.i16(*value),
        Value::I32(value) => w.i32(*value),
        Value::I64(value) => w.i64(*value),
        Value::Double(bits) => w.double(f64::from_bits(*bits)),
        Value::Uuid(value) => w.uuid(*value),
        Value::Text(value) => w.string(value),
        Value::Blob(value) => w.binary(value),
        Value::List(element, values) => {
            w.list_begin(*element, values.len());
            match *element {
                TType::I8 => w.i8s(&all!(values, I8)),
                TType::I16 => w.i16s(&all!(values, I16)),
                TType::I32 => w.i32s(&all!(values, I32)),
                TType::I64 => w.i64s(&all!(values, I64)),
                TType::DOUBLE => {
                    let doubles: Vec<_> =
                        all!(values, Double).into_iter().map(f64::from_bits).collect();
                    w.doubles(&doubles);
                }
                _ => values.iter().for_each(|value| write(value, w)),
            }
            w.list_end();
        }
        Value::Set(element, values) => {
            w.set_begin(*element, values.len());
            values.iter().for_each(|value| write(value, w));
            w.set_end();
        }
        Value::Map(key, of, entries) => {
            w.map_begin(*key, *of, entries.len());
            for (key, value) in entries {
                write(key, w);
                write(value, w);
            }
            w.map_end();
        }
        Value::Struct(fields) => {
            let outer = w.struct_begin(StructNames::NONE);
            for (id, ty, value) in fields {
                match value {
                    Value::Bool(value) => w.field_bool(*id, *value),
                    Value::I32(value) => w.field_i32(*id, *value),
                    Value::I64(value) => w.field_i64(*id, *value),
                    Value::Text(value) => w.field_string(*id, value),
                    value => {
                        w.field(*ty, *id);
                        write(value, w);
                    }
                }
            }
            w.stop();
            w.struct_end(outer);
        }
    }
}

/// Reads a value, and compares it with the one that is expected. Text that `blobs` says so has
/// become binary on its way.
fn read<'de, R: Reader<'de>>(
    value: &Value,
    blobs: bool,
    r: &mut R,
) -> Result<(), Box<dyn std::error::Error>> {
    macro_rules! same {
        ($found:expr, $expected:expr) => {{
            let (found, expected) = ($found, $expected);
            if found != expected {
                return Err(format!("{found:?} read, but {expected:?} expected").into());
            }
        }};
    }
    match value {
        Value::Bool(value) => same!(r.bool()?, *value),
        Value::I8(value) => same!(r.i8()?, *value),
        Value::I16(value) => same!(r.i16()?, *value),
        Value::I32(value) => same!(r.i32()?, *value),
        Value::I64(value) => same!(r.i64()?, *value),
        Value::Double(bits) => same!(r.double()?.to_bits(), *bits),
        Value::Uuid(value) => same!(r.uuid()?, *value),
        Value::Text(value) if blobs => same!(r.owned()?, value.as_bytes()),
        Value::Text(value) => same!(r.string()?, value),
        Value::Blob(value) => same!(r.owned()?, value.as_slice()),
        Value::List(element, values) => {
            let count = r.list_begin(*element)?;
            same!(count, values.len());
            match *element {
                TType::I8 => same!(r.i8s(count)?, all!(values, I8)),
                TType::I16 => same!(r.i16s(count)?, all!(values, I16)),
                TType::I32 => same!(r.i32s(count)?, all!(values, I32)),
                TType::I64 => same!(r.i64s(count)?, all!(values, I64)),
                TType::DOUBLE => {
                    let bits: Vec<_> = r.doubles(count)?.into_iter().map(f64::to_bits).collect();
                    same!(bits, all!(values, Double));
                }
                _ => values.iter().try_for_each(|value| read(value, blobs, r))?,
            }
            r.list_end()?;
        }
        Value::Set(element, values) => {
            same!(r.set_begin(*element)?, values.len());
            values.iter().try_for_each(|value| read(value, blobs, r))?;
            r.set_end()?;
        }
        Value::Map(key, of, entries) => {
            same!(r.map_begin(*key, *of)?, entries.len());
            for (key, value) in entries {
                read(key, blobs, r)?;
                read(value, blobs, r)?;
            }
            r.map_end()?;
        }
        Value::Struct(fields) => {
            let outer = r.struct_begin(StructNames::NONE)?;
            for (id, ty, value) in fields {
                // As generated code does: the header that is expected is tried first.
                if !r.field_is(*ty, *id) {
                    same!(r.field()?, FieldHeader { ty: *ty, id: *id });
                }
                read(value, blobs, r)?;
            }
            same!(r.field()?.ty, TType::STOP);
            r.struct_end(outer);
        }
    }
    Ok(())
}

/// What all protocols have to do whose values are read where they stand.
macro_rules! protocol {
    ($name:ident, $writer:ident, $reader:ident) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(10_000))]

            #[test]
            fn $name(value in any_struct(false), cut in any::<prop::sample::Index>()) {
                let mut writer = $writer::new(Vec::new());
                write(&value, &mut writer);
                let (bytes, result) = writer.finish();
                result?;

                let mut reader = $reader::new(&bytes, &Limits::DEFAULT);
                let result = read(&value, false, &mut reader);
                prop_assert!(result.is_ok(), "{}", result.unwrap_err());
                reader.finish()?;

                let mut reader = $reader::new(&bytes, &Limits::DEFAULT);
                reader.skip(TType::STRUCT)?;
                reader.finish()?;

                // What is kept of an unknown field is written back unchanged.
                let mut reader = $reader::new(&bytes, &Limits::DEFAULT);
                let kept = reader.capture(TType::STRUCT)?;
                let mut writer = $writer::new(Vec::new());
                writer.raw(&kept);
                prop_assert_eq!(&writer.finish().0, &bytes);

                let cut = &bytes[..cut.index(bytes.len())];
                let error = $reader::new(cut, &Limits::DEFAULT).skip(TType::STRUCT);
                prop_assert_eq!(error.map_err(|error| error.kind()), Err(ErrorKind::UnexpectedEof));
            }
        }
    };
}

protocol!(binary_values_come_back, BinaryWriter, BinaryReader);
protocol!(compact_values_come_back, CompactWriter, CompactReader);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn values_are_carried_between_binary_and_compact(value in any_struct(false)) {
        let mut writer = BinaryWriter::new(Vec::new());
        write(&value, &mut writer);
        let binary = writer.finish().0;
        let mut writer = CompactWriter::new(Vec::new());
        write(&value, &mut writer);
        let compact = writer.finish().0;

        let mut writer = CompactWriter::new(Vec::new());
        let mut reader = BinaryReader::new(&binary, &Limits::DEFAULT);
        copy_value(TType::STRUCT, &mut reader, &mut writer)?;
        prop_assert_eq!(&writer.finish().0, &compact);

        // An empty map loses its types, so it has to be read, not compared.
        let mut writer = BinaryWriter::new(Vec::new());
        let mut reader = CompactReader::new(&compact, &Limits::DEFAULT);
        copy_value(TType::STRUCT, &mut reader, &mut writer)?;
        let carried = writer.finish().0;
        prop_assert_eq!(carried.len(), binary.len());
        let result = read(&value, false, &mut BinaryReader::new(&carried, &Limits::DEFAULT));
        prop_assert!(result.is_ok(), "{}", result.unwrap_err());
    }
}

#[cfg(feature = "json")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn json_values_come_back(value in any_struct(true), cut in any::<prop::sample::Index>()) {
        let json = thriftly::json::write(TType::STRUCT, |writer| write(&value, writer))?;
        let result = thriftly::json::read(&json, TType::STRUCT, &Limits::DEFAULT, |reader| {
            Ok(read(&value, false, reader).map_err(|error| error.to_string()))
        })?;
        prop_assert!(result.is_ok(), "{}", result.unwrap_err());

        // Others can read it, too.
        let other: serde_json::Value = serde_json::from_slice(&json)?;
        prop_assert!(other.is_object());

        let cut = &json[..cut.index(json.len())];
        let skip = |reader: &mut BinaryReader<'_>| reader.skip(TType::STRUCT);
        let result = thriftly::json::read(cut, TType::STRUCT, &Limits::DEFAULT, skip);
        prop_assert_eq!(result.map_err(|error| error.kind()), Err(ErrorKind::UnexpectedEof));
    }

    #[test]
    fn values_are_carried_from_compact_to_json_and_back(value in any_struct(true)) {
        let mut writer = CompactWriter::new(Vec::new());
        write(&value, &mut writer);
        let compact = writer.finish().0;
        let json = thriftly::json::write(TType::STRUCT, |writer| {
            let mut reader = CompactReader::new(&compact, &Limits::DEFAULT);
            copy_value(TType::STRUCT, &mut reader, writer).expect("it is copied");
        })?;
        // Without its type, text is written as binary.
        let result = thriftly::json::read(&json, TType::STRUCT, &Limits::DEFAULT, |reader| {
            Ok(read(&value, true, reader).map_err(|error| error.to_string()))
        })?;
        prop_assert!(result.is_ok(), "{}", result.unwrap_err());
    }
}
