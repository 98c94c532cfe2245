//! Strings that share the memory of their message.
#![allow(
    unsafe_code,
    reason = "text that was validated once is not validated again on each access"
)]

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::convert::Infallible;
use std::ffi::OsStr;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;

use crate::codec::{Decode, Encode, Reader, ThriftType, Writer};
use crate::error::Result;
use crate::ttype::TType;

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

impl ThriftType for SharedStr {
    const TYPE: TType = TType::STRING;
}

impl Encode for SharedStr {
    #[inline]
    fn encode<W: Writer>(&self, w: &mut W) {
        w.string(self);
    }
    #[inline]
    fn encode_field<W: Writer>(&self, id: i16, w: &mut W) {
        w.field_string(id, self);
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

impl Deref for SharedStr {
    type Target = str;
    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
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

impl From<&String> for SharedStr {
    fn from(text: &String) -> SharedStr {
        SharedStr::from(text.as_str())
    }
}

impl From<Cow<'_, str>> for SharedStr {
    fn from(text: Cow<'_, str>) -> SharedStr {
        match text {
            Cow::Borrowed(text) => SharedStr::from(text),
            Cow::Owned(text) => SharedStr::from(text),
        }
    }
}

impl From<Box<str>> for SharedStr {
    fn from(text: Box<str>) -> SharedStr {
        SharedStr::from(String::from(text))
    }
}

impl From<char> for SharedStr {
    fn from(character: char) -> SharedStr {
        SharedStr::from(&*character.encode_utf8(&mut [0; 4]))
    }
}

impl FromIterator<char> for SharedStr {
    fn from_iter<I: IntoIterator<Item = char>>(characters: I) -> SharedStr {
        SharedStr::from(String::from_iter(characters))
    }
}

impl FromStr for SharedStr {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<SharedStr, Infallible> {
        Ok(SharedStr::from(text))
    }
}

impl From<SharedStr> for String {
    fn from(text: SharedStr) -> String {
        text.as_str().to_owned()
    }
}

impl From<SharedStr> for Box<str> {
    fn from(text: SharedStr) -> Box<str> {
        text.as_str().into()
    }
}

impl From<SharedStr> for Arc<str> {
    fn from(text: SharedStr) -> Arc<str> {
        text.as_str().into()
    }
}

impl AsRef<str> for SharedStr {
    fn as_ref(&self) -> &str {
        self
    }
}

impl AsRef<[u8]> for SharedStr {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl AsRef<OsStr> for SharedStr {
    fn as_ref(&self) -> &OsStr {
        self.as_str().as_ref()
    }
}

impl AsRef<Path> for SharedStr {
    fn as_ref(&self) -> &Path {
        self.as_str().as_ref()
    }
}

impl Borrow<str> for SharedStr {
    fn borrow(&self) -> &str {
        self
    }
}

impl PartialEq for SharedStr {
    fn eq(&self, other: &SharedStr) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for SharedStr {}

impl PartialEq<str> for SharedStr {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for SharedStr {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for SharedStr {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<SharedStr> for str {
    fn eq(&self, other: &SharedStr) -> bool {
        self == other.as_str()
    }
}

impl PartialEq<SharedStr> for &str {
    fn eq(&self, other: &SharedStr) -> bool {
        *self == other.as_str()
    }
}

impl PartialEq<SharedStr> for String {
    fn eq(&self, other: &SharedStr) -> bool {
        self == other.as_str()
    }
}

impl PartialOrd for SharedStr {
    fn partial_cmp(&self, other: &SharedStr) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SharedStr {
    fn cmp(&self, other: &SharedStr) -> Ordering {
        self.as_str().cmp(other)
    }
}

impl Hash for SharedStr {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for SharedStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for SharedStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::binary;

    #[test]
    fn texts_of_every_length_come_back() {
        for len in 0..60 {
            let text = "é".repeat(len / 2) + &"x".repeat(len % 2);
            let message = Bytes::from(binary::to_vec(&text).expect("it can be encoded"));
            let shared: SharedStr = binary::from_bytes(&message).expect("it can be read");
            assert_eq!(shared, text);
            assert_eq!(SharedStr::from(text.as_str()), shared);
            assert_eq!(String::from(SharedStr::from(text.clone())), text);
            assert_eq!(binary::to_vec(&shared).expect("it can be encoded"), message);
            let within = message.as_ptr_range().contains(&shared.as_ptr());
            assert_eq!(within, len > INLINE, "{len} bytes share the message");
            let copied: SharedStr = binary::from_slice(&message).expect("it can be read");
            assert_eq!(copied, shared);
        }
    }

    #[test]
    fn it_is_made_of_every_text_and_becomes_one() {
        for text in ["", "é", &"x".repeat(100)] {
            let shared = SharedStr::from(text);
            for other in [
                SharedStr::from(&text.to_owned()),
                SharedStr::from(Cow::Borrowed(text)),
                SharedStr::from(Cow::<str>::Owned(text.to_owned())),
                SharedStr::from(Box::<str>::from(text)),
                text.chars().collect(),
                text.parse().expect("every text is one"),
            ] {
                assert_eq!(other, shared);
            }
            assert_eq!(*Box::<str>::from(shared.clone()), *text);
            assert_eq!(*Arc::<str>::from(shared.clone()), *text);
            let owned = text.to_owned();
            assert!(*text == shared && text == shared && owned == shared);
            assert_eq!(AsRef::<[u8]>::as_ref(&shared), text.as_bytes());
            assert_eq!(AsRef::<OsStr>::as_ref(&shared), text);
            assert_eq!(AsRef::<Path>::as_ref(&shared), Path::new(text));
        }
        assert_eq!(SharedStr::from('é'), "é");
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

    #[test]
    fn what_is_not_utf8_is_refused() {
        for len in [1u8, 40] {
            let mut bytes = vec![0, 0, 0, len];
            bytes.extend(std::iter::repeat_n(0xff, usize::from(len)));
            assert!(binary::from_slice::<SharedStr>(&bytes).is_err());
        }
    }
}
