//! The files, which `files.py` writes with pyarrow, and where in them footers and page headers are.

use std::path::{Path, PathBuf};
use std::process::Command;

use thriftly::{Bytes, compact};

use crate::types::{FileMetaData, PageHeader};

/// The version by which the files are written.
const PYARROW: &str = "pyarrow==26.0.1";

/// Files of which the footers are measured, by size.
pub const FOOTERS: [&str; 7] =
    ["plain", "typed", "2000x1", "2000x3", "9x2000", "2000x20", "10000x10"];
/// Files of which the page headers are measured.
pub const PAGES: [&str; 2] = ["pages-v1", "pages-v2"];

/// A file in memory, for as long as the program runs, so that values may borrow from it.
pub struct File {
    pub bytes: &'static Bytes,
    pub footer: &'static Bytes,
}

/// The folder with the files, which is made if it is not there.
pub fn folder() -> PathBuf {
    let folder = target().join("parquet");
    if !folder.is_dir() {
        let unready = target().join(format!("parquet-{}", std::process::id()));
        std::fs::create_dir_all(&unready).expect("a folder below the target folder can be made");
        python(&["write".as_ref(), &unready]);
        // Another process may have been faster.
        let _ = std::fs::rename(&unready, &folder);
    }
    folder
}

/// Runs `files.py`, in an environment with pyarrow.
pub fn python(arguments: &[&Path]) {
    let environment = target().join(format!("venv-{PYARROW}"));
    let interpreter = environment.join("bin/python");
    if !interpreter.is_file() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&environment));
        run(Command::new(&interpreter).args(["-m", "pip", "install", "--quiet", PYARROW]));
    }
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("files.py");
    run(Command::new(&interpreter).arg(program).args(arguments));
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}

/// The folder in which cargo built this program.
fn target() -> PathBuf {
    let program = std::env::current_exe().expect("a program knows where it is");
    let profile = program.ancestors().find(|folder| folder.join(".cargo-lock").is_file());
    let profile = profile.expect("cargo built it");
    profile.parent().expect("a profile has a folder of its own").to_owned()
}

impl File {
    /// Reads the file of the name in the folder.
    pub fn open(folder: &Path, name: &str) -> File {
        let path = folder.join(format!("{name}.parquet"));
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let bytes = Bytes::from(bytes);
        // At the end are the footer, its length, and four letters.
        let end = bytes.len() - 8;
        let length = bytes[end..].first_chunk().expect("eight bytes are left");
        let footer = bytes.slice(end - u32::from_le_bytes(*length) as usize..end);
        File { bytes: Box::leak(bytes.into()), footer: Box::leak(footer.into()) }
    }

    /// The file with another footer.
    #[cfg(test)]
    pub fn with_footer(&self, footer: &[u8]) -> Vec<u8> {
        let mut file = self.bytes[..self.bytes.len() - 8 - self.footer.len()].to_vec();
        file.extend(footer);
        file.extend((footer.len() as u32).to_le_bytes());
        file.extend(b"PAR1");
        file
    }

    /// All page headers, each with the rest of the file behind it.
    pub fn pages(&self) -> Vec<&'static [u8]> {
        let footer: FileMetaData = compact::from_slice(self.footer).expect("it is a footer");
        let mut pages = Vec::new();
        for column in footer.row_groups.iter().flat_map(|group| &group.columns) {
            let chunk = column.meta_data.as_ref().expect("it is not encrypted");
            let mut at = chunk.dictionary_page_offset.unwrap_or(chunk.data_page_offset) as usize;
            let end = at + chunk.total_compressed_size as usize;
            while at < end {
                pages.push(&self.bytes[at..]);
                let (header, length): (PageHeader, _) =
                    compact::from_prefix(&self.bytes[at..]).expect("it is a page header");
                at += length + header.compressed_page_size as usize;
            }
        }
        pages
    }
}
