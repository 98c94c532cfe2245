//! An IDL at run time: loading and looking at it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use thriftly_parser::{Files, Memory, Options, Outcome, Severity};

use super::convert::{Converter, Unknown};
use super::model::{
    About, ConstDef, FieldDef, Kind as StructKind, MethodDef, Model, Presence, ServiceDef,
    StructDef, Ty,
};
use super::value::Value;
use crate::error::{Error, ErrorKind, Result};
use crate::ttype::TType;

/// An IDL file that was loaded at run time, with everything it includes.
///
/// Clones share it. Names of included files have their prefix, as in the IDL: `shared.Color`; a name
/// without a prefix is looked up in the loaded file first, and then in all included ones.
#[derive(Clone)]
pub struct Idl {
    pub(super) model: Arc<Model>,
    /// Whether fields are kept that the IDL does not declare.
    pub(super) keep: bool,
}

impl Idl {
    /// Loads a file from the disk. Includes are looked up beside the including file.
    ///
    /// # Errors
    /// [`ErrorKind::Idl`] if a file cannot be read or has errors: the message has all of them, in the
    /// format of rustc.
    pub fn load(path: impl AsRef<Path>) -> Result<Idl> {
        Idl::load_with(path, &Options::default())
    }

    /// Loads a file from the disk with options, such as directories of included files.
    ///
    /// ```no_run
    /// use thriftly::dynamic::{Idl, Options};
    ///
    /// let options = Options { include_dirs: vec!["idl".into()], ..Options::default() };
    /// let idl = Idl::load_with("idl/store/store.thrift", &options)?;
    /// # Ok::<(), thriftly::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`load`](Idl::load).
    pub fn load_with(path: impl AsRef<Path>, options: &Options) -> Result<Idl> {
        Idl::of(thriftly_parser::load(path.as_ref(), options))
    }

    /// Loads IDL from text that includes nothing.
    ///
    /// ```
    /// use thriftly::dynamic::Idl;
    ///
    /// let error = Idl::load_str("struct Person {\n  1: sting name\n}").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "\
    /// error: unknown type `sting` [unknown-type]
    ///  --> idl.thrift:2:6
    ///   |
    /// 2 |   1: sting name
    ///   |      ^^^^^ not found in this file
    ///   |
    ///   = help: did you mean `string`?"
    /// );
    /// ```
    ///
    /// # Errors
    /// As [`load`](Idl::load).
    pub fn load_str(text: &str) -> Result<Idl> {
        /// The path in messages.
        const NAME: &str = "idl.thrift";
        let mut files = Memory::default();
        files.insert(NAME, text);
        Idl::load_from(&files, NAME, &Options::default())
    }

    /// Loads a file from any set of files, such as texts in [`Memory`].
    ///
    /// ```
    /// use thriftly::dynamic::{Idl, Memory, Options};
    ///
    /// let mut files = Memory::default();
    /// files.insert("shared.thrift", "enum Color { RED, GREEN }");
    /// files.insert("main.thrift", "include \"shared.thrift\" struct Car { 1: shared.Color color }");
    /// let idl = Idl::load_from(&files, "main.thrift", &Options::default())?;
    /// assert_eq!(idl.ty("shared.Color")?.name(), "Color");
    /// # Ok::<(), thriftly::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`load`](Idl::load).
    pub fn load_from(files: &dyn Files, path: impl AsRef<Path>, options: &Options) -> Result<Idl> {
        Idl::of(thriftly_parser::load_from(files, path.as_ref(), options))
    }

    fn of(outcome: Outcome) -> Result<Idl> {
        if outcome.has_errors() {
            let errors = outcome.diagnostics.iter();
            let errors = errors.filter(|diagnostic| diagnostic.severity == Severity::Error);
            let errors: Vec<_> =
                errors.map(|diagnostic| diagnostic.render(&outcome.sources)).collect();
            return Err(Error::new(ErrorKind::Idl, errors.join("\n\n")));
        }
        Ok(Idl { model: Arc::new(Model::of(outcome.program)), keep: false })
    }

    /// Whether decoded structs keep fields that the IDL does not declare, and write them back. `false`
    /// by default: they are skipped. Unions keep such a field in any case.
    #[must_use]
    pub fn keep_unknown_fields(self, keep: bool) -> Idl {
        Idl { keep, ..self }
    }

    /// A type by its name in the IDL: a struct, union, exception, enum or typedef, a base type, or a
    /// container of such types, as `map<string, shared.Color>`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] if there is no such type, with the name that is most like it.
    pub fn ty(&self, name: &str) -> Result<Type> {
        let ty = self.parsed(name, 0).ok_or_else(|| {
            let known = self.types().map(|ty| ty.name()).collect::<Vec<_>>();
            unknown("type", name, known.iter().map(String::as_str))
        })?;
        Ok(Type { idl: self.clone(), ty })
    }

