//! `thriftly bench`: many calls of a method, and how long they take.

mod load;
mod tally;

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use thriftly_core::dynamic::{Idl, Value};
use thriftly_core::{Request, Result};

use crate::call::{Call, arguments, method_of};
use crate::report::Format;
use crate::status::{Status, complain, unusable};
use load::{Load, Pace};
use tally::Tally;

/// The arguments of `bench`.
#[derive(Debug)]
pub(crate) struct Bench {
    /// The call that is made again and again.
    pub(crate) call: Call,
    /// Calls in each second; `None` for as many as are answered.
    pub(crate) rate: Option<f64>,
    pub(crate) connections: usize,
    /// Calls at a time on each connection.
    pub(crate) in_flight: usize,
    pub(crate) duration: Duration,
    /// How long calls are made before they are counted.
    pub(crate) warm_up: Duration,
    pub(crate) format: Format,
}

/// Makes the calls and writes how long they took.
pub(crate) fn run(bench: &Bench, out: &mut dyn Write) -> io::Result<Status> {
    let given = match arguments(bench.call.arguments.as_deref()) {
        Ok(arguments) => arguments,
        Err(message) => {
            complain(&format!("error: {message}"));
            return Ok(Status::Unusable);
        }
    };
    let tally = match measured(bench, given) {
        Ok(tally) => tally,
        Err(error) => return Ok(unusable(&error)),
    };
    match bench.format {
        Format::Human => tally.write_table(out)?,
        Format::Json => tally.write_json(out)?,
    }
    Ok(if tally.has_errors() { Status::Found } else { Status::Clean })
}

fn measured(bench: &Bench, given: Value) -> Result<Tally> {
    let call = &bench.call;
    let idl = Idl::load_with(&call.idl, &call.options)?;
    let method = method_of(&idl, call.multiplexed.as_deref(), &call.method)?;
    let protocol = call.upstream.protocol;
    let body = method.encode_arguments(protocol, given)?;
    let name = match &call.multiplexed {
        Some(service) => format!("{service}:{}", method.name()),
        None => method.name().to_owned(),
    };
    let mut request = Request::new(name, protocol, body);
    request.oneway = method.is_oneway();
    request.headers = call.upstream.headers(&call.headers)?;
    let pace = match bench.rate {
        Some(rate) => Pace::Rate(rate),
        None => Pace::Closed,
    };
    let load = Load {
        upstream: call.upstream.clone(),
        method,
        request,
        timeout: call.timeout,
        pace,
        connections: bench.connections,
        in_flight: bench.in_flight,
        duration: bench.duration,
        warm_up: bench.warm_up,
        shows_progress: io::stderr().is_terminal(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(load.run())
}
