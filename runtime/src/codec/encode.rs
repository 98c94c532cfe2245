//! Values that can be written.

use crate::codec::names::StructNames;
use crate::codec::writer::Writer;
use crate::ttype::TType;

/// A Rust type that stands for a Thrift type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no Thrift type",
    note = "fields may be bool, i8, i16, i32, i64, f64, String, Bytes, Uuid, Vec, sets and maps of these, \
            and types made by `thrift!` or `#[derive(ThriftStruct)]`",
    note = "a type of another crate can be converted: `#[thrift(with = module)]`"
)]
pub trait ThriftType {
    /// The type on the wire.
    const TYPE: TType;

    /// What its fields are called, if it is a struct.
    const NAMES: &'static StructNames = StructNames::NONE;

    /// What `Vec<Self>` is on the wire: a list, except for bytes.
    #[doc(hidden)]
    const VEC_TYPE: TType = TType::LIST;

    /// How many bytes of memory the default value takes beside its own place, about: a peer may
    /// have us make it at no cost.
    #[doc(hidden)]
    const ABSENT_HEAP: usize = 0;
}

/// A value that can be written in any protocol.
///
/// `thrift!` and `#[derive(ThriftStruct)]` implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no Thrift type",
    label = "this cannot be sent",
    note = "fields may be bool, i8, i16, i32, i64, f64, String, Bytes, Uuid, Vec, sets and maps of these, \
            and types made by `thrift!` or `#[derive(ThriftStruct)]`",
    note = "a type of another crate can be converted: `#[thrift(with = module)]`"
)]
pub trait Encode: ThriftType {
    /// Whether the value is written in a few pieces: numbers, text, blobs, and lists of numbers, but
    /// no list or map of anything else. Then a writer had better be made quickly than write quickly.
    #[doc(hidden)]
    const IS_FLAT: bool = false;

    /// Writes the value.
    fn encode<W: Writer>(&self, w: &mut W);

    /// Writes the value as the field with the id.
    #[inline]
    fn encode_field<W: Writer>(&self, id: i16, w: &mut W) {
        w.field(Self::TYPE, id);
        self.encode(w);
    }

    /// Writes the values one after the other, without any header.
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

    /// Writes a `Vec` of values with its header.
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
