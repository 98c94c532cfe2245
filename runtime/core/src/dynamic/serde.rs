//! serde's traits: values as generated types are written, and values without a type.

use std::fmt;

use bytes::Bytes;
use serde_core::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
};
use serde_core::ser::{Serialize, SerializeMap, Serializer};

use super::types::Type;
use super::value::{Enum, Map, Struct, Union, Value};
use crate::value::serde::{room_for, serialize_bytes, serialize_double};

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => s.serialize_unit(),
            Value::Bool(value) => s.serialize_bool(*value),
            Value::I8(value) => s.serialize_i8(*value),
            Value::I16(value) => s.serialize_i16(*value),
            Value::I32(value) => s.serialize_i32(*value),
            Value::I64(value) => s.serialize_i64(*value),
            Value::Double(value) => serialize_double(value.0, s),
            Value::String(text) => s.serialize_str(text),
            Value::Binary(bytes) => serialize_bytes(bytes, s),
            Value::Uuid(value) => value.serialize(s),
            Value::Enum(value) => value.serialize(s),
            Value::List(list) => list.serialize(s),
            Value::Set(values) => s.collect_seq(values),
            Value::Map(entries) => entries.serialize(s),
            Value::Struct(value) => value.serialize(s),
            Value::Union(value) => value.serialize(s),
        }
    }
}

/// By its name, if it has one and people read the format.
impl Serialize for Enum {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.name() {
            Some(name) if s.is_human_readable() => s.serialize_str(name),
            _ => s.serialize_i32(self.number()),
        }
    }
}

/// As a list of pairs if the keys cannot be text.
impl Serialize for Map {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.is_pairs {
            true => s.collect_seq(&self.entries),
            false => s.collect_map(&self.entries),
        }
    }
}

/// By the names of the fields. Unknown fields have no names, so they are omitted.
impl Serialize for Struct {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            return s.collect_map(self.iter());
        }
        let mut map = s.serialize_map(Some(self.fields.len()))?;
        for ((_, name), value) in self.shape.names.fields.iter().zip(&self.fields) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A map with one entry; without any if no field is set that the IDL declares.
impl Serialize for Union {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(self.field())
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Value, D::Error> {
        d.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        d.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::I64(value))
    }

    /// Larger numbers fit only `double`.
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or_else(|_| Value::from(value as f64), Value::I64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Value, E> {
        Ok(Value::Binary(Bytes::copy_from_slice(bytes)))
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Value, E> {
        Ok(Value::Binary(bytes.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut values = Vec::<Value>::with_capacity(room_for::<Value>(elements.size_hint()));
        while let Some(value) = elements.next_element()? {
            values.push(value);
        }
        Ok(Value::List(values.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new(false);
        while let Some(key) = entries.next_key::<Value>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!("{} occurs twice", key.shown())));
            }
            map.insert(key, entries.next_value()?);
        }
        Ok(Value::Map(map))
    }
}

/// Reads a value of the type from a self-describing format such as JSON, as generated types read it:
/// names that are no fields are passed over.
///
/// ```
/// use serde_core::de::DeserializeSeed;
/// use thriftly::dynamic::Idl;
///
/// let idl = Idl::load_str("struct Person { 1: string name, 2: list<i32> years }")?;
/// let mut json = serde_json::Deserializer::from_str(r#"{"name": "Ada", "years": [1815, "1852"]}"#);
/// let error = idl.ty("Person")?.deserialize(&mut json).unwrap_err();
/// assert_eq!(error.to_string(), "Person.years[1]: expected i32, found string \"1852\"");
/// # Ok::<(), thriftly::Error>(())
/// ```
impl<'de> DeserializeSeed<'de> for &Type {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        self.converted(Value::deserialize(d)?).map_err(D::Error::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Type {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        DeserializeSeed::deserialize(&self, d)
    }
}
