//! Transcoding between protocols without the Rust type.

use crate::codec::names::StructNames;
use crate::codec::reader::Reader;
use crate::codec::writer::Writer;
use crate::error::{Error, ErrorKind, Result};
use crate::ttype::TType;

/// Copies one value of the wire type `ty` from a reader to a writer, unchanged.
///
/// ```
/// use thriftly::codec::copy_value;
/// use thriftly::{Limits, TType, binary, compact};
///
/// let bytes = binary::to_vec(&vec![1, 2, 3])?;
/// let mut reader = binary::BinaryReader::new(&bytes, &Limits::DEFAULT);
/// let mut writer = compact::CompactWriter::new(Vec::new());
/// copy_value(TType::LIST, &mut reader, &mut writer)?;
/// assert_eq!(compact::from_slice::<Vec<i32>>(&writer.finish().0)?, [1, 2, 3]);
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// # Errors
/// The value is malformed or nested too deeply, or the type is unknown.
pub fn copy_value<'de, R: Reader<'de>, W: Writer>(ty: TType, r: &mut R, w: &mut W) -> Result<()> {
    match ty {
        TType::STRUCT => copy_struct(r, w),
        TType::LIST | TType::SET => copy_elements(ty, r, w),
        TType::MAP => copy_entries(r, w),
        _ => copy_scalar(ty, r, w),
    }
}

// Separate functions keep the stack frame of one nesting level small.

#[inline(never)]
fn copy_struct<'de, R: Reader<'de>, W: Writer>(r: &mut R, w: &mut W) -> Result<()> {
    let (from, to) = (r.struct_begin(StructNames::NONE)?, w.struct_begin(StructNames::NONE));
    while let Some(ty) = copy_header(r, w)? {
        copy_value(ty, r, w)?;
    }
    w.stop();
    w.struct_end(to);
    r.struct_end(from);
    Ok(())
}

/// Copies a field header, with the value where the protocol may put it into the header (`bool`).
/// Returns the type of the value that follows, or `None` at the end of the struct.
#[inline(never)]
fn copy_header<'de, R: Reader<'de>, W: Writer>(r: &mut R, w: &mut W) -> Result<Option<TType>> {
    loop {
        let field = r.field()?;
        match field.ty {
            TType::STOP => return Ok(None),
            TType::BOOL => w.field_bool(field.id, r.bool()?),
            ty => {
                w.field(ty, field.id);
                return Ok(Some(ty));
            }
        }
    }
}

#[inline(never)]
fn copy_elements<'de, R: Reader<'de>, W: Writer>(ty: TType, r: &mut R, w: &mut W) -> Result<()> {
    let (element, count) = r.any_list_begin()?;
    match ty {
        TType::SET => w.set_begin(element, count),
        _ => w.list_begin(element, count),
    }
    for _ in 0..count {
        copy_value(element, r, w)?;
    }
    match ty {
        TType::SET => {
            w.set_end();
            r.set_end()
        }
        _ => {
            w.list_end();
            r.list_end()
        }
    }
}

#[inline(never)]
fn copy_entries<'de, R: Reader<'de>, W: Writer>(r: &mut R, w: &mut W) -> Result<()> {
    let (key, value, count) = r.any_map_begin()?;
    w.map_begin(key, value, count);
    for _ in 0..count {
        copy_value(key, r, w)?;
        copy_value(value, r, w)?;
    }
    w.map_end();
    r.map_end()
}

#[inline(never)]
fn copy_scalar<'de, R: Reader<'de>, W: Writer>(ty: TType, r: &mut R, w: &mut W) -> Result<()> {
    match ty {
        TType::BOOL => w.bool(r.bool()?),
        TType::I8 => w.i8(r.i8()?),
        TType::I16 => w.i16(r.i16()?),
        TType::I32 => w.i32(r.i32()?),
        TType::I64 => w.i64(r.i64()?),
        TType::DOUBLE => w.double(r.double()?),
        TType::UUID => w.uuid(r.uuid()?),
        TType::STRING => w.binary(r.string_or_binary()?),
        _ => return Err(Error::new(ErrorKind::InvalidData, format!("a value of {ty}"))),
    }
    Ok(())
}
