//! Cases in folders: input files, and the expected text where there is one.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use thriftly_parser::{Memory, Options};

pub(crate) const HOW_TO_BLESS: &str = "If the new text is right, bless it and look at the diff:\n\n    \
     THRIFTLY_BLESS=1 cargo test -p thriftly-parser --test golden\n";

/// One case.
pub(crate) struct Case {
    pub(crate) name: String,
    /// The path of the file to load, in `files`.
    pub(crate) root: String,
    pub(crate) files: Memory,
    pub(crate) options: Options,
    expectation: PathBuf,
}

/// The cases of a folder under `tests`, sorted by name.
pub(crate) fn cases(folder: &str) -> Vec<Case> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut cases = Vec::new();
    for path in entries(&directory) {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut files = Memory::default();
        let root = if path.is_dir() {
            add_folder(&mut files, &path, &path);
            "main.thrift".to_owned()
        } else if path.extension() == Some(OsStr::new("thrift")) {
            let root = format!("{name}.thrift");
            files.insert(&root, fs::read(&path).unwrap());
            root
        } else {
            continue;
        };
        let text = fs::read(if path.is_dir() { path.join(&root) } else { path.clone() })
            .unwrap_or_default();
        let expectation = directory.join(&name).with_extension("txt");
        cases.push(Case { name, root, files, options: options(&text), expectation });
    }
    cases
}

/// The names of the expectations in a folder.
pub(crate) fn expectations(folder: &str) -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let texts =
        entries(&directory).into_iter().filter(|path| path.extension() == Some(OsStr::new("txt")));
    texts.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// Compares the output with the expectation, or replaces the expectation when blessing.
pub(crate) fn compare(case: &Case, found: &str) -> Option<String> {
    if std::env::var_os("THRIFTLY_BLESS").is_some() {
        fs::write(&case.expectation, found).unwrap();
        return None;
    }
    let expected = fs::read_to_string(&case.expectation).unwrap_or_default();
    (expected != found).then(|| {
        format!("--- {}: expected\n+++ found\n{}", case.name, difference(&expected, found))
    })
}

/// The lines that differ, without common lines before and after.
fn difference(expected: &str, found: &str) -> String {
    let (expected, found): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    let before = expected.iter().zip(&found).take_while(|(a, b)| a == b).count();
    let rest = expected.len().min(found.len()) - before;
    let after = expected
        .iter()
        .rev()
        .zip(found.iter().rev())
        .take(rest)
        .take_while(|(a, b)| a == b)
        .count();
    let gone = expected[before..expected.len() - after].iter().map(|line| format!("-{line}\n"));
    let come = found[before..found.len() - after].iter().map(|line| format!("+{line}\n"));
    std::iter::once(format!("@@ line {} @@\n", before + 1)).chain(gone).chain(come).collect()
}

/// The options that the first line of a file sets.
fn options(text: &[u8]) -> Options {
    let first = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let first = String::from_utf8_lossy(first);
    let mut options = Options::default();
    for word in first.strip_prefix("// options:").unwrap_or("").split_whitespace() {
        match word {
            "lints" => options.lints = true,
            "lenient_oneway" => options.lenient_oneway = true,
            "multiline_strings" => options.multiline_strings = true,
            other => match other.strip_prefix("include_dir=") {
                Some(directory) => options.include_dirs.push(directory.into()),
                None => panic!("unknown option {other}"),
            },
        }
    }
    options
}

fn add_folder(files: &mut Memory, root: &Path, folder: &Path) {
    for path in entries(folder) {
        if path.is_dir() {
            add_folder(files, root, &path);
        } else {
            files.insert(path.strip_prefix(root).unwrap(), fs::read(&path).unwrap());
        }
    }
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
