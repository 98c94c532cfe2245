//! State of a comparison: the pairing of old and new definitions, pending pairs, and the changes
//! found so far.

use std::collections::{HashMap, HashSet};

use thriftly_parser::Program;
use thriftly_parser::program::{DefId, Definition};
use thriftly_parser::source::FileId;

use super::change::{Change, Code, Place};

/// An old and a new program, and their differences.
pub(super) struct Comparison<'a> {
    pub(super) old: &'a Program,
    pub(super) new: &'a Program,
    changes: Vec<Change>,
    /// The new file of each old one.
    files: HashMap<FileId, FileId>,
    /// The new definitions by name; constants have a separate namespace.
    names: HashMap<(bool, &'a str), Vec<DefId>>,
    /// Pending pairs, reached through types.
    waiting: Vec<(DefId, DefId)>,
    /// Compared and pending pairs.
    known: HashSet<(DefId, DefId)>,
    /// The old definitions of these pairs.
    compared: HashSet<DefId>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(old: &'a Program, new: &'a Program) -> Comparison<'a> {
        let mut names: HashMap<_, Vec<_>> = HashMap::new();
        for (id, definition) in new.definitions() {
            names.entry(key(definition)).or_default().push(id);
        }
        Comparison {
            old,
            new,
            changes: Vec::new(),
            files: pair_files(old, new),
            names,
            waiting: Vec::new(),
            known: HashSet::new(),
            compared: HashSet::new(),
        }
    }

    /// The new definition with this name, in the same file or in the one it was moved to.
    pub(super) fn counterpart(&self, old: DefId) -> Option<DefId> {
        let candidates = self.names.get(&key(self.old.definition(old)))?;
        let file = self.files.get(&old.file);
        let same_file = candidates.iter().find(|id| Some(&id.file) == file);
        same_file.or(candidates.first()).copied()
    }

    /// Schedules a pair of definitions for comparison, once.
    pub(super) fn compare_later(&mut self, old: DefId, new: DefId) {
        if self.known.insert((old, new)) {
            self.compared.insert(old);
            self.waiting.push((old, new));
        }
    }

    /// The next pair to compare.
    pub(super) fn next_pair(&mut self) -> Option<(DefId, DefId)> {
        self.waiting.pop()
    }

    /// Whether an old definition has been compared with a new one of any name.
    pub(super) fn is_compared(&self, old: DefId) -> bool {
        self.compared.contains(&old)
    }

    /// The changes found.
    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes
    }

    /// Records a change.
    pub(super) fn report(
        &mut self,
        code: &'static Code,
        place: Place,
        subject: &str,
        message: String,
    ) {
        self.changes.push(Change { code, place, subject: subject.to_owned(), message });
    }
}

/// Constants and other definitions have separate namespaces.
fn key(definition: &Definition) -> (bool, &str) {
    (matches!(definition, Definition::Const(_)), &definition.name().text)
}

/// Pairs the root files, and files included by paired files under the same prefix.
fn pair_files(old: &Program, new: &Program) -> HashMap<FileId, FileId> {
    let mut pairs = HashMap::new();
    let (Some(old_root), Some(new_root)) = (old.files.first(), new.files.first()) else {
        return pairs;
    };
    pairs.insert(old_root.id, new_root.id);
    let mut waiting = vec![(old_root, new_root)];
    while let Some((old_file, new_file)) = waiting.pop() {
        for include in &old_file.includes {
            let included = old.file(include.file);
            let mut candidates = new_file.includes.iter().map(|include| new.file(include.file));
            if let Some(same) = candidates.find(|file| file.prefix == included.prefix)
                && !pairs.contains_key(&included.id)
            {
                pairs.insert(included.id, same.id);
                waiting.push((included, same));
            }
        }
    }
    pairs
}
