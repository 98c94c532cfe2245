//! Templates: values with places for arguments of the call.

use thriftly_core::dynamic::{Field, Kind, Method, Type, Value};
use thriftly_core::{Error, ErrorKind, Result};

/// A value with places such as `"{{args.key}}"`: a text that is one place has the argument's value, and in another text
/// it is inserted.
#[derive(Debug, Clone)]
pub(super) struct Template {
    value: Value,
    is_plain: bool,
}

impl Template {
    pub(super) fn new(value: Value) -> Template {
        let is_plain = !has_places(&value);
        Template { value, is_plain }
    }

    /// The value for these arguments.
    pub(super) fn fill(&self, arguments: &Value) -> Value {
        match self.is_plain {
            true => self.value.clone(),
            false => filled(&self.value, &|path| at(arguments, path).cloned().unwrap_or_default()),
        }
    }

    /// A value as it might be filled in, for checks.
    ///
    /// # Errors
    /// A place is none of the arguments of the method.
    pub(super) fn example(&self, method: &Method) -> Result<Value> {
        let mut wrong = None;
        let wrong_at = std::cell::RefCell::new(&mut wrong);
        let value = filled(&self.value, &|path| match type_at(method, path) {
            Ok(ty) => example(&ty),
            Err(error) => {
                wrong_at.borrow_mut().get_or_insert(error);
                Value::Null
            }
        });
        match wrong {
            Some(error) => Err(error),
            None => Ok(value),
        }
    }
}

/// A value of a type with nothing in it: zero, empty, the first value of an enum, the first field of a union.
pub(super) fn example(ty: &Type) -> Value {
    match ty.kind() {
        Kind::Bool => false.into(),
        Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 => 0.into(),
        Kind::Double => 0.0.into(),
        Kind::String => "".into(),
        Kind::Binary => Value::Binary(Default::default()),
        Kind::Uuid => Value::Uuid(Default::default()),
        Kind::Enum => ty.enum_values().next().map_or(0.into(), |(name, _)| name.into()),
        Kind::List(_) | Kind::Set(_) => Vec::<Value>::new().into(),
        Kind::Map(..) => Value::Map(Default::default()),
        Kind::Union => entries(ty.fields().take(1)),
        // Only required fields: there is no struct that needs itself.
        _ => entries(ty.fields().filter(Field::is_required)),
    }
}

fn entries(fields: impl Iterator<Item = Field>) -> Value {
    let entries = fields.map(|field| (field.name().to_owned(), example(&field.ty())));
    Value::Map(entries.collect())
}

/// The paths of the places in a text, each with the text before it; and the text after the last one.
fn places(text: &str) -> (Vec<(&str, &str)>, &str) {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once("{{")
        && let Some((path, after)) = after.split_once("}}")
    {
        match path.trim().strip_prefix("args.") {
            Some(path) => found.push((before, path)),
            None => break,
        }
        rest = after;
    }
    (found, rest)
}

fn has_places(value: &Value) -> bool {
    match value {
        Value::String(text) => !places(text).0.is_empty(),
        Value::List(values) => values.iter().any(has_places),
        Value::Map(entries) => {
            entries.iter().any(|(key, value)| has_places(key) || has_places(value))
        }
        _ => false,
    }
}

fn filled(value: &Value, argument: &dyn Fn(&str) -> Value) -> Value {
    match value {
        Value::String(text) => match &places(text) {
            (found, _) if found.is_empty() => value.clone(),
            (found, "") if found.len() == 1 && found[0].0.is_empty() => argument(found[0].1),
            (found, rest) => {
                let mut filled = String::new();
                for (before, path) in found {
                    filled.push_str(before);
                    filled.push_str(&text_of(&argument(path)));
                }
                filled.push_str(rest);
                filled.into()
            }
        },
        Value::List(values) => {
            Value::List(values.iter().map(|value| filled(value, argument)).collect())
        }
        Value::Map(entries) => {
            let entries =
                entries.iter().map(|(key, value)| (filled(key, argument), filled(value, argument)));
            Value::Map(entries.collect())
        }
        other => other.clone(),
    }
}

/// As a part of a text: text as it is, everything else as JSON.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Enum(value) => value.to_string(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

fn at<'a>(arguments: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(arguments, |value, name| match name.parse::<usize>() {
        Ok(index) => value.get(index),
        Err(_) => value.get(name),
    })
}

/// The type of the argument at a path.
fn type_at(method: &Method, path: &str) -> Result<Type> {
    let unknown = |of: &str, name: &str| {
        let message = format!("`{{{{args.{path}}}}}`: `{of}` has no `{}`", name.escape_debug());
        Error::new(ErrorKind::InvalidData, message)
    };
    let mut names = path.split('.');
    let first = names.next().unwrap_or_default();
    let argument = method.arguments().find(|argument| argument.name() == first);
    let mut ty = argument.ok_or_else(|| unknown(method.name(), first))?.ty();
    for name in names {
        ty = match (ty.kind(), name.parse::<usize>()) {
            (Kind::List(of), Ok(_)) => of,
            (Kind::Map(_, of), _) => of,
            _ => {
                let field = ty.fields().find(|field| field.name() == name);
                field.ok_or_else(|| unknown(&ty.name(), name))?.ty()
            }
        };
    }
    Ok(ty)
}
