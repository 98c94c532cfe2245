//! Values that can be read.

use crate::codec::encode::ThriftType;
use crate::codec::reader::Reader;
use crate::error::Result;

/// A value that can be read in any protocol, out of bytes that live for `'de`.
///
/// Types that own what they hold implement it for every `'de`.
/// `thrift!` and `#[derive(ThriftStruct)]` implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no Thrift type",
    label = "this cannot be read",
    note = "fields may be bool, i8, i16, i32, i64, f64, String, Bytes, Uuid, Vec, sets and maps of these, \
            and types made by `thrift!` or `#[derive(ThriftStruct)]`",
    note = "a type of another crate can be converted: `#[thrift(with = module)]`"
)]
pub trait Decode<'de>: ThriftType + Sized {
    /// Reads a value.
    ///
    /// # Errors
    /// The bytes are not such a value, or it breaks one of the [`Limits`](crate::Limits).
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self>;

    /// Reads `count` values that stand one after the other. The reader has checked the count
    /// against the bytes that remain.
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

    /// Reads a `Vec` of values with its header.
    #[doc(hidden)]
    fn decode_vec<R: Reader<'de>>(r: &mut R) -> Result<Vec<Self>> {
        let count = r.list_begin(Self::TYPE)?;
        let values = Self::decode_all(count, r)?;
        r.list_end()?;
        Ok(values)
    }
}
