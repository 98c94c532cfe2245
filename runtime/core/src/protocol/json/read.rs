//! Transcoding from JSON to the binary protocol.

use super::parser::Parser;
use super::places::Text;
use super::types::named;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::ttype::TType;
use crate::value::uuid::Uuid;

/// The text of a struct.
pub(crate) fn structure<'a>(json: &'a [u8], limits: &Limits) -> Text<'a> {
    Text { json, limits: *limits, make: &|parser, out| parser.value(TType::STRUCT, out) }
}

/// Reads a value of the type up to the end of the text.
pub(crate) fn transcode(ty: TType, json: &[u8], limits: &Limits) -> Result<Vec<u8>> {
    let make = |parser: &mut Parser<'_>, out: &mut Vec<u8>| parser.value(ty, out);
    let (bytes, made) = Text { json, limits: *limits, make: &make }.bytes();
    made.map(|()| bytes)
}

impl Parser<'_> {
    /// Transcodes one value.
    pub(crate) fn value(&mut self, ty: TType, out: &mut Vec<u8>) -> Result<()> {
        self.begins(out.len());
        match ty {
            TType::STRUCT => self.deeper(|parser| parser.fields(out)),
            TType::LIST | TType::SET => self.deeper(|parser| parser.elements(out)),
            TType::MAP => self.deeper(|parser| parser.entries(out)),
            _ => self.scalar(ty, out),
        }
    }

    fn fields(&mut self, out: &mut Vec<u8>) -> Result<()> {
        self.expect(b'{')?;
        let mut first = true;
        while self.another(&mut first, b'}')? {
            let id: i16 = self.number("field id")?;
            self.expect(b':')?;
            self.expect(b'{')?;
            let ty = self.type_name()?;
            self.expect(b':')?;
            out.push(ty.0);
            out.extend_from_slice(&id.to_be_bytes());
            self.value(ty, out)?;
            self.expect(b'}')?;
        }
        out.push(TType::STOP.0);
        Ok(())
    }

    fn elements(&mut self, out: &mut Vec<u8>) -> Result<()> {
        self.expect(b'[')?;
        let element = self.type_name()?;
        self.expect(b',')?;
        let (size, place) = (self.size()?, self.at());
        out.push(element.0);
        out.extend_from_slice(&size.to_be_bytes());
        let mut count = 0;
        // The size is one more element of the array.
        while self.another(&mut false, b']')? {
            self.counted(&mut count, size, place)?;
            self.value(element, out)?;
        }
        self.all_there(count, size, place)
    }

    fn entries(&mut self, out: &mut Vec<u8>) -> Result<()> {
        self.expect(b'[')?;
        let key = self.type_name()?;
        self.expect(b',')?;
        let value = self.type_name()?;
        self.expect(b',')?;
        let (size, place) = (self.size()?, self.at());
        out.extend_from_slice(&[key.0, value.0]);
        out.extend_from_slice(&size.to_be_bytes());
        self.expect(b',')?;
        self.expect(b'{')?;
        let (mut count, mut first) = (0, true);
        while self.another(&mut first, b'}')? {
            self.counted(&mut count, size, place)?;
            self.key(key, out)?;
            self.expect(b':')?;
            self.value(value, out)?;
        }
        self.all_there(count, size, place)?;
        self.expect(b']')
    }

    fn key(&mut self, ty: TType, out: &mut Vec<u8>) -> Result<()> {
        match ty {
            // Not valid JSON, but written and read by Apache's libraries.
            TType::STRUCT | TType::LIST | TType::SET | TType::MAP => self.value(ty, out),
            _ => match self.peek() {
                Some(b'"') | None => self.scalar(ty, out),
                Some(_) => Err(self.unexpected("a key in quotes")),
            },
        }
    }

    /// Declared sizes are not trusted: elements are counted.
    fn counted(&self, count: &mut i32, size: i32, place: usize) -> Result<()> {
        match *count < size {
            true => {
                *count += 1;
                Ok(())
            }
            false => {
                let message = format!("more than the declared {size} elements");
                Err(Error::new(ErrorKind::InvalidData, message).at_offset(place))
            }
        }
    }

    fn all_there(&self, count: i32, size: i32, place: usize) -> Result<()> {
        match count == size {
            true => Ok(()),
            false => {
                let message = format!("{count} elements, but {size} were declared");
                Err(Error::new(ErrorKind::InvalidData, message).at_offset(place))
            }
        }
    }

    fn scalar(&mut self, ty: TType, out: &mut Vec<u8>) -> Result<()> {
        match ty {
            TType::BOOL => {
                let place = self.at();
                let value = match &*self.token()? {
                    b"1" | b"true" => 1,
                    b"0" | b"false" => 0,
                    token => return Err(self.no(token, "bool", &["true", "false"], place)),
                };
                out.push(value);
            }
            TType::I8 => out.extend_from_slice(&self.number::<i8>("i8")?.to_be_bytes()),
            TType::I16 => out.extend_from_slice(&self.number::<i16>("i16")?.to_be_bytes()),
            TType::I32 => out.extend_from_slice(&self.number::<i32>("i32")?.to_be_bytes()),
            TType::I64 => out.extend_from_slice(&self.number::<i64>("i64")?.to_be_bytes()),
            TType::DOUBLE => out.extend_from_slice(&self.double()?.to_be_bytes()),
            TType::STRING => {
                let length = out.len();
                out.extend_from_slice(&[0; 4]);
                if let Err(error) = self.string(out) {
                    // Decoding the partial bytes ends here.
                    out.truncate(length);
                    return Err(error);
                }
                match i32::try_from(out.len() - length - 4) {
                    Ok(size) => out[length..length + 4].copy_from_slice(&size.to_be_bytes()),
                    Err(_) => {
                        return Err(self.error(ErrorKind::SizeLimit, "a string above 2 GiB"));
                    }
                }
            }
            TType::UUID => {
                let place = self.at();
                let text = self.short_string()?;
                let uuid = std::str::from_utf8(&text).ok().and_then(|text| text.parse().ok());
                match uuid {
                    Some(Uuid(bytes)) => out.extend_from_slice(&bytes),
                    None => return Err(self.no(&text, "uuid", &[], place)),
                }
            }
            _ => return Err(self.error(ErrorKind::InvalidData, format!("a value of {ty}"))),
        }
        Ok(())
    }

    fn size(&mut self) -> Result<i32> {
        let size = self.number("size")?;
        match size {
            0.. => Ok(size),
            _ => Err(self.error(ErrorKind::NegativeSize, format!("negative size {size}"))),
        }
    }

    fn type_name(&mut self) -> Result<TType> {
        let place = self.at();
        let name = self.short_string()?;
        named(&name).ok_or_else(|| self.no(&name, "type", &[], place))
    }
}
