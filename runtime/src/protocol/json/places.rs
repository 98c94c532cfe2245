//! Where in the JSON an error is.
//!
//! Values are read from bytes that are made of the text before. What is wrong with the text is found
//! while these are made, when no field has a name yet; what is wrong with a value is found at an
//! offset of the bytes, which nobody has seen. Once there is an error, each is found out for the
//! other.

use super::parser::Parser;
use crate::error::{ErrorKind, Result};
use crate::limits::Limits;

/// Makes the bytes that a value is read from, out of the text of the value.
pub(crate) type Make<'m> = &'m dyn Fn(&mut Parser<'_>, &mut Vec<u8>) -> Result<()>;

/// A text, and how bytes are made of it.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(crate) json: &'a [u8],
    pub(crate) limits: Limits,
    pub(crate) make: Make<'a>,
}

impl Text<'_> {
    /// The bytes, as far as the text could be understood, and whether it could be to its end.
    pub(crate) fn bytes(self) -> (Vec<u8>, Result<()>) {
        let mut bytes = Vec::with_capacity(self.json.len() / 2);
        let mut parser = Parser::new(self.json, &self.limits);
        let made = (self.make)(&mut parser, &mut bytes).and_then(|()| match parser.peek() {
            None => Ok(()),
            Some(_) => Err(parser.error(ErrorKind::InvalidData, "something is left over")),
        });
        (bytes, made)
    }

    /// What was read from the bytes, or the error as one of the text.
    pub(crate) fn outcome<T>(self, made: Result<()>, read: Result<T>) -> Result<T> {
        match (made, read) {
            (Ok(()), Ok(value)) => Ok(value),
            (Ok(()), Err(error)) => Err(match error.offset_behind() {
                Some(offset) => error.moved_to(self.place(offset)),
                None => error,
            }),
            // Who reads what was understood comes to its end in the field that is broken, if what
            // was made tells its numbers of elements before them.
            (Err(error), Err(end)) if end.kind() == ErrorKind::UnexpectedEof => {
                Err(error.with_path_of(end))
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Where in the text the last value begins before the offset of the bytes.
    #[cold]
    fn place(self, offset: usize) -> usize {
        let mut parser = Parser::looking_for(offset, self.json, &self.limits);
        // It could be made before.
        let _ = (self.make)(&mut parser, &mut Vec::new());
        parser.place()
    }
}
