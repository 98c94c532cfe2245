//! The compiled form of an IDL: names are resolved once, so that encoding and decoding only follow
//! indexes.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use thriftly_parser::Program;
use thriftly_parser::program::{DefId, Value as Written};

use super::value::Value;
use crate::codec::LoadedNames;
use crate::ttype::TType;

/// Everything that was loaded.
#[derive(Debug)]
pub(super) struct Model {
    /// The checked program, for the values of constants.
    pub(super) program: Program,
    /// Structs, unions and exceptions, then the arguments and results of methods.
    pub(super) structs: Vec<StructDef>,
    pub(super) enums: Vec<Arc<EnumDef>>,
    pub(super) services: Vec<ServiceDef>,
    pub(super) constants: Vec<ConstDef>,
    /// The types of typedefs.
    pub(super) typedefs: HashMap<DefId, Ty>,
    /// The index of each struct, enum and service among those of its kind.
    pub(super) numbers: HashMap<DefId, u32>,
}

/// A resolved type: typedefs are replaced by their targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ty {
    Bool,
    I8,
    I16,
    I32,
    I64,
    Double,
    String,
    Binary,
    Uuid,
    List(Arc<Ty>),
    Set(Arc<Ty>),
    Map(Arc<(Ty, Ty)>),
    Enum(Arc<EnumDef>),
    /// The index in [`Model::structs`].
    Struct(u32),
}

/// What is said about a definition for people and tools.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct About {
    pub(super) doc: Option<String>,
    pub(super) annotations: Vec<(String, String)>,
}

/// A struct, union, exception, or the arguments or the result of a method.
#[derive(Debug)]
pub(super) struct StructDef {
    pub(super) shape: Arc<Shape>,
    pub(super) fields: Vec<FieldDef>,
    /// The index of each field, in the order of their ids.
    by_id: Vec<(i16, u32)>,
    pub(super) about: About,
    pub(super) file: u32,
}

/// What a value knows of its struct.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) names: Arc<LoadedNames>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Struct,
    Union,
    Exception,
}

#[derive(Debug)]
pub(super) struct FieldDef {
    pub(super) id: i16,
    pub(super) ttype: TType,
    pub(super) ty: Ty,
    pub(super) presence: Presence,
    /// Its default in the IDL.
    pub(super) default: Option<Written>,
    /// Size of the value of an absent field in memory, in bytes, and its nesting depth.
    pub(super) absent_size: Size,
    /// The value of an absent field, built when it is needed first.
    pub(super) absent: OnceLock<Value>,
    pub(super) about: About,
}

/// What becomes of a field that is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// An error.
    Required,
    /// It has its default value.
    Default,
    /// It has no value.
    Optional,
}

/// Size of a value that an IDL describes: bytes of memory and levels of nesting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) bytes: u64,
    pub(super) depth: u32,
}

/// An enum.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EnumDef {
    pub(super) name: String,
    /// The values in the order of the IDL.
    pub(super) values: Vec<ValueDef>,
    /// The index of the first value with each number, in the order of the numbers.
    by_number: Vec<(i32, u32)>,
    pub(super) about: About,
    pub(super) file: u32,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct ValueDef {
    pub(super) name: String,
    pub(super) number: i32,
    pub(super) about: About,
}

#[derive(Debug)]
pub(super) struct ServiceDef {
    pub(super) name: String,
    /// The index of the service that it extends.
    pub(super) extends: Option<u32>,
    /// Its own methods.
    pub(super) methods: Vec<MethodDef>,
    pub(super) about: About,
    pub(super) file: u32,
}

#[derive(Debug)]
pub(super) struct MethodDef {
    pub(super) name: String,
    pub(super) oneway: bool,
    pub(super) idempotent: bool,
    /// The struct of the arguments.
    pub(super) arguments: u32,
    /// The struct of the result: `success`, if the method returns a value, and the exceptions.
    pub(super) result: u32,
    pub(super) returns: Option<Ty>,
    pub(super) about: About,
}

#[derive(Debug)]
pub(super) struct ConstDef {
    pub(super) id: DefId,
    pub(super) name: String,
    pub(super) ty: Ty,
    pub(super) size: Size,
    pub(super) about: About,
}

