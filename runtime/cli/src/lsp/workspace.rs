//! The `.thrift` files of the workspace's folders.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use thriftly_parser::{Disk, Files};

/// Most files that are found.
const MOST: usize = 10_000;

/// Most entries of folders that are looked at.
const MOST_ENTRIES: usize = 500_000;

/// A file of the workspace with what changes when it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    /// The canonical path.
    pub(super) path: PathBuf,
    modified: Option<SystemTime>,
    length: u64,
}

/// All `.thrift` files in folders, sorted. Hidden folders and those of build results are left out, links are not
/// followed.
pub(super) fn files(folders: &[PathBuf]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut entries = 0;
    let mut waiting: Vec<PathBuf> = folders.iter().rev().cloned().collect();
    while let Some(folder) = waiting.pop() {
        let Ok(folder) = fs::read_dir(folder) else { continue };
        for entry in folder.flatten() {
            entries += 1;
            if found.len() >= MOST || entries > MOST_ENTRIES {
                found.sort();
                return found;
            }
            let (path, name) = (entry.path(), entry.file_name());
            let Ok(kind) = entry.file_type() else { continue };
            let name = name.to_string_lossy();
            if kind.is_dir() {
                if !name.starts_with('.') && name != "target" && name != "node_modules" {
                    waiting.push(path);
                }
            } else if kind.is_file() && name.ends_with(".thrift") {
                let data = entry.metadata().ok();
                found.push(Found {
                    path: Disk.canonical(&path).unwrap_or(path),
                    modified: data.as_ref().and_then(|data| data.modified().ok()),
                    length: data.map_or(0, |data| data.len()),
                });
            }
        }
    }
    found.sort();
    // A folder may be within another.
    found.dedup();
    found
}

/// The path of a file as seen from a folder; both are absolute and without `..`.
pub(super) fn relative(path: &Path, from: &Path) -> PathBuf {
    let shared = path.components().zip(from.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(path.components().skip(shared)).collect()
}
