//! The protocols that carry every value: how values with Rust types and without are read and written.

use thriftly::binary::{self, BinaryReader};
use thriftly::codec::Reader;
use thriftly::compact::{self, CompactReader};
use thriftly::{
    Bytes, Decode, Encode, Envelope, Error, ErrorKind, Limits, Protocol, Result, TType, json,
};

use crate::value::Value;

/// A protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `TBinaryProtocol`.
    Binary,
    /// `TCompactProtocol`.
    Compact,
    /// `TJSONProtocol`.
    Json,
}

/// All protocols.
pub const FORMS: [Form; 3] = [Form::Binary, Form::Compact, Form::Json];

impl Form {
    /// As values of types that are loaded at run time name it.
    pub fn protocol(self) -> Protocol {
        match self {
            Form::Binary => Protocol::Binary,
            Form::Compact => Protocol::Compact,
            Form::Json => Protocol::Json,
        }
    }

    /// Reads a value.
    ///
    /// # Errors
    /// The bytes are no such value.
    pub fn read<T: for<'de> Decode<'de>>(self, bytes: &[u8]) -> Result<T> {
        self.read_with(bytes, &Limits::DEFAULT)
    }

    /// Reads a value under limits of one's own.
    ///
    /// # Errors
    /// As [`read`](Form::read).
    pub fn read_with<T: for<'de> Decode<'de>>(self, bytes: &[u8], limits: &Limits) -> Result<T> {
        match self {
            Form::Binary => binary::from_slice_with(bytes, limits),
            Form::Compact => compact::from_slice_with(bytes, limits),
            Form::Json => json::from_slice_with(bytes, limits),
        }
    }

    /// Reads a value from shared bytes, as servers and clients do.
    ///
    /// # Errors
    /// As [`read`](Form::read).
    pub fn read_shared<T: for<'de> Decode<'de>>(self, bytes: &Bytes) -> Result<T> {
        match self {
            Form::Binary => binary::from_bytes(bytes),
            Form::Compact => compact::from_bytes(bytes),
            Form::Json => json::from_slice(bytes),
        }
    }

    /// Reads a value from a blocking stream.
    ///
    /// # Errors
    /// As [`read`](Form::read).
    pub fn read_stream<T: for<'de> Decode<'de>>(self, bytes: &[u8]) -> Result<T> {
        match self {
            Form::Binary => binary::from_reader(bytes),
            Form::Compact => compact::from_reader(bytes),
            Form::Json => json::from_reader(bytes),
        }
    }

    /// Writes a value.
    ///
    /// # Panics
    /// It cannot be written.
    pub fn write<T: Encode>(self, value: &T) -> Vec<u8> {
        self.try_write(value).expect("it can be written")
    }

    /// Writes a value.
    ///
    /// # Errors
    /// The protocol cannot express it.
    pub fn try_write<T: Encode>(self, value: &T) -> Result<Vec<u8>> {
        match self {
            Form::Binary => binary::to_vec(value),
            Form::Compact => compact::to_vec(value),
            Form::Json => json::to_vec(value),
        }
    }

    /// Writes a value without a Rust type.
    ///
    /// # Panics
    /// It is too long, or JSON cannot express it.
    pub fn encode(self, value: &Value) -> Vec<u8> {
        match self {
            Form::Binary => value.binary(),
            Form::Compact => value.compact(),
            Form::Json => {
                let json = json::write(value.ttype(), |writer| value.write(writer));
                json.expect("JSON can express it")
            }
        }
    }

    /// Reads a struct without a Rust type, in the form in which it can be compared.
    ///
    /// # Panics
    /// It is no struct.
    pub fn decode(self, bytes: &[u8]) -> Value {
        let (ty, limits) = (TType::STRUCT, Limits::DEFAULT);
        let value = match self {
            Form::Binary => Value::read(ty, &mut BinaryReader::new(bytes, &limits)),
            Form::Compact => Value::read(ty, &mut CompactReader::new(bytes, &limits)),
            Form::Json => json::read(bytes, ty, &limits, |r| Value::read(ty, r)),
        };
        value.expect("it is a struct").normal()
    }

    /// Passes over a struct of which nothing is known, and keeps it, which has to be the same.
    ///
    /// # Errors
    /// It is broken.
    ///
    /// # Panics
    /// Only one of both fails.
    pub fn pass(self, bytes: &[u8]) -> Result<()> {
        let limits = Limits::DEFAULT;
        let (skipped, kept) = match self {
            Form::Binary => (
                BinaryReader::new(bytes, &limits).skip(TType::STRUCT),
                BinaryReader::new(bytes, &limits).capture(TType::STRUCT).map(drop),
            ),
            Form::Compact => (
                CompactReader::new(bytes, &limits).skip(TType::STRUCT),
                CompactReader::new(bytes, &limits).capture(TType::STRUCT).map(drop),
            ),
            Form::Json => (
                json::read(bytes, TType::STRUCT, &limits, |r| r.skip(TType::STRUCT)),
                json::read(bytes, TType::STRUCT, &limits, |r| r.capture(TType::STRUCT).map(drop)),
            ),
        };
        assert_eq!(skipped.as_ref().map_err(Error::kind), kept.as_ref().map_err(Error::kind));
        skipped
    }

    /// Cuts a header off a message: strict or old for binary.
    ///
    /// # Errors
    /// It is broken.
    pub fn read_envelope(self, message: &mut Bytes) -> Result<Envelope> {
        match self {
            Form::Binary => binary::read_envelope(message),
            Form::Compact => compact::read_envelope(message),
            Form::Json => json::read_envelope(message),
        }
    }
}

/// The kind of the error, if it is one.
///
/// # Errors
/// It is one.
pub fn kind<T>(result: Result<T>) -> Result<(), ErrorKind> {
    result.map(drop).map_err(|error| error.kind())
}