impl Ty {
    /// The wire type.
    pub(super) fn ttype(&self) -> TType {
        match self {
            Ty::Bool => TType::BOOL,
            Ty::I8 => TType::I8,
            Ty::I16 => TType::I16,
            Ty::I32 | Ty::Enum(_) => TType::I32,
            Ty::I64 => TType::I64,
            Ty::Double => TType::DOUBLE,
            Ty::String | Ty::Binary => TType::STRING,
            Ty::Uuid => TType::UUID,
            Ty::List(_) => TType::LIST,
            Ty::Set(_) => TType::SET,
            Ty::Map(_) => TType::MAP,
            Ty::Struct(_) => TType::STRUCT,
        }
    }

    /// Whether it can be neither a number nor text, so that JSON cannot have it as a key.
    pub(super) fn is_no_text(&self) -> bool {
        matches!(self, Ty::List(_) | Ty::Set(_) | Ty::Map(_) | Ty::Struct(_))
    }
}

impl Model {
    pub(super) fn structure(&self, index: u32) -> &StructDef {
        &self.structs[index as usize]
    }

    /// The type in the syntax of the IDL.
    pub(super) fn name(&self, ty: &Ty) -> String {
        let word = match ty {
            Ty::Bool => "bool",
            Ty::I8 => "i8",
            Ty::I16 => "i16",
            Ty::I32 => "i32",
            Ty::I64 => "i64",
            Ty::Double => "double",
            Ty::String => "string",
            Ty::Binary => "binary",
            Ty::Uuid => "uuid",
            Ty::List(of) => return format!("list<{}>", self.name(of)),
            Ty::Set(of) => return format!("set<{}>", self.name(of)),
            Ty::Map(of) => return format!("map<{}, {}>", self.name(&of.0), self.name(&of.1)),
            Ty::Enum(def) => &def.name,
            Ty::Struct(index) => self.structure(*index).name(),
        };
        word.to_owned()
    }
}

impl StructDef {
    pub(super) fn new(
        kind: Kind,
        name: String,
        fields: Vec<(String, FieldDef)>,
        about: About,
        file: u32,
    ) -> StructDef {
        let mut names = Vec::with_capacity(fields.len());
        let mut defs = Vec::with_capacity(fields.len());
        for (name, field) in fields {
            names.push((field.id, name));
            defs.push(field);
        }
        let mut by_id: Vec<_> =
            defs.iter().enumerate().map(|(at, field)| (field.id, at as u32)).collect();
        by_id.sort_unstable();
        let names = Arc::new(LoadedNames { name, fields: names });
        StructDef { shape: Arc::new(Shape { kind, names }), fields: defs, by_id, about, file }
    }

    pub(super) fn name(&self) -> &str {
        &self.shape.names.name
    }

    pub(super) fn is_union(&self) -> bool {
        self.shape.kind == Kind::Union
    }

    /// The index of the field with the id, which is likely to be `next`.
    #[inline]
    pub(super) fn index(&self, id: i16, next: usize) -> Option<usize> {
        match self.fields.get(next) {
            Some(field) if field.id == id => Some(next),
            _ => {
                let at = self.by_id.binary_search_by_key(&id, |&(id, _)| id).ok()?;
                Some(self.by_id[at].1 as usize)
            }
        }
    }
}

impl Shape {
    /// The index of the field with the name.
    pub(super) fn field(&self, name: &str) -> Option<usize> {
        self.names.fields.iter().position(|(_, known)| known == name)
    }
}

impl EnumDef {
    pub(super) fn new(name: String, values: Vec<ValueDef>, about: About, file: u32) -> EnumDef {
        let mut by_number: Vec<_> =
            values.iter().enumerate().map(|(at, value)| (value.number, at as u32)).collect();
        by_number.sort_unstable();
        by_number.dedup_by_key(|&mut (number, _)| number);
        EnumDef { name, values, by_number, about, file }
    }

    /// The first value with the number.
    pub(super) fn value(&self, number: i32) -> Option<&ValueDef> {
        self.place(number).map(|at| &self.values[at as usize])
    }

    fn place(&self, number: i32) -> Option<u32> {
        let at = self.by_number.binary_search_by_key(&number, |&(number, _)| number).ok()?;
        Some(self.by_number[at].1)
    }

    /// The order of generated enums: that of the IDL, then unknown numbers.
    pub(super) fn order(&self, a: i32, b: i32) -> Ordering {
        let key = |number| (self.place(number).unwrap_or(u32::MAX), number);
        key(a).cmp(&key(b))
    }
}
