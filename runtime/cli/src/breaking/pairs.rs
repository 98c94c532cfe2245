//! Which old definition is which new one.

use std::collections::{HashMap, HashSet};

use thriftly_parser::Program;
use thriftly_parser::program::{Const, DefId, Definition, StructKind};
use thriftly_parser::source::FileId;

use super::change::{self, Change, Code, Place};
use super::{types, values};

/// An old and a new program, and what differs.
pub(super) struct Comparison<'a> {
    pub(super) old: &'a Program,
    pub(super) new: &'a Program,
    changes: Vec<Change>,
    /// The new file of each old one.
    files: HashMap<FileId, FileId>,
    /// The new definitions by name; constants have names of their own.
    names: HashMap<(bool, &'a str), Vec<DefId>>,
    /// Pairs that types have led to, and that must be compared.
    waiting: Vec<(DefId, DefId)>,
    /// Pairs that have been compared or are waiting.
    known: HashSet<(DefId, DefId)>,
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
        }
    }

    /// Compares everything.
    pub(super) fn run(mut self) -> Vec<Change> {
        let mut gone = Vec::new();
        for (old, _) in self.old.definitions() {
            match self.counterpart(old) {
                Some(new) => self.compare_later(old, new),
                None => gone.push(old),
            }
        }
        while let Some((old, new)) = self.waiting.pop() {
            self.compare(old, new);
        }
        // What another has taken the place of has been compared with that.
        let replaced: HashSet<DefId> = self.known.iter().map(|(old, _)| *old).collect();
        for old in gone.into_iter().filter(|old| !replaced.contains(old)) {
            self.removed(self.old.definition(old));
        }
        self.changes
    }

    /// The new definition of the name: in the same file, or wherever it was moved.
    pub(super) fn counterpart(&self, old: DefId) -> Option<DefId> {
        let candidates = self.names.get(&key(self.old.definition(old)))?;
        let file = self.files.get(&old.file);
        let same_file = candidates.iter().find(|id| Some(&id.file) == file);
        same_file.or(candidates.first()).copied()
    }

    /// Makes sure that two definitions are compared, once.
    pub(super) fn compare_later(&mut self, old: DefId, new: DefId) {
        if self.known.insert((old, new)) {
            self.waiting.push((old, new));
        }
    }

    /// Notes a change.
    pub(super) fn report(
        &mut self,
        code: &'static Code,
        place: Place,
        subject: &str,
        message: String,
    ) {
        self.changes.push(Change { code, place, subject: subject.to_owned(), message });
    }

    fn compare(&mut self, old_id: DefId, new_id: DefId) {
        let (old, new) = (self.old.definition(old_id), self.new.definition(new_id));
        let subject = subject(old, new);
        let place = Place::New(new.name().span);
        match (old, new) {
            (Definition::Const(old), Definition::Const(new)) => {
                self.compare_constants(old, new, &subject);
            }
            (Definition::Enum(old), Definition::Enum(new)) => {
                self.compare_enums(old, new, &subject);
            }
            (Definition::Struct(old), Definition::Struct(new)) => {
                self.compare_structs(old, new, &subject);
            }
            (Definition::Service(_), Definition::Service(_)) => {
                self.compare_services(old_id, new_id, &subject);
            }
            (Definition::Service(_), new) => {
                let message = format!("it is {} now", kind(new).1);
                self.report(change::SERVICE_REMOVED, place, &subject, message);
            }
            // What a typedef stands for is compared where it is used.
            (Definition::Typedef(_), Definition::Typedef(_)) => {}
            (_, new) => {
                let message = format!("it is {} now", kind(new).1);
                self.report(change::DEFINITION_KIND, place, &subject, message);
            }
        }
    }

    fn compare_constants(&mut self, old: &Const, new: &Const, subject: &str) {
        let types = (types::text(self.old, &old.ty), types::text(self.new, &new.ty));
        let values = (values::text(self.old, &old.value), values::text(self.new, &new.value));
        if values.0 != values.1 {
            let (from, to) = values::shortened(values);
            let message = format!("its value changed from {from} to {to}");
            self.report(change::CONSTANT_VALUE, Place::New(new.name.span), subject, message);
        } else if types.0 != types.1 {
            let message = format!("its type changed from {} to {}", types.0, types.1);
            self.report(change::CONSTANT_VALUE, Place::New(new.name.span), subject, message);
        }
    }

    fn removed(&mut self, old: &Definition) {
        let code = match old {
            Definition::Service(_) => change::SERVICE_REMOVED,
            _ => change::DEFINITION_REMOVED,
        };
        let name = old.name();
        let subject = format!("{} {}", kind(old).0, name.text);
        self.report(code, Place::Old(name.span), &subject, "it is gone".to_owned());
    }
}

/// Names of constants and of other definitions never meet.
fn key(definition: &Definition) -> (bool, &str) {
    (matches!(definition, Definition::Const(_)), &definition.name().text)
}

/// What a definition is, without and with an article.
fn kind(definition: &Definition) -> (&'static str, &'static str) {
    match definition {
        Definition::Const(_) => ("const", "a const"),
        Definition::Typedef(_) => ("typedef", "a typedef"),
        Definition::Enum(_) => ("enum", "an enum"),
        Definition::Service(_) => ("service", "a service"),
        Definition::Struct(node) => match node.kind {
            StructKind::Struct => ("struct", "a struct"),
            StructKind::Union => ("union", "a union"),
            StructKind::Exception => ("exception", "an exception"),
        },
    }
}

fn subject(old: &Definition, new: &Definition) -> String {
    let (was, is) = (old.name(), new.name());
    let kind = kind(old).0;
    match was.text == is.text {
        true => format!("{kind} {}", is.text),
        false => format!("{kind} {} (was {})", is.text, was.text),
    }
}

/// The roots belong together, and the files that paired files include under one prefix.
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
