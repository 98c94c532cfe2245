//! Types, fields and constants of an IDL that was loaded at run time.

use std::fmt;
use std::sync::Arc;

use super::convert::{Converter, Unknown};
use super::idl::Idl;
use super::model::{About, ConstDef, FieldDef, Kind as StructKind, Presence, StructDef, Ty};
use super::value::Value;
use crate::error::Result;
use crate::ttype::TType;

/// A type of an [`Idl`]. Typedefs are resolved: their types are the types they stand for.
#[derive(Clone)]
pub struct Type {
    pub(super) idl: Idl,
    pub(super) ty: Ty,
}

/// The kind of a [`Type`].
#[derive(Debug, Clone)]
pub enum Kind {
    /// `bool`
    Bool,
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
    /// `uuid`
    Uuid,
    /// `list` of elements of a type.
    List(Type),
    /// `set` of elements of a type.
    Set(Type),
    /// `map` from keys to values.
    Map(Type, Type),
    /// An enum: see [`Type::enum_values`].
    Enum,
    /// A struct: see [`Type::fields`].
    Struct,
    /// A union: see [`Type::fields`].
    Union,
    /// An exception: see [`Type::fields`].
    Exception,
}

impl Type {
    fn with(&self, ty: &Ty) -> Type {
        Type { idl: self.idl.clone(), ty: ty.clone() }
    }

    fn structure(&self) -> Option<&StructDef> {
        match &self.ty {
            Ty::Struct(index) => Some(self.idl.model.structure(*index)),
            _ => None,
        }
    }

    /// The name in the IDL, without the prefix of its file: `Person`, `list<i32>`.
    pub fn name(&self) -> String {
        self.idl.model.name(&self.ty)
    }

    /// The wire type.
    pub fn ttype(&self) -> TType {
        self.ty.ttype()
    }

    /// The kind of the type.
    pub fn kind(&self) -> Kind {
        match &self.ty {
            Ty::Bool => Kind::Bool,
            Ty::I8 => Kind::I8,
            Ty::I16 => Kind::I16,
            Ty::I32 => Kind::I32,
            Ty::I64 => Kind::I64,
            Ty::Double => Kind::Double,
            Ty::String => Kind::String,
            Ty::Binary => Kind::Binary,
            Ty::Uuid => Kind::Uuid,
            Ty::List(of) => Kind::List(self.with(of)),
            Ty::Set(of) => Kind::Set(self.with(of)),
            Ty::Map(of) => Kind::Map(self.with(&of.0), self.with(&of.1)),
            Ty::Enum(_) => Kind::Enum,
            Ty::Struct(index) => match self.idl.model.structure(*index).shape.kind {
                StructKind::Struct => Kind::Struct,
                StructKind::Union => Kind::Union,
                StructKind::Exception => Kind::Exception,
            },
        }
    }

    /// The fields of a struct, union or exception, in the order of the IDL; none of other types.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        let of = match self.ty {
            Ty::Struct(index) => Some(index),
            _ => None,
        };
        let idl = self.idl.clone();
        of.into_iter().flat_map(move |of| fields(&idl, of))
    }

    /// The names and numbers of an enum's values, in the order of the IDL; none of other types.
    pub fn enum_values(&self) -> impl Iterator<Item = (&str, i32)> {
        let def = match &self.ty {
            Ty::Enum(def) => Some(def),
            _ => None,
        };
        let values = def.into_iter().flat_map(|def| &def.values);
        values.map(|value| (value.name.as_str(), value.number))
    }

    fn about(&self) -> Option<&About> {
        match &self.ty {
            Ty::Enum(def) => Some(&def.about),
            _ => self.structure().map(|def| &def.about),
        }
    }

    /// The doc text of a struct, union, exception or enum.
    pub fn doc(&self) -> Option<&str> {
        self.about()?.doc.as_deref()
    }

    /// As [`enum_values`](Type::enum_values), with their doc texts.
    #[cfg(feature = "console")]
    pub(crate) fn documented_values(&self) -> impl Iterator<Item = (&str, i32, Option<&str>)> {
        let def = match &self.ty {
            Ty::Enum(def) => Some(def),
            _ => None,
        };
        let values = def.into_iter().flat_map(|def| &def.values);
        values.map(|value| (value.name.as_str(), value.number, value.about.doc.as_deref()))
    }

    /// What tells a struct, union, exception or enum from all others of the IDL.
    #[cfg(feature = "console")]
    pub(crate) fn identity(&self) -> Option<usize> {
        match &self.ty {
            Ty::Enum(def) => Some(Arc::as_ptr(def).addr()),
            _ => self.structure().map(|def| std::ptr::from_ref(def).addr()),
        }
    }

    /// The prefix of the file of a struct, union, exception or enum, if it was included.
    #[cfg(feature = "console")]
    pub(crate) fn prefix(&self) -> Option<&str> {
        let file = match &self.ty {
            Ty::Enum(def) => def.file,
            _ => self.structure()?.file,
        };
        self.idl.prefix(file)
    }

    /// The annotations of a struct, union, exception or enum, as keys and values.
    pub fn annotations(&self) -> impl Iterator<Item = (&str, &str)> {
        self.about().into_iter().flat_map(About::annotations)
    }

    /// Converts a value to this type, by the rules of encoding: integers fit any integer type that can
    /// hold them, a map with text keys is a struct or union, base64 is a `binary`, the name of an
    /// enum's value is that value. Fields that are absent get their defaults.
    ///
    /// ```
    /// use thriftly::dynamic::{Idl, Value};
    ///
    /// let idl = Idl::load_str("struct Phone { 1: i32 number } struct Person { 1: list<Phone> phones }")?;
    /// let person = idl.ty("Person")?;
    /// let json = r#"{"phones": [{"number": 7}, {"number": "8"}]}"#;
    /// let error = person.convert(serde_json::from_str::<Value>(json).unwrap()).unwrap_err();
    /// assert_eq!(error.path(), "Person.phones[1].number");
    /// assert_eq!(error.message(), "expected i32, found string \"8\"");
    /// # Ok::<(), thriftly::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::TypeMismatch`] if a value is of another type or out of range,
    /// [`ErrorKind::MissingField`] if a required field is absent, and [`ErrorKind::InvalidData`] for
    /// other names and texts that are wrong, such as a field that the struct does not have. The
    /// [path](crate::Error::path) leads to the value.
    ///
    /// [`ErrorKind::TypeMismatch`]: crate::ErrorKind::TypeMismatch
    /// [`ErrorKind::MissingField`]: crate::ErrorKind::MissingField
    /// [`ErrorKind::InvalidData`]: crate::ErrorKind::InvalidData
    pub fn convert(&self, value: impl Into<Value>) -> Result<Value> {
        let converter = Converter { model: &self.idl.model, unknown: Unknown::Refused };
        converter.value(&self.ty, value.into())
    }

    /// As [`convert`](Type::convert), but names that are no fields are passed over.
    pub(super) fn converted(&self, value: Value) -> Result<Value> {
        let converter = Converter { model: &self.idl.model, unknown: Unknown::PassedOver };
        converter.value(&self.ty, value)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name())
    }
}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// Types of one IDL are equal if they have the same name.
impl PartialEq for Type {
    fn eq(&self, other: &Type) -> bool {
        Arc::ptr_eq(&self.idl.model, &other.idl.model) && self.ty == other.ty
    }
}

