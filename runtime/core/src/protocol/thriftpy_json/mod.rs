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
    let payload = to_payload(value)?;
    bytes.reserve(payload.len() + 64);
    envelope::write_bare(payload.len(), bytes);
    bytes.extend_from_slice(&payload);
    bytes.extend_from_slice(END);
    Ok(())
}

/// Decodes a value as [`from_slice`] does, with custom limits.
///
/// # Errors
/// As [`from_slice`].
pub fn from_slice_with<T: for<'de> Decode<'de>>(bytes: &[u8], limits: &Limits) -> Result<T> {
    let payload = envelope::payload(bytes)?;
    from_payload(&bytes[payload.clone()], limits).map_err(|error| error.behind(payload.start))
}

/// Appends the bare value without its envelope.
pub(crate) fn to_payload<T: Encode + ?Sized>(value: &T) -> Result<Vec<u8>> {
    let mut payload = Vec::new();
    NamedWriter::append(value, Dialect::ThriftPy, &mut payload)?;
    match payload.len() > i32::MAX as usize - 1024 {
        true => Err(Error::new(ErrorKind::SizeLimit, "a value of more than 2147483647 bytes")),
        false => Ok(payload),
    }
}

pub(crate) fn from_payload<T: for<'de> Decode<'de>>(json: &[u8], limits: &Limits) -> Result<T> {
    let text = recorded(json, limits);
    let ((tape, made), decoded) = (text.bytes(), Decoded::default());
    text.outcome(made, decode_whole(TapeReader::new(&tape, &decoded, limits)))
}

/// Decodes the value up to the end of the reader. Error offsets refer to the tape.
pub(crate) fn decode_whole<'de, T: Decode<'de>>(mut reader: TapeReader<'de>) -> Result<T> {
    T::decode(&mut reader).and_then(|value| reader.finish().map(|()| value))
}
