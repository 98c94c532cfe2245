//! Answers of a service that does not exist.

mod template;

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use thriftly_core::dynamic::{Call, CallError, Idl, Method, Value};
use thriftly_core::{ApplicationErrorKind, Error, ErrorKind, Result};

use self::template::{Template, example};
use crate::decode::method_of;
use crate::encode::kind_of;

/// The answers of methods, by their full names.
#[derive(Debug, Default)]
pub(crate) struct Mock {
    methods: HashMap<String, Turns>,
}

/// Answers in turn; the last one stays.
#[derive(Debug)]
struct Turns {
    answers: Vec<Answer>,
    next: AtomicUsize,
}

#[derive(Debug)]
struct Answer {
    delay: Duration,
    outcome: Outcome,
}

#[derive(Debug)]
enum Outcome {
    Result(Template),
    /// The name of the exception, and its fields.
    Exception(String, Template),
    Error(ApplicationErrorKind, String),
}

impl Mock {
    /// Reads the answers from a file of JSON and checks them.
    pub(crate) fn load(path: &Path, idl: &Idl) -> Result<Mock> {
        let name = path.display();
        let text = fs::read(path).map_err(|error| wrong(format!("cannot read {name}: {error}")))?;
        let value: Value = serde_json::from_slice(&text)
            .map_err(|error| wrong(format!("{name}: this is not JSON: {error}")))?;
        Mock::new(value, idl).map_err(|error| wrong(format!("{name}: {error}")))
    }

    fn new(value: Value, idl: &Idl) -> Result<Mock> {
        let Value::Map(methods) = value else {
            return Err(wrong("expected an object of methods and their answers"));
        };
        let mut mock = Mock::default();
        for (name, answer) in methods {
            let name = name.as_str().unwrap_or_default();
            let method = method_of(idl, None, name)?;
            let turns = Turns::new(answer, &method)
                .map_err(|error| wrong(format!("{method:?}: {error}")))?;
            mock.methods.insert(format!("{method:?}"), turns);
        }
        Ok(mock)
    }

    /// Answers a call: as the file says, or with a value that has nothing in it.
    pub(crate) async fn answer(self: Arc<Mock>, call: Call) -> Result<Value, CallError> {
        let Some(turns) = self.find(call.method()) else {
            return Ok(call.method().returns().map_or(Value::Null, |ty| example(&ty)));
        };
        let turn = turns.next.fetch_add(1, Ordering::Relaxed).min(turns.answers.len() - 1);
        let Answer { delay, outcome } = &turns.answers[turn];
        if !delay.is_zero() {
            tokio::time::sleep(*delay).await;
        }
        match outcome {
            Outcome::Result(template) => Ok(template.fill(call.arguments())),
            Outcome::Exception(name, fields) => {
                Err(call.exception(name, fields.fill(call.arguments())))
            }
            Outcome::Error(kind, message) => Err(Error::application(*kind, message.clone()).into()),
        }
    }

    /// The answers of a method; an inherited one may have those of the service that declares it.
    fn find(&self, method: &Method) -> Option<&Turns> {
        let mut service = Some(method.service().clone());
        while let Some(one) = service {
            if let Some(turns) = self.methods.get(&format!("{}.{}", one.name(), method.name())) {
                return Some(turns);
            }
            service = one.extends();
        }
        None
    }
}

impl Turns {
    fn new(value: Value, method: &Method) -> Result<Turns> {
        let answers = match value {
            Value::Map(mut entries) if entries.contains_key(&"$turns".into()) => {
                let turns = entries.remove(&"$turns".into()).unwrap_or_default();
                only(&entries)?;
                match turns {
                    Value::List(answers) if !answers.is_empty() => answers.into_iter().collect(),
                    _ => return Err(wrong("`$turns` is a list of answers")),
                }
            }
            one => vec![one],
        };
        let checked = answers.into_iter().map(|answer| Answer::new(answer, method));
        Ok(Turns { answers: checked.collect::<Result<_>>()?, next: AtomicUsize::new(0) })
    }
}