    fn parsed(&self, text: &str, level: u32) -> Option<Ty> {
        /// Deepest nesting of containers, as in the IDL.
        const DEPTH: u32 = 200;
        let text = text.trim();
        let inside =
            |outer: &str| text.strip_prefix(outer)?.trim().strip_prefix('<')?.strip_suffix('>');
        if level > DEPTH {
            return None;
        }
        if let Some(of) = inside("list") {
            return Some(Ty::List(Arc::new(self.parsed(of, level + 1)?)));
        }
        if let Some(of) = inside("set") {
            return Some(Ty::Set(Arc::new(self.parsed(of, level + 1)?)));
        }
        if let Some(of) = inside("map") {
            let mut open = 0;
            let comma = of.find(|character| {
                match character {
                    '<' => open += 1,
                    '>' => open -= 1,
                    _ => {}
                }
                character == ',' && open == 0
            })?;
            let (key, value) = (&of[..comma], &of[comma + 1..]);
            let (key, value) = (self.parsed(key, level + 1)?, self.parsed(value, level + 1)?);
            return Some(Ty::Map(Arc::new((key, value))));
        }
        Some(match text {
            "bool" => Ty::Bool,
            "i8" | "byte" => Ty::I8,
            "i16" => Ty::I16,
            "i32" => Ty::I32,
            "i64" => Ty::I64,
            "double" => Ty::Double,
            "string" => Ty::String,
            "binary" => Ty::Binary,
            "uuid" => Ty::Uuid,
            name => return self.named(name),
        })
    }

    fn named(&self, name: &str) -> Option<Ty> {
        let model = &self.model;
        let found = |file: u32, known: &str| self.is(name, file, known);
        let structs = (0..self.declared()).filter(|&at| {
            let def = model.structure(at);
            found(def.file, def.name())
        });
        let structs = structs.map(|at| (model.structure(at).file, Ty::Struct(at)));
        let enums = model.enums.iter().filter(|def| found(def.file, &def.name));
        let enums = enums.map(|def| (def.file, Ty::Enum(def.clone())));
        let typedefs = model.typedefs.iter().filter_map(|(id, ty)| {
            let known = &model.program.definition(*id).name().text;
            found(id.file.0, known).then(|| (id.file.0, ty.clone()))
        });
        structs.chain(enums).chain(typedefs).min_by_key(|(file, _)| *file).map(|(_, ty)| ty)
    }

    /// Whether a name, with or without the prefix of a file, is that of a definition in a file.
    fn is(&self, name: &str, file: u32, known: &str) -> bool {
        name == known
            || name
                .strip_suffix(known)
                .and_then(|prefix| prefix.strip_suffix('.'))
                .is_some_and(|prefix| self.model.program.files[file as usize].prefix == prefix)
    }

    /// The number of structs that the IDL declares; those of arguments and results follow.
    fn declared(&self) -> u32 {
        let methods: usize = self.model.services.iter().map(|service| service.methods.len()).sum();
        (self.model.structs.len() - 2 * methods) as u32
    }

    /// All structs, unions, exceptions and enums.
    pub fn types(&self) -> impl Iterator<Item = Type> {
        let structs = (0..self.declared()).map(Ty::Struct);
        let enums = self.model.enums.iter().map(|def| Ty::Enum(def.clone()));
        structs.chain(enums).map(|ty| Type { idl: self.clone(), ty })
    }

    /// All services.
    pub fn services(&self) -> impl Iterator<Item = Service> {
        (0..self.model.services.len() as u32).map(|index| Service { idl: self.clone(), index })
    }

    /// A service by its name.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] if there is no such service, with the name that is most like it.
    pub fn service(&self, name: &str) -> Result<Service> {
        let services = self.model.services.iter().enumerate();
        let found = services.filter(|(_, def)| self.is(name, def.file, &def.name));
        match found.min_by_key(|(_, def)| def.file) {
            Some((index, _)) => Ok(Service { idl: self.clone(), index: index as u32 }),
            None => {
                let names = self.model.services.iter().map(|def| def.name.as_str());
                Err(unknown("service", name, names))
            }
        }
    }

    /// A method: `Store.get`, or `get` if only one service has such a method.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] if there is no such method, or more than one.
    pub fn method(&self, name: &str) -> Result<Method> {
        if let Some((service, method)) = name.rsplit_once('.') {
            return self.service(service)?.method(method);
        }
        let found: Vec<_> = self.services().filter_map(|one| one.find(name)).collect();
        let Some(first) = found.first() else {
            let methods = self.model.services.iter().flat_map(|service| &service.methods);
            return Err(unknown("method", name, methods.map(|method| method.name.as_str())));
        };
        // A service inherits the methods of another.
        match found.iter().all(|one| one.declared == first.declared && one.at == first.at) {
            true => Ok(first.clone()),
            false => {
                let names: Vec<_> =
                    found.iter().map(|one| format!("`{}.{name}`", one.service().name())).collect();
                let message = format!("several services have the method: {}", names.join(", "));
                Err(Error::new(ErrorKind::InvalidData, message))
            }
        }
    }

    /// All constants.
    pub fn constants(&self) -> impl Iterator<Item = Constant> {
        (0..self.model.constants.len()).map(|at| Constant { idl: self.clone(), at })
    }

