//! A call that the page or a script asks for, and its answer in JSON.

use std::time::{Duration, Instant};

use http::{Response, StatusCode};
use serde_core::ser::{Serialize, SerializeMap, Serializer};
use tokio::time::timeout;

use super::reply::{ConsoleBody, JSON, described, failed, response};
use super::service::{Console, Settings};
use crate::dynamic::{CallError, Value};
use crate::error::{Error, ErrorKind, Result};
use crate::rpc::message::Headers;
use crate::rpc::thrift_service::ThriftService;

/// A call, as `POST /call` has it.
#[derive(Debug)]
pub(super) struct Call {
    method: String,
    arguments: Value,
    headers: Headers,
    timeout: Duration,
}

impl Call {
    pub(super) fn from_json(body: &[u8], settings: &Settings) -> Result<Call> {
        let value: Value = serde_json::from_slice(body).map_err(|error| {
            let message = format!("the request is not JSON: {error}");
            Error::new(ErrorKind::InvalidData, message).with_source(error)
        })?;
        let Value::Map(mut entries) = value else {
            return Err(wrong("the request", "an object", &value));
        };
        let mut take = |name: &str| entries.remove(&Value::from(name)).unwrap_or_default();
        let method = match take("method") {
            Value::String(method) => method,
            other => return Err(wrong("method", "the name of a method", &other)),
        };
        let arguments = take("arguments");
        let headers = headers(take("headers"))?;
        if !settings.headers && !headers.is_empty() {
            let message = "headers: the connection to the server carries no headers";
            return Err(Error::new(ErrorKind::InvalidData, message));
        }
        let timeout = match take("timeout_ms") {
            Value::Null => settings.timeout,
            value => {
                let limit = value.as_i64().and_then(|number| u64::try_from(number).ok());
                let limit = limit.filter(|limit| *limit > 0).map(Duration::from_millis);
                limit.filter(|limit| *limit <= settings.max_timeout).ok_or_else(|| {
                    let most = settings.max_timeout.as_millis();
                    wrong("timeout_ms", &format!("a number from 1 to {most}"), &value)
                })?
            }
        };
        match entries.keys().next() {
            None => Ok(Call { method, arguments, headers, timeout }),
            Some(other) => {
                let message = format!(
                    "a request has no `{}`; expected method, arguments, headers and timeout_ms",
                    other.as_str().unwrap_or_default().escape_debug()
                );
                Err(Error::new(ErrorKind::InvalidData, message))
            }
        }
    }

    /// Makes the call.
    pub(super) async fn answer<C>(self, console: &Console<C>) -> Response<ConsoleBody>
    where
        C: ThriftService + 'static,
    {
        let Call { method, arguments, headers, timeout: limit } = self;
        let mut client = console.client.clone();
        if console.settings.multiplexed {
            match client.idl().method(&method) {
                Ok(method) => client = client.multiplexed(method.service().name().to_owned()),
                Err(error) => return failed(StatusCode::BAD_REQUEST, &error),
            }
        }
        let client = client.with_headers(headers).with_timeout(limit);
        let began = Instant::now();
        let exchange = match client.exchange(&method, arguments) {
            Ok(exchange) => exchange,
            Err(error) => return failed(StatusCode::BAD_REQUEST, &error),
        };
        let (headers, result) =
            match timeout(limit.saturating_add(console.settings.grace), exchange).await {
                Ok(answered) => answered,
                // A service of this process, or a layer, that does not know of deadlines.
                Err(_) => {
                    let message = format!("{method}: no answer within {limit:?}");
                    (Headers::default(), Err(Error::new(ErrorKind::Timeout, message).into()))
                }
            };
        let status = match &result {
            Ok(_) | Err(CallError::Exception(_)) => StatusCode::OK,
            Err(CallError::Other(error)) if error.kind() == ErrorKind::Timeout => {
                StatusCode::GATEWAY_TIMEOUT
            }
            Err(CallError::Other(_)) => StatusCode::BAD_GATEWAY,
        };
        let answer = Answer { headers: &headers, elapsed: began.elapsed(), result: &result };
        match serde_json::to_vec(&answer) {
            Ok(json) => response(status, JSON, json),
            Err(error) => {
                let message = format!("the answer cannot be JSON: {error}");
                failed(StatusCode::BAD_GATEWAY, &Error::new(ErrorKind::InvalidData, message))
            }
        }
    }
}

/// The error for a part of a request.
fn wrong(what: &str, expected: &str, found: &Value) -> Error {
    let message = format!("{what}: expected {expected}, found {}", found.shown());
    Error::new(ErrorKind::TypeMismatch, message)
}

/// An object of texts.
fn headers(value: Value) -> Result<Headers> {
    let entries = match value {
        Value::Null => return Ok(Headers::default()),
        Value::Map(entries) => entries,
        other => return Err(wrong("headers", "an object", &other)),
    };
    let header = |(name, value): (Value, Value)| match (name, value) {
        (Value::String(name), Value::String(value)) => Ok((name, value)),
        (name, value) => {
            let name = format!("headers.{}", name.as_str().unwrap_or_default().escape_debug());
            Err(wrong(&name, "text", &value))
        }
    };
    let headers: Result<Vec<_>> = entries.into_iter().map(header).collect();
    Ok(headers?.into_iter().collect())
}

/// The JSON of an answer.
struct Answer<'a> {
    headers: &'a Headers,
    elapsed: Duration,
    result: &'a Result<Value, CallError>,
}

impl Serialize for Answer<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("elapsed_ms", &(self.elapsed.as_micros() as f64 / 1000.0))?;
        map.serialize_entry("headers", &Named(self.headers))?;
        match self.result {
            Ok(value) => map.serialize_entry("result", value)?,
            Err(CallError::Exception(exception)) => {
                map.serialize_entry("exception", &One(exception.type_name(), exception))?;
            }
            Err(CallError::Other(error)) => map.serialize_entry("error", &described(error))?,
        }
        map.end()
    }
}

/// Headers as an object.
struct Named<'a>(&'a Headers);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(self.0.iter())
    }
}

/// An object with one entry.
struct One<'a, V>(&'a str, V);

impl<V: Serialize> Serialize for One<'_, V> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map([(self.0, &self.1)])
    }
}
