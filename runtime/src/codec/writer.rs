//! What a protocol does to write values.

use bytes::Bytes;

use crate::codec::names::StructNames;
use crate::codec::raw::RawValue;
use crate::ttype::TType;

/// Writes fields of fixed width. See [`Writer::run`].
pub trait ScalarWriter {
    /// A field of the type `bool`.
    fn field_bool(&mut self, id: i16, value: bool);
    /// A field of the type `i8`.
    fn field_i8(&mut self, id: i16, value: i8);
    /// A field of the type `i16`.
    fn field_i16(&mut self, id: i16, value: i16);
    /// A field of the type `i32`.
    fn field_i32(&mut self, id: i16, value: i32);
    /// A field of the type `i64`.
    fn field_i64(&mut self, id: i16, value: i64);
    /// A field of the type `double`.
    fn field_double(&mut self, id: i16, value: f64);
    /// A field of the type `uuid`, as 16 bytes in text order.
    fn field_uuid(&mut self, id: i16, value: [u8; 16]);
    /// The end of the fields of a struct.
    fn stop(&mut self);
}

/// Writes values in one protocol.
///
/// Writing cannot fail at the place: what cannot be expressed (a string above 2 GiB, say) is
/// remembered, and reported when the writer is finished.
pub trait Writer: ScalarWriter {
    /// What [`run`](Writer::run) hands out.
    type Run<'a, const WIDTH: usize>: ScalarWriter;

    /// Writes consecutive fields of fixed width, and possibly the stop after them, in one piece.
    /// `WIDTH` is what they take in the binary protocol.
    fn run<const WIDTH: usize>(&mut self, fields: impl FnOnce(&mut Self::Run<'_, WIDTH>));

    /// The begin of a struct, whose fields have these names. What is returned is to be handed to
    /// [`struct_end`](Writer::struct_end).
    fn struct_begin(&mut self, names: &'static StructNames) -> i16;
    /// The end of a struct, after its [`stop`](ScalarWriter::stop).
    fn struct_end(&mut self, outer: i16);
    /// The header of a field; its value follows.
    fn field(&mut self, ty: TType, id: i16);
    /// The header of a list; `count` values and [`list_end`](Writer::list_end) follow.
    fn list_begin(&mut self, element: TType, count: usize);
    /// The end of a list.
    fn list_end(&mut self);
    /// The header of a set; `count` values and [`set_end`](Writer::set_end) follow.
    fn set_begin(&mut self, element: TType, count: usize);
    /// The end of a set.
    fn set_end(&mut self);
    /// The header of a map; `count` keys, each with its value, and [`map_end`](Writer::map_end) follow.
    fn map_begin(&mut self, key: TType, value: TType, count: usize);
    /// The end of a map.
    fn map_end(&mut self);

    /// A `bool` outside a field header.
    fn bool(&mut self, value: bool);
    /// An `i8`.
    fn i8(&mut self, value: i8);
    /// An `i16`.
    fn i16(&mut self, value: i16);
    /// An `i32`.
    fn i32(&mut self, value: i32);
    /// An `i64`.
    fn i64(&mut self, value: i64);
    /// A `double`.
    fn double(&mut self, value: f64);
    /// A `uuid`, as 16 bytes in text order.
    fn uuid(&mut self, value: [u8; 16]);
    /// A `string`.
    fn string(&mut self, value: &str);
    /// A `binary`.
    fn binary(&mut self, value: &[u8]);
    /// A `binary` that may be linked rather than copied.
    fn shared(&mut self, value: &Bytes) {
        self.binary(value);
    }

    /// A field of the type `string`.
    #[inline]
    fn field_string(&mut self, id: i16, value: &str) {
        self.field(TType::STRING, id);
        self.string(value);
    }

    /// Consecutive `i8` elements.
    fn i8s(&mut self, values: &[i8]) {
        values.iter().for_each(|&value| self.i8(value));
    }
    /// Consecutive `i16` elements.
    fn i16s(&mut self, values: &[i16]) {
        values.iter().for_each(|&value| self.i16(value));
    }
    /// Consecutive `i32` elements.
    fn i32s(&mut self, values: &[i32]) {
        values.iter().for_each(|&value| self.i32(value));
    }
    /// Consecutive `i64` elements.
    fn i64s(&mut self, values: &[i64]) {
        values.iter().for_each(|&value| self.i64(value));
    }
    /// Consecutive `double` elements.
    fn doubles(&mut self, values: &[f64]) {
        values.iter().for_each(|&value| self.double(value));
    }

    /// A value that was [captured](crate::codec::Reader::capture), in whatever protocol.
    fn raw(&mut self, value: &RawValue<'_>);
}
