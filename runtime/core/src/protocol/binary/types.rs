//! Sizes of values in `TBinaryProtocol`.

use crate::ttype::TType;

/// Minimum size of a value of the type, in bytes; `None` for an unknown type.
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

/// Size of a value of the type, in bytes, if fixed.
#[inline(always)]
pub(crate) const fn fixed_width(ty: TType) -> Option<usize> {
    match ty {
        TType::STRING | TType::STRUCT | TType::LIST | TType::SET | TType::MAP => None,
        _ => min_width(ty),
    }
}
