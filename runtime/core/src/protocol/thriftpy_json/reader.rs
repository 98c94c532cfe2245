//! Reader of values from a tape.

use std::str::FromStr;

use bytes::Bytes;

use super::tape::tag;
#[cfg(feature = "dynamic")]
use crate::codec::LoadedNames;
use crate::codec::{FieldHeader, Names, RawValue, Reader, StructNames};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::cursor::{Blobs, Cursor};
use crate::protocol::json::decoded::Decoded;
use crate::protocol::json::parser::shown;
use crate::ttype::TType;
use crate::value::uuid::Uuid;

/// Placeholder for the type of a field, which the JSON does not contain.
const ANY: TType = TType(0xff);

/// Reads values by field name.
#[derive(Debug)]
pub(crate) struct TapeReader<'de> {
    cursor: Cursor<'de>,
    /// Open structs and containers, outermost first.
    levels: Vec<Level>,
}

#[derive(Debug)]
enum Level {
    /// Members left.
    Struct {
        names: Names,
        left: usize,
    },
    List,
    /// Whether a key comes next, or its value.
    Map {
        key: bool,
    },
}

impl<'de> TapeReader<'de> {
    pub(crate) fn new(tape: &'de [u8], decoded: &'de Decoded, limits: &Limits) -> TapeReader<'de> {
        TapeReader { cursor: Cursor::new(tape, Blobs::Base64(decoded), limits), levels: Vec::new() }
    }

    pub(crate) fn finish(&self) -> Result<()> {
        self.cursor.finish()
    }

    /// Reads the member name before a value.
    fn begin(&mut self) -> Result<()> {
        let Some(Level::Map { key }) = self.levels.last_mut() else { return Ok(()) };
        *key = !*key;
        let name = if *key { "value" } else { "key" };
        if name == "key" && self.open(tag::OBJECT, "an object with `key` and `value`")? != 2 {
            return Err(self.wrong("an object with `key` and `value`"));
        }
        match self.name()? {
            found if found == name => Ok(()),
            _ => Err(self.wrong("an object with `key` and `value`")),
        }
    }

    #[cold]
    fn wrong(&self, expected: &str) -> Error {
        let found = match self.cursor.rest.first() {
            Some(&tag::OBJECT) => "an object",
            Some(&tag::ARRAY) => "an array",
            Some(&tag::STRING) => "a string",
            Some(&tag::NUMBER) => "a number",
            Some(&tag::TRUE | &tag::FALSE) => "true or false",
            Some(&tag::NULL) => "null",
            _ => "something else",
        };
        let message = format!("{expected} expected, but found {found}");
        Error::new(ErrorKind::TypeMismatch, message).beginning_at(self.cursor.offset())
    }

    fn expect(&mut self, tag: u8, expected: &str) -> Result<()> {
        match self.cursor.rest {
            [found, rest @ ..] if *found == tag => {
                self.cursor.rest = rest;
                Ok(())
            }
            _ => Err(self.wrong(expected)),
        }
    }

    /// Reads the start of an object or array and returns its item count.
    fn open(&mut self, tag: u8, expected: &str) -> Result<usize> {
        self.expect(tag, expected)?;
        let count = u32::from_be_bytes(self.cursor.array()?);
        self.cursor.pass(4)?;
        self.cursor.count(count as usize, 1)
    }

    /// Reads the name of a member.
    fn name(&mut self) -> Result<&'de str> {
        let len = u32::from_be_bytes(self.cursor.array()?);
        let bytes = self.cursor.slice(len as usize)?;
        self.cursor.text(bytes)
    }

    fn pass(&mut self) -> Result<()> {
        let [tag] = self.cursor.array()?;
        let len = match tag {
            tag::OBJECT | tag::ARRAY => {
                self.cursor.pass(4)?;
                u32::from_be_bytes(self.cursor.array()?)
            }
            tag::STRING => u32::from_be_bytes(self.cursor.array()?),
            tag::NUMBER => u32::from(self.cursor.array::<1>()?[0]),
            _ => 0,
        };
        self.cursor.pass(len as usize)
    }

    fn literal(&mut self, expected: &str) -> Result<&'de str> {
        self.begin()?;
        let before = self.cursor.rest;
        let text = match self.cursor.array::<1>()? {
            [tag::STRING] => self.name()?,
            [tag::NUMBER] => {
                let [len] = self.cursor.array()?;
                let bytes = self.cursor.slice(usize::from(len))?;
                self.cursor.text(bytes)?
            }
            _ => {
                self.cursor.rest = before;
                return Err(self.wrong(expected));
            }
        };
        Ok(text)
    }

    /// Reads a number, quoted or not.
    fn number<T: FromStr>(&mut self, expected: &str) -> Result<T> {
        let text = self.literal(expected)?;
        text.parse().map_err(|_| self.no(text, expected))
    }

    fn numbers<T: FromStr>(&mut self, count: usize, expected: &str) -> Result<Vec<T>> {
        let mut values = Vec::with_capacity(count);
        for index in 0..count {
            values.push(self.number(expected).map_err(|error| error.in_element(index))?);
        }
        Ok(values)
    }

    #[cold]
    fn no(&self, text: &str, expected: &str) -> Error {
        let message = format!("`{}` is not a valid {expected}", shown(text.as_bytes()));
        self.cursor.error(ErrorKind::InvalidData, message)
    }

    fn object(&mut self, names: Names) -> Result<i16> {
        self.begin()?;
        let left = self.open(tag::OBJECT, "an object")?;
        self.cursor.deeper(1)?;
        self.levels.push(Level::Struct { names, left });
        Ok(0)
    }

    fn list(&mut self, level: Level) -> Result<usize> {
        self.begin()?;
        let count = self.open(tag::ARRAY, "an array")?;
        self.cursor.deeper(1)?;
        self.levels.push(level);
        Ok(count)
    }

    fn end(&mut self) {
        self.levels.pop();
        self.cursor.shallower(1);
    }

    #[cold]
    fn untyped(&self) -> Error {
        let message = "ThriftPy's JSON has no types: a value can only be decoded as a known type";
        self.cursor.error(ErrorKind::InvalidData, message)
    }
}

