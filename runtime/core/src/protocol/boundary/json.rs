//! Boundaries in `TJSONProtocol`: the bracket that closes the first one, or the end of a lone scalar.

use super::{Skipper, too_large};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{Limits, TOO_DEEP};

/// The lexical state at a byte of JSON.
#[derive(Debug, Default)]
pub(super) struct Brackets {
    /// Number of open brackets.
    open: usize,
    in_string: bool,
    /// After a backslash.
    escaped: bool,
}

impl Skipper {
    /// End of the value at the start of `bytes`, behind white space. A lone number has an end only if another
    /// character follows, or if nothing does (`all`).
    pub(crate) fn end_of_json(
        &mut self,
        bytes: &[u8],
        all: bool,
        limits: &Limits,
    ) -> Result<Option<usize>> {
        let is_space = u8::is_ascii_whitespace;
        let Some(start) = bytes.iter().position(|byte| !is_space(byte)) else { return Ok(None) };
        if matches!(bytes[start], b'[' | b'{' | b'"') {
            return self.end_in_json(bytes, limits);
        }
        let from = self.at.max(start);
        let ends = |byte: &u8| is_space(byte) || matches!(byte, b',' | b':' | b']' | b'}');
        let end = bytes[from..].iter().position(ends).map(|length| from + length);
        self.at = end.unwrap_or(bytes.len());
        if self.at > limits.message {
            return Err(too_large("a value", limits));
        }
        Ok(end.or(all.then_some(bytes.len())))
    }

    pub(super) fn end_in_json(&mut self, bytes: &[u8], limits: &Limits) -> Result<Option<usize>> {
        let brackets = &mut self.brackets;
        for &byte in &bytes[self.at..] {
            #[cfg(test)]
            (self.steps += 1);
            if self.at >= limits.message {
                return Err(too_large("a message", limits));
            }
            self.at += 1;
            match byte {
                _ if brackets.escaped => brackets.escaped = false,
                b'\\' if brackets.in_string => brackets.escaped = true,
                b'"' => {
                    brackets.in_string = !brackets.in_string;
                    if brackets.open == 0 && !brackets.in_string {
                        return Ok(Some(self.at));
                    }
                }
                _ if brackets.in_string => {}
                b'[' | b'{' => {
                    brackets.open += 1;
                    // Extra levels: the message around the struct, the type around a field's value,
                    // and the header around the entries of a map.
                    if brackets.open as u64 > 2 * u64::from(limits.depth) + 1 {
                        let error = Error::new(ErrorKind::DepthLimit, TOO_DEEP);
                        return Err(error.at_offset(self.at));
                    }
                }
                b']' | b'}' => {
                    brackets.open -= 1;
                    if brackets.open == 0 {
                        return Ok(Some(self.at));
                    }
                }
                _ => {}
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{MANY, drip, end, is_linear};
    use super::*;

    #[test]
    fn the_end_is_where_the_first_bracket_closes() -> Result<()> {
        let message = br#"[1,"]\\",1,7,{"1":{"str":"\"]}[\u005d\\"},"2":{"lst":["i32",1,5]}}]"#;
        for piece in [1, 2, 5, 1000] {
            let stream = [&message[..], b"[1,"].concat();
            assert_eq!(drip(&stream, &[piece], &Limits::DEFAULT)?, Some(message.len()));
        }
        for cut in 0..message.len() {
            assert_eq!(end(&message[..cut], &Limits::DEFAULT), Ok(None));
        }
        Ok(())
    }

    #[test]
    fn size_and_nesting_are_limited() {
        let limits = Limits { message: 20, ..Limits::DEFAULT };
        assert_eq!(end(&[b'['; 1000], &Limits::DEFAULT), Err(ErrorKind::DepthLimit));
        let unlimited = Limits { depth: u32::MAX, ..Limits::DEFAULT };
        assert_eq!(end(&[b'['; 1000], &unlimited), Ok(None));
        assert_eq!(end(br#"[1,"ping",1,123456,{}]"#, &limits), Err(ErrorKind::SizeLimit));
        assert_eq!(end(br#"[1,"ping",1,1234,{}]"#, &limits), Ok(Some(20)));
    }

    #[test]
    fn the_work_is_linear_however_slowly_the_bytes_drip() -> Result<()> {
        let text = r#"\"abc[{"#.repeat(MANY);
        is_linear(format!(r#"[1,"m",1,1,{{"1":{{"str":"{text}"}}}}]"#).as_bytes())
    }
}
