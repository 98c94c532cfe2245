//! Enums: names of the IDL as text, or numbers.

use std::fmt;

use serde_core::de::{Deserializer, Error, Unexpected, Visitor};
use serde_core::ser::Serializer;

/// Writes a value by its name, if it has one and people read the format.
pub fn write_enum<S: Serializer>(
    s: S,
    name: Option<&'static str>,
    number: i32,
) -> Result<S::Ok, S::Error> {
    match name {
        Some(name) if s.is_human_readable() => s.serialize_str(name),
        _ => s.serialize_i32(number),
    }
}

/// Reads the number of a value, which may be given by one of the names.
pub fn read_enum<'de, D: Deserializer<'de>>(
    d: D,
    of: &'static str,
    names: &'static [(&'static str, i32)],
) -> Result<i32, D::Error> {
    match d.is_human_readable() {
        true => d.deserialize_any(Value { of, names }),
        false => d.deserialize_i32(Value { of, names }),
    }
}

struct Value {
    of: &'static str,
    names: &'static [(&'static str, i32)],
}

impl Visitor<'_> for Value {
    type Value = i32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a number or name of the enum {}", self.of)?;
        for (at, (name, _)) in self.names.iter().enumerate() {
            write!(f, "{}`{name}`", if at == 0 { ": " } else { ", " })?;
        }
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<i32, E> {
        i32::try_from(number).map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<i32, E> {
        i32::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<i32, E> {
        match self.names.iter().find(|(known, _)| *known == name) {
            Some((_, number)) => Ok(*number),
            // Numbers that are keys are text.
            None => name.parse().map_err(|_| E::invalid_value(Unexpected::Str(name), &self)),
        }
    }
}
