//! Output and first error of a writer.

use std::borrow::BorrowMut;

use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};
use crate::rpc::body::LINK_FROM;

/// The state shared by all writers. One is created per value, so it is small, and rarely used parts
/// are boxed.
///
/// The bytes may be owned or borrowed. Borrowed is faster to set up; owned is faster per write,
/// because it saves one indirection.
#[derive(Debug)]
pub(crate) struct Buffer<B> {
    bytes: B,
    blobs: Blobs,
    aside: Option<Box<Aside>>,
}

/// Treatment of `binary` values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blobs {
    /// They are copied.
    Copied,
    /// Large ones are linked.
    Linked,
    /// They are copied, and the offsets of their lengths are recorded, because JSON encodes them
    /// differently from strings.
    #[cfg(feature = "json")]
    Marked,
}

#[derive(Debug, Default)]
struct Aside {
    /// Each is inserted before the byte at its offset.
    links: Vec<(usize, Bytes)>,
    /// Offsets of `binary` values.
    #[cfg(feature = "json")]
    marks: Vec<usize>,
    /// The first error.
    failure: Option<(ErrorKind, &'static str)>,
}

impl<B: BorrowMut<Vec<u8>>> Buffer<B> {
    #[inline]
    pub(crate) fn new(bytes: B) -> Buffer<B> {
        Buffer { bytes, blobs: Blobs::Copied, aside: None }
    }

    pub(crate) fn linking(bytes: B) -> Buffer<B> {
        Buffer { bytes, blobs: Blobs::Linked, aside: None }
    }

    #[cfg(feature = "json")]
    pub(crate) fn marking(bytes: B) -> Buffer<B> {
        Buffer { bytes, blobs: Blobs::Marked, aside: None }
    }

    /// Whether the bytes become JSON.
    #[inline]
    pub(crate) fn is_for_json(&self) -> bool {
        #[cfg(feature = "json")]
        if self.blobs == Blobs::Marked {
            return true;
        }
        false
    }

    #[inline(always)]
    pub(crate) fn bytes(&mut self) -> &mut Vec<u8> {
        self.bytes.borrow_mut()
    }

    /// Returns the bytes and the first error.
    #[inline]
    pub(crate) fn finish(self) -> (B, Result<()>) {
        let result = match self.aside {
            None => Ok(()),
            Some(aside) => aside.result(),
        };
        (self.bytes, result)
    }

    /// Returns the bytes and the linked blobs, each inserted before the byte at its offset.
    pub(crate) fn finish_linked(self) -> Result<(B, Vec<(usize, Bytes)>)> {
        match self.aside {
            None => Ok((self.bytes, Vec::new())),
            Some(aside) => aside.result().map(|()| (self.bytes, aside.links)),
        }
    }

    /// Returns the bytes and the offsets of `binary` values.
    #[cfg(feature = "json")]
    pub(crate) fn finish_marked(self) -> Result<(B, Vec<usize>)> {
        match self.aside {
            None => Ok((self.bytes, Vec::new())),
            Some(aside) => aside.result().map(|()| (self.bytes, aside.marks)),
        }
    }

    /// Records an error.
    #[cold]
    pub(crate) fn fail(&mut self, kind: ErrorKind, message: &'static str) {
        self.aside().failure.get_or_insert((kind, message));
    }

    fn aside(&mut self) -> &mut Aside {
        self.aside.get_or_insert_default()
    }

    /// Records that a preserved unknown field cannot be encoded.
    #[cold]
    pub(crate) fn fail_raw(&mut self) {
        self.fail(ErrorKind::InvalidData, "an unknown field is not a value of its type");
    }

    #[inline(always)]
    pub(crate) fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.bytes().extend_from_slice(&bytes);
    }

    /// Appends the first `length` bytes. Appending all and truncating is faster than appending a
    /// part.
    #[inline(always)]
    pub(crate) fn put_first<const N: usize>(&mut self, bytes: [u8; N], length: usize) {
        let out = self.bytes();
        let start = out.len();
        out.extend_from_slice(&bytes);
        out.truncate(start + length);
    }

    /// Writes a length or count.
    #[inline(always)]
    pub(crate) fn size(&mut self, size: usize) -> u32 {
        if size > i32::MAX as usize {
            const MESSAGE: &str = "a string or container has more than 2147483647 elements";
            self.fail(ErrorKind::SizeLimit, MESSAGE);
        }
        size as u32
    }

    /// Whether the value should be linked.
    #[inline]
    pub(crate) fn links(&self, value: &Bytes) -> bool {
        self.blobs == Blobs::Linked && value.len() >= LINK_FROM
    }

    /// Links a value at the current end of the output.
    pub(crate) fn link(&mut self, value: &Bytes) {
        let place = self.bytes().len();
        self.aside().links.push((place, value.clone()));
    }

    /// Announces a `binary` value, as opposed to a string.
    #[inline(always)]
    pub(crate) fn mark(&mut self) {
        #[cfg(feature = "json")]
        if self.blobs == Blobs::Marked {
            let place = self.bytes().len();
            self.aside().marks.push(place);
        }
    }
}

impl Aside {
    fn result(&self) -> Result<()> {
        match self.failure {
            None => Ok(()),
            Some((kind, message)) => Err(Error::new(kind, message)),
        }
    }
}
