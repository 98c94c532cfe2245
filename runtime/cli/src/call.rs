//! `thriftly call`: a call of a method whose IDL is loaded.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use thriftly_core::blocking::Channel;
use thriftly_core::dynamic::{CallError, Client, Idl, Method, Options, Value};

use crate::color;
use crate::status::{Status, complain, unusable};
use crate::upstream::Upstream;

/// The arguments of `call`.
#[derive(Debug)]
pub(crate) struct Call {
    /// The IDL file.
    pub(crate) idl: PathBuf,
    /// Options for loading it.
    pub(crate) options: Options,
    /// The server.
    pub(crate) upstream: Upstream,
    /// The method.
    pub(crate) method: String,
    /// JSON, `@FILE`, or `-` for standard input.
    pub(crate) arguments: Option<String>,
    /// The name of the service in the call, if it is multiplexed.
    pub(crate) multiplexed: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) timeout: Duration,
}

/// Makes the call and writes its result as JSON.
pub(crate) fn run(call: &Call, out: &mut dyn Write) -> io::Result<Status> {
    let result = match arguments(call.arguments.as_deref()) {
        Ok(arguments) => made(call, arguments),
        Err(message) => {
            complain(&format!("error: {message}"));
            return Ok(Status::Unusable);
        }
    };
    match result {
        Ok(Value::Null) => Ok(Status::Clean),
        Ok(value) => {
            show(&value, out)?;
            Ok(Status::Clean)
        }
        Err(CallError::Exception(exception)) => {
            let name = exception.type_name().to_owned();
            show(&json!({ name: Value::Struct(exception) }), out)?;
            Ok(Status::Found)
        }
        Err(CallError::Other(error)) => Ok(unusable(&error)),
    }
}

fn show(value: &impl serde_core::Serialize, out: &mut dyn Write) -> io::Result<()> {
    let json = serde_json::to_string_pretty(value)?;
    writeln!(out, "{}", color::json(&json))
}

/// The arguments as JSON, from where they are.
pub(crate) fn arguments(given: Option<&str>) -> Result<Value, String> {
    let text = match given {
        None => return Ok(Value::Null),
        Some("-") => {
            let mut text = String::new();
            let read = io::stdin().lock().read_to_string(&mut text);
            read.map(|_| text).map_err(|error| format!("cannot read standard input: {error}"))?
        }
        Some(given) => match given.strip_prefix('@') {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| format!("cannot read {path}: {error}"))?,
            None => given.to_owned(),
        },
    };
    serde_json::from_str(&text).map_err(|error| format!("the arguments are not JSON: {error}"))
}

fn made(call: &Call, arguments: Value) -> Result<Value, CallError> {
    let idl = Idl::load_with(&call.idl, &call.options)?;
    // A name that is wrong is told before anything is connected.
    method_of(&idl, call.multiplexed.as_deref(), &call.method)?;
    let headers = call.upstream.headers(&call.headers)?;
    let builder = call.upstream.blocking()?.timeout(call.timeout);
    let channel: Channel = builder.connect(&*call.upstream.address)?;
    let mut client = Client::new(&idl, channel).with_headers(headers);
    if let Some(service) = &call.multiplexed {
        client = client.multiplexed(service.clone());
    }
    client.call_blocking(&call.method, arguments)
}

/// The method of a call, which may be one of the service that the call names.
pub(crate) fn method_of(
    idl: &Idl,
    multiplexed: Option<&str>,
    name: &str,
) -> thriftly_core::Result<Method> {
    idl.method(name).or_else(|error| match multiplexed {
        Some(service) => idl.service(service)?.method(name),
        None => Err(error),
    })
}
