//! From one protocol to another, without knowing the type.

use crate::codec::reader::Reader;
use crate::codec::writer::Writer;
use crate::error::{Error, ErrorKind, Result};
use crate::ttype::TType;

/// Reads a value of the type and writes it as it is.
///
/// # Errors
/// The value is broken or nested too deeply, or there is no such type.
pub fn copy_value<'de, R: Reader<'de>, W: Writer>(ty: TType, r: &mut R, w: &mut W) -> Result<()> {
    match ty {
        TType::BOOL => w.bool(r.bool()?),
        TType::I8 => w.i8(r.i8()?),
        TType::I16 => w.i16(r.i16()?),
        TType::I32 => w.i32(r.i32()?),
        TType::I64 => w.i64(r.i64()?),
        TType::DOUBLE => w.double(r.double()?),
        TType::UUID => w.uuid(r.uuid()?),
        TType::STRING => w.binary(r.binary()?),
        TType::STRUCT => {
            let (from, to) = (r.struct_begin()?, w.struct_begin());
            loop {
                let field = r.field()?;
                match field.ty {
                    TType::STOP => break,
                    TType::BOOL => w.field_bool(field.id, r.bool()?),
                    ty => {
                        w.field(ty, field.id);
                        copy_value(ty, r, w)?;
                    }
                }
            }
            w.stop();
            w.struct_end(to);
            r.struct_end(from);
        }
        TType::LIST => {
            let (element, count) = r.any_list_begin()?;
            w.list_begin(element, count);
            (0..count).try_for_each(|_| copy_value(element, r, w))?;
            w.list_end();
            r.list_end()?;
        }
        TType::SET => {
            let (element, count) = r.any_list_begin()?;
            w.set_begin(element, count);
            (0..count).try_for_each(|_| copy_value(element, r, w))?;
            w.set_end();
            r.set_end()?;
        }
        TType::MAP => {
            let (key, value, count) = r.any_map_begin()?;
            w.map_begin(key, value, count);
            for _ in 0..count {
                copy_value(key, r, w)?;
                copy_value(value, r, w)?;
            }
            w.map_end();
            r.map_end()?;
        }
        _ => return Err(Error::new(ErrorKind::InvalidData, format!("a value of {ty}"))),
    }
    Ok(())
}
