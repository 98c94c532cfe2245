//! Types of fields, constants, arguments and return values.

use super::{Annotation, DefId};
use crate::source::Span;

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
