//! `TSimpleJSONProtocol`: JSON with field names and without types, for people and scripts.
//! Write-only, like Apache's.
//!
//! ```
//! use thriftly::ThriftStruct;
//!
//! #[derive(ThriftStruct)]
//! struct Person {
//!     #[thrift(id = 1)]
//!     name: String,
//!     #[thrift(id = 2)]
//!     tags: std::collections::BTreeMap<i32, bool>,
//! }
//!
//! let person = Person { name: "Ada".into(), tags: [(7, true)].into() };
//! assert_eq!(thriftly::simple_json::to_string(&person)?, r#"{"name":"Ada","tags":{"7":1}}"#);
//! # Ok::<(), thriftly::Error>(())
//! ```
//!
//! A `bool` is 1 or 0, an enum its number, a `binary` base64 with padding, a `uuid` text; a list or
//! set is an array, a map an object, whose keys are in quotes. A double is written with the fewest
//! digits that identify it; non-finite doubles are `"NaN"`, `"Infinity"` and `"-Infinity"`.
//! Preserved unknown fields are named by their ids.
//!
//! For JSON that can be decoded again, use [`json`](crate::json), which all Thrift implementations
//! support.

use crate::codec::Encode;
use crate::error::Result;
use crate::protocol::json::named::{Dialect, NamedWriter};
use crate::protocol::values::json_values;

json_values! {
    encode "simple_json", br#""hi""#,
    "[`ErrorKind::InvalidData`](crate::ErrorKind::InvalidData): a struct or container is the key of a \
     map."
}
json_values!(text);

/// Encodes a value and appends it to `bytes`, so that a buffer can be reused.
///
/// ```
/// let mut lines = Vec::new();
/// for numbers in [[1.5, f64::NAN], [2.0, 3.0]] {
///     thriftly::simple_json::append_to(&numbers.to_vec(), &mut lines)?;
///     lines.push(b'\n');
/// }
/// assert_eq!(lines, b"[1.5,\"NaN\"]\n[2.0,3.0]\n");
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// # Errors
/// As [`to_vec`]. On an error `bytes` is unchanged.
pub fn append_to<T: Encode + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<()> {
    NamedWriter::append(value, Dialect::Simple, bytes)
}
