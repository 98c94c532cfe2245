//! Lowering of a checked program to the model: Rust names, types, values and services.

mod access;
mod analysis;
mod annotations;
mod boxes;
mod depth;
mod docs;
mod exception;
mod foreign;
mod heap;
mod idempotent;
mod names;
mod options;
mod presence;
mod serde;
mod service;
mod structure;
mod target;
mod types;
mod values;
mod views;

pub(crate) use target::{Target, place};

use std::collections::{HashMap, HashSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use thriftly_parser::diagnostic::Diagnostic;
use thriftly_parser::program::{self, DefId, Definition, Program, StructKind, TypeKind};
use thriftly_parser::source::{FileId, Sources};

use self::analysis::Analysis;
use self::foreign::Foreign;
use self::heap::Sizes;
use self::names::Names;
use self::types::{Form, Holds};
use self::views::Views;
use crate::emit;
use crate::input::Options;
use crate::markdown::code_span;
use crate::model::{Const, ConstKind, Enum, EnumValue, Typedef};
use crate::name::{const_name, free_name, ident, plain, type_name, value_name, variant_name};

/// Lowers a program.
pub(crate) struct Lowerer<'a> {
    program: &'a Program,
    sources: &'a Sources,
    options: &'a Options,
    analysis: Analysis,
    /// Rust types that stand for types of the IDL.
    foreign: Foreign,
    /// The structs with views.
    views: Views,
    sizes: Sizes,
    /// The module of each file; `None` for the root.
    modules: Vec<Option<Module>>,
    names: Names,
    span: Span,
    /// An error as an expression, which is all there is of a type that cannot be resolved.
    error: TokenStream,
}

/// Diagnostics of the lowering and of the options.
#[derive(Default)]
pub(crate) struct Findings {
    /// Diagnostics with IDL spans.
    pub(crate) idl: Vec<Diagnostic>,
    /// Diagnostics of options, each with the span of its entry.
    pub(crate) options: Vec<(Span, Diagnostic)>,
}

