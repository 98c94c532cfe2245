//! Transcoding from the binary protocol to JSON.

use std::io::Write as _;

use super::types::name;
use crate::codec::{Reader, StructNames};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::binary::BinaryReader;
use crate::ttype::TType;
use crate::value::base64;
use crate::value::uuid::Uuid;

/// Appends a value of the type; on an error nothing is appended. `blobs` are the offsets of the
/// lengths of `binary` values.
pub(super) fn transcode(
    ty: TType,
    binary: &[u8],
    blobs: &[usize],
    out: &mut Vec<u8>,
) -> Result<()> {
    let before = out.len();
    out.reserve(binary.len() * 2);
    let mut writer = JsonWriter::new(binary, blobs, std::mem::take(out));
    let result = writer.whole(ty);
    *out = writer.out;
    if result.is_err() {
        out.truncate(before);
    }
    result
}

/// Writes a value received in JSON in the shortest form that [`super::read()`] accepts, rarely longer
/// than the original. The result is not valid JSON.
pub(crate) fn short_text(ty: TType, binary: &[u8]) -> Result<Vec<u8>> {
    let mut writer = JsonWriter { short: true, ..JsonWriter::new(binary, &[], Vec::new()) };
    writer.whole(ty)?;
    writer.out.shrink_to_fit();
    Ok(writer.out)
}

struct JsonWriter<'a> {
    from: BinaryReader<'a>,
    /// Length of the input in bytes.
    len: usize,
    /// Offsets of the remaining `binary` values.
    blobs: &'a [usize],
    out: Vec<u8>,
    /// Whether the shortest form is written.
    short: bool,
}

impl<'a> JsonWriter<'a> {
    fn new(binary: &'a [u8], blobs: &'a [usize], out: Vec<u8>) -> JsonWriter<'a> {
        // The input was encoded locally, so its depth is bounded by the encoder's recursion.
        let limits = Limits { depth: u32::MAX, ..Limits::DEFAULT };
        let from = BinaryReader::new(binary, &limits);
        JsonWriter { from, len: binary.len(), blobs, out, short: false }
    }

    /// Writes the value up to the end of the input.
    fn whole(&mut self, ty: TType) -> Result<()> {
        self.value(ty)?;
        self.from.finish()
    }

    fn value(&mut self, ty: TType) -> Result<()> {
        match ty {
            TType::STRUCT => self.fields(),
            TType::LIST | TType::SET => self.elements(),
            TType::MAP => self.entries(),
            _ => self.scalar(ty),
        }
    }

    /// `{"1":{"i32":7},"2":{"str":"a"}}`
    fn fields(&mut self) -> Result<()> {
        let outer = self.from.struct_begin(StructNames::NONE)?;
        let mut before = b'{';
        loop {
            let field = self.from.field()?;
            if field.ty == TType::STOP {
                break;
            }
            self.out.push(before);
            before = b',';
            match (self.short, known(field.ty)?) {
                (true, name) => self.print(format_args!("{}:{{\"{name}\":", field.id)),
                (false, name) => self.print(format_args!("\"{}\":{{\"{name}\":", field.id)),
            }
            self.value(field.ty)?;
            self.out.push(b'}');
        }
        if before == b'{' {
            self.out.push(before);
        }
        self.out.push(b'}');
        self.from.struct_end(outer);
        Ok(())
    }

    /// `["i32",2,7,8]`
    fn elements(&mut self) -> Result<()> {
        let (element, count) = self.from.any_list_begin()?;
        self.print(format_args!("[\"{}\",{count}", of_none(element, count)?));
        for _ in 0..count {
            self.out.push(b',');
            self.value(element)?;
        }
        self.out.push(b']');
        self.from.list_end()
    }

    /// `["str","i32",1,{"a":7}]`
    fn entries(&mut self) -> Result<()> {
        let (key, value, count) = self.from.any_map_begin()?;
        let (key_name, value_name) = (of_none(key, count)?, of_none(value, count)?);
        self.print(format_args!("[\"{key_name}\",\"{value_name}\",{count},{{"));
        for index in 0..count {
            if index > 0 {
                self.out.push(b',');
            }
            self.key(key)?;
            self.out.push(b':');
            self.value(value)?;
        }
        self.out.extend_from_slice(b"}]");
        self.from.map_end()
    }

    /// Scalar keys, also numbers, are strings. Structs and containers as keys are written unquoted,
    /// which is not valid JSON, but written and read by Apache's libraries.
    fn key(&mut self, ty: TType) -> Result<()> {
        match ty {
            TType::STRUCT | TType::LIST | TType::SET | TType::MAP => self.value(ty),
            _ => {
                let start = self.out.len();
                self.scalar(ty)?;
                if self.out.get(start) != Some(&b'"') {
                    self.out.insert(start, b'"');
                    self.out.push(b'"');
                }
                Ok(())
            }
        }
    }

    fn scalar(&mut self, ty: TType) -> Result<()> {
        match ty {
            TType::BOOL => {
                let value = self.from.bool()?;
                self.out.push(if value { b'1' } else { b'0' });
            }
            TType::I8 => {
                let value = self.from.i8()?;
                self.print(format_args!("{value}"));
            }
            TType::I16 => {
                let value = self.from.i16()?;
                self.print(format_args!("{value}"));
            }
            TType::I32 => {
                let value = self.from.i32()?;
                self.print(format_args!("{value}"));
            }
            TType::I64 => {
                let value = self.from.i64()?;
                self.print(format_args!("{value}"));
            }
            TType::DOUBLE => {
                let value = self.from.double()?;
                let text = if self.short { short_double(value) } else { double(value) };
                self.out.extend_from_slice(text.as_bytes());
            }
            TType::UUID => {
                let value = Uuid(self.from.uuid()?);
                self.print(format_args!("\"{value}\""));
            }
            TType::STRING => {
                let place = self.len - self.from.rest().len();
                let bytes = self.from.binary()?;
                self.out.push(b'"');
                let is_blob = self.blobs.first() == Some(&place);
                if is_blob {
                    self.blobs = &self.blobs[1..];
                }
                // A preserved unknown field may be a `string` or a `binary`.
                match std::str::from_utf8(bytes) {
                    Ok(text) if self.short => escape_marks(text, &mut self.out),
                    Ok(text) if !is_blob => escape(text, &mut self.out),
                    _ => base64::encode(bytes, &mut self.out),
                }
                self.out.push(b'"');
            }
            _ => {
                known(ty)?;
            }
        }
        Ok(())
    }

    fn print(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a `Vec` never fails.
        let _ = self.out.write_fmt(text);
    }
}