impl Answer {
    fn new(value: Value, method: &Method) -> Result<Answer> {
        let is_special = |key: &Value| key.as_str().is_some_and(|key| key.starts_with('$'));
        let mut entries = match value {
            Value::Map(entries) if entries.keys().any(is_special) => entries,
            plain => {
                let outcome = Outcome::result(plain, method)?;
                return Ok(Answer { delay: Duration::ZERO, outcome });
            }
        };
        let mut take = |name: &str| entries.remove(&Value::from(name));
        let delay = match take("$delay") {
            None => Duration::ZERO,
            Some(delay) => {
                let milliseconds = delay.as_i64().and_then(|delay| u64::try_from(delay).ok());
                let milliseconds =
                    milliseconds.ok_or_else(|| wrong("`$delay` is a number of milliseconds"))?;
                Duration::from_millis(milliseconds)
            }
        };
        let outcome = match (take("$result"), take("$exception"), take("$error")) {
            (Some(result), None, None) => Outcome::result(result, method)?,
            (None, Some(exception), None) => Outcome::exception(exception, method)?,
            (None, None, Some(error)) => Outcome::error(&error)?,
            (None, None, None) => {
                let returns = method.returns();
                Outcome::Result(Template::new(returns.map_or(Value::Null, |ty| example(&ty))))
            }
            _ => return Err(wrong("there are several of `$result`, `$exception` and `$error`")),
        };
        only(&entries)?;
        Ok(Answer { delay, outcome })
    }
}

impl Outcome {
    fn result(value: Value, method: &Method) -> Result<Outcome> {
        let template = Template::new(value);
        let value = template.example(method)?;
        match method.returns() {
            Some(ty) => {
                ty.convert(value)?;
            }
            None if value.is_null() => {}
            None => return Err(wrong("expected null, as the method is void")),
        }
        Ok(Outcome::Result(template))
    }

    fn exception(value: Value, method: &Method) -> Result<Outcome> {
        let named = match value {
            Value::Map(entries) if entries.len() == 1 => entries.into_iter().next(),
            _ => None,
        };
        let Some((name, fields)) = named else {
            return Err(wrong("`$exception` is an object of one exception by its name"));
        };
        let name = name.as_str().unwrap_or_default().to_owned();
        let thrown = method.throws().find(|field| field.ty().name() == name);
        let Some(thrown) = thrown else {
            let declared: Vec<_> = method.throws().map(|field| field.ty().name()).collect();
            let declared = match declared.is_empty() {
                true => "it declares none".to_owned(),
                false => format!("it declares {}", declared.join(", ")),
            };
            let name = name.escape_debug();
            return Err(wrong(format!("the method does not declare `{name}`; {declared}")));
        };
        let template = Template::new(fields);
        thrown.ty().convert(template.example(method)?)?;
        Ok(Outcome::Exception(name, template))
    }

    fn error(value: &Value) -> Result<Outcome> {
        let (kind, message) = match value {
            Value::String(message) => ("INTERNAL_ERROR", message.as_str()),
            Value::Map(_) => (
                value["kind"].as_str().unwrap_or("INTERNAL_ERROR"),
                value["message"].as_str().unwrap_or_default(),
            ),
            _ => return Err(wrong("`$error` is a text, or an object of kind and message")),
        };
        match kind_of(kind) {
            Some(kind) => Ok(Outcome::Error(kind, message.to_owned())),
            None => Err(wrong(format!("`{}` is no kind of error", kind.escape_debug()))),
        }
    }
}

/// Checks that there is nothing else in an answer.
fn only(entries: &thriftly_core::dynamic::Map) -> Result<()> {
    match entries.keys().next() {
        None => Ok(()),
        Some(other) => {
            let other = other.as_str().unwrap_or_default().escape_debug();
            let known = "$result, $exception, $error, $delay and $turns";
            Err(wrong(format!("`{other}` is none of {known}, of which there is one here")))
        }
    }
}

#[cold]
fn wrong(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidData, message.into())
}
