//! Items that generated code names. Not for use by hand: they change without notice.
//!
//! All of it comes into the scope of generated code at once, so every name begins with two
//! underscores: none can be in the way of a user's, nor a user's in the way of it.
#![allow(missing_docs, non_upper_case_globals, non_camel_case_types)]

pub use core::clone::Clone as __Clone;
pub use core::cmp::{
    Eq as __Eq, Ord as __Ord, Ordering as __Ordering, PartialEq as __PartialEq,
    PartialOrd as __PartialOrd,
};
pub use core::convert::{From as __From, Into as __Into, TryInto as __TryInto};
pub use core::default::Default as __Default;
pub use core::fmt::{
    self as __fmt, Debug as __Debug, Display as __Display, Formatter as __Formatter,
};
pub use core::future::Future as __Future;
pub use core::hash::{Hash as __Hash, Hasher as __Hasher};
pub use core::include_bytes as __include_bytes;
pub use core::iter::FromIterator as __FromIterator;
pub use core::marker::{Copy as __Copy, Send as __Send, Sync as __Sync};
pub use core::matches as __matches;
pub use core::option::Option::{self as __Option, None as __None, Some as __Some};
pub use core::primitive::{
    bool as __bool, f64 as __f64, i8 as __i8, i16 as __i16, i32 as __i32, i64 as __i64,
    str as __str, u8 as __u8, usize as __usize,
};
pub use core::result::Result::{self as __Result, Err as __Err, Ok as __Ok};
pub use core::str::FromStr as __FromStr;
pub use core::task as __task;
pub use std::boxed::Box as __Box;
pub use std::collections::{
    BTreeMap as __BTreeMap, BTreeSet as __BTreeSet, HashMap as __HashMap, HashSet as __HashSet,
};
pub use std::error::Error as __StdError;
pub use std::string::String as __String;
pub use std::sync::{Arc as __Arc, LazyLock as __LazyLock};
pub use std::vec as __vec;
pub use std::vec::Vec as __Vec;

pub use bytes::Bytes as __Bytes;
#[cfg(feature = "async")]
pub use tower_service as __tower_service;

/// Without a name, so that its method is in scope for handlers beside generated code.
pub use crate::OrInternal as _;
pub use crate::codec::{
    Decode as __Decode, Encode as __Encode, FieldHeader as __FieldHeader, Mode as __Mode,
    Reader as __Reader, ScalarWriter as __ScalarWriter, StructNames as __StructNames,
    ThriftType as __ThriftType, Writer as __Writer,
};
pub use crate::rpc::arguments::{Argument as __Argument, OptionalArgument as __OptionalArgument};
pub use crate::rpc::caller::Caller as __Caller;
pub use crate::rpc::message::{
    Protocol as __Protocol, Request as __Request, Response as __Response,
};
pub use crate::rpc::method::Method as __Method;
pub use crate::rpc::service as __service;
pub use crate::rpc::service::Throws as __Throws;
pub use crate::ttype::TType as __TType;
pub use crate::{
    Address as __Address, Double as __Double, Error as __Error, FromChannel as __FromChannel,
    Lazy as __Lazy, SharedStr as __SharedStr, SmallBytes as __SmallBytes, SmallStr as __SmallStr,
    UnknownField as __UnknownField, UnknownFields as __UnknownFields, Uuid as __Uuid,
    blocking as __blocking,
};
#[cfg(feature = "async")]
pub use crate::{
    Channel as __Channel, ClientBuilder as __ClientBuilder, ThriftService as __ThriftService,
};

/// Items in public signatures, under their usual names, which rustdoc shows.
pub mod __std {
    pub use core::clone::Clone;
    pub use core::cmp::Ordering;
    pub use core::convert::{From, Into, TryInto};
    pub use core::fmt::{Display, Formatter};
    pub use core::future::Future;
    pub use core::hash::Hasher;
    pub use core::marker::{Send, Sized, Sync};
    pub use core::option::Option;
    pub use core::result::Result;
    pub use std::borrow::Cow;
    pub use std::boxed::Box;
    pub use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
    pub use std::error;
    pub use std::io;
    pub use std::string::String;
    pub use std::sync::{Arc, LazyLock};
    pub use std::time::Duration;
    pub use std::vec::Vec;

