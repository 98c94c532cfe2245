//! Structs that are decoded in place: fields are decoded where they stay, and the struct keeps which of them came as bits.

use super::{__skip, Names, missing_field};
use crate::codec::{Decode, FieldHeader, Fresh, Mode, Reader, decode_some};
use crate::error::Error;

/// A value that is decoded in place of a blank one.
#[inline]
pub fn __decode_blank<'de, T, R>(r: &mut R) -> Result<T, Error>
where
    T: Decode<'de> + Default,
    R: Reader<'de>,
{
    let mut value = T::default();
    value.decode_over(r, Fresh)?;
    Ok(value)
}

/// Decodes the value of the next field into its place, if that is the one with the id. Returns the bit of the field if
/// it came, as all functions here.
#[inline(always)]
pub fn __next_into<'de, T, M, R>(
    place: &mut T,
    id: i16,
    r: &mut R,
    names: Names,
    at: usize,
    mode: M,
) -> Result<u32, Error>
where
    T: Decode<'de>,
    M: Mode,
    R: Reader<'de>,
{
    if !r.field_is(T::TYPE, id) {
        return Ok(0);
    }
    came(place.decode_over(r, mode), names, at)
}

/// As [`__next_into`], of an optional field.
#[inline(always)]
pub fn __next_some<'de, T, M, R>(
    place: &mut Option<T>,
    id: i16,
    r: &mut R,
    names: Names,
    at: usize,
    mode: M,
) -> Result<u32, Error>
where
    T: Decode<'de>,
    M: Mode,
    R: Reader<'de>,
{
    if !r.field_is(T::TYPE, id) {
        return Ok(0);
    }
    came(decode_some(place, r, mode), names, at)
}

/// Decodes the value of a field into its place, where another one may be already; if it is of another type, passes
/// over it.
#[inline(always)]
pub fn __read_into<'de, T, M, R>(
    place: &mut T,
    field: FieldHeader,
    r: &mut R,
    names: Names,
    at: usize,
    mode: M,
) -> Result<u32, Error>
where
    T: Decode<'de>,
    M: Mode,
    R: Reader<'de>,
{
    if !r.fits(field, T::TYPE) {
        return __skip(field, r, names).map(|()| 0);
    }
    if M::FRESH
        && let Some(blank) = T::BLANK
    {
        *place = blank();
    }
    came(place.decode_over(r, mode), names, at)
}

/// As [`__read_into`], of an optional field.
#[inline(always)]
pub fn __read_some<'de, T, M, R>(
    place: &mut Option<T>,
    field: FieldHeader,
    r: &mut R,
    names: Names,
    at: usize,
    mode: M,
) -> Result<u32, Error>
where
    T: Decode<'de>,
    M: Mode,
    R: Reader<'de>,
{
    if !r.fits(field, T::TYPE) {
        return __skip(field, r, names).map(|()| 0);
    }
    came(decode_some(place, r, mode), names, at)
}

#[inline(always)]
fn came(result: Result<(), Error>, names: Names, at: usize) -> Result<u32, Error> {
    match result {
        Ok(()) => Ok(1 << at),
        Err(error) => Err(error.in_field(names, at)),
    }
}

/// Checks that all required fields came.
#[inline(always)]
pub fn __complete<'de, R: Reader<'de>>(
    came: u32,
    required: u32,
    r: &R,
    names: Names,
) -> Result<(), Error> {
    match required & !came {
        0 => Ok(()),
        missing => Err(missing_field(r, names, missing.trailing_zeros() as usize)),
    }
}
