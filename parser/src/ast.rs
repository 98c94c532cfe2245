//! The syntax tree: what one file says, before any name is looked up.
//!
//! [`parse`](crate::parse) makes it from a text alone. Nothing here is checked beyond the grammar; every node knows
//! its place, and [`File::comments`] has whatever the tree leaves out.

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
    /// Names in definitions that could not be parsed. They may be meant as anything, so nothing can be said against
    /// the use of them.
    pub broken: Vec<String>,
    /// A definition has no name because of a mistake, or there were so many mistakes that the rest of the file was
    /// left unparsed: any name may be missing.
    pub left: bool,
}

/// A header.
#[derive(Debug, Clone)]
pub enum Header {
    /// `include "path"`
    Include(Include),
    /// `cpp_include "path"`: for C++ only, otherwise without meaning.
    CppInclude(Include),
    /// `namespace scope name`
    Namespace(Namespace),
}

impl Header {
    /// The place of the whole header.
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
    /// The path as it is written, without quotes.
    pub path: Name,
    /// The place of the whole header.
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
    /// The place of the whole header.
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

    /// The place of the whole definition.
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
    /// The place of the whole definition.
    pub span: Span,
}

/// `typedef type name`
#[derive(Debug, Clone)]
pub struct Typedef {
    /// What it stands for.
    pub ty: Type,
    /// Its name.
    pub name: Name,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// The place of the whole definition.
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
    /// The place of the whole definition.
    pub span: Span,
    /// Some of its values could not be parsed.
    pub incomplete: bool,
}

/// `name = number`
#[derive(Debug, Clone)]
pub struct EnumValue {
    /// Its name.
    pub name: Name,
    /// Its number, if it is written.
    pub number: Option<Integer>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// The place of the whole value.
    pub span: Span,
}

/// `struct name { … }`, also for `union` and `exception`
#[derive(Debug, Clone)]
pub struct Struct {
    /// Which of them.
    pub kind: StructKind,
    /// Its name.
    pub name: Name,
    /// Its fields in source order.
    pub fields: Vec<Field>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// The place of the whole definition.
    pub span: Span,
    /// Some of its fields could not be parsed.
    pub incomplete: bool,
}

/// A field, an argument or an exception that is thrown: `1: required type name = value`
#[derive(Debug, Clone)]
pub struct Field {
    /// Its id, if it is written.
    pub id: Option<Integer>,
    /// Whether it must be there, with the place of the word if there is one.
    pub requiredness: (Requiredness, Option<Span>),
    /// Its type.
    pub ty: Type,
    /// It has `&` behind its type, which C++ reads as “by reference”.
    pub reference: bool,
    /// Its name.
    pub name: Name,
    /// Its default value.
    pub default: Option<Value>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// The place of the whole field.
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
    /// The place of the whole definition.
    pub span: Span,
    /// Some of its functions could not be parsed.
    pub incomplete: bool,
}

/// `oneway type name(…) throws (…)`
#[derive(Debug, Clone)]
pub struct Function {
    /// `oneway`, or `async`, the old word for it.
    pub oneway: Option<Name>,
    /// What it returns; `None` is `void`.
    pub returns: Option<Type>,
    /// Its name.
    pub name: Name,
    /// Its arguments in source order.
    pub arguments: Vec<Field>,
    /// What it throws, in source order.
    pub throws: Vec<Field>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its doc text, cleaned.
    pub doc: Option<String>,
    /// The place of the whole function.
    pub span: Span,
}

/// A type as it is written.
#[derive(Debug, Clone)]
pub struct Type {
    /// Which type.
    pub kind: TypeKind,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// The place, without the annotations.
    pub span: Span,
}

/// Which type.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// A type of the language.
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

/// The types of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// `bool`
    Bool,
    /// `byte`, another word for `i8`
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

/// An integer as it is written.
#[derive(Debug, Clone, Copy)]
pub struct Integer {
    /// Its value; `None` if it does not fit in 64 bits, which has been reported.
    pub value: Option<i64>,
    /// The place.
    pub span: Span,
}

/// A value as it is written.
#[derive(Debug, Clone)]
pub struct Value {
    /// Which value.
    pub kind: ValueKind,
    /// The place.
    pub span: Span,
}

/// Which value.
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
