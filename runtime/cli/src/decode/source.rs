//! The bytes to decode: from a file or standard input, perhaps in hexadecimal or base64.

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::path::Path;
use std::time::Duration;

use data_encoding::{BASE64, BASE64_NOPAD, DecodeKind, Encoding, HEXLOWER_PERMISSIVE};
use indicatif::{ProgressBar, ProgressStyle};

/// Bytes read at once.
const PIECE: usize = 64 << 10;
/// Size of the smallest file whose progress is shown, in bytes.
const SHOWN_FROM: u64 = 4 << 20;

/// How the bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    /// They are no text.
    None,
    /// Hexadecimal digits, with white space between the bytes or without.
    Hex,
    /// Base64 with the standard alphabet, in one piece or in lines.
    Base64,
}

/// A stream of bytes in pieces, whose progress is shown on a terminal.
pub(crate) struct Source {
    reader: Box<dyn Read + Send>,
    text: Text,
    progress: ProgressBar,
    /// Digits or letters that do not make a whole byte yet.
    left: Vec<u8>,
    piece: Vec<u8>,
}

impl Source {
    /// Opens a file; `-` is standard input.
    pub(crate) fn open(path: &Path, text: Text) -> io::Result<Source> {
        let (reader, size) = open(path)?;
        let shown = size >= SHOWN_FROM && !io::stdout().is_terminal();
        let progress = match shown && io::stderr().is_terminal() {
            true => {
                progress_bar(size, "{bytes} of {total_bytes} {wide_bar} {bytes_per_sec}, {eta}")
            }
            false => ProgressBar::hidden(),
        };
        Ok(Source { reader, text, progress, left: Vec::new(), piece: vec![0; PIECE] })
    }

    /// The next piece; empty at the end.
    ///
    /// # Errors
    /// The bytes cannot be read, or are not written as expected.
    pub(crate) fn next(&mut self) -> io::Result<Vec<u8>> {
        loop {
            let length = match self.reader.read(&mut self.piece) {
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.progress.inc(length as u64);
            let bytes = match self.text {
                Text::None => self.piece[..length].to_vec(),
                Text::Hex => self.decoded(length, 2, &HEXLOWER_PERMISSIVE)?,
                Text::Base64 => self.decoded(length, 4, &BASE64)?,
            };
            // A piece of white space has no bytes, and is not the end.
            if length == 0 || !bytes.is_empty() {
                return Ok(bytes);
            }
        }
    }

    /// The whole bytes of a piece of text, of which so many letters belong together.
    fn decoded(&mut self, length: usize, group: usize, encoding: &Encoding) -> io::Result<Vec<u8>> {
        let letters = self.piece[..length].iter().filter(|byte| !byte.is_ascii_whitespace());
        self.left.extend(letters);
        let whole = self.left.len() / group * group;
        let mut bytes = decode(encoding, &self.left[..whole])?;
        self.left.drain(..whole);
        if length == 0 && !self.left.is_empty() {
            let last = match group {
                4 => BASE64_NOPAD,
                _ => HEXLOWER_PERMISSIVE,
            };
            bytes.extend(decode(&last, &std::mem::take(&mut self.left))?);
        }
        Ok(bytes)
    }
}

/// Opens a file; `-` is standard input. Returns its size as well, or 0.
pub(crate) fn open(path: &Path) -> io::Result<(Box<dyn Read + Send>, u64)> {
    if path.to_str() == Some("-") {
        return Ok((Box::new(io::stdin()), 0));
    }
    let file = File::open(path)?;
    let size = file.metadata().map_or(0, |file| file.len());
    Ok((Box::new(file), size))
}

impl Drop for Source {
    fn drop(&mut self) {
        self.progress.finish_and_clear();
    }
}

/// The name of a file for messages.
pub(crate) fn name(path: &Path) -> String {
    match path.to_str() {
        Some("-") => "standard input".to_owned(),
        _ => path.display().to_string(),
    }
}

/// The stream as a reader, for libraries.
impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len().min(PIECE);
        let length = self.reader.read(&mut buffer[..room])?;
        self.progress.inc(length as u64);
        Ok(length)
    }
}

fn decode(encoding: &Encoding, text: &[u8]) -> io::Result<Vec<u8>> {
    encoding.decode(text).map_err(|error| {
        let (name, letter) = match encoding.bit_width() {
            4 => ("hexadecimal", "a hexadecimal digit"),
            _ => ("base64", "a base64 character"),
        };
        let why = match text.get(error.position) {
            Some(&found) if error.kind == DecodeKind::Symbol => {
                format!("`{}` is not {letter}", char::from(found).escape_default())
            }
            _ => "it ends within a byte".to_owned(),
        };
        io::Error::new(ErrorKind::InvalidData, format!("the input is not {name}: {why}"))
    })
}

/// Writes bytes as text, in lines.
pub(crate) fn write_as(text: Text, bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
    match text {
        Text::None => out.write_all(bytes),
        Text::Hex => writeln!(out, "{}", HEXLOWER_PERMISSIVE.encode(bytes)),
        Text::Base64 => writeln!(out, "{}", BASE64.encode(bytes)),
    }
}

/// A bar on standard error; nothing is shown if that is no terminal.
pub(crate) fn progress_bar(length: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
