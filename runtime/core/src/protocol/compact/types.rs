//! Type numbers of `TCompactProtocol`.

use crate::ttype::TType;

/// The value `true` of a field, and the type of all `bool` elements.
pub(super) const TRUE: u8 = 1;
/// The value `false` of a field.
pub(super) const FALSE: u8 = 2;

/// The number of a type, or 0 for an unknown type.
#[inline(always)]
pub(super) const fn number(ty: TType) -> u8 {
    match ty {
        TType::BOOL => TRUE,
        TType::I8 => 3,
        TType::I16 => 4,
        TType::I32 => 5,
        TType::I64 => 6,
        TType::DOUBLE => 7,
        TType::STRING => 8,
        TType::LIST => 9,
        TType::SET => 10,
        TType::MAP => 11,
        TType::STRUCT => 12,
        TType::UUID => 13,
        _ => 0,
    }
}

/// The type with the number in the low half of the byte, or [`TType::STOP`] if unknown.
#[inline(always)]
pub(crate) const fn ttype(number: u8) -> TType {
    const TYPES: [TType; 16] = [
        TType::STOP,
        TType::BOOL,
        TType::BOOL,
        TType::I8,
        TType::I16,
        TType::I32,
        TType::I64,
        TType::DOUBLE,
        TType::STRING,
        TType::LIST,
        TType::SET,
        TType::MAP,
        TType::STRUCT,
        TType::UUID,
        TType::STOP,
        TType::STOP,
    ];
    TYPES[(number & 0x0f) as usize]
}

/// Minimum size of a value of the type in a container, in bytes.
#[inline(always)]
pub(crate) const fn min_width(ty: TType) -> usize {
    match ty {
        TType::DOUBLE => 8,
        TType::UUID => 16,
        _ => 1,
    }
}

/// Size of a value of the type in a container, in bytes, if fixed.
pub(crate) const fn fixed_width(ty: TType) -> Option<usize> {
    match ty {
        TType::BOOL | TType::I8 | TType::DOUBLE | TType::UUID => Some(min_width(ty)),
        _ => None,
    }
}
