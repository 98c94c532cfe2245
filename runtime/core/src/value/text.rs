//! What types of text have in common.

/// Implements for a type what follows from `as_str`, `inline(&str) -> Option<Self>` for short text and `long(Bytes)` for other: how it
/// is decoded, encoded, compared, shown and converted.
macro_rules! text {
    ($name:ident) => {
        const _: () = {
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

            use crate::codec::{Decode, Reader, encoded_as_text};
            use crate::error::Result;

            impl $name {
                /// Text with bytes claimed to be equal. The claim comes from a reader, which may be third-party
                /// code, so it is checked.
                #[inline]
                pub(super) fn shared(text: &str, bytes: Bytes) -> $name {
                    // The same address needs no comparison.
                    let same_place = std::ptr::eq(text.as_bytes(), &bytes[..]);
                    match same_place || bytes == text.as_bytes() {
                        true => $name::long(bytes),
                        // The text must be the validated one.
                        false => $name::long(Bytes::copy_from_slice(text.as_bytes())),
                    }
                }
            }

            encoded_as_text!($name);

            impl<'de> Decode<'de> for $name {
                #[inline]
                fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
                    Ok(match r.text()? {
                        Cow::Borrowed(text) => match $name::inline(text) {
                            Some(inline) => inline,
                            None => $name::shared(text, r.share(text)),
                        },
                        Cow::Owned(text) => $name::from(text),
                    })
                }
                #[inline(always)]
                fn key_bytes(&self) -> Option<&[u8]> {
                    Some(self.as_bytes())
                }
            }

            impl From<&str> for $name {
                fn from(text: &str) -> $name {
                    $name::inline(text)
                        .unwrap_or_else(|| $name::long(Bytes::copy_from_slice(text.as_bytes())))
                }
            }

            impl From<String> for $name {
                fn from(text: String) -> $name {
                    $name::inline(&text).unwrap_or_else(|| $name::long(Bytes::from(text)))
                }
            }

            impl Deref for $name {
                type Target = str;
                #[inline]
                fn deref(&self) -> &str {
                    self.as_str()
                }
            }

            impl From<&String> for $name {
                fn from(text: &String) -> $name {
                    $name::from(text.as_str())
                }
            }

            impl From<Cow<'_, str>> for $name {
                fn from(text: Cow<'_, str>) -> $name {
                    match text {
                        Cow::Borrowed(text) => $name::from(text),
                        Cow::Owned(text) => $name::from(text),
                    }
                }
            }

            impl From<Box<str>> for $name {
                fn from(text: Box<str>) -> $name {
                    $name::from(String::from(text))
                }
            }

            impl From<char> for $name {
                fn from(character: char) -> $name {
                    $name::from(&*character.encode_utf8(&mut [0; 4]))
                }
            }

            impl FromIterator<char> for $name {
                fn from_iter<I: IntoIterator<Item = char>>(characters: I) -> $name {
                    $name::from(String::from_iter(characters))
                }
            }

            impl FromStr for $name {
                type Err = Infallible;

                fn from_str(text: &str) -> Result<$name, Infallible> {
                    Ok($name::from(text))
                }
            }

            impl From<$name> for String {
                fn from(text: $name) -> String {
                    text.as_str().to_owned()
                }
            }

            impl From<$name> for Box<str> {
                fn from(text: $name) -> Box<str> {
                    text.as_str().into()
                }
            }

            impl From<$name> for Arc<str> {
                fn from(text: $name) -> Arc<str> {
                    text.as_str().into()
                }
            }

            impl AsRef<str> for $name {
                fn as_ref(&self) -> &str {
                    self
                }
            }

            impl AsRef<[u8]> for $name {
                fn as_ref(&self) -> &[u8] {
                    self.as_bytes()
                }
            }

            impl AsRef<OsStr> for $name {
                fn as_ref(&self) -> &OsStr {
                    self.as_str().as_ref()
                }
            }

            impl AsRef<Path> for $name {
                fn as_ref(&self) -> &Path {
                    self.as_str().as_ref()
                }
            }

            impl Borrow<str> for $name {
                fn borrow(&self) -> &str {
                    self
                }
            }

            impl PartialEq for $name {
                fn eq(&self, other: &$name) -> bool {
                    self.as_str() == other.as_str()
                }
            }

            impl Eq for $name {}

            impl PartialEq<str> for $name {
                fn eq(&self, other: &str) -> bool {
                    self.as_str() == other
                }
            }

            impl PartialEq<&str> for $name {
                fn eq(&self, other: &&str) -> bool {
                    self.as_str() == *other
                }
            }

            impl PartialEq<String> for $name {
                fn eq(&self, other: &String) -> bool {
                    self.as_str() == other
                }
            }

            impl PartialEq<$name> for str {
                fn eq(&self, other: &$name) -> bool {
                    self == other.as_str()
                }
            }

            impl PartialEq<$name> for &str {
                fn eq(&self, other: &$name) -> bool {
                    *self == other.as_str()
                }
            }

            impl PartialEq<$name> for String {
                fn eq(&self, other: &$name) -> bool {
                    self == other.as_str()
                }
            }

            impl PartialOrd for $name {
                fn partial_cmp(&self, other: &$name) -> Option<Ordering> {
                    Some(self.cmp(other))
                }
            }

            impl Ord for $name {
                fn cmp(&self, other: &$name) -> Ordering {
                    self.as_str().cmp(other)
                }
            }

            impl Hash for $name {
                fn hash<H: Hasher>(&self, state: &mut H) {
                    self.as_str().hash(state);
                }
            }

            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    fmt::Debug::fmt(self.as_str(), f)
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    fmt::Display::fmt(self.as_str(), f)
                }
            }
        };
    };
}

