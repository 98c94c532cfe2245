//! Structs: maps from names to values, or just the values in formats without names.

use std::fmt;
use std::marker::PhantomData;

use serde_core::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Unexpected,
    Visitor,
};
use serde_core::ser::{SerializeStruct, Serializer};

use super::form::{As, DeserializeAs, SerializeAs};
use crate::codec::{StructNames, ThriftType};

/// Writes the fields of a struct.
pub struct StructWriter<S: Serializer> {
    writer: S::SerializeStruct,
    names: &'static StructNames,
    human_readable: bool,
}

impl<S: Serializer> StructWriter<S> {
    /// Begins a struct; `absent` says for each optional field whether it has no value.
    pub fn begin(s: S, names: &'static StructNames, absent: &[bool]) -> Result<Self, S::Error> {
        let human_readable = s.is_human_readable();
        let fields = names.fields.len();
        // Where there may be no names, every field has its place.
        let left_out = match human_readable {
            true => absent.iter().filter(|&&absent| absent).count(),
            false => 0,
        };
        let writer = s.serialize_struct(names.name, fields - left_out)?;
        Ok(StructWriter { writer, names, human_readable })
    }

    pub fn field<F: SerializeAs<T>, T>(&mut self, at: usize, value: &T) -> Result<(), S::Error> {
        self.writer.serialize_field(self.names.fields[at], &As::<F, &T>::new(value))
    }

    pub fn optional<F: SerializeAs<T>, T>(
        &mut self,
        at: usize,
        value: &Option<T>,
    ) -> Result<(), S::Error> {
        let name = self.names.fields[at];
        if value.is_none() && self.human_readable {
            return self.writer.skip_field(name);
        }
        self.writer.serialize_field(name, &value.as_ref().map(As::<F, &T>::new))
    }

    pub fn end(self) -> Result<S::Ok, S::Error> {
        self.writer.end()
    }
}

/// A visitor that reads the fields one by one.
pub trait Fields<'de>: ThriftType + Sized {
    fn read<M: Members<'de>>(members: &mut M) -> Result<Self, M::Error>;
}

/// Fields that are to be read.
pub trait Members<'de> {
    type Error: serde_core::de::Error;

    /// The place of the next field among the names; its value is to be read.
    fn next(&mut self) -> Result<Option<usize>, Self::Error>;

    fn value<F: DeserializeAs<'de, T>, T>(&mut self) -> Result<T, Self::Error>;
}

/// Reads a field.
pub fn read<'de, F, T, M>(
    slot: &mut Option<T>,
    members: &mut M,
    names: &'static StructNames,
    at: usize,
) -> Result<(), M::Error>
where
    F: DeserializeAs<'de, T>,
    M: Members<'de>,
{
    match slot.replace(members.value::<F, T>()?) {
        None => Ok(()),
        Some(_) => Err(M::Error::duplicate_field(names.fields[at])),
    }
}

/// Reads an optional field, which may be null.
pub fn read_optional<'de, F, T, M>(
    slot: &mut Option<T>,
    members: &mut M,
    names: &'static StructNames,
    at: usize,
) -> Result<(), M::Error>
where
    F: DeserializeAs<'de, T>,
    M: Members<'de>,
{
    let mut read_one = None;
    read::<Maybe<F>, Option<T>, M>(&mut read_one, members, names, at)?;
    match (read_one.flatten(), slot) {
        (Some(_), Some(_)) => Err(M::Error::duplicate_field(names.fields[at])),
        (Some(value), slot) => {
            *slot = Some(value);
            Ok(())
        }
        (None, _) => Ok(()),
    }
}

/// A value that may be null.
struct Maybe<F>(PhantomData<F>);

impl<'de, F: DeserializeAs<'de, T>, T> DeserializeAs<'de, Option<T>> for Maybe<F> {
    fn deserialize_as<D: Deserializer<'de>>(d: D) -> Result<Option<T>, D::Error> {
        let value = <Option<As<F, T>> as serde_core::de::Deserialize>::deserialize(d)?;
        Ok(value.map(|value| value.0))
    }
}

/// The value of a field that must be there.
pub fn required<T, E: serde_core::de::Error>(
    slot: Option<T>,
    names: &'static StructNames,
    at: usize,
) -> Result<T, E> {
    slot.ok_or_else(|| E::missing_field(names.fields[at]))
}

