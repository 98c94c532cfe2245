//! Where files come from: the disk, or a set in memory.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

/// What the loader asks of a file system.
pub trait Files {
    /// One path for one file, however it is reached; an error if there is no such file.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;

    /// The bytes of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
}

/// The file system of the machine.
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

/// A set of files in memory, for tests and for IDL that never was on a disk.
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
    /// Adds a file, or replaces it.
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