pub(super) use text;

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::ffi::OsStr;
    use std::path::Path;
    use std::sync::Arc;

    use bytes::Bytes;

    use crate::protocol::{binary, compact};
    use crate::{SharedStr, SmallStr};

    macro_rules! tests {
        ($name:ident) => {
            #[test]
            fn texts_of_every_length_come_back() {
                for len in 0..60 {
                    let text = "é".repeat(len / 2) + &"x".repeat(len % 2);
                    let message = Bytes::from(binary::to_vec(&text).expect("it can be encoded"));
                    let shared: $name = binary::from_bytes(&message).expect("it can be read");
                    assert_eq!(shared, text);
                    assert_eq!($name::from(text.as_str()), shared);
                    assert_eq!(String::from($name::from(text.clone())), text);
                    assert_eq!(binary::to_vec(&shared).expect("it can be encoded"), message);
                    let copied: $name = binary::from_slice(&message).expect("it can be read");
                    assert_eq!(copied, shared);
                    let message = compact::to_vec(&text).expect("it can be encoded");
                    assert_eq!(compact::to_vec(&shared).expect("it can be encoded"), message);
                    assert_eq!(
                        compact::from_slice::<$name>(&message).expect("it can be read"),
                        text
                    );
                }
            }

            #[test]
            fn it_is_made_of_every_text_and_becomes_one() {
                for text in ["", "é", &"x".repeat(100)] {
                    let value = $name::from(text);
                    for other in [
                        $name::from(&text.to_owned()),
                        $name::from(Cow::Borrowed(text)),
                        $name::from(Cow::<str>::Owned(text.to_owned())),
                        $name::from(Box::<str>::from(text)),
                        text.chars().collect(),
                        text.parse().expect("every text is one"),
                    ] {
                        assert_eq!(other, value);
                    }
                    assert_eq!(*Box::<str>::from(value.clone()), *text);
                    assert_eq!(*Arc::<str>::from(value.clone()), *text);
                    let owned = text.to_owned();
                    assert!(*text == value && text == value && owned == value);
                    assert!(value == *text && value == text && value == owned);
                    assert_eq!(AsRef::<[u8]>::as_ref(&value), text.as_bytes());
                    assert_eq!(AsRef::<OsStr>::as_ref(&value), text);
                    assert_eq!(AsRef::<Path>::as_ref(&value), Path::new(text));
                    assert_eq!(format!("{value} {value:?}"), format!("{text} {text:?}"));
                }
                assert_eq!($name::from('é'), "é");
                assert_eq!($name::default(), "");
            }

            #[test]
            fn bytes_that_are_not_the_text_are_not_believed() {
                let text = "x".repeat(40);
                for bytes in [vec![0xff; 40], vec![b'x'; 41], vec![]] {
                    assert_eq!($name::shared(&text, bytes.into()), text);
                }
            }

            #[test]
            fn what_is_not_utf8_is_refused() {
                for len in [1u8, 20, 21, 23, 24, 40] {
                    let mut bytes = vec![0, 0, 0, len];
                    bytes.extend(std::iter::repeat_n(b'x', usize::from(len) - 1));
                    bytes.push(0xff);
                    assert!(binary::from_slice::<$name>(&bytes).is_err());
                }
            }
        };
    }

    mod shared {
        use super::*;
        tests!(SharedStr);
    }

    mod small {
        use super::*;
        tests!(SmallStr);
    }
}