fn known(ty: TType) -> Result<&'static str> {
    name(ty).ok_or_else(|| Error::new(ErrorKind::InvalidData, format!("a value of {ty}")))
}

/// The name of an element type; an empty container may have no valid type.
fn of_none(ty: TType, count: usize) -> Result<&'static str> {
    match count {
        0 => Ok(name(ty).unwrap_or("i8")),
        _ => known(ty),
    }
}

/// Appends the contents of a string literal.
pub(crate) fn escape(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|&byte| matches!(byte, b'"' | b'\\' | ..0x20)) {
        out.extend_from_slice(&rest[..at]);
        let letter = match rest[at] {
            8 => b'b',
            9 => b't',
            10 => b'n',
            12 => b'f',
            13 => b'r',
            byte @ (b'"' | b'\\') => byte,
            control => {
                let [high, low] = [control >> 4, control & 15];
                let low = b"0123456789abcdef"[usize::from(low)];
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', b'0' + high, low]);
                rest = &rest[at + 1..];
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', letter]);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

/// Appends the contents of a string literal, escaping only what is needed to find its end.
fn escape_marks(text: &str, out: &mut Vec<u8>) {
    for piece in text.as_bytes().split_inclusive(|byte| matches!(byte, b'"' | b'\\')) {
        match piece.split_last() {
            Some((&mark @ (b'"' | b'\\'), before)) => {
                out.extend_from_slice(before);
                out.extend_from_slice(&[b'\\', mark]);
            }
            _ => out.extend_from_slice(piece),
        }
    }
}

/// The shortest text that parses to the double: `.5`, `15e30`, `inf`.
fn short_double(value: f64) -> String {
    let plain = format!("{value}");
    let plain = match plain.split_once("0.") {
        Some((sign @ ("" | "-"), digits)) => format!("{sign}.{digits}"),
        _ => plain,
    };
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return plain };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (whole, digits) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let scientific = format!("{whole}{digits}e{}", exponent - digits.len() as i32);
    if scientific.len() < plain.len() { scientific } else { plain }
}

/// A double with 17 significant digits, without trailing zeros: `printf`'s `%.17g`.
fn double(value: f64) -> String {
    if !value.is_finite() {
        let text = match value {
            _ if value.is_nan() => "\"NaN\"",
            _ if value > 0.0 => "\"Infinity\"",
            _ => "\"-Infinity\"",
        };
        return text.into();
    }
    let text = format!("{:.16e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = mantissa.replace('.', "");
    let digits = match digits.trim_end_matches('0') {
        "" => "0",
        digits => digits,
    };
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let point = |digits: &str, before: usize| match digits.len() > before {
        true => format!("{}.{}", &digits[..before], &digits[before..]),
        false => format!("{digits:0<before$}"),
    };
    match exponent {
        0..17 => format!("{sign}{}", point(digits, exponent as usize + 1)),
        -4..0 => format!("{sign}0.{}{digits}", "0".repeat(-exponent as usize - 1)),
        _ => format!("{sign}{}e{exponent:+03}", point(digits, 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_doubles_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (10.0, "10"),
            (0.5, ".5"),
            (-0.25, "-.25"),
            (100.5, "100.5"),
            (1.2e10, "12e9"),
            (-1.5e-30, "-15e-31"),
            (1e300, "1e300"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(short_double(value), text);
            assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(value.to_bits()));
        }
    }

    #[test]
    fn doubles_are_written_as_printf_writes_them() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-1.1, "-1.1000000000000001"),
            (100.0, "100"),
            (0.1, "0.10000000000000001"),
            (0.0001, "0.0001"),
            (0.00001, "1.0000000000000001e-05"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (12345678901234568.0, "12345678901234568"),
            (1e16, "10000000000000000"),
            (1e17, "1e+17"),
            (1e300, "1.0000000000000001e+300"),
            (5e-324, "4.9406564584124654e-324"),
            (f64::NAN, "\"NaN\""),
            (f64::NEG_INFINITY, "\"-Infinity\""),
        ] {
            assert_eq!(double(value), text);
            if value.is_finite() {
                assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(value.to_bits()));
            }
        }
    }
}
