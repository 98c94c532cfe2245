//! Reader of `TCompactProtocol`.

use std::borrow::Cow;

use byteorder::LittleEndian;
use bytes::Bytes;

use super::pass;
use super::types::{FALSE, TRUE, fixed_width, min_width, number, ttype};
use super::varint::{Broken, Varint, unzigzag32, unzigzag64};
use super::varints::{ReadAll, read_i16s, read_i32s, read_i64s};
use crate::codec::{Content, FieldHeader, RawValue, Reader, StructNames};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::bulk;
use crate::protocol::cursor::{Blobs, Cursor};
use crate::protocol::skip::{Skip, no_such_type, skip};
use crate::rpc::message::Protocol;
use crate::ttype::TType;
use crate::value::small_bytes::SmallBytes;

/// Reads values in `TCompactProtocol`.
///
/// Deviations of old writers are accepted: element type `bool` declared as 2, and 0 for `false` in
/// containers. In containers, 1 is `true` and every other byte is `false`.
///
/// As with [`BinaryReader`](crate::binary::BinaryReader), several consecutive values can be read.
#[derive(Debug)]
pub struct CompactReader<'de> {
    pub(super) cursor: Cursor<'de>,
    /// The id of the last field of the struct that is being read.
    last: i16,
    /// The value of a `bool` field, taken from its header.
    waiting: Option<bool>,
}

impl<'de> CompactReader<'de> {
    /// Reads from a slice.
    pub fn new(bytes: &'de [u8], limits: &Limits) -> CompactReader<'de> {
        CompactReader::over(Cursor::new(bytes, Blobs::Copied, limits))
    }

    /// Reads from shared bytes; large blobs share their memory.
    pub fn shared(bytes: &'de Bytes, limits: &Limits) -> CompactReader<'de> {
        CompactReader::over(Cursor::new(bytes, Blobs::Shared(bytes), limits))
    }

    fn over(cursor: Cursor<'de>) -> CompactReader<'de> {
        CompactReader { cursor, last: 0, waiting: None }
    }

    /// The unread bytes.
    pub fn rest(&self) -> &'de [u8] {
        self.cursor.rest
    }

    /// Checks that all bytes have been read.
    ///
    /// # Errors
    /// There are unread bytes.
    pub fn finish(&self) -> Result<()> {
        self.cursor.finish()
    }

    #[inline(always)]
    fn byte(&mut self) -> Result<u8> {
        self.cursor.array::<1>().map(|[byte]| byte)
    }

    /// Reads a varint that is usually one byte.
    #[inline(always)]
    fn varint<V: Varint + From<u8>>(&mut self) -> Result<V> {
        match *self.cursor.rest {
            [byte @ ..0x80, ref rest @ ..] => {
                self.cursor.rest = rest;
                Ok(V::from(byte))
            }
            _ => self.long_varint(),
        }
    }

    #[inline]
    fn long_varint<V: Varint>(&mut self) -> Result<V> {
        match V::read(self.cursor.rest) {
            Ok((value, length)) => {
                self.cursor.rest = &self.cursor.rest[length..];
                Ok(value)
            }
            Err(broken) => Err(self.broken(broken)),
        }
    }

    #[cold]
    #[inline(never)]
    fn broken(&self, broken: Broken) -> Error {
        self.cursor.error(broken.kind(), broken.message())
    }

    /// Reads `count` consecutive numbers.
    fn varints<T>(&mut self, count: usize, read: ReadAll<T>) -> Result<Vec<T>> {
        let mut values = Vec::with_capacity(count);
        match read(self.cursor.rest, count, &mut values) {
            Ok(length) => {
                self.cursor.rest = &self.cursor.rest[length..];
                Ok(values)
            }
            Err((at, broken)) => {
                self.cursor.rest = &self.cursor.rest[at..];
                Err(self.broken(broken))
            }
        }
    }

    #[inline(always)]
    fn size(&mut self) -> Result<usize> {
        let size: u32 = self.varint()?;
        self.cursor.size(size as i32)
    }

    /// Reads length-prefixed bytes.
    #[inline(always)]
    fn sized(&mut self) -> Result<&'de [u8]> {
        let size = self.size()?;
        self.cursor.slice(size)
    }

    /// Reads the element count of a list and its type byte.
    #[inline(always)]
    fn list_header(&mut self) -> Result<(u8, usize)> {
        let header = self.byte()?;
        let count = match header >> 4 {
            15 => self.size()?,
            count => usize::from(count),
        };
        Ok((header, count))
    }

    /// Reads the entry count of a map and its type byte, which an empty map does not have.
    #[inline(always)]
    fn map_header(&mut self) -> Result<(u8, usize)> {
        Ok(match self.size()? {
            0 => (0, 0),
            // The type byte must be there as well.
            count => (self.cursor.count(count, 2).and_then(|_| self.byte())?, count),
        })
    }

    /// Reads a field header that is not a single byte, or reports an invalid one.
    #[cold]
    #[inline(never)]
    fn odd_field(&mut self, header: u8) -> Result<FieldHeader> {
        let delta = i16::from(header >> 4);
        let id = match delta {
            0 => self.i16()?,
            delta => match self.last.checked_add(delta) {
                Some(id) => id,
                None => {
                    let message = format!("field id {} + {delta} is too large", self.last);
                    return Err(self.cursor.error(ErrorKind::InvalidData, message));
                }
            },
        };
        let ty = ttype(header);
        if ty == TType::STOP {
            let message = format!("a field of unknown type {}", header & 0x0f);
            return Err(self.cursor.error(ErrorKind::InvalidData, message));
        }
        self.last = id;
        if ty == TType::BOOL {
            self.waiting = Some(header & 0x0f == TRUE);
        }
        Ok(FieldHeader { ty, id })
    }
}

impl<'de> Reader<'de> for CompactReader<'de> {
    #[inline(always)]
    fn struct_begin(&mut self, _names: &'static StructNames) -> Result<i16> {
        self.cursor.deeper(1)?;
        Ok(std::mem::replace(&mut self.last, 0))
    }
    #[inline(always)]
    fn struct_end(&mut self, outer: i16) {
        self.cursor.shallower(1);
        self.last = outer;
    }

