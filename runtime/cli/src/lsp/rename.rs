//! Renaming: the edits of all names that stand for a symbol, unless they would change the meaning of anything.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use lsp_types::{TextEdit, Uri, WorkspaceEdit};
use thriftly_parser::diagnostic::Diagnostic;
use thriftly_parser::index::{Index, Reference, Symbol};
use thriftly_parser::program::Definition;
use thriftly_parser::source::{FileId, Span};
use thriftly_parser::{Files, Options, Severity, load_all};

use super::analysis::View;
use super::documents::Documents;

/// The words of the language, which are no names.
const KEYWORDS: [&str; 34] = [
    "async",
    "binary",
    "bool",
    "byte",
    "const",
    "cpp_include",
    "double",
    "enum",
    "exception",
    "extends",
    "false",
    "i16",
    "i32",
    "i64",
    "i8",
    "include",
    "list",
    "map",
    "namespace",
    "oneway",
    "optional",
    "required",
    "service",
    "set",
    "string",
    "struct",
    "throws",
    "true",
    "typedef",
    "union",
    "uuid",
    "void",
    "xsd_all",
    "xsd_attrs",
];

/// The name at an offset, if it can be renamed.
///
/// # Errors
///
/// Why it cannot.
pub(super) fn name_at(view: View<'_>, file: FileId, offset: u32) -> Result<Reference, String> {
    let Some((name, _)) = view.analysis.index.at(file, offset) else {
        return Err("there is no name here that can be renamed".to_owned());
    };
    if let Symbol::File(_) = name.symbol {
        return Err("a file cannot be renamed here: rename it on the disk".to_owned());
    }
    Ok(name)
}

