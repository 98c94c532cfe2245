//! Reader of `TBinaryProtocol`.

use std::borrow::Cow;

use byteorder::BigEndian;
use bytes::Bytes;

use super::types::{fixed_width, min_width};
use crate::codec::{FieldHeader, RawValue, Reader, StructNames};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::bulk;
use crate::protocol::cursor::{Blobs, Cursor};
#[cfg(feature = "json")]
use crate::protocol::json::{self, decoded::Decoded};
use crate::protocol::skip::{Skip, no_such_type, skip};
use crate::rpc::message::Protocol;
use crate::ttype::TType;
use crate::value::small_bytes::SmallBytes;

/// Reads values in `TBinaryProtocol`. A `bool` is `true` for every byte except 0.
///
/// Several consecutive values can be read from one buffer:
///
/// ```
/// use thriftly::binary::{self, BinaryReader};
/// use thriftly::{ApplicationError, Decode, Limits};
///
/// let mut bytes = Vec::new();
/// for message in ["one", "two", "three"] {
///     let error = ApplicationError { message: message.into(), ..Default::default() };
///     binary::append_to(&error, &mut bytes)?;
/// }
///
/// let mut reader = BinaryReader::new(&bytes, &Limits::DEFAULT);
/// let mut messages = Vec::new();
/// while !reader.rest().is_empty() {
///     messages.push(ApplicationError::decode(&mut reader)?.message);
/// }
/// assert_eq!(messages, ["one", "two", "three"]);
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// The limits apply to all values together.
#[derive(Debug)]
pub struct BinaryReader<'de> {
    pub(super) cursor: Cursor<'de>,
}

impl<'de> BinaryReader<'de> {
    /// Reads from a slice.
    pub fn new(bytes: &'de [u8], limits: &Limits) -> BinaryReader<'de> {
        BinaryReader { cursor: Cursor::new(bytes, Blobs::Copied, limits) }
    }

    /// Reads from shared bytes; large blobs share their memory.
    pub fn shared(bytes: &'de Bytes, limits: &Limits) -> BinaryReader<'de> {
        BinaryReader { cursor: Cursor::new(bytes, Blobs::Shared(bytes), limits) }
    }

    /// Reads bytes transcoded from JSON, whose `binary` values are still base64.
    #[cfg(feature = "json")]
    pub(crate) fn base64(
        bytes: &'de [u8],
        decoded: &'de Decoded,
        limits: &Limits,
    ) -> BinaryReader<'de> {
        BinaryReader { cursor: Cursor::new(bytes, Blobs::Base64(decoded), limits) }
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
    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.cursor.array()
    }

    /// Reads length-prefixed bytes.
    #[inline(always)]
    fn sized(&mut self) -> Result<&'de [u8]> {
        let size = self.size()?;
        self.cursor.slice(size)
    }

    #[inline(always)]
    fn size(&mut self) -> Result<usize> {
        let size = i32::from_be_bytes(self.array()?);
        self.cursor.size(size)
    }

    /// The error for input that ends where a field or the end of a struct is to be.
    #[cold]
    #[inline(never)]
    fn no_field(&self) -> Error {
        let error = self.cursor.eof(3);
        match self.cursor.rest.is_empty() {
            // The end of a struct has no id.
            true => error.needing(1),
            false => error,
        }
    }

    /// Reads an element count and checks it against the remaining bytes.
    #[inline(always)]
    fn count(&mut self, width: usize) -> Result<usize> {
        let count = self.size()?;
        self.cursor.count(count, width)
    }
}

