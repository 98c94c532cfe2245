//! Writer of JSON with field names and without types.

use std::fmt;
use std::io::Write as _;

use super::write::escape;
#[cfg(feature = "dynamic")]
use crate::codec::LoadedNames;
use crate::codec::{Encode, Names, RawValue, ScalarWriter, StructNames, Writer};
use crate::error::{Error, ErrorKind, Result};
use crate::ttype::TType;
use crate::value::base64;
use crate::value::uuid::Uuid;

/// The dialect of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Apache's `TSimpleJSONProtocol`: maps are objects.
    Simple,
    /// ThriftPy's, in the format of Python's `json`: maps are arrays of objects with `key` and
    /// `value`, and everything is ASCII.
    #[cfg(feature = "thriftpy-json")]
    ThriftPy,
}

/// Open structs and containers, outermost first.
#[derive(Debug)]
enum Level {
    Struct(Names),
    List,
    /// A key comes next, or else its value.
    Map {
        key: bool,
    },
}

/// Writes values in JSON.
///
/// Generic, so it is compiled only for the types in use.
#[derive(Debug)]
pub(crate) struct NamedWriter {
    out: Vec<u8>,
    dialect: Dialect,
    levels: Vec<Level>,
    /// The innermost struct or container is still empty.
    first: bool,
    /// The value belongs to a preserved unknown field: a `string` or a `binary`.
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
        NamedWriter::append_with(|writer| value.encode(writer), dialect, out)
    }

    /// Appends what the function writes, or nothing.
    pub(crate) fn append_with(
        value: impl FnOnce(&mut NamedWriter),
        dialect: Dialect,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let before = out.len();
        let mut writer = NamedWriter::new(std::mem::take(out), dialect);
        value(&mut writer);
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
        // Writing to a `Vec` never fails.
        let _ = self.out.write_fmt(text);
    }

    /// Followed by a space in Python's format.
    fn separator(&mut self, separator: &str) {
        let len = if self.is_simple() { 1 } else { 2 };
        self.text(&separator[..len]);
    }

    fn comma(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.separator(", ");
        }
    }

    /// Writes the separators before a value. Returns whether it is a key.
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

    /// Writes the separators after a value.
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

/// Writes characters outside printable ASCII as escapes, above 0xffff as surrogate pairs.
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
        self.open("{", Level::Struct(Names::Static(names)));
        0
    }
    #[cfg(feature = "dynamic")]
    fn loaded_struct_begin(&mut self, names: &std::sync::Arc<LoadedNames>) -> i16 {
        self.open("{", Level::Struct(Names::Loaded(names.clone())));
        0
    }
    fn struct_end(&mut self, _outer: i16) {
        self.close("}");
    }
    fn field(&mut self, _ty: TType, id: i16) {
        self.comma();
        // Taken out while its name is written.
        let level = self.levels.pop();
        let name = match &level {
            Some(Level::Struct(names)) => names.of(id),
            _ => None,
        };
        match name {
            Some(name) => self.string_literal(name),
            // A preserved unknown field.
            None => self.print(format_args!("\"{id}\"")),
        }
        self.levels.extend(level);
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
            // Not valid JSON, but written and read by Python.
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

    /// It has no names.
    fn is_exact(&self, _value: &RawValue<'_>) -> bool {
        false
    }
}
