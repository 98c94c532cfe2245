//! Reading `TBinaryProtocol`.

use byteorder::{BigEndian, ByteOrder};
use bytes::Bytes;

use super::skip::{self, min_width};
use crate::body::LINK_FROM;
use crate::codec::{FieldHeader, Reader};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::ttype::TType;

/// Reads values in `TBinaryProtocol`.
#[derive(Debug)]
pub struct BinaryReader<'de> {
    rest: &'de [u8],
    /// How many bytes there were at the start.
    len: usize,
    /// How many levels of nesting are left.
    depth: u32,
    /// How many bytes containers may still take.
    memory: u64,
    /// The largest size that can be meant; above it the bytes are not just cut short.
    largest: usize,
    /// What `rest` is a part of, if blobs may share it.
    origin: Option<&'de Bytes>,
}

impl<'de> BinaryReader<'de> {
    /// Reads from a slice.
    pub fn new(bytes: &'de [u8], limits: &Limits) -> BinaryReader<'de> {
        BinaryReader {
            rest: bytes,
            len: bytes.len(),
            depth: limits.depth,
            memory: (limits.memory as u64).max(bytes.len() as u64 * 4),
            largest: limits.message,
            origin: None,
        }
    }

    /// Reads from shared bytes: large blobs will be parts of them.
    pub fn shared(bytes: &'de Bytes, limits: &Limits) -> BinaryReader<'de> {
        BinaryReader { origin: Some(bytes), ..BinaryReader::new(bytes, limits) }
    }

    /// What has not been read.
    pub fn rest(&self) -> &'de [u8] {
        self.rest
    }

    /// The end: nothing may be left.
    ///
    /// # Errors
    /// Bytes are left.
    pub fn finish(&self) -> Result<()> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(self.error(ErrorKind::InvalidData, format!("{left} bytes left over"))),
        }
    }

    #[inline(always)]
    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        match self.rest.split_first_chunk::<N>() {
            Some((array, rest)) => {
                self.rest = rest;
                Ok(*array)
            }
            None => Err(self.eof(N)),
        }
    }

    #[inline(always)]
    fn slice(&mut self, len: usize) -> Result<&'de [u8]> {
        match self.rest.split_at_checked(len) {
            Some((slice, rest)) => {
                self.rest = rest;
                Ok(slice)
            }
            None => Err(self.eof(len)),
        }
    }

    /// Passes over a number of bytes.
    pub(super) fn pass(&mut self, len: usize) -> Result<()> {
        self.slice(len).map(drop)
    }

    /// The bytes of `count` elements of `width` bytes.
    #[inline]
    fn elements(&mut self, count: usize, width: usize) -> Result<&'de [u8]> {
        // The header of the list has been checked already, so this cannot overflow.
        self.slice(count.saturating_mul(width))
    }

    #[inline(always)]
    fn deeper(&mut self) -> Result<()> {
        match self.depth.checked_sub(1) {
            Some(depth) => {
                self.depth = depth;
                Ok(())
            }
            None => Err(self.error(ErrorKind::DepthLimit, "nested too deeply")),
        }
    }

    /// A size, which is not negative.
    #[inline(always)]
    fn size(&mut self) -> Result<usize> {
        let size = i32::from_be_bytes(self.array()?);
        match size {
            0.. => Ok(size as usize),
            _ => Err(self.negative(size)),
        }
    }

    /// A number of elements that the bytes that remain can hold.
    #[inline(always)]
    fn count(&mut self, width: usize) -> Result<usize> {
        let count = self.size()?;
        if count as u64 * width as u64 > self.rest.len() as u64 {
            return Err(self.too_many(count));
        }
        Ok(count)
    }

    #[cold]
    #[inline(never)]
    fn error(&self, kind: ErrorKind, message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
        Error::new(kind, message).at_offset(self.len - self.rest.len())
    }

    #[cold]
    #[inline(never)]
    fn eof(&self, wanted: usize) -> Error {
        let left = self.rest.len();
        self.error(self.short(wanted), format!("{wanted} bytes expected, but only {left} are left"))
    }

    #[cold]
    #[inline(never)]
    fn negative(&self, size: i32) -> Error {
        self.error(ErrorKind::NegativeSize, format!("negative size {size}"))
    }

    #[cold]
    #[inline(never)]
    fn too_many(&self, count: usize) -> Error {
        let left = self.rest.len();
        self.error(
            self.short(count),
            format!("{count} elements cannot be in the {left} bytes that are left"),
        )
    }

    /// Why there are not as many bytes or elements.
    fn short(&self, wanted: usize) -> ErrorKind {
        match wanted > self.largest {
            true => ErrorKind::SizeLimit,
            false => ErrorKind::UnexpectedEof,
        }
    }

    #[cold]
    #[inline(never)]
    fn mismatch(&self, expected: TType, found: TType) -> Error {
        self.error(ErrorKind::TypeMismatch, format!("{expected} expected, but found {found}"))
    }

    #[cold]
    #[inline(never)]
    fn not_utf8(&self, error: std::str::Utf8Error, len: usize) -> Error {
        Error::new(ErrorKind::InvalidUtf8, format!("the string is not UTF-8: {error}"))
            .at_offset(self.len - self.rest.len() - len + error.valid_up_to())
    }
}

