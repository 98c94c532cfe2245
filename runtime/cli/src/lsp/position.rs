//! Positions of the protocol, which count UTF-16 units unless the client offers bytes, and offsets.

use lsp_types::{Position, PositionEncodingKind, Range};
use thriftly_parser::source::{Source, Span};

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Encoding {
    Utf8,
    #[default]
    Utf16,
}

impl Encoding {
    /// The encoding to use with a client that offers these.
    pub(super) fn of(offered: &[PositionEncodingKind]) -> Encoding {
        match offered.contains(&PositionEncodingKind::UTF8) {
            true => Encoding::Utf8,
            false => Encoding::Utf16,
        }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    /// The columns that text takes. Invalid UTF-8 counts as the characters that are shown in its place.
    pub(super) fn columns(self, text: &[u8]) -> u32 {
        match self {
            Encoding::Utf8 => text.len() as u32,
            _ if text.is_ascii() => text.len() as u32,
            Encoding::Utf16 => String::from_utf8_lossy(text).encode_utf16().count() as u32,
        }
    }

    /// The bytes of a line before a column. A column within a character counts as its start, one behind the line as its
    /// end.
    fn bytes(self, line: &str, column: u32) -> usize {
        let column = column as usize;
        match self {
            Encoding::Utf8 => {
                let column = column.min(line.len());
                (0..=column).rev().find(|&at| line.is_char_boundary(at)).unwrap_or(0)
            }
            _ if line.is_ascii() => column.min(line.len()),
            Encoding::Utf16 => {
                let mut units = 0;
                let before = line.char_indices().find(|(_, character)| {
                    units += character.len_utf16();
                    units > column
                });
                before.map_or(line.len(), |(at, _)| at)
            }
        }
    }

    /// The offset of a position in a text. Positions behind a line or the text count as its end.
    pub(super) fn offset(self, text: &str, position: Position) -> usize {
        let mut start = 0;
        for _ in 0..position.line {
            match text[start..].find('\n') {
                Some(length) => start += length + 1,
                None => return text.len(),
            }
        }
        let line = text[start..].split('\n').next().unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        start + self.bytes(line, position.character)
    }

    /// The range of offsets of a range, which is empty if its end is before its start.
    pub(super) fn offsets(self, text: &str, range: Range) -> std::ops::Range<usize> {
        let start = self.offset(text, range.start);
        start..self.offset(text, range.end).max(start)
    }

    /// The position of an offset in a source.
    pub(super) fn position(self, source: &Source, offset: u32) -> Position {
        let offset = (offset as usize).min(source.text.len());
        let line = source.line_of(offset);
        let before = &source.text[source.line_start(line)..offset];
        Position { line: line as u32, character: self.columns(before) }
    }

    /// The range of a span in its source.
    pub(super) fn range(self, source: &Source, span: Span) -> Range {
        Range {
            start: self.position(source, span.start),
            end: self.position(source, span.end.max(span.start)),
        }
    }
}

#[cfg(test)]
mod tests {
    use thriftly_parser::source::Sources;

    use super::*;

    const TEXT: &str = "a\r\n\u{e9}\u{1F600}x\n\nend";

    #[test]
    fn every_offset_of_a_character_has_its_position() {
        let mut sources = Sources::default();
        let id = sources.add("a".into(), TEXT.into());
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            for (offset, character) in TEXT.char_indices() {
                // The line ends before its `\r`.
                if character != '\n' || !TEXT[..offset].ends_with('\r') {
                    let position = encoding.position(sources.file(id), offset as u32);
                    assert_eq!(encoding.offset(TEXT, position), offset, "{position:?}");
                }
            }
        }
        let position = |encoding: Encoding| encoding.position(sources.file(id), 9);
        assert_eq!(position(Encoding::Utf16), Position::new(1, 3));
        assert_eq!(position(Encoding::Utf8), Position::new(1, 6));
    }

    #[test]
    fn wrong_positions_count_as_the_nearest() {
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            assert_eq!(encoding.offset(TEXT, Position::new(0, 99)), 1);
            assert_eq!(encoding.offset(TEXT, Position::new(99, 0)), TEXT.len());
            assert_eq!(encoding.offset(TEXT, Position::new(u32::MAX, u32::MAX)), TEXT.len());
            assert_eq!(encoding.offset("", Position::new(0, 5)), 0);
        }
        // Within the surrogate pair, and within the bytes of a character.
        assert_eq!(Encoding::Utf16.offset(TEXT, Position::new(1, 2)), 5);
        assert_eq!(Encoding::Utf8.offset(TEXT, Position::new(1, 1)), 3);
        let range = Range::new(Position::new(3, 1), Position::new(1, 0));
        assert_eq!(Encoding::Utf16.offsets(TEXT, range).len(), 0);
    }
}
