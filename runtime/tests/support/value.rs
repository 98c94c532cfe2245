//! Values of any shape, without Rust types: how they are written, read and made at random.
//!
//! Both this crate's tests and the `tests` package use it.
#![allow(dead_code, unreachable_pub, reason = "no test needs all of it, and all are public in one")]

use thriftly::binary::BinaryWriter;
use thriftly::codec::{FieldHeader, Reader, StructNames, Writer};
use thriftly::compact::CompactWriter;
use thriftly::{Error, ErrorKind, Result, TType};

use super::random::Random;

/// A value of any type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// A `bool`.
    Bool(bool),
    /// An `i8`.
    I8(i8),
    /// An `i16`.
    I16(i16),
    /// An `i32`.
    I32(i32),
    /// An `i64`.
    I64(i64),
    /// The bits of a `double`: a NaN is one of many.
    Double(u64),
    /// A `uuid`.
    Uuid([u8; 16]),
    /// A `string`.
    Text(String),
    /// A `binary`.
    Blob(Vec<u8>),
    /// A list and the type of its elements.
    List(TType, Vec<Value>),
    /// A set and the type of its elements.
    Set(TType, Vec<Value>),
    /// A map and the types of its keys and values.
    Map(TType, TType, Vec<(Value, Value)>),
    /// A struct: the ids and values of its fields.
    Struct(Vec<(i16, Value)>),
}

/// The numbers of a list of the type.
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

impl Value {
    /// The type on the wire.
    pub fn ttype(&self) -> TType {
        match self {
            Value::Bool(_) => TType::BOOL,
            Value::I8(_) => TType::I8,
            Value::I16(_) => TType::I16,
            Value::I32(_) => TType::I32,
            Value::I64(_) => TType::I64,
            Value::Double(_) => TType::DOUBLE,
            Value::Uuid(_) => TType::UUID,
            Value::Text(_) | Value::Blob(_) => TType::STRING,
            Value::List(..) => TType::LIST,
            Value::Set(..) => TType::SET,
            Value::Map(..) => TType::MAP,
            Value::Struct(_) => TType::STRUCT,
        }
    }

    /// Writes the value. Lists of numbers are written in bulk, sets one by one.
    pub fn write<W: Writer>(&self, w: &mut W) {
        match self {
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
                        let bits = all!(values, Double);
                        w.doubles(&bits.into_iter().map(f64::from_bits).collect::<Vec<_>>());
                    }
                    _ => values.iter().for_each(|value| value.write(w)),
                }
                w.list_end();
            }
            Value::Set(element, values) => {
                w.set_begin(*element, values.len());
                values.iter().for_each(|value| value.write(w));
                w.set_end();
            }
            Value::Map(key, of, entries) => {
                w.map_begin(*key, *of, entries.len());
                for (key, value) in entries {
                    key.write(w);
                    value.write(w);
                }
                w.map_end();
            }
            Value::Struct(fields) => {
                let outer = w.struct_begin(StructNames::NONE);
                for (id, value) in fields {
                    match value {
                        Value::Bool(value) => w.field_bool(*id, *value),
                        Value::I32(value) => w.field_i32(*id, *value),
                        Value::I64(value) => w.field_i64(*id, *value),
                        Value::Text(value) => w.field_string(*id, value),
                        value => {
                            w.field(value.ttype(), *id);
                            value.write(w);
                        }
                    }
                }
                w.stop();
                w.struct_end(outer);
            }
        }
    }

    /// The value in the binary protocol.
    ///
    /// # Panics
    /// It is too long, as in [`compact`](Value::compact).
    pub fn binary(&self) -> Vec<u8> {
        let mut writer = BinaryWriter::new(Vec::new());
        self.write(&mut writer);
        let (bytes, result) = writer.finish();
        result.expect("nothing is too long");
        bytes
    }

    /// The value in the compact protocol.
    pub fn compact(&self) -> Vec<u8> {
        let mut writer = CompactWriter::new(Vec::new());
        self.write(&mut writer);
        let (bytes, result) = writer.finish();
        result.expect("nothing is too long");
        bytes
    }

    /// Reads a value, and compares it with this one. Text that `blobs` says so has become binary
    /// on its way.
    ///
    /// # Errors
    /// It cannot be read, or is another.
    pub fn expect<'de, R: Reader<'de>>(&self, blobs: bool, r: &mut R) -> Result<()> {
        macro_rules! same {
            ($found:expr, $expected:expr) => {{
                let (found, expected) = ($found, $expected);
                if found != expected {
                    let message = format!("{found:?} read, but {expected:?} expected");
                    return Err(Error::new(ErrorKind::InvalidData, message));
                }
            }};
        }
        match self {
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
                        let doubles = r.doubles(count)?.into_iter();
                        same!(doubles.map(f64::to_bits).collect::<Vec<_>>(), all!(values, Double));
                    }
                    _ => values.iter().try_for_each(|value| value.expect(blobs, r))?,
                }
                r.list_end()?;
            }
            Value::Set(element, values) => {
                same!(r.set_begin(*element)?, values.len());
                values.iter().try_for_each(|value| value.expect(blobs, r))?;
                r.set_end()?;
            }
            Value::Map(key, of, entries) => {
                same!(r.map_begin(*key, *of)?, entries.len());
                for (key, value) in entries {
                    key.expect(blobs, r)?;
                    value.expect(blobs, r)?;
                }
                r.map_end()?;
            }
            Value::Struct(fields) => {
                let outer = r.struct_begin(StructNames::NONE)?;
                for (id, value) in fields {
                    let ty = value.ttype();
                    // As generated code does: the header that is expected is tried first.
                    if !r.field_is(ty, *id) {
                        same!(r.field()?, FieldHeader { ty, id: *id });
                    }
                    value.expect(blobs, r)?;
                }
                same!(r.field()?.ty, TType::STOP);
                r.struct_end(outer);
            }
        }
        Ok(())
    }
}

