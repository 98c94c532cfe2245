//! Source files and spans in them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Which file of a [`Sources`] set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset just after the last byte.
    pub end: u32,
}

/// A line and a column, as people and editors count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The line; the first is 1.
    pub line: u32,
    /// The column in characters, not bytes; the first is 1. A tab is one character.
    pub column: u32,
}

/// One source file.
#[derive(Debug)]
pub struct Source {
    /// The path as messages show it.
    pub path: PathBuf,
    /// The bytes of the file.
    pub text: Vec<u8>,
    /// Where each line starts; made when the first message asks for it.
    lines: OnceLock<Vec<u32>>,
}

/// All files that were read, each once. The file that was asked for is number 0.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file and gives its number.
    pub fn add(&mut self, path: PathBuf, text: Vec<u8>) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files.push(Source { path, text, lines: OnceLock::new() });
        id
    }

    /// The file with the number.
    pub fn file(&self, id: FileId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// The paths of all files read, in the order in which they were read.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|file| file.path.as_path())
    }

    /// The line and column where the span starts.
    pub fn position(&self, span: Span) -> Position {
        self.file(span.file).position(span.start)
    }
}

impl Source {
    /// The line and column of a byte offset. An offset behind the end counts as the end.
    ///
    /// ```
    /// use std::path::PathBuf;
    /// use thriftly_parser::source::Sources;
    ///
    /// let mut sources = Sources::default();
    /// let id = sources.add(PathBuf::from("a.thrift"), b"// \xc3\xa9\nstruct S {}".to_vec());
    /// let position = sources.file(id).position(13);
    /// assert_eq!((position.line, position.column), (2, 8));
    /// ```
    pub fn position(&self, offset: u32) -> Position {
        let offset = (offset as usize).min(self.text.len());
        let line = self.line_of(offset);
        let start = self.line_starts()[line] as usize;
        let column = String::from_utf8_lossy(&self.text[start..offset]).chars().count();
        Position { line: line as u32 + 1, column: column as u32 + 1 }
    }

    /// The bytes of a line, counted from 0, without its line end. Lines behind the end are empty.
    pub fn line(&self, line: usize) -> &[u8] {
        let starts = self.line_starts();
        let Some(&start) = starts.get(line) else { return &[] };
        let start = start as usize;
        let end = starts.get(line + 1).map_or(self.text.len(), |&next| next as usize - 1);
        let bytes = &self.text[start..end.max(start)];
        bytes.strip_suffix(b"\r").unwrap_or(bytes)
    }

    /// The line of an offset, counted from 0.
    pub fn line_of(&self, offset: usize) -> usize {
        self.line_starts().partition_point(|&start| start as usize <= offset).saturating_sub(1)
    }

    /// The offset at which a line, counted from 0, starts. Lines behind the end start at the end.
    pub fn line_start(&self, line: usize) -> usize {
        self.line_starts().get(line).map_or(self.text.len(), |&start| start as usize)
    }

    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let ends = self.text.iter().enumerate().filter(|&(_, &byte)| byte == b'\n');
            std::iter::once(0).chain(ends.map(|(at, _)| at as u32 + 1)).collect()
        })
    }
}