/// The module of an included file.
enum Module {
    /// In a generated module of this name.
    Generated(Ident),
    /// In a user-named module.
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
        let foreign = Foreign::of(program, options);
        let boxes = boxes::of(program, options, &foreign);
        let analysis = Analysis::of(program, options, &foreign, boxes);
        let mut lowerer = Lowerer {
            program,
            sources,
            options,
            analysis,
            foreign,
            views: Views::default(),
            sizes: Sizes::default(),
            modules: Vec::new(),
            names: Names::default(),
            span,
            error: quote!(::core::compile_error! { "unknown type" }),
        };
        let external = program.files.iter().map(|file| file.id);
        let external = external.filter(|&id| lowerer.external(id).is_some()).collect();
        lowerer.names = Names::of(program, options, external);
        lowerer.modules = lowerer.name_modules();
        lowerer.add_lazy();
        if options.views {
            lowerer.views = lowerer.find_views();
        }
        lowerer
    }

    /// Puts an error, `compile_error! { … }`, in the place of types that cannot be resolved. If it is one
    /// of those that are reported anyhow, at the same place, the compiler shows it once.
    pub(crate) fn with_error(self, error: Option<&TokenStream>) -> Lowerer<'a> {
        Lowerer { error: error.cloned().unwrap_or(self.error), ..self }
    }

    /// The items of the root file, and the modules of the files that it includes.
    pub(crate) fn expand(&self) -> TokenStream {
        let Some(root) = self.program.files.first() else { return TokenStream::new() };
        let mut names = Vec::new();
        let mut modules = TokenStream::new();
        for file in &self.program.files[1..] {
            let Some(Module::Generated(name)) = &self.modules[file.id.0 as usize] else { continue };
            let items = self.file(file);
            let doc =
                file.doc.as_deref().map(crate::markdown::lines).unwrap_or_else(|| {
                    vec![format!(" From {}.", code_span(&self.file_name(file.id)))]
                });
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

    /// Imports the names used by generated code.
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
            modules.push(Some(match self.external(file.id) {
                Some(module) => Module::External(module.to_token_stream()),
                None => {
                    let mut name = plain(&value_name(&file.prefix));
                    let root = FileId(0);
                    while self.names.is_type(root, &name) || !taken.insert(name.clone()) {
                        name.push('_');
                    }
                    Module::Generated(ident(&name, self.span))
                }
            }));
        }
        modules
    }

    /// The user-named module with the items of a file, if any.
    fn external(&self, id: FileId) -> Option<&syn::Path> {
        let named = |path: &str| self.written_paths().any(|(one, file)| file == id && one == path);
        let entry = self.options.with.iter().find(|entry| named(&entry.key))?;
        Some(&entry.value)
    }

    /// The paths by which files are included, as they are written.
    pub(super) fn written_paths(&self) -> impl Iterator<Item = (&'a str, FileId)> {
        let program = self.program;
        let includes = program.files.iter().flat_map(|file| &file.includes);
        includes.map(|include| (include.path.as_str(), include.file))
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
        let (module, definition) = (self.module(id.file, from), self.program.definition(id));
        if id.file == from
            && !matches!(definition, Definition::Typedef(_))
            && let Some(rust) = self.foreign.get(definition.name())
        {
            return rust;
        }
        let name = self.ident(&self.item_name(definition));
        quote!(#module #name)
    }

    fn ident(&self, name: &str) -> Ident {
        ident(name, self.span)
    }

    /// The name of an item in Rust.
    fn item_name(&self, definition: &Definition) -> String {
        let name = definition.name();
        let rule = match definition {
            Definition::Const(_) => const_name,
            _ => type_name,
        };
        self.names.get(name).map_or_else(|| rule(&name.text), str::to_owned)
    }

    /// The name of a struct's field or an argument in Rust.
    fn field_name(&self, field: &program::Field) -> String {
        self.names.get(&field.name).map_or_else(|| value_name(&field.name.text), str::to_owned)
    }

    /// The name of a union's field in Rust.
    fn field_variant(&self, field: &program::Field) -> String {
        self.names.get(&field.name).map_or_else(|| variant_name(&field.name.text), str::to_owned)
    }

    /// The name of an enum's value in Rust.
    fn value_variant(&self, value: &program::EnumValue) -> String {
        self.names.get(&value.name).map_or_else(|| variant_name(&value.name.text), str::to_owned)
    }

    /// The name of a method in Rust.
    fn function_name(&self, function: &program::Function) -> String {
        let name = &function.name;
        self.names.get(name).map_or_else(|| value_name(&name.text), str::to_owned)
    }

    /// Diagnostics beyond those of the IDL itself.
    pub(crate) fn check(&self) -> Findings {
        let mut idl = annotations::check(self.program);
        idl.extend(presence::check(self.program));
        idl.extend(boxes::check(self.program, self.options, &self.foreign));
        idl.extend(depth::check(self.program));
        idl.extend(exception::check(self.program, &self.foreign));
        idl.extend(idempotent::check(self.program));
        idl.extend(self.names.diagnostics().iter().cloned());
        Findings { idl, options: self.unused_options() }
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
                _ => types.insert(self.item_name(definition)),
            };
            if free {
                items.extend(self.definition(id, definition));
            }
        }
        items
    }

    fn definition(&self, id: DefId, definition: &Definition) -> TokenStream {
        if let Some(replaced) = self.replaced(definition) {
            return replaced;
        }
        match definition {
            Definition::Const(item) => emit::constant(&self.constant(id, definition, item)),
            Definition::Typedef(item) => {
                let proof = self.proven(&item.name, &item.target, &item.name.text);
                let definition = emit::typedef(&Typedef {
                    ident: self.ident(&self.item_name(definition)),
                    doc: self.docs(item.doc.as_deref(), &item.annotations, &item.name),
                    ty: self
                        .foreign
                        .get(&item.name)
                        .unwrap_or_else(|| self.rust_type(&item.target, Form::owned(id.file))),
                });
                quote!(#definition #proof)
            }
            Definition::Enum(item) => {
                let (derive, serde) = self.extra_derives(&item.annotations);
                let item = self.enumeration(definition, item);
                let definition = emit::enum_definition(&item, &derive);
                let codec = emit::enum_codec(&item, true);
                let serde = serde.is_some().then(|| emit::enum_serde(&item, serde));
                quote!(#definition #codec #serde)
            }
            Definition::Struct(item) if item.kind == StructKind::Union => {
                let traits = &self.traits(id, Holds::Owned);
                let (derive, serde) = self.extra_derives(&item.annotations);
                let view = self.view(id, definition, item);
                let proof = self.proven_fields(item);
                let fields = &item.fields;
                let item = self.union(id, definition, item, Holds::Owned);
                let definition = emit::union_definition(&item, traits, &derive);
                let codec = emit::union_codec(&item);
                let serde = serde.is_some().then(|| {
                    let forms =
                        self.serde_forms(id, fields, item.variants.iter().map(|one| one.id));
                    emit::union_serde(&item, &forms, serde)
                });
                quote!(#definition #codec #serde #view #proof)
            }
            Definition::Struct(item) => {
                let traits = &self.traits(id, Holds::Owned);
                let (derive, serde) = self.extra_derives(&item.annotations);
                let view = self.view(id, definition, item);
                let proof = self.proven_fields(item);
                let fields = &item.fields;
                let item = self.structure(id, definition, item, Holds::Owned);
                let definition = emit::struct_definition(&item, traits, &derive);
                let codec = emit::struct_codec(&item);
                let serde = serde.is_some().then(|| {
                    let forms = self.serde_forms(id, fields, item.fields.iter().map(|one| one.id));
                    emit::struct_serde(&item, &forms, serde)
                });
                quote!(#definition #codec #serde #view #proof)
            }
            Definition::Service(item) => self.service(id, item),
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
        let (ty, value) = match (&item.value, &self.program.resolve(&item.ty).kind) {
            (program::Value::String(text), TypeKind::String) => (quote!(&__str), quote!(#text)),
            (_, TypeKind::String) => (quote!(&__str), quote!("")),
            // A `SmallBytes` would have to be made when the program runs.
            (program::Value::Binary(bytes), TypeKind::Binary) if self.options.small_binary => {
                (quote!(__std::Bytes), values::static_bytes(bytes))
            }
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
            numbers: self.options.numbers,
            unrecognized: Some(self.unrecognized(&taken)),
        }
    }

    /// The variant for unknown values, under an unused name.
    fn unrecognized(&self, taken: &HashSet<String>) -> Ident {
        self.ident(&free_name("Unrecognized", |name| taken.contains(name)))
    }
}
