//! The [`Writer`] trait: the encoding side of a protocol.

use bytes::Bytes;

#[cfg(feature = "dynamic")]
use crate::codec::names::LoadedNames;
use crate::codec::names::StructNames;
use crate::codec::raw::RawValue;
use crate::ttype::TType;

/// Writes fields of fixed width. See [`Writer::run`].
pub trait ScalarWriter {
    /// Writes a field of the type `bool`.
    fn field_bool(&mut self, id: i16, value: bool);
    /// Writes a field of the type `i8`.
    fn field_i8(&mut self, id: i16, value: i8);
    /// Writes a field of the type `i16`.
    fn field_i16(&mut self, id: i16, value: i16);
    /// Writes a field of the type `i32`.
    fn field_i32(&mut self, id: i16, value: i32);
    /// Writes a field of the type `i64`.
    fn field_i64(&mut self, id: i16, value: i64);
    /// Writes a field of the type `double`.
    fn field_double(&mut self, id: i16, value: f64);
    /// Writes a field of the type `uuid`, as 16 bytes in text order.
    fn field_uuid(&mut self, id: i16, value: [u8; 16]);
    /// Writes the stop field of a struct.
    fn stop(&mut self);
}

/// Writes values in one protocol.
///
/// Its methods cannot fail: the first value that cannot be encoded (a string above 2 GiB, for
/// example) is recorded and reported when the writer is finished.
pub trait Writer: ScalarWriter {
    /// The writer of fixed-width fields that [`run`](Writer::run) passes on.
    type Run<'a, const WIDTH: usize>: ScalarWriter;

    /// Writes consecutive fields of fixed width, optionally with the stop field, into one reserved
    /// region. `WIDTH` is their size in the binary protocol, in bytes.
    fn run<const WIDTH: usize>(&mut self, fields: impl FnOnce(&mut Self::Run<'_, WIDTH>));

    /// Writes the start of a struct with these field names. The result must be passed to
    /// [`struct_end`](Writer::struct_end).
    fn struct_begin(&mut self, names: &'static StructNames) -> i16;
    /// As [`struct_begin`](Writer::struct_begin), of a struct that is known only at run time.
    #[cfg(feature = "dynamic")]
    #[doc(hidden)]
    #[inline(always)]
    fn loaded_struct_begin(&mut self, names: &std::sync::Arc<LoadedNames>) -> i16 {
        let _ = names;
        self.struct_begin(StructNames::NONE)
    }
    /// Writes the end of a struct, after its [`stop`](ScalarWriter::stop).
    fn struct_end(&mut self, outer: i16);
    /// Writes a field header; the value must follow.
    fn field(&mut self, ty: TType, id: i16);
    /// Writes a list header; `count` values and [`list_end`](Writer::list_end) must follow.
    fn list_begin(&mut self, element: TType, count: usize);
    /// Writes the end of a list.
    fn list_end(&mut self);
    /// Writes a set header; `count` values and [`set_end`](Writer::set_end) must follow.
    fn set_begin(&mut self, element: TType, count: usize);
    /// Writes the end of a set.
    fn set_end(&mut self);
    /// Writes a map header; `count` keys, each followed by its value, and
    /// [`map_end`](Writer::map_end) must follow.
    fn map_begin(&mut self, key: TType, value: TType, count: usize);
    /// Writes the end of a map.
    fn map_end(&mut self);

    /// Writes a `bool` outside a field header.
    fn bool(&mut self, value: bool);
    /// Writes an `i8`.
    fn i8(&mut self, value: i8);
    /// Writes an `i16`.
    fn i16(&mut self, value: i16);
    /// Writes an `i32`.
    fn i32(&mut self, value: i32);
    /// Writes an `i64`.
    fn i64(&mut self, value: i64);
    /// Writes a `double`.
    fn double(&mut self, value: f64);
    /// Writes a `uuid`, as 16 bytes in text order.
    fn uuid(&mut self, value: [u8; 16]);
    /// Writes a `string`.
    fn string(&mut self, value: &str);
    /// Writes a `binary`.
    fn binary(&mut self, value: &[u8]);
    /// Writes a `binary` that may be linked instead of copied.
    fn shared(&mut self, value: &Bytes) {
        self.binary(value);
    }

    /// Writes a field of the type `string`.
    #[inline]
    fn field_string(&mut self, id: i16, value: &str) {
        self.field(TType::STRING, id);
        self.string(value);
    }

    /// Writes consecutive `i8` elements.
    fn i8s(&mut self, values: &[i8]) {
        values.iter().for_each(|&value| self.i8(value));
    }
    /// Writes consecutive `i16` elements.
    fn i16s(&mut self, values: &[i16]) {
        values.iter().for_each(|&value| self.i16(value));
    }
    /// Writes consecutive `i32` elements.
    fn i32s(&mut self, values: &[i32]) {
        values.iter().for_each(|&value| self.i32(value));
    }
    /// Writes consecutive `i64` elements.
    fn i64s(&mut self, values: &[i64]) {
        values.iter().for_each(|&value| self.i64(value));
    }
    /// Writes consecutive `double` elements.
    fn doubles(&mut self, values: &[f64]) {
        values.iter().for_each(|&value| self.double(value));
    }

    /// Writes a [captured](crate::codec::Reader::capture) value of any protocol.
    fn raw(&mut self, value: &RawValue<'_>);
    /// Whether [`raw`](Writer::raw) writes what the type of the value would write. JSON does not tell base64 from text, and the
    /// other protocols do not tell `binary` from `string`, nor the names of fields.
    #[doc(hidden)]
    #[inline]
    fn is_exact(&self, value: &RawValue<'_>) -> bool {
        !value.is_json()
    }
}
