//! Unread bytes and remaining limits of a reader.

use std::borrow::Cow;

use bytes::Bytes;

use crate::codec::Content;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{Limits, MEMORY_FOR_EACH_BYTE, TOO_DEEP};
#[cfg(feature = "json")]
use crate::protocol::json::decoded::Decoded;
use crate::protocol::text::text;
use crate::protocol::window::{SMALL, Small};
use crate::rpc::body::LINK_FROM;
use crate::ttype::TType;
use crate::value::small_bytes::SmallBytes;

/// The state shared by all readers: remaining bytes and limits. Every size is checked against both
/// before anything is allocated.
#[derive(Debug)]
pub(crate) struct Cursor<'de> {
    /// The unread bytes.
    pub(crate) rest: &'de [u8],
    /// Length of the input in bytes.
    len: usize,
    /// Remaining nesting depth.
    depth: u32,
    /// Whether invalid UTF-8 is replaced.
    lossy: bool,
    /// Remaining memory budget, in bytes.
    memory: u64,
    /// The largest plausible size; a larger one is not a truncation.
    largest: usize,
    /// Ownership of `binary` values.
    pub(crate) blobs: Blobs<'de>,
    small: Small,
}

/// Ownership of decoded `binary` values.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Blobs<'de> {
    /// They are copied.
    Copied,
    /// Large ones share these bytes, which are the input.
    Shared(&'de Bytes),
    /// They are decoded from base64: the input is from JSON.
    #[cfg(feature = "json")]
    Base64(&'de Decoded),
}

impl<'de> Cursor<'de> {
    pub(crate) fn new(bytes: &'de [u8], blobs: Blobs<'de>, limits: &Limits) -> Cursor<'de> {
        Cursor {
            rest: bytes,
            len: bytes.len(),
            depth: limits.depth,
            lossy: limits.lossy_utf8,
            memory: (limits.memory as u64).max(bytes.len() as u64 * MEMORY_FOR_EACH_BYTE),
            largest: limits.message,
            blobs,
            small: Small::default(),
        }
    }

    /// Checks that all bytes have been read.
    pub(crate) fn finish(&self) -> Result<()> {
        match self.rest.len() {
            0 => Ok(()),
            left => {
                let message = format!("{} left over", counted(left, "byte"));
                Err(self.error(ErrorKind::InvalidData, message))
            }
        }
    }

    #[inline(always)]
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        match self.rest.split_first_chunk::<N>() {
            Some((array, rest)) => {
                self.rest = rest;
                Ok(*array)
            }
            None => Err(self.eof(N)),
        }
    }

    #[inline(always)]
    pub(crate) fn slice(&mut self, len: usize) -> Result<&'de [u8]> {
        match self.rest.split_at_checked(len) {
            Some((slice, rest)) => {
                self.rest = rest;
                Ok(slice)
            }
            None => Err(self.eof(len)),
        }
    }

    /// Skips a number of bytes.
    #[inline(always)]
    pub(crate) fn pass(&mut self, len: usize) -> Result<()> {
        self.slice(len).map(drop)
    }

    /// Reads the bytes of `count` elements of `width` bytes.
    #[inline]
    pub(crate) fn elements(&mut self, count: usize, width: usize) -> Result<&'de [u8]> {
        // The list header was checked, so this cannot overflow.
        self.slice(count.saturating_mul(width))
    }

    /// How many levels of nesting are left.
    pub(crate) fn depth(&self) -> u32 {
        self.depth
    }

    /// Enters a struct or container.
    #[inline(always)]
    pub(crate) fn deeper(&mut self, levels: u32) -> Result<()> {
        match self.depth.checked_sub(levels) {
            Some(depth) => {
                self.depth = depth;
                Ok(())
            }
            None => Err(self.too_deep()),
        }
    }

    /// Leaves a struct or container.
    #[inline(always)]
    pub(crate) fn shallower(&mut self, levels: u32) {
        self.depth += levels;
    }

    /// Checks that a size is not negative.
    #[inline(always)]
    pub(crate) fn size(&self, size: i32) -> Result<usize> {
        match size {
            0.. => Ok(size as usize),
            _ => Err(self.negative(size)),
        }
    }

    /// Checks that the remaining bytes can hold this number of elements of at least `width` bytes.
    #[inline(always)]
    pub(crate) fn count(&self, count: usize, width: usize) -> Result<usize> {
        if count as u64 * width as u64 > self.rest.len() as u64 {
            return Err(self.too_many(count, width));
        }
        Ok(count)
    }

    /// Number of values, at most `count`, to reserve capacity for, charged to the budget.
    #[inline]
    pub(crate) fn room_for<T>(&mut self, count: usize) -> Result<usize> {
        let size = size_of::<T>().max(1);
        match self.memory.checked_sub(count as u64 * size as u64) {
            Some(memory) => self.memory = memory,
            None => return Err(self.too_large(count as u64 * size as u64)),
        }
        // Capacity beyond what the remaining bytes are likely to fill is reserved on demand.
        Ok(count.min((self.rest.len().saturating_mul(8) / size).saturating_add(4)))
    }

    /// The last bytes read, as text.
    #[inline(always)]
    pub(crate) fn text(&self, bytes: &'de [u8]) -> Result<&'de str> {
        match text(bytes) {
            Ok(text) => Ok(text),
            Err(error) => Err(self.not_utf8(error, bytes.len())),
        }
    }

    /// The last bytes read, as text in which invalid UTF-8 may be replaced.
    #[inline(always)]
    pub(crate) fn lossy_text(&self, bytes: &'de [u8]) -> Result<Cow<'de, str>> {
        match text(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(error) => self.replaced(error, bytes),
        }
    }

    /// A `binary` value that may share the memory of the message.
    pub(crate) fn shared(&mut self, bytes: &'de [u8]) -> Result<Bytes> {
        Ok(match self.blobs {
            Blobs::Shared(origin) if bytes.len() >= LINK_FROM => origin.slice_ref(bytes),
            Blobs::Shared(_) | Blobs::Copied if bytes.len() <= SMALL => {
                self.small.copy(bytes, self.offset() - bytes.len(), self.rest)
            }
            Blobs::Shared(_) | Blobs::Copied => Bytes::copy_from_slice(bytes),
            #[cfg(feature = "json")]
            Blobs::Base64(_) => blob(bytes, self.offset())?.into(),
        })
    }

    /// Reads a `binary` value of this size, which is stored inline if it is small.
    #[inline(always)]
    pub(crate) fn small(&mut self, size: usize) -> Result<SmallBytes> {
        #[cfg(feature = "json")]
        if let Blobs::Base64(_) = self.blobs {
            let bytes = self.slice(size)?;
            return self.shared(bytes).map(SmallBytes::from);
        }
        // Copies of one size take no call.
        if let Some(window) = self.rest.first_chunk()
            && let Some(small) = SmallBytes::start_of(window, size)
        {
            self.rest = &self.rest[size..];
            return Ok(small);
        }
        let bytes = self.slice(size)?;
        match SmallBytes::inline(bytes) {
            Some(small) => Ok(small),
            None => self.shared(bytes).map(SmallBytes::large),
        }
    }

    /// The bytes of a text, sharing the message's memory if possible.
    pub(crate) fn share(&self, text: &'de str) -> Bytes {
        match self.blobs {
            Blobs::Shared(origin) => origin.slice_ref(text.as_bytes()),
            _ => Bytes::copy_from_slice(text.as_bytes()),
        }
    }

    /// The content of a value that was just skipped.
    pub(crate) fn content(&self, bytes: &'de [u8]) -> Content<'de> {
        let message = match self.blobs {
            Blobs::Shared(origin) => Some(origin),
            _ => None,
        };
        Content::Borrowed { bytes, message }
    }

    /// A borrowed `binary` value.
    #[inline(always)]
    pub(crate) fn borrowed(&mut self, bytes: &'de [u8]) -> Result<&'de [u8]> {
        #[cfg(feature = "json")]
        let end = self.offset();
        match &mut self.blobs {
            Blobs::Shared(_) | Blobs::Copied => Ok(bytes),
            #[cfg(feature = "json")]
            Blobs::Base64(last) => Ok(Decoded::keep(last, blob(bytes, end)?)),
        }
    }

    /// An owned `binary` value.
    #[inline]
    pub(crate) fn owned(&self, bytes: &'de [u8]) -> Result<Vec<u8>> {
        match self.blobs {
            Blobs::Shared(_) | Blobs::Copied => Ok(bytes.to_vec()),
            #[cfg(feature = "json")]
            Blobs::Base64(_) => blob(bytes, self.offset()),
        }
    }

    /// Bytes read so far.
    #[inline]
    pub(crate) fn offset(&self) -> usize {
        self.len - self.rest.len()
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn error(&self, kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(kind, message).at_offset(self.offset())
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn eof(&self, wanted: usize) -> Error {
        let (expected, left) = (counted(wanted, "byte"), self.rest.len());
        let be = if left == 1 { "is" } else { "are" };
        let message = format!("{expected} expected, but only {left} {be} left");
        self.error(self.short(wanted), message).needing(wanted - left)
    }

    #[cold]
    #[inline(never)]
    fn too_deep(&self) -> Error {
        Error::new(ErrorKind::DepthLimit, TOO_DEEP).beginning_at(self.offset())
    }

    #[cold]
    #[inline(never)]
    fn too_large(&self, bytes: u64) -> Error {
        let left = self.memory;
        let message = format!("{bytes} bytes of memory needed, but `Limits::memory` leaves {left}");
        self.error(ErrorKind::MemoryLimit, message)
    }

    #[cold]
    #[inline(never)]
    fn negative(&self, size: i32) -> Error {
        self.error(ErrorKind::NegativeSize, format!("negative size {size}"))
    }

    #[cold]
    #[inline(never)]
    fn too_many(&self, count: usize, width: usize) -> Error {
        let (elements, left) = (counted(count, "element"), counted(self.rest.len(), "byte"));
        let message = format!("{elements} do not fit in the remaining {left}");
        let needed = count.saturating_mul(width).saturating_sub(self.rest.len());
        self.error(self.short(count), message).needing(needed)
    }

    /// The error kind for a size that exceeds the remaining bytes.
    fn short(&self, wanted: usize) -> ErrorKind {
        match wanted > self.largest {
            true => ErrorKind::SizeLimit,
            false => ErrorKind::UnexpectedEof,
        }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn mismatch(&self, expected: TType, found: TType) -> Error {
        self.error(ErrorKind::TypeMismatch, format!("{expected} expected, but found {found}"))
    }

    #[cold]
    #[inline(never)]
    fn replaced(&self, error: std::str::Utf8Error, bytes: &'de [u8]) -> Result<Cow<'de, str>> {
        match self.lossy {
            true => Ok(String::from_utf8_lossy(bytes)),
            false => Err(self.not_utf8(error, bytes.len())),
        }
    }

    #[cold]
    #[inline(never)]
    fn not_utf8(&self, error: std::str::Utf8Error, len: usize) -> Error {
        Error::new(ErrorKind::InvalidUtf8, format!("the string is not UTF-8: {error}"))
            .at_offset(self.offset() - len + error.valid_up_to())
    }
}

/// Decodes the base64 of a `binary` value that was just read up to this offset.
#[cfg(feature = "json")]
fn blob(letters: &[u8], end: usize) -> Result<Vec<u8>> {
    match crate::value::base64::decode(letters) {
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(error.at_offset(end - letters.len())),
    }
}

/// A count with its noun.
fn counted(count: usize, one: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    }
}
