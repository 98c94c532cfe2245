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
//! A struct or container as the key of a map stands where JSON wants a string, as Apache's Python and C++ write and
//! read it: `["lst","i32",1,{["i32",2,1,2]:0}]`.

pub(crate) mod decoded;
mod envelope;
pub(crate) mod named;
pub(crate) mod parser;
pub(crate) mod places;
mod read;
mod types;
pub(crate) mod write;

pub(crate) use envelope::END;
pub use envelope::{read_envelope, write_envelope};
pub(crate) use read::{structure, transcode};
pub(crate) use types::name as type_name;
pub(crate) use write::short_text;

use crate::codec::{Decode, Encode};
use crate::error::Result;
use crate::limits::Limits;
use crate::protocol::binary::{BinaryReader, BinaryWriter};
use crate::protocol::values::json_values;
use crate::ttype::TType;
use decoded::Decoded;
use parser::Parser;
use places::Text;

json_values! {
    encode "json", br#""hi""#,
    "A string or container has more than 2³¹ - 1 bytes or elements."
}
json_values!(text);
json_values!(decode "json", br#""hi""#);

/// Encodes a value behind what `bytes` holds, so that one buffer may serve for many values.
///
/// ```
/// let mut lines = Vec::new();
/// for numbers in [[1.5, f64::NAN], [2.0, 3.0]] {
///     thriftly::json::append_to(&numbers.to_vec(), &mut lines)?;
///     lines.push(b'\n');
/// }
/// assert_eq!(lines, b"[\"dbl\",2,1.5,\"NaN\"]\n[\"dbl\",2,2,3]\n");
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// # Errors
/// As [`to_vec`]. What `bytes` held before is left as it was.
pub fn append_to<T: Encode + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<()> {
    append(T::TYPE, |writer| value.encode(writer), bytes)
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

/// Decodes a value as [`from_str`] does, under limits of one's own.
///
/// # Errors
/// As [`from_slice`].
pub fn from_str_with<T: for<'de> Decode<'de>>(json: &str, limits: &Limits) -> Result<T> {
    from_slice_with(json.as_bytes(), limits)
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
    let mut bytes = Vec::new();
    append(ty, value, &mut bytes)?;
    Ok(bytes)
}

/// Appends what is written to a writer, or nothing.
fn append(ty: TType, value: impl FnOnce(&mut BinaryWriter), bytes: &mut Vec<u8>) -> Result<()> {
    let mut writer = BinaryWriter::marking(Vec::new());
    value(&mut writer);
    let (binary, blobs) = writer.finish_marked()?;
    write::transcode(ty, &binary, &blobs, bytes)
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
    let make = |parser: &mut Parser<'_>, out: &mut Vec<u8>| parser.value(ty, out);
    let text = Text { json, limits: *limits, make: &make };
    let ((binary, made), decoded) = (text.bytes(), Decoded::default());
    let mut reader = BinaryReader::base64(&binary, &decoded, limits);
    let read = value(&mut reader).and_then(|value| reader.finish().map(|()| value));
    text.outcome(made, read)
}
