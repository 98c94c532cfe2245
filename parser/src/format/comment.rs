//! The lines of a comment at its new position.

use crate::doc;
use crate::lexer::CommentKind;

/// A comment with its old and its new position.
pub(super) struct Moved<'a> {
    /// Its text.
    pub(super) text: &'a [u8],
    /// Which form.
    pub(super) kind: CommentKind,
    /// Indent of the line that it was on.
    pub(super) from: &'a [u8],
    /// Indent of the line that it will be on.
    pub(super) to: &'a [u8],
    /// Whether it will be the first thing on its line.
    pub(super) first: bool,
}

impl Moved<'_> {
    /// Its lines, the first without indent. Doc text stays the same.
    pub(super) fn lines(&self) -> Vec<Vec<u8>> {
        if self.kind == CommentKind::Line {
            return vec![self.text.trim_ascii_end().to_vec()];
        }
        let lines: Vec<&[u8]> =
            self.text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end).collect();
        let same_doc = |lines: &Vec<Vec<u8>>| {
            self.kind != CommentKind::Doc
                || doc::clean(&lines.join(&b'\n')) == doc::clean(self.text)
        };
        let starred = self.starred(&lines).filter(same_doc);
        let moved = || self.moved(&lines).filter(same_doc);
        let plain = || lines.iter().map(|line| line.to_vec()).collect();
        starred.or_else(moved).unwrap_or_else(plain)
    }

    /// The lines with their stars in one column, if each has one.
    fn starred(&self, lines: &[&[u8]]) -> Option<Vec<Vec<u8>>> {
        let star = |line: &&[u8]| line.is_empty() || line.trim_ascii_start().starts_with(b"*");
        if !self.first || !lines.iter().skip(1).all(star) {
            return None;
        }
        Some(with_rest(lines, |line| [self.to, b" ", line.trim_ascii_start()].concat()))
    }

    /// The lines as far from the margin as the first line moves, if each is indented at least as much as that.
    fn moved(&self, lines: &[&[u8]]) -> Option<Vec<Vec<u8>>> {
        let indented = |line: &&[u8]| line.is_empty() || line.starts_with(self.from);
        if !lines.iter().skip(1).all(indented) {
            return None;
        }
        Some(with_rest(lines, |line| [self.to, &line[self.from.len()..]].concat()))
    }
}

/// The first line as it is, the others changed unless they are empty.
fn with_rest(lines: &[&[u8]], change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<Vec<u8>> {
    let change = |(at, line): (usize, &&[u8])| match at {
        _ if at == 0 || line.is_empty() => line.to_vec(),
        _ => change(line),
    };
    lines.iter().enumerate().map(change).collect()
}

/// Indent of the line that an offset is on.
pub(super) fn indent_before(text: &[u8], offset: usize) -> &[u8] {
    let before = &text[..offset.min(text.len())];
    let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let line = &before[start..];
    let end = line.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(line.len());
    &line[..end]
}
