//! The checked program: names resolved, ids given, constants evaluated.

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

/// A type with its span and annotations.
#[derive(Debug, Clone)]
pub struct Type {
    /// Kind of type.
    pub kind: TypeKind,
    /// Annotations of the type itself.
    pub annotations: Vec<Annotation>,
    /// Its span.
    pub span: Span,
}

/// Kind of type.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// `bool`
    Bool,
    /// `i8` or `byte`
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
    /// `uuid`
    Uuid,
    /// `list<T>`
    List(Box<Type>),
    /// `set<T>`
    Set(Box<Type>),
    /// `map<K, V>`
    Map(Box<Type>, Box<Type>),
    /// A typedef, enum, struct, union or exception, in this file or an included one.
    Named(DefId),
    /// A type that could not be resolved; reported as a diagnostic.
    Unresolved,
}

/// Value of a constant or a default, converted to the expected type.
#[derive(Debug, Clone)]
pub enum Value {
    /// For `bool`.
    Bool(bool),
    /// For `i8` … `i64`, in the range of the type.
    Int(i64),
    /// For `double`.
    Double(f64),
    /// For `string`.
    String(String),
    /// For `binary`.
    Binary(Vec<u8>),
    /// For `uuid`, in text order.
    Uuid([u8; 16]),
    /// A value of an enum: the definition and the index in [`Enum::values`].
    Enum(DefId, u32),
    /// For `list`.
    List(Vec<Value>),
    /// For `set`; duplicates are kept.
    Set(Vec<Value>),
    /// For `map`; duplicate keys are kept, the last one wins.
    Map(Vec<(Value, Value)>),
    /// For structs, unions and exceptions: indexes into [`Struct::fields`] with values.
    Struct(DefId, Vec<(u32, Value)>),
    /// The value of another constant that is a container or a struct: kept by reference, so that
    /// constants that refer to constants cannot grow exponentially. Scalars are copied.
    Const(DefId),
    /// A value that could not be evaluated; reported as a diagnostic.
    Invalid,
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

impl Type {
    /// The type in IDL syntax: `list<i32>`. `name` returns the name of a definition.
    pub fn text(&self, name: &dyn Fn(DefId) -> String) -> String {
        let word = match &self.kind {
            TypeKind::Bool => "bool",
            TypeKind::I8 => "i8",
            TypeKind::I16 => "i16",
            TypeKind::I32 => "i32",
            TypeKind::I64 => "i64",
            TypeKind::Double => "double",
            TypeKind::String => "string",
            TypeKind::Binary => "binary",
            TypeKind::Uuid => "uuid",
            TypeKind::List(element) => return format!("list<{}>", element.text(name)),
            TypeKind::Set(element) => return format!("set<{}>", element.text(name)),
            TypeKind::Map(key, value) => {
                return format!("map<{}, {}>", key.text(name), value.text(name));
            }
            TypeKind::Named(id) => return name(*id),
            TypeKind::Unresolved => "?",
        };
        word.to_owned()
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

impl Value {
    /// The value in IDL syntax: `{"a": [1, 2]}`. Constants that are containers or structs are written by name, so
    /// the text is no longer than the source.
    pub fn text(&self, program: &Program) -> String {
        match self {
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Double(value) => format!("{value:?}"),
            Value::String(value) => format!("{value:?}"),
            Value::Binary(value) => format!("\"{}\"", value.escape_ascii()),
            Value::Uuid(value) => uuid_text(value),
            Value::List(values) | Value::Set(values) => {
                let values: Vec<_> = values.iter().map(|value| value.text(program)).collect();
                format!("[{}]", values.join(", "))
            }
            Value::Map(entries) => {
                let entry = |(key, value): &(Value, Value)| {
                    format!("{}: {}", key.text(program), value.text(program))
                };
                let entries: Vec<_> = entries.iter().map(entry).collect();
                format!("{{{}}}", entries.join(", "))
            }
            Value::Enum(id, index) => match program.definition(*id) {
                Definition::Enum(node) => {
                    let value = node.values.get(*index as usize);
                    let value = value.map_or("?", |value| value.name.text.as_str());
                    format!("{}.{value}", node.name.text)
                }
                other => other.name().text.clone(),
            },
            Value::Struct(id, fields) => match program.definition(*id) {
                Definition::Struct(node) => {
                    let name = |index: u32| {
                        node.fields.get(index as usize).map_or("?", |one| &*one.name.text)
                    };
                    let entry = |(index, value): &(u32, Value)| {
                        format!("{:?}: {}", name(*index), value.text(program))
                    };
                    let entries: Vec<_> = fields.iter().map(entry).collect();
                    format!("{{{}}}", entries.join(", "))
                }
                other => other.name().text.clone(),
            },
            Value::Const(id) => program.definition(*id).name().text.clone(),
            Value::Invalid => "?".to_owned(),
        }
    }
}

/// A UUID as a quoted string, in groups of 8, 4, 4, 4 and 12 digits.
fn uuid_text(bytes: &[u8; 16]) -> String {
    let mut text = String::from("\"");
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text.push('"');
    text
}