/// Reads a struct.
pub fn read_struct<'de, T: Fields<'de>, D: Deserializer<'de>>(d: D) -> Result<T, D::Error> {
    d.deserialize_struct(T::NAMES.name, T::NAMES.fields, Struct { union: false, of: PhantomData })
}

/// Reads a struct, or a union as a map.
pub(super) struct Struct<T> {
    pub(super) union: bool,
    pub(super) of: PhantomData<T>,
}

impl<'de, T: Fields<'de>> Visitor<'de> for Struct<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", if self.union { "union" } else { "struct" }, T::NAMES.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<T, A::Error> {
        let unknown = if self.union { Unknown::Refused } else { Unknown::PassedOver };
        T::read(&mut Named { access, names: T::NAMES, unknown, next: 0 })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<T, A::Error> {
        if self.union {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self));
        }
        T::read(&mut Placed { access, next: 0, count: T::NAMES.fields.len() })
    }
}

/// Fields with their names.
struct Named<A> {
    access: A,
    names: &'static StructNames,
    unknown: Unknown,
    /// The place of the field that is likely to come next.
    next: usize,
}

impl<'de, A: MapAccess<'de>> Members<'de> for Named<A> {
    type Error = A::Error;

    fn next(&mut self) -> Result<Option<usize>, A::Error> {
        loop {
            let name = Name { names: self.names, unknown: self.unknown, next: self.next };
            match self.access.next_key_seed(name)? {
                None => return Ok(None),
                Some(Some(at)) => {
                    self.next = at + 1;
                    return Ok(Some(at));
                }
                Some(None) => {
                    self.access.next_value::<IgnoredAny>()?;
                }
            }
        }
    }

    fn value<F: DeserializeAs<'de, T>, T>(&mut self) -> Result<T, A::Error> {
        self.access.next_value::<As<F, T>>().map(|value| value.0)
    }
}

/// The handling of an unknown name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    PassedOver,
    Refused,
    /// As `Refused`, but no name, or the number behind the last, stands for no field.
    Unset,
}

/// Reads the name of a field: its place, if it is known.
pub(super) struct Name {
    pub(super) names: &'static StructNames,
    pub(super) unknown: Unknown,
    /// The place of the field that is likely to be named.
    pub(super) next: usize,
}

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Option<usize>, D::Error> {
        d.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name of a field of {}", self.names.name)
    }

    fn visit_str<E: serde_core::de::Error>(self, name: &str) -> Result<Option<usize>, E> {
        let fields = self.names.fields;
        // Nearly everybody writes them in their order.
        if fields.get(self.next).is_some_and(|&next| next == name) {
            return Ok(Some(self.next));
        }
        match fields.iter().position(|&field| field == name) {
            None if self.unknown == Unknown::PassedOver => Ok(None),
            None if self.unknown == Unknown::Unset && name.is_empty() => Ok(None),
            None => Err(E::unknown_field(name, fields)),
            at => Ok(at),
        }
    }

    fn visit_bytes<E: serde_core::de::Error>(self, name: &[u8]) -> Result<Option<usize>, E> {
        match std::str::from_utf8(name) {
            Ok(name) => self.visit_str(name),
            Err(_) => Err(E::invalid_value(Unexpected::Bytes(name), &self)),
        }
    }

    // Formats that number the fields.
    fn visit_u64<E: serde_core::de::Error>(self, at: u64) -> Result<Option<usize>, E> {
        let count = self.names.fields.len();
        match usize::try_from(at) {
            Ok(at) if at < count => Ok(Some(at)),
            _ if self.unknown == Unknown::PassedOver => Ok(None),
            Ok(at) if self.unknown == Unknown::Unset && at == count => Ok(None),
            _ => Err(E::invalid_value(Unexpected::Unsigned(at), &self)),
        }
    }
}

/// Fields without names, each in its place.
struct Placed<A> {
    access: A,
    next: usize,
    count: usize,
}

impl<'de, A: SeqAccess<'de>> Members<'de> for Placed<A> {
    type Error = A::Error;

    fn next(&mut self) -> Result<Option<usize>, A::Error> {
        let at = self.next;
        self.next += 1;
        Ok((at < self.count).then_some(at))
    }

    fn value<F: DeserializeAs<'de, T>, T>(&mut self) -> Result<T, A::Error> {
        match self.access.next_element::<As<F, T>>()? {
            Some(value) => Ok(value.0),
            None => Err(A::Error::invalid_length(self.next - 1, &"all fields of the struct")),
        }
    }
}
