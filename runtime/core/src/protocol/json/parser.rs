//! The JSON tokenizer.

use std::borrow::Cow;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};
use crate::limits::{Limits, TOO_DEEP};

/// Reads JSON tokens from start to end.
pub(crate) struct Parser<'a> {
    json: &'a [u8],
    at: usize,
    /// Remaining nesting depth.
    depth: u32,
    /// Whether invalid UTF-8 is replaced.
    lossy: bool,
    /// For [position lookups](Parser::looking_for): an output offset, and the text position of the
    /// last value that begins before it.
    wanted: usize,
    place: usize,
}

impl<'a> Parser<'a> {
    /// Reads values.
    pub(crate) fn new(json: &'a [u8], limits: &Limits) -> Parser<'a> {
        Parser::looking_for(0, json, limits)
    }

    /// Reads a message header, which has no nesting.
    pub(crate) fn flat(json: &'a [u8]) -> Parser<'a> {
        Parser::new(json, &Limits { depth: 0, ..Limits::DEFAULT })
    }

    /// Reads values again to find the text position of an output offset.
    pub(crate) fn looking_for(offset: usize, json: &'a [u8], limits: &Limits) -> Parser<'a> {
        let Limits { depth, lossy_utf8, .. } = *limits;
        Parser { json, at: 0, depth, lossy: lossy_utf8, wanted: offset, place: 0 }
    }

    /// The position found.
    pub(crate) fn place(&self) -> usize {
        self.place
    }

    /// Records the start of a value at this output offset.
    pub(crate) fn begins(&mut self, made: usize) {
        if made < self.wanted {
            self.peek();
            self.place = self.at;
        }
    }

    /// Bytes read so far.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn deeper(&mut self, inside: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        match self.depth.checked_sub(1) {
            Some(depth) => self.depth = depth,
            None => return Err(self.error(ErrorKind::DepthLimit, TOO_DEEP)),
        }
        inside(self)?;
        self.depth += 1;
        Ok(())
    }

    pub(crate) fn expect(&mut self, byte: u8) -> Result<()> {
        match self.peek() {
            Some(found) if found == byte => {
                self.at += 1;
                Ok(())
            }
            _ => Err(self.unexpected(format_args!("`{}`", char::from(byte)))),
        }
    }

    /// Reads a comma or the closing bracket. Returns whether another item follows.
    pub(crate) fn another(&mut self, first: &mut bool, end: u8) -> Result<bool> {
        match self.peek() {
            Some(byte) if byte == end => {
                self.at += 1;
                Ok(false)
            }
            Some(_) if std::mem::take(first) => Ok(true),
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            _ => Err(self.unexpected(format_args!("`,` or `{}`", char::from(end)))),
        }
    }

    /// Peeks at the next byte that is not white space.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.json.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                byte => return Some(*byte),
            }
        }
        None
    }

    /// Reads an integer, quoted or not.
    pub(crate) fn number<T: FromStr>(&mut self, what: &str) -> Result<T> {
        let place = self.at;
        let token = self.token()?;
        match std::str::from_utf8(&token).ok().and_then(|token| token.parse().ok()) {
            Some(number) => Ok(number),
            None => Err(self.no(&token, what, &[], place)),
        }
    }

    pub(crate) fn double(&mut self) -> Result<f64> {
        let place = self.at;
        let token = self.token()?;
        // This also understands `nan`, `inf` and `infinity` in any case.
        let value = std::str::from_utf8(&token).ok().and_then(|token| token.parse::<f64>().ok());
        match value {
            // Out-of-range numbers would become infinite.
            Some(value) if value.is_finite() || !token.iter().any(u8::is_ascii_digit) => Ok(value),
            _ => Err(self.no(&token, "double", &["nan", "infinity"], place)),
        }
    }

    /// Reads the characters of a number or word, quoted or not.
    pub(crate) fn token(&mut self) -> Result<Cow<'a, [u8]>> {
        if self.peek() == Some(b'"') {
            return self.short_string();
        }
        let rest = &self.json[self.at..];
        let len = rest
            .iter()
            .position(|byte| !matches!(byte, b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z'))
            .unwrap_or(rest.len());
        if len == 0 {
            return Err(self.unexpected("a number"));
        }
        self.at += len;
        Ok(rest[..len].into())
    }

    /// A string that is mostly without escapes.
    pub(crate) fn short_string(&mut self) -> Result<Cow<'a, [u8]>> {
        self.expect(b'"')?;
        let rest = &self.json[self.at..];
        match rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
            Some(len) if rest[len] == b'"' => {
                self.at += len + 1;
                Ok(rest[..len].into())
            }
            _ => {
                let mut text = Vec::new();
                self.rest_of_string(&mut text)?;
                Ok(text.into())
            }
        }
    }

    /// Skips a value of any kind, counting brackets without matching their types. Returns its
    /// range.
    #[cfg(feature = "thriftpy-json")]
    pub(crate) fn pass(&mut self) -> Result<std::ops::Range<usize>> {
        self.peek();
        let (start, mut open) = (self.at, 0_usize);
        loop {
            match self.peek() {
                Some(b'"') => self.pass_string()?,
                Some(b'{' | b'[') => {
                    open += 1;
                    self.at += 1;
                }
                // The end of a value that is not a container.
                Some(b'}' | b']' | b',') if open == 0 => return Ok(start..self.at),
                Some(b'}' | b']') => {
                    open -= 1;
                    self.at += 1;
                    if open == 0 {
                        return Ok(start..self.at);
                    }
                }
                Some(_) => self.at += 1,
                None => return Err(self.unexpected("more")),
            }
        }
    }

    #[cfg(feature = "thriftpy-json")]
    fn pass_string(&mut self) -> Result<()> {
        self.expect(b'"')?;
        loop {
            match self.next()? {
                b'"' => return Ok(()),
                b'\\' => drop(self.next()?),
                _ => {}
            }
        }
    }

    pub(crate) fn string(&mut self, out: &mut Vec<u8>) -> Result<()> {
        self.expect(b'"')?;
        let (place, start) = (self.at, out.len());
        self.rest_of_string(out)?;
        match std::str::from_utf8(&out[start..]) {
            Ok(_) => Ok(()),
            Err(_) if self.lossy => {
                let text = String::from_utf8_lossy(&out[start..]).into_owned();
                out.truncate(start);
                out.extend_from_slice(text.as_bytes());
                Ok(())
            }
            Err(error) => {
                let message = format!("the string is not UTF-8: {error}");
                Err(Error::new(ErrorKind::InvalidUtf8, message).at_offset(place))
            }
        }
    }

    /// Appends the contents of a string after its opening quote, and reads the closing quote.
    fn rest_of_string(&mut self, out: &mut Vec<u8>) -> Result<()> {
        loop {
            let rest = &self.json[self.at..];
            let len = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'));
            let plain = &rest[..len.unwrap_or(rest.len())];
            out.extend_from_slice(plain);
            self.at += plain.len();
            match self.next()? {
                b'"' => return Ok(()),
                _ => self.escape(out)?,
            }
        }
    }

    /// Reads an escape after its backslash.
    fn escape(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let byte = match self.next()? {
            byte @ (b'"' | b'\\' | b'/') => byte,
            b'b' => 8,
            b't' => 9,
            b'n' => 10,
            b'f' => 12,
            b'r' => 13,
            b'u' => {
                let character = self.character()?;
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => {
                self.at -= 1;
                return Err(self.unexpected("an escape"));
            }
        };
        out.push(byte);
        Ok(())
    }

    fn character(&mut self) -> Result<char> {
        let first = self.hex()?;
        let place = self.at;
        match self.character_from(first) {
            // An unpaired surrogate is replaced alone; the next escape may be a separate character.
            Err(_) if self.lossy => {
                self.at = place;
                Ok(char::REPLACEMENT_CHARACTER)
            }
            result => result,
        }
    }

    /// Characters above 0xffff are surrogate pairs.
    fn character_from(&mut self, first: u32) -> Result<char> {
        let code = match first {
            0xd800..0xdc00 => {
                let escaped = self.has(b'\\')? && self.has(b'u')?;
                match if escaped { self.hex()? } else { 0 } {
                    second @ 0xdc00..0xe000 => {
                        0x10000 + (first - 0xd800) * 0x400 + (second - 0xdc00)
                    }
                    // Not followed by a low surrogate.
                    _ => first,
                }
            }
            code => code,
        };
        char::from_u32(code)
            .ok_or_else(|| self.error(ErrorKind::InvalidUtf8, "an unpaired surrogate"))
    }

    /// Reads the byte if it comes next, and returns whether it did.
    fn has(&mut self, byte: u8) -> Result<bool> {
        match self.json.get(self.at) {
            Some(found) if *found == byte => {
                self.at += 1;
                Ok(true)
            }
            Some(_) => Ok(false),
            None => Err(self.unexpected("a low surrogate")),
        }
    }

    fn hex(&mut self) -> Result<u32> {
        let mut code = 0;
        for _ in 0..4 {
            match char::from(self.next()?).to_digit(16) {
                Some(digit) => code = code << 4 | digit,
                None => {
                    self.at -= 1;
                    return Err(self.unexpected("a hexadecimal digit"));
                }
            }
        }
        Ok(code)
    }

    fn next(&mut self) -> Result<u8> {
        match self.json.get(self.at) {
            Some(byte) => {
                self.at += 1;
                Ok(*byte)
            }
            None => Err(self.unexpected("more")),
        }
    }

    #[cold]
    pub(crate) fn error(&self, kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(kind, message).at_offset(self.at)
    }

    /// The error for an unexpected token or the end of input.
    #[cold]
    pub(crate) fn unexpected(&self, expected: impl std::fmt::Display) -> Error {
        match self.json.get(self.at) {
            Some(found) => {
                let found = match self.json[self.at..].utf8_chunks().next() {
                    Some(chunk) if !chunk.valid().is_empty() => {
                        chunk.valid().chars().take(1).flat_map(char::escape_debug).collect()
                    }
                    _ => format!("\\x{found:02x}"),
                };
                let message = format!("{expected} expected, but found `{found}`");
                self.error(ErrorKind::InvalidData, message)
            }
            None => {
                let message = format!("{expected} expected, but found the end");
                self.error(ErrorKind::UnexpectedEof, message)
            }
        }
    }

    /// The error for an invalid token; if it is a prefix of a number or an accepted word, the input
    /// may be truncated.
    #[cold]
    pub(crate) fn no(&self, token: &[u8], what: &str, words: &[&str], place: usize) -> Error {
        // A quoted token is complete.
        let at_end = self.at == self.json.len() && self.json.last() != Some(&b'"');
        let kind = match at_end && is_begin(token, words) {
            true => ErrorKind::UnexpectedEof,
            false => ErrorKind::InvalidData,
        };
        Error::new(kind, format!("`{}` is not a valid {what}", shown(token))).at_offset(place)
    }
}

/// Whether the token is a prefix of a number or of one of the words.
fn is_begin(token: &[u8], words: &[&str]) -> bool {
    let unsigned = token.strip_prefix(b"-").or(token.strip_prefix(b"+")).unwrap_or(token);
    let (Some(first), Some(last)) = (unsigned.first(), unsigned.last()) else { return true };
    if first.is_ascii_digit() || *first == b'.' {
        return matches!(last, b'-' | b'+' | b'.' | b'e' | b'E');
    }
    words.iter().any(|word| {
        word.len() > unsigned.len()
            && word.as_bytes()[..unsigned.len()].eq_ignore_ascii_case(unsigned)
    })
}

/// Text truncated for an error message.
pub(crate) fn shown(text: &[u8]) -> String {
    const MOST: usize = 40;
    // A character has at most four bytes.
    let begin = String::from_utf8_lossy(&text[..text.len().min(4 * MOST + 4)]);
    let mut shown: String = begin.chars().take(MOST).flat_map(char::escape_debug).collect();
    if begin.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}
