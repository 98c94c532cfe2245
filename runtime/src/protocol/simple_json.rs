//! `TSimpleJSONProtocol`: JSON as people and scripts read it, with names and without types. It can
//! only be written, as Apache's can.
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
//! set is an array, a map an object, whose keys are in quotes. A double is written with as few
//! digits as it needs; those that are not finite are `"NaN"`, `"Infinity"` and `"-Infinity"`. What
//! was kept of a field that is not known has its id for a name.
//!
//! For JSON that can be read again there is [`json`](crate::json), which all Thrift implementations
//! know.

use crate::codec::Encode;
use crate::error::Result;
use crate::protocol::json::into_text;
use crate::protocol::json::named::{Dialect, NamedWriter};

/// Encodes a value.
///
/// ```
/// assert_eq!(thriftly::simple_json::to_vec(&vec![1.5, f64::NAN])?, br#"[1.5,"NaN"]"#);
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::InvalidData`](crate::ErrorKind::InvalidData): a struct or container is the key of
/// a map.
pub fn to_vec<T: Encode + ?Sized>(value: &T) -> Result<Vec<u8>> {
    let mut writer = NamedWriter::new(Vec::new(), Dialect::Simple);
    value.encode(&mut writer);
    writer.finish()
}

/// Encodes a value as text.
///
/// # Errors
/// As [`to_vec`].
pub fn to_string<T: Encode + ?Sized>(value: &T) -> Result<String> {
    into_text(to_vec(value)?)
}

/// Encodes a value into a file, a socket or whatever takes bytes.
///
/// # Errors
/// As [`to_vec`], or [`ErrorKind::Io`](crate::ErrorKind::Io): it could not be written.
pub fn to_writer<T: Encode + ?Sized>(mut writer: impl std::io::Write, value: &T) -> Result<()> {
    Ok(writer.write_all(&to_vec(value)?)?)
}
