//! Index of a program: what each name in its files stands for, by place and by symbol.

use std::collections::HashMap;

use crate::pipeline::Outcome;
use crate::program::{DefId, Definition, Name};
use crate::source::{FileId, Span};

pub use crate::symbol::{Reference, Symbol};

/// All names of a program by place and by symbol.
///
/// ```
/// use thriftly_parser::index::Index;
/// use thriftly_parser::{Options, load_str};
///
/// let text = "enum Color { RED } struct Car { 1: Color color = Color.RED }";
/// let outcome = load_str("cars.thrift", text, &Options::default());
/// let index = Index::of(&outcome);
/// let file = outcome.program.files[0].id;
/// let (found, _) = index.at(file, text.rfind("RED").unwrap() as u32).unwrap();
/// let named = index.declaration(found.symbol).unwrap();
/// assert_eq!(named.start as usize, text.find("RED").unwrap());
/// assert_eq!(index.references(found.symbol).count(), 1);
/// ```
#[derive(Debug, Default)]
pub struct Index {
    /// Declarations and references, sorted by place.
    names: Vec<Reference>,
    declarations: HashMap<Symbol, Span>,
}

impl Index {
    /// The index of an outcome.
    pub fn of(outcome: &Outcome) -> Index {
        let mut index = Index { names: outcome.references.clone(), ..Index::default() };
        let program = &outcome.program;
        for file in &program.files {
            let includes = file.includes.iter();
            index.names.extend(includes.map(|include| {
                let Span { file, start, end } = include.span;
                // Without the quotes.
                let span = Span { file, start: start + 1, end: end.max(start + 2) - 1 };
                Reference { span, symbol: Symbol::File(include.file) }
            }));
        }
        for (id, definition) in program.definitions() {
            index.definition(id, definition);
        }
        index.names.sort_by_key(|name| (name.span.file, name.span.start, name.span.end));
        index.names.dedup();
        index
    }

    fn definition(&mut self, id: DefId, definition: &Definition) {
        self.declare(definition.name(), Symbol::Definition(id));
        match definition {
            Definition::Const(_) | Definition::Typedef(_) => {}
            Definition::Enum(node) => {
                for (at, value) in (0..).zip(&node.values) {
                    self.declare(&value.name, Symbol::Member(id, at));
                }
            }
            Definition::Struct(node) => {
                for (at, field) in (0..).zip(&node.fields) {
                    self.declare(&field.name, Symbol::Member(id, at));
                }
            }
            Definition::Service(node) => {
                for (at, function) in (0..).zip(&node.functions) {
                    self.declare(&function.name, Symbol::Member(id, at));
                    for (number, field) in (0..).zip(&function.arguments) {
                        self.declare(&field.name, Symbol::Argument(id, at, number));
                    }
                    for (number, field) in (0..).zip(&function.throws) {
                        self.declare(&field.name, Symbol::Throws(id, at, number));
                    }
                }
            }
        }
    }

    fn declare(&mut self, name: &Name, symbol: Symbol) {
        // The placeholder of a missing name has no text in the file.
        if name.span.start < name.span.end {
            self.declarations.insert(symbol, name.span);
            self.names.push(Reference { span: name.span, symbol });
        }
    }

    /// The name at a place, which may also be just behind it, and whether it is the declaration.
    pub fn at(&self, file: FileId, offset: u32) -> Option<(Reference, bool)> {
        let after =
            self.names.partition_point(|name| (name.span.file, name.span.start) <= (file, offset));
        let name = self.names[..after].last()?;
        let within = name.span.file == file && offset <= name.span.end;
        within.then(|| (*name, self.declarations.get(&name.symbol) == Some(&name.span)))
    }

    /// All names in a file, declarations and references, in order.
    pub fn names(&self, file: FileId) -> &[Reference] {
        let start = self.names.partition_point(|name| name.span.file < file);
        let end = self.names.partition_point(|name| name.span.file <= file);
        &self.names[start..end]
    }

    /// The name in the declaration of a symbol. Files have none.
    pub fn declaration(&self, symbol: Symbol) -> Option<Span> {
        self.declarations.get(&symbol).copied()
    }

    /// The names that refer to a symbol, in the order of files and places, without its declaration.
    pub fn references(&self, symbol: Symbol) -> impl Iterator<Item = Span> {
        let declared = self.declaration(symbol);
        let names = self.names.iter().filter(move |name| name.symbol == symbol);
        names.map(|name| name.span).filter(move |span| Some(*span) != declared)
    }
}
