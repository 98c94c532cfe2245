//! From the checked program to the model: names, types, values and services as in Rust.

mod analysis;
mod annotations;
mod clash;
mod docs;
mod foreign;
mod heap;
mod serde;
mod service;
mod types;
mod values;
mod views;

use std::collections::{HashMap, HashSet};

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use thriftly_parser::diagnostic::Diagnostic;
use thriftly_parser::program::{
    self, DefId, Definition, Program, Requiredness, StructKind, TypeKind,
};
use thriftly_parser::source::{FileId, Sources};

use self::analysis::Analysis;
use self::heap::Sizes;
use self::types::{Form, Holds};
use self::views::Views;
use crate::emit;
use crate::input::Options;
use crate::model::{
    Bounds, Const, ConstKind, Enum, EnumValue, Field, Presence, Scalar, Struct, Typedef, Union,
    Variant,
};
use crate::name::{const_name, ident, type_name, value_name, variant_name};

/// Turns a program into Rust.
pub(crate) struct Lowerer<'a> {
    program: &'a Program,
    sources: &'a Sources,
    options: &'a Options,
    analysis: Analysis,
    /// The structs that can be borrowed from a message.
    views: Views,
    sizes: Sizes,
    /// The module of each file, as its includers have it; `None` for the root.
    modules: Vec<Option<Module>>,
    /// The name of each method's enum of exceptions.
    error_names: HashMap<(DefId, usize), String>,
    span: Span,
}

/// Where the types of an included file are.
enum Module {
    /// In a generated module of this name.
    Generated(Ident),
    /// In a module that the user has named.
    External(TokenStream),
}

/// The name of the module around the modules of included files: they can refer to each other
/// through it even if the macro is used within a function.
fn wrapper(root: &str) -> Ident {
    format_ident!("__{}_includes", value_name(root))
}

