//! Unions: a map with one entry, `{"name": value}`, or a numbered variant in formats that people
//! do not read.

use std::fmt;
use std::marker::PhantomData;

use serde_core::de::{Deserializer, EnumAccess, Error as _, MapAccess, VariantAccess, Visitor};
use serde_core::ser::{SerializeMap, Serializer};

use super::form::{As, DeserializeAs, SerializeAs};
use super::structure::{Fields, Members, Name, Struct, Unknown};
use crate::codec::StructNames;

/// Writes a union in which a field is set.
pub fn write_union<F: SerializeAs<T>, T, S: Serializer>(
    s: S,
    names: &'static StructNames,
    at: usize,
    value: &T,
) -> Result<S::Ok, S::Error> {
    let (name, value) = (names.fields[at], As::<F, &T>::new(value));
    if !s.is_human_readable() {
        return s.serialize_newtype_variant(names.name, at as u32, name, &value);
    }
    let mut map = s.serialize_map(Some(1))?;
    map.serialize_entry(name, &value)?;
    map.end()
}

/// Writes a union in which no field is set, or one that is not known.
pub fn write_unset<S: Serializer>(s: S, names: &'static StructNames) -> Result<S::Ok, S::Error> {
    if !s.is_human_readable() {
        return s.serialize_unit_variant(names.name, names.fields.len() as u32, "");
    }
    s.serialize_map(Some(0))?.end()
}

/// Reads the value of the field that is set.
pub fn set<'de, F, T, U, M>(
    slot: &mut Option<U>,
    variant: impl FnOnce(T) -> U,
    members: &mut M,
) -> Result<(), M::Error>
where
    F: DeserializeAs<'de, T>,
    M: Members<'de>,
{
    match slot.replace(variant(members.value::<F, T>()?)) {
        None => Ok(()),
        Some(_) => Err(M::Error::custom("only one field of a union can be set")),
    }
}

/// Reads a union.
pub fn read_union<'de, T: Fields<'de>, D: Deserializer<'de>>(d: D) -> Result<T, D::Error> {
    let of = PhantomData;
    match d.is_human_readable() {
        true => d.deserialize_map(Struct { union: true, of }),
        false => d.deserialize_enum(T::NAMES.name, T::NAMES.fields, Union { of }),
    }
}

struct Union<T> {
    of: PhantomData<T>,
}

impl<'de, T: Fields<'de>> Visitor<'de> for Union<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "union {}", T::NAMES.name)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<T, A::Error> {
        let name = Name { names: T::NAMES, unknown: Unknown::Unset, next: 0 };
        let (at, access) = access.variant_seed(name)?;
        match at {
            Some(at) => T::read(&mut Variant { at: Some(at), access: Some(access) }),
            None => {
                access.unit_variant()?;
                T::read(&mut Variant::<A::Variant> { at: None, access: None })
            }
        }
    }

    // Some formats write unit variants and others alike, as maps.
    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<T, A::Error> {
        Struct { union: true, of: self.of }.visit_map(access)
    }
}

/// The one field of a union.
struct Variant<A> {
    at: Option<usize>,
    access: Option<A>,
}

impl<'de, A: VariantAccess<'de>> Members<'de> for Variant<A> {
    type Error = A::Error;

    fn next(&mut self) -> Result<Option<usize>, A::Error> {
        Ok(self.at.take())
    }

    fn value<F: DeserializeAs<'de, T>, T>(&mut self) -> Result<T, A::Error> {
        match self.access.take() {
            Some(access) => access.newtype_variant::<As<F, T>>().map(|value| value.0),
            None => Err(A::Error::custom("the value of a variant is read once")),
        }
    }
}
