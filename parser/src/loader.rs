//! Reads and parses a file and everything it includes.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};

use crate::ast::{self, Header};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::files::{Files, normal};
use crate::options::Options;
use crate::parser::parse_file;
use crate::program::Include;
use crate::reporter::Reporter;
use crate::source::{FileId, Sources};

/// A file that has been read and parsed.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Its syntax tree.
    pub(crate) tree: ast::File,
    /// Its includes that were found.
    pub(crate) includes: Vec<Include>,
    /// The prefixes of the includes that were not found; names with these prefixes are not checked.
    pub(crate) missing: Vec<String>,
    /// The prefix of its definitions in other files.
    pub(crate) prefix: String,
}

pub(crate) struct Loader<'a> {
    files: &'a dyn Files,
    options: &'a Options,
    reporter: &'a mut Reporter,
    sources: Sources,
    /// The files by canonical path.
    known: HashMap<PathBuf, FileId>,
    /// The directory of each file, where its includes are searched first.
    directories: Vec<Option<PathBuf>>,
    loaded: Vec<Loaded>,
    /// Files that were read and must be parsed. A queue, not recursion: a chain of includes may be long.
    waiting: VecDeque<FileId>,
}

impl<'a> Loader<'a> {
    pub(crate) fn new(
        files: &'a dyn Files,
        options: &'a Options,
        reporter: &'a mut Reporter,
    ) -> Loader<'a> {
        Loader {
            files,
            options,
            reporter,
            sources: Sources::default(),
            known: HashMap::new(),
            directories: Vec::new(),
            loaded: Vec::new(),
            waiting: VecDeque::new(),
        }
    }

    /// Adds a root file, unless it is there already.
    pub(crate) fn add_root(&mut self, path: &Path) -> io::Result<()> {
        let canonical = self.files.canonical(path)?;
        if self.known.contains_key(&canonical) {
            return Ok(());
        }
        let text = read(self.files, path)?;
        let root = self.add(path.to_owned(), text, path.parent().map(Path::to_owned));
        self.known.insert(canonical, root);
        Ok(())
    }

    /// Adds inline IDL as the root, which has no directory of its own.
    pub(crate) fn add_text(&mut self, name: &str, text: &str) {
        self.add(PathBuf::from(name), text.as_bytes().to_vec(), None);
    }

    fn add(&mut self, path: PathBuf, text: Vec<u8>, directory: Option<PathBuf>) -> FileId {
        let id = self.sources.add(path, text);
        self.directories.push(directory);
        self.waiting.push_back(id);
        id
    }

    /// Parses the root and everything it includes. The files are in the order of their numbers.
    pub(crate) fn run(mut self) -> (Vec<Loaded>, Sources) {
        while let Some(id) = self.waiting.pop_front() {
            let source = self.sources.file(id);
            let tree = parse_file(&source.text, id, self.options.multiline_strings, self.reporter);
            let prefix = prefix_of(&source.path);
            let (includes, missing) = self.includes(id, &tree);
            self.loaded.push(Loaded { tree, includes, missing, prefix });
        }
        (self.loaded, self.sources)
    }

    /// Finds the files that a file includes.
    fn includes(&mut self, id: FileId, tree: &ast::File) -> (Vec<Include>, Vec<String>) {
        let mut includes: Vec<Include> = Vec::new();
        let mut missing = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for header in &tree.headers {
            let Header::Include(include) = header else { continue };
            match self.find(id, &include.path.text) {
                Ok(file) => {
                    if seen.insert(file) {
                        let (path, span) = (include.path.text.clone(), include.path.span);
                        includes.push(Include { path, file, span, header: include.span });
                    }
                }
                Err((tried, error)) => {
                    missing.push(prefix_of(Path::new(&include.path.text)));
                    let title = match &error {
                        Some(error) => format!(
                            "cannot read the included file `{}`: {error}",
                            include.path.text
                        ),
                        None => format!("cannot find the included file `{}`", include.path.text),
                    };
                    let error =
                        Diagnostic::error(codes::MISSING_INCLUDE, title).at(include.path.span, "");
                    let tried: Vec<_> =
                        tried.iter().map(|path| path.display().to_string()).collect();
                    self.reporter.report(if tried.is_empty() {
                        error.note(
                            "inline IDL has no directory of its own, and `include_dirs` is empty",
                        )
                    } else {
                        error.note(format!("looked for:\n{}", tried.join("\n")))
                    });
                }
            }
        }
        (includes, missing)
    }

    /// Resolves an include, or returns the paths that were tried and the error if one could not be read.
    fn find(
        &mut self,
        from: FileId,
        path: &str,
    ) -> Result<FileId, (Vec<PathBuf>, Option<io::Error>)> {
        let mut tried = Vec::new();
        let beside = self.directories[from.0 as usize].clone();
        let mut directories: Vec<PathBuf> = beside.into_iter().collect();
        directories.extend(self.options.include_dirs.iter().cloned());
        if Path::new(path).is_absolute() {
            directories = vec![PathBuf::new()];
        }
        for directory in directories {
            let candidate = normal(&directory.join(path));
            if let Ok(canonical) = self.files.canonical(&candidate) {
                if let Some(&id) = self.known.get(&canonical) {
                    return Ok(id);
                }
                match read(self.files, &candidate) {
                    Ok(text) => {
                        let directory = candidate.parent().map(Path::to_owned);
                        let id = self.add(candidate, text, directory);
                        self.known.insert(canonical, id);
                        return Ok(id);
                    }
                    Err(error) => return Err((vec![candidate], Some(error))),
                }
            }
            if !tried.contains(&candidate) {
                tried.push(candidate);
            }
        }
        Err((tried, None))
    }
}

/// Reads a file, whose length must fit in a [`Span`](crate::source::Span).
fn read(files: &dyn Files, path: &Path) -> io::Result<Vec<u8>> {
    let text = files.read(path)?;
    if text.len() < u32::MAX as usize { Ok(text) } else { Err(io::ErrorKind::FileTooLarge.into()) }
}

/// File name without directory and last extension.
fn prefix_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
