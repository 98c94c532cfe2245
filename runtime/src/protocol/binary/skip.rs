//! Passing over values of `TBinaryProtocol`.

use super::reader::BinaryReader;
use crate::codec::{Reader, StructNames};
use crate::error::{Error, ErrorKind, Result};
use crate::ttype::TType;

/// The least number of bytes that a value of the type takes; `None` if there is no such type.
#[inline(always)]
pub(crate) const fn min_width(ty: TType) -> Option<usize> {
    match ty {
        TType::BOOL | TType::I8 | TType::STRUCT => Some(1),
        TType::I16 => Some(2),
        TType::I32 | TType::STRING => Some(4),
        TType::I64 | TType::DOUBLE => Some(8),
        TType::LIST | TType::SET => Some(5),
        TType::MAP => Some(6),
        TType::UUID => Some(16),
        _ => None,
    }
}

/// The number of bytes that every value of the type takes, if it is always the same.
pub(crate) const fn fixed_width(ty: TType) -> Option<usize> {
    match ty {
        TType::STRING | TType::STRUCT | TType::LIST | TType::SET | TType::MAP => None,
        _ => min_width(ty),
    }
}

/// Passes over a value. Nesting is bounded by the reader's limit, and so is this recursion.
pub(super) fn skip(r: &mut BinaryReader<'_>, ty: TType) -> Result<()> {
    if let Some(width) = fixed_width(ty) {
        return r.cursor.pass(width);
    }
    match ty {
        TType::STRING => {
            r.string_or_binary()?;
        }
        TType::STRUCT => {
            let outer = r.struct_begin(StructNames::NONE)?;
            loop {
                let field = r.field()?;
                if field.ty == TType::STOP {
                    break;
                }
                skip(r, field.ty)?;
            }
            r.struct_end(outer);
        }
        TType::LIST | TType::SET => {
            let (element, count) = r.any_list_begin()?;
            match fixed_width(element) {
                Some(width) => r.cursor.pass(width.saturating_mul(count))?,
                None => (0..count).try_for_each(|_| skip(r, element))?,
            }
            r.list_end()?;
        }
        TType::MAP => {
            let (key, value, count) = r.any_map_begin()?;
            match (fixed_width(key), fixed_width(value)) {
                (Some(key), Some(value)) => r.cursor.pass((key + value).saturating_mul(count))?,
                _ => (0..count).try_for_each(|_| {
                    skip(r, key)?;
                    skip(r, value)
                })?,
            }
            r.map_end()?;
        }
        _ => return Err(Error::new(ErrorKind::InvalidData, format!("a field of {ty}"))),
    }
    Ok(())
}