    pub use bytes::Bytes;

    pub use crate::codec::{Reader, StructNames, Writer};
    pub use crate::rpc::handled_by::{Dispatches, HandledBy};
    pub use crate::{
        Address, Double, Error, Headers, Lazy, Protocol, SharedStr, SmallBytes, SmallStr, TType,
        UnknownField, UnknownFields, Uuid,
    };
    pub use crate::{CallSettings, FromChannel, NamedService, Request, Response};
    #[cfg(feature = "async")]
    pub use crate::{Channel, ClientBuilder, ReplyFuture, ThriftService};
}

#[cfg(feature = "serde")]
pub mod __serde;
mod in_place;
mod with;

pub use in_place::{
    __complete, __decode_blank, __next_into, __next_some, __read_into, __read_some,
};
pub use with::{
    __agreed, __decode_with, __next_with, __read_variant_with, __read_with, __wire_names,
    __wire_type, __wire_type_is,
};

use crate::codec::{Decode, Encode, FieldHeader, Reader, StructNames, ThriftType, Writer};
use crate::error::{Error, ErrorKind};
use crate::protocol::binary;
use crate::ttype::TType;
use crate::value::unknown::UnknownField;

pub const __f64_INFINITY: f64 = f64::INFINITY;

/// The items if the async side is there, else nothing.
#[cfg(feature = "async")]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_async {
    ($($item:tt)*) => { $($item)* };
}

/// The items if the async side is there, else nothing.
#[cfg(not(feature = "async"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_async {
    ($($item:tt)*) => {};
}

pub use crate::__if_async;

/// The impls of serde's traits if the feature is there, else nothing.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_serde {
    ($($item:tt)*) => { $($item)* };
}

/// The impls of serde's traits if the feature is there, else nothing.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_serde {
    ($($item:tt)*) => {};
}

/// Tells what is missing for serde, if it is.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! __need_serde {
    () => {};
}

/// Tells what is missing for serde, if it is.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __need_serde {
    () => {
        ::core::compile_error!(
            "`Serialize` and `Deserialize` need the feature `serde` of thriftly: \
             `thriftly = { version = \"0.1\", features = [\"serde\"] }`"
        );
    };
}

pub use crate::{__if_serde, __need_serde};

/// The names of the struct being decoded.
type Names = &'static StructNames;

/// The type itself. In docs a call is left out, where the path of a constant would be shown.
pub const fn __shown_type(ty: TType) -> TType {
    ty
}

/// Writes the value as the field with the id.
#[inline(always)]
pub fn __write<T: Encode + ?Sized, W: Writer>(value: &T, id: i16, w: &mut W) {
    value.encode_field(id, w);
}

/// Writes the value as the field with the id, if there is one.
#[inline(always)]
pub fn __write_optional<T: Encode, W: Writer>(value: &Option<T>, id: i16, w: &mut W) {
    if let Some(value) = value {
        value.encode_field(id, w);
    }
}

/// How many levels of nesting a struct counts beside the one that all count: one for each KiB that
/// it is large. Reading one takes up to five times its size of the stack, without optimization
/// seventeen times, and in a map half as much again: 64 levels take 1.6 MiB at most.
const fn levels<T>() -> u32 {
    (size_of::<T>() / 1024) as u32
}

/// The begin of a struct.
#[inline(always)]
pub fn __begin<'de, T: ThriftType, R: Reader<'de>>(r: &mut R) -> Result<i16, Error> {
    if const { levels::<T>() > 0 } {
        r.deeper(const { levels::<T>() })?;
    }
    r.struct_begin(T::NAMES)
}

