//! An IDL at run time: loading it and looking up what it declares.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use thriftly_parser::{Files, Memory, Options, Outcome, Severity};

use super::model::{Model, Ty};
use super::services::{Method, Service};
use super::types::{Constant, Type};
use crate::error::{Error, ErrorKind, Result};

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

    /// The prefix of names of an included file.
    #[cfg(feature = "console")]
    pub(super) fn prefix(&self, file: u32) -> Option<&str> {
        (file != 0).then(|| self.model.program.files[file as usize].prefix.as_str())
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
