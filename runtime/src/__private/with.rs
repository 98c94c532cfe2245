//! Values of types that have no Thrift type, which the user's functions convert.

use std::error::Error as StdError;

use super::{__skip, Names};
use crate::codec::{Decode, FieldHeader, Reader, StructNames, ThriftType};
use crate::error::{Error, ErrorKind};
use crate::ttype::TType;

/// What a conversion fails with.
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
        Some(begin) => error.at_offset(begin),
        None => error,
    }
}
