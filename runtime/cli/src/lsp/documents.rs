//! Open documents, which stand for the files of the same path.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use lsp_types::{TextDocumentContentChangeEvent, Uri};
use thriftly_parser::{Disk, Files};

use super::position::Encoding;
use super::uri;

/// Longest text of a document or file, in bytes.
const LONGEST: usize = 64 << 20;

/// Most documents that are open at a time.
const MOST: usize = 10_000;

/// An open document.
#[derive(Debug)]
pub(super) struct Document {
    /// Its URI as the client writes it.
    pub(super) uri: Uri,
    pub(super) version: i32,
    pub(super) text: String,
}

/// The open documents by the canonical paths of their files.
#[derive(Debug, Default)]
pub(super) struct Documents {
    open: HashMap<PathBuf, Document>,
}

impl Documents {
    /// Opens a document. Returns its path, or why it is refused.
    pub(super) fn open(&mut self, document: Document) -> Result<PathBuf, String> {
        let path = self.key(&document.uri);
        if self.open.len() >= MOST && !self.open.contains_key(&path) {
            return Err(format!("more than {MOST} documents are open"));
        }
        if document.text.len() > LONGEST {
            return Err(too_long(&document.uri));
        }
        self.open.insert(path.clone(), document);
        Ok(path)
    }

    /// Applies changes in their order. Returns the path, or why they are refused.
    pub(super) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Result<PathBuf, String> {
        let path = self.key(uri);
        let Some(document) = self.open.get_mut(&path) else {
            return Err(format!("{} is not open", uri.as_str()));
        };
        for change in changes {
            match change.range {
                Some(range) => {
                    let offsets = encoding.offsets(&document.text, range);
                    if document.text.len() - offsets.len() + change.text.len() > LONGEST {
                        return Err(too_long(uri));
                    }
                    document.text.replace_range(offsets, &change.text);
                }
                None if change.text.len() > LONGEST => return Err(too_long(uri)),
                None => document.text = change.text,
            }
        }
        document.version = version;
        Ok(path)
    }

    /// Closes a document. Returns its path if it was open.
    pub(super) fn close(&mut self, uri: &Uri) -> Option<PathBuf> {
        let path = self.key(uri);
        self.open.remove(&path).map(|_| path)
    }

    pub(super) fn get(&self, path: &Path) -> Option<&Document> {
        self.open.get(path)
    }

    /// The paths of all open documents, in no order.
    pub(super) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.open.keys()
    }

    /// The URI of a file, as the client writes it if it is open.
    pub(super) fn uri(&self, path: &Path) -> Option<Uri> {
        match self.open.get(path) {
            Some(document) => Some(document.uri.clone()),
            None => uri::uri(path),
        }
    }

    /// The path under which a document of this URI is or would be open.
    pub(super) fn key(&self, uri: &Uri) -> PathBuf {
        let path = uri::path(uri);
        self.canonical(&path).unwrap_or(path)
    }
}

fn too_long(uri: &Uri) -> String {
    format!("{} is longer than {LONGEST} bytes", uri.as_str())
}

impl Files for Documents {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        match Disk.canonical(path) {
            Ok(path) => Ok(path),
            // A document that has not been saved.
            Err(_) if self.open.contains_key(path) => Ok(path.to_owned()),
            Err(error) => Err(error),
        }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let path = self.canonical(path)?;
        if let Some(document) = self.open.get(&path) {
            return Ok(document.text.clone().into_bytes());
        }
        // Pipes and devices may have no end.
        let file = fs::metadata(&path)?;
        if !file.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        if file.len() > LONGEST as u64 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Disk.read(&path)
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use lsp_types::{Position, Range};

    use super::*;

    fn opened(text: &str) -> (Documents, Uri) {
        let uri = Uri::from_str("untitled:a").unwrap();
        let mut documents = Documents::default();
        let document = Document { uri: uri.clone(), version: 1, text: text.to_owned() };
        documents.open(document).unwrap();
        (documents, uri)
    }

    fn position(text: &str, offset: usize, encoding: Encoding) -> Position {
        let line = text[..offset].matches('\n').count() as u32;
        let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
        Position::new(line, encoding.columns(&text.as_bytes()[start..offset]))
    }

    #[test]
    fn edits_of_any_characters_are_those_of_the_text() {
        let parts = ["a", "\n", "\u{e9}", "\u{1F697}", "", "\r\n", "struct ", "\u{4e2d}b"];
        // A sequence that looks random and is the same in each run.
        let mut state = 1_u32;
        let mut random = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let mut text = "struct A {\r\n  1: i32 \u{1F697}\n}".to_owned();
            let (mut documents, uri) = opened(&text);
            for version in 0..2000 {
                // Not between `\r` and `\n`, where no editor has a position.
                let places: Vec<usize> = (0..=text.len())
                    .filter(|&at| text.is_char_boundary(at) && !text[..at].ends_with('\r'))
                    .collect();
                let [a, b] = [0; 2].map(|_| places[random(places.len())]);
                let (start, end) = (a.min(b), a.max(b).min(a.min(b) + 20));
                let end = places.iter().copied().rfind(|&at| at <= end).unwrap();
                let new = parts[random(parts.len())].repeat(random(3));
                let range = Range {
                    start: position(&text, start, encoding),
                    end: position(&text, end, encoding),
                };
                let change = TextDocumentContentChangeEvent {
                    range: Some(range),
                    range_length: None,
                    text: new.clone(),
                };
                text.replace_range(start..end, &new);
                let path = documents.change(&uri, version, vec![change], encoding).unwrap();
                assert_eq!(documents.get(&path).unwrap().text, text);
            }
        }
    }

    #[test]
    fn changes_of_what_is_not_open_are_refused() {
        let (mut documents, uri) = opened("");
        assert!(documents.close(&uri).is_some());
        assert!(documents.close(&uri).is_none());
        assert!(documents.change(&uri, 2, Vec::new(), Encoding::Utf16).is_err());
    }
}