impl Value {
    /// Decodes any value of a type. Text is not marked on the wire, so it is a [`Value::Blob`].
    ///
    /// # Errors
    /// It is broken.
    pub fn read<'de, R: Reader<'de>>(ty: TType, r: &mut R) -> Result<Value> {
        Ok(match ty {
            TType::BOOL => Value::Bool(r.bool()?),
            TType::I8 => Value::I8(r.i8()?),
            TType::I16 => Value::I16(r.i16()?),
            TType::I32 => Value::I32(r.i32()?),
            TType::I64 => Value::I64(r.i64()?),
            TType::DOUBLE => Value::Double(r.double()?.to_bits()),
            TType::UUID => Value::Uuid(r.uuid()?),
            TType::STRING => Value::Blob(r.string_or_binary()?.into()),
            TType::LIST | TType::SET => {
                let (element, count) = r.any_list_begin()?;
                let values = (0..count).map(|_| Value::read(element, r)).collect::<Result<_>>()?;
                match ty {
                    TType::SET => r.set_end()?,
                    _ => r.list_end()?,
                }
                if ty == TType::SET {
                    Value::Set(element, values)
                } else {
                    Value::List(element, values)
                }
            }
            TType::MAP => {
                let (key, of, count) = r.any_map_begin()?;
                let entries = (0..count).map(|_| Ok((Value::read(key, r)?, Value::read(of, r)?)));
                let entries = entries.collect::<Result<_>>()?;
                r.map_end()?;
                Value::Map(key, of, entries)
            }
            _ => {
                let outer = r.struct_begin(StructNames::NONE)?;
                let mut fields = Vec::new();
                loop {
                    let field = r.field()?;
                    if field.ty == TType::STOP {
                        break;
                    }
                    fields.push((field.id, Value::read(field.ty, r)?));
                }
                r.struct_end(outer);
                Value::Struct(fields)
            }
        })
    }

    /// The form in which values can be compared that came by different ways: sets and maps are
    /// sorted, text is bytes, and an empty map has no types, as the compact protocol has it.
    #[must_use]
    pub fn normal(self) -> Value {
        let all = |values: Vec<Value>| values.into_iter().map(Value::normal).collect();
        match self {
            Value::Text(text) => Value::Blob(text.into_bytes()),
            Value::List(of, values) => Value::List(of, all(values)),
            Value::Set(of, values) => {
                let mut values: Vec<_> = all(values);
                values.sort();
                Value::Set(of, values)
            }
            Value::Map(_, _, entries) if entries.is_empty() => {
                Value::Map(TType::STOP, TType::STOP, entries)
            }
            Value::Map(key, of, entries) => {
                let entries =
                    entries.into_iter().map(|(key, value)| (key.normal(), value.normal()));
                let mut entries: Vec<_> = entries.collect();
                entries.sort();
                Value::Map(key, of, entries)
            }
            Value::Struct(fields) => {
                Value::Struct(fields.into_iter().map(|(id, value)| (id, value.normal())).collect())
            }
            value => value,
        }
    }
}

/// The types that hold no others.
pub const SCALARS: [TType; 8] = [
    TType::BOOL,
    TType::I8,
    TType::I16,
    TType::I32,
    TType::I64,
    TType::DOUBLE,
    TType::UUID,
    TType::STRING,
];

/// What random values look like.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Only what JSON can express: keys are scalars, and there is one NaN.
    pub json: bool,
    /// How many values there may be in all, more or less.
    pub room: usize,
}

impl Random {
    /// A struct of any fields. Most are small, some large.
    pub fn any_struct(&mut self, json: bool) -> Value {
        let room = match self.below(100) {
            0 => 400,
            1..10 => 80,
            _ => 16,
        };
        self.value(TType::STRUCT, 4, &mut Shape { json, room })
    }

