//! Values of any type.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use bytes::Bytes;

use super::list::List;
use super::model::{EnumDef, Kind, Shape};
use crate::error::{Error, ErrorKind, Result};
use crate::value::double::Double;
use crate::value::unknown::{UnknownField, UnknownFields};
use crate::value::uuid::Uuid;

/// A value of any Thrift type.
///
/// A value that was decoded has exactly the variants of its type. Where a value is encoded or passed
/// to a method, it is [converted](super::Type::convert) to the type that the IDL declares: integers
/// fit any integer type that can hold them, a map with text keys or a list of pairs is a struct, the
/// name of an enum's value is that value. `From` makes values of Rust's types:
///
/// ```
/// use thriftly::dynamic::Value;
///
/// let person = Value::from([("name", Value::from("Ada")), ("tags", Value::from(vec![1, 2]))]);
/// assert_eq!(person["name"].as_str(), Some("Ada"));
/// assert_eq!(person["tags"][1].as_i64(), Some(2));
/// assert!(person["phone"].is_null());
/// ```
///
/// # JSON and serde
///
/// serde's `Serialize` writes a value as a generated type with `derive: [serde::Serialize]` writes
/// it: structs as objects by the names of their fields, enums by name, `binary` as base64 in formats
/// that people read. Formats without names, such as postcard, get the names as well, because serde
/// takes names of structs only if they are known at compile time.
///
/// serde's `Deserialize` reads a value without a type, as JSON has it: [`Null`](Value::Null),
/// [`Bool`](Value::Bool), [`I64`](Value::I64), [`Double`](Value::Double),
/// [`String`](Value::String), [`Binary`](Value::Binary), [`List`](Value::List) and
/// [`Map`](Value::Map); an object that has a key twice is an error. To read a value of a type, use
/// [`Type`](super::Type) as a `DeserializeSeed`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Value {
    /// No value: JSON's `null`, the result of a `void` method, an absent optional field.
    #[default]
    Null,
    /// `bool`
    Bool(bool),
    /// `i8` or `byte`
    I8(i8),
    /// `i16`
    I16(i16),
    /// `i32`
    I32(i32),
    /// `i64`, and integers of JSON.
    I64(i64),
    /// `double`, with a total order.
    Double(Double),
    /// `string`
    String(String),
    /// `binary`
    Binary(Bytes),
    /// `uuid`
    Uuid(Uuid),
    /// A value of an enum, known to the IDL or not.
    Enum(Enum),
    /// `list`
    List(List),
    /// `set`
    Set(BTreeSet<Value>),
    /// `map`, and objects of JSON.
    Map(Map),
    /// A struct or exception.
    Struct(Struct),
    /// A union.
    Union(Union),
}

/// A value of an enum: a number, which may have a name in the IDL.
#[derive(Clone)]
pub struct Enum {
    pub(super) def: Arc<EnumDef>,
    pub(super) number: i32,
}

/// The entries of a [`Value::Map`], by key. It dereferences to a [`BTreeMap`].
#[derive(Clone, Default)]
pub struct Map {
    pub(super) entries: BTreeMap<Value, Value>,
    /// Whether the keys can be neither numbers nor text, so that JSON has a list of pairs.
    pub(super) is_pairs: bool,
}

/// A struct or exception: the values of its fields, in the order of the IDL.
///
/// [`Type::convert`](super::Type::convert) makes one of a map.
#[derive(Clone)]
pub struct Struct {
    pub(super) shape: Arc<Shape>,
    /// One for each field of the struct.
    pub(super) fields: Box<[Option<Value>]>,
    /// Fields that the IDL does not declare, if they are kept.
    pub(super) unknown: Option<Box<UnknownFields>>,
}

/// A union: the value of the only field that is set.
///
/// [`Type::convert`](super::Type::convert) makes one of a map with one entry.
#[derive(Clone)]
pub struct Union {
    pub(super) shape: Arc<Shape>,
    pub(super) field: Box<Variant>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Variant {
    /// The index of the field, and its value.
    Known(usize, Value),
    /// A field that the IDL does not declare, or none.
    Unrecognized(UnknownField),
}

impl Enum {
    /// The number on the wire.
    pub fn number(&self) -> i32 {
        self.number
    }

