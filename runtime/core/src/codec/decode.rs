//! The [`Decode`] trait.

use crate::codec::encode::ThriftType;
use crate::codec::reader::Reader;
use crate::error::Result;

/// A value that can be decoded from any protocol. Borrowed data lives for `'de`.
///
/// Types that own their data implement it for every `'de`. `thrift!` and `#[derive(ThriftStruct)]`
/// implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no Thrift type",
    label = "this cannot be decoded",
    note = "fields may be bool, i8, i16, i32, i64, f64, String, Bytes, Uuid, Vec, sets and maps of these, \
            and types made by `thrift!` or `#[derive(ThriftStruct)]`",
    note = "a type of another crate can be converted: `#[thrift(with = module)]`"
)]
pub trait Decode<'de>: ThriftType + Sized {
    /// Decodes a value.
    ///
    /// # Errors
    /// The bytes do not encode such a value, or it exceeds one of the [`Limits`](crate::Limits).
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self>;

    /// Decodes a value in place of this one and reuses the memory that it holds: of text, lists, and structs within them. For
    /// those who decode one message after the other.
    ///
    /// ```
    /// use thriftly::Decode;
    /// use thriftly::compact::{self, CompactReader};
    ///
    /// thriftly::thrift!(inline: "struct Point { 1: i32 x, 2: string label }");
    ///
    /// let messages = [Point { x: 1, label: "start".into() }, Point { x: 2, label: "end".into() }];
    /// let mut point = Point::default();
    /// for message in messages {
    ///     let bytes = compact::to_vec(&message)?;
    ///     point.decode_into(&mut CompactReader::new(&bytes, &thriftly::Limits::DEFAULT))?;
    ///     assert_eq!(point, message);
    /// }
    /// # Ok::<(), thriftly::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`decode`](Decode::decode). The value may have been changed in part.
    #[inline]
    fn decode_into<R: Reader<'de>>(&mut self, r: &mut R) -> Result<()> {
        self.decode_over(r, Kept)
    }

    /// The value to begin with if it is faster to decode in place, without moving large values.
    #[doc(hidden)]
    const BLANK: Option<fn() -> Self> = None;

    /// Decodes a value in place of this one, which is [`BLANK`](Decode::BLANK) in the mode [`Fresh`].
    #[doc(hidden)]
    #[inline(always)]
    fn decode_over<M: Mode, R: Reader<'de>>(&mut self, r: &mut R, mode: M) -> Result<()> {
        let _ = mode;
        *self = Self::decode(r)?;
        Ok(())
    }

    /// The bytes by whose order values are ordered, if they are text or bytes.
    #[doc(hidden)]
    #[inline(always)]
    fn key_bytes(&self) -> Option<&[u8]> {
        None
    }

    /// Decodes `count` consecutive values. The reader has checked the count against the remaining
    /// bytes.
    #[doc(hidden)]
    fn decode_all<R: Reader<'de>>(count: usize, r: &mut R) -> Result<Vec<Self>> {
        let mut values = Vec::with_capacity(r.room_for::<Self>(count)?);
        for index in 0..count {
            if let Err(error) = decode_next(&mut values, r) {
                return Err(error.in_element(index));
            }
        }
        Ok(values)
    }

    /// Decodes a `Vec` of values including its header.
    #[doc(hidden)]
    fn decode_vec<R: Reader<'de>>(r: &mut R) -> Result<Vec<Self>> {
        let count = r.list_begin(Self::TYPE)?;
        let values = Self::decode_all(count, r)?;
        r.list_end()?;
        Ok(values)
    }

    /// Decodes a `Vec` of values including its header in place of this one.
    #[doc(hidden)]
    fn decode_vec_over<R: Reader<'de>>(values: &mut Vec<Self>, r: &mut R) -> Result<()> {
        let count = r.list_begin(Self::TYPE)?;
        let room = r.room_for::<Self>(count)?;
        values.truncate(count);
        values.reserve_exact(room.saturating_sub(values.len()));
        let kept = values.len();
        for index in 0..count {
            let result = match index < kept {
                true => values[index].decode_into(r),
                false => decode_next(values, r),
            };
            if let Err(error) = result {
                return Err(error.in_element(index));
            }
        }
        r.list_end()
    }
}

/// Decodes a value behind the others.
#[inline(always)]
fn decode_next<'de, T: Decode<'de>, R: Reader<'de>>(values: &mut Vec<T>, r: &mut R) -> Result<()> {
    match T::BLANK {
        Some(blank) => {
            let index = values.len();
            values.push(blank());
            values[index].decode_over(r, Fresh)
        }
        None => {
            values.push(T::decode(r)?);
            Ok(())
        }
    }
}

/// How values are decoded in place. A type in place of a `bool`, so that nobody compiles what is not used.
#[doc(hidden)]
pub trait Mode: Copy {
    /// Whether there is nothing to reuse.
    const FRESH: bool;
}

/// The value is blank: fields that are absent stay as they are.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Fresh;

impl Mode for Fresh {
    const FRESH: bool = true;
}

/// The value may be any.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Kept;

impl Mode for Kept {
    const FRESH: bool = false;
}

/// Decodes a value in place of an optional one.
#[inline(always)]
pub(crate) fn decode_some<'de, T, M, R>(place: &mut Option<T>, r: &mut R, mode: M) -> Result<()>
where
    T: Decode<'de>,
    M: Mode,
    R: Reader<'de>,
{
    if !M::FRESH
        && let Some(value) = place
    {
        return value.decode_over(r, mode);
    }
    match T::BLANK {
        Some(blank) => place.insert(blank()).decode_over(r, Fresh),
        None => {
            *place = Some(T::decode(r)?);
            Ok(())
        }
    }
}
