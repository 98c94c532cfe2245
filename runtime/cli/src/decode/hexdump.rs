//! Bytes in hexadecimal, each with what it is.

use std::io::{self, Write};

use super::wire::Part;

/// Bytes on a line.
const WIDTH: usize = 16;
/// Lines of one part, at most; what is between the first and the last is left out.
const LINES: usize = 8;

/// Writes the parts of the bytes, and after the last part those that belong to none. `offset` is that of the bytes in
/// the stream.
pub(crate) fn write(
    bytes: &[u8],
    offset: u64,
    parts: &[Part],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut at = 0;
    for part in parts {
        if part.start > at {
            lines(bytes, offset, at, part.start, "", out)?;
        }
        let text = format!("{:indent$}{}", "", part.text, indent = part.depth * 2);
        lines(bytes, offset, part.start, part.end, &text, out)?;
        at = part.end.max(at);
    }
    if at < bytes.len() {
        lines(bytes, offset, at, bytes.len(), "?", out)?;
    }
    Ok(())
}

fn lines(
    bytes: &[u8],
    offset: u64,
    start: usize,
    end: usize,
    text: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let range = bytes.get(start..end.max(start)).unwrap_or_default();
    if range.is_empty() {
        // A value in the header of its field, or in no bytes at all.
        return line(offset + start as u64, &[], text, out);
    }
    let count = range.len().div_ceil(WIDTH);
    for (index, row) in range.chunks(WIDTH).enumerate() {
        if count > LINES && (LINES - 1..count - 1).contains(&index) {
            if index == LINES - 1 {
                let left_out = (count - LINES) * WIDTH;
                writeln!(out, "          … {left_out} bytes")?;
            }
            continue;
        }
        let text = if index == 0 { text } else { "" };
        line(offset + (start + index * WIDTH) as u64, row, text, out)?;
    }
    Ok(())
}

fn line(offset: u64, row: &[u8], text: &str, out: &mut dyn Write) -> io::Result<()> {
    let hex: Vec<String> = row.iter().map(|byte| format!("{byte:02x}")).collect();
    let line = format!("{offset:08x}  {:47}  {text}", hex.join(" "));
    writeln!(out, "{}", line.trim_end())
}
