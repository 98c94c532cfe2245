//! `TApplicationException`: what the other end answers when it cannot answer.

use std::fmt;

use crate::codec::{Decode, Encode, Reader, StructNames, ThriftType, Writer};
use crate::error::{Error, ErrorKind, Result};
use crate::ttype::TType;

/// The `type` of a `TApplicationException`, as all implementations number it.
///
/// Numbers that are not known here are kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ApplicationErrorKind(pub i32);

impl ApplicationErrorKind {
    /// 0: nothing is known of the reason.
    pub const UNKNOWN: Self = Self(0);
    /// 1: the service has no such method.
    pub const UNKNOWN_METHOD: Self = Self(1);
    /// 2: the message is neither a call nor a oneway call.
    pub const INVALID_MESSAGE_TYPE: Self = Self(2);
    /// 3: the reply names another method.
    pub const WRONG_METHOD_NAME: Self = Self(3);
    /// 4: the reply carries another sequence id.
    pub const BAD_SEQUENCE_ID: Self = Self(4);
    /// 5: the reply carries neither a result nor an exception.
    pub const MISSING_RESULT: Self = Self(5);
    /// 6: the handler failed in a way that the IDL does not declare.
    pub const INTERNAL_ERROR: Self = Self(6);
    /// 7: the message could not be decoded.
    pub const PROTOCOL_ERROR: Self = Self(7);
    /// 8: a transform of a header transport is not known.
    pub const INVALID_TRANSFORM: Self = Self(8);
    /// 9: the protocol is not known.
    pub const INVALID_PROTOCOL: Self = Self(9);
    /// 10: the kind of client is not served.
    pub const UNSUPPORTED_CLIENT_TYPE: Self = Self(10);

    /// The name as the specification writes it, such as `UNKNOWN_METHOD`.
    pub fn name(self) -> &'static str {
        const NAMES: [&str; 11] = [
            "UNKNOWN",
            "UNKNOWN_METHOD",
            "INVALID_MESSAGE_TYPE",
            "WRONG_METHOD_NAME",
            "BAD_SEQUENCE_ID",
            "MISSING_RESULT",
            "INTERNAL_ERROR",
            "PROTOCOL_ERROR",
            "INVALID_TRANSFORM",
            "INVALID_PROTOCOL",
            "UNSUPPORTED_CLIENT_TYPE",
        ];
        usize::try_from(self.0)
            .ok()
            .and_then(|number| NAMES.get(number).copied())
            .unwrap_or("UNKNOWN")
    }
}

impl fmt::Debug for ApplicationErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ApplicationErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.0)
    }
}

/// The body of an exception message: struct `{1: string message, 2: i32 type}`.
///
/// Both fields may be absent on the wire (some peers never send the type).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ApplicationError {
    /// What happened, for people.
    pub message: String,
    /// What kind of failure it is.
    pub kind: ApplicationErrorKind,
}

impl ApplicationError {
    /// What is sent for an error: the kind and message where it is an application error,
    /// `PROTOCOL_ERROR` where the arguments could not be decoded, else `INTERNAL_ERROR`.
    pub fn from_error(error: &Error) -> ApplicationError {
        let kind = match error.kind() {
            ErrorKind::Application(kind) => kind,
            ErrorKind::UnexpectedEof
            | ErrorKind::InvalidData
            | ErrorKind::NegativeSize
            | ErrorKind::SizeLimit
            | ErrorKind::DepthLimit
            | ErrorKind::MemoryLimit
            | ErrorKind::InvalidUtf8
            | ErrorKind::BadVersion
            | ErrorKind::MissingField
            | ErrorKind::TypeMismatch => ApplicationErrorKind::PROTOCOL_ERROR,
            _ => ApplicationErrorKind::INTERNAL_ERROR,
        };
        let message = match error.kind() {
            ErrorKind::Application(_) => error.message().to_owned(),
            _ => error.to_string(),
        };
        ApplicationError { message, kind }
    }
}

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
