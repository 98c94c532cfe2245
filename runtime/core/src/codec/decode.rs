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

    /// Decodes `count` consecutive values. The reader has checked the count against the remaining
    /// bytes.
    #[doc(hidden)]
    fn decode_all<R: Reader<'de>>(count: usize, r: &mut R) -> Result<Vec<Self>> {
        let mut values = Vec::with_capacity(r.room_for::<Self>(count)?);
        for index in 0..count {
            match Self::decode(r) {
                Ok(value) => values.push(value),
                Err(error) => return Err(error.in_element(index)),
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
}
