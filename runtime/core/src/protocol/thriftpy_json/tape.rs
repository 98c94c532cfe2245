//! Preparsed JSON for a forward-only reader: escapes are resolved, and each array and object is
//! prefixed with its item count and size in bytes.

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::json::parser::Parser;
use crate::protocol::json::places::Text;

/// A tape item is a tag byte followed, in big-endian, by
///
/// - object: member count and size in bytes (four bytes each), then the members, each a string and
///   an item,
/// - array: the same, then its items,
/// - string: its length in four bytes, then UTF-8 bytes,
/// - number: its length in one byte, then its characters,
/// - nothing for `true`, `false` and `null`.
pub(super) mod tag {
    pub(crate) const OBJECT: u8 = b'{';
    pub(crate) const ARRAY: u8 = b'[';
    pub(crate) const STRING: u8 = b'"';
    pub(crate) const NUMBER: u8 = b'0';
    pub(crate) const TRUE: u8 = b't';
    pub(crate) const FALSE: u8 = b'f';
    pub(crate) const NULL: u8 = b'n';
}

/// The text of a value and its conversion to a tape.
pub(crate) fn recorded<'a>(json: &'a [u8], limits: &Limits) -> Text<'a> {
    // A map is an array of objects: two JSON levels for one Thrift level.
    let limits = Limits { depth: limits.depth.saturating_mul(2), ..*limits };
    Text { json, limits, make: &|parser, tape| parser.item(tape) }
}

impl Parser<'_> {
    fn item(&mut self, tape: &mut Vec<u8>) -> Result<()> {
        self.begins(tape.len());
        match self.peek() {
            Some(b'{') => self.deeper(|parser| parser.object(tape)),
            Some(b'[') => self.deeper(|parser| parser.array(tape)),
            Some(b'"') => {
                tape.push(tag::STRING);
                self.text(tape)
            }
            _ => {
                let place = self.at();
                let token = self.token()?;
                tape.push(match &*token {
                    b"true" => tag::TRUE,
                    b"false" => tag::FALSE,
                    b"null" => tag::NULL,
                    _ => tag::NUMBER,
                });
                if tape.last() == Some(&tag::NUMBER) {
                    let Ok(len) = u8::try_from(token.len()) else {
                        return Err(self.no(&token, "number", &[], place));
                    };
                    tape.push(len);
                    tape.extend_from_slice(&token);
                }
                Ok(())
            }
        }
    }

    fn object(&mut self, tape: &mut Vec<u8>) -> Result<()> {
        self.expect(b'{')?;
        let start = open(tag::OBJECT, tape);
        let (mut count, mut first) = (0_u32, true);
        let mut second = start;
        while self.another(&mut first, b'}')? {
            if count == 1 {
                second = tape.len();
            }
            count += 1;
            self.text(tape)?;
            self.expect(b':')?;
            self.item(tape)?;
        }
        // A map entry: the key is emitted first, regardless of member order.
        if count == 2 && tape[start..].starts_with(b"\0\0\0\x05value") {
            tape[start..].rotate_left(second - start);
        }
        self.close(start, count, tape)
    }

    fn array(&mut self, tape: &mut Vec<u8>) -> Result<()> {
        self.expect(b'[')?;
        let start = open(tag::ARRAY, tape);
        let (mut count, mut first) = (0_u32, true);
        while self.another(&mut first, b']')? {
            count += 1;
            self.item(tape)?;
        }
        self.close(start, count, tape)
    }

    fn text(&mut self, tape: &mut Vec<u8>) -> Result<()> {
        let length = tape.len();
        tape.extend_from_slice(&[0; 4]);
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a name in quotes"));
        }
        self.string(tape)?;
        let size = self.bytes(tape.len() - length - 4)?;
        tape[length..length + 4].copy_from_slice(&size);
        Ok(())
    }

    fn close(&self, start: usize, count: u32, tape: &mut [u8]) -> Result<()> {
        let size = self.bytes(tape.len() - start)?;
        tape[start - 8..start - 4].copy_from_slice(&count.to_be_bytes());
        tape[start - 4..start].copy_from_slice(&size);
        Ok(())
    }

    fn bytes(&self, size: usize) -> Result<[u8; 4]> {
        match i32::try_from(size) {
            Ok(size) => Ok(size.to_be_bytes()),
            Err(_) => Err(Error::new(ErrorKind::SizeLimit, "a value above 2 GiB")),
        }
    }
}

/// Reserves space for item count and size. Returns the offset of the first item.
fn open(tag: u8, tape: &mut Vec<u8>) -> usize {
    tape.push(tag);
    tape.extend_from_slice(&[0; 8]);
    tape.len()
}
