//! Rust types that stand for types of the IDL, by `rust.type` or the option `types`.

use std::collections::{BTreeMap, HashMap, HashSet};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use thriftly_parser::program::{
    Annotation, DefId, Definition, Function, Name, Program, Service, Struct, Type, TypeKind,
};
use thriftly_parser::source::{FileId, Span};

use super::target::{Target, place};
use super::types::{Form, Holds};
use super::{Lowerer, Module, annotations};
use crate::emit;
use crate::input::Options;
use crate::model::{Traits, Typedef};
use crate::name::value_name;

/// The Rust type of each definition, field, argument and result that has one.
#[derive(Default)]
pub(crate) struct Foreign {
    /// By the place of the item's name.
    types: HashMap<Span, ForeignType>,
    /// The fields of the option `lazy`, whose types are among the others.
    lazy: HashSet<Span>,
}

struct ForeignType {
    rust: TokenStream,
    /// As it was written.
    written: String,
}

impl Foreign {
    pub(super) fn of(program: &Program, options: &Options) -> Foreign {
        let mut foreign = Foreign::default();
        for (_, definition) in program.definitions() {
            foreign.annotated(definition.name(), annotations::of(definition));
            match definition {
                Definition::Struct(item) => {
                    for field in &item.fields {
                        foreign.annotated(&field.name, &field.annotations);
                    }
                }
                Definition::Service(item) => {
                    for function in &item.functions {
                        foreign.annotated(&function.name, &function.annotations);
                        for argument in &function.arguments {
                            foreign.annotated(&argument.name, &argument.annotations);
                        }
                    }
                }
                _ => {}
            }
        }
        for entry in &options.types {
            if let Ok(target) = Target::find(program, &entry.key)
                && target.has_type()
            {
                let rust = entry.value.to_token_stream();
                // Tokens are shown with blanks between them.
                let written = rust.to_string().replace(' ', "");
                foreign.types.insert(target.name().span, ForeignType { rust, written });
            }
        }
        foreign
    }

    fn annotated(&mut self, name: &Name, annotations: &[Annotation]) {
        if let Some((rust, written)) = annotations::rust_type(annotations) {
            self.types.insert(name.span, ForeignType { rust, written: written.to_owned() });
        }
    }

    /// Whether the field is one of the option `lazy`.
    pub(super) fn is_lazy(&self, name: &Name) -> bool {
        self.lazy.contains(&name.span)
    }

    /// Whether the item of the name has a Rust type.
    pub(super) fn has(&self, name: &Name) -> bool {
        self.types.contains_key(&name.span)
    }

    /// The Rust type of the item.
    pub(super) fn get(&self, name: &Name) -> Option<TokenStream> {
        self.types.get(&name.span).map(|ty| ty.rust.clone())
    }
}

/// A search for foreign types.
struct Within {
    seen: HashSet<DefId>,
    /// Each once, by its text.
    found: BTreeMap<String, TokenStream>,
}

impl Within {
    fn add(&mut self, ty: TokenStream) {
        self.found.insert(ty.to_string(), ty);
    }
}

