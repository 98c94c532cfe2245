//! The bytes that a writer has written, and what it could not write.

use std::borrow::BorrowMut;

use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};
use crate::rpc::body::LINK_FROM;

/// What every writer has. It is made for each value, so it is small, and what is rare is aside.
///
/// The bytes may be held or borrowed. Borrowed is quicker at the start, held is quicker with each
/// byte written, as there is one pointer less to follow.
#[derive(Debug)]
pub(crate) struct Buffer<B> {
    bytes: B,
    blobs: Blobs,
    aside: Option<Box<Aside>>,
}

/// What becomes of `binary` values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blobs {
    /// They are copied like everything else.
    Copied,
    /// Large ones are linked.
    Linked,
    /// They are copied, and the places of their lengths are noted: JSON writes them otherwise
    /// than strings.
    #[cfg(feature = "json")]
    Marked,
}

#[derive(Debug, Default)]
struct Aside {
    /// Each comes before the byte at its offset.
    links: Vec<(usize, Bytes)>,
    /// Where `binary` values begin.
    #[cfg(feature = "json")]
    marks: Vec<usize>,
    /// The first thing that could not be written.
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

    #[inline(always)]
    pub(crate) fn bytes(&mut self) -> &mut Vec<u8> {
        self.bytes.borrow_mut()
    }

    /// The end: hands the bytes back, and tells what could not be written.
    #[inline]
    pub(crate) fn finish(self) -> (B, Result<()>) {
        let result = match self.aside {
            None => Ok(()),
            Some(aside) => aside.result(),
        };
        (self.bytes, result)
    }

    /// The end: what was linked, each before the byte at its offset.
    pub(crate) fn finish_linked(self) -> Result<(B, Vec<(usize, Bytes)>)> {
        match self.aside {
            None => Ok((self.bytes, Vec::new())),
            Some(aside) => aside.result().map(|()| (self.bytes, aside.links)),
        }
    }

    /// The end: where in the bytes `binary` values begin.
    #[cfg(feature = "json")]
    pub(crate) fn finish_marked(self) -> Result<(B, Vec<usize>)> {
        match self.aside {
            None => Ok((self.bytes, Vec::new())),
            Some(aside) => aside.result().map(|()| (self.bytes, aside.marks)),
        }
    }

    /// Notes that something cannot be written.
    #[cold]
    pub(crate) fn fail(&mut self, kind: ErrorKind, message: &'static str) {
        self.aside().failure.get_or_insert((kind, message));
    }

    fn aside(&mut self) -> &mut Aside {
        self.aside.get_or_insert_default()
    }

    /// Notes that what was kept of an unknown field cannot be written.
    #[cold]
    pub(crate) fn fail_raw(&mut self) {
        self.fail(ErrorKind::InvalidData, "an unknown field is no value of its type");
    }

    #[inline(always)]
    pub(crate) fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.bytes().extend_from_slice(&bytes);
    }

    /// Appends the first `length` of the bytes. Appending all and cutting beats appending some.
    #[inline(always)]
    pub(crate) fn put_first<const N: usize>(&mut self, bytes: [u8; N], length: usize) {
        let out = self.bytes();
        let start = out.len();
        out.extend_from_slice(&bytes);
        out.truncate(start + length);
    }

    /// A number of bytes or elements.
    #[inline(always)]
    pub(crate) fn size(&mut self, size: usize) -> u32 {
        if size > i32::MAX as usize {
            const MESSAGE: &str = "a string or container has more than 2147483647 elements";
            self.fail(ErrorKind::SizeLimit, MESSAGE);
        }
        size as u32
    }

    /// Whether the value is to be linked.
    #[inline]
    pub(crate) fn links(&self, value: &Bytes) -> bool {
        self.blobs == Blobs::Linked && value.len() >= LINK_FROM
    }

    /// Links a value behind what has been written.
    pub(crate) fn link(&mut self, value: &Bytes) {
        let place = self.bytes().len();
        self.aside().links.push((place, value.clone()));
    }

    /// A `binary` value, no string, comes next.
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
