//! Bytes that are stored inline if they are few.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use bytes::Bytes;

use crate::codec::{Decode, Encode, Reader, ThriftType, Writer};
use crate::error::Result;
use crate::ttype::TType;

/// Capacity of the inline form, in bytes.
pub(crate) const INLINE: usize = 20;

/// Bytes for values that are mostly short, as keys, hashes and statistics are. Up to 20 are stored inline, in 24 bytes, optional
/// ones too: decoding, cloning and dropping them neither allocates nor counts references. More
/// are [`Bytes`] in a `Box`, which share the memory of their message as others do. `thrift!` uses it with
/// the option `binary: small`.
///
/// It dereferences to a slice.
///
/// ```
/// use thriftly::{Bytes, SmallBytes};
///
/// let key = SmallBytes::from(b"short");
/// assert_eq!(key, b"short");
/// assert!(key.starts_with(b"sh"));
/// assert_eq!(Bytes::from(key), "short");
/// ```
#[derive(Clone)]
pub struct SmallBytes(Repr);

#[derive(Clone)]
enum Repr {
    /// The first bytes, at most [`INLINE`]; the others mean nothing. How many they are is a `char`, whose type has numbers
    /// to spare for other variants, of four bytes: the rest is then copied as two words. Seven bytes beside one are copied
    /// as words that overlap, which a processor cannot load before they are in its cache.
    Inline(char, [u8; INLINE]),
    Large(Box<Bytes>),
}

impl SmallBytes {
    /// No bytes.
    #[must_use]
    pub const fn new() -> SmallBytes {
        SmallBytes(Repr::Inline('\0', [0; INLINE]))
    }

    /// The bytes.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline(len, bytes) => &bytes[..*len as usize],
            Repr::Large(bytes) => bytes,
        }
    }

    /// The inline form of few bytes.
    #[inline]
    pub(crate) fn inline(value: &[u8]) -> Option<SmallBytes> {
        let mut bytes = [0; INLINE];
        bytes.get_mut(..value.len())?.copy_from_slice(value);
        Some(SmallBytes(Repr::Inline(char::from(value.len() as u8), bytes)))
    }

    /// The first `len` of these bytes, if so many are stored inline.
    #[inline(always)]
    pub(crate) fn start_of(bytes: &[u8; INLINE], len: usize) -> Option<SmallBytes> {
        (len <= INLINE).then_some(SmallBytes(Repr::Inline(char::from(len as u8), *bytes)))
    }

    /// What is not inline.
    #[inline]
    pub(crate) fn large(bytes: Bytes) -> SmallBytes {
        SmallBytes(Repr::Large(Box::new(bytes)))
    }
}

impl ThriftType for SmallBytes {
    const TYPE: TType = TType::STRING;
}

impl Encode for SmallBytes {
    #[inline]
    fn encode<W: Writer>(&self, w: &mut W) {
        match &self.0 {
            Repr::Inline(len, bytes) => w.binary(&bytes[..*len as usize]),
            Repr::Large(bytes) => w.shared(bytes),
        }
    }
}

impl<'de> Decode<'de> for SmallBytes {
    #[inline]
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        r.small()
    }
    #[inline(always)]
    fn key_bytes(&self) -> Option<&[u8]> {
        Some(self)
    }
}

impl Deref for SmallBytes {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl Default for SmallBytes {
    fn default() -> SmallBytes {
        SmallBytes::new()
    }
}

impl From<&[u8]> for SmallBytes {
    fn from(bytes: &[u8]) -> SmallBytes {
        SmallBytes::inline(bytes)
            .unwrap_or_else(|| SmallBytes::large(Bytes::copy_from_slice(bytes)))
    }
}

impl<const N: usize> From<&[u8; N]> for SmallBytes {
    fn from(bytes: &[u8; N]) -> SmallBytes {
        SmallBytes::from(&bytes[..])
    }
}

impl<const N: usize> From<[u8; N]> for SmallBytes {
    fn from(bytes: [u8; N]) -> SmallBytes {
        SmallBytes::from(&bytes[..])
    }
}

impl From<&str> for SmallBytes {
    fn from(text: &str) -> SmallBytes {
        SmallBytes::from(text.as_bytes())
    }
}

/// Many bytes stay where they are; few are copied, and let go of the others' memory.
impl From<Bytes> for SmallBytes {
    fn from(bytes: Bytes) -> SmallBytes {
        SmallBytes::inline(&bytes).unwrap_or_else(|| SmallBytes::large(bytes))
    }
}

impl From<Vec<u8>> for SmallBytes {
    fn from(bytes: Vec<u8>) -> SmallBytes {
        SmallBytes::inline(&bytes).unwrap_or_else(|| SmallBytes::large(bytes.into()))
    }
}

impl From<Box<[u8]>> for SmallBytes {
    fn from(bytes: Box<[u8]>) -> SmallBytes {
        SmallBytes::from(Vec::from(bytes))
    }
}

impl From<String> for SmallBytes {
    fn from(text: String) -> SmallBytes {
        SmallBytes::from(text.into_bytes())
    }
}

impl From<Cow<'_, [u8]>> for SmallBytes {
    fn from(bytes: Cow<'_, [u8]>) -> SmallBytes {
        match bytes {
            Cow::Borrowed(bytes) => SmallBytes::from(bytes),
            Cow::Owned(bytes) => SmallBytes::from(bytes),
        }
    }
}