    /// A value of the type, with at most so many levels within it.
    pub fn value(&mut self, ty: TType, depth: u32, shape: &mut Shape) -> Value {
        shape.room = shape.room.saturating_sub(1);
        let deeper = depth.saturating_sub(1);
        match ty {
            TType::BOOL => Value::Bool(self.chance()),
            TType::I8 => Value::I8(self.bits() as i8),
            TType::I16 => Value::I16(self.number() as i16),
            TType::I32 => Value::I32(self.number() as i32),
            TType::I64 => Value::I64(self.number()),
            TType::DOUBLE => Value::Double(self.double(shape.json)),
            TType::UUID => Value::Uuid(std::array::from_fn(|_| self.bits() as u8)),
            TType::STRING => match self.below(3) {
                0 => Value::Blob(self.some_bytes()),
                _ => Value::Text(self.text()),
            },
            TType::STRUCT => {
                let mut last = 0_i16;
                let fields = (0..self.count(5, shape)).map(|_| {
                    // Most ids follow the one before closely, as they do in life.
                    last = match self.below(8) {
                        0 => self.bits() as i16,
                        _ => last.wrapping_add(self.below(18) as i16),
                    };
                    let ty = self.ttype(deeper);
                    (last, self.value(ty, deeper, shape))
                });
                Value::Struct(fields.collect())
            }
            TType::MAP => {
                let key = self.ttype(if shape.json { 0 } else { deeper });
                let of = self.ttype(deeper);
                let entries = (0..self.count(4, shape))
                    .map(|_| (self.value(key, deeper, shape), self.value(of, deeper, shape)));
                Value::Map(key, of, entries.collect())
            }
            _ => {
                let of = self.ttype(deeper);
                // Some that are beyond the fourteen of a short header.
                let most = if SCALARS.contains(&of) && self.below(4) == 0 { 40 } else { 5 };
                let values = (0..self.count(most, shape)).map(|_| self.value(of, deeper, shape));
                match ty {
                    TType::SET => Value::Set(of, values.collect()),
                    _ => Value::List(of, values.collect()),
                }
            }
        }
    }

    /// A type, if there may be levels below it also one of those that hold others.
    pub fn ttype(&mut self, depth: u32) -> TType {
        let nested = [TType::LIST, TType::SET, TType::MAP, TType::STRUCT];
        match self.below(if depth == 0 { 8 } else { 12 }) {
            scalar @ ..8 => SCALARS[scalar],
            at => nested[at - 8],
        }
    }

    /// How many elements, up to a number and as there is room for.
    fn count(&mut self, most: usize, shape: &Shape) -> usize {
        self.below(most + 1).min(shape.room)
    }

    /// One of two.
    pub fn chance(&mut self) -> bool {
        self.bits() >> 63 == 1
    }

    /// A number of any length, mostly a short one.
    pub fn number(&mut self) -> i64 {
        let shift = self.below(64);
        self.bits() as i64 >> shift
    }

    /// The bits of a double; in JSON there is one NaN only.
    pub fn double(&mut self, json: bool) -> u64 {
        let bits = match self.below(8) {
            0 => {
                let special =
                    [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, 5e-324];
                special[self.below(special.len())].to_bits()
            }
            1 => (self.number() as f64 / 8.0).to_bits(),
            // A NaN of those that are not the usual one.
            2 => 0x7ff0_0000_0000_0000 | self.bits(),
            _ => self.bits(),
        };
        match json && f64::from_bits(bits).is_nan() {
            true => f64::NAN.to_bits(),
            false => bits,
        }
    }

    /// Text, some of it of more than one byte to a character, some of it long.
    pub fn text(&mut self) -> String {
        let len = self.length();
        match self.below(3) {
            0 => (0..len).map(|_| self.character()).collect(),
            _ => (0..len).map(|_| char::from(b' ' + self.below(95) as u8)).collect(),
        }
    }

    /// Any bytes, some of them many.
    pub fn some_bytes(&mut self) -> Vec<u8> {
        let len = self.length();
        self.bytes(len)
    }

    /// Mostly short, some with a length of more than one byte.
    fn length(&mut self) -> usize {
        match self.below(32) {
            0 => 100 + self.below(100),
            _ => self.below(10),
        }
    }

    /// A character of any length in UTF-8; those that JSON escapes come often.
    fn character(&mut self) -> char {
        const SPECIAL: [char; 10] =
            ['"', '\\', '/', '\0', '\n', '\t', '\u{7f}', '\u{2028}', '\u{ffff}', '\u{10ffff}'];
        match self.below(5) {
            0 => SPECIAL[self.below(SPECIAL.len())],
            1 => char::from(self.below(128) as u8),
            2 => char::from_u32(self.below(0x800) as u32).unwrap_or('é'),
            // The values that are no characters are surrogates.
            3 => char::from_u32(self.below(0x1_0000) as u32).unwrap_or('漢'),
            _ => char::from_u32(0x1_0000 + self.below(0x10_0000) as u32).unwrap_or('🦀'),
        }
    }
}
