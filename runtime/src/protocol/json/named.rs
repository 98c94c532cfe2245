//! Writing JSON with the names of fields, and without types.

use std::fmt;
use std::io::Write as _;

use super::write::escape;
use crate::codec::{Encode, RawValue, ScalarWriter, StructNames, Writer};
use crate::error::{Error, ErrorKind, Result};
use crate::ttype::TType;
use crate::value::base64;
use crate::value::uuid::Uuid;

/// Whose JSON it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Apache's `TSimpleJSONProtocol`: maps are objects.
    Simple,
    /// ThriftPy's, as Python's `json` writes it: maps are arrays of objects with `key` and `value`,
    /// and everything is ASCII.
    #[cfg(feature = "thriftpy-json")]
    ThriftPy,
}

/// What is being written, the outermost first.
#[derive(Debug)]
enum Level {
    Struct(&'static StructNames),
    List,
    /// A key comes next, or else its value.
    Map {
        key: bool,
    },
}

/// Writes values in JSON.
///
/// It is generic code that is compiled for every type written, but only for those that are.
#[derive(Debug)]
pub(crate) struct NamedWriter {
    out: Vec<u8>,
    dialect: Dialect,
    levels: Vec<Level>,
    /// Nothing has been written yet in the innermost struct or container.
    first: bool,
    /// What is written was kept of a field that is not known: it may be text or not.
    guess: bool,
    failure: Option<Error>,
}

impl NamedWriter {
    /// Appends a value, or nothing.
    pub(crate) fn append<T: Encode + ?Sized>(
        value: &T,
        dialect: Dialect,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let before = out.len();
        let mut writer = NamedWriter::new(std::mem::take(out), dialect);
        value.encode(&mut writer);
        *out = writer.out;
        match writer.failure {
            None => Ok(()),
            Some(error) => {
                out.truncate(before);
                Err(error)
            }
        }
    }

    fn new(out: Vec<u8>, dialect: Dialect) -> NamedWriter {
        NamedWriter { out, dialect, levels: Vec::new(), first: true, guess: false, failure: None }
    }

    fn is_simple(&self) -> bool {
        self.dialect == Dialect::Simple
    }

    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn print(&mut self, text: fmt::Arguments<'_>) {
        // A `Vec` takes everything.
        let _ = self.out.write_fmt(text);
    }

    /// One with a blank behind it in Python.
    fn separator(&mut self, separator: &str) {
        let len = if self.is_simple() { 1 } else { 2 };
        self.text(&separator[..len]);
    }

    fn comma(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.separator(", ");
        }
    }

    /// What stands before a value at this place. Returns whether it is a key.
    fn begin(&mut self) -> bool {
        let simple = self.is_simple();
        match self.levels.last_mut() {
            None | Some(Level::Struct(_)) => false,
            Some(Level::List) => {
                self.comma();
                false
            }
            Some(Level::Map { key }) => {
                *key = !*key;
                match (!*key, simple) {
                    (true, true) => self.comma(),
                    (true, false) => {
                        self.comma();
                        self.text("{\"key\": ");
                    }
                    (false, true) => self.text(":"),
                    (false, false) => self.text(", \"value\": "),
                }
                matches!(self.levels.last(), Some(Level::Map { key: false })) && simple
            }
        }
    }

    /// What stands behind a value at this place.
    fn end(&mut self) {
        let simple = self.is_simple();
        if let Some(Level::Map { key: true }) = self.levels.last()
            && !simple
        {
            self.text("}");
        }
    }

    fn scalar(&mut self, text: fmt::Arguments<'_>) {
        match self.begin() {
            true => self.print(format_args!("\"{text}\"")),
            false => self.print(text),
        }
        self.end();
    }

    fn quoted(&mut self, text: &str) {
        self.begin();
        self.string_literal(text);
        self.end();
    }

    fn string_literal(&mut self, text: &str) {
        self.text("\"");
        let start = self.out.len();
        escape(text, &mut self.out);
        if !self.is_simple() && self.out[start..].iter().any(|&byte| byte > b'~') {
            let escaped = ascii(&self.out[start..]);
            self.out.truncate(start);
            self.text(&escaped);
        }
        self.text("\"");
    }

    fn open(&mut self, bracket: &str, level: Level) {
        if self.begin() {
            let message = "a struct or container cannot be a key in JSON";
            self.failure.get_or_insert_with(|| Error::new(ErrorKind::InvalidData, message));
        }
        self.text(bracket);
        self.levels.push(level);
        self.first = true;
    }

    fn close(&mut self, bracket: &str) {
        self.text(bracket);
        self.levels.pop();
        self.first = false;
        self.end();
    }
}

