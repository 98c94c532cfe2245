//! Checks: syntax trees of all files → one checked program.
//!
//! First all names are collected, then every definition is lowered with its types resolved, then the program is
//! checked as a whole, and last the values are evaluated. Every pass is linear, and none recurses along chains whose
//! length the input decides.

mod constants;
mod defaults;
mod enums;
mod fields;
mod identity;
mod includes;
mod infinite;
mod members;
mod names;
mod references;
mod round_trips;
mod services;
mod structs;
mod types;
mod values;

use std::collections::{HashMap, HashSet};

use crate::ast::{self, Header};
use crate::check::fields::Owner;
use crate::check::names::Names;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::loader::Loaded;
use crate::options::Options;
use crate::program::{
    Const, DefId, Definition, File, Name, Namespace, Program, Struct, Typedef, Value,
};
use crate::reporter::Reporter;
use crate::source::{FileId, Sources};
use crate::suggest;
use crate::symbol::Reference;

/// Checks the files of a program. They are in the order of their numbers. Returns what their names refer to, too.
pub(crate) fn check(
    mut loaded: Vec<Loaded>,
    options: &Options,
    sources: &Sources,
    reporter: &mut Reporter,
) -> (Program, Vec<Reference>) {
    let names = Names::collect(&mut loaded, reporter);
    let mut checker = Checker {
        names: &names,
        options,
        reporter,
        pending: Vec::new(),
        incomplete: HashSet::new(),
    };
    let mut program = Program::default();
    for (number, file) in loaded.into_iter().enumerate() {
        program.files.push(checker.file(FileId(number as u32), file));
    }
    checker.include_cycles(&program, sources);
    checker.namespaces(&program);
    checker.typedefs(&mut program);
    checker.all_type_usage(&program);
    let infinite = checker.infinite_structs(&program);
    checker.throws(&program);
    checker.service_cycles(&mut program);
    checker.redefined_functions(&program);
    checker.constants(&mut program);
    checker.default_cycles(&mut program, &infinite);
    if checker.reporter.lints() {
        checker.unused_includes(&program);
        checker.reserved_words(&program);
        checker.round_trips(&program);
    }
    (program, names.into_references())
}

/// Location of an evaluated value in the program.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    Const(DefId),
    Field { owner: DefId, field: u32 },
    Argument { service: DefId, function: u32, argument: u32 },
}

/// State of a definition in a depth-first walk.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Visit {
    /// It is on the path of the walk, at this index.
    Open(usize),
    /// Its dependencies have been visited; its depth.
    Done(i32),
}

/// State shared by all checks.
struct Checker<'a> {
    names: &'a Names,
    options: &'a Options,
    reporter: &'a mut Reporter,
    /// Values that are evaluated when all types are known.
    pending: Vec<(Place, ast::Value)>,
    /// Definitions with syntax errors: a member that is not found in them may be in the part that could not be parsed.
    incomplete: HashSet<DefId>,
}

