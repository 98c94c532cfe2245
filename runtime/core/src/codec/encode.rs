//! The [`Encode`] trait and the wire type of a value.

use crate::codec::names::StructNames;
use crate::codec::writer::Writer;
use crate::ttype::TType;

/// A Rust type with a Thrift wire type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no Thrift type",
    note = "fields may be bool, i8, i16, i32, i64, f64, String, Bytes, Uuid, Vec, sets and maps of these, \
            and types made by `thrift!` or `#[derive(ThriftStruct)]`",
    note = "a type of another crate can be converted: `#[thrift(with = module)]`"
)]
pub trait ThriftType {
    /// The wire type.
    const TYPE: TType;

    /// Field names, if it is a struct.
    const NAMES: &'static StructNames = StructNames::NONE;

    /// Wire type of `Vec<Self>`: a list, except for bytes.
    #[doc(hidden)]
    const VEC_TYPE: TType = TType::LIST;

    /// Approximate heap size of the default value, in bytes, counted against
    /// [`Limits::memory`](crate::Limits::memory): a peer can trigger a default at no cost to
    /// itself.
    #[doc(hidden)]
    const ABSENT_HEAP: usize = 0;
}

/// A value that can be encoded in any protocol.
///
/// `thrift!` and `#[derive(ThriftStruct)]` implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no Thrift type",
    label = "this cannot be encoded",
    note = "fields may be bool, i8, i16, i32, i64, f64, String, Bytes, Uuid, Vec, sets and maps of these, \
            and types made by `thrift!` or `#[derive(ThriftStruct)]`",
    note = "a type of another crate can be converted: `#[thrift(with = module)]`"
)]
pub trait Encode: ThriftType {
    /// Whether the value takes few writes: numbers, text, blobs and lists of numbers, but no list
    /// or map of other values. For these, a cheap set-up of the writer matters more than its
    /// throughput.
    #[doc(hidden)]
    const IS_FLAT: bool = false;

    /// Encodes the value.
    fn encode<W: Writer>(&self, w: &mut W);

    /// Encodes the value as the field with the id `id`.
    #[inline]
    fn encode_field<W: Writer>(&self, id: i16, w: &mut W) {
        w.field(Self::TYPE, id);
        self.encode(w);
    }

    /// Encodes the values consecutively, without a header.
    #[doc(hidden)]
    #[inline]
    fn encode_all<W: Writer>(values: &[Self], w: &mut W)
    where
        Self: Sized,
    {
        for value in values {
            value.encode(w);
        }
    }

    /// Encodes a `Vec` of values including its header.
    #[doc(hidden)]
    #[inline]
    fn encode_vec<W: Writer>(values: &[Self], w: &mut W)
    where
        Self: Sized,
    {
        w.list_begin(Self::TYPE, values.len());
        Self::encode_all(values, w);
        w.list_end();
    }
}