/// Whether an item with this tag may be a value of the type.
fn may_be(ty: TType, tag: Option<&u8>) -> bool {
    match (ty, tag) {
        (TType::STRUCT, Some(&tag::OBJECT)) => true,
        (TType::LIST | TType::SET | TType::MAP, Some(&tag::ARRAY)) => true,
        (TType::BOOL, Some(&tag::TRUE | &tag::FALSE | &tag::NUMBER)) => true,
        (TType::STRING | TType::UUID, Some(&tag::STRING)) => true,
        (TType::I8 | TType::I16 | TType::I32 | TType::I64 | TType::DOUBLE, Some(tag)) => {
            matches!(*tag, tag::NUMBER | tag::STRING)
        }
        _ => false,
    }
}

impl<'de> Reader<'de> for TapeReader<'de> {
    fn struct_begin(&mut self, names: &'static StructNames) -> Result<i16> {
        self.object(Names::Static(names))
    }
    #[cfg(feature = "dynamic")]
    fn loaded_struct_begin(&mut self, names: &std::sync::Arc<LoadedNames>) -> Result<i16> {
        self.object(Names::Loaded(names.clone()))
    }
    fn struct_end(&mut self, _outer: i16) {
        self.end();
    }

    /// The next member with a known name and a value other than `null`. Its type is not contained
    /// in the JSON.
    fn field(&mut self) -> Result<FieldHeader> {
        loop {
            match self.levels.last_mut() {
                Some(Level::Struct { left, .. }) if *left > 0 => *left -= 1,
                _ => return Ok(FieldHeader { ty: TType::STOP, id: 0 }),
            }
            let name = self.name()?;
            let id = match self.levels.last() {
                Some(Level::Struct { names, .. }) => names.id(name),
                _ => None,
            };
            match id {
                Some(id) if self.cursor.rest.first() != Some(&tag::NULL) => {
                    return Ok(FieldHeader { ty: ANY, id });
                }
                _ => self.pass()?,
            }
        }
    }

    fn field_is(&mut self, ty: TType, id: i16) -> bool {
        let Some(Level::Struct { names, left: left @ 1.. }) = self.levels.last_mut() else {
            return false;
        };
        let Some(name) = names.of(id) else { return false };
        let rest = self.cursor.rest;
        let found = rest
            .strip_prefix(&(name.len() as u32).to_be_bytes())
            .and_then(|rest| rest.strip_prefix(name.as_bytes()))
            .filter(|rest| may_be(ty, rest.first()));
        match found {
            Some(rest) => {
                *left -= 1;
                self.cursor.rest = rest;
                true
            }
            None => false,
        }
    }

    fn fits(&self, _field: FieldHeader, ty: TType) -> bool {
        may_be(ty, self.cursor.rest.first())
    }

    fn offset(&self) -> Option<usize> {
        Some(self.cursor.offset())
    }

    fn skip(&mut self, _ty: TType) -> Result<()> {
        self.begin()?;
        self.pass()
    }
    fn capture(&mut self, _ty: TType) -> Result<RawValue<'de>> {
        Err(self.untyped())
    }

    fn list_begin(&mut self, _element: TType) -> Result<usize> {
        self.list(Level::List)
    }
    fn list_end(&mut self) -> Result<()> {
        self.end();
        Ok(())
    }
    fn set_begin(&mut self, element: TType) -> Result<usize> {
        self.list_begin(element)
    }
    fn set_end(&mut self) -> Result<()> {
        self.list_end()
    }
    fn map_begin(&mut self, _key: TType, _value: TType) -> Result<usize> {
        self.list(Level::Map { key: true })
    }
    fn map_end(&mut self) -> Result<()> {
        self.list_end()
    }
    fn any_list_begin(&mut self) -> Result<(TType, usize)> {
        Err(self.untyped())
    }
    fn any_map_begin(&mut self) -> Result<(TType, TType, usize)> {
        Err(self.untyped())
    }

    #[inline]
    fn deeper(&mut self, levels: u32) -> Result<()> {
        self.cursor.deeper(levels)
    }
    #[inline]
    fn shallower(&mut self, levels: u32) {
        self.cursor.shallower(levels);
    }

    fn room_for<T>(&mut self, count: usize) -> Result<usize> {
        self.cursor.room_for::<T>(count)
    }

    fn bool(&mut self) -> Result<bool> {
        self.begin()?;
        let before = self.cursor.rest;
        match self.cursor.array::<1>()? {
            [tag::TRUE] => Ok(true),
            [tag::FALSE] => Ok(false),
            // Python may write a bool as a number.
            [tag::NUMBER] => {
                let [len] = self.cursor.array()?;
                let text = self.cursor.slice(usize::from(len))?;
                Ok(text != b"0")
            }
            _ => {
                self.cursor.rest = before;
                Err(self.wrong("a bool"))
            }
        }
    }
    fn i8(&mut self) -> Result<i8> {
        self.number("i8")
    }
    fn i16(&mut self) -> Result<i16> {
        self.number("i16")
    }
    fn i32(&mut self) -> Result<i32> {
        self.number("i32")
    }
    fn i64(&mut self) -> Result<i64> {
        self.number("i64")
    }
    fn double(&mut self) -> Result<f64> {
        let text = self.literal("double")?;
        match text.parse::<f64>() {
            // Out-of-range numbers would become infinite.
            Ok(value) if value.is_finite() || !text.contains(|c: char| c.is_ascii_digit()) => {
                Ok(value)
            }
            _ => Err(self.no(text, "double")),
        }
    }
    fn uuid(&mut self) -> Result<[u8; 16]> {
        self.number::<Uuid>("uuid").map(|uuid| uuid.0)
    }
    fn string(&mut self) -> Result<&'de str> {
        self.begin()?;
        self.expect(tag::STRING, "a string")?;
        self.name()
    }
    fn binary(&mut self) -> Result<&'de [u8]> {
        let letters = self.string()?.as_bytes();
        self.cursor.borrowed(letters)
    }
    fn owned(&mut self) -> Result<Vec<u8>> {
        let letters = self.string()?.as_bytes();
        self.cursor.owned(letters)
    }
    fn shared(&mut self) -> Result<Bytes> {
        let letters = self.string()?.as_bytes();
        self.cursor.shared(letters)
    }

    fn i8s(&mut self, count: usize) -> Result<Vec<i8>> {
        self.numbers(count, "i8")
    }
    fn i16s(&mut self, count: usize) -> Result<Vec<i16>> {
        self.numbers(count, "i16")
    }
    fn i32s(&mut self, count: usize) -> Result<Vec<i32>> {
        self.numbers(count, "i32")
    }
    fn i64s(&mut self, count: usize) -> Result<Vec<i64>> {
        self.numbers(count, "i64")
    }
    fn doubles(&mut self, count: usize) -> Result<Vec<f64>> {
        let mut values = Vec::with_capacity(count);
        for index in 0..count {
            values.push(self.double().map_err(|error| error.in_element(index))?);
        }
        Ok(values)
    }
}