/// The end of a struct.
#[inline(always)]
pub fn __end<'de, T, R: Reader<'de>>(r: &mut R, outer: i16) {
    r.struct_end(outer);
    if const { levels::<T>() > 0 } {
        r.shallower(const { levels::<T>() });
    }
}

/// Takes the memory that defaults of absent fields need from the budget.
#[inline(always)]
pub fn __pay<'de, R: Reader<'de>>(heap: usize, r: &mut R, names: Names) -> Result<(), Error> {
    if heap == 0 {
        return Ok(());
    }
    match r.room_for::<u8>(heap) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.in_field(names, usize::MAX)),
    }
}

/// The sum, or the largest number if that is too large.
#[inline(always)]
pub const fn __sum(sizes: &[usize]) -> usize {
    let mut sum = 0usize;
    let mut rest = sizes;
    while let [size, others @ ..] = rest {
        sum = sum.saturating_add(*size);
        rest = others;
    }
    sum
}

/// Does something in a function of its own, which is not inlined.
#[inline(never)]
pub fn __apart<T>(part: impl FnOnce() -> T) -> T {
    part()
}

/// The position of the id among ids in ascending order, or one that is out of range.
pub fn __place(id: i16, ids: &[i16]) -> usize {
    ids.binary_search(&id).unwrap_or(usize::MAX)
}

/// The position that is given with the id, among ids in ascending order, or one that is out of range.
pub fn __place_among(id: i16, places: &[(i16, usize)]) -> usize {
    places.binary_search_by_key(&id, |(id, _)| *id).map_or(usize::MAX, |found| places[found].1)
}

/// How many bytes are in the memory that a pointer points to.
pub const fn __pointed<P: std::ops::Deref<Target: Sized>>() -> usize {
    size_of::<P::Target>()
}

/// The value of the next field, if that is the one with the id.
#[inline(always)]
pub fn __next<'de, T, R>(id: i16, r: &mut R, names: Names, at: usize) -> Result<Option<T>, Error>
where
    T: Decode<'de>,
    R: Reader<'de>,
{
    if !r.field_is(T::TYPE, id) {
        return Ok(None);
    }
    match T::decode(r) {
        Ok(value) => Ok(Some(value)),
        Err(error) => Err(error.in_field(names, at)),
    }
}

/// Passes over the next field, if that is the one with the id.
#[inline(always)]
pub fn __pass<'de, R: Reader<'de>>(
    ty: TType,
    id: i16,
    r: &mut R,
    names: Names,
) -> Result<(), Error> {
    match r.field_is(ty, id) {
        true => __skip(FieldHeader { ty, id }, r, names),
        false => Ok(()),
    }
}

/// The header of the next field, or `None` at the end of the struct.
#[inline(always)]
pub fn __field<'de, R: Reader<'de>>(r: &mut R, names: Names) -> Result<Option<FieldHeader>, Error> {
    match r.field() {
        Ok(field) if field.ty == TType::STOP => Ok(None),
        Ok(field) => Ok(Some(field)),
        Err(error) => Err(error.in_field(names, usize::MAX)),
    }
}

/// Passes over a field that is not known.
#[inline(always)]
pub fn __skip<'de, R: Reader<'de>>(
    field: FieldHeader,
    r: &mut R,
    names: Names,
) -> Result<(), Error> {
    match r.skip(field.ty) {
        Ok(()) => Ok(()),
        Err(error) => Err(error.in_field(names, usize::MAX)),
    }
}

/// Reads the value of a field into its slot; if it is of another type, passes over it.
#[inline(always)]
pub fn __read<'de, T, R>(
    slot: &mut Option<T>,
    field: FieldHeader,
    r: &mut R,
    names: Names,
    at: usize,
) -> Result<(), Error>
where
    T: Decode<'de>,
    R: Reader<'de>,
{
    if !r.fits(field, T::TYPE) {
        return __skip(field, r, names);
    }
    match T::decode(r) {
        Ok(value) => {
            *slot = Some(value);
            Ok(())
        }
        Err(error) => Err(error.in_field(names, at)),
    }
}