impl Eq for Type {}

/// A field of a struct, an argument of a method, or an exception that it declares.
#[derive(Clone)]
pub struct Field {
    pub(super) idl: Idl,
    pub(super) of: u32,
    pub(super) at: usize,
}

pub(super) fn fields(idl: &Idl, of: u32) -> impl Iterator<Item = Field> + use<> {
    let idl = idl.clone();
    (0..idl.model.structure(of).fields.len()).map(move |at| Field { idl: idl.clone(), of, at })
}

impl Field {
    fn def(&self) -> &FieldDef {
        &self.idl.model.structure(self.of).fields[self.at]
    }

    /// The id.
    pub fn id(&self) -> i16 {
        self.def().id
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.idl.model.structure(self.of).shape.names.fields[self.at].1
    }

    /// The type.
    pub fn ty(&self) -> Type {
        Type { idl: self.idl.clone(), ty: self.def().ty.clone() }
    }

    /// Whether a value without the field is an error.
    pub fn is_required(&self) -> bool {
        self.def().presence == Presence::Required
    }

    /// Whether the field may have no value. A field that is neither required nor optional has its
    /// default when it is absent.
    pub fn is_optional(&self) -> bool {
        self.def().presence == Presence::Optional
    }

    /// Whether it has a default in the IDL.
    #[cfg(feature = "console")]
    pub(crate) fn has_default(&self) -> bool {
        self.def().default.is_some()
    }

    /// The size of its default, in bytes of memory.
    #[cfg(feature = "console")]
    pub(crate) fn default_size(&self) -> u64 {
        self.def().absent_size.bytes
    }

    /// The default in the IDL, if there is one.
    ///
    /// # Errors
    /// [`ErrorKind::MemoryLimit`](crate::ErrorKind::MemoryLimit) if it would take more than 64 MiB, or is nested too deeply, which
    /// constants that refer to constants make possible.
    pub fn default(&self) -> Result<Option<Value>> {
        match self.def().default {
            Some(_) => self.idl.model.absent(self.def()).map(Some),
            None => Ok(None),
        }
    }

    about!();
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.id(), self.ty(), self.name())
    }
}

/// A constant of an [`Idl`].
#[derive(Clone)]
pub struct Constant {
    pub(super) idl: Idl,
    pub(super) at: usize,
}

impl Constant {
    fn def(&self) -> &ConstDef {
        &self.idl.model.constants[self.at]
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.def().name
    }

    /// The type.
    pub fn ty(&self) -> Type {
        Type { idl: self.idl.clone(), ty: self.def().ty.clone() }
    }

    /// The value.
    ///
    /// # Errors
    /// As [`Field::default`].
    pub fn value(&self) -> Result<Value> {
        self.idl.model.constant(self.def())
    }

    about!();
}

impl fmt::Debug for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "const {} {}", self.ty(), self.name())
    }
}

impl About {
    pub(super) fn annotations(&self) -> impl Iterator<Item = (&str, &str)> {
        self.annotations.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// The methods for doc text and annotations.
macro_rules! about {
    () => {
        /// The doc text.
        pub fn doc(&self) -> Option<&str> {
            self.def().about.doc.as_deref()
        }

        /// The annotations, as keys and values.
        pub fn annotations(&self) -> impl Iterator<Item = (&str, &str)> {
            self.def().about.annotations()
        }
    };
}

pub(super) use about;
