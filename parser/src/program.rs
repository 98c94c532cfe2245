//! The checked program: names resolved, ids given, constants evaluated.

mod types;
mod value;

pub use self::types::{Type, TypeKind};
pub use self::value::Value;
use crate::source::{FileId, Span};

/// A root file and everything it includes.
#[derive(Debug, Default)]
pub struct Program {
    /// The files, in the order of their [`FileId`]s; the root is the first.
    pub files: Vec<File>,
}

/// One definition of a program: the file and its index in [`File::definitions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DefId {
    /// The file.
    pub file: FileId,
    /// The index in [`File::definitions`].
    pub index: u32,
}

/// One file of a program.
#[derive(Debug)]
pub struct File {
    /// The number of the file.
    pub id: FileId,
    /// File name without directory and last extension: the prefix under which includers name it.
    pub prefix: String,
    /// The directly included files, in order, without duplicates.
    pub includes: Vec<Include>,
    /// `namespace SCOPE NAME` headers, in order.
    pub namespaces: Vec<Namespace>,
    /// The doc text of the file.
    pub doc: Option<String>,
    /// The definitions in source order.
    pub definitions: Vec<Definition>,
}

/// One `include` header that was found.
#[derive(Debug)]
pub struct Include {
    /// The path as written.
    pub path: String,
    /// The included file.
    pub file: FileId,
    /// Span of the path.
    pub span: Span,
    /// Span of the whole header.
    pub header: Span,
}

/// One `namespace` header.
#[derive(Debug)]
pub struct Namespace {
    /// The language, or `*`.
    pub scope: String,
    /// The name.
    pub name: String,
    /// Span of the whole header.
    pub span: Span,
}

/// A name with its span.
#[derive(Debug, Clone)]
pub struct Name {
    /// The name as written.
    pub text: String,
    /// Its span.
    pub span: Span,
}

/// `(key = "value")`; a bare key has the value `"1"`.
#[derive(Debug, Clone)]
pub struct Annotation {
    /// The key.
    pub key: Name,
    /// The value.
    pub value: String,
}

/// A top-level definition.
#[derive(Debug)]
pub enum Definition {
    /// `const`
    Const(Const),
    /// `typedef`
    Typedef(Typedef),
    /// `enum`
    Enum(Enum),
    /// `struct`, `union` or `exception`
    Struct(Struct),
    /// `service`
    Service(Service),
}

/// A constant.
#[derive(Debug)]
pub struct Const {
    /// Its name.
    pub name: Name,
    /// Its declared type.
    pub ty: Type,
    /// Its value, converted to the declared type.
    pub value: Value,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
}

/// A typedef.
#[derive(Debug)]
pub struct Typedef {
    /// Its name.
    pub name: Name,
    /// Its target, resolved by one step: it may be another typedef.
    pub target: Type,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
}

/// An enum.
#[derive(Debug)]
pub struct Enum {
    /// Its name.
    pub name: Name,
    /// Its values in source order.
    pub values: Vec<EnumValue>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
}

/// One value of an enum.
#[derive(Debug)]
pub struct EnumValue {
    /// Its name.
    pub name: Name,
    /// Its number, explicit or automatic (the previous one plus one).
    pub number: i32,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
}

/// Kind of a struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StructKind {
    /// `struct`
    Struct,
    /// `union`
    Union,
    /// `exception`
    Exception,
}

/// A struct, union or exception.
#[derive(Debug)]
pub struct Struct {
    /// Its kind.
    pub kind: StructKind,
    /// Its name.
    pub name: Name,
    /// Its fields in source order.
    pub fields: Vec<Field>,
    /// Fields of the IDL that a program has been rid of, in source order, each with the number of `fields` before it. There are
    /// none in what the checks return.
    pub left_out: Vec<(usize, Field)>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
}

/// Requiredness of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Requiredness {
    /// `required`
    Required,
    /// `optional`
    Optional,
    /// Default requiredness: neither word is written.
    Default,
}

