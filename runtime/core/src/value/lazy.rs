//! Values that are decoded when they are needed.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use crate::codec::{Decode, Encode, RawValue, Reader, StructNames, ThriftType, Writer};
use crate::error::Result;
use crate::ttype::TType;

/// A value that is decoded on its first use: until then it is the bytes in which it was received, and it is encoded
/// again as these bytes. `thrift!` uses it for the fields of the option `lazy`.
///
/// Receiving one checks its sizes, its nesting and the types on the wire; what else can be wrong, such as text that is not
/// UTF-8 or a missing required field, is an error of [`get`](Lazy::get).
///
/// ```
/// thriftly::thrift!(
///     inline: "
///         struct Column { 1: string name, 2: i64 offset }
///         struct Footer { 1: i64 rows, 2: list<Column> columns }
///     ",
///     lazy: ["Footer.columns"],
/// );
///
/// let columns = vec![Column { name: "a".into(), offset: 4 }];
/// let bytes = thriftly::compact::to_vec(&Footer { rows: 5, columns: columns.into() })?;
///
/// let footer: Footer = thriftly::compact::from_slice(&bytes)?;
/// assert_eq!(footer.rows, 5);
/// assert!(!footer.columns.is_decoded());
/// assert_eq!(footer.columns.get()?[0].name, "a");
/// assert_eq!(thriftly::compact::to_vec(&footer)?, bytes);
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// Binary and compact carry the bytes of each other, and JSON its own. Elsewhere the value is decoded to be encoded, because JSON does
/// not tell base64 from text; one that cannot be decoded is carried over as an [`UnknownField`](crate::UnknownField) is.
///
/// ThriftPy's JSON has no types, so that the value cannot be received in it.
///
/// The bytes are dropped when the value is [changed](Lazy::get_mut). Up to then, 4 KiB and more share the memory of a message that is
/// [`Bytes`](bytes::Bytes), as with `from_bytes` and in calls, and keep all of it in memory; others are copied. `Clone` shares the
/// bytes and copies a decoded value. Comparing and hashing decode: it has the traits of the value, and
/// values that cannot be decoded are compared by their bytes.
#[derive(Clone)]
pub struct Lazy<T>(State<T>);

#[derive(Clone)]
enum State<T> {
    /// The bytes, and the value when it has been decoded.
    Received(RawValue<'static>, OnceLock<T>),
    /// A value that was not received, or was changed.
    Own(T),
}

impl<T> Lazy<T> {
    /// Wraps a value that was not received.
    pub fn new(value: T) -> Lazy<T> {
        Lazy(State::Own(value))
    }

    /// Whether the value has been decoded, or was never encoded.
    pub fn is_decoded(&self) -> bool {
        match &self.0 {
            State::Received(_, value) => value.get().is_some(),
            State::Own(_) => true,
        }
    }
}

impl<T: for<'de> Decode<'de>> Lazy<T> {
    /// The value, which the first call decodes.
    ///
    /// # Errors
    /// The bytes do not encode such a value, or it exceeds one of the default [`Limits`](crate::Limits). Later calls
    /// try again, and return the same error.
    pub fn get(&self) -> Result<&T> {
        match &self.0 {
            State::Own(value) => Ok(value),
            State::Received(raw, decoded) => match decoded.get() {
                Some(value) => Ok(value),
                None => {
                    let value = raw.read()?;
                    Ok(decoded.get_or_init(|| value))
                }
            },
        }
    }

    /// The value, to be changed: it is encoded anew.
    ///
    /// # Errors
    /// As [`get`](Lazy::get). The bytes are kept then.
    pub fn get_mut(&mut self) -> Result<&mut T> {
        if let State::Received(raw, decoded) = &mut self.0 {
            let value = match decoded.take() {
                Some(value) => value,
                None => raw.read()?,
            };
            self.0 = State::Own(value);
        }
        match &mut self.0 {
            State::Own(value) => Ok(value),
            State::Received(..) => unreachable!("it was just replaced"),
        }
    }

