//! Conversions between values and Rust's types, and access to parts of values.

use std::collections::{BTreeMap, BTreeSet};
use std::ops;

use bytes::Bytes;

use super::list::List;
use super::value::{Enum, Map, Struct, Union, Value};
use crate::error::{Error, ErrorKind};
use crate::value::double::Double;
use crate::value::uuid::Uuid;

/// The value of what is not there.
static NULL: Value = Value::Null;

/// A place in a value: the name of a field, a text key of a map, or the position in a list.
pub trait Place: sealed::Sealed {
    #[doc(hidden)]
    fn of<'a>(&self, value: &'a Value) -> Option<&'a Value>;
    #[doc(hidden)]
    fn of_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for str {}
    impl Sealed for String {}
    impl Sealed for usize {}
    impl<T: Sealed + ?Sized> Sealed for &T {}
}

impl Place for str {
    fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        match value {
            Value::Struct(value) => value.get(self),
            Value::Union(value) => value.get(self),
            Value::Map(entries) => entries.get(&Value::from(self)),
            _ => None,
        }
    }

    fn of_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value> {
        match value {
            Value::Struct(value) => value.get_mut(self),
            Value::Union(value) => value.get_mut(self),
            Value::Map(entries) => entries.get_mut(&Value::from(self)),
            _ => None,
        }
    }
}

impl Place for String {
    fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.as_str().of(value)
    }

    fn of_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value> {
        self.as_str().of_mut(value)
    }
}

impl Place for usize {
    fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        match value {
            Value::List(values) => values.get(*self),
            _ => None,
        }
    }

    fn of_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value> {
        match value {
            Value::List(values) => values.get_mut(*self),
            _ => None,
        }
    }
}

impl<T: Place + ?Sized> Place for &T {
    fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        T::of(self, value)
    }

    fn of_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value> {
        T::of_mut(self, value)
    }
}

/// The value at a place, or [`Value::Null`].
impl<P: Place> ops::Index<P> for Value {
    type Output = Value;

    fn index(&self, place: P) -> &Value {
        place.of(self).unwrap_or(&NULL)
    }
}

impl Value {
    /// The value of a field, of a text key of a map, or at a position in a list.
    pub fn get(&self, place: impl Place) -> Option<&Value> {
        place.of(self)
    }

    /// As [`get`](Value::get), for changes.
    pub fn get_mut(&mut self, place: impl Place) -> Option<&mut Value> {
        place.of_mut(self)
    }

