//! Writer of `TCompactProtocol`.

use std::borrow::BorrowMut;

use byteorder::LittleEndian;
use bytes::Bytes;

use super::types::{FALSE, TRUE, number};
use super::varint::{word32, word64, zigzag32, zigzag64};
use super::varints::{write_i16s, write_i32s, write_i64s};
use crate::codec::{RawValue, ScalarWriter, StructNames, Writer};
use crate::error::{ErrorKind, Result};
use crate::protocol::buffer::Buffer;
use crate::protocol::bulk;
use crate::rpc::message::Protocol;
use crate::ttype::TType;

/// Writes values in `TCompactProtocol`, in one pass.
#[derive(Debug)]
pub struct CompactWriter<B = Vec<u8>> {
    out: Buffer<B>,
    /// The id of the last field of the struct that is being written.
    last: i16,
    /// A `bool` field whose header is pending, because it contains the value.
    waiting: Option<i16>,
}

impl<B: BorrowMut<Vec<u8>>> CompactWriter<B> {
    /// Appends to `bytes`: a `Vec<u8>`, or a `&mut Vec<u8>`.
    #[inline]
    pub fn new(bytes: B) -> CompactWriter<B> {
        CompactWriter { out: Buffer::new(bytes), last: 0, waiting: None }
    }

    /// Appends to `bytes`; blobs of 4 KiB and more are linked.
    pub(crate) fn linking(bytes: B) -> CompactWriter<B> {
        CompactWriter { out: Buffer::linking(bytes), last: 0, waiting: None }
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

    #[inline(always)]
    fn varint32(&mut self, value: u32) {
        let (word, length) = word32(value);
        self.out.put_first(word.to_le_bytes(), length);
    }

    #[inline(always)]
    fn varint64(&mut self, value: u64) {
        let (word, tail, length) = word64(value);
        self.out.put_first((u128::from(word) | u128::from(tail) << 64).to_le_bytes(), length);
    }

    /// Writes a length or count, which is usually small.
    #[inline(always)]
    fn size(&mut self, size: usize) {
        match size {
            ..0x80 => self.out.put([size as u8]),
            _ => self.large_size(size),
        }
    }

    #[inline(never)]
    fn large_size(&mut self, size: usize) {
        let size = self.out.size(size);
        self.varint32(size);
    }

    /// The number of a type that has values; fails for an unknown type.
    #[inline(always)]
    fn number(&mut self, ty: TType) -> u8 {
        let number = number(ty);
        if number == 0 {
            self.out.fail(ErrorKind::InvalidData, "unknown type");
        }
        number
    }

    /// The one-byte field header, if the id delta allows it.
    #[inline(always)]
    fn short_header(&mut self, number: u8, id: i16) -> Option<u8> {
        let delta = i32::from(id) - i32::from(self.last);
        self.last = id;
        match delta {
            1..=15 => Some((delta as u8) << 4 | number),
            _ => None,
        }
    }

    #[inline(always)]
    fn header(&mut self, number: u8, id: i16) {
        match self.short_header(number, id) {
            Some(header) => self.out.put([header]),
            None => self.long_header(number, id),
        }
    }

    #[cold]
    #[inline(never)]
    fn long_header(&mut self, number: u8, id: i16) {
        let (word, length) = word32(zigzag32(id.into()));
        self.out.put_first((word << 8 | u64::from(number)).to_le_bytes(), length + 1);
    }

    #[inline(always)]
    fn field_varint32(&mut self, number: u8, id: i16, value: u32) {
        match self.short_header(number, id) {
            Some(header) => {
                let (word, length) = word32(value);
                self.out.put_first((word << 8 | u64::from(header)).to_le_bytes(), length + 1);
            }
            None => {
                self.long_header(number, id);
                self.varint32(value);
            }
        }
    }
}

/// A field after the one with the id `last`: its header, the header's length, and the value bytes.
pub(crate) fn raw_field<'a>(
    id: i16,
    last: i16,
    value: &'a RawValue<'_>,
) -> ([u8; 8], usize, &'a [u8]) {
    let (number, rest) = match (value.ttype(), value.bytes()) {
        (TType::BOOL, &[value]) => (value, &[][..]),
        (ty, bytes) => (number(ty), bytes),
    };
    let (header, length) = match i32::from(id) - i32::from(last) {
        delta @ 1..=15 => (u64::from((delta as u8) << 4 | number), 1),
        _ => {
            let (word, length) = word32(zigzag32(id.into()));
            (word << 8 | u64::from(number), length + 1)
        }
    };
    (header.to_le_bytes(), length, rest)
}

