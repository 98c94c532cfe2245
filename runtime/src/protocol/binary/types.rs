//! How many bytes values take in `TBinaryProtocol`.

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
#[inline(always)]
pub(crate) const fn fixed_width(ty: TType) -> Option<usize> {
    match ty {
        TType::STRING | TType::STRUCT | TType::LIST | TType::SET | TType::MAP => None,
        _ => min_width(ty),
    }
}
