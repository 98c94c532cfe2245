//! The bytes that a writer has written, and what it could not write.

use bytes::Bytes;

use crate::body::{Body, LINK_FROM};
use crate::error::{Error, ErrorKind, Result};

/// What every writer has.
#[derive(Debug)]
pub(crate) struct Buffer {
    pub(crate) bytes: Vec<u8>,
    blobs: Blobs,
    /// The first thing that could not be written.
    failure: Option<(ErrorKind, &'static str)>,
}

/// What becomes of `binary` values.
#[derive(Debug)]
enum Blobs {
    /// They are copied like everything else.
    Copied,
    /// Large ones are linked. Each comes before the byte at its offset.
    Linked(Vec<(usize, Bytes)>),
    /// They are copied, and the places of their lengths are noted: JSON writes them otherwise
    /// than strings.
    #[cfg(feature = "json")]
    Marked(Vec<usize>),
}

impl Buffer {
    pub(crate) fn new(bytes: Vec<u8>) -> Buffer {
        Buffer { bytes, blobs: Blobs::Copied, failure: None }
    }

    pub(crate) fn linking(bytes: Vec<u8>) -> Buffer {
        Buffer { bytes, blobs: Blobs::Linked(Vec::new()), failure: None }
    }

    #[cfg(feature = "json")]
    pub(crate) fn marking() -> Buffer {
        Buffer { bytes: Vec::new(), blobs: Blobs::Marked(Vec::new()), failure: None }
    }

    /// Hands the bytes back.
    pub(crate) fn finish(self) -> (Vec<u8>, Result<()>) {
        let result = self.result();
        (self.bytes, result)
    }

    pub(crate) fn finish_body(self) -> Result<Body> {
        self.result()?;
        let links = match self.blobs {
            Blobs::Linked(links) => links,
            _ => Vec::new(),
        };
        Ok(Body::new(self.bytes.into(), links))
    }

    /// The bytes, and where in them `binary` values begin.
    #[cfg(feature = "json")]
    pub(crate) fn finish_marked(self) -> Result<(Vec<u8>, Vec<usize>)> {
        self.result()?;
        let marks = match self.blobs {
            Blobs::Marked(marks) => marks,
            _ => Vec::new(),
        };
        Ok((self.bytes, marks))
    }

    fn result(&self) -> Result<()> {
        match self.failure {
            None => Ok(()),
            Some((kind, message)) => Err(Error::new(kind, message)),
        }
    }

    /// Notes that something cannot be written.
    #[cold]
    pub(crate) fn fail(&mut self, kind: ErrorKind, message: &'static str) {
        self.failure.get_or_insert((kind, message));
    }

    #[inline(always)]
    pub(crate) fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.bytes.extend_from_slice(&bytes);
    }

    /// Appends the first `length` of the bytes. Appending all and cutting beats appending some.
    #[inline(always)]
    pub(crate) fn put_first<const N: usize>(&mut self, bytes: [u8; N], length: usize) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&bytes);
        self.bytes.truncate(start + length);
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
        matches!(self.blobs, Blobs::Linked(_)) && value.len() >= LINK_FROM
    }

    /// Links a value behind what has been written.
    pub(crate) fn link(&mut self, value: &Bytes) {
        if let Blobs::Linked(links) = &mut self.blobs {
            links.push((self.bytes.len(), value.clone()));
        }
    }

    /// A `binary` value, no string, comes next.
    #[inline(always)]
    pub(crate) fn mark(&mut self) {
        #[cfg(feature = "json")]
        if let Blobs::Marked(marks) = &mut self.blobs {
            marks.push(self.bytes.len());
        }
    }
}