    /// The name in the IDL, or `None` for an unknown number. If several values have the number, the
    /// first one.
    pub fn name(&self) -> Option<&str> {
        self.def.value(self.number).map(|value| &*value.name)
    }

    /// The name of the enum in the IDL.
    pub fn type_name(&self) -> &str {
        &self.def.name
    }
}

impl Struct {
    /// The name of the struct in the IDL; of the method, for the arguments of a call.
    pub fn type_name(&self) -> &str {
        &self.shape.names.name
    }

    /// Whether it is an exception.
    pub fn is_exception(&self) -> bool {
        self.shape.kind == Kind::Exception
    }

    /// The value of a field. `None` if it has none, or if there is no such field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields[self.shape.field(name)?].as_ref()
    }

    /// The value of a field for changes. `None` if it has none, or if there is no such field.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.fields[self.shape.field(name)?].as_mut()
    }

    /// Sets a field and returns its previous value. [`Value::Null`] makes it absent. The value is
    /// converted to the type of the field when the struct is encoded.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] if the struct has no such field.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> Result<Option<Value>> {
        match self.shape.field(name) {
            Some(at) => {
                let value = Some(value.into()).filter(|value| !value.is_null());
                Ok(std::mem::replace(&mut self.fields[at], value))
            }
            None => Err(self.shape.no_field(name)),
        }
    }

    /// The fields that have a value, with their names, in the order of the IDL.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        let fields = self.shape.names.fields.iter().zip(&self.fields);
        fields.filter_map(|((_, name), value)| Some((&**name, value.as_ref()?)))
    }

    /// The fields that the IDL does not declare, if
    /// [`keep_unknown_fields`](super::Idl::keep_unknown_fields) was set; encoded after the others.
    pub fn unknown_fields(&self) -> Option<&UnknownFields> {
        self.unknown.as_deref()
    }
}

impl Union {
    /// The name of the union in the IDL.
    pub fn type_name(&self) -> &str {
        &self.shape.names.name
    }

    /// The field that is set and its value. `None` if no field is set, or one that the IDL does not
    /// declare.
    pub fn field(&self) -> Option<(&str, &Value)> {
        match &*self.field {
            Variant::Known(at, value) => Some((&self.shape.names.fields[*at].1, value)),
            Variant::Unrecognized(_) => None,
        }
    }

    /// The value of a field, if that is set.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.field().filter(|(set, _)| *set == name).map(|(_, value)| value)
    }

    /// The value of a field for changes, if that is set.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        match &mut *self.field {
            Variant::Known(at, value) if self.shape.names.fields[*at].1 == name => Some(value),
            _ => None,
        }
    }

    /// A field that the IDL does not declare, received from a peer with a newer one; it is encoded
    /// unchanged.
    pub fn unrecognized(&self) -> Option<&UnknownField> {
        match &*self.field {
            Variant::Unrecognized(field) => field.id().map(|_| field),
            Variant::Known(..) => None,
        }
    }
}

impl Shape {
    /// The error for a name that no field has.
    #[cold]
    pub(super) fn no_field(&self, name: &str) -> Error {
        let (of, fields) = (&self.names.name, &self.names.fields);
        let mut message = format!("`{of}` has no field `{}`", name.escape_debug());
        let near = thriftly_parser::closest(name, fields.iter().map(|(_, known)| &**known));
        if let Some(near) = near {
            message.push_str(&format!("; did you mean `{near}`?"));
        }
        Error::new(ErrorKind::InvalidData, message)
    }

    /// Compares by name, as shapes of one struct may have been loaded twice.
    fn is(&self, other: &Shape) -> bool {
        std::ptr::eq(self, other) || self.names == other.names
    }
}

impl Deref for Map {
    type Target = BTreeMap<Value, Value>;

    fn deref(&self) -> &BTreeMap<Value, Value> {
        &self.entries
    }
}

