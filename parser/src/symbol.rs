//! What names stand for.

use crate::program::{DefId, Definition, Field, Program};
use crate::source::{FileId, Span};

/// Something that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Symbol {
    /// A file: in paths of includes, and in prefixes such as the `shared` of `shared.Color`.
    File(FileId),
    /// A type, service or constant.
    Definition(DefId),
    /// A field of a struct, a value of an enum or a function of a service, by its index in the definition.
    Member(DefId, u32),
    /// An argument: the service, the index of the function, and the index in
    /// [`Function::arguments`](crate::program::Function::arguments).
    Argument(DefId, u32, u32),
    /// An exception that a function throws: the service, the index of the function, and the index in
    /// [`Function::throws`](crate::program::Function::throws).
    Throws(DefId, u32, u32),
}

/// A name that refers to a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// The name, without anything before its last dot; without the quotes for fields in values and for includes.
    pub span: Span,
    /// What it refers to.
    pub symbol: Symbol,
}

impl Symbol {
    /// The definition that the symbol is or belongs to; `None` for files.
    pub fn definition(self) -> Option<DefId> {
        match self {
            Symbol::File(_) => None,
            Symbol::Definition(id)
            | Symbol::Member(id, _)
            | Symbol::Argument(id, ..)
            | Symbol::Throws(id, ..) => Some(id),
        }
    }

    /// Its name; of a file, its prefix.
    pub fn name(self, program: &Program) -> Option<&str> {
        if let Symbol::File(file) = self {
            return program.files.get(file.0 as usize).map(|file| file.prefix.as_str());
        }
        let definition = program.definition(self.definition()?);
        let at = |index: u32| index as usize;
        let name = match (self, definition) {
            (Symbol::Member(_, index), Definition::Enum(node)) => &node.values.get(at(index))?.name,
            (Symbol::Member(_, index), Definition::Service(node)) => {
                &node.functions.get(at(index))?.name
            }
            (Symbol::Definition(_), definition) => definition.name(),
            (symbol, _) => &symbol.field(program)?.name,
        };
        Some(&name.text)
    }

    /// The field, argument or exception that the symbol is.
    pub fn field(self, program: &Program) -> Option<&Field> {
        let at = |index: u32| index as usize;
        let function = |id, index| match program.definition(id) {
            Definition::Service(node) => node.functions.get(at(index)),
            _ => None,
        };
        match self {
            Symbol::File(_) | Symbol::Definition(_) => None,
            Symbol::Member(id, index) => match program.definition(id) {
                Definition::Struct(node) => node.fields.get(at(index)),
                _ => None,
            },
            Symbol::Argument(id, index, number) => function(id, index)?.arguments.get(at(number)),
            Symbol::Throws(id, index, number) => function(id, index)?.throws.get(at(number)),
        }
    }
}
