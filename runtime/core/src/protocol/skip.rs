//! Skipping of values in protocols with element types and counts.

use crate::codec::{Reader, StructNames};
use crate::error::{Error, ErrorKind, Result};
use crate::protocol::cursor::Cursor;
use crate::ttype::TType;

/// The operations that skipping needs beside [`Reader`].
pub(super) trait Skip<'de>: Reader<'de> {
    /// Size of an element of the type, in bytes, if fixed.
    fn fixed_width(ty: TType) -> Option<usize>;

    /// Skips a number of bytes.
    fn pass(&mut self, len: usize) -> Result<()>;

    /// Skips a value without nesting. An unknown type fails with [`no_such_type`].
    fn skip_scalar(&mut self, ty: TType) -> Result<()>;
}

/// Skips a value. The reader's depth limit bounds the recursion.
#[inline(always)]
pub(super) fn skip<'de, R: Skip<'de>>(r: &mut R, ty: TType) -> Result<()> {
    match ty {
        TType::STRUCT => skip_struct(r),
        TType::LIST | TType::SET => skip_elements(r),
        TType::MAP => skip_entries(r),
        _ => r.skip_scalar(ty),
    }
}

// Separate functions keep the stack frame of one nesting level small and scalars free of calls.

#[inline(never)]
fn skip_struct<'de, R: Skip<'de>>(r: &mut R) -> Result<()> {
    let outer = r.struct_begin(StructNames::NONE)?;
    loop {
        let field = r.field()?;
        if field.ty == TType::STOP {
            break;
        }
        skip(r, field.ty)?;
    }
    r.struct_end(outer);
    Ok(())
}

#[inline(never)]
fn skip_elements<'de, R: Skip<'de>>(r: &mut R) -> Result<()> {
    let (element, count) = r.any_list_begin()?;
    match R::fixed_width(element) {
        Some(width) => r.pass(width.saturating_mul(count))?,
        None => (0..count).try_for_each(|_| skip(r, element))?,
    }
    r.list_end()
}

#[inline(never)]
fn skip_entries<'de, R: Skip<'de>>(r: &mut R) -> Result<()> {
    let (key, value, count) = r.any_map_begin()?;
    match (R::fixed_width(key), R::fixed_width(value)) {
        (Some(key), Some(value)) => r.pass((key + value).saturating_mul(count))?,
        _ => (0..count).try_for_each(|_| {
            skip(r, key)?;
            skip(r, value)
        })?,
    }
    r.map_end()
}

/// The error for a field of an unknown type.
#[cold]
pub(super) fn no_such_type(ty: TType, cursor: &Cursor<'_>) -> Error {
    cursor.error(ErrorKind::InvalidData, format!("a field of {ty}"))
}
