//! Values as text, to compare and to show them.

use thriftly_parser::Program;
use thriftly_parser::program::{Definition, Value};

/// How much of a value is shown.
const SHOWN: usize = 40;

/// A value as the language writes it. Other constants are named, so the text is no longer than the source.
pub(super) fn text(program: &Program, value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Double(value) => format!("{value:?}"),
        Value::String(value) => format!("{value:?}"),
        Value::Binary(value) => format!("\"{}\"", value.escape_ascii()),
        Value::Uuid(value) => value.iter().map(|byte| format!("{byte:02x}")).collect(),
        Value::List(values) | Value::Set(values) => {
            let values: Vec<_> = values.iter().map(|value| text(program, value)).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Map(entries) => {
            let entry = |(key, value)| format!("{}: {}", text(program, key), text(program, value));
            let entries: Vec<_> = entries.iter().map(|(key, value)| entry((key, value))).collect();
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
                let name = |index: u32| node.fields.get(index as usize).map(|one| &*one.name.text);
                let entries: Vec<_> = fields
                    .iter()
                    .map(|(index, value)| {
                        format!("{}: {}", name(*index).unwrap_or("?"), text(program, value))
                    })
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
            other => other.name().text.clone(),
        },
        Value::Const(id) => program.definition(*id).name().text.clone(),
        Value::Invalid => "?".to_owned(),
    }
}

/// Two values with only as much of them as a message has room for. What both begin with is left out if it is long.
pub(super) fn shortened((old, new): (String, String)) -> (String, String) {
    let common = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).count();
    let skip = if common > SHOWN / 2 { common - SHOWN / 4 } else { 0 };
    let cut = |text: String| {
        let total = text.chars().count();
        let piece: String = text.chars().skip(skip).take(SHOWN).collect();
        let lead = if skip > 0 { "…" } else { "" };
        let trail = if total > skip + SHOWN { "…" } else { "" };
        format!("{lead}{piece}{trail}")
    };
    (cut(old), cut(new))
}
