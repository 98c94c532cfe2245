//! Strings that share the memory of their message.
#![allow(
    unsafe_code,
    reason = "text that was validated once is not validated again on each access"
)]

use std::borrow::Cow;

use bytes::Bytes;

use crate::codec::{Decode, Reader};
use crate::error::Result;
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
        // SAFETY: both forms are only built from a `str` or a `String`, by `inline` and `shared`,
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

    /// Text with bytes claimed to be equal. The claim comes from a reader, which may be third-party
    /// code, so it is checked.
    #[inline]
    fn shared(text: &str, bytes: Bytes) -> SharedStr {
        // The same address needs no comparison.
        let same_place = std::ptr::eq(text.as_bytes(), &bytes[..]);
        match same_place || bytes == text.as_bytes() {
            true => SharedStr(Repr::Shared(bytes)),
            // The text must be the validated one.
            false => SharedStr(Repr::Shared(Bytes::copy_from_slice(text.as_bytes()))),
        }
    }
}

impl<'de> Decode<'de> for SharedStr {
    #[inline]
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        Ok(match r.text()? {
            Cow::Borrowed(text) => match SharedStr::inline(text) {
                Some(inline) => inline,
                None => SharedStr::shared(text, r.share(text)),
            },
            Cow::Owned(text) => SharedStr::from(text),
        })
    }
    #[inline(always)]
    fn key_bytes(&self) -> Option<&[u8]> {
        Some(self.as_bytes())
    }
}

impl Default for SharedStr {
    fn default() -> SharedStr {
        SharedStr(Repr::Inline { len: 0, bytes: [0; INLINE] })
    }
}

impl From<&str> for SharedStr {
    fn from(text: &str) -> SharedStr {
        SharedStr::inline(text)
            .unwrap_or_else(|| SharedStr(Repr::Shared(Bytes::copy_from_slice(text.as_bytes()))))
    }
}

impl From<String> for SharedStr {
    fn from(text: String) -> SharedStr {
        SharedStr::inline(&text).unwrap_or_else(|| SharedStr(Repr::Shared(Bytes::from(text))))
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
    fn bytes_that_are_not_the_text_are_not_believed() {
        let text = "x".repeat(40);
        for bytes in [vec![0xff; 40], vec![b'x'; 41], vec![]] {
            assert_eq!(SharedStr::shared(&text, bytes.into()), text);
        }
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn it_is_no_larger_than_bytes_are() {
        assert_eq!(size_of::<SharedStr>(), size_of::<Bytes>());
    }
}
