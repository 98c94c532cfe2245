//! Value types: `uuid`, `double` as a key, shared and short text, short bytes, values that are decoded later, and unknown fields.

#[cfg(any(feature = "http", feature = "json", feature = "serde"))]
pub(crate) mod base64;
pub(crate) mod double;
pub(crate) mod lazy;
#[cfg(feature = "serde")]
pub(crate) mod serde;
pub(crate) mod shared_str;
pub(crate) mod small_bytes;
pub(crate) mod small_str;
mod text;
pub(crate) mod unknown;
pub(crate) mod uuid;