/// Reads the value of a union's field; if it is of another type, passes over it.
#[inline(always)]
pub fn __read_variant<'de, T, U, R>(
    slot: &mut Option<U>,
    variant: impl FnOnce(T) -> U,
    field: FieldHeader,
    r: &mut R,
    names: Names,
    at: usize,
) -> Result<(), Error>
where
    T: Decode<'de>,
    R: Reader<'de>,
{
    let mut value = None;
    __read(&mut value, field, r, names, at)?;
    if let Some(value) = value {
        *slot = Some(variant(value));
    }
    Ok(())
}

/// Keeps a field that a union does not know, unless a field is set that it knows.
pub fn __read_unknown<'de, U, R: Reader<'de>>(
    slot: &mut Option<U>,
    variant: impl FnOnce(UnknownField) -> U,
    field: FieldHeader,
    r: &mut R,
    names: Names,
) -> Result<(), Error> {
    if slot.is_some() {
        return __skip(field, r, names);
    }
    match UnknownField::decode(field.id, field.ty, r) {
        Ok(value) => {
            *slot = Some(variant(value));
            Ok(())
        }
        Err(error) => Err(error.in_field(names, usize::MAX)),
    }
}

/// The value of a field that must be there.
#[inline(always)]
pub fn __required<'de, T, R: Reader<'de>>(
    slot: Option<T>,
    r: &R,
    names: Names,
    at: usize,
) -> Result<T, Error> {
    match slot {
        Some(value) => Ok(value),
        None => Err(missing_field(r, names, at)),
    }
}

/// The replacement of an absent value.
#[diagnostic::on_unimplemented(
    message = "a field of the type `{Self}` has no value when it is absent",
    label = "there is no `Default` for this",
    note = "make it `required` or an `Option`, or say what it is: `default = …`"
)]
pub trait __Absent: Sized {
    fn __absent() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> __Absent for T {
    #[inline(always)]
    fn __absent() -> T {
        T::default()
    }
}

/// The value of a field that may be absent.
#[inline(always)]
pub fn __or_default<T: __Absent>(slot: Option<T>) -> T {
    slot.unwrap_or_else(T::__absent)
}

/// A type within the key of a map or the element of a set.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is part of a key of a map or an element of a set, and lacks `Eq`, `Hash` or `Ord`",
    label = "it needs `Eq`, `Hash` and `Ord`",
    note = "implement them for `{Self}`, or leave the field that has this type out of keys"
)]
pub trait __KeyPart: Eq + std::hash::Hash + Ord {}

#[diagnostic::do_not_recommend]
impl<T: Eq + std::hash::Hash + Ord> __KeyPart for T {}

#[cold]
fn missing_field<'de, R: Reader<'de>>(r: &R, names: Names, at: usize) -> Error {
    missing("the required field is missing, or of another type", r.offset()).in_field(names, at)
}

#[cold]
pub fn __unset_union<'de, R: Reader<'de>>(r: &R, names: Names) -> Error {
    missing("no field of the union is set, or none that is known", r.offset())
        .in_field(names, usize::MAX)
}

/// Something is missing where a struct ends.
#[cold]
fn missing(message: &'static str, end: Option<usize>) -> Error {
    at_offset(Error::new(ErrorKind::MissingField, message), end)
}

fn at_offset(error: Error, offset: Option<usize>) -> Error {
    match offset {
        Some(offset) => error.at_offset(offset),
        None => error,
    }
}

#[cold]
pub fn __unknown_number<'de, R: Reader<'de>>(r: &R, name: &str, number: i32) -> Error {
    let message = format!("{number} is no value of the enum {name}");
    at_offset(Error::new(ErrorKind::InvalidData, message), r.offset())
}

