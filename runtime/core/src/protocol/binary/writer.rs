//! Writer of `TBinaryProtocol`.

use std::borrow::BorrowMut;

use byteorder::BigEndian;
use bytes::Bytes;

use crate::codec::{RawValue, ScalarWriter, StructNames, Writer};
use crate::error::Result;
use crate::protocol::buffer::Buffer;
use crate::protocol::bulk;
use crate::rpc::message::Protocol;
use crate::ttype::TType;

/// Writes values in `TBinaryProtocol`, in one pass.
#[derive(Debug)]
pub struct BinaryWriter<B = Vec<u8>> {
    out: Buffer<B>,
}

impl<B: BorrowMut<Vec<u8>>> BinaryWriter<B> {
    /// Appends to `bytes`: a `Vec<u8>`, or a `&mut Vec<u8>`.
    #[inline]
    pub fn new(bytes: B) -> BinaryWriter<B> {
        BinaryWriter { out: Buffer::new(bytes) }
    }

    /// Appends to `bytes`; blobs of 4 KiB and more are linked.
    pub(crate) fn linking(bytes: B) -> BinaryWriter<B> {
        BinaryWriter { out: Buffer::linking(bytes) }
    }

    /// Records the offsets of `binary` values.
    #[cfg(feature = "json")]
    pub(crate) fn marking(bytes: B) -> BinaryWriter<B> {
        BinaryWriter { out: Buffer::marking(bytes) }
    }

    /// Returns the bytes and the first error: a string or container with more than 2³¹ - 1 bytes or
    /// elements. After an error the bytes are not a valid value.
    #[inline]
    pub fn finish(self) -> (B, Result<()>) {
        self.out.finish()
    }

    /// Returns the bytes and the linked blobs, each inserted before the byte at its offset.
    pub(crate) fn finish_linked(self) -> Result<(B, Vec<(usize, Bytes)>)> {
        self.out.finish_linked()
    }

    /// Returns the bytes and the offsets of `binary` values.
    #[cfg(feature = "json")]
    pub(crate) fn finish_marked(self) -> Result<(B, Vec<usize>)> {
        self.out.finish_marked()
    }

    #[inline(always)]
    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.out.put(bytes);
    }

    #[inline(always)]
    fn size(&mut self, size: usize) -> [u8; 4] {
        self.out.size(size).to_be_bytes()
    }
}

#[inline(always)]
fn header(ty: TType, id: i16) -> [u8; 3] {
    let [high, low] = id.to_be_bytes();
    [ty.0, high, low]
}

/// Header and value of a field as one array.
macro_rules! field {
    ($ty:ident, $id:expr, $value:expr, $($byte:ident)+) => {{
        let [high, low] = i16::to_be_bytes($id);
        let [$($byte),+] = $value;
        [TType::$ty.0, high, low, $($byte),+]
    }};
}

macro_rules! scalar_fields {
    () => {
        #[inline(always)]
        fn field_bool(&mut self, id: i16, value: bool) {
            self.put(field!(BOOL, id, [u8::from(value)], a));
        }
        #[inline(always)]
        fn field_i8(&mut self, id: i16, value: i8) {
            self.put(field!(I8, id, value.to_be_bytes(), a));
        }
        #[inline(always)]
        fn field_i16(&mut self, id: i16, value: i16) {
            self.put(field!(I16, id, value.to_be_bytes(), a b));
        }
        #[inline(always)]
        fn field_i32(&mut self, id: i16, value: i32) {
            self.put(field!(I32, id, value.to_be_bytes(), a b c d));
        }
        #[inline(always)]
        fn field_i64(&mut self, id: i16, value: i64) {
            self.put(field!(I64, id, value.to_be_bytes(), a b c d e f g h));
        }
        #[inline(always)]
        fn field_double(&mut self, id: i16, value: f64) {
            self.put(field!(DOUBLE, id, value.to_be_bytes(), a b c d e f g h));
        }
        #[inline(always)]
        fn field_uuid(&mut self, id: i16, value: [u8; 16]) {
            self.put(field!(UUID, id, value, a b c d e f g h i j k l m n o p));
        }
        #[inline(always)]
        fn stop(&mut self) {
            self.put([TType::STOP.0]);
        }
    };
}

/// Writes fields of fixed width into a region reserved for all of them. See [`Writer::run`].
#[derive(Debug)]
pub struct BinaryRun<'a, const WIDTH: usize> {
    bytes: &'a mut [u8; WIDTH],
    at: usize,
}

impl<const WIDTH: usize> BinaryRun<'_, WIDTH> {
    #[inline(always)]
    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.bytes[self.at..self.at + N].copy_from_slice(&bytes);
        self.at += N;
    }
}

impl<const WIDTH: usize> ScalarWriter for BinaryRun<'_, WIDTH> {
    scalar_fields!();
}

impl<B: BorrowMut<Vec<u8>>> ScalarWriter for BinaryWriter<B> {
    scalar_fields!();
}

