//! Type names in `TJSONProtocol`.

use crate::ttype::TType;

const NAMES: [(TType, &str); 12] = [
    (TType::BOOL, "tf"),
    (TType::I8, "i8"),
    (TType::I16, "i16"),
    (TType::I32, "i32"),
    (TType::I64, "i64"),
    (TType::DOUBLE, "dbl"),
    (TType::STRING, "str"),
    (TType::STRUCT, "rec"),
    (TType::MAP, "map"),
    (TType::LIST, "lst"),
    (TType::SET, "set"),
    (TType::UUID, "uid"),
];

pub(crate) fn name(ty: TType) -> Option<&'static str> {
    NAMES.iter().find(|(of, _)| *of == ty).map(|(_, name)| *name)
}

pub(super) fn named(name: &[u8]) -> Option<TType> {
    NAMES.iter().find(|(_, of)| of.as_bytes() == name).map(|(ty, _)| *ty)
}
