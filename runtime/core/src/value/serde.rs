//! serde implementations of the value types.
//!
//! In human-readable formats, such as JSON, a `binary` is base64, a `uuid` is text, and non-finite
//! doubles are text; in other formats they are bytes and doubles.

use std::fmt;

use serde_core::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde_core::ser::{Error as _, Serialize, Serializer};

use crate::codec::{Reader, ScalarWriter, StructNames};
use crate::error::Result;
use crate::limits::Limits;
use crate::protocol::binary::{BinaryReader, BinaryWriter};
use crate::ttype::TType;
use crate::value::base64;
use crate::value::double::Double;
use crate::value::shared_str::SharedStr;
use crate::value::small_bytes::SmallBytes;
use crate::value::small_str::SmallStr;
use crate::value::unknown::{UnknownField, UnknownFields};
use crate::value::uuid::Uuid;

/// Largest capacity reserved on the strength of a size hint, in bytes.
const ROOM: usize = 1 << 20;

/// Capacity to reserve for a size hint, in values.
pub(crate) fn room_for<T>(announced: Option<usize>) -> usize {
    announced.unwrap_or(0).min(ROOM / size_of::<T>().max(1))
}

pub(crate) fn serialize_bytes<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
    if !s.is_human_readable() {
        return s.serialize_bytes(bytes);
    }
    let mut letters = Vec::new();
    base64::encode(bytes, &mut letters);
    s.serialize_str(std::str::from_utf8(&letters).map_err(S::Error::custom)?)
}

pub(crate) fn deserialize_bytes<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
    match d.is_human_readable() {
        true => d.deserialize_str(Blob { letters: true }),
        false => d.deserialize_byte_buf(Blob { letters: false }),
    }
}

struct Blob {
    letters: bool,
}

impl<'de> Visitor<'de> for Blob {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.letters { "base64" } else { "bytes" })
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<u8>, E> {
        match self.letters {
            true => base64::decode(text.as_bytes()).map_err(E::custom),
            false => Err(E::invalid_type(de::Unexpected::Str(text), &self)),
        }
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }

    // Some formats have no byte type.
    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<u8>, A::Error> {
        let mut bytes = Vec::with_capacity(room_for::<u8>(elements.size_hint()));
        while let Some(byte) = elements.next_element()? {
            bytes.push(byte);
        }
        Ok(bytes)
    }
}

pub(crate) fn serialize_double<S: Serializer>(value: f64, s: S) -> Result<S::Ok, S::Error> {
    if value.is_finite() || !s.is_human_readable() {
        return s.serialize_f64(value);
    }
    s.serialize_str(match value {
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        _ => "NaN",
    })
}

pub(crate) fn deserialize_double<'de, D: Deserializer<'de>>(d: D) -> Result<f64, D::Error> {
    match d.is_human_readable() {
        true => d.deserialize_any(Number),
        false => d.deserialize_f64(Number),
    }
}

struct Number;

impl Visitor<'_> for Number {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, \"NaN\", \"Infinity\" or \"-Infinity\"")
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }

    // Non-finite doubles, and every number in formats with text keys.
    fn visit_str<E: de::Error>(self, text: &str) -> Result<f64, E> {
        double_of(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

/// The double that a text stands for.
pub(crate) fn double_of(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        text => text.parse().ok().filter(|value: &f64| value.is_finite()),
    }
}

impl Serialize for Double {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        serialize_double(self.0, s)
    }
}

impl<'de> Deserialize<'de> for Double {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Double, D::Error> {
        deserialize_double(d).map(Double)
    }
}

impl Serialize for Uuid {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match s.is_human_readable() {
            true => s.collect_str(self),
            false => s.serialize_bytes(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Uuid {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Uuid, D::Error> {
        if d.is_human_readable() {
            return d.deserialize_str(Text("a uuid", |text: &str| text.parse().ok()));
        }
        let bytes = deserialize_bytes(d)?;
        match <[u8; 16]>::try_from(&bytes[..]) {
            Ok(bytes) => Ok(Uuid(bytes)),
            Err(_) => Err(de::Error::invalid_length(bytes.len(), &"16 bytes")),
        }
    }
}

impl Serialize for SmallBytes {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        serialize_bytes(self, s)
    }
}

impl<'de> Deserialize<'de> for SmallBytes {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<SmallBytes, D::Error> {
        deserialize_shared(d)
    }
}

macro_rules! text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<$name, D::Error> {
                d.deserialize_str(Text("a string", |text: &str| Some($name::from(text))))
            }
        }
    };
}

text!(SharedStr);
text!(SmallStr);

/// The expected value, and its conversion from text.
struct Text<F>(&'static str, F);

impl<T, F: Fn(&str) -> Option<T>> Visitor<'_> for Text<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.1)(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

/// Serialized as a struct in the binary protocol with this single field, because the type is known
/// only there.
impl Serialize for UnknownField {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut writer = BinaryWriter::new(Vec::new());
        self.encode(&mut writer);
        writer.stop();
        serialize_bytes(&writer.finish().0, s)
    }
}

impl<'de> Deserialize<'de> for UnknownField {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<UnknownField, D::Error> {
        let mut kept = UnknownField::default();
        read_fields(&deserialize_bytes(d)?, |field, reader| {
            kept = UnknownField::decode(field.id, field.ty, reader)?;
            Ok(())
        })
        .map_err(de::Error::custom)?;
        Ok(kept)
    }
}

/// Serialized as a struct in the binary protocol, because field types are known only there.
impl Serialize for UnknownFields {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut writer = BinaryWriter::new(Vec::new());
        self.encode(&mut writer);
        writer.stop();
        serialize_bytes(&writer.finish().0, s)
    }
}

impl<'de> Deserialize<'de> for UnknownFields {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<UnknownFields, D::Error> {
        let mut kept = UnknownFields::default();
        read_fields(&deserialize_bytes(d)?, |field, reader| kept.decode(field, reader))
            .map_err(de::Error::custom)?;
        Ok(kept)
    }
}

/// Iterates over the field headers of a struct in the binary protocol.
fn read_fields<'de>(
    bytes: &'de [u8],
    mut each: impl FnMut(crate::codec::FieldHeader, &mut BinaryReader<'de>) -> Result<()>,
) -> Result<()> {
    let mut reader = BinaryReader::new(bytes, &Limits::DEFAULT);
    let outer = reader.struct_begin(StructNames::NONE)?;
    loop {
        let field = reader.field()?;
        if field.ty == TType::STOP {
            break;
        }
        each(field, &mut reader)?;
    }
    reader.struct_end(outer);
    reader.finish()
}

/// The deserialized value of a type of bytes.
pub(crate) fn deserialize_shared<'de, T: From<Vec<u8>>, D: Deserializer<'de>>(
    d: D,
) -> Result<T, D::Error> {
    deserialize_bytes(d).map(T::from)
}