/// A field of a struct, an argument of a function or an exception that it throws.
#[derive(Debug)]
pub struct Field {
    /// Its id, explicit or automatic (-1, -2, …).
    pub id: i16,
    /// Whether the id is written in the source.
    pub explicit_id: bool,
    /// Its name.
    pub name: Name,
    /// Its requiredness.
    pub requiredness: Requiredness,
    /// Its type.
    pub ty: Type,
    /// Its default value, converted to its type.
    pub default: Option<Value>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
}

/// A service.
#[derive(Debug)]
pub struct Service {
    /// Its name.
    pub name: Name,
    /// The service that it extends.
    pub extends: Option<DefId>,
    /// Its own functions in source order.
    pub functions: Vec<Function>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
}

/// A function of a service.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Whether no reply is sent.
    pub oneway: bool,
    /// Its return type; `None` is `void`.
    pub returns: Option<Type>,
    /// Its arguments in source order.
    pub arguments: Vec<Field>,
    /// Its `throws` fields, in source order.
    pub throws: Vec<Field>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
}

impl Definition {
    /// Its name.
    pub fn name(&self) -> &Name {
        match self {
            Definition::Const(node) => &node.name,
            Definition::Typedef(node) => &node.name,
            Definition::Enum(node) => &node.name,
            Definition::Struct(node) => &node.name,
            Definition::Service(node) => &node.name,
        }
    }
}

impl Annotation {
    /// The value of an annotation that is a yes or a no: `1` or `true`, `0` or `false`.
    pub fn is_yes(&self) -> Option<bool> {
        match self.value.as_str() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        }
    }
}

impl Function {
    /// The annotation of a function whose calls have the same effect when they are handled twice.
    pub const IDEMPOTENT: &str = "idempotent";

    /// Whether the IDL says that calls may be handled twice, so that clients may send them again.
    pub fn is_idempotent(&self) -> bool {
        let said = self.annotations.iter().rev().find(|one| one.key.text == Function::IDEMPOTENT);
        said.and_then(Annotation::is_yes) == Some(true) && !self.oneway
    }
}

impl Program {
    /// The file with the id.
    pub fn file(&self, id: FileId) -> &File {
        &self.files[id.0 as usize]
    }

    /// The definition with the id.
    pub fn definition(&self, id: DefId) -> &Definition {
        &self.files[id.file.0 as usize].definitions[id.index as usize]
    }

    /// The type, service or constant that a file names: `Color`, or `shared.Color` of an included file. A type comes
    /// before a constant of the same name.
    pub fn named(&self, from: FileId, name: &str) -> Option<DefId> {
        let (prefix, last) = match name.rsplit_once('.') {
            Some((prefix, last)) => (Some(prefix), last),
            None => (None, name),
        };
        let own = self.files.get(from.0 as usize)?;
        let included = own.includes.iter().map(|include| self.file(include.file));
        let files: Vec<&File> = match prefix {
            Some(prefix) => included.filter(|file| file.prefix == prefix).collect(),
            None => vec![own],
        };
        let found = files.iter().flat_map(|file| {
            let numbered = (0..).zip(&file.definitions);
            let named = numbered.filter(|(_, definition)| definition.name().text == last);
            named.map(|(index, definition)| (definition, DefId { file: file.id, index }))
        });
        let found = found.min_by_key(|(found, _)| matches!(found, Definition::Const(_)));
        found.map(|(_, id)| id)
    }

    /// The definitions of all files with their ids.
    pub fn definitions(&self) -> impl Iterator<Item = (DefId, &Definition)> {
        self.files.iter().flat_map(|file| {
            let numbered = file.definitions.iter().enumerate();
            numbered.map(move |(index, definition)| {
                (DefId { file: file.id, index: index as u32 }, definition)
            })
        })
    }

    /// The type behind any chain of typedefs, which has at most 200 steps.
    pub fn resolve<'a>(&'a self, ty: &'a Type) -> &'a Type {
        let mut ty = ty;
        while let TypeKind::Named(id) = ty.kind {
            match self.definition(id) {
                Definition::Typedef(typedef) => ty = &typedef.target,
                _ => break,
            }
        }
        ty
    }
}
