//! `TBinaryProtocol`: big-endian, fixed width.
//!
//! ```
//! # fn main() -> thriftly::Result<()> {
//! let bytes = thriftly::binary::to_vec(&thriftly::ApplicationError::default())?;
//! let back: thriftly::ApplicationError = thriftly::binary::from_slice(&bytes)?;
//! assert_eq!(back.message, "");
//! # Ok(())
//! # }
//! ```

mod envelope;
mod reader;
mod skip;
mod writer;

use bytes::Bytes;

pub use envelope::{read_envelope, write_envelope, write_old_envelope};
pub use reader::BinaryReader;
pub(crate) use skip::{fixed_width, min_width};
pub use writer::{BinaryRun, BinaryWriter};

use crate::body::Body;
use crate::codec::{Decode, Encode};
use crate::error::Result;
use crate::limits::Limits;

/// Encodes a value.
///
/// # Errors
/// A string or container has more than 2³¹ - 1 bytes or elements.
pub fn to_vec<T: Encode>(value: &T) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    append_to(value, &mut bytes)?;
    Ok(bytes)
}

/// Encodes a value behind what `bytes` holds, so that one buffer may serve for many values.
///
/// # Errors
/// As [`to_vec`]. What `bytes` held before is left as it was.
pub fn append_to<T: Encode>(value: &T, bytes: &mut Vec<u8>) -> Result<()> {
    let before = bytes.len();
    let mut writer = BinaryWriter::new(std::mem::take(bytes));
    value.encode(&mut writer);
    let result;
    (*bytes, result) = writer.finish();
    if result.is_err() {
        bytes.truncate(before);
    }
    result
}

/// Encodes a value; `binary` values of 4 KiB and more are linked, not copied.
///
/// # Errors
/// As [`to_vec`].
pub fn to_body<T: Encode>(value: &T) -> Result<Body> {
    let mut writer = BinaryWriter::linking(Vec::with_capacity(256));
    value.encode(&mut writer);
    writer.finish_body()
}

/// Decodes a value. Bytes behind it are an error.
///
/// # Errors
/// The bytes are not such a value, or it breaks one of the default [`Limits`].
pub fn from_slice<'de, T: Decode<'de>>(bytes: &'de [u8]) -> Result<T> {
    from_reader(BinaryReader::new(bytes, &Limits::DEFAULT))
}

/// Decodes a value as [`from_slice`] does, under limits of one's own.
///
/// # Errors
/// As [`from_slice`].
pub fn from_slice_with<'de, T: Decode<'de>>(bytes: &'de [u8], limits: &Limits) -> Result<T> {
    from_reader(BinaryReader::new(bytes, limits))
}

/// Decodes a value; large `binary` values share the memory of `bytes`.
///
/// # Errors
/// As [`from_slice`].
pub fn from_bytes<T: for<'de> Decode<'de>>(bytes: &Bytes) -> Result<T> {
    from_bytes_with(bytes, &Limits::DEFAULT)
}

/// Decodes a value as [`from_bytes`] does, under limits of one's own.
///
/// # Errors
/// As [`from_slice`].
pub fn from_bytes_with<T: for<'de> Decode<'de>>(bytes: &Bytes, limits: &Limits) -> Result<T> {
    from_reader(BinaryReader::shared(bytes, limits))
}

fn from_reader<'de, T: Decode<'de>>(mut reader: BinaryReader<'de>) -> Result<T> {
    let value = T::decode(&mut reader)?;
    reader.finish()?;
    Ok(value)
}
