//! What a protocol does to read values.

use std::borrow::Cow;

use bytes::Bytes;

use crate::codec::names::StructNames;
use crate::codec::raw::RawValue;
use crate::error::Result;
use crate::ttype::TType;

/// The header of a field: [`TType::STOP`] is the end of the struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldHeader {
    /// The type of the value that follows.
    pub ty: TType,
    /// The id of the field.
    pub id: i16,
}

/// Reads values in one protocol, out of contiguous bytes that live for `'de`.
///
/// Every declared size is checked against the bytes that remain before anything is allocated.
pub trait Reader<'de> {
    /// The begin of a struct, whose fields have these names. What is returned is to be handed to
    /// [`struct_end`](Reader::struct_end).
    ///
    /// # Errors
    /// It is nested too deeply.
    fn struct_begin(&mut self, names: &'static StructNames) -> Result<i16>;
    /// The end of a struct, after its stop.
    fn struct_end(&mut self, outer: i16);
    /// The header of the next field.
    ///
    /// # Errors
    /// The bytes end, or are not a field header.
    fn field(&mut self) -> Result<FieldHeader>;
    /// Reads the header of the next field if it is exactly this; else reads nothing.
    #[inline(always)]
    fn field_is(&mut self, ty: TType, id: i16) -> bool {
        let _ = (ty, id);
        false
    }
    /// Whether the value of a field may be read as one of the type.
    #[inline(always)]
    fn fits(&self, field: FieldHeader, ty: TType) -> bool {
        field.ty == ty
    }
    /// How many bytes of the message or value have been read, where that is known.
    #[inline]
    fn offset(&self) -> Option<usize> {
        None
    }
    /// Passes over a value.
    ///
    /// # Errors
    /// The value is broken or nested too deeply, or there is no such type.
    fn skip(&mut self, ty: TType) -> Result<()>;
    /// Passes over a value, and returns it as it came.
    ///
    /// # Errors
    /// As [`skip`](Reader::skip).
    fn capture(&mut self, ty: TType) -> Result<RawValue<'de>>;

    /// The header of a list whose elements should be of the type: returns their number.
    ///
    /// # Errors
    /// The elements are of another type, or more than the bytes that remain can hold.
    fn list_begin(&mut self, element: TType) -> Result<usize>;
    /// The end of a list.
    ///
    /// # Errors
    /// The bytes are not the end of a list.
    fn list_end(&mut self) -> Result<()>;
    /// The header of a set, as [`list_begin`](Reader::list_begin).
    ///
    /// # Errors
    /// As [`list_begin`](Reader::list_begin).
    fn set_begin(&mut self, element: TType) -> Result<usize>;
    /// The end of a set.
    ///
    /// # Errors
    /// The bytes are not the end of a set.
    fn set_end(&mut self) -> Result<()>;
    /// The header of a map, as [`list_begin`](Reader::list_begin).
    ///
    /// # Errors
    /// As [`list_begin`](Reader::list_begin).
    fn map_begin(&mut self, key: TType, value: TType) -> Result<usize>;
    /// The end of a map.
    ///
    /// # Errors
    /// The bytes are not the end of a map.
    fn map_end(&mut self) -> Result<()>;

    /// The header of a list or set of any type.
    ///
    /// # Errors
    /// As [`list_begin`](Reader::list_begin).
    fn any_list_begin(&mut self) -> Result<(TType, usize)>;
    /// The header of a map of any types.
    ///
    /// # Errors
    /// As [`map_begin`](Reader::map_begin).
    fn any_map_begin(&mut self) -> Result<(TType, TType, usize)>;

    /// Goes so many levels of nesting deeper at once: for what takes much of the stack.
    ///
    /// # Errors
    /// [`Limits::depth`](crate::Limits::depth) is reached.
    #[doc(hidden)]
    fn deeper(&mut self, levels: u32) -> Result<()>;
    /// Comes up again.
    #[doc(hidden)]
    fn shallower(&mut self, levels: u32);

    /// How many of `count` values to make room for at once. Takes their size from the budget
    /// of [`Limits::memory`](crate::Limits::memory).
    ///
    /// # Errors
    /// The budget is used up.
    fn room_for<T>(&mut self, count: usize) -> Result<usize>;

    /// A `bool` outside a field header.
    ///
    /// # Errors
    /// The bytes end.
    fn bool(&mut self) -> Result<bool>;
    /// An `i8`.
    ///
    /// # Errors
    /// The bytes end.
    fn i8(&mut self) -> Result<i8>;
    /// An `i16`.
    ///
    /// # Errors
    /// The bytes end.
    fn i16(&mut self) -> Result<i16>;
    /// An `i32`.
    ///
    /// # Errors
    /// The bytes end.
    fn i32(&mut self) -> Result<i32>;
    /// An `i64`.
    ///
    /// # Errors
    /// The bytes end.
    fn i64(&mut self) -> Result<i64>;
    /// A `double`.
    ///
    /// # Errors
    /// The bytes end.
    fn double(&mut self) -> Result<f64>;
    /// A `uuid`, as 16 bytes in text order.
    ///
    /// # Errors
    /// The bytes end.
    fn uuid(&mut self) -> Result<[u8; 16]>;
    /// A `string`.
    ///
    /// # Errors
    /// The bytes end, or are not UTF-8.
    fn string(&mut self) -> Result<&'de str>;
    /// A `string` of which a copy is made, so that what is not UTF-8 can be replaced. Whether it is
    /// says [`Limits::lossy_utf8`](crate::Limits::lossy_utf8).
    ///
    /// # Errors
    /// The bytes end, or are not UTF-8.
    #[inline]
    fn text(&mut self) -> Result<Cow<'de, str>> {
        self.string().map(Cow::Borrowed)
    }
    /// A `binary`.
    ///
    /// # Errors
    /// The bytes end.
    fn binary(&mut self) -> Result<&'de [u8]>;
    /// A `string` or `binary`, if it is not known which. From JSON, where a `binary` is base64, it
    /// is what stands in the text.
    ///
    /// # Errors
    /// The bytes end.
    #[inline]
    fn string_or_binary(&mut self) -> Result<&'de [u8]> {
        self.binary()
    }
    /// A `binary` as a copy of its own.
    ///
    /// # Errors
    /// The bytes end, or are not what stands for a `binary`.
    #[inline]
    fn owned(&mut self) -> Result<Vec<u8>> {
        self.binary().map(<[u8]>::to_vec)
    }
    /// A `binary` that shares the message's memory if it is large.
    ///
    /// # Errors
    /// As [`owned`](Reader::owned).
    fn shared(&mut self) -> Result<Bytes>;

    /// The bytes of a text that was just read, sharing the message's memory if they can.
    fn share(&self, text: &'de str) -> Bytes {
        Bytes::copy_from_slice(text.as_bytes())
    }

    /// `count` consecutive `i8` elements.
    ///
    /// # Errors
    /// The bytes end.
    fn i8s(&mut self, count: usize) -> Result<Vec<i8>>;
    /// `count` consecutive `i16` elements.
    ///
    /// # Errors
    /// The bytes end.
    fn i16s(&mut self, count: usize) -> Result<Vec<i16>>;
    /// `count` consecutive `i32` elements.
    ///
    /// # Errors
    /// The bytes end.
    fn i32s(&mut self, count: usize) -> Result<Vec<i32>>;
    /// `count` consecutive `i64` elements.
    ///
    /// # Errors
    /// The bytes end.
    fn i64s(&mut self, count: usize) -> Result<Vec<i64>>;
    /// `count` consecutive `double` elements.
    ///
    /// # Errors
    /// The bytes end.
    fn doubles(&mut self, count: usize) -> Result<Vec<f64>>;
}
