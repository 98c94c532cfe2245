//! The pipeline from a root file to a checked program: load, check, report.

use std::path::Path;

use crate::check::check;
use crate::codes;
use crate::diagnostic::{Diagnostic, Severity};
use crate::files::{Disk, Files};
use crate::loader::{Loaded, Loader};
use crate::options::Options;
use crate::program::{Include, Program};
use crate::reporter::Reporter;
use crate::source::Sources;
use crate::symbol::Reference;

/// Result of loading: the program, its diagnostics and its sources.
#[derive(Debug)]
pub struct Outcome {
    /// The program. After errors it is as complete as possible: definitions keep their names and members, with
    /// [`TypeKind::Unresolved`](crate::program::TypeKind::Unresolved) and
    /// [`Value::Invalid`](crate::program::Value::Invalid) where something is wrong.
    pub program: Program,
    /// Errors and warnings of all files, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that were read.
    pub sources: Sources,
    /// What the names in types, values and `extends` refer to, in no order, with the feature `tools`; else
    /// none. `index::Index` finds them by place and by symbol.
    pub references: Vec<Reference>,
}

impl Outcome {
    /// Whether there are errors. The program is then incomplete.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// All diagnostics as text, separated by empty lines.
    pub fn render(&self) -> String {
        let rendered: Vec<_> =
            self.diagnostics.iter().map(|diagnostic| diagnostic.render(&self.sources)).collect();
        rendered.join("\n\n")
    }
}

/// Loads a file from the disk, with everything it includes, and checks it.
///
/// An include is looked up in the directory of the including file and then in each of
/// [`Options::include_dirs`]. Each file is read and parsed once, however many paths lead to it.
pub fn load(path: &Path, options: &Options) -> Outcome {
    load_from(&Disk, path, options)
}

/// Loads a file from any set of files, with everything it includes, and checks it.
pub fn load_from(files: &dyn Files, path: &Path, options: &Options) -> Outcome {
    let mut reporter = Reporter::new(options.lints);
    let mut loader = Loader::new(files, options, &mut reporter);
    match loader.add_root(path) {
        Ok(()) => {
            let (loaded, sources) = loader.run();
            checked(loaded, sources, options, reporter)
        }
        Err(error) => {
            let diagnostics = vec![unreadable(path, &error)];
            Outcome {
                program: Program::default(),
                diagnostics,
                sources: Sources::default(),
                references: Vec::new(),
            }
        }
    }
}

/// Loads several files as one program, with everything that they include, and checks them. Each file is read once, also
/// if it is both one of them and included by another.
///
/// ```
/// use thriftly_parser::{Memory, Options, load_all};
///
/// let mut files = Memory::default();
/// files.insert("a.thrift", "include \"shared.thrift\" struct A { 1: shared.Id id }");
/// files.insert("b.thrift", "include \"shared.thrift\" struct B { 1: shared.Id id }");
/// files.insert("shared.thrift", "typedef i64 Id");
/// let outcome = load_all(&files, ["a.thrift", "b.thrift"], &Options::default());
/// assert!(!outcome.has_errors());
/// assert_eq!(outcome.program.files.len(), 3);
/// ```
pub fn load_all<P: AsRef<Path>>(
    files: &dyn Files,
    paths: impl IntoIterator<Item = P>,
    options: &Options,
) -> Outcome {
    let mut reporter = Reporter::new(options.lints);
    let mut loader = Loader::new(files, options, &mut reporter);
    let mut missing = Vec::new();
    for path in paths {
        if let Err(error) = loader.add_root(path.as_ref()) {
            missing.push(unreadable(path.as_ref(), &error));
        }
    }
    let (loaded, sources) = loader.run();
    let mut outcome = checked(loaded, sources, options, reporter);
    outcome.diagnostics.extend(missing);
    outcome
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    let title = format!("cannot read {}: {error}", path.display());
    Diagnostic::error(codes::UNREADABLE_FILE, title)
}

/// Loads IDL from a string and checks it. Its includes are looked up in [`Options::include_dirs`] only.
///
/// ```
/// use thriftly_parser::{Options, load_str};
///
/// let outcome = load_str("inline", "service Sleep { oneway void sleep(1: i32 seconds) }", &Options::default());
/// assert!(!outcome.has_errors(), "{}", outcome.render());
/// assert_eq!(outcome.program.files[0].definitions.len(), 1);
/// ```
pub fn load_str(name: &str, text: &str, options: &Options) -> Outcome {
    let mut reporter = Reporter::new(options.lints);
    let mut loader = Loader::new(&Disk, options, &mut reporter);
    loader.add_text(name, text);
    let (loaded, sources) = loader.run();
    checked(loaded, sources, options, reporter)
}

/// Checks what was loaded.
fn checked(
    loaded: Vec<Loaded>,
    sources: Sources,
    options: &Options,
    mut reporter: Reporter,
) -> Outcome {
    let (program, references) = check(loaded, options, &sources, &mut reporter);
    let mut diagnostics = reporter.finish();
    add_include_chains(&mut diagnostics, &program, &sources);
    Outcome { program, diagnostics, sources, references }
}

/// Most `included from` notes in a message.
const CHAIN: usize = 4;

/// Adds to each diagnostic in an included file how that file was included.
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
