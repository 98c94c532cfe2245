//! The protocols, and how values without Rust types are written in them.

use bytes::Bytes;
use thriftly::binary::{self, BinaryReader, BinaryWriter};
use thriftly::codec::Reader;
use thriftly::compact::{self, CompactReader, CompactWriter};
use thriftly::{Decode, Encode, Envelope, Error, ErrorKind, Limits, Result, TType, json};
use thriftly_tests::value::Value;

/// A protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Binary,
    Compact,
    Json,
}

pub(crate) const FORMS: [Form; 3] = [Form::Binary, Form::Compact, Form::Json];

impl Form {
    /// Reads a value.
    pub(crate) fn read<T: for<'de> Decode<'de>>(self, bytes: &[u8]) -> Result<T> {
        self.read_with(bytes, &Limits::DEFAULT)
    }

    pub(crate) fn read_with<T: for<'de> Decode<'de>>(
        self,
        bytes: &[u8],
        limits: &Limits,
    ) -> Result<T> {
        match self {
            Form::Binary => binary::from_slice_with(bytes, limits),
            Form::Compact => compact::from_slice_with(bytes, limits),
            Form::Json => json::from_slice_with(bytes, limits),
        }
    }

    /// Reads a value from shared bytes, as servers and clients do.
    pub(crate) fn read_shared<T: for<'de> Decode<'de>>(self, bytes: &Bytes) -> Result<T> {
        match self {
            Form::Binary => binary::from_bytes(bytes),
            Form::Compact => compact::from_bytes(bytes),
            Form::Json => json::from_slice(bytes),
        }
    }

    /// Reads a value from a blocking stream.
    pub(crate) fn read_stream<T: for<'de> Decode<'de>>(self, bytes: &[u8]) -> Result<T> {
        match self {
            Form::Binary => binary::from_reader(bytes),
            Form::Compact => compact::from_reader(bytes),
            Form::Json => json::from_reader(bytes),
        }
    }

    /// Writes a value.
    pub(crate) fn write<T: Encode>(self, value: &T) -> Vec<u8> {
        let bytes = match self {
            Form::Binary => binary::to_vec(value),
            Form::Compact => compact::to_vec(value),
            Form::Json => json::to_vec(value),
        };
        bytes.expect("it can be written")
    }

    /// Writes a value without a Rust type.
    pub(crate) fn encode(self, value: &Value) -> Vec<u8> {
        match self {
            Form::Binary => {
                let mut writer = BinaryWriter::new(Vec::new());
                value.write(&mut writer);
                writer.finish().0
            }
            Form::Compact => {
                let mut writer = CompactWriter::new(Vec::new());
                value.write(&mut writer);
                writer.finish().0
            }
            Form::Json => {
                let json = json::write(value.ttype(), |writer| value.write(writer));
                json.expect("JSON can express it")
            }
        }
    }

    /// Passes over a struct of which nothing is known, and keeps another one.
    pub(crate) fn pass(self, bytes: &[u8]) -> Result<()> {
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

    /// The message headers that there are: strict and old for binary.
    pub(crate) fn read_envelope(self, message: &mut Bytes) -> Result<Envelope> {
        match self {
            Form::Binary => binary::read_envelope(message),
            Form::Compact => compact::read_envelope(message),
            Form::Json => json::read_envelope(message),
        }
    }
}

/// The kind of the error, if it is one.
pub(crate) fn kind<T>(result: Result<T>) -> Result<(), ErrorKind> {
    result.map(drop).map_err(|error| error.kind())
}
