//! Values of types that have no Thrift type, which the user's functions convert.

use std::error::Error as StdError;

use super::{__skip, Names};
use crate::codec::{Decode, FieldHeader, Reader, StructNames, ThriftType};
use crate::error::{Error, ErrorKind};
use crate::ttype::TType;

/// The error of a conversion.
type Failure = Box<dyn StdError + Send + Sync>;

/// The type on the wire, as the function that reads it says.
pub const fn __wire_type<T: ThriftType, V, E>(_: fn(T) -> Result<V, E>) -> TType {
    T::TYPE
}

/// The names of what is on the wire, as the function that reads it says.
pub const fn __wire_names<T: ThriftType, V, E>(_: fn(T) -> Result<V, E>) -> &'static StructNames {
    T::NAMES
}

/// Fails to compile with the message if the type is another one on the wire.
pub const fn __wire_type_is<T: ThriftType>(wire: TType, message: &str) {
    assert!(T::TYPE.0 == wire.0, "{}", message);
}

/// The type to encode, which must have the wire type that the other function decodes.
///
/// ```
/// # use std::time::Duration;
/// mod millis {
///     pub fn to_thrift(pause: &std::time::Duration) -> i64 { pause.as_millis() as i64 }
///     pub fn from_thrift(millis: i64) -> Result<std::time::Duration, std::num::TryFromIntError> {
///         Ok(std::time::Duration::from_millis(millis.try_into()?))
///     }
/// }
/// #[derive(thriftly::ThriftStruct)]
/// struct Pause {
///     #[thrift(id = 1, required, with = millis)]
///     pause: Duration,
/// }
/// thriftly::binary::to_vec(&Pause { pause: Duration::from_secs(1) }).unwrap();
/// ```
///
/// If they do not agree, what is written could not be read, so it does not compile:
///
/// ```compile_fail,E0080
/// # use std::time::Duration;
/// mod millis {
///     pub fn to_thrift(pause: &std::time::Duration) -> i64 { pause.as_millis() as i64 }
///     pub fn from_thrift(millis: i32) -> Result<std::time::Duration, std::num::TryFromIntError> {
///         Ok(std::time::Duration::from_millis(millis.try_into()?))
///     }
/// }
/// #[derive(thriftly::ThriftStruct)]
/// struct Pause {
///     #[thrift(id = 1, required, with = millis)]
///     pause: Duration,
/// }
/// thriftly::binary::to_vec(&Pause { pause: Duration::from_secs(1) }).unwrap();
/// ```
#[inline(always)]
pub fn __agreed<T: ThriftType, V, E, U: ThriftType>(_: fn(T) -> Result<V, E>, written: U) -> U {
    const {
        assert!(
            T::TYPE.0 == U::TYPE.0,
            "`to_thrift` and `from_thrift` have different types on the wire"
        );
    }
    written
}

/// Reads a value, and converts it.
pub fn __decode_with<'de, T, V, E, R>(
    from: impl FnOnce(T) -> Result<V, E>,
    r: &mut R,
) -> Result<V, Error>
where
    T: Decode<'de>,
    E: Into<Failure>,
    R: Reader<'de>,
{
    let begin = r.offset();
    match from(T::decode(r)?) {
        Ok(value) => Ok(value),
        Err(error) => Err(refused(error.into(), begin)),
    }
}

/// As `__next`.
pub fn __next_with<'de, T, V, E, R>(
    from: impl FnOnce(T) -> Result<V, E>,
    id: i16,
    r: &mut R,
    names: Names,
    at: usize,
) -> Result<Option<V>, Error>
where
    T: Decode<'de>,
    E: Into<Failure>,
    R: Reader<'de>,
{
    if !r.field_is(T::TYPE, id) {
        return Ok(None);
    }
    match __decode_with(from, r) {
        Ok(value) => Ok(Some(value)),
        Err(error) => Err(error.in_field(names, at)),
    }
}

/// As `__read`.
pub fn __read_with<'de, T, V, E, R>(
    from: impl FnOnce(T) -> Result<V, E>,
    slot: &mut Option<V>,
    field: FieldHeader,
    r: &mut R,
    names: Names,
    at: usize,
) -> Result<(), Error>
where
    T: Decode<'de>,
    E: Into<Failure>,
    R: Reader<'de>,
{
    if !r.fits(field, T::TYPE) {
        return __skip(field, r, names);
    }
    match __decode_with(from, r) {
        Ok(value) => {
            *slot = Some(value);
            Ok(())
        }
        Err(error) => Err(error.in_field(names, at)),
    }
}

/// As `__read_variant`.
pub fn __read_variant_with<'de, T, V, E, U, R>(
    from: impl FnOnce(T) -> Result<V, E>,
    slot: &mut Option<U>,
    variant: impl FnOnce(V) -> U,
    field: FieldHeader,
    r: &mut R,
    names: Names,
    at: usize,
) -> Result<(), Error>
where
    T: Decode<'de>,
    E: Into<Failure>,
    R: Reader<'de>,
{
    let mut value = None;
    __read_with(from, &mut value, field, r, names, at)?;
    if let Some(value) = value {
        *slot = Some(variant(value));
    }
    Ok(())
}

#[cold]
fn refused(failure: Failure, begin: Option<usize>) -> Error {
    let error = Error::new(ErrorKind::InvalidData, failure.to_string()).with_source(failure);
    match begin {
        Some(begin) => error.beginning_at(begin),
        None => error,
    }
}
