//! Name lookup: the names of every file, and how one file finds the names of another.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

use crate::ast::Definition;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::loader::Loaded;
use crate::program::{DefId, Name};
use crate::reporter::Reporter;
use crate::source::{FileId, Span};
use crate::suggest::{self, Budget};
use crate::symbol::{Reference, Symbol};

/// Kind of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Const,
    Typedef,
    Enum,
    Struct,
    Service,
}

/// The definition that a name refers to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) id: DefId,
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// Result of a name lookup.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found {
    One(Entry),
    /// Two included files of one prefix define it.
    Two(Entry, Entry),
    /// It may be defined in a file or definition that could not be read or parsed, which has been reported.
    Broken,
    Nothing,
}

/// Which of the two name spaces of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Space {
    Types,
    Consts,
}

/// The names of all files.
#[derive(Debug)]
pub(crate) struct Names {
    files: Vec<FileNames>,
    /// Budget for suggestions.
    pub(crate) budget: Budget,
    /// The references that have been resolved, with the feature `tools`: nothing else asks for them.
    references: RefCell<Vec<Reference>>,
}

#[derive(Debug, Default)]
struct FileNames {
    types: HashMap<String, Entry>,
    consts: HashMap<String, Entry>,
    /// The included files by their prefix.
    prefixes: HashMap<String, Vec<Target>>,
    /// Prefixes of includes that were not found.
    missing: HashSet<String>,
    /// Names in definitions that could not be parsed.
    broken: HashSet<String>,
    /// Any name may be missing because of syntax errors.
    left: bool,
}

#[derive(Debug)]
struct Target {
    file: FileId,
    /// Whether a name has been found in it.
    used: Cell<bool>,
}

impl Names {
    /// Collects the names of all files, and takes the definitions out of the trees whose names are taken. The
    /// definitions left have their index in the tree as their index in the program.
    pub(crate) fn collect(loaded: &mut [Loaded], reporter: &mut Reporter) -> Names {
        let prefixes: Vec<String> = loaded.iter().map(|file| file.prefix.clone()).collect();
        let mut files = Vec::with_capacity(loaded.len());
        for (number, file) in loaded.iter_mut().enumerate() {
            let mut names = FileNames::default();
            let mut index = 0;
            file.tree.definitions.retain(|definition| {
                let id = DefId { file: FileId(number as u32), index };
                let kept = names.add(definition, id, reporter);
                index += u32::from(kept);
                kept
            });
            names.broken = file.tree.broken.drain(..).collect();
            names.left = file.tree.left;
            names.missing = file.missing.drain(..).collect();
            for include in &file.includes {
                let target = Target { file: include.file, used: Cell::new(false) };
                names
                    .prefixes
                    .entry(prefixes[include.file.0 as usize].clone())
                    .or_default()
                    .push(target);
            }
            files.push(names);
        }
        Names { files, budget: Budget::new(100_000), references: RefCell::default() }
    }

    /// Looks up a name from within a file: `name` is defined there, `prefix.name` in an included file.
    pub(crate) fn find(&self, from: FileId, name: &str, space: Space) -> Found {
        let file = &self.files[from.0 as usize];
        if let Some(&entry) = file.space(space).get(name) {
            return Found::One(entry);
        }
        if file.is_broken(name) {
            return Found::Broken;
        }
        let Some((prefix, rest)) = name.rsplit_once('.') else { return Found::Nothing };
        let mut found = Found::Nothing;
        for target in file.prefixes.get(prefix).map_or(&[][..], Vec::as_slice) {
            let included = &self.files[target.file.0 as usize];
            found = match (included.space(space).get(rest), found) {
                (Some(&second), Found::One(first)) => return Found::Two(first, second),
                (Some(&entry), _) => {
                    target.used.set(true);
                    Found::One(entry)
                }
                (None, Found::Nothing) if included.is_broken(rest) => Found::Broken,
                (None, found) => found,
            };
        }
        match found {
            Found::Nothing if file.missing.contains(prefix) => Found::Broken,
            found => found,
        }
    }

    /// Records that the last part of a name refers to a symbol. `name` is the text at the span.
    pub(crate) fn refer(&self, span: Span, name: &str, symbol: Symbol) {
        if !cfg!(feature = "tools") {
            return;
        }
        let last = name.rsplit_once('.').map_or(name, |(_, last)| last);
        let start = span.end - (last.len() as u32).min(span.end - span.start);
        self.references.borrow_mut().push(Reference { span: Span { start, ..span }, symbol });
    }