/// The edits that give a symbol another name, in all files of the program.
///
/// # Errors
///
/// Why it cannot have that name.
pub(super) fn rename(
    view: View<'_>,
    symbol: Symbol,
    new: &str,
    folders: &[PathBuf],
    options: &Options,
) -> Result<WorkspaceEdit, String> {
    check_name(new)?;
    let index = &view.analysis.index;
    let declared = index.declaration(symbol).ok_or("its declaration is not known")?;
    let spans = std::iter::once(declared).chain(index.references(symbol));
    let spans: Vec<Span> = spans.chain(in_annotation(view, symbol)).collect();
    check_files(view, declared.file, &spans, folders)?;
    check_meaning(view, &spans, new, options)?;
    #[allow(clippy::mutable_key_type, reason = "the type that the protocol's crate wants")]
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for span in spans {
        let uri = view.uri(span.file).ok_or("one of the files has no URI")?;
        let edit = TextEdit { range: view.range(span), new_text: new.to_owned() };
        changes.entry(uri).or_default().push(edit);
    }
    Ok(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}

/// The name of an exception's field in the annotation `message` of the exception.
fn in_annotation(view: View<'_>, symbol: Symbol) -> Option<Span> {
    let program = view.program();
    let name = symbol.name(program)?;
    symbol.field(program)?;
    let Symbol::Member(id, _) = symbol else { return None };
    let Definition::Struct(node) = program.definition(id) else { return None };
    let mut annotations = node.annotations.iter().rev();
    let key = &annotations.find(|one| one.key.text == "message" && one.value == name)?.key.span;
    // Behind the key are `=` and a quote.
    let text = view.source(key.file).text.get(key.end as usize..)?;
    let before = text.iter().take_while(|byte| !matches!(byte, b'"' | b'\'')).count() + 1;
    let is_it = text.get(before..)?.starts_with(name.as_bytes());
    let start = key.end + before as u32;
    is_it.then(|| Span { start, end: start + name.len() as u32, ..*key })
}

fn check_name(new: &str) -> Result<(), String> {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if new.is_empty() || !new.bytes().all(letter) || new.as_bytes()[0].is_ascii_digit() {
        return Err(format!("{new:?} is not a name: names are letters, digits and `_`"));
    }
    match KEYWORDS.binary_search(&new) {
        Ok(_) => Err(format!("`{new}` is a word of the language")),
        Err(_) => Ok(()),
    }
}

/// Refuses files outside of the workspace, and files with errors that may hide a name.
fn check_files(
    view: View<'_>,
    declared: FileId,
    spans: &[Span],
    folders: &[PathBuf],
) -> Result<(), String> {
    let inside = |path: &Path| {
        view.documents.get(path).is_some() || folders.iter().any(|folder| path.starts_with(folder))
    };
    for span in spans {
        let path = &view.analysis.paths[span.file.0 as usize];
        if !inside(path) {
            return Err(format!("{} is outside of the workspace", path.display()));
        }
    }
    let program = view.program();
    // Names can only be in the file itself and in those that include it.
    let may_name = program.files.iter().filter(|file| {
        file.id == declared || file.includes.iter().any(|include| include.file == declared)
    });
    for file in may_name {
        if view.analysis.has_errors(file.id) {
            let path = view.source(file.id).path.display();
            return Err(format!("{path} has errors, which may hide a use of the name"));
        }
    }
    Ok(())
}

/// Checks the program with the new name in place: it has no new error, and every name stands for what it stood for.
fn check_meaning(
    view: View<'_>,
    spans: &[Span],
    new: &str,
    options: &Options,
) -> Result<(), String> {
    let mut edited: HashMap<PathBuf, Vec<u8>> = HashMap::new();
    let mut sorted = spans.to_vec();
    sorted.sort_by_key(|span| (span.file, std::cmp::Reverse(span.start)));
    for span in sorted {
        let path = view.analysis.paths[span.file.0 as usize].clone();
        let text = edited.entry(path).or_insert_with(|| view.source(span.file).text.clone());
        text.splice(span.start as usize..span.end as usize, new.bytes());
    }
    let files = Edited { edited, documents: view.documents };
    let paths = view.analysis.outcome.sources.paths();
    let outcome = load_all(&files, paths, options);
    let errors = |one: &thriftly_parser::Outcome| {
        one.diagnostics.iter().filter(|one| one.severity == Severity::Error).count()
    };
    if errors(&outcome) > errors(&view.analysis.outcome) {
        let old: Vec<&str> =
            view.analysis.outcome.diagnostics.iter().map(|one| one.title.as_str()).collect();
        let is_new = |one: &&Diagnostic| {
            one.severity == Severity::Error && !old.contains(&one.title.as_str())
        };
        // One at the declaration says more than what follows from it.
        let new = outcome.diagnostics.iter().filter(is_new).min_by_key(|one| {
            one.primary.as_ref().map(|label| label.span.file) != spans.first().map(|one| one.file)
        });
        let title = new.map_or("it is taken", |one| one.title.as_str());
        return Err(format!("the new name is an error: {title}"));
    }
    let (before, after) = (&view.analysis.index, Index::of(&outcome));
    let same = view.program().files.iter().all(|file| {
        let (before, after) = (before.names(file.id), after.names(file.id));
        let symbols = |names: &[Reference]| names.iter().map(|one| one.symbol).collect::<Vec<_>>();
        symbols(before) == symbols(after)
    });
    match same {
        true => Ok(()),
        false => Err(format!("with the name `{new}` other names would refer to something else")),
    }
}

/// The documents with edits that have not been made.
struct Edited<'a> {
    edited: HashMap<PathBuf, Vec<u8>>,
    documents: &'a Documents,
}

impl Files for Edited<'_> {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.documents.canonical(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.edited.get(&self.canonical(path)?) {
            Some(text) => Ok(text.clone()),
            None => self.documents.read(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_words_outside_of_the_language() {
        for name in ["a", "_", "A_1", "Struct"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for name in ["", "1a", "a.b", "a b", "a-b", "\u{e9}", "struct", "uuid", "xsd_all"] {
            assert!(check_name(name).is_err(), "{name}");
        }
        assert!(KEYWORDS.is_sorted());
    }
}
