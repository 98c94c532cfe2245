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