    /// A constant by its name.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] if there is no such constant, with the name that is most like it.
    pub fn constant(&self, name: &str) -> Result<Constant> {
        let constants = self.model.constants.iter().enumerate();
        let found = constants.filter(|(_, def)| self.is(name, def.id.file.0, &def.name));
        match found.min_by_key(|(_, def)| def.id.file) {
            Some((at, _)) => Ok(Constant { idl: self.clone(), at }),
            None => {
                let names = self.model.constants.iter().map(|def| def.name.as_str());
                Err(unknown("constant", name, names))
            }
        }
    }
}

/// The error for a name that nothing has.
#[cold]
fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let mut message = format!("the IDL has no {what} `{}`", name.escape_debug());
    if let Some(near) = thriftly_parser::closest(name, known) {
        message.push_str(&format!("; did you mean `{near}`?"));
    }
    Error::new(ErrorKind::InvalidData, message)
}

impl fmt::Debug for Idl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.model.program.files.iter().map(|file| &file.prefix);
        f.debug_list().entries(files).finish()
    }
}

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
    /// [path](Error::path) leads to the value.
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

impl About {
    fn annotations(&self) -> impl Iterator<Item = (&str, &str)> {
        self.annotations.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// Doc text and annotations.
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

/// A field of a struct, an argument of a method, or an exception that it declares.
#[derive(Clone)]
pub struct Field {
    idl: Idl,
    of: u32,
    at: usize,
}

fn fields(idl: &Idl, of: u32) -> impl Iterator<Item = Field> + use<> {
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

    /// The default in the IDL, if there is one.
    ///
    /// # Errors
    /// [`ErrorKind::MemoryLimit`] if it would take more than 64 MiB, or is nested too deeply, which
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

/// A service of an [`Idl`].
#[derive(Clone)]
pub struct Service {
    pub(super) idl: Idl,
    pub(super) index: u32,
}

impl Service {
    fn def(&self) -> &ServiceDef {
        &self.idl.model.services[self.index as usize]
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.def().name
    }

    /// The IDL of the service.
    pub fn idl(&self) -> &Idl {
        &self.idl
    }

    /// The service that it extends.
    pub fn extends(&self) -> Option<Service> {
        let index = self.def().extends?;
        Some(Service { idl: self.idl.clone(), index })
    }

    /// The methods: its own, then inherited ones.
    pub fn methods(&self) -> impl Iterator<Item = Method> {
        let chain = std::iter::successors(Some(self.clone()), Service::extends);
        let service = self.clone();
        chain.flat_map(move |declaring| {
            let service = service.clone();
            let declared = declaring.index;
            (0..declaring.def().methods.len()).map(move |at| Method {
                service: service.clone(),
                declared,
                at,
            })
        })
    }

    /// A method by its name; inherited ones are found as well.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] if there is no such method, with the name that is most like it.
    pub fn method(&self, name: &str) -> Result<Method> {
        self.find(name).ok_or_else(|| {
            let names: Vec<_> = self.methods().map(|method| method.name().to_owned()).collect();
            let mut error =
                format!("the service `{}` has no method `{}`", self.name(), name.escape_debug());
            if let Some(near) = thriftly_parser::closest(name, names.iter().map(String::as_str)) {
                error.push_str(&format!("; did you mean `{near}`?"));
            }
            Error::new(ErrorKind::InvalidData, error)
        })
    }

    /// Finds a method without making any other.
    pub(super) fn find(&self, name: &str) -> Option<Method> {
        let mut declared = self.index;
        loop {
            let def = &self.idl.model.services[declared as usize];
            if let Some(at) = def.methods.iter().position(|method| method.name == name) {
                return Some(Method { service: self.clone(), declared, at });
            }
            declared = def.extends?;
        }
    }

    about!();
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "service {}", self.name())
    }
}

/// A method of a [`Service`].
#[derive(Clone)]
pub struct Method {
    pub(super) service: Service,
    /// The service that declares it.
    declared: u32,
    at: usize,
}

impl Method {
    pub(super) fn def(&self) -> &MethodDef {
        &self.service.idl.model.services[self.declared as usize].methods[self.at]
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.def().name
    }

    /// The service; for an inherited method, the one that inherits it.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Whether the server sends no reply.
    pub fn is_oneway(&self) -> bool {
        self.def().oneway
    }

    /// Whether a call may be handled twice: the annotation `(idempotent)`.
    pub fn is_idempotent(&self) -> bool {
        self.def().idempotent
    }

    /// The arguments.
    pub fn arguments(&self) -> impl Iterator<Item = Field> {
        fields(&self.service.idl, self.def().arguments)
    }

    /// The type of the result, or `None` for `void`.
    pub fn returns(&self) -> Option<Type> {
        let ty = self.def().returns.clone()?;
        Some(Type { idl: self.service.idl.clone(), ty })
    }

    /// The exceptions that it declares.
    pub fn throws(&self) -> impl Iterator<Item = Field> {
        fields(&self.service.idl, self.def().result).skip(usize::from(self.def().returns.is_some()))
    }

    about!();
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.service.name(), self.name())
    }
}

/// A constant of an [`Idl`].
#[derive(Clone)]
pub struct Constant {
    idl: Idl,
    at: usize,
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