impl FromIterator<u8> for SmallBytes {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> SmallBytes {
        SmallBytes::from(Vec::from_iter(bytes))
    }
}

impl From<SmallBytes> for Bytes {
    fn from(bytes: SmallBytes) -> Bytes {
        match bytes.0 {
            Repr::Inline(..) => Bytes::copy_from_slice(&bytes),
            Repr::Large(bytes) => *bytes,
        }
    }
}

impl From<SmallBytes> for Vec<u8> {
    fn from(bytes: SmallBytes) -> Vec<u8> {
        match bytes.0 {
            Repr::Inline(..) => bytes.to_vec(),
            Repr::Large(bytes) => (*bytes).into(),
        }
    }
}

impl AsRef<[u8]> for SmallBytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Borrow<[u8]> for SmallBytes {
    fn borrow(&self) -> &[u8] {
        self
    }
}

impl PartialEq for SmallBytes {
    #[inline]
    fn eq(&self, other: &SmallBytes) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for SmallBytes {}

/// Equality with what dereferences to a slice, on either side.
macro_rules! equal {
    ($([$($generic:tt)*] $other:ty),* $(,)?) => {
        $(
            impl<$($generic)*> PartialEq<$other> for SmallBytes {
                fn eq(&self, other: &$other) -> bool {
                    self.as_slice() == &other[..]
                }
            }

            impl<$($generic)*> PartialEq<SmallBytes> for $other {
                fn eq(&self, other: &SmallBytes) -> bool {
                    &self[..] == other.as_slice()
                }
            }
        )*
    };
}

equal!([] [u8], [] &[u8], [const N: usize] [u8; N], [const N: usize] &[u8; N], [] Vec<u8>, [] Bytes);

impl PartialOrd for SmallBytes {
    fn partial_cmp(&self, other: &SmallBytes) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SmallBytes {
    fn cmp(&self, other: &SmallBytes) -> Ordering {
        self.as_slice().cmp(other)
    }
}

impl Hash for SmallBytes {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_slice().hash(state);
    }
}

impl fmt::Debug for SmallBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{binary, compact};

    #[test]
    fn bytes_of_every_length_come_back_and_many_share_the_message() {
        for len in (0..60).chain([4 << 10, 5000]) {
            let bytes: Vec<u8> = (0..len).map(|at| at as u8 | 0x80).collect();
            let message = Bytes::from(binary::to_vec(&bytes).expect("it can be encoded"));
            let small: SmallBytes = binary::from_bytes(&message).expect("it can be read");
            assert_eq!(small, bytes);
            assert_eq!(binary::to_vec(&small).expect("it can be encoded"), message);
            let within = message.as_ptr_range().contains(&small.as_ptr());
            assert_eq!(within, len >= 4 << 10, "{len} bytes share the message");
            let itself = std::slice::from_ref(&small).as_ptr_range();
            let inline = (itself.start.cast()..itself.end.cast()).contains(&small.as_ptr());
            assert_eq!(inline, len <= INLINE, "{len} bytes are inline");
            let copied: SmallBytes = binary::from_slice(&message).expect("it can be read");
            assert_eq!(copied, small);
            let compact_bytes = compact::to_vec(&small).expect("it can be encoded");
            let copied: SmallBytes = compact::from_slice(&compact_bytes).expect("it can be read");
            assert_eq!(copied, small);
        }
    }

    #[test]
    #[cfg(feature = "json")]
    fn in_json_it_is_base64_as_bytes_are() {
        use crate::protocol::json;

        for len in [0, 1, 19, 20, 21, 5000] {
            let bytes = Bytes::from(vec![0xff; len]);
            let text = json::to_vec(&bytes).expect("it can be encoded");
            let small: SmallBytes = json::from_slice(&text).expect("it can be read");
            assert_eq!(small, bytes);
            assert_eq!(json::to_vec(&small).expect("it can be encoded"), text);
        }
    }

    #[test]
    fn it_is_made_of_all_kinds_of_bytes_and_becomes_them() {
        for bytes in [&b""[..], b"x", &[7; 20], &[7; 21], &[7; 100]] {
            let small = SmallBytes::from(bytes);
            for other in [
                SmallBytes::from(bytes.to_vec()),
                SmallBytes::from(Bytes::copy_from_slice(bytes)),
                SmallBytes::from(Box::<[u8]>::from(bytes)),
                SmallBytes::from(Cow::Borrowed(bytes)),
                SmallBytes::from(Cow::<[u8]>::Owned(bytes.to_vec())),
                bytes.iter().copied().collect(),
            ] {
                assert_eq!(other, small);
            }
            assert_eq!(Bytes::from(small.clone()), bytes);
            assert_eq!(Vec::from(small.clone()), bytes);
            assert_eq!(small, *bytes);
            assert_eq!(*bytes, small);
            assert_eq!(small, bytes);
            assert_eq!(bytes, small);
        }
        assert_eq!(SmallBytes::default(), b"");
        assert_eq!(SmallBytes::from([0, 1]), b"\0\x01");
        assert_eq!(SmallBytes::from("text"), SmallBytes::from("text".to_owned()));
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn it_takes_24_bytes_in_options_too() {
        assert_eq!([size_of::<SmallBytes>(), size_of::<Option<SmallBytes>>()], [24, 24]);
    }
}
