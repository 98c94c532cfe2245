//! Strings that are stored inline if they are short.
#![allow(
    unsafe_code,
    reason = "text that was validated once is not validated again on each access"
)]

use std::borrow::Cow;

use bytes::Bytes;

use crate::codec::{Decode, Reader};
use crate::error::Result;
use crate::value::small_bytes::SmallBytes;
use crate::value::text::text;

/// A string for texts that are mostly short, as names are. Up to 20 bytes are stored inline, in 24 bytes, optional ones too:
/// decoding, cloning and dropping them neither allocates nor counts references. A longer one is [`Bytes`] in a `Box`, which share the
/// memory of their message as those of [`SharedStr`](crate::SharedStr) do; that takes 32 bytes, and no allocation for long
/// texts. `thrift!` uses it with the option `strings: small`.
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
        // SAFETY: the bytes are those of a `str` or a `String`, and are never modified.
        unsafe { std::str::from_utf8_unchecked(self.0.as_slice()) }
    }

    /// Text with bytes claimed to be equal. The claim comes from a reader, which may be third-party
    /// code, so the bytes must be at the same place.
    fn shared(text: &str, bytes: Bytes) -> SmallStr {
        match std::ptr::eq(text.as_bytes(), &bytes[..]) {
            true => SmallStr(SmallBytes::large(bytes)),
            false => SmallStr::from(text),
        }
    }
}

impl<'de> Decode<'de> for SmallStr {
    #[inline]
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        Ok(match r.text()? {
            Cow::Borrowed(text) => match SmallBytes::inline(text.as_bytes()) {
                Some(inline) => SmallStr(inline),
                None => SmallStr::shared(text, r.share(text)),
            },
            Cow::Owned(text) => SmallStr::from(text),
        })
    }
    #[inline(always)]
    fn key_bytes(&self) -> Option<&[u8]> {
        Some(self.as_bytes())
    }
}

impl From<&str> for SmallStr {
    fn from(text: &str) -> SmallStr {
        SmallStr(SmallBytes::from(text))
    }
}

impl From<String> for SmallStr {
    fn from(text: String) -> SmallStr {
        SmallStr(SmallBytes::from(text))
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
    fn bytes_that_are_not_the_text_are_not_believed() {
        let text = "x".repeat(40);
        for bytes in [vec![0xff; 40], vec![b'x'; 41], vec![]] {
            assert_eq!(SmallStr::shared(&text, bytes.into()), text);
        }
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn it_is_as_large_as_a_string() {
        assert_eq!([size_of::<SmallStr>(), size_of::<Option<SmallStr>>()], [24, 24]);
    }
}
