//! Syntax tree of one file, before names are resolved.
//!
//! [`parse`](crate::parse) builds it from the text alone. Nothing is checked beyond the grammar; every node has its
//! source span, and comments are in [`File::comments`].

pub use crate::lexer::{Comment, CommentKind};
pub use crate::program::{Annotation, Name, Requiredness, StructKind};
use crate::source::Span;

/// One file.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// `include`, `cpp_include` and `namespace`, in order.
    pub headers: Vec<Header>,
    /// The definitions in source order.
    pub definitions: Vec<Definition>,
    /// The doc text of the file, cleaned: the first of the file if a header follows it.
    pub doc: Option<String>,
    /// All comments in order, of every kind.
    pub comments: Vec<Comment>,
    /// Names in definitions with syntax errors. What they refer to is unknown, so their uses are not checked.
    pub broken: Vec<String>,
    /// A definition lost its name to a syntax error, or there were so many errors that the rest of the file was not
    /// parsed: any name may be missing.
    pub left: bool,
}

/// A header.
#[derive(Debug, Clone)]
pub enum Header {
    /// `include "path"`
    Include(Include),
    /// `cpp_include "path"`: only meaningful for C++.
    CppInclude(Include),
    /// `namespace scope name`
    Namespace(Namespace),
}

impl Header {
    /// Span of the whole header.
    pub fn span(&self) -> Span {
        match self {
            Header::Include(include) | Header::CppInclude(include) => include.span,
            Header::Namespace(namespace) => namespace.span,
        }
    }
}

/// `include "path"` or `cpp_include "path"`
#[derive(Debug, Clone)]
pub struct Include {
    /// The path as written, without quotes.
    pub path: Name,
    /// Span of the whole header.
    pub span: Span,
}

/// `namespace scope name`
#[derive(Debug, Clone)]
pub struct Namespace {
    /// The language, or `*`.
    pub scope: Name,
    /// The name.
    pub name: Name,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Span of the whole header.
    pub span: Span,
}

/// A top-level definition.
#[derive(Debug, Clone)]
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

    /// Span of the whole definition.
    pub fn span(&self) -> Span {
        match self {
            Definition::Const(node) => node.span,
            Definition::Typedef(node) => node.span,
            Definition::Enum(node) => node.span,
            Definition::Struct(node) => node.span,
            Definition::Service(node) => node.span,
        }
    }
}

/// `const type name = value`
#[derive(Debug, Clone)]
pub struct Const {
    /// Its type.
    pub ty: Type,
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: Value,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// Span of the whole definition.
    pub span: Span,
}

/// `typedef type name`
#[derive(Debug, Clone)]
pub struct Typedef {
    /// Its target.
    pub ty: Type,
    /// Its name.
    pub name: Name,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// Span of the whole definition.
    pub span: Span,
}

/// `enum name { … }`
#[derive(Debug, Clone)]
pub struct Enum {
    /// Its name.
    pub name: Name,
    /// Its values in source order.
    pub values: Vec<EnumValue>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// Span of the whole definition.
    pub span: Span,
    /// Whether some of its values have syntax errors.
    pub incomplete: bool,
}

/// `name = number`
#[derive(Debug, Clone)]
pub struct EnumValue {
    /// Its name.
    pub name: Name,
    /// Its number, if written.
    pub number: Option<Integer>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// Span of the whole value.
    pub span: Span,
}

/// `struct name { … }`, also for `union` and `exception`
#[derive(Debug, Clone)]
pub struct Struct {
    /// Its kind.
    pub kind: StructKind,
    /// Its name.
    pub name: Name,
    /// Its fields in source order.
    pub fields: Vec<Field>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// Span of the whole definition.
    pub span: Span,
    /// Whether some of its fields have syntax errors.
    pub incomplete: bool,
}

/// A field, an argument or an exception that is thrown: `1: required type name = value`
#[derive(Debug, Clone)]
pub struct Field {
    /// Its id, if written.
    pub id: Option<Integer>,
    /// Its requiredness, with the span of the word if it is written.
    pub requiredness: (Requiredness, Option<Span>),
    /// Its type.
    pub ty: Type,
    /// Whether `&` follows its type, which C++ reads as “by reference”.
    pub reference: bool,
    /// Its name.
    pub name: Name,
    /// Its default value.
    pub default: Option<Value>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// Span of the whole field.
    pub span: Span,
}

/// `service name extends parent { … }`
#[derive(Debug, Clone)]
pub struct Service {
    /// Its name.
    pub name: Name,
    /// The service that it extends.
    pub extends: Option<Name>,
    /// Its functions in source order.
    pub functions: Vec<Function>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// Span of the whole definition.
    pub span: Span,
    /// Whether some of its functions have syntax errors.
    pub incomplete: bool,
}

/// `oneway type name(…) throws (…)`
#[derive(Debug, Clone)]
pub struct Function {
    /// `oneway`, or `async`, the old word for it.
    pub oneway: Option<Name>,
    /// Its return type; `None` is `void`.
    pub returns: Option<Type>,
    /// Its name.
    pub name: Name,
    /// Its arguments in source order.
    pub arguments: Vec<Field>,
    /// Its `throws` fields, in source order.
    pub throws: Vec<Field>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// Span of the whole function.
    pub span: Span,
}

/// A type as written.
#[derive(Debug, Clone)]
pub struct Type {
    /// Kind of type.
    pub kind: TypeKind,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its span, without the annotations.
    pub span: Span,
}

/// Kind of type.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// A base type.
    Base(Base),
    /// `list<T>`
    List(Box<Type>),
    /// `set<T>`
    Set(Box<Type>),
    /// `map<K, V>`
    Map(Box<Type>, Box<Type>),
    /// A name, perhaps with the prefix of an included file.
    Named(String),
}

/// Base types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// `bool`
    Bool,
    /// `byte`, an alias of `i8`
    Byte,
    /// `i8`
    I8,
    /// `i16`
    I16,
    /// `i32`
    I32,
    /// `i64`
    I64,
    /// `double`
    Double,
    /// `string`
    String,
    /// `binary`
    Binary,
}

/// An integer as written.
#[derive(Debug, Clone, Copy)]
pub struct Integer {
    /// Its value; `None` if it does not fit in 64 bits, which has been reported.
    pub value: Option<i64>,
    /// Its span.
    pub span: Span,
}

/// A value as written.
#[derive(Debug, Clone)]
pub struct Value {
    /// Kind of value.
    pub kind: ValueKind,
    /// Its span.
    pub span: Span,
}

impl Value {
    /// Its span, for a string without the quotes.
    pub(crate) fn text_span(&self) -> Span {
        match self.kind {
            ValueKind::String(_) if self.span.end >= self.span.start + 2 => {
                Span { start: self.span.start + 1, end: self.span.end - 1, ..self.span }
            }
            _ => self.span,
        }
    }
}

/// Kind of value.
#[derive(Debug, Clone)]
pub enum ValueKind {
    /// `true` or `false`
    Bool(bool),
    /// `10`
    Int(i64),
    /// `1.5`
    Double(f64),
    /// `"text"`: any bytes, escapes replaced
    String(Vec<u8>),
    /// `E.X`, `A`, `file.A`
    Name(String),
    /// `[a, b]`
    List(Vec<Value>),
    /// `{a: b}`
    Map(Vec<(Value, Value)>),
    /// A value that could not be parsed; it has been reported.
    Invalid,
}
