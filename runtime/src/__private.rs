//! What generated code names. Not for use by hand: it changes without notice.
#![allow(missing_docs, non_upper_case_globals)]

pub use core::clone::Clone;
pub use core::cmp::{Eq, Ord, Ordering, PartialEq, PartialOrd};
pub use core::convert::{From, Into, TryInto};
pub use core::default::Default;
pub use core::fmt::{self, Debug, Display, Formatter};
pub use core::future::Future;
pub use core::hash::{Hash, Hasher};
pub use core::include_bytes;
pub use core::iter::FromIterator;
pub use core::marker::{Copy, Send, Sync};
pub use core::option::Option::{self, None, Some};
pub use core::primitive::{bool, f64, i8, i16, i32, i64, str, u8, usize};
pub use core::result::Result::{self, Err, Ok};
pub use core::task;
pub use std::boxed::Box;
pub use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
pub use std::error::Error as StdError;
pub use std::string::String;
pub use std::sync::{Arc, LazyLock};
pub use std::vec;
pub use std::vec::Vec;

pub use bytes::Bytes;
#[cfg(feature = "async")]
pub use tower_service;

pub use crate::codec::{Decode, Encode, FieldHeader, Reader, ScalarWriter, ThriftType, Writer};
pub use crate::message::{Protocol, Request, Response};
pub use crate::service;
pub use crate::service::Throws;
pub use crate::ttype::TType;
pub use crate::{Address, FromChannel};
#[cfg(feature = "async")]
pub use crate::{Channel, ClientBuilder};
pub use crate::{Double, Error, UnknownField, UnknownFields, Uuid, blocking};

use crate::error::ErrorKind;
use crate::protocol::binary;

pub const f64_INFINITY: f64 = core::f64::INFINITY;

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

pub use crate::__if_async as if_async;

/// Reads the next field into its place if it is this one.
#[inline(always)]
pub fn read_next<'de, T, R>(place: &mut Option<T>, id: i16, r: &mut R) -> Result<(), Error>
where
    T: Decode<'de>,
    R: Reader<'de>,
{
    if r.field_is(T::TYPE, id) {
        *place = Some(T::decode(r)?);
    }
    Ok(())
}

/// Whether a field is of the type that its place is for.
#[inline(always)]
pub fn fits<T: ThriftType>(_place: &Option<T>, field: FieldHeader) -> bool {
    field.ty == T::TYPE
}

/// Reads the value of a field into its place.
#[inline(always)]
pub fn read<'de, T, R>(place: &mut Option<T>, r: &mut R) -> Result<(), Error>
where
    T: Decode<'de>,
    R: Reader<'de>,
{
    *place = Some(T::decode(r)?);
    Ok(())
}

/// The value of a field that may be absent.
#[inline(always)]
pub fn or_default<T: Default>(place: Option<T>) -> T {
    place.unwrap_or_default()
}

#[cold]
pub fn missing_field() -> Error {
    Error::new(ErrorKind::MissingField, "the required field is missing")
}

#[cold]
pub fn unset_union() -> Error {
    Error::new(ErrorKind::MissingField, "no field of the union is set, or none that is known")
}

#[cold]
pub fn unknown_number(name: &str, number: i32) -> Error {
    Error::new(ErrorKind::InvalidData, format!("{number} is no value of the enum {name}"))
}

/// The order of two values by their encoded bytes: total, whatever is in them.
pub fn encoded_order<T: Encode>(a: &T, b: &T) -> Ordering {
    encoded(a).cmp(&encoded(b))
}

pub fn encoded_hash<T: Encode, H: Hasher>(value: &T, state: &mut H) {
    encoded(value).hash(state);
}

fn encoded<T: Encode>(value: &T) -> Vec<u8> {
    let mut writer = binary::BinaryWriter::new(Vec::new());
    value.encode(&mut writer);
    writer.finish().0
}

/// Stands for a type that could not be resolved, of which an error tells.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Unresolved;

impl ThriftType for Unresolved {
    const TYPE: TType = TType::STRUCT;
}

impl Encode for Unresolved {
    fn encode<W: Writer>(&self, w: &mut W) {
        w.stop();
    }
}

impl<'de> Decode<'de> for Unresolved {
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self, Error> {
        r.skip(TType::STRUCT).map(|()| Unresolved)
    }
}
