//! Value types: `uuid`, `double` as a key, shared text and unknown fields.

#[cfg(any(feature = "http", feature = "json", feature = "serde"))]
pub(crate) mod base64;
pub(crate) mod double;
#[cfg(feature = "serde")]
pub(crate) mod serde;
pub(crate) mod shared_str;
pub(crate) mod unknown;
pub(crate) mod uuid;
