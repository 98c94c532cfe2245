//! `TJSONProtocol`, the JSON that all Thrift implementations exchange: ids for names, and a type
//! with every value.
//!
//! ```
//! # fn main() -> thriftly::Result<()> {
//! let error = thriftly::ApplicationError { message: "hi".into(), kind: Default::default() };
//! let text = thriftly::json::to_string(&error)?;
//! assert_eq!(text, r#"{"1":{"str":"hi"},"2":{"i32":0}}"#);
//! assert_eq!(thriftly::json::from_str::<thriftly::ApplicationError>(&text)?, error);
//! # Ok(())
//! # }
//! ```
//!
//! Values go through the binary protocol on their way, so that no code is generated for JSON. Text
//! and `binary` look the same there: the writer notes which is which, and the reader decodes
//! base64 when a `binary` is asked for.
//!
//! What is written is what C++ writes, but for the padding of base64: doubles have 17 significant
//! digits, those that are not finite stand in quotes. What is read is what any peer writes: also
//! base64 without padding, bare `NaN`, `nan`, `Infinity` and `inf`, and numbers in quotes.
//! A struct or container cannot be the key of a map.

pub(crate) mod decoded;
mod envelope;
pub(crate) mod named;
pub(crate) mod parser;
mod read;
mod types;
pub(crate) mod write;

pub(crate) use envelope::END;
pub use envelope::{read_envelope, write_envelope};
pub(crate) use read::transcode;
pub(crate) use types::name as type_name;
pub(crate) use write::short_text;

use crate::codec::{Decode, Encode};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::binary::{BinaryReader, BinaryWriter};
use crate::protocol::values::read_all;
use crate::ttype::TType;
use decoded::Decoded;

/// Encodes a value.
///
/// ```
/// assert_eq!(thriftly::json::to_vec(&vec![1.5, f64::NAN])?, br#"["dbl",2,1.5,"NaN"]"#);
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// # Errors
/// A string or container has more than 2³¹ - 1 bytes or elements, or a struct or container is a
/// key.
pub fn to_vec<T: Encode + ?Sized>(value: &T) -> Result<Vec<u8>> {
    write(T::TYPE, |writer| value.encode(writer))
}

/// Encodes a value as text.
///
/// ```
/// assert_eq!(thriftly::json::to_string(&vec![7_u8, 8])?, r#""Bwg=""#);
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// # Errors
/// As [`to_vec`].
pub fn to_string<T: Encode + ?Sized>(value: &T) -> Result<String> {
    into_text(to_vec(value)?)
}

/// What was written, as text, which it is if all its strings are.
pub(super) fn into_text(json: Vec<u8>) -> Result<String> {
    String::from_utf8(json).map_err(|error| {
        Error::new(ErrorKind::InvalidUtf8, "a string is not UTF-8").with_source(error)
    })
}

/// Encodes a value into a file, a socket or whatever takes bytes.
///
/// # Errors
/// As [`to_vec`], or [`ErrorKind::Io`]: it could not be written.
pub fn to_writer<T: Encode + ?Sized>(mut writer: impl std::io::Write, value: &T) -> Result<()> {
    Ok(writer.write_all(&to_vec(value)?)?)
}

/// Decodes the value that a file, or whatever bytes can be read from, holds up to its end.
///
/// # Errors
/// As [`from_slice`]; [`ErrorKind::Io`]: it could not be read; [`ErrorKind::SizeLimit`]: there are
/// more bytes than [`Limits::message`] allows.
pub fn from_reader<T: for<'de> Decode<'de>>(reader: impl std::io::Read) -> Result<T> {
    from_slice(&read_all(reader, &Limits::DEFAULT)?)
}

/// Decodes a value. Anything but white space behind it is an error.
///
/// # Errors
/// The bytes are not such a value, or it breaks one of the default [`Limits`].
pub fn from_slice<T: for<'de> Decode<'de>>(json: &[u8]) -> Result<T> {
    from_slice_with(json, &Limits::DEFAULT)
}

/// Decodes a value as [`from_slice`] does, under limits of one's own.
///
/// # Errors
/// As [`from_slice`].
pub fn from_slice_with<T: for<'de> Decode<'de>>(json: &[u8], limits: &Limits) -> Result<T> {
    read(json, T::TYPE, limits, |reader| T::decode(reader))
}

/// Decodes a value from text.
///
/// ```
/// assert_eq!(thriftly::json::from_str::<Vec<i32>>(r#" ["i32", 2, 1, 2] "#)?, [1, 2]);
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// # Errors
/// As [`from_slice`].
pub fn from_str<T: for<'de> Decode<'de>>(json: &str) -> Result<T> {
    from_slice(json.as_bytes())
}

/// Encodes what is written to a writer, which has to be one value of the type.
///
/// ```
/// use thriftly::codec::Writer;
///
/// let json = thriftly::json::write(thriftly::TType::LIST, |writer| {
///     writer.list_begin(thriftly::TType::BOOL, 1);
///     writer.bool(true);
///     writer.list_end();
/// })?;
/// assert_eq!(json, br#"["tf",1,1]"#);
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// # Errors
/// As [`to_vec`].
pub fn write(ty: TType, value: impl FnOnce(&mut BinaryWriter)) -> Result<Vec<u8>> {
    let mut writer = BinaryWriter::marking(Vec::new());
    value(&mut writer);
    let (binary, blobs) = writer.finish_marked()?;
    write::transcode(ty, &binary, &blobs)
}

/// Decodes a value of the type with a reader, which has to be read to its end.
///
/// What it reads may borrow from the reader, but not be returned.
///
/// ```
/// use thriftly::codec::Reader;
///
/// let limits = thriftly::Limits::DEFAULT;
/// let blob = thriftly::json::read(br#""Bwg""#, thriftly::TType::STRING, &limits, |r| r.owned())?;
/// assert_eq!(blob, [7, 8]);
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// # Errors
/// As [`from_slice`].
pub fn read<T>(
    json: &[u8],
    ty: TType,
    limits: &Limits,
    value: impl FnOnce(&mut BinaryReader<'_>) -> Result<T>,
) -> Result<T> {
    let (binary, decoded) = (transcode(ty, json, limits)?, Decoded::default());
    let mut reader = BinaryReader::base64(&binary, &decoded, limits);
    let value = value(&mut reader).and_then(|value| reader.finish().map(|()| value));
    // An offset would be one into the bytes on the way.
    value.map_err(Error::without_offset)
}
