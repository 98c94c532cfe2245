//! The compiled form of a checked program.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use thriftly_parser::Program;
use thriftly_parser::program::{
    Annotation, DefId, Definition, Field, Function, Requiredness, StructKind, Type, TypeKind,
};
use thriftly_parser::recursion::Recursion;

use super::model::{
    About, ConstDef, EnumDef, FieldDef, Kind, MethodDef, Model, Presence, ServiceDef, Size,
    StructDef, Ty, ValueDef,
};
use super::sizes::Sizes;

/// The annotation that makes a field optional, as in generated code.
const OPTIONAL: &str = "rust.optional";

impl Model {
    /// Compiles a program without errors.
    pub(super) fn of(program: Program) -> Model {
        let recursion = Recursion::of(&program);
        let mut compiler = Compiler {
            program: &program,
            recursion,
            numbers: HashMap::new(),
            enums: Vec::new(),
            structs: Vec::new(),
        };
        compiler.number();
        compiler.all_structs();
        let services = compiler.services();
        let constants = compiler.constants();
        let typedefs = compiler.typedefs();
        let Compiler { numbers, enums, structs, .. } = compiler;
        let mut model = Model { program, structs, enums, services, constants, typedefs, numbers };
        model.measure();
        model
    }

    /// Computes the sizes of defaults and constants.
    fn measure(&mut self) {
        let mut sizes = Sizes::new(self);
        let fields: Vec<Vec<Size>> = (0..self.structs.len())
            .map(|of| (0..self.structs[of].fields.len()).map(|at| sizes.absent(of, at)).collect())
            .collect();
        let constants: Vec<Size> =
            self.constants.iter().map(|constant| sizes.constant(constant.id)).collect();
        for (def, sizes) in self.structs.iter_mut().zip(fields) {
            def.fields.iter_mut().zip(sizes).for_each(|(field, size)| field.absent_size = size);
        }
        for (constant, size) in self.constants.iter_mut().zip(constants) {
            constant.size = size;
        }
    }
}

struct Compiler<'p> {
    program: &'p Program,
    recursion: Recursion,
    numbers: HashMap<DefId, u32>,
    enums: Vec<Arc<EnumDef>>,
    structs: Vec<StructDef>,
}