impl<'de> Reader<'de> for BinaryReader<'de> {
    #[inline(always)]
    fn struct_begin(&mut self) -> Result<i16> {
        self.deeper()?;
        Ok(0)
    }
    #[inline(always)]
    fn struct_end(&mut self, _outer: i16) {
        self.depth += 1;
    }

    #[inline(always)]
    fn field(&mut self) -> Result<FieldHeader> {
        match *self.rest {
            [ty, high, low, ref rest @ ..] if ty != TType::STOP.0 => {
                self.rest = rest;
                Ok(FieldHeader { ty: TType(ty), id: i16::from_be_bytes([high, low]) })
            }
            [0, ref rest @ ..] => {
                self.rest = rest;
                Ok(FieldHeader { ty: TType::STOP, id: 0 })
            }
            _ => Err(self.eof(3)),
        }
    }

    #[inline(always)]
    fn field_is(&mut self, ty: TType, id: i16) -> bool {
        let [high, low] = id.to_be_bytes();
        match *self.rest {
            [a, b, c, ref rest @ ..] if [a, b, c] == [ty.0, high, low] => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    #[inline(never)]
    fn skip(&mut self, ty: TType) -> Result<()> {
        skip::skip(self, ty)
    }

    fn capture(&mut self, ty: TType) -> Result<Bytes> {
        let start = self.rest;
        skip::skip(self, ty)?;
        Ok(Bytes::copy_from_slice(&start[..start.len() - self.rest.len()]))
    }

    #[inline]
    fn list_begin(&mut self, element: TType) -> Result<usize> {
        let found = TType(self.array::<1>()?[0]);
        let count = self.count(min_width(element).unwrap_or(1))?;
        if found != element && count != 0 {
            return Err(self.mismatch(element, found));
        }
        self.deeper()?;
        Ok(count)
    }
    #[inline(always)]
    fn list_end(&mut self) -> Result<()> {
        self.depth += 1;
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
        let count = self.count(width)?;
        if count != 0 {
            if found_key != key {
                return Err(self.mismatch(key, found_key));
            }
            if found_value != value {
                return Err(self.mismatch(value, found_value));
            }
        }
        self.deeper()?;
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
            return Err(self.error(ErrorKind::InvalidData, format!("elements of {element}")));
        }
        self.deeper()?;
        Ok((element, count))
    }

    fn any_map_begin(&mut self) -> Result<(TType, TType, usize)> {
        let [key, value] = self.array()?.map(TType);
        let width = min_width(key).unwrap_or(1) + min_width(value).unwrap_or(1);
        let count = self.count(width)?;
        if count != 0 && (min_width(key).is_none() || min_width(value).is_none()) {
            let message = format!("entries of {key} and {value}");
            return Err(self.error(ErrorKind::InvalidData, message));
        }
        self.deeper()?;
        Ok((key, value, count))
    }

    #[inline]
    fn room_for<T>(&mut self, count: usize) -> Result<usize> {
        let size = size_of::<T>().max(1);
        match self.memory.checked_sub(count as u64 * size as u64) {
            Some(memory) => self.memory = memory,
            None => {
                return Err(self.error(
                    ErrorKind::MemoryLimit,
                    format!("{count} elements of {size} bytes take too much memory"),
                ));
            }
        }
        // Room for more than the bytes that remain are likely to fill is made when it is needed.
        Ok(count.min(4 + self.rest.len().saturating_mul(8) / size))
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
        let bytes = self.binary()?;
        match std::str::from_utf8(bytes) {
            Ok(string) => Ok(string),
            Err(error) => Err(self.not_utf8(error, bytes.len())),
        }
    }
    #[inline]
    fn binary(&mut self) -> Result<&'de [u8]> {
        let len = self.size()?;
        self.slice(len)
    }
    fn shared(&mut self) -> Result<Bytes> {
        let bytes = self.binary()?;
        Ok(match self.origin {
            Some(origin) if bytes.len() >= LINK_FROM => origin.slice_ref(bytes),
            _ => Bytes::copy_from_slice(bytes),
        })
    }

    fn i8s(&mut self, count: usize) -> Result<Vec<i8>> {
        Ok(self.slice(count)?.iter().map(|&byte| byte as i8).collect())
    }
    fn i16s(&mut self, count: usize) -> Result<Vec<i16>> {
        let mut values = vec![0; count];
        BigEndian::read_i16_into(self.elements(count, 2)?, &mut values);
        Ok(values)
    }
    fn i32s(&mut self, count: usize) -> Result<Vec<i32>> {
        let elements = self.elements(count, 4)?.as_chunks().0;
        Ok(elements.iter().map(|&bytes| i32::from_be_bytes(bytes)).collect())
    }
    fn i64s(&mut self, count: usize) -> Result<Vec<i64>> {
        let elements = self.elements(count, 8)?.as_chunks().0;
        Ok(elements.iter().map(|&bytes| i64::from_be_bytes(bytes)).collect())
    }
    fn doubles(&mut self, count: usize) -> Result<Vec<f64>> {
        let elements = self.elements(count, 8)?.as_chunks().0;
        Ok(elements.iter().map(|&bytes| f64::from_be_bytes(bytes)).collect())
    }
}
