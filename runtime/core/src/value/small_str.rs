//! Strings that are stored inline if they are short.
#![allow(
    unsafe_code,
    reason = "text that was validated once is not validated again on each access"
)]

use bytes::Bytes;

use crate::value::small_bytes::SmallBytes;
use crate::value::text::text;

/// A string for texts that are mostly short, as names are. Up to 20 bytes are stored inline, in 24 bytes, optional ones too:
/// decoding, cloning and dropping them neither allocates nor counts references. A longer one is [`Bytes`] in a `Box`, which share the
/// memory of their message. A [`SharedStr`](crate::SharedStr) takes 32 bytes, and no allocation for long text. `thrift!` uses it with the option `strings: small`.
///
/// It dereferences to [`str`].
///
/// ```
/// use thriftly::SmallStr;
///
/// let text = SmallStr::from("short");
/// assert_eq!(text, "short");
/// assert_eq!(text.to_uppercase(), "SHORT");
/// ```
#[derive(Clone, Default)]
pub struct SmallStr(SmallBytes);

impl SmallStr {
    /// The text.
    #[inline]
    pub fn as_str(&self) -> &str {
        // SAFETY: the bytes are those of a `str` or a `String`, by `inline` and `long`, and are never modified.
        unsafe { std::str::from_utf8_unchecked(self.0.as_slice()) }
    }

    /// The inline form of a short text.
    #[inline]
    fn inline(text: &str) -> Option<SmallStr> {
        SmallBytes::inline(text.as_bytes()).map(SmallStr)
    }

    /// Long text, of bytes that are UTF-8.
    #[inline]
    fn long(bytes: Bytes) -> SmallStr {
        SmallStr(SmallBytes::large(bytes))
    }
}

text!(SmallStr);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::binary;
    use crate::value::small_bytes::INLINE;

    #[test]
    fn long_texts_share_the_message() {
        for len in 0..60 {
            let text = "x".repeat(len);
            let message = Bytes::from(binary::to_vec(&text).expect("it can be encoded"));
            let small: SmallStr = binary::from_bytes(&message).expect("it can be read");
            let within = message.as_ptr_range().contains(&small.as_ptr());
            assert_eq!(within, len > INLINE, "{len} bytes share the message");
        }
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn it_is_as_large_as_a_string() {
        assert_eq!([size_of::<SmallStr>(), size_of::<Option<SmallStr>>()], [24, 24]);
    }
}