impl DerefMut for Map {
    fn deref_mut(&mut self) -> &mut BTreeMap<Value, Value> {
        &mut self.entries
    }
}

impl IntoIterator for Map {
    type Item = (Value, Value);
    type IntoIter = std::collections::btree_map::IntoIter<Value, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a Value, &'a Value);
    type IntoIter = std::collections::btree_map::Iter<'a, Value, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

/// The last of equal keys wins.
impl<K: Into<Value>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Map {
        let entries: BTreeMap<Value, Value> =
            entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        let is_pairs = entries.keys().any(Value::is_no_text);
        Map { entries, is_pairs }
    }
}

impl Map {
    /// No entries. `is_pairs` says whether the keys can be neither numbers nor text.
    pub(super) fn new(is_pairs: bool) -> Map {
        Map { entries: BTreeMap::new(), is_pairs }
    }
}

impl Value {
    /// Whether it can be neither a number nor text.
    fn is_no_text(&self) -> bool {
        matches!(
            self,
            Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Struct(_) | Value::Union(_)
        )
    }
}

/// Equality, order and hash by a key made of parts of the value.
macro_rules! ordered_by {
    ($type:ty, $one:ident => $key:expr) => {
        impl PartialEq for $type {
            fn eq(&self, other: &$type) -> bool {
                self.cmp(other) == Ordering::Equal
            }
        }

        impl Eq for $type {}

        impl PartialOrd for $type {
            fn partial_cmp(&self, other: &$type) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Hash for $type {
            fn hash<H: Hasher>(&self, state: &mut H) {
                let $one = self;
                $key.hash(state);
            }
        }
    };
}

ordered_by!(Enum, one => one.number);
ordered_by!(Map, one => one.entries);
ordered_by!(Struct, one => (&one.fields, &one.unknown));
ordered_by!(Union, one => one.field);

impl Ord for Enum {
    fn cmp(&self, other: &Enum) -> Ordering {
        let number = self.def.order(self.number, other.number);
        number.then_with(|| self.type_name().cmp(other.type_name()))
    }
}

impl Ord for Map {
    fn cmp(&self, other: &Map) -> Ordering {
        self.entries.cmp(&other.entries)
    }
}

impl Ord for Struct {
    fn cmp(&self, other: &Struct) -> Ordering {
        let fields = self.fields.cmp(&other.fields);
        fields
            .then_with(|| self.unknown.cmp(&other.unknown))
            .then_with(|| by_type(&self.shape, &other.shape))
    }
}

impl Ord for Union {
    fn cmp(&self, other: &Union) -> Ordering {
        self.field.cmp(&other.field).then_with(|| by_type(&self.shape, &other.shape))
    }
}

/// The order of values that differ at most in their types.
fn by_type(one: &Shape, other: &Shape) -> Ordering {
    match one.is(other) {
        true => Ordering::Equal,
        false => {
            let key = |shape: &Shape| (shape.names.name.clone(), shape.names.fields.clone());
            key(one).cmp(&key(other))
        }
    }
}

/// Shows the name of the value, or its number.
impl fmt::Display for Enum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => fmt::Display::fmt(&self.number, f),
        }
    }
}

impl fmt::Debug for Enum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{self}", self.type_name())
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.entries, f)
    }
}

impl fmt::Debug for Struct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct(self.type_name());
        self.iter().for_each(|(name, value)| {
            shown.field(name, value);
        });
        if let Some(unknown) = &self.unknown {
            shown.field("unknown_fields", unknown);
        }
        shown.finish()
    }
}

impl fmt::Debug for Union {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct(self.type_name());
        match &*self.field {
            Variant::Known(at, value) => shown.field(&self.shape.names.fields[*at].1, value),
            Variant::Unrecognized(field) => shown.field("unrecognized", field),
        };
        shown.finish()
    }
}

/// As an exception that is the source of an error: its text is the field `message`, if it has one.
impl fmt::Display for Struct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get("message").and_then(Value::as_str) {
            Some(message) if !message.is_empty() => f.pad(message),
            _ => fmt::Debug::fmt(self, f),
        }
    }
}

impl std::error::Error for Struct {}