/// The path of the runtime's private module.
pub(crate) fn private(options: &Options) -> TokenStream {
    match &options.krate {
        Some(path) => quote!(#path::__private),
        None => quote!(::thriftly::__private),
    }
}

impl<'a> Lowerer<'a> {
    pub(crate) fn new(
        program: &'a Program,
        sources: &'a Sources,
        options: &'a Options,
        span: Span,
    ) -> Lowerer<'a> {
        let analysis = Analysis::of(program, options.hashed);
        let mut lowerer = Lowerer {
            program,
            sources,
            options,
            analysis,
            views: Views::default(),
            sizes: Sizes::default(),
            modules: Vec::new(),
            error_names: HashMap::new(),
            span,
        };
        lowerer.modules = lowerer.name_modules();
        lowerer.error_names = lowerer.name_errors();
        if options.views {
            lowerer.views = lowerer.find_views();
        }
        lowerer
    }

    /// The items of the root file, and the modules of the files that it includes.
    pub(crate) fn expand(&self) -> TokenStream {
        let Some(root) = self.program.files.first() else { return TokenStream::new() };
        let mut names = Vec::new();
        let mut modules = TokenStream::new();
        for file in &self.program.files[1..] {
            let Some(Module::Generated(name)) = &self.modules[file.id.0 as usize] else { continue };
            let items = self.file(file);
            let doc = file
                .doc
                .as_deref()
                .map(docs::lines)
                .unwrap_or_else(|| vec![format!("From `{}`.", self.file_name(file.id))]);
            let import = self.import();
            modules.extend(quote! {
                #(#[doc = #doc])*
                #[allow(nonstandard_style, unreachable_pub)]
                pub mod #name { #import #items }
            });
            names.push(name);
        }
        let items = self.file(root);
        let wrapper = wrapper(&root.prefix);
        let modules = (!names.is_empty()).then(|| {
            quote! {
                #[doc(hidden)]
                pub mod #wrapper { #modules }
                #[allow(unused_imports, unreachable_pub)]
                pub use #wrapper::{#(#names),*};
            }
        });
        let import = self.import();
        let need_serde = self.need_serde();
        quote!(#import #need_serde #modules #items)
    }

    /// Brings the names that generated code uses into scope.
    fn import(&self) -> TokenStream {
        let private = private(self.options);
        quote! {
            #[allow(unused_imports)]
            use #private::*;
        }
    }

    fn name_modules(&self) -> Vec<Option<Module>> {
        let mut taken = HashSet::new();
        let mut modules = vec![None];
        for file in self.program.files.iter().skip(1) {
            let written = self.written_path(file.id);
            let external = self.options.with.iter().find(|(path, _)| *path == written);
            modules.push(Some(match external {
                Some((_, module)) => Module::External(module.to_token_stream()),
                None => {
                    let mut name = value_name(&file.prefix);
                    while !taken.insert(name.clone()) {
                        name.push('_');
                    }
                    Module::Generated(ident(&name, self.span))
                }
            }));
        }
        modules
    }

    /// The path by which a file was first included.
    fn written_path(&self, id: FileId) -> &str {
        self.program
            .files
            .iter()
            .flat_map(|file| &file.includes)
            .find(|include| include.file == id)
            .map_or("", |include| &include.path)
    }

    fn file_name(&self, id: FileId) -> String {
        let path = &self.sources.file(id).path;
        path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
    }

    /// The path of a file's module as seen from another, with `::` behind it.
    fn module(&self, of: FileId, from: FileId) -> TokenStream {
        if of == from {
            return TokenStream::new();
        }
        match &self.modules[of.0 as usize] {
            None => TokenStream::new(),
            Some(Module::External(path)) => quote!(#path::),
            Some(Module::Generated(name)) if from.0 == 0 => quote!(#name::),
            Some(Module::Generated(name)) => quote!(super::#name::),
        }
    }

    /// The path of a type as seen from a file.
    fn path(&self, id: DefId, from: FileId) -> TokenStream {
        let module = self.module(id.file, from);
        let name = self.ident(&self.item_name(self.program.definition(id)));
        quote!(#module #name)
    }

    fn ident(&self, name: &str) -> Ident {
        ident(name, self.span)
    }

    /// The name of an item in Rust.
    fn item_name(&self, definition: &Definition) -> String {
        let (annotations, name) = match definition {
            Definition::Const(item) => return const_name(&item.name.text),
            Definition::Typedef(item) => (&item.annotations, &item.name),
            Definition::Enum(item) => (&item.annotations, &item.name),
            Definition::Struct(item) => (&item.annotations, &item.name),
            Definition::Service(item) => (&item.annotations, &item.name),
        };
        annotations::name(annotations).map_or_else(|| type_name(&name.text), str::to_owned)
    }

    /// The name of a struct's field or an argument in Rust.
    fn field_name(&self, field: &program::Field) -> String {
        let name = || value_name(&field.name.text);
        annotations::name(&field.annotations).map_or_else(name, str::to_owned)
    }

    /// The name of a union's field in Rust.
    fn field_variant(&self, field: &program::Field) -> String {
        let name = || variant_name(&field.name.text);
        annotations::name(&field.annotations).map_or_else(name, str::to_owned)
    }

    /// The name of an enum's value in Rust.
    fn value_variant(&self, value: &program::EnumValue) -> String {
        let name = || variant_name(&value.name.text);
        annotations::name(&value.annotations).map_or_else(name, str::to_owned)
    }

    /// The name of a method in Rust.
    fn function_name(&self, function: &program::Function) -> String {
        let name = || value_name(&function.name.text);
        annotations::name(&function.annotations).map_or_else(name, str::to_owned)
    }

    /// The names of all that a service becomes in Rust.
    fn service_names(&self, service: &Definition) -> [String; 6] {
        let name = self.item_name(service);
        [
            name.clone(),
            format!("{name}Server"),
            format!("{name}Client"),
            format!("Blocking{name}"),
            format!("Blocking{name}Server"),
            format!("Blocking{name}Client"),
        ]
    }

    /// What is wrong beyond the IDL itself.
    pub(crate) fn check(&self) -> Vec<Diagnostic> {
        let mut wrong = annotations::check(self.program);
        wrong.extend(self.clashes());
        wrong
    }

    fn file(&self, file: &program::File) -> TokenStream {
        // Names are unique unless there were errors, which are reported already.
        let mut types = HashSet::new();
        let mut constants = HashSet::new();
        let mut items = TokenStream::new();
        for (index, definition) in file.definitions.iter().enumerate() {
            let id = DefId { file: file.id, index: index as u32 };
            let free = match definition {
                Definition::Const(_) => constants.insert(self.item_name(definition)),
                Definition::Service(_) => {
                    self.service_names(definition).into_iter().all(|name| types.insert(name))
                }
                _ => types.insert(self.item_name(definition)),
            };
            if free {
                items.extend(self.definition(id, definition));
            }
        }
        items
    }

    fn definition(&self, id: DefId, definition: &Definition) -> TokenStream {
        match definition {
            Definition::Const(item) => emit::constant(&self.constant(id, definition, item)),
            Definition::Typedef(item) => {
                let proof = self.proven_typedef(item);
                let definition = emit::typedef(&Typedef {
                    ident: self.ident(&self.item_name(definition)),
                    doc: self.docs(item.doc.as_deref(), &item.annotations, &item.name),
                    ty: annotations::rust_type(&item.annotations)
                        .unwrap_or_else(|| self.rust_type(&item.target, Form::owned(id.file))),
                });
                quote!(#definition #proof)
            }
            Definition::Enum(item) => {
                let (derive, serde) = self.extra_derives(&item.annotations);
                let item = self.enumeration(definition, item);
                let definition = emit::enum_definition(&item, &derive);
                let codec = emit::enum_codec(&item);
                let serde = serde.is_some().then(|| emit::enum_serde(&item, serde));
                quote!(#definition #codec #serde)
            }
            Definition::Struct(item) if item.kind == StructKind::Union => {
                let traits = self.analysis.traits(id);
                let (derive, serde) = self.extra_derives(&item.annotations);
                let view = self.view(id, definition, item);
                let proof = self.proven_fields(item);
                let fields = &item.fields;
                let item = self.union(id, definition, item, Holds::Owned);
                let definition = emit::union_definition(&item, traits, &derive);
                let codec = emit::union_codec(&item);
                let serde = serde.is_some().then(|| {
                    let forms = self.serde_forms(fields, item.variants.iter().map(|one| one.id));
                    emit::union_serde(&item, &forms, serde)
                });
                quote!(#definition #codec #serde #view #proof)
            }
            Definition::Struct(item) => {
                let traits = self.analysis.traits(id);
                let is_exception = item.kind == StructKind::Exception;
                let (derive, serde) = self.extra_derives(&item.annotations);
                let view = self.view(id, definition, item);
                let proof = self.proven_fields(item);
                let fields = &item.fields;
                let item = self.structure(id, definition, item, Holds::Owned);
                let definition = emit::struct_definition(&item, traits, &derive, is_exception);
                let codec = emit::struct_codec(&item);
                let serde = serde.is_some().then(|| {
                    let forms = self.serde_forms(fields, item.fields.iter().map(|one| one.id));
                    emit::struct_serde(&item, &forms, serde)
                });
                quote!(#definition #codec #serde #view #proof)
            }
            Definition::Service(item) => self.service(id, definition, item),
        }
    }

    fn constant(&self, id: DefId, definition: &Definition, item: &program::Const) -> Const {
        let kind = match &self.program.resolve(&item.ty).kind {
            TypeKind::List(_) | TypeKind::Set(_) | TypeKind::Map(..) => ConstKind::Lazy,
            TypeKind::Named(named) => match self.program.definition(*named) {
                Definition::Enum(_) if !matches!(item.value, program::Value::Invalid) => {
                    ConstKind::Const
                }
                _ => ConstKind::Lazy,
            },
            TypeKind::Binary => ConstKind::Static,
            // There is no value, of which an error tells: any will do, but few can be constants.
            _ if matches!(item.value, program::Value::Invalid) => ConstKind::Lazy,
            _ => ConstKind::Const,
        };
        let is_string = matches!(self.program.resolve(&item.ty).kind, TypeKind::String);
        let (ty, value) = match (&item.value, is_string) {
            (program::Value::String(text), true) => (quote!(&__str), quote!(#text)),
            (_, true) => (quote!(&__str), quote!("")),
            (value, _) => (
                self.rust_type(&item.ty, Form::owned(id.file)),
                self.value(value, &item.ty, Form::owned(id.file)),
            ),
        };
        Const {
            ident: self.ident(&self.item_name(definition)),
            doc: self.docs(item.doc.as_deref(), &item.annotations, &item.name),
            ty,
            value,
            kind,
        }
    }

    fn enumeration(&self, definition: &Definition, item: &program::Enum) -> Enum {
        let mut by_number: HashMap<i32, Ident> = HashMap::new();
        let mut taken = HashSet::new();
        let mut values = Vec::new();
        for value in &item.values {
            let name = self.value_variant(value);
            if !taken.insert(name.clone()) {
                continue;
            }
            let alias_of = by_number.get(&value.number).cloned();
            let ident = self.ident(&name);
            by_number.entry(value.number).or_insert_with(|| ident.clone());
            values.push(EnumValue {
                ident,
                name: value.name.text.clone(),
                doc: docs::with_code(
                    value.doc.as_deref(),
                    &value.annotations,
                    &format!("{} = {}", value.name.text, value.number),
                ),
                number: value.number,
                alias_of,
            });
        }
        Enum {
            ident: self.ident(&self.item_name(definition)),
            name: item.name.text.clone(),
            doc: self.docs(item.doc.as_deref(), &item.annotations, &item.name),
            values,
            unrecognized: Some(self.unrecognized(&taken)),
        }
    }

    /// The variant for what is not known, under a name that is free.
    fn unrecognized(&self, taken: &HashSet<String>) -> Ident {
        let mut name = "Unrecognized".to_owned();
        while taken.contains(&name) {
            name.push('_');
        }
        self.ident(&name)
    }

    fn union(
        &self,
        id: DefId,
        definition: &Definition,
        item: &program::Struct,
        holds: Holds,
    ) -> Union {
        let mut taken = HashSet::new();
        let mut ids = HashSet::new();
        let mut variants = Vec::new();
        for (index, field) in item.fields.iter().enumerate() {
            let name = self.field_variant(field);
            if !ids.insert(field.id) || !taken.insert(name.clone()) {
                continue;
            }
            variants.push(Variant {
                ident: self.ident(&name),
                name: field.name.text.clone(),
                doc: docs::with_code(
                    field.doc.as_deref(),
                    &field.annotations,
                    &self.field_line(field),
                ),
                id: field.id,
                ty: self.boxed_type(id, index, field, Form::owned(id.file).holding(holds)),
                with: None,
                span: Span::call_site(),
            });
        }
        Union {
            ident: self.ident(&self.item_name(definition)),
            name: item.name.text.clone(),
            doc: self.docs(item.doc.as_deref(), &item.annotations, &item.name),
            generics: syn::Generics::default(),
            bounds: Bounds::default(),
            unrecognized: Some(self.unrecognized(&taken)),
            variants,
        }
    }

    fn structure(
        &self,
        id: DefId,
        definition: &Definition,
        item: &program::Struct,
        holds: Holds,
    ) -> Struct {
        Struct {
            ident: self.ident(&self.item_name(definition)),
            name: item.name.text.clone(),
            doc: self.docs(item.doc.as_deref(), &item.annotations, &item.name),
            generics: syn::Generics::default(),
            bounds: Bounds::default(),
            fields: self.fields(Some(id), &item.fields, Form::owned(id.file).holding(holds)),
            unknown: self.unknown_fields(item).map(syn::Member::Named),
            skipped: Vec::new(),
        }
    }

    /// The field that keeps what is not known, under a name that is free.
    fn unknown_fields(&self, item: &program::Struct) -> Option<Ident> {
        let mut name = "unknown_fields".to_owned();
        while item.fields.iter().any(|field| self.field_name(field) == name) {
            name.push('_');
        }
        self.options.keep_unknown.then(|| self.ident(&name))
    }

    /// The type of a field, boxed where a cycle needs it.
    fn boxed_type(
        &self,
        id: DefId,
        index: usize,
        field: &program::Field,
        form: Form,
    ) -> TokenStream {
        if let Some(ty) = annotations::rust_type(&field.annotations) {
            return ty;
        }
        let form = Form { from: id.file, ordered: self.analysis.is_key(id), ..form };
        let ty = self.rust_type(&field.ty, form);
        match self.analysis.is_boxed(id, index) {
            true => quote!(__std::Box<#ty>),
            false => ty,
        }
    }

    /// Fields of a struct, or arguments, which belong to no definition.
    fn fields(&self, id: Option<DefId>, fields: &[program::Field], form: Form) -> Vec<Field> {
        let mut names = HashSet::new();
        let mut ids = HashSet::new();
        let mut lowered = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let name = self.field_name(field);
            if !ids.insert(field.id) || !names.insert(name.clone()) {
                continue;
            }
            let boxed = id.is_some_and(|id| self.analysis.is_boxed(id, index));
            let presence = match (field.requiredness, &field.default) {
                (Requiredness::Required, _) => Presence::Required,
                (Requiredness::Optional, None) if id.is_some() => Presence::Optional,
                // A value that contains itself could have no end.
                (_, None) if boxed => Presence::Optional,
                _ => Presence::Default,
            };
            let ty = match id {
                Some(id) => self.boxed_type(id, index, field, form),
                None => self.rust_type(&field.ty, form),
            };
            let default = field.default.as_ref().map(|value| {
                let value = self.value(value, &field.ty, form);
                if boxed { quote!(__Box::new(#value)) } else { value }
            });
            lowered.push(Field {
                member: syn::Member::Named(self.ident(&name)),
                name: field.name.text.clone(),
                doc: docs::with_code(
                    field.doc.as_deref(),
                    &field.annotations,
                    &self.field_line(field),
                ),
                id: field.id,
                ty,
                layers: Vec::new(),
                with: None,
                scalar: match annotations::find(&field.annotations, "rust.type") {
                    Some(_) => None,
                    None => self.scalar(&field.ty),
                },
                in_one_piece: annotations::find(&field.annotations, "rust.type").is_none()
                    && self.is_in_one_piece(&field.ty),
                presence,
                default,
                heap: match self.absent_heap(field) {
                    0 => None,
                    heap => {
                        let heap = Literal::usize_unsuffixed(heap as usize);
                        Some(quote!(#heap))
                    }
                },
                span: Span::call_site(),
            });
        }
        lowered
    }

    /// Whether the type is one of Rust, which a typedef names.
    fn is_foreign(&self, ty: &program::Type) -> bool {
        match &ty.kind {
            TypeKind::Named(id) => match self.program.definition(*id) {
                Definition::Typedef(item) => {
                    annotations::rust_type(&item.annotations).is_some()
                        || self.is_foreign(&item.target)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a value is written in one piece: text, a blob, or a list of numbers.
    fn is_in_one_piece(&self, ty: &program::Type) -> bool {
        if self.is_foreign(ty) {
            return false;
        }
        match &self.program.resolve(ty).kind {
            TypeKind::String | TypeKind::Binary => true,
            TypeKind::List(element) => self.scalar(element).is_some_and(Scalar::is_number),
            _ => false,
        }
    }

    fn scalar(&self, ty: &program::Type) -> Option<Scalar> {
        if self.is_foreign(ty) {
            return None;
        }
        Some(match self.program.resolve(ty).kind {
            TypeKind::Bool => Scalar::Bool,
            TypeKind::I8 => Scalar::I8,
            TypeKind::I16 => Scalar::I16,
            TypeKind::I32 => Scalar::I32,
            TypeKind::I64 => Scalar::I64,
            TypeKind::Double => Scalar::Double,
            TypeKind::Uuid => Scalar::Uuid,
            TypeKind::Named(id) => match self.program.definition(id) {
                Definition::Enum(_) => Scalar::Enum,
                _ => return None,
            },
            _ => return None,
        })
    }
}
