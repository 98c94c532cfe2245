//! `thriftly call`: a call of a method whose IDL is loaded.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use thriftly_core::blocking::{Channel, ClientBuilder};
use thriftly_core::dynamic::{CallError, Client, Idl, Options, Value};
use thriftly_core::{Framing, Headers, Protocol};

use crate::status::{Status, complain};

/// The arguments of `call`.
#[derive(Debug)]
pub(crate) struct Call {
    /// The IDL file.
    pub(crate) idl: PathBuf,
    /// Options for loading it.
    pub(crate) options: Options,
    /// The server.
    pub(crate) address: String,
    /// The method.
    pub(crate) method: String,
    /// JSON, `@FILE`, or `-` for standard input.
    pub(crate) arguments: Option<String>,
    pub(crate) protocol: Protocol,
    pub(crate) framing: Framing,
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
        Err(CallError::Other(error)) => {
            // The text of errors in the IDL says so itself.
            let is_idl = error.kind() == thriftly_core::ErrorKind::Idl;
            complain(&if is_idl { error.to_string() } else { format!("error: {error}") });
            Ok(Status::Unusable)
        }
    }
}

fn show(value: &impl serde_core::Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

/// The arguments as JSON, from where they are.
fn arguments(given: Option<&str>) -> Result<Value, String> {
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
    idl.method(&call.method).or_else(|error| match &call.multiplexed {
        Some(service) => idl.service(service)?.method(&call.method),
        None => Err(error),
    })?;
    let builder = ClientBuilder::<Channel>::new().protocol(call.protocol).framing(call.framing);
    let channel = builder.timeout(call.timeout).connect(&*call.address)?;
    let mut client =
        Client::new(&idl, channel).with_headers(call.headers.iter().cloned().collect::<Headers>());
    if let Some(service) = &call.multiplexed {
        client = client.multiplexed(service.clone());
    }
    client.call_blocking(&call.method, arguments)
}
