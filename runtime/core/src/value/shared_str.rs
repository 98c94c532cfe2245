//! Strings that share the memory of their message.
#![allow(
    unsafe_code,
    reason = "text that was validated once is not validated again on each access"
)]

use bytes::Bytes;

use crate::value::text::text;

/// Capacity of the inline form, in bytes.
const INLINE: usize = 23;

/// A string that is cheap to decode and to clone: up to 23 bytes are stored inline; a longer string
/// shares the memory of its message. `thrift!` uses it with the option `strings: shared`.
///
/// Memory is shared when services and clients decode, and by
/// [`binary::from_bytes`](crate::binary::from_bytes) and
/// [`compact::from_bytes`](crate::compact::from_bytes). `from_slice` and the JSON protocols copy
/// long strings.
///
/// It dereferences to [`str`]. A long one keeps its whole message in memory; convert it to a
/// `String` for long-term storage.
///
/// ```
/// use thriftly::SharedStr;
///
/// let text = SharedStr::from("short");
/// assert_eq!(text, "short");
/// assert_eq!(text.to_uppercase(), "SHORT");
/// ```
#[derive(Clone)]
pub struct SharedStr(Repr);

#[derive(Clone)]
enum Repr {
    /// The first `len` bytes are UTF-8.
    Inline { len: u8, bytes: [u8; INLINE] },
    /// All bytes are UTF-8.
    Shared(Bytes),
}

impl SharedStr {
    /// The text.
    #[inline]
    pub fn as_str(&self) -> &str {
        let bytes = match &self.0 {
            Repr::Inline { len, bytes } => &bytes[..usize::from(*len)],
            Repr::Shared(bytes) => bytes,
        };
        // SAFETY: both forms are only built from a `str` or a `String`, by `inline` and `long`,
        // and are never modified.
        unsafe { std::str::from_utf8_unchecked(bytes) }
    }

    /// Text of a peer, within these bytes. Invalid UTF-8 is replaced.
    pub(crate) fn lossy(text: &[u8], bytes: &Bytes) -> SharedStr {
        match std::str::from_utf8(text) {
            Ok(valid) => SharedStr::inline(valid)
                .unwrap_or_else(|| SharedStr::shared(valid, bytes.slice_ref(text))),
            Err(_) => SharedStr::from(String::from_utf8_lossy(text).into_owned()),
        }
    }

    /// The inline form of a short text.
    #[inline]
    fn inline(text: &str) -> Option<SharedStr> {
        let mut bytes = [0; INLINE];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(SharedStr(Repr::Inline { len: text.len() as u8, bytes }))
    }

    /// Long text, of bytes that are UTF-8.
    #[inline]
    fn long(bytes: Bytes) -> SharedStr {
        SharedStr(Repr::Shared(bytes))
    }
}

impl Default for SharedStr {
    fn default() -> SharedStr {
        SharedStr(Repr::Inline { len: 0, bytes: [0; INLINE] })
    }
}

text!(SharedStr);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::binary;

    #[test]
    fn long_texts_share_the_message() {
        for len in 0..60 {
            let text = "x".repeat(len);
            let message = Bytes::from(binary::to_vec(&text).expect("it can be encoded"));
            let shared: SharedStr = binary::from_bytes(&message).expect("it can be read");
            let within = message.as_ptr_range().contains(&shared.as_ptr());
            assert_eq!(within, len > INLINE, "{len} bytes share the message");
        }
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn it_is_no_larger_than_bytes_are() {
        assert_eq!(size_of::<SharedStr>(), size_of::<Bytes>());
    }
}
