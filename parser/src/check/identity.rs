//! Equality of values, to find duplicates in sets and maps.

use crate::program::Value;

/// Bytes that are equal for equal values, to find duplicates; `None` for what cannot be compared.
pub(super) fn identity(value: &Value) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    write_identity(value, &mut out).then_some(out)
}

fn write_identity(value: &Value, out: &mut Vec<u8>) -> bool {
    let sized = |out: &mut Vec<u8>, bytes: &[u8]| {
        out.extend((bytes.len() as u64).to_le_bytes());
        out.extend(bytes);
    };
    match value {
        Value::Bool(value) => out.push(u8::from(*value)),
        Value::Int(value) => out.extend(value.to_le_bytes()),
        Value::Double(value) => out.extend(value.to_bits().to_le_bytes()),
        Value::String(text) => sized(out, text.as_bytes()),
        Value::Binary(bytes) => sized(out, bytes),
        Value::Uuid(uuid) => out.extend(uuid),
        Value::Enum(id, index) => {
            out.extend(id.file.0.to_le_bytes());
            out.extend(id.index.to_le_bytes());
            out.extend(index.to_le_bytes());
        }
        Value::List(values) | Value::Set(values) => {
            out.extend((values.len() as u64).to_le_bytes());
            return values.iter().all(|value| write_identity(value, out));
        }
        Value::Map(pairs) => {
            out.extend((pairs.len() as u64).to_le_bytes());
            return pairs
                .iter()
                .all(|(key, value)| write_identity(key, out) && write_identity(value, out));
        }
        Value::Struct(_, fields) => {
            out.extend((fields.len() as u64).to_le_bytes());
            return fields.iter().all(|(index, value)| {
                out.extend(index.to_le_bytes());
                write_identity(value, out)
            });
        }
        Value::Const(id) => {
            out.push(b'c');
            out.extend(id.file.0.to_le_bytes());
            out.extend(id.index.to_le_bytes());
        }
        Value::Invalid => return false,
    }
    true
}