impl<B: BorrowMut<Vec<u8>>> Writer for BinaryWriter<B> {
    type Run<'a, const WIDTH: usize> = BinaryRun<'a, WIDTH>;

    #[inline(always)]
    fn run<const WIDTH: usize>(&mut self, fields: impl FnOnce(&mut BinaryRun<'_, WIDTH>)) {
        // Writing in place into cleared space is faster than copying from the stack, because the
        // copy would stall on the small writes.
        self.out.bytes().extend_from_slice(&[0; WIDTH]);
        if let Some(bytes) = self.out.bytes().last_chunk_mut() {
            let mut run = BinaryRun { bytes, at: 0 };
            fields(&mut run);
            debug_assert_eq!(run.at, WIDTH);
        }
    }

    #[inline(always)]
    fn struct_begin(&mut self, _names: &'static StructNames) -> i16 {
        0
    }
    #[inline(always)]
    fn struct_end(&mut self, _outer: i16) {}

    #[inline(always)]
    fn field(&mut self, ty: TType, id: i16) {
        self.put(header(ty, id));
    }

    #[inline]
    fn list_begin(&mut self, element: TType, count: usize) {
        let [a, b, c, d] = self.size(count);
        self.put([element.0, a, b, c, d]);
    }
    #[inline(always)]
    fn list_end(&mut self) {}
    #[inline]
    fn set_begin(&mut self, element: TType, count: usize) {
        self.list_begin(element, count);
    }
    #[inline(always)]
    fn set_end(&mut self) {}
    #[inline]
    fn map_begin(&mut self, key: TType, value: TType, count: usize) {
        let [a, b, c, d] = self.size(count);
        self.put([key.0, value.0, a, b, c, d]);
    }
    #[inline(always)]
    fn map_end(&mut self) {}

    #[inline(always)]
    fn bool(&mut self, value: bool) {
        self.put([u8::from(value)]);
    }
    #[inline(always)]
    fn i8(&mut self, value: i8) {
        self.put(value.to_be_bytes());
    }
    #[inline(always)]
    fn i16(&mut self, value: i16) {
        self.put(value.to_be_bytes());
    }
    #[inline(always)]
    fn i32(&mut self, value: i32) {
        self.put(value.to_be_bytes());
    }
    #[inline(always)]
    fn i64(&mut self, value: i64) {
        self.put(value.to_be_bytes());
    }
    #[inline(always)]
    fn double(&mut self, value: f64) {
        self.put(value.to_be_bytes());
    }
    #[inline(always)]
    fn uuid(&mut self, value: [u8; 16]) {
        self.put(value);
    }
    #[inline]
    fn string(&mut self, value: &str) {
        let size = self.size(value.len());
        self.out.bytes().reserve(4 + value.len());
        self.put(size);
        self.out.bytes().extend_from_slice(value.as_bytes());
    }
    #[inline]
    fn binary(&mut self, value: &[u8]) {
        self.out.mark();
        let size = self.size(value.len());
        self.out.bytes().reserve(4 + value.len());
        self.put(size);
        self.out.bytes().extend_from_slice(value);
    }

    #[inline]
    fn field_string(&mut self, id: i16, value: &str) {
        let size = self.size(value.len());
        self.out.bytes().reserve(7 + value.len());
        self.put(field!(STRING, id, size, a b c d));
        self.out.bytes().extend_from_slice(value.as_bytes());
    }

    fn shared(&mut self, value: &Bytes) {
        if self.out.links(value) {
            let size = self.size(value.len());
            self.put(size);
            self.out.link(value);
        } else {
            self.binary(value);
        }
    }

    fn i8s(&mut self, values: &[i8]) {
        self.out.bytes().extend(values.iter().map(|&value| value as u8));
    }
    fn i16s(&mut self, values: &[i16]) {
        bulk::write_i16s::<BigEndian>(values, self.out.bytes());
    }
    fn i32s(&mut self, values: &[i32]) {
        bulk::write_i32s::<BigEndian>(values, self.out.bytes());
    }
    fn i64s(&mut self, values: &[i64]) {
        bulk::write_i64s::<BigEndian>(values, self.out.bytes());
    }
    fn doubles(&mut self, values: &[f64]) {
        bulk::write_f64s::<BigEndian>(values, self.out.bytes());
    }

    fn raw(&mut self, value: &RawValue<'_>) {
        match value.protocol() {
            Protocol::Binary => self.out.bytes().extend_from_slice(value.bytes()),
            _ => {
                // Transcoded, because this writer may have to record which values are `binary`, and
                // the raw bytes do not tell.
                let mut writer = BinaryWriter::new(self.out.bytes());
                let carried = value.carry_over(&mut writer);
                if carried.and(writer.finish().1).is_err() {
                    self.out.fail_raw();
                }
            }
        }
    }

    #[inline]
    fn is_exact(&self, value: &RawValue<'_>) -> bool {
        self.out.is_for_json() == value.is_json()
    }
}