    #[inline(always)]
    fn field(&mut self) -> Result<FieldHeader> {
        let header = self.byte()?;
        if header == 0 {
            return Ok(FieldHeader { ty: TType::STOP, id: 0 });
        }
        let ty = ttype(header);
        match self.last.checked_add(i16::from(header >> 4)) {
            Some(id) if header > 0x0f && ty != TType::STOP => {
                self.last = id;
                if ty == TType::BOOL {
                    self.waiting = Some(header & 0x0f == TRUE);
                }
                Ok(FieldHeader { ty, id })
            }
            _ => self.odd_field(header),
        }
    }

    #[inline(always)]
    fn field_is(&mut self, ty: TType, id: i16) -> bool {
        let [header, ref rest @ ..] = *self.cursor.rest else { return false };
        // The one-byte header; above 0xff if there is none.
        let short = (i32::from(id) - i32::from(self.last)) * 16;
        let is = |number: u8| header > 0x0f && i32::from(header) == short + i32::from(number);
        let found = match ty {
            TType::BOOL => {
                let value = is(TRUE);
                let found = value || is(FALSE);
                if found {
                    self.waiting = Some(value);
                }
                found
            }
            ty => is(number(ty)),
        };
        if found {
            self.last = id;
            self.cursor.rest = rest;
        }
        found
    }

    #[inline]
    fn offset(&self) -> Option<usize> {
        Some(self.cursor.offset())
    }

    #[inline(never)]
    fn skip(&mut self, ty: TType) -> Result<()> {
        if let TType::STRUCT | TType::LIST | TType::SET | TType::MAP = ty
            && let Some(rest) = pass::value(self.cursor.rest, number(ty), self.cursor.depth())
        {
            self.cursor.rest = rest;
            return Ok(());
        }
        skip(self, ty)
    }