impl Lowerer<'_> {
    /// Gives the fields of the option `lazy` their types, which are made of those that they would have otherwise.
    pub(super) fn add_lazy(&mut self) {
        let mut lazy = Vec::new();
        for key in &self.options.lazy {
            let Ok(Target::Field(target)) = Target::find(self.program, &key.text) else { continue };
            let Some((id, index)) = place(self.program, target) else { continue };
            if !self.foreign.has(&target.name) {
                let inner = self.boxed_type(id, index, target, Form::owned(id.file));
                lazy.push((target.name.span, quote!(__std::Lazy<#inner>)));
            }
        }
        for (span, rust) in lazy {
            self.foreign.lazy.insert(span);
            self.foreign.types.insert(span, ForeignType { rust, written: "Lazy".to_owned() });
        }
    }

    /// Whether the type is named by a Rust type: itself, or what it is a typedef of.
    pub(super) fn is_foreign(&self, ty: &Type) -> bool {
        let TypeKind::Named(id) = &ty.kind else { return false };
        let definition = self.program.definition(*id);
        if self.foreign.has(definition.name()) {
            return true;
        }
        match definition {
            Definition::Typedef(item) => self.is_foreign(&item.target),
            _ => false,
        }
    }

    /// The comparison traits of a struct or union, or of its view.
    pub(super) fn traits(&self, id: DefId, holds: Holds) -> Traits {
        let mut traits = self.analysis.traits(id);
        if !self.foreign.types.is_empty() || !self.options.with.is_empty() {
            let form = Form::owned(id.file).holding(holds);
            let mut within = Within { seen: HashSet::from([id]), found: BTreeMap::new() };
            self.find_foreign(id, form, &mut within);
            traits.foreign = within.found.into_values().collect();
        }
        traits
    }

    /// The foreign types of all fields of a struct, and of the structs in it.
    fn find_foreign(&self, id: DefId, form: Form, within: &mut Within) {
        let Definition::Struct(item) = self.program.definition(id) else { return };
        for field in &item.fields {
            match self.foreign.get(&field.name) {
                // It is compared as the type that it is made of.
                Some(ty) if !self.foreign.is_lazy(&field.name) => within.add(ty),
                _ => self.find_foreign_in(&field.ty, form, within),
            }
        }
    }

    fn find_foreign_in(&self, ty: &Type, form: Form, within: &mut Within) {
        match &ty.kind {
            TypeKind::List(element) | TypeKind::Set(element) => {
                self.find_foreign_in(element, form, within);
            }
            TypeKind::Map(key, value) => {
                self.find_foreign_in(key, form, within);
                self.find_foreign_in(value, form, within);
            }
            TypeKind::Named(id) => match self.program.definition(*id) {
                definition if self.foreign.has(definition.name()) => {
                    within.add(self.path(*id, form.from));
                }
                Definition::Typedef(item) => self.find_foreign_in(&item.target, form, within),
                // A module elsewhere may have other options.
                Definition::Struct(_) if self.is_external(id.file) => {
                    within.add(self.rust_type(ty, form));
                }
                Definition::Struct(_) if within.seen.insert(*id) => {
                    self.find_foreign(*id, form, within);
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn is_external(&self, file: FileId) -> bool {
        matches!(self.modules[file.0 as usize], Some(Module::External(_)))
    }

    /// Compile-time check that each field has the wire type of the IDL.
    pub(super) fn proven_fields(&self, item: &Struct) -> TokenStream {
        let fields = item.fields.iter().map(|field| {
            let name = format!("{}.{}", item.name.text, field.name.text);
            self.proven(&field.name, &field.ty, &name)
        });
        fields.collect()
    }

    /// Compile-time check that each argument, and the result, has the wire type of the IDL.
    pub(super) fn proven_function(&self, service: &Service, function: &Function) -> TokenStream {
        let (service, name) = (&service.name.text, &function.name.text);
        let arguments = function.arguments.iter().map(|argument| {
            let name = format!("{service}.{name}.{}", argument.name.text);
            self.proven(&argument.name, &argument.ty, &name)
        });
        let result = function
            .returns
            .as_ref()
            .map(|ty| self.proven(&function.name, ty, &format!("{service}.{name}")));
        arguments.chain(result).collect()
    }

    /// A struct, union or enum that a Rust type stands for: an alias under the name that it would have,
    /// and a compile-time check of its wire type.
    pub(super) fn replaced(&self, definition: &Definition) -> Option<TokenStream> {
        let (doc, annotations, wire, what) = match definition {
            Definition::Struct(item) => {
                (&item.doc, &item.annotations, quote!(__TType::STRUCT), "a struct")
            }
            Definition::Enum(item) => {
                (&item.doc, &item.annotations, quote!(__TType::I32), "an enum")
            }
            _ => return None,
        };
        let ty = self.foreign.types.get(&definition.name().span)?;
        let name = definition.name();
        let message = format!("`{}` is not {what} on the wire, as `{}` is", ty.written, name.text);
        let rust = &ty.rust;
        let proof = quote! {
            #[allow(deprecated)]
            const _: () = __wire_type_is::<#rust>(#wire, #message);
        };
        if rust.to_string() == self.item_name(definition) {
            return Some(proof);
        }
        // The type may have the same name and be in the same module: it comes before what a glob imports.
        // Its path is written in this module, where `super` means what the user means by it.
        let module = self.ident(&format!("__{}_type", value_name(&name.text)));
        let target = self.ident(&format!("__{}Type", self.item_name(definition)));
        let import = self.import();
        let alias = emit::typedef(&Typedef {
            ident: self.ident(&self.item_name(definition)),
            doc: self.docs(doc.as_deref(), annotations, name),
            ty: quote!(super::#target),
        });
        Some(quote! {
            #[doc(hidden)]
            #[allow(nonstandard_style, unreachable_pub)]
            pub type #target = #rust;
            #[doc(hidden)]
            #[allow(nonstandard_style, unreachable_pub)]
            pub mod #module { #import #alias }
            #[doc(inline)]
            #[allow(unused_imports, unreachable_pub)]
            pub use #module::*;
            #proof
        })
    }

    /// ```text
    /// const _: () = __wire_type_is::<HashSet<i32>>(__TType::SET, "…");
    /// ```
    pub(super) fn proven(&self, item: &Name, ty: &Type, name: &str) -> TokenStream {
        let (Some(ForeignType { rust, written }), Some(wire)) =
            (self.foreign.types.get(&item.span), self.wire_type(ty))
        else {
            return TokenStream::new();
        };
        let message =
            format!("`{written}` is not `{}` on the wire, as `{name}` is", self.idl_type(ty));
        quote!(#[allow(deprecated)] const _: () = __wire_type_is::<#rust>(#wire, #message);)
    }

    pub(super) fn wire_type(&self, ty: &Type) -> Option<TokenStream> {
        Some(match &self.program.resolve(ty).kind {
            TypeKind::Bool => quote!(__TType::BOOL),
            TypeKind::I8 => quote!(__TType::I8),
            TypeKind::I16 => quote!(__TType::I16),
            TypeKind::I32 => quote!(__TType::I32),
            TypeKind::I64 => quote!(__TType::I64),
            TypeKind::Double => quote!(__TType::DOUBLE),
            TypeKind::String | TypeKind::Binary => quote!(__TType::STRING),
            TypeKind::Uuid => quote!(__TType::UUID),
            TypeKind::List(_) => quote!(__TType::LIST),
            TypeKind::Set(_) => quote!(__TType::SET),
            TypeKind::Map(..) => quote!(__TType::MAP),
            TypeKind::Named(id) => match self.program.definition(*id) {
                Definition::Enum(_) => quote!(__TType::I32),
                Definition::Struct(_) => quote!(__TType::STRUCT),
                _ => return None,
            },
            TypeKind::Unresolved => return None,
        })
    }
}
