//! Values of constants and defaults.

use super::{DefId, Definition, Program};

/// Value of a constant or a default, converted to the expected type.
#[derive(Debug, Clone)]
pub enum Value {
    /// For `bool`.
    Bool(bool),
    /// For `i8` … `i64`, in the range of the type.
    Int(i64),
    /// For `double`.
    Double(f64),
    /// For `string`.
    String(String),
    /// For `binary`.
    Binary(Vec<u8>),
    /// For `uuid`, in text order.
    Uuid([u8; 16]),
    /// A value of an enum: the definition and the index in [`Enum::values`](super::Enum::values).
    Enum(DefId, u32),
    /// For `list`.
    List(Vec<Value>),
    /// For `set`; duplicates are kept.
    Set(Vec<Value>),
    /// For `map`; duplicate keys are kept, the last one wins.
    Map(Vec<(Value, Value)>),
    /// For structs, unions and exceptions: indexes into [`Struct::fields`](super::Struct::fields) with values.
    Struct(DefId, Vec<(u32, Value)>),
    /// The value of another constant that is a container or a struct: kept by reference, so that
    /// constants that refer to constants cannot grow exponentially. Scalars are copied.
    Const(DefId),
    /// A value that could not be evaluated; reported as a diagnostic.
    Invalid,
}

impl Value {
    /// The value in IDL syntax: `{"a": [1, 2]}`. Constants that are containers or structs are written by name, so
    /// the text is no longer than the source.
    pub fn text(&self, program: &Program) -> String {
        match self {
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Double(value) => format!("{value:?}"),
            Value::String(value) => format!("{value:?}"),
            Value::Binary(value) => format!("\"{}\"", value.escape_ascii()),
            Value::Uuid(value) => uuid_text(value),
            Value::List(values) | Value::Set(values) => {
                let values: Vec<_> = values.iter().map(|value| value.text(program)).collect();
                format!("[{}]", values.join(", "))
            }
            Value::Map(entries) => {
                let entry = |(key, value): &(Value, Value)| {
                    format!("{}: {}", key.text(program), value.text(program))
                };
                let entries: Vec<_> = entries.iter().map(entry).collect();
                format!("{{{}}}", entries.join(", "))
            }
            Value::Enum(id, index) => match program.definition(*id) {
                Definition::Enum(node) => {
                    let value = node.values.get(*index as usize);
                    let value = value.map_or("?", |value| value.name.text.as_str());
                    format!("{}.{value}", node.name.text)
                }
                other => other.name().text.clone(),
            },
            Value::Struct(id, fields) => match program.definition(*id) {
                Definition::Struct(node) => {
                    let name = |index: u32| {
                        node.fields.get(index as usize).map_or("?", |one| &*one.name.text)
                    };
                    let entry = |(index, value): &(u32, Value)| {
                        format!("{:?}: {}", name(*index), value.text(program))
                    };
                    let entries: Vec<_> = fields.iter().map(entry).collect();
                    format!("{{{}}}", entries.join(", "))
                }
                other => other.name().text.clone(),
            },
            Value::Const(id) => program.definition(*id).name().text.clone(),
            Value::Invalid => "?".to_owned(),
        }
    }
}

/// A UUID as a quoted string, in groups of 8, 4, 4, 4 and 12 digits.
fn uuid_text(bytes: &[u8; 16]) -> String {
    let mut text = String::from("\"");
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text.push('"');
    text
}
