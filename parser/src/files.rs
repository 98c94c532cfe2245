//! Sources of files: the disk, or a set in memory.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

/// File system as the loader needs it.
pub trait Files {
    /// Canonical path of a file, the same for every path that leads to it.
    ///
    /// # Errors
    ///
    /// There is no such file.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
}

/// The file system of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let path = fs::canonicalize(path)?;
        if path.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(path) }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }
}

/// Files in memory, for tests and for IDL that is not on disk.
///
/// ```
/// use thriftly_parser::{Memory, Options, load_from};
///
/// let mut files = Memory::default();
/// files.insert("shared.thrift", "enum Color { RED, GREEN }");
/// files.insert("main.thrift", "include \"shared.thrift\" const shared.Color BEST = shared.Color.GREEN");
/// let outcome = load_from(&files, "main.thrift".as_ref(), &Options::default());
/// assert!(!outcome.has_errors());
/// assert_eq!(outcome.program.files.len(), 2);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: HashMap<PathBuf, Vec<u8>>,
}

impl Memory {
    /// Adds or replaces a file.
    pub fn insert(&mut self, path: impl AsRef<Path>, text: impl Into<Vec<u8>>) {
        self.files.insert(normal(path.as_ref()), text.into());
    }
}

impl Files for Memory {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let path = normal(path);
        if self.files.contains_key(&path) { Ok(path) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.get(&normal(path)).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// The path without `.` and `..`.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(out.components().next_back(), Some(Component::Normal(_))) =>
            {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