impl<B: BorrowMut<Vec<u8>>> ScalarWriter for CompactWriter<B> {
    #[inline(always)]
    fn field_bool(&mut self, id: i16, value: bool) {
        self.header(if value { TRUE } else { FALSE }, id);
    }
    #[inline(always)]
    fn field_i8(&mut self, id: i16, value: i8) {
        self.header(number(TType::I8), id);
        self.i8(value);
    }
    #[inline(always)]
    fn field_i16(&mut self, id: i16, value: i16) {
        self.field_varint32(number(TType::I16), id, zigzag32(value.into()));
    }
    #[inline(always)]
    fn field_i32(&mut self, id: i16, value: i32) {
        self.field_varint32(number(TType::I32), id, zigzag32(value));
    }
    #[inline(always)]
    fn field_i64(&mut self, id: i16, value: i64) {
        self.header(number(TType::I64), id);
        self.i64(value);
    }
    #[inline(always)]
    fn field_double(&mut self, id: i16, value: f64) {
        self.header(number(TType::DOUBLE), id);
        self.double(value);
    }
    #[inline(always)]
    fn field_uuid(&mut self, id: i16, value: [u8; 16]) {
        self.header(number(TType::UUID), id);
        self.uuid(value);
    }
    #[inline(always)]
    fn stop(&mut self) {
        self.out.put([TType::STOP.0]);
    }
}

impl<B: BorrowMut<Vec<u8>>> Writer for CompactWriter<B> {
    type Run<'a, const WIDTH: usize> = CompactWriter<B>;

    #[inline(always)]
    fn run<const WIDTH: usize>(&mut self, fields: impl FnOnce(&mut CompactWriter<B>)) {
        fields(self);
    }

    #[inline(always)]
    fn struct_begin(&mut self, _names: &'static StructNames) -> i16 {
        std::mem::replace(&mut self.last, 0)
    }
    #[inline(always)]
    fn struct_end(&mut self, outer: i16) {
        self.last = outer;
    }

    #[inline(always)]
    fn field(&mut self, ty: TType, id: i16) {
        match ty {
            TType::BOOL => self.waiting = Some(id),
            _ => {
                let number = self.number(ty);
                self.header(number, id);
            }
        }
    }

    #[inline]
    fn list_begin(&mut self, element: TType, count: usize) {
        match count {
            // Empty containers may have been received without types.
            0 => self.out.put([number(element)]),
            1..=14 => {
                let number = self.number(element);
                self.out.put([(count as u8) << 4 | number]);
            }
            _ => {
                let number = self.number(element);
                self.out.put([0xf0 | number]);
                self.size(count);
            }
        }
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
        match count {
            0 => self.out.put([0]),
            _ => {
                let types = self.number(key) << 4 | self.number(value);
                self.size(count);
                self.out.put([types]);
            }
        }
    }
    #[inline(always)]
    fn map_end(&mut self) {}

    #[inline(always)]
    fn bool(&mut self, value: bool) {
        match self.waiting.take() {
            Some(id) => self.field_bool(id, value),
            None => self.out.put([if value { TRUE } else { FALSE }]),
        }
    }
    #[inline(always)]
    fn i8(&mut self, value: i8) {
        self.out.put([value as u8]);
    }
    #[inline(always)]
    fn i16(&mut self, value: i16) {
        self.varint32(zigzag32(value.into()));
    }
    #[inline(always)]
    fn i32(&mut self, value: i32) {
        self.varint32(zigzag32(value));
    }
    #[inline(always)]
    fn i64(&mut self, value: i64) {
        self.varint64(zigzag64(value));
    }
    #[inline(always)]
    fn double(&mut self, value: f64) {
        self.out.put(value.to_le_bytes());
    }
    #[inline(always)]
    fn uuid(&mut self, value: [u8; 16]) {
        self.out.put(value);
    }
    #[inline]
    fn string(&mut self, value: &str) {
        self.out.bytes().reserve(8 + value.len());
        self.size(value.len());
        self.out.bytes().extend_from_slice(value.as_bytes());
    }
    #[inline]
    fn binary(&mut self, value: &[u8]) {
        self.out.bytes().reserve(8 + value.len());
        self.size(value.len());
        self.out.bytes().extend_from_slice(value);
    }
    fn shared(&mut self, value: &Bytes) {
        if self.out.links(value) {
            self.size(value.len());
            self.out.link(value);
        } else {
            self.binary(value);
        }
    }

    #[inline]
    fn field_string(&mut self, id: i16, value: &str) {
        self.out.bytes().reserve(8 + value.len());
        self.header(number(TType::STRING), id);
        self.size(value.len());
        self.out.bytes().extend_from_slice(value.as_bytes());
    }

    fn i8s(&mut self, values: &[i8]) {
        self.out.bytes().extend(values.iter().map(|&value| value as u8));
    }
    fn i16s(&mut self, values: &[i16]) {
        write_i16s(values, self.out.bytes());
    }
    fn i32s(&mut self, values: &[i32]) {
        write_i32s(values, self.out.bytes());
    }
    fn i64s(&mut self, values: &[i64]) {
        write_i64s(values, self.out.bytes());
    }
    fn doubles(&mut self, values: &[f64]) {
        bulk::write_f64s::<LittleEndian>(values, self.out.bytes());
    }

    fn raw(&mut self, value: &RawValue<'_>) {
        match value.protocol() {
            // The value may belong into a field header.
            Protocol::Compact if value.ttype() == TType::BOOL => {
                self.bool(value.bytes() == [TRUE]);
            }
            Protocol::Compact => self.out.bytes().extend_from_slice(value.bytes()),
            _ => {
                if value.carry_over(self).is_err() {
                    self.out.fail_raw();
                }
            }
        }
    }
}
