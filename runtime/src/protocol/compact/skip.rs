//! Passing over values of `TCompactProtocol`.

use super::reader::CompactReader;
use super::types::fixed_width;
use crate::codec::{Reader, StructNames};
use crate::error::{Error, ErrorKind, Result};
use crate::ttype::TType;

/// Passes over a value. Nesting is bounded by the reader's limit, and so is this recursion.
pub(super) fn skip(r: &mut CompactReader<'_>, ty: TType) -> Result<()> {
    match ty {
        // The value of a field is in its header.
        TType::BOOL => {
            r.bool()?;
        }
        TType::I8 => r.cursor.pass(1)?,
        TType::I16 => {
            r.i16()?;
        }
        TType::I32 => {
            r.i32()?;
        }
        TType::I64 => {
            r.i64()?;
        }
        TType::DOUBLE => r.cursor.pass(8)?,
        TType::UUID => r.cursor.pass(16)?,
        TType::STRING => {
            r.binary()?;
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
            for _ in 0..count {
                skip(r, key)?;
                skip(r, value)?;
            }
            r.map_end()?;
        }
        _ => return Err(Error::new(ErrorKind::InvalidData, format!("a field of {ty}"))),
    }
    Ok(())
}
