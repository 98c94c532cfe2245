//! `TJSONProtocol`, the JSON protocol shared by all Thrift implementations: fields have ids and
//! types, not names.
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
//! Values are transcoded through the binary protocol, so that no code is generated for JSON. The
//! binary protocol does not distinguish text from `binary`: the writer records the `binary` values,
//! and the reader decodes base64 when a `binary` is requested.
//!
//! The output equals that of Apache's C++ library except for base64 padding: doubles have 17
//! significant digits, non-finite doubles are in quotes. The input may come from any
//! implementation: base64 without padding, bare `NaN`, `nan`, `Infinity` and `inf`, and quoted
//! numbers are accepted. A struct or container as a map key is written in place of the string that
//! JSON requires, as in Apache's Python and C++: `["lst","i32",1,{["i32",2,1,2]:0}]`.

pub(crate) mod decoded;
mod envelope;
pub(crate) mod named;
pub(crate) mod parser;
pub(crate) mod places;
mod read;
mod types;
pub(crate) mod write;

pub(crate) use envelope::END;
pub(crate) use envelope::read_head;
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
json_values!(one "json", Json);

/// Encodes a value and appends it to `bytes`, so that a buffer can be reused.
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
/// As [`to_vec`]. On an error `bytes` is unchanged.
pub fn append_to<T: Encode + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<()> {
    append(T::TYPE, |writer| value.encode(writer), bytes)
}

/// Decodes a value as [`from_slice`] does, with custom limits.
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

/// Decodes a value as [`from_str`] does, with custom limits.
///
/// # Errors
/// As [`from_slice`].
pub fn from_str_with<T: for<'de> Decode<'de>>(json: &str, limits: &Limits) -> Result<T> {
    from_slice_with(json.as_bytes(), limits)
}

/// Encodes the value that `write` writes, which must be exactly one value of the type `ty`.
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

/// Appends the value that the function writes; on an error nothing is appended.
fn append(ty: TType, value: impl FnOnce(&mut BinaryWriter), bytes: &mut Vec<u8>) -> Result<()> {
    let mut writer = BinaryWriter::marking(Vec::new());
    value(&mut writer);
    let (binary, blobs) = writer.finish_marked()?;
    write::transcode(ty, &binary, &blobs, bytes)
}

/// Decodes a value of the type with a reader, which must be read to its end.
///
/// Values borrowed from the reader cannot be returned.
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