impl<'de> Reader<'de> for BinaryReader<'de> {
    #[inline(always)]
    fn struct_begin(&mut self, _names: &'static StructNames) -> Result<i16> {
        self.cursor.deeper(1)?;
        Ok(0)
    }
    #[inline(always)]
    fn struct_end(&mut self, _outer: i16) {
        self.cursor.shallower(1);
    }

    #[inline(always)]
    fn field(&mut self) -> Result<FieldHeader> {
        match *self.cursor.rest {
            [ty, high, low, ref rest @ ..] if ty != TType::STOP.0 => {
                self.cursor.rest = rest;
                Ok(FieldHeader { ty: TType(ty), id: i16::from_be_bytes([high, low]) })
            }
            [0, ref rest @ ..] => {
                self.cursor.rest = rest;
                Ok(FieldHeader { ty: TType::STOP, id: 0 })
            }
            _ => Err(self.no_field()),
        }
    }

    #[inline(always)]
    fn field_is(&mut self, ty: TType, id: i16) -> bool {
        let [high, low] = id.to_be_bytes();
        match *self.cursor.rest {
            [a, b, c, ref rest @ ..] if [a, b, c] == [ty.0, high, low] => {
                self.cursor.rest = rest;
                true
            }
            _ => false,
        }
    }

    #[inline]
    fn offset(&self) -> Option<usize> {
        Some(self.cursor.offset())
    }

    #[inline(never)]
    fn skip(&mut self, ty: TType) -> Result<()> {
        skip(self, ty)
    }

    fn capture(&mut self, ty: TType) -> Result<RawValue<'de>> {
        let start = self.cursor.rest;
        skip(self, ty)?;
        let bytes = &start[..start.len() - self.cursor.rest.len()];
        #[cfg(feature = "json")]
        if matches!(self.cursor.blobs, Blobs::Base64(_)) {
            return Ok(RawValue::new(ty, Protocol::Json, json::short_text(ty, bytes)?));
        }
        Ok(RawValue::new(ty, Protocol::Binary, self.cursor.content(bytes)))
    }

    #[inline]
    fn list_begin(&mut self, element: TType) -> Result<usize> {
        let found = TType(self.array::<1>()?[0]);
        let count = self.size()?;
        // Checked before the size, which depends on the element type.
        if found != element && count != 0 {
            return Err(self.cursor.mismatch(element, found));
        }
        let count = self.cursor.count(count, min_width(element).unwrap_or(1))?;
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
        let [found_key, found_value] = self.array()?.map(TType);
        let width = min_width(key).unwrap_or(1) + min_width(value).unwrap_or(1);
        let count = self.size()?;
        if count != 0 {
            if found_key != key {
                return Err(self.cursor.mismatch(key, found_key));
            }
            if found_value != value {
                return Err(self.cursor.mismatch(value, found_value));
            }
        }
        let count = self.cursor.count(count, width)?;
        self.cursor.deeper(1)?;
        Ok(count)
    }
    #[inline(always)]
    fn map_end(&mut self) -> Result<()> {
        self.list_end()
    }

    fn any_list_begin(&mut self) -> Result<(TType, usize)> {
        let element = TType(self.array::<1>()?[0]);
        let count = self.count(min_width(element).unwrap_or(1))?;
        if count != 0 && min_width(element).is_none() {
            return Err(self
                .cursor
                .error(ErrorKind::InvalidData, format!("elements of {element}")));
        }
        self.cursor.deeper(1)?;
        Ok((element, count))
    }

    fn any_map_begin(&mut self) -> Result<(TType, TType, usize)> {
        let [key, value] = self.array()?.map(TType);
        let width = min_width(key).unwrap_or(1) + min_width(value).unwrap_or(1);
        let count = self.count(width)?;
        if count != 0 && (min_width(key).is_none() || min_width(value).is_none()) {
            let message = format!("entries of {key} and {value}");
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
        Ok(self.array::<1>()?[0] != 0)
    }
    #[inline(always)]
    fn i8(&mut self) -> Result<i8> {
        Ok(i8::from_be_bytes(self.array()?))
    }
    #[inline(always)]
    fn i16(&mut self) -> Result<i16> {
        Ok(i16::from_be_bytes(self.array()?))
    }
    #[inline(always)]
    fn i32(&mut self) -> Result<i32> {
        Ok(i32::from_be_bytes(self.array()?))
    }
    #[inline(always)]
    fn i64(&mut self) -> Result<i64> {
        Ok(i64::from_be_bytes(self.array()?))
    }
    #[inline(always)]
    fn double(&mut self) -> Result<f64> {
        Ok(f64::from_be_bytes(self.array()?))
    }
    #[inline(always)]
    fn uuid(&mut self) -> Result<[u8; 16]> {
        self.array()
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
    #[inline]
    fn string_or_binary(&mut self) -> Result<&'de [u8]> {
        self.sized()
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
        Ok(bulk::read_i16s::<BigEndian>(self.cursor.elements(count, 2)?))
    }
    fn i32s(&mut self, count: usize) -> Result<Vec<i32>> {
        Ok(bulk::read_i32s::<BigEndian>(self.cursor.elements(count, 4)?))
    }
    fn i64s(&mut self, count: usize) -> Result<Vec<i64>> {
        Ok(bulk::read_i64s::<BigEndian>(self.cursor.elements(count, 8)?))
    }
    fn doubles(&mut self, count: usize) -> Result<Vec<f64>> {
        Ok(bulk::read_f64s::<BigEndian>(self.cursor.elements(count, 8)?))
    }
}

impl<'de> Skip<'de> for BinaryReader<'de> {
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
        match fixed_width(ty) {
            Some(width) => self.cursor.pass(width),
            None if ty == TType::STRING => self.sized().map(drop),
            None => Err(no_such_type(ty, &self.cursor)),
        }
    }
}
