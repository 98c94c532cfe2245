//! `thriftly decode`: bytes as JSON.

pub(crate) mod body;
mod capture;
mod hexdump;
mod messages;
mod shown;
pub(crate) mod source;
mod values;
mod wire;

use std::io::{self, Write};

use thriftly_core::dynamic::{Idl, Method};
use thriftly_core::{Error, Framing, Protocol};

use crate::coded::Coded;
use crate::status::{Status, complain, unusable};
use messages::Messages;
use source::Source;

/// The arguments of `decode`.
#[derive(Debug)]
pub(crate) struct Decode {
    pub(crate) coded: Coded,
    /// The protocol of values.
    pub(crate) protocol: Protocol,
    /// The framing of messages, unless it is detected.
    pub(crate) framing: Option<Framing>,
    /// The port of one side, in captures.
    pub(crate) port: Option<u16>,
    pub(crate) hexdump: bool,
}

/// Writes a line for each value or message.
pub(crate) fn run(decode: &Decode, out: &mut dyn Write) -> io::Result<Status> {
    let (idl, ty) = match decode.coded.types() {
        Ok(types) => types,
        Err(error) => return Ok(unusable(&error)),
    };
    let name = source::name(&decode.coded.file);
    let unreadable = |error: &io::Error| {
        complain(&format!("error: cannot read {name}: {error}"));
        Status::Unusable
    };
    let mut source = match Source::open(&decode.coded.file, decode.coded.text) {
        Ok(source) => source,
        Err(error) => return Ok(unreadable(&error)),
    };
    let mut output = Output { out, name: name.clone(), status: Status::Clean };
    let result = match ty.is_some() || decode.coded.structs {
        true => values::decode(decode, ty.as_ref(), &mut source, &mut output),
        false => Messages::new(decode, idl, &mut output).decode(source),
    };
    match result {
        Ok(()) => Ok(output.status),
        Err(Failure::Output(error)) => Err(error),
        Err(Failure::Input(error)) => Ok(unreadable(&error)),
    }
}

/// Lines that were decoded, and complaints about what could not be.
struct Output<'a> {
    out: &'a mut dyn Write,
    /// The file.
    name: String,
    status: Status,
}

/// Why no more can be read or written.
enum Failure {
    Input(io::Error),
    Output(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}

impl Output<'_> {
    /// Says where something cannot be decoded. Lines so far come before.
    fn complain(&mut self, place: &str, offset: Option<u64>, text: &str) -> io::Result<()> {
        self.out.flush()?;
        let name = &self.name;
        let place = if place.is_empty() { String::new() } else { format!("{place}: ") };
        let offset = offset.map_or_else(String::new, |offset| format!("byte {offset}: "));
        complain(&format!("error: {name}: {place}{offset}{text}"));
        self.status = self.status.max(Status::Found);
        Ok(())
    }
}

/// The path and the message of an error, without its offset, which is that in a part of the bytes.
fn explained(error: &Error, path: &str) -> String {
    let own = error.path();
    let path = if own.is_empty() { path } else { &own };
    match path.is_empty() {
        true => error.message().to_owned(),
        false => format!("{path}: {}", error.message()),
    }
}

/// The error that an error of undecodable arguments stands for.
fn cause(error: &Error) -> &Error {
    let source = std::error::Error::source(error);
    source.and_then(|source| source.downcast_ref()).unwrap_or(error)
}

/// The method that a message names.
pub(crate) fn method_of(
    idl: &Idl,
    service: Option<&str>,
    name: &str,
) -> thriftly_core::Result<Method> {
    match (name.split_once(':'), service) {
        (Some((service, method)), _) => idl.service(service)?.method(method),
        (None, Some(service)) => idl.service(service)?.method(name),
        (None, None) => idl.method(name),
    }
}