    /// Unwraps the value.
    ///
    /// # Errors
    /// As [`get`](Lazy::get).
    pub fn into_inner(self) -> Result<T> {
        match self.0 {
            State::Own(value) => Ok(value),
            State::Received(raw, decoded) => match decoded.into_inner() {
                Some(value) => Ok(value),
                None => raw.read(),
            },
        }
    }
}

impl<T> From<T> for Lazy<T> {
    fn from(value: T) -> Lazy<T> {
        Lazy::new(value)
    }
}

impl<T: Default> Default for Lazy<T> {
    fn default() -> Lazy<T> {
        Lazy::new(T::default())
    }
}

impl<T: ThriftType> ThriftType for Lazy<T> {
    const TYPE: TType = T::TYPE;
    const NAMES: &'static StructNames = T::NAMES;
    const ABSENT_HEAP: usize = T::ABSENT_HEAP;
}

impl<T: Encode + for<'de> Decode<'de>> Encode for Lazy<T> {
    fn encode<W: Writer>(&self, w: &mut W) {
        match &self.0 {
            State::Received(raw, _) if w.is_exact(raw) => w.raw(raw),
            State::Received(raw, _) => match self.get() {
                Ok(value) => value.encode(w),
                Err(_) => w.raw(raw),
            },
            State::Own(value) => value.encode(w),
        }
    }
}

impl<'de, T: ThriftType> Decode<'de> for Lazy<T> {
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Lazy<T>> {
        let raw = r.capture(T::TYPE)?.into_owned();
        Ok(Lazy(State::Received(raw, OnceLock::new())))
    }
}

impl<T: for<'de> Decode<'de>> Lazy<T> {
    /// What is compared: the value, or the bytes if it cannot be decoded.
    fn known(&self) -> Known<'_, T> {
        match (self.get(), &self.0) {
            (Ok(value), _) => Known::Value(value),
            (Err(_), State::Received(raw, _)) => Known::Broken(Some(raw)),
            (Err(_), State::Own(_)) => Known::Broken(None),
        }
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Known<'a, T> {
    Broken(Option<&'a RawValue<'static>>),
    Value(&'a T),
}

impl<T: PartialEq + for<'de> Decode<'de>> PartialEq for Lazy<T> {
    fn eq(&self, other: &Lazy<T>) -> bool {
        self.known() == other.known()
    }
}

impl<T: Eq + for<'de> Decode<'de>> Eq for Lazy<T> {}

impl<T: PartialOrd + for<'de> Decode<'de>> PartialOrd for Lazy<T> {
    fn partial_cmp(&self, other: &Lazy<T>) -> Option<Ordering> {
        self.known().partial_cmp(&other.known())
    }
}

impl<T: Ord + for<'de> Decode<'de>> Ord for Lazy<T> {
    fn cmp(&self, other: &Lazy<T>) -> Ordering {
        self.known().cmp(&other.known())
    }
}

impl<T: Hash + for<'de> Decode<'de>> Hash for Lazy<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.known().hash(state);
    }
}

impl<T: fmt::Debug> fmt::Debug for Lazy<T> {
    /// The value, or the bytes if it has not been decoded.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            State::Own(value) => value.fmt(f),
            State::Received(raw, decoded) => match decoded.get() {
                Some(value) => value.fmt(f),
                None => raw.fmt(f),
            },
        }
    }
}

#[cfg(feature = "serde")]
impl<T: serde_core::Serialize + for<'de> Decode<'de>> serde_core::Serialize for Lazy<T> {
    fn serialize<S: serde_core::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.get().map_err(serde_core::ser::Error::custom)?.serialize(s)
    }
}

#[cfg(feature = "serde")]
impl<'de, T: serde_core::Deserialize<'de>> serde_core::Deserialize<'de> for Lazy<T> {
    fn deserialize<D: serde_core::Deserializer<'de>>(d: D) -> Result<Lazy<T>, D::Error> {
        T::deserialize(d).map(Lazy::new)
    }
}
