//! Mapping of errors to positions in the JSON text.
//!
//! JSON text is first transcoded to bytes, from which values are decoded. Syntax errors are found
//! during transcoding, when field names are not known; value errors are found at an offset of the
//! intermediate bytes, which the user has never seen. After an error, this module adds the field
//! path to the former and the text offset to the latter.

use super::parser::Parser;
use crate::error::{ErrorKind, Result};
use crate::limits::Limits;

/// Transcodes the text of a value into the bytes that it is decoded from.
pub(crate) type Make<'m> = &'m dyn Fn(&mut Parser<'_>, &mut Vec<u8>) -> Result<()>;

/// A text and its transcoder.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(crate) json: &'a [u8],
    pub(crate) limits: Limits,
    pub(crate) make: Make<'a>,
}

impl Text<'_> {
    /// The bytes up to the first error in the text, and that error.
    pub(crate) fn bytes(self) -> (Vec<u8>, Result<()>) {
        let mut bytes = Vec::with_capacity(self.json.len() / 2);
        let mut parser = Parser::new(self.json, &self.limits);
        let made = (self.make)(&mut parser, &mut bytes).and_then(|()| match parser.peek() {
            None => Ok(()),
            Some(_) => Err(parser.error(ErrorKind::InvalidData, "trailing characters")),
        });
        (bytes, made)
    }

    /// The value decoded from the bytes, or its error mapped to the text.
    pub(crate) fn outcome<T>(self, made: Result<()>, read: Result<T>) -> Result<T> {
        match (made, read) {
            (Ok(()), Ok(value)) => Ok(value),
            (Ok(()), Err(error)) => Err(match error.offset_behind() {
                Some(offset) => error.moved_to(self.place(offset)),
                None => error,
            }),
            // Decoding the partial bytes ends in the faulty field, provided that element counts
            // precede the elements.
            (Err(error), Err(end)) if end.kind() == ErrorKind::UnexpectedEof => {
                Err(error.with_path_of(end))
            }
            (Err(error), _) => Err(error),
        }
    }

    /// The text position of the last value that begins before the byte offset.
    #[cold]
    fn place(self, offset: usize) -> usize {
        let mut parser = Parser::looking_for(offset, self.json, &self.limits);
        // Transcoding succeeded before.
        let _ = (self.make)(&mut parser, &mut Vec::new());
        parser.place()
    }
}