impl Compiler<'_> {
    /// Numbers all structs and services, which may refer to later ones, and compiles the enums.
    fn number(&mut self) {
        let (mut structs, mut services) = (0, 0);
        for (id, definition) in self.program.definitions() {
            let next = match definition {
                Definition::Struct(_) => &mut structs,
                Definition::Service(_) => &mut services,
                Definition::Enum(item) => {
                    self.numbers.insert(id, self.enums.len() as u32);
                    let value = |value: &thriftly_parser::program::EnumValue| ValueDef {
                        name: value.name.text.clone(),
                        number: value.number,
                        about: about(&value.doc, &value.annotations),
                    };
                    let values = item.values.iter().map(value).collect();
                    let about = about(&item.doc, &item.annotations);
                    let def = EnumDef::new(item.name.text.clone(), values, about, id.file.0);
                    self.enums.push(Arc::new(def));
                    continue;
                }
                _ => continue,
            };
            self.numbers.insert(id, *next);
            *next += 1;
        }
    }

    fn all_structs(&mut self) {
        for (id, definition) in self.program.definitions() {
            let Definition::Struct(item) = definition else { continue };
            let kind = match item.kind {
                StructKind::Struct => Kind::Struct,
                StructKind::Union => Kind::Union,
                StructKind::Exception => Kind::Exception,
            };
            let fields = item.fields.iter().enumerate();
            let fields = fields.map(|(at, field)| {
                let presence = match kind {
                    Kind::Union => Presence::Optional,
                    _ => self.presence(Some((id, at)), field),
                };
                self.field(field, presence)
            });
            let fields = fields.collect();
            let about = about(&item.doc, &item.annotations);
            self.structs.push(StructDef::new(
                kind,
                item.name.text.clone(),
                fields,
                about,
                id.file.0,
            ));
        }
    }

    /// What becomes of a field that is absent, by the rules of generated code.
    fn presence(&self, of: Option<(DefId, usize)>, field: &Field) -> Presence {
        let marked = field.annotations.iter().any(|one| one.key.text == OPTIONAL);
        let (given, in_struct) = (field.default.is_some(), of.is_some());
        // A value that contains itself could have no end.
        let endless = !given && of.is_some_and(|(id, at)| self.recursion.is_recursive(id, at));
        match field.requiredness {
            Requiredness::Required => Presence::Required,
            _ if marked || endless => Presence::Optional,
            Requiredness::Optional if !given || !in_struct => Presence::Optional,
            _ => Presence::Default,
        }
    }

    fn field(&self, field: &Field, presence: Presence) -> (String, FieldDef) {
        let ty = self.ty(&field.ty);
        let def = FieldDef {
            id: field.id,
            ttype: ty.ttype(),
            ty,
            presence,
            default: field.default.clone(),
            absent_size: Size::default(),
            absent: OnceLock::new(),
            about: about(&field.doc, &field.annotations),
        };
        (field.name.text.clone(), def)
    }

    fn ty(&self, ty: &Type) -> Ty {
        match &self.program.resolve(ty).kind {
            TypeKind::Bool => Ty::Bool,
            TypeKind::I8 => Ty::I8,
            TypeKind::I16 => Ty::I16,
            TypeKind::I32 => Ty::I32,
            TypeKind::I64 => Ty::I64,
            TypeKind::Double => Ty::Double,
            TypeKind::String => Ty::String,
            TypeKind::Binary => Ty::Binary,
            TypeKind::Uuid => Ty::Uuid,
            TypeKind::List(of) => Ty::List(Arc::new(self.ty(of))),
            TypeKind::Set(of) => Ty::Set(Arc::new(self.ty(of))),
            TypeKind::Map(key, value) => Ty::Map(Arc::new((self.ty(key), self.ty(value)))),
            TypeKind::Named(id) => match (self.program.definition(*id), self.numbers.get(id)) {
                (Definition::Enum(_), Some(&at)) => Ty::Enum(self.enums[at as usize].clone()),
                (_, Some(&at)) => Ty::Struct(at),
                // A program without errors has no other types.
                (_, None) => Ty::Bool,
            },
            TypeKind::Unresolved => Ty::Bool,
        }
    }

    fn services(&mut self) -> Vec<ServiceDef> {
        let program = self.program;
        let services = program.definitions().filter_map(|(id, definition)| match definition {
            Definition::Service(item) => Some((id, item)),
            _ => None,
        });
        services
            .map(|(id, item)| ServiceDef {
                name: item.name.text.clone(),
                extends: item.extends.and_then(|id| self.numbers.get(&id).copied()),
                methods: item
                    .functions
                    .iter()
                    .map(|function| self.method(function, id.file.0))
                    .collect(),
                about: about(&item.doc, &item.annotations),
                file: id.file.0,
            })
            .collect()
    }

    fn method(&mut self, function: &Function, file: u32) -> MethodDef {
        let name = &function.name.text;
        let returns = function.returns.as_ref().map(|ty| self.ty(ty));
        let arguments = function.arguments.iter();
        let arguments: Vec<_> =
            arguments.map(|field| self.field(field, self.presence(None, field))).collect();
        let mut result = Vec::new();
        if let Some(ty) = &returns {
            let success = FieldDef {
                id: 0,
                ttype: ty.ttype(),
                ty: ty.clone(),
                presence: Presence::Optional,
                default: None,
                absent_size: Size::default(),
                absent: OnceLock::new(),
                about: About::default(),
            };
            result.push(("success".to_owned(), success));
        }
        let throws = function.throws.iter();
        result.extend(throws.map(|field| self.field(field, Presence::Optional)));
        MethodDef {
            name: name.clone(),
            oneway: function.oneway,
            idempotent: function.is_idempotent(),
            arguments: self.add(Kind::Struct, name.clone(), arguments, file),
            result: self.add(Kind::Union, "result".to_owned(), result, file),
            returns,
            about: about(&function.doc, &function.annotations),
        }
    }

    /// Adds a struct that the IDL does not name.
    fn add(&mut self, kind: Kind, name: String, fields: Vec<(String, FieldDef)>, file: u32) -> u32 {
        self.structs.push(StructDef::new(kind, name, fields, About::default(), file));
        self.structs.len() as u32 - 1
    }

    fn constants(&self) -> Vec<ConstDef> {
        let constants =
            self.program.definitions().filter_map(|(id, definition)| match definition {
                Definition::Const(item) => Some(ConstDef {
                    id,
                    name: item.name.text.clone(),
                    ty: self.ty(&item.ty),
                    size: Size::default(),
                    about: about(&item.doc, &item.annotations),
                }),
                _ => None,
            });
        constants.collect()
    }

    fn typedefs(&self) -> HashMap<DefId, Ty> {
        let typedefs = self.program.definitions().filter_map(|(id, definition)| match definition {
            Definition::Typedef(item) => Some((id, self.ty(&item.target))),
            _ => None,
        });
        typedefs.collect()
    }
}

fn about(doc: &Option<String>, annotations: &[Annotation]) -> About {
    let annotation = |one: &Annotation| (one.key.text.clone(), one.value.clone());
    let doc = doc.as_ref().map(|text| text.trim().to_owned());
    About { doc, annotations: annotations.iter().map(annotation).collect() }
}
