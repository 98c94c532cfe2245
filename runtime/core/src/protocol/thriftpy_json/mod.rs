//! ThriftPy's variant of `TJSONProtocol`, with the feature `thriftpy-json`: field names without
//! types, and a length prefix before each message.
//!
//! Other Thrift implementations use [`json`](crate::json).
//!
//! ```
//! # fn main() -> thriftly::Result<()> {
//! let error = thriftly::ApplicationError { message: "hi".into(), kind: Default::default() };
//! let bytes = thriftly::thriftpy_json::to_vec(&error)?;
//! let text = br#"{"metadata": {"version": 1}, "payload": {"message": "hi", "type": 0}}"#;
//! assert_eq!(bytes[..4], (text.len() as u32).to_be_bytes());
//! assert_eq!(bytes[4..], text[..]);
//! assert_eq!(thriftly::thriftpy_json::from_slice::<thriftly::ApplicationError>(&bytes)?, error);
//! # Ok(())
//! # }
//! ```
//!
//! The output equals that of thriftpy2. The reader also accepts quoted numbers and bare `NaN` and
//! `Infinity`, as Python does. Members with an unknown name or the value `null` are skipped. A map
//! is an array of objects with a `key` and a `value`, so that keys may have any type. Unknown
//! fields cannot be preserved, because the format has no types.

mod envelope;
mod reader;
mod tape;

pub(crate) use envelope::END;
pub use envelope::{read_envelope, write_envelope};

use crate::codec::{Decode, Encode};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::json::decoded::Decoded;
use crate::protocol::json::named::{Dialect, NamedWriter};
use crate::protocol::values::json_values;
pub(crate) use reader::TapeReader;
pub(crate) use tape::recorded;

json_values! {
    encode "thriftpy_json", b"\0\0\0\x2d{\"metadata\": {\"version\": 1}, \"payload\": \"hi\"}",
    "The value takes more than 2³¹ - 1 bytes."
}
json_values! {
    decode "thriftpy_json", b"\0\0\0\x2d{\"metadata\": {\"version\": 1}, \"payload\": \"hi\"}"
}

/// Encodes a value in the format of ThriftPy's `serialize` and appends it to `bytes`.
///
/// # Errors
/// As [`to_vec`]. On an error `bytes` is unchanged.
pub fn append_to<T: Encode + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<()> {
    wrap(&to_payload(value)?, bytes);
    Ok(())
}

/// Appends the format of ThriftPy's `serialize` around a bare value.
pub(crate) fn wrap(payload: &[u8], bytes: &mut Vec<u8>) {
    bytes.reserve(payload.len() + 64);
    envelope::write_bare(payload.len(), bytes);
    bytes.extend_from_slice(payload);
    bytes.extend_from_slice(END);
}

/// Decodes a value as [`from_slice`] does, with custom limits.
///
/// # Errors
/// As [`from_slice`].
pub fn from_slice_with<T: for<'de> Decode<'de>>(bytes: &[u8], limits: &Limits) -> Result<T> {
    unwrap(bytes, |payload| from_payload(payload, limits))
}

/// Reads the bare value in the format of ThriftPy's `serialize`.
pub(crate) fn unwrap<T>(bytes: &[u8], read: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
    let payload = envelope::payload(bytes)?;
    read(&bytes[payload.clone()]).map_err(|error| error.behind(payload.start))
}

/// Appends the bare value without its envelope.
pub(crate) fn to_payload<T: Encode + ?Sized>(value: &T) -> Result<Vec<u8>> {
    write_payload(|writer| value.encode(writer))
}

/// The bare value that the function writes.
pub(crate) fn write_payload(value: impl FnOnce(&mut NamedWriter)) -> Result<Vec<u8>> {
    let mut payload = Vec::new();
    NamedWriter::append_with(value, Dialect::ThriftPy, &mut payload)?;
    match payload.len() > i32::MAX as usize - 1024 {
        true => Err(Error::new(ErrorKind::SizeLimit, "a value of more than 2147483647 bytes")),
        false => Ok(payload),
    }
}

pub(crate) fn from_payload<T: for<'de> Decode<'de>>(json: &[u8], limits: &Limits) -> Result<T> {
    read_payload(json, limits, |reader| T::decode(reader))
}

/// Decodes the bare value with a reader, which must be read to its end.
pub(crate) fn read_payload<T>(
    json: &[u8],
    limits: &Limits,
    value: impl FnOnce(&mut TapeReader<'_>) -> Result<T>,
) -> Result<T> {
    let text = recorded(json, limits);
    let ((tape, made), decoded) = (text.bytes(), Decoded::default());
    let mut reader = TapeReader::new(&tape, &decoded, limits);
    text.outcome(made, value(&mut reader).and_then(|value| reader.finish().map(|()| value)))
}

/// Decodes the value up to the end of the reader. Error offsets refer to the tape.
pub(crate) fn decode_whole<'de, T: Decode<'de>>(mut reader: TapeReader<'de>) -> Result<T> {
    T::decode(&mut reader).and_then(|value| reader.finish().map(|()| value))
}