    fn capture(&mut self, ty: TType) -> Result<RawValue<'de>> {
        // A value in the header has no bytes of its own.
        let content = match self.waiting.take() {
            Some(true) => Content::from(&[TRUE][..]),
            Some(false) => Content::from(&[FALSE][..]),
            None => {
                let start = self.cursor.rest;
                self.skip(ty)?;
                self.cursor.content(&start[..start.len() - self.cursor.rest.len()])
            }
        };
        Ok(RawValue::new(ty, Protocol::Compact, content))
    }

    #[inline]
    fn list_begin(&mut self, element: TType) -> Result<usize> {
        let (header, count) = self.list_header()?;
        let found = ttype(header);
        // Checked before the size, which depends on the element type.
        if found != element && count != 0 {
            return Err(self.cursor.mismatch(element, found));
        }
        let count = self.cursor.count(count, min_width(element))?;
        self.cursor.deeper(1)?;
        Ok(count)
    }
    #[inline(always)]
    fn list_end(&mut self) -> Result<()> {
        self.cursor.shallower(1);
        Ok(())
    }
    #[inline]
    fn set_begin(&mut self, element: TType) -> Result<usize> {
        self.list_begin(element)
    }
    #[inline(always)]
    fn set_end(&mut self) -> Result<()> {
        self.list_end()
    }
    #[inline]
    fn map_begin(&mut self, key: TType, value: TType) -> Result<usize> {
        let (types, count) = self.map_header()?;
        if count != 0 {
            let (found_key, found_value) = (ttype(types >> 4), ttype(types));
            if found_key != key {
                return Err(self.cursor.mismatch(key, found_key));
            }
            if found_value != value {
                return Err(self.cursor.mismatch(value, found_value));
            }
        }
        let count = self.cursor.count(count, min_width(key) + min_width(value))?;
        self.cursor.deeper(1)?;
        Ok(count)
    }
    #[inline(always)]
    fn map_end(&mut self) -> Result<()> {
        self.list_end()
    }

    fn any_list_begin(&mut self) -> Result<(TType, usize)> {
        let (header, count) = self.list_header()?;
        let element = ttype(header);
        let count = self.cursor.count(count, min_width(element))?;
        if count != 0 && element == TType::STOP {
            let message = format!("elements of unknown type {}", header & 0x0f);
            return Err(self.cursor.error(ErrorKind::InvalidData, message));
        }
        self.cursor.deeper(1)?;
        Ok((element, count))
    }

    fn any_map_begin(&mut self) -> Result<(TType, TType, usize)> {
        let (types, count) = self.map_header()?;
        let (key, value) = (ttype(types >> 4), ttype(types));
        let count = self.cursor.count(count, min_width(key) + min_width(value))?;
        if count != 0 && (key == TType::STOP || value == TType::STOP) {
            let message = format!("entries of unknown types {} and {}", types >> 4, types & 0x0f);
            return Err(self.cursor.error(ErrorKind::InvalidData, message));
        }
        self.cursor.deeper(1)?;
        Ok((key, value, count))
    }

    #[inline]
    fn deeper(&mut self, levels: u32) -> Result<()> {
        self.cursor.deeper(levels)
    }
    #[inline]
    fn shallower(&mut self, levels: u32) {
        self.cursor.shallower(levels);
    }

    #[inline]
    fn room_for<T>(&mut self, count: usize) -> Result<usize> {
        self.cursor.room_for::<T>(count)
    }

    #[inline(always)]
    fn bool(&mut self) -> Result<bool> {
        match self.waiting.take() {
            Some(value) => Ok(value),
            None => Ok(self.byte()? == TRUE),
        }
    }
    #[inline(always)]
    fn i8(&mut self) -> Result<i8> {
        self.byte().map(|byte| byte as i8)
    }
    #[inline(always)]
    fn i16(&mut self) -> Result<i16> {
        let before = self.cursor.rest;
        let value = unzigzag32(self.varint()?);
        match i16::try_from(value) {
            Ok(value) => Ok(value),
            Err(_) => {
                self.cursor.rest = before;
                Err(self.broken(Broken::Long))
            }
        }
    }
    #[inline(always)]
    fn i32(&mut self) -> Result<i32> {
        Ok(unzigzag32(self.varint()?))
    }
    #[inline(always)]
    fn i64(&mut self) -> Result<i64> {
        Ok(unzigzag64(self.varint()?))
    }
    #[inline(always)]
    fn double(&mut self) -> Result<f64> {
        Ok(f64::from_le_bytes(self.cursor.array()?))
    }
    #[inline(always)]
    fn uuid(&mut self) -> Result<[u8; 16]> {
        self.cursor.array()
    }
    #[inline]
    fn string(&mut self) -> Result<&'de str> {
        let bytes = self.sized()?;
        self.cursor.text(bytes)
    }
    #[inline]
    fn text(&mut self) -> Result<Cow<'de, str>> {
        let bytes = self.sized()?;
        self.cursor.lossy_text(bytes)
    }
    #[inline]
    fn binary(&mut self) -> Result<&'de [u8]> {
        let bytes = self.sized()?;
        self.cursor.borrowed(bytes)
    }
    fn share(&self, text: &'de str) -> Bytes {
        self.cursor.share(text)
    }
    fn owned(&mut self) -> Result<Vec<u8>> {
        let bytes = self.sized()?;
        self.cursor.owned(bytes)
    }
    fn shared(&mut self) -> Result<Bytes> {
        let bytes = self.sized()?;
        self.cursor.shared(bytes)
    }
    #[inline]
    fn small(&mut self) -> Result<SmallBytes> {
        let size = self.size()?;
        self.cursor.small(size)
    }

    fn i8s(&mut self, count: usize) -> Result<Vec<i8>> {
        Ok(self.cursor.slice(count)?.iter().map(|&byte| byte as i8).collect())
    }
    fn i16s(&mut self, count: usize) -> Result<Vec<i16>> {
        self.varints(count, read_i16s)
    }
    fn i32s(&mut self, count: usize) -> Result<Vec<i32>> {
        self.varints(count, read_i32s)
    }
    fn i64s(&mut self, count: usize) -> Result<Vec<i64>> {
        self.varints(count, read_i64s)
    }
    fn doubles(&mut self, count: usize) -> Result<Vec<f64>> {
        Ok(bulk::read_f64s::<LittleEndian>(self.cursor.elements(count, 8)?))
    }
}

impl<'de> Skip<'de> for CompactReader<'de> {
    #[inline(always)]
    fn fixed_width(ty: TType) -> Option<usize> {
        fixed_width(ty)
    }
    #[inline(always)]
    fn pass(&mut self, len: usize) -> Result<()> {
        self.cursor.pass(len)
    }
    #[inline(always)]
    fn skip_scalar(&mut self, ty: TType) -> Result<()> {
        match ty {
            // The value was in the field header.
            TType::BOOL => self.bool().map(drop),
            TType::I16 => self.i16().map(drop),
            TType::I32 => self.i32().map(drop),
            TType::I64 => self.i64().map(drop),
            TType::STRING => self.sized().map(drop),
            _ => match fixed_width(ty) {
                Some(width) => self.cursor.pass(width),
                None => Err(no_such_type(ty, &self.cursor)),
            },
        }
    }
}
