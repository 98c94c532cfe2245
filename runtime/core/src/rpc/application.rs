//! `TApplicationException`, the reply to a failed call.

use crate::codec::{Decode, Encode, Reader, StructNames, ThriftType, Writer};
use crate::error::{Error, Result};
use crate::protocol::{decode_body, encode_body};
use crate::rpc::message::{Protocol, Response, ResponseKind};
use crate::ttype::{ApplicationErrorKind, TType};

/// The body of an exception message: struct `{1: string message, 2: i32 type}`.
///
/// Both fields may be absent on the wire (some peers never send the type).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ApplicationError {
    /// The error message.
    pub message: String,
    /// The kind of failure.
    pub kind: ApplicationErrorKind,
}

impl ApplicationError {
    /// The reply to a call whose handler failed: the kind and message chosen with
    /// [`Error::application`] or [`Error::internal`], else `INTERNAL_ERROR` without details.
    /// Arguments that cannot be decoded are answered with `PROTOCOL_ERROR` before a handler is
    /// called.
    pub fn from_error(error: &Error) -> ApplicationError {
        match error.answer() {
            Some((kind, message)) => ApplicationError { message: message.to_owned(), kind },
            None => ApplicationError {
                message: UNDISCLOSED.to_owned(),
                kind: ApplicationErrorKind::INTERNAL_ERROR,
            },
        }
    }
}

/// Message for failures with private text, which may contain file names, addresses or data.
const UNDISCLOSED: &str = "internal error";

impl Response {
    /// The answer that a service gives for an error: an
    /// [`ApplicationError`](ApplicationError::from_error).
    pub fn exception(protocol: Protocol, error: &Error) -> Response {
        let error = ApplicationError::from_error(error);
        // An error's message has less than 2³¹ bytes, and nothing else can fail.
        let body = encode_body(protocol, &error).unwrap_or_default();
        Response::new(ResponseKind::Exception, protocol, body)
    }

    /// The failure that the reply reports, for layers that retry calls or count failures: the application exception with
    /// which a server has answered, of the kind [`ErrorKind::Application`](crate::ErrorKind::Application), or why it cannot
    /// be decoded. In a server, also the error of a oneway call.
    ///
    /// `None` for values and for [declared exceptions](Response::is_declared_exception).
    pub fn error(&self) -> Option<Error> {
        if self.kind != ResponseKind::Exception {
            return self.failure.clone();
        }
        let body = self.body.clone().into_bytes();
        let error: Result<ApplicationError> = decode_body(self.protocol, &body, &self.limits);
        Some(error.map_or_else(|error| error, |error| Error::from(error).unanswered()))
    }
}

/// An error that a handler answers with.
impl From<ApplicationError> for Error {
    fn from(error: ApplicationError) -> Error {
        let message = if error.message.is_empty() { error.kind.to_string() } else { error.message };
        Error::application(error.kind, message)
    }
}

impl ThriftType for ApplicationErrorKind {
    const TYPE: TType = TType::I32;
}

impl Encode for ApplicationErrorKind {
    fn encode<W: Writer>(&self, w: &mut W) {
        w.i32(self.0);
    }
}

impl<'de> Decode<'de> for ApplicationErrorKind {
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        r.i32().map(ApplicationErrorKind)
    }
}

impl ThriftType for ApplicationError {
    const TYPE: TType = TType::STRUCT;
    const NAMES: &'static StructNames =
        &StructNames { name: "ApplicationError", ids: &[1, 2], fields: &["message", "type"] };
}

impl Encode for ApplicationError {
    fn encode<W: Writer>(&self, w: &mut W) {
        let outer = w.struct_begin(Self::NAMES);
        self.message.encode_field(1, w);
        self.kind.encode_field(2, w);
        w.stop();
        w.struct_end(outer);
    }
}

impl<'de> Decode<'de> for ApplicationError {
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        let mut decoded = ApplicationError::default();
        let outer = r.struct_begin(Self::NAMES)?;
        let within = |error: Error, at| error.in_field(Self::NAMES, at);
        loop {
            let field = r.field()?;
            match field.id {
                _ if field.ty == TType::STOP => break,
                1 if r.fits(field, TType::STRING) => {
                    decoded.message = Decode::decode(r).map_err(|error| within(error, 0))?;
                }
                2 if r.fits(field, TType::I32) => {
                    decoded.kind = Decode::decode(r).map_err(|error| within(error, 1))?;
                }
                _ => r.skip(field.ty)?,
            }
        }
        r.struct_end(outer);
        Ok(decoded)
    }
}
