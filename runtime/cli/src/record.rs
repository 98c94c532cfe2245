//! Lines of JSON, of which each is an object.

use std::io::{self, Write};

use serde_core::Serialize;
use thriftly_core::dynamic::Struct;
use thriftly_core::{ApplicationError, Headers};

/// An object on a line, whose members come in the order in which they are added.
#[derive(Debug, Default)]
pub(crate) struct Record(Vec<u8>);

impl Record {
    /// Adds a member.
    pub(crate) fn field(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> &mut Record {
        let start = self.0.len();
        self.0.push(if start == 0 { b'{' } else { b',' });
        let written = serde_json::to_writer(&mut self.0, name).and_then(|()| {
            self.0.push(b':');
            serde_json::to_writer(&mut self.0, value)
        });
        if written.is_err() {
            // JSON has no such key; the member is left out.
            self.0.truncate(start);
        }
        self
    }

    /// Adds the headers of a message, if there are any.
    pub(crate) fn headers(&mut self, headers: &Headers) -> &mut Record {
        self.entries("headers", headers)
    }

    /// Adds the headers of a reply, if there are any.
    pub(crate) fn headers_of_reply(&mut self, headers: &Headers) -> &mut Record {
        self.entries("reply_headers", headers)
    }

    fn entries(&mut self, name: &str, headers: &Headers) -> &mut Record {
        match headers.is_empty() {
            true => self,
            false => self.field(name, &Entries(headers)),
        }
    }

    /// Adds an exception that the IDL declares, by its name.
    pub(crate) fn exception(&mut self, exception: &Struct) -> &mut Record {
        self.field("exception", &Exception(exception))
    }

    /// Adds the error with which a call was answered.
    pub(crate) fn error(&mut self, error: &ApplicationError) -> &mut Record {
        self.field("error", &Failure(error))
    }

    /// Writes the line.
    pub(crate) fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.0.is_empty() {
            self.0.push(b'{');
        }
        self.0.extend_from_slice(b"}\n");
        out.write_all(&self.0)
    }
}

struct Entries<'a>(&'a Headers);

impl Serialize for Entries<'_> {
    fn serialize<S: serde_core::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(self.0.iter())
    }
}

struct Failure<'a>(&'a ApplicationError);

impl Serialize for Failure<'_> {
    fn serialize<S: serde_core::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let ApplicationError { message, kind } = self.0;
        s.collect_map([("kind", kind.name()), ("message", message)])
    }
}

struct Exception<'a>(&'a Struct);

impl Serialize for Exception<'_> {
    fn serialize<S: serde_core::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map([(self.0.type_name(), self.0)])
    }
}