impl Checker<'_> {
    fn file(&mut self, id: FileId, loaded: Loaded) -> File {
        let namespaces = loaded.tree.headers.into_iter().filter_map(|header| match header {
            Header::Namespace(node) => {
                Some(Namespace { scope: node.scope.text, name: node.name.text, span: node.span })
            }
            Header::Include(_) | Header::CppInclude(_) => None,
        });
        let namespaces = namespaces.collect();
        let definitions = loaded.tree.definitions.into_iter().enumerate();
        let definitions = definitions
            .map(|(index, definition)| {
                self.definition(definition, DefId { file: id, index: index as u32 })
            })
            .collect();
        File {
            id,
            prefix: loaded.prefix,
            includes: loaded.includes,
            namespaces,
            doc: loaded.tree.doc,
            definitions,
        }
    }

    fn definition(&mut self, definition: ast::Definition, id: DefId) -> Definition {
        self.plain_name(definition.name());
        match definition {
            ast::Definition::Const(node) => {
                self.pending.push((Place::Const(id), node.value));
                let (name, doc, annotations) = (node.name, node.doc, node.annotations);
                Definition::Const(Const {
                    name,
                    ty: self.ty(node.ty),
                    value: Value::Invalid,
                    doc,
                    annotations,
                })
            }
            ast::Definition::Typedef(node) => {
                let (name, doc, annotations) = (node.name, node.doc, node.annotations);
                Definition::Typedef(Typedef { name, target: self.ty(node.ty), doc, annotations })
            }
            ast::Definition::Enum(node) => {
                self.note_incomplete(node.incomplete, id);
                Definition::Enum(self.enumeration(node))
            }
            ast::Definition::Struct(node) => {
                self.note_incomplete(node.incomplete, id);
                let place = |field| Some(Place::Field { owner: id, field });
                let fields = self.fields(node.fields, Owner::Struct(node.kind), place);
                let (kind, name, doc, annotations) =
                    (node.kind, node.name, node.doc, node.annotations);
                Definition::Struct(Struct {
                    kind,
                    name,
                    fields,
                    left_out: Vec::new(),
                    doc,
                    annotations,
                })
            }
            ast::Definition::Service(node) => Definition::Service(self.service(node, id)),
        }
    }

    fn note_incomplete(&mut self, incomplete: bool, id: DefId) {
        if incomplete {
            self.incomplete.insert(id);
        }
    }

    /// Reports a declared name with a dot or a hyphen.
    fn plain_name(&mut self, name: &Name) {
        if let Some(bad) = name.text.chars().find(|character| matches!(character, '.' | '-')) {
            let what = if bad == '.' { "dot" } else { "hyphen" };
            let error = Diagnostic::error(
                codes::BAD_NAME,
                format!("the name `{}` has a {what}", name.text),
            );
            self.reporter
                .report(error.at(name.span, "").help("names are made of letters, digits and `_`"));
        }
    }

    /// Reports questionable uses of types in the whole program.
    fn all_type_usage(&mut self, program: &Program) {
        for (_, definition) in program.definitions() {
            match definition {
                Definition::Const(node) => self.type_usage(&node.ty, program),
                Definition::Typedef(node) => self.type_usage(&node.target, program),
                Definition::Enum(_) => {}
                Definition::Struct(node) => {
                    for field in &node.fields {
                        self.type_usage(&field.ty, program);
                    }
                }
                Definition::Service(node) => {
                    for function in &node.functions {
                        if let Some(ty) = &function.returns {
                            self.type_usage(ty, program);
                        }
                        for field in function.arguments.iter().chain(&function.throws) {
                            self.type_usage(&field.ty, program);
                        }
                    }
                }
            }
        }
    }

    /// Reports names that many languages reserve.
    fn reserved_words(&mut self, program: &Program) {
        for (_, definition) in program.definitions() {
            self.reserved_word(definition.name());
            match definition {
                Definition::Enum(node) => {
                    node.values.iter().for_each(|value| self.reserved_word(&value.name))
                }
                Definition::Struct(node) => {
                    node.fields.iter().for_each(|field| self.reserved_word(&field.name))
                }
                Definition::Service(node) => {
                    for function in &node.functions {
                        self.reserved_word(&function.name);
                        let fields = function.arguments.iter().chain(&function.throws);
                        fields.for_each(|field| self.reserved_word(&field.name));
                    }
                }
                Definition::Const(_) | Definition::Typedef(_) => {}
            }
        }
    }

    fn reserved_word(&mut self, name: &Name) {
        if suggest::RESERVED.binary_search(&name.text.as_str()).is_ok() {
            let lint = Diagnostic::lint(
                codes::RESERVED_WORD,
                format!("`{}` is a reserved word", name.text),
            );
            let note = "Apache compilers up to 0.17 and ThriftPy refuse it as a name";
            self.reporter.report(lint.at(name.span, "").note(note));
        }
    }
}

/// Reports names of one scope that differ in case only, which become one name in some languages.
fn names_differing_in_case<'a>(
    names: impl Iterator<Item = &'a Name>,
    noun: &str,
    reporter: &mut Reporter,
) {
    let mut seen: HashMap<String, &Name> = HashMap::new();
    for name in names {
        if let Some(first) = seen.insert(name.text.to_ascii_lowercase(), name)
            && first.text != name.text
        {
            let title =
                format!("the {noun}s `{}` and `{}` differ in case only", first.text, name.text);
            reporter.report(
                Diagnostic::lint(codes::SIMILAR_NAMES, title)
                    .at(name.span, "")
                    .and(first.span, "the other"),
            );
        }
    }
}
