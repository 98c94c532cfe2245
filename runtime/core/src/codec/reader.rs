//! The [`Reader`] trait: the decoding side of a protocol.

use std::borrow::Cow;

use bytes::Bytes;

#[cfg(feature = "dynamic")]
use crate::codec::names::LoadedNames;
use crate::codec::names::StructNames;
use crate::codec::raw::RawValue;
use crate::error::Result;
use crate::ttype::TType;
use crate::value::small_bytes::SmallBytes;

/// A field header; [`TType::STOP`] marks the end of the struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldHeader {
    /// The wire type of the value that follows.
    pub ty: TType,
    /// The id of the field.
    pub id: i16,
}

/// Reads values in one protocol from contiguous bytes that live for `'de`.
///
/// Every declared size is checked against the remaining bytes before anything is allocated.
pub trait Reader<'de> {
    /// Reads the start of a struct with these field names. The result must be passed to
    /// [`struct_end`](Reader::struct_end).
    ///
    /// # Errors
    /// The struct is nested more deeply than [`Limits::depth`](crate::Limits::depth) allows.
    fn struct_begin(&mut self, names: &'static StructNames) -> Result<i16>;
    /// As [`struct_begin`](Reader::struct_begin), of a struct that is known only at run time.
    ///
    /// # Errors
    /// As [`struct_begin`](Reader::struct_begin).
    #[cfg(feature = "dynamic")]
    #[doc(hidden)]
    #[inline(always)]
    fn loaded_struct_begin(&mut self, names: &std::sync::Arc<LoadedNames>) -> Result<i16> {
        let _ = names;
        self.struct_begin(StructNames::NONE)
    }
    /// Reads the end of a struct, after its stop field.
    fn struct_end(&mut self, outer: i16);
    /// Reads the header of the next field.
    ///
    /// # Errors
    /// The bytes end, or do not encode a field header.
    fn field(&mut self) -> Result<FieldHeader>;
    /// Reads the header of the next field if it equals `header`; otherwise reads nothing.
    #[inline(always)]
    fn field_is(&mut self, ty: TType, id: i16) -> bool {
        let _ = (ty, id);
        false
    }
    /// Whether a field value may be decoded as the given type.
    #[inline(always)]
    fn fits(&self, field: FieldHeader, ty: TType) -> bool {
        field.ty == ty
    }
    /// Bytes read of the message or value so far, if known.
    #[inline]
    fn offset(&self) -> Option<usize> {
        None
    }
    /// Skips a value.
    ///
    /// # Errors
    /// The value is malformed or nested too deeply, or the type is unknown.
    fn skip(&mut self, ty: TType) -> Result<()>;
    /// Skips a value and returns it undecoded.
    ///
    /// # Errors
    /// As [`skip`](Reader::skip).
    fn capture(&mut self, ty: TType) -> Result<RawValue<'de>>;

    /// Reads the header of a list with elements of the given type and returns the element count.
    ///
    /// # Errors
    /// The elements are of another type, or the remaining bytes cannot hold them.
    fn list_begin(&mut self, element: TType) -> Result<usize>;
    /// Reads the end of a list.
    ///
    /// # Errors
    /// The next bytes are not the end of a list.
    fn list_end(&mut self) -> Result<()>;
    /// Reads the header of a set, as [`list_begin`](Reader::list_begin).
    ///
    /// # Errors
    /// As [`list_begin`](Reader::list_begin).
    fn set_begin(&mut self, element: TType) -> Result<usize>;
    /// Reads the end of a set.
    ///
    /// # Errors
    /// The next bytes are not the end of a set.
    fn set_end(&mut self) -> Result<()>;
    /// Reads the header of a map, as [`list_begin`](Reader::list_begin).
    ///
    /// # Errors
    /// As [`list_begin`](Reader::list_begin).
    fn map_begin(&mut self, key: TType, value: TType) -> Result<usize>;
    /// Reads the end of a map.
    ///
    /// # Errors
    /// The next bytes are not the end of a map.
    fn map_end(&mut self) -> Result<()>;

    /// Reads the header of a list or set with elements of any type.
    ///
    /// # Errors
    /// As [`list_begin`](Reader::list_begin).
    fn any_list_begin(&mut self) -> Result<(TType, usize)>;
    /// Reads the header of a map with keys and values of any type.
    ///
    /// # Errors
    /// As [`map_begin`](Reader::map_begin).
    fn any_map_begin(&mut self) -> Result<(TType, TType, usize)>;

    /// Enters `levels` levels of nesting at once, for values with large stack frames.
    ///
    /// # Errors
    /// [`Limits::depth`](crate::Limits::depth) is reached.
    #[doc(hidden)]
    fn deeper(&mut self, levels: u32) -> Result<()>;
    /// Leaves these levels.
    #[doc(hidden)]
    fn shallower(&mut self, levels: u32);

    /// Returns the number of values, at most `count`, to reserve capacity for, and charges their
    /// size to the budget of [`Limits::memory`](crate::Limits::memory).
    ///
    /// # Errors
    /// The budget is exhausted.
    fn room_for<T>(&mut self, count: usize) -> Result<usize>;

    /// Reads a `bool` outside a field header.
    ///
    /// # Errors
    /// The bytes end.
    fn bool(&mut self) -> Result<bool>;
    /// Reads an `i8`.
    ///
    /// # Errors
    /// The bytes end.
    fn i8(&mut self) -> Result<i8>;
    /// Reads an `i16`.
    ///
    /// # Errors
    /// The bytes end.
    fn i16(&mut self) -> Result<i16>;
    /// Reads an `i32`.
    ///
    /// # Errors
    /// The bytes end.
    fn i32(&mut self) -> Result<i32>;
    /// Reads an `i64`.
    ///
    /// # Errors
    /// The bytes end.
    fn i64(&mut self) -> Result<i64>;
    /// Reads a `double`.
    ///
    /// # Errors
    /// The bytes end.
    fn double(&mut self) -> Result<f64>;
    /// Reads a `uuid`, as 16 bytes in text order.
    ///
    /// # Errors
    /// The bytes end.
    fn uuid(&mut self) -> Result<[u8; 16]>;
    /// Reads a `string`.
    ///
    /// # Errors
    /// The bytes end, or are not UTF-8.
    fn string(&mut self) -> Result<&'de str>;
    /// Reads a `string` as a copy, in which invalid UTF-8 is replaced if
    /// [`Limits::lossy_utf8`](crate::Limits::lossy_utf8) is set.
    ///
    /// # Errors
    /// The bytes end, or are not UTF-8.
    #[inline]
    fn text(&mut self) -> Result<Cow<'de, str>> {
        self.string().map(Cow::Borrowed)
    }
    /// Reads a `binary`.
    ///
    /// # Errors
    /// The bytes end.
    fn binary(&mut self) -> Result<&'de [u8]>;
    /// Reads a `string` or `binary` when the type is not known. From JSON, where a `binary` is
    /// base64, the result is the undecoded text.
    ///
    /// # Errors
    /// The bytes end.
    #[inline]
    fn string_or_binary(&mut self) -> Result<&'de [u8]> {
        self.binary()
    }
    /// Reads a `binary` as a copy.
    ///
    /// # Errors
    /// The bytes end, or do not encode a `binary`.
    #[inline]
    fn owned(&mut self) -> Result<Vec<u8>> {
        self.binary().map(<[u8]>::to_vec)
    }
    /// Reads a `binary` that shares the message's memory if it is large (4 KiB and more). Small ones near to one
    /// another may share a copy of a part of the message, of 1 KiB at most.
    ///
    /// # Errors
    /// As [`owned`](Reader::owned).
    fn shared(&mut self) -> Result<Bytes>;

    /// Reads a `binary` that is stored inline if it is short, and as by [`shared`](Reader::shared) otherwise.
    ///
    /// # Errors
    /// As [`owned`](Reader::owned).
    #[inline]
    fn small(&mut self) -> Result<SmallBytes> {
        self.shared().map(SmallBytes::from)
    }

    /// The bytes of the text that was just read, sharing the message's memory if possible.
    fn share(&self, text: &'de str) -> Bytes {
        Bytes::copy_from_slice(text.as_bytes())
    }

    /// Reads `count` consecutive `i8` elements.
    ///
    /// # Errors
    /// The bytes end.
    fn i8s(&mut self, count: usize) -> Result<Vec<i8>>;
    /// Reads `count` consecutive `i16` elements.
    ///
    /// # Errors
    /// The bytes end.
    fn i16s(&mut self, count: usize) -> Result<Vec<i16>>;
    /// Reads `count` consecutive `i32` elements.
    ///
    /// # Errors
    /// The bytes end.
    fn i32s(&mut self, count: usize) -> Result<Vec<i32>>;
    /// Reads `count` consecutive `i64` elements.
    ///
    /// # Errors
    /// The bytes end.
    fn i64s(&mut self, count: usize) -> Result<Vec<i64>>;
    /// Reads `count` consecutive `double` elements.
    ///
    /// # Errors
    /// The bytes end.
    fn doubles(&mut self, count: usize) -> Result<Vec<f64>>;
}