    /// Whether it is [`Null`](Value::Null).
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The `bool`, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if it is an integer or a value of an enum.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::I8(value) => Some((*value).into()),
            Value::I16(value) => Some((*value).into()),
            Value::I32(value) => Some((*value).into()),
            Value::I64(value) => Some(*value),
            Value::Enum(value) => Some(value.number().into()),
            _ => None,
        }
    }

    /// The `double`, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Double(value) => Some(value.0),
            _ => None,
        }
    }

    /// The text of a `string`, or the name of a value of an enum.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            Value::Enum(value) => value.name(),
            _ => None,
        }
    }

    /// The bytes of a `binary`.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match self {
            Value::Binary(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The `uuid`, if it is one.
    pub fn as_uuid(&self) -> Option<Uuid> {
        match self {
            Value::Uuid(value) => Some(*value),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The elements of a set.
    pub fn as_set(&self) -> Option<&BTreeSet<Value>> {
        match self {
            Value::Set(values) => Some(values),
            _ => None,
        }
    }

    /// The entries of a map.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The struct or exception, if it is one.
    pub fn as_struct(&self) -> Option<&Struct> {
        match self {
            Value::Struct(value) => Some(value),
            _ => None,
        }
    }

    /// The union, if it is one.
    pub fn as_union(&self) -> Option<&Union> {
        match self {
            Value::Union(value) => Some(value),
            _ => None,
        }
    }

    /// What it is, for messages: a number or short text as it is, else its kind.
    pub(crate) fn shown(&self) -> String {
        /// Longest text that is shown whole, in characters.
        const WHOLE: usize = 40;
        match self {
            Value::Null => "null".into(),
            Value::Bool(value) => value.to_string(),
            Value::Double(value) => format!("{:?}", value.0),
            Value::String(text) => match text.char_indices().nth(WHOLE) {
                None => format!("string {text:?}"),
                Some((end, _)) => format!("string {:?}…", &text[..end]),
            },
            Value::Binary(bytes) => format!("binary of {} bytes", bytes.len()),
            Value::Uuid(value) => format!("uuid {value}"),
            Value::Enum(value) => format!("{value:?}"),
            Value::List(_) => "list".into(),
            Value::Set(_) => "set".into(),
            Value::Map(_) => "map".into(),
            Value::Struct(value) => format!("struct {}", value.type_name()),
            Value::Union(value) => format!("union {}", value.type_name()),
            _ => self.as_i64().map(|number| number.to_string()).unwrap_or_default(),
        }
    }
}

macro_rules! from {
    ($($rust:ty => $variant:ident $(($into:path))?),* $(,)?) => {$(
        impl From<$rust> for Value {
            fn from(value: $rust) -> Value {
                Value::$variant(from!(@ value $(, $into)?))
            }
        }
    )*};
    (@ $value:ident) => { $value };
    (@ $value:ident, $into:path) => { $into($value) };
}

from! {
    bool => Bool, i8 => I8, i16 => I16, i32 => I32, i64 => I64, Double => Double, f64 => Double(Double),
    String => String, &str => String(String::from), Bytes => Binary, Uuid => Uuid, Enum => Enum,
    List => List, BTreeSet<Value> => Set, Map => Map, Struct => Struct, Union => Union,
}

impl From<&String> for Value {
    fn from(text: &String) -> Value {
        Value::String(text.clone())
    }
}

/// [`Value::Null`]
impl From<()> for Value {
    fn from((): ()) -> Value {
        Value::Null
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Value {
        Value::List(values.into_iter().map(Into::into).collect())
    }
}

impl<K: Into<Value>, V: Into<Value>> From<BTreeMap<K, V>> for Value {
    fn from(entries: BTreeMap<K, V>) -> Value {
        Value::Map(entries.into_iter().collect())
    }
}

/// A map: `Value::from([("name", "Ada")])`.
impl<K: Into<Value>, V: Into<Value>, const COUNT: usize> From<[(K, V); COUNT]> for Value {
    fn from(entries: [(K, V); COUNT]) -> Value {
        Value::Map(entries.into_iter().collect())
    }
}

/// A list, such as the arguments of a call: `("key", 7)`.
macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: Into<Value>),*> From<($($name,)*)> for Value {
            #[allow(non_snake_case, reason = "type and value share their name")]
            fn from(($($name,)*): ($($name,)*)) -> Value {
                Value::List(vec![$($name.into()),*].into())
            }
        }
    };
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);

/// The error for a value of another type.
#[cold]
pub(super) fn mismatch(expected: &str, found: &Value) -> Error {
    let message = format!("expected {expected}, found {}", found.shown());
    Error::new(ErrorKind::TypeMismatch, message)
}

/// Fails with [`ErrorKind::TypeMismatch`] if it is of another type.
macro_rules! try_into {
    ($($rust:ty, $expected:literal: $($pattern:pat => $value:expr),+;)*) => {$(
        impl TryFrom<Value> for $rust {
            type Error = Error;

            fn try_from(value: Value) -> Result<$rust, Error> {
                match value {
                    $($pattern => Ok($value),)+
                    other => Err(mismatch($expected, &other)),
                }
            }
        }
    )*};
}

try_into! {
    (), "null": Value::Null => ();
    bool, "bool": Value::Bool(value) => value;
    f64, "double": Value::Double(value) => value.0;
    String, "string": Value::String(text) => text;
    Bytes, "binary": Value::Binary(bytes) => bytes;
    Uuid, "uuid": Value::Uuid(value) => value;
    Enum, "enum": Value::Enum(value) => value;
    List, "list": Value::List(list) => list;
    Vec<Value>, "list": Value::List(list) => list.into();
    BTreeSet<Value>, "set": Value::Set(values) => values;
    Map, "map": Value::Map(entries) => entries;
    Struct, "struct": Value::Struct(value) => value;
    Union, "union": Value::Union(value) => value;
}