/// Characters beyond what is printable in ASCII as escapes: those above 0xffff as two surrogates.
fn ascii(text: &[u8]) -> String {
    let mut escaped = String::with_capacity(text.len() * 2);
    for character in String::from_utf8_lossy(text).chars() {
        match character <= '~' {
            true => escaped.push(character),
            false => character
                .encode_utf16(&mut [0; 2])
                .iter()
                .for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    escaped
}

impl ScalarWriter for NamedWriter {
    fn field_bool(&mut self, id: i16, value: bool) {
        self.field(TType::BOOL, id);
        self.bool(value);
    }
    fn field_i8(&mut self, id: i16, value: i8) {
        self.field(TType::I8, id);
        self.i8(value);
    }
    fn field_i16(&mut self, id: i16, value: i16) {
        self.field(TType::I16, id);
        self.i16(value);
    }
    fn field_i32(&mut self, id: i16, value: i32) {
        self.field(TType::I32, id);
        self.i32(value);
    }
    fn field_i64(&mut self, id: i16, value: i64) {
        self.field(TType::I64, id);
        self.i64(value);
    }
    fn field_double(&mut self, id: i16, value: f64) {
        self.field(TType::DOUBLE, id);
        self.double(value);
    }
    fn field_uuid(&mut self, id: i16, value: [u8; 16]) {
        self.field(TType::UUID, id);
        self.uuid(value);
    }
    fn stop(&mut self) {}
}

impl Writer for NamedWriter {
    type Run<'a, const WIDTH: usize> = NamedWriter;

    fn run<const WIDTH: usize>(&mut self, fields: impl FnOnce(&mut NamedWriter)) {
        fields(self);
    }

    fn struct_begin(&mut self, names: &'static StructNames) -> i16 {
        self.open("{", Level::Struct(names));
        0
    }
    fn struct_end(&mut self, _outer: i16) {
        self.close("}");
    }
    fn field(&mut self, _ty: TType, id: i16) {
        self.comma();
        let name = match self.levels.last() {
            Some(Level::Struct(names)) => names.of(id),
            _ => None,
        };
        match name {
            Some(name) => self.string_literal(name),
            // What was kept of a field that is not known.
            None => self.print(format_args!("\"{id}\"")),
        }
        self.separator(": ");
    }

    fn list_begin(&mut self, _element: TType, _count: usize) {
        self.open("[", Level::List);
    }
    fn list_end(&mut self) {
        self.close("]");
    }
    fn set_begin(&mut self, element: TType, count: usize) {
        self.list_begin(element, count);
    }
    fn set_end(&mut self) {
        self.list_end();
    }
    fn map_begin(&mut self, _key: TType, _value: TType, _count: usize) {
        self.open(if self.is_simple() { "{" } else { "[" }, Level::Map { key: true });
    }
    fn map_end(&mut self) {
        self.close(if self.is_simple() { "}" } else { "]" });
    }

    fn bool(&mut self, value: bool) {
        match self.is_simple() {
            true => self.scalar(format_args!("{}", u8::from(value))),
            false => self.scalar(format_args!("{value}")),
        }
    }
    fn i8(&mut self, value: i8) {
        self.scalar(format_args!("{value}"));
    }
    fn i16(&mut self, value: i16) {
        self.scalar(format_args!("{value}"));
    }
    fn i32(&mut self, value: i32) {
        self.scalar(format_args!("{value}"));
    }
    fn i64(&mut self, value: i64) {
        self.scalar(format_args!("{value}"));
    }
    fn double(&mut self, value: f64) {
        let name = match value {
            _ if value.is_nan() => "NaN",
            f64::INFINITY => "Infinity",
            f64::NEG_INFINITY => "-Infinity",
            _ => return self.scalar(format_args!("{value:?}")),
        };
        match self.is_simple() {
            true => self.quoted(name),
            // What Python writes and reads, though it is no JSON.
            false => self.scalar(format_args!("{name}")),
        }
    }
    fn uuid(&mut self, value: [u8; 16]) {
        let text = Uuid(value).to_string();
        self.quoted(&text);
    }
    fn string(&mut self, value: &str) {
        self.quoted(value);
    }
    fn binary(&mut self, value: &[u8]) {
        if self.guess
            && let Ok(text) = std::str::from_utf8(value)
        {
            return self.string(text);
        }
        self.begin();
        self.text("\"");
        base64::encode(value, &mut self.out);
        self.text("\"");
        self.end();
    }

    fn raw(&mut self, value: &RawValue<'_>) {
        self.guess = true;
        if let Err(error) = value.carry_over(self) {
            self.failure.get_or_insert(error);
        }
        self.guess = false;
    }
}