    /// Records that a name refers to a definition, and what is before its last dot to the file.
    pub(crate) fn refer_to(&self, span: Span, name: &str, id: DefId) {
        self.refer(span, name, Symbol::Definition(id));
        if cfg!(feature = "tools")
            && let Some((prefix, last)) = name.rsplit_once('.')
            && id.file != span.file
        {
            let end = span.end - last.len() as u32 - 1;
            let span = Span { start: end - prefix.len() as u32, end, ..span };
            self.references.borrow_mut().push(Reference { span, symbol: Symbol::File(id.file) });
        }
    }

    /// All references that have been resolved.
    pub(crate) fn into_references(self) -> Vec<Reference> {
        self.references.into_inner()
    }

    /// Whether the first part of a dotted name is the prefix of a file that was not found.
    pub(crate) fn is_missing(&self, from: FileId, prefix: &str) -> bool {
        let file = &self.files[from.0 as usize];
        file.missing.contains(prefix) || file.is_broken(prefix)
    }

    /// The closest name to one that was not found, as this file would write it.
    pub(crate) fn suggestion(&self, from: FileId, name: &str, space: Space) -> Option<String> {
        let file = &self.files[from.0 as usize];
        match name.rsplit_once('.') {
            None => {
                let base =
                    if space == Space::Types { suggest::BASE_TYPES } else { &["true", "false"] };
                let own = file.space(space).keys().map(String::as_str);
                let near =
                    self.budget.closest(name, base.iter().copied().chain(own)).map(str::to_owned);
                // The right name without its prefix.
                near.or_else(|| {
                    let mut prefixes: Vec<_> = file.prefixes.iter().take(1000).collect();
                    prefixes.sort_by_key(|(prefix, _)| prefix.as_str());
                    prefixes.iter().find_map(|(prefix, targets)| {
                        let has = |target: &Target| {
                            self.files[target.file.0 as usize].space(space).contains_key(name)
                        };
                        targets.iter().any(has).then(|| format!("{prefix}.{name}"))
                    })
                })
            }
            Some((prefix, rest)) => match file.prefixes.get(prefix) {
                Some(targets) => {
                    let near = targets.iter().find_map(|target| {
                        let included = self.files[target.file.0 as usize].space(space);
                        self.budget.closest(rest, included.keys().map(String::as_str))
                    });
                    near.map(|near| format!("{prefix}.{near}"))
                }
                None => self
                    .budget
                    .closest(prefix, file.prefixes.keys().map(String::as_str))
                    .map(|near| format!("{near}.{rest}")),
            },
        }
    }

    /// The files that a file includes under a prefix. They count as used.
    pub(crate) fn included(&self, from: FileId, prefix: &str) -> Vec<FileId> {
        let targets = self.files[from.0 as usize].prefixes.get(prefix);
        let targets = targets.into_iter().flatten();
        targets.inspect(|target| target.used.set(true)).map(|target| target.file).collect()
    }

    /// Whether a file includes another one under a prefix.
    pub(crate) fn has_prefix(&self, from: FileId, prefix: &str) -> bool {
        self.files[from.0 as usize].prefixes.contains_key(prefix)
    }

    /// The included files that a file uses.
    pub(crate) fn used(&self, from: FileId) -> HashSet<FileId> {
        let targets = self.files[from.0 as usize].prefixes.values().flatten();
        targets.filter(|target| target.used.get()).map(|target| target.file).collect()
    }
}

impl FileNames {
    fn space(&self, space: Space) -> &HashMap<String, Entry> {
        match space {
            Space::Types => &self.types,
            Space::Consts => &self.consts,
        }
    }

    /// Whether a name may be defined in a part with syntax errors.
    fn is_broken(&self, name: &str) -> bool {
        self.left || self.broken.contains(name)
    }

    /// Adds a definition; false if its name is taken.
    fn add(&mut self, definition: &Definition, id: DefId, reporter: &mut Reporter) -> bool {
        let (space, kind) = match definition {
            Definition::Const(_) => (&mut self.consts, Kind::Const),
            Definition::Typedef(_) => (&mut self.types, Kind::Typedef),
            Definition::Enum(_) => (&mut self.types, Kind::Enum),
            Definition::Struct(_) => (&mut self.types, Kind::Struct),
            Definition::Service(_) => (&mut self.types, Kind::Service),
        };
        let Name { text, span } = definition.name();
        if let Some(first) = space.get(text) {
            let (code, what) = match kind {
                Kind::Const => (codes::DUPLICATE_CONST, "constant"),
                _ => (codes::DUPLICATE_TYPE, "type"),
            };
            let error = Diagnostic::error(code, format!("the {what} `{text}` is defined twice"))
                .at(*span, "again here");
            reporter.report(error.and(first.span, "first defined here"));
            return false;
        }
        space.insert(text.clone(), Entry { id, kind, span: *span });
        true
    }
}