/// Fails with [`ErrorKind::TypeMismatch`] if it is no integer or value of an enum, or out of range.
macro_rules! try_into_number {
    ($($rust:ident),*) => {$(
        impl TryFrom<Value> for $rust {
            type Error = Error;

            fn try_from(value: Value) -> Result<$rust, Error> {
                let number = value.as_i64().and_then(|number| $rust::try_from(number).ok());
                number.ok_or_else(|| mismatch(stringify!($rust), &value))
            }
        }
    )*};
}

try_into_number!(i8, i16, i32, i64);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamic::Idl;
    use crate::error::Result;

    fn person() -> Result<Value> {
        let idl = Idl::load_str(
            "enum Kind { HOME = 1 }
             union Contact { 1: string mail, 2: Kind phone }
             struct Person { 1: string name, 2: list<Contact> contacts, 3: optional i32 age }",
        )?;
        let contacts = vec![Value::from([("phone", "HOME")]), Value::from([("mail", "a@b")])];
        idl.ty("Person")?.convert([("name", Value::from("Ada")), ("contacts", contacts.into())])
    }

    #[test]
    fn parts_are_found_by_their_places_and_can_be_changed() -> Result<()> {
        let mut person = person()?;
        assert_eq!(person["contacts"][0]["phone"].as_str(), Some("HOME"));
        assert_eq!(person["contacts"][0]["phone"].as_i64(), Some(1));
        assert!(person["contacts"][0]["mail"].is_null() && person["contacts"][9].is_null());
        assert!(person["age"].is_null() && person["none"].is_null());
        let contact = person.get_mut("contacts").and_then(|all| all.get_mut(1));
        let mail = contact.and_then(|contact| contact.get_mut("mail")).expect("it is set");
        *mail = "c@d".into();
        assert_eq!(person["contacts"][1]["mail"].as_str(), Some("c@d"));

        let mut person = Struct::try_from(person)?;
        assert_eq!(person.set("age", 36)?, None);
        assert_eq!(person.set("age", ())?, Some(Value::I32(36)));
        let error = person.set("agee", 1).unwrap_err();
        assert_eq!(error.message(), "`Person` has no field `agee`; did you mean `age`?");
        let names: Vec<_> = person.iter().map(|(name, _)| name).collect();
        assert_eq!((names, person.get("age")), (vec!["name", "contacts"], None));
        Ok(())
    }

    #[test]
    fn values_become_types_of_rust_if_they_are_of_the_kind() -> Result<()> {
        assert_eq!(i8::try_from(Value::I64(-128))?, -128);
        assert_eq!(i64::try_from(Value::I8(5))?, 5);
        assert_eq!(String::try_from(Value::from("a"))?, "a");
        assert_eq!(f64::try_from(Value::from(0.5))?, 0.5);
        <()>::try_from(Value::from(None::<bool>))?;
        let union = Union::try_from(person()?["contacts"][0].clone())?;
        assert_eq!(union.field().map(|(name, _)| name), Some("phone"));
        for (error, text) in [
            (i8::try_from(Value::I64(128)).unwrap_err(), "expected i8, found 128"),
            (bool::try_from(Value::I8(1)).unwrap_err(), "expected bool, found 1"),
            (Struct::try_from(Value::Null).unwrap_err(), "expected struct, found null"),
            (
                i32::try_from(Value::from("é".repeat(50))).unwrap_err(),
                &format!("expected i32, found string \"{}\"…", "é".repeat(40)),
            ),
        ] {
            assert_eq!((error.kind(), error.message()), (ErrorKind::TypeMismatch, text));
        }
        Ok(())
    }

    #[test]
    fn values_are_ordered_and_small() {
        assert!(Value::from(-0.0) < Value::from(0.0));
        assert_eq!(Value::from(f64::NAN), Value::from(f64::NAN));
        assert!(Value::from(vec![1]) < Value::from(vec![1, 0]));
        // As the docs say.
        if usize::BITS == 64 {
            assert_eq!(size_of::<Value>(), 40);
            assert_eq!(size_of::<Option<Value>>(), 40);
        }
    }
}