/// The value with a number, in a table in the order of the numbers; at once where they count from 0.
pub fn __numbered<T: Copy>(number: i32, table: &[(i32, T)]) -> Option<T> {
    let here = usize::try_from(number).ok().and_then(|at| table.get(at));
    if let Some((_, value)) = here.filter(|(one, _)| *one == number) {
        return Some(*value);
    }
    let at = table.binary_search_by_key(&number, |(one, _)| *one).ok()?;
    Some(table[at].1)
}

/// The name with a number, in a table in the order of the numbers.
pub const fn __name_of(number: i32, table: &[(i32, &'static str)]) -> Option<&'static str> {
    let (mut from, mut to) = (0, table.len());
    while from < to {
        let middle = from + (to - from) / 2;
        let (one, name) = table[middle];
        if one == number {
            return Some(name);
        }
        if one < number {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    None
}

/// Shows a value of an enum: its name, or else its number.
pub fn __show_value(
    name: Option<&str>,
    number: i32,
    f: &mut std::fmt::Formatter<'_>,
) -> std::fmt::Result {
    match name {
        Some(name) => f.pad(name),
        None => std::fmt::Display::fmt(&number, f),
    }
}

/// Shows an exception: its message, or else its name and those of its fields that have a value.
pub fn __show_exception(
    f: &mut std::fmt::Formatter<'_>,
    name: &str,
    message: Option<&str>,
    fields: &[(&str, Option<&dyn std::fmt::Debug>)],
) -> std::fmt::Result {
    if let Some(message) = message.filter(|message| !message.is_empty()) {
        return f.pad(message);
    }
    f.write_str(name)?;
    let values = fields.iter().filter_map(|(name, value)| Some((name, (*value)?)));
    for (at, (name, value)) in values.enumerate() {
        f.write_str(if at == 0 { ": " } else { ", " })?;
        write!(f, "{name} = {value:?}")?;
    }
    Ok(())
}

/// The value of an optional field, if it can be shown.
pub fn __shown<T: std::fmt::Debug>(value: &Option<T>) -> Option<&dyn std::fmt::Debug> {
    value.as_ref().map(|value| value as &dyn std::fmt::Debug)
}

/// The value of an enum that a text names, by its name or its number.
pub fn __value_of<T: From<i32>>(text: &str, of: &str, names: &[(&str, i32)]) -> Result<T, Error> {
    match names.iter().find(|(name, _)| *name == text) {
        Some((_, number)) => Ok(T::from(*number)),
        None => text.parse().map(T::from).map_err(|_| no_value(text, of)),
    }
}

#[cold]
fn no_value(text: &str, of: &str) -> Error {
    let message = format!("`{}` is no value of the enum {of}", text.escape_debug());
    Error::new(ErrorKind::InvalidData, message)
}

/// The elements of one container as those of another.
pub fn __collect<A, B, C: FromIterator<B>>(
    from: impl IntoIterator<Item = A>,
    each: impl FnMut(A) -> B,
) -> C {
    from.into_iter().map(each).collect()
}

/// The order of two values by their encoded bytes, which is total for all values.
pub fn __encoded_order<T: Encode>(a: &T, b: &T) -> std::cmp::Ordering {
    encoded(a).cmp(&encoded(b))
}

pub fn __encoded_hash<T: Encode, H: std::hash::Hasher>(value: &T, state: &mut H) {
    std::hash::Hash::hash(&encoded(value), state);
}

fn encoded<T: Encode>(value: &T) -> Vec<u8> {
    let mut writer = binary::BinaryWriter::new(Vec::new());
    value.encode(&mut writer);
    writer.finish().0
}

/// Leads to a type that could not be resolved: `N` is an error, and so is `Type` with it.
pub trait __Unresolved<const N: usize> {
    type Type;
}

impl<const N: usize> __Unresolved<N> for () {
    type Type = ();
}
