//! Reads a file and everything it includes, and checks all of it.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};

use crate::ast::{self, Header};
use crate::check;
use crate::codes;
use crate::diagnostic::{Diagnostic, Severity};
use crate::files::{Disk, Files, normal};
use crate::parser::parse_file;
use crate::program::{Include, Program};
use crate::reporter::Reporter;
use crate::source::{FileId, Sources};

/// How files are read and how strict the checks are.
///
/// ```
/// use thriftly_parser::Options;
///
/// let options = Options { lints: true, ..Options::default() };
/// # let _ = options;
/// ```
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where to look for included files after the directory of the including file, in order.
    pub include_dirs: Vec<PathBuf>,
    /// Strings may hold line ends, as in some dialects.
    pub multiline_strings: bool,
    /// Lints are reported too.
    pub lints: bool,
    /// `oneway` functions that return a value are accepted as `void`, with a warning, as the Apache compiler does.
    pub lenient_oneway: bool,
}

/// What came out of loading.
#[derive(Debug)]
pub struct Outcome {
    /// The program. After errors it is as complete as possible: the names of the definitions are there, with
    /// [`TypeKind::Unresolved`](crate::program::TypeKind::Unresolved) and
    /// [`Value::Invalid`](crate::program::Value::Invalid) inside.
    pub program: Program,
    /// Errors and warnings of all files, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that were read.
    pub sources: Sources,
}

impl Outcome {
    /// Whether there is any error, so that the program must not be used.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// All diagnostics as text, with an empty line between two.
    pub fn render(&self) -> String {
        let rendered: Vec<_> =
            self.diagnostics.iter().map(|diagnostic| diagnostic.render(&self.sources)).collect();
        rendered.join("\n\n")
    }
}

/// Loads a file from the disk, and everything it includes.
///
/// An include is looked for in the directory of the including file and then in each of
/// [`Options::include_dirs`]. Each file is read and parsed once, however many paths lead to it.
pub fn load(path: &Path, options: &Options) -> Outcome {
    load_from(&Disk, path, options)
}

/// Loads a file from any set of files, and everything it includes.
pub fn load_from(files: &dyn Files, path: &Path, options: &Options) -> Outcome {
    match files.canonical(path).and_then(|canonical| Ok((read(files, path)?, canonical))) {
        Ok((text, canonical)) => {
            let directory = path.parent().map(Path::to_owned);
            let mut loader = Loader::new(files, options);
            let root = loader.add(path.to_owned(), text, directory);
            loader.known.insert(canonical, root);
            loader.run()
        }
        Err(error) => {
            let title = format!("cannot read {}: {error}", path.display());
            let diagnostics = vec![Diagnostic::error(codes::UNREADABLE_FILE, title)];
            Outcome { program: Program::default(), diagnostics, sources: Sources::default() }
        }
    }
}

/// Loads a text that is in no file. Its includes are looked for in [`Options::include_dirs`] only.
///
/// ```
/// use thriftly_parser::{Options, load_str};
///
/// let outcome = load_str("inline", "service Sleep { oneway void sleep(1: i32 seconds) }", &Options::default());
/// assert!(!outcome.has_errors(), "{}", outcome.render());
/// assert_eq!(outcome.program.files[0].definitions.len(), 1);
/// ```
pub fn load_str(name: &str, text: &str, options: &Options) -> Outcome {
    let mut loader = Loader::new(&Disk, options);
    loader.add(PathBuf::from(name), text.as_bytes().to_vec(), None);
    loader.run()
}

/// A file that has been read and parsed.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// What it says.
    pub(crate) tree: ast::File,
    /// The includes that were found.
    pub(crate) includes: Vec<Include>,
    /// The prefixes of the includes that were not found: nothing can be said against their use.
    pub(crate) missing: Vec<String>,
    /// The prefix under which others name its definitions.
    pub(crate) prefix: String,
}

struct Loader<'a> {
    files: &'a dyn Files,
    options: &'a Options,
    sources: Sources,
    reporter: Reporter,
    /// The files by canonical path.
    known: HashMap<PathBuf, FileId>,
    /// Where to look first for the includes of each file.
    directories: Vec<Option<PathBuf>>,
    loaded: Vec<Loaded>,
    /// Files that were read and must be parsed. A queue, not recursion: a chain of includes may be long.
    waiting: VecDeque<FileId>,
}

impl<'a> Loader<'a> {
    fn new(files: &'a dyn Files, options: &'a Options) -> Loader<'a> {
        Loader {
            files,
            options,
            sources: Sources::default(),
            reporter: Reporter::new(options.lints),
            known: HashMap::new(),
            directories: Vec::new(),
            loaded: Vec::new(),
            waiting: VecDeque::new(),
        }
    }

    fn add(&mut self, path: PathBuf, text: Vec<u8>, directory: Option<PathBuf>) -> FileId {
        let id = self.sources.add(path, text);
        self.directories.push(directory);
        self.waiting.push_back(id);
        id
    }

    fn run(mut self) -> Outcome {
        while let Some(id) = self.waiting.pop_front() {
            let source = self.sources.file(id);
            let tree =
                parse_file(&source.text, id, self.options.multiline_strings, &mut self.reporter);
            let prefix = prefix_of(&source.path);
            let (includes, missing) = self.includes(id, &tree);
            self.loaded.push(Loaded { tree, includes, missing, prefix });
        }
        let program = check::check(self.loaded, self.options, &self.sources, &mut self.reporter);
        let mut diagnostics = self.reporter.finish();
        add_include_chains(&mut diagnostics, &program, &self.sources);
        Outcome { program, diagnostics, sources: self.sources }
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
                        includes.push(Include { path, file, span });
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
                        error.note("a text without a file has no directory of its own, and there are no include_dirs")
                    } else {
                        error.note(format!("looked for:\n{}", tried.join("\n")))
                    });
                }
            }
        }
        (includes, missing)
    }

    /// The file that an include leads to, or the paths that were tried and the error if one could not be read.
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

/// The text of a file, whose length must fit in the numbers of [`Span`](crate::source::Span)s.
fn read(files: &dyn Files, path: &Path) -> io::Result<Vec<u8>> {
    let text = files.read(path)?;
    if text.len() < u32::MAX as usize { Ok(text) } else { Err(io::ErrorKind::FileTooLarge.into()) }
}

/// File name without directory and last extension.
fn prefix_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// How many steps of the way from the root file to another one a message shows.
const CHAIN: usize = 4;

/// Tells for each error in an included file how it came to be read.
fn add_include_chains(diagnostics: &mut [Diagnostic], program: &Program, sources: &Sources) {
    // The first include that led to each file. Files are numbered as they are found, so the includer of a file comes
    // before it, and no chain can go in circles.
    let mut includers: Vec<Option<&Include>> = vec![None; program.files.len()];
    for file in &program.files {
        for include in &file.includes {
            let includer = &mut includers[include.file.0 as usize];
            if includer.is_none() && include.file > file.id {
                *includer = Some(include);
            }
        }
    }
    for diagnostic in diagnostics {
        let Some(primary) = &diagnostic.primary else { continue };
        let mut file = primary.span.file;
        for _ in 0..CHAIN {
            let Some(Some(include)) = includers.get(file.0 as usize) else { break };
            file = include.span.file;
            let path = sources.file(file).path.display().to_string();
            let line = sources.position(include.span).line;
            diagnostic.notes.push(format!("note: included from {path}:{line}"));
        }
    }
}
