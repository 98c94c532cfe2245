//! Views: types that borrow text and bytes from the message.

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use thriftly_parser::program::{self, DefId, Definition, StructKind, Type, TypeKind};
use thriftly_parser::source::FileId;

use super::types::Holds;
use super::{Lowerer, Module};
use crate::emit;
use crate::model::{Docs, Presence, Struct, Union};

/// The structs with borrowable content, and the names of their views.
#[derive(Default)]
pub(super) struct Views(HashMap<DefId, String>);

/// `<'a>`
pub(super) fn generics() -> syn::Generics {
    syn::parse_quote!(<'a>)
}

impl Lowerer<'_> {
    /// All structs that contain text or bytes. Those in user-named modules may have no views and
    /// are always owned.
    pub(super) fn find_views(&mut self) -> Views {
        let mut found = Vec::new();
        let mut containers: HashMap<DefId, Vec<DefId>> = HashMap::new();
        for file in &self.program.files {
            if matches!(self.modules[file.id.0 as usize], Some(Module::External(_))) {
                continue;
            }
            for (index, definition) in file.definitions.iter().enumerate() {
                let Definition::Struct(item) = definition else { continue };
                if self.foreign.has(&item.name) {
                    continue;
                }
                let id = DefId { file: file.id, index: index as u32 };
                let mut has_text = false;
                for field in item.fields.iter().filter(|field| !self.foreign.has(&field.name)) {
                    self.walk(&field.ty, &mut |ty| match ty.kind {
                        TypeKind::String | TypeKind::Binary => has_text = true,
                        TypeKind::Named(inside) => containers.entry(inside).or_default().push(id),
                        _ => {}
                    });
                }
                if has_text {
                    found.push(id);
                }
            }
        }
        let mut views = HashMap::new();
        while let Some(id) = found.pop() {
            if views.contains_key(&id) {
                continue;
            }
            let definition = self.program.definition(id);
            let wanted = format!("{}Ref", self.item_name(definition));
            views.insert(id, self.names.add(wanted, definition.name(), "the view"));
            found.extend(containers.get(&id).into_iter().flatten());
        }
        Views(views)
    }

    /// Visits a type and what is in it, behind typedefs but for those that stand for a type of Rust.
    fn walk(&self, ty: &Type, visit: &mut dyn FnMut(&Type)) {
        match &ty.kind {
            TypeKind::List(element) | TypeKind::Set(element) => self.walk(element, visit),
            TypeKind::Map(key, value) => {
                self.walk(key, visit);
                self.walk(value, visit);
            }
            TypeKind::Named(id) => match self.program.definition(*id) {
                definition if self.foreign.has(definition.name()) => {}
                Definition::Typedef(item) => self.walk(&item.target, visit),
                _ => visit(ty),
            },
            _ => visit(ty),
        }
    }

    /// Whether the struct can be borrowed.
    pub(super) fn is_viewed(&self, id: DefId) -> bool {
        self.views.0.contains_key(&id)
    }

    /// Whether something in the type can be borrowed.
    pub(super) fn has_view(&self, ty: &Type) -> bool {
        let mut found = false;
        if self.options.views {
            self.walk(ty, &mut |ty| match ty.kind {
                TypeKind::String | TypeKind::Binary => found = true,
                TypeKind::Named(id) => found |= self.is_viewed(id),
                _ => {}
            });
        }
        found
    }

    /// Whether something in the field can be borrowed.
    pub(super) fn is_viewed_field(&self, field: &program::Field) -> bool {
        !self.foreign.has(&field.name) && self.has_view(&field.ty)
    }

    fn view_ident(&self, id: DefId) -> Ident {
        self.ident(self.views.0.get(&id).map_or("", String::as_str))
    }

    /// The path of a view as seen from a file, without its lifetime.
    pub(super) fn view_path(&self, id: DefId, from: FileId) -> TokenStream {
        let (module, name) = (self.module(id.file, from), self.view_ident(id));
        quote!(#module #name)
    }

    /// The view of a struct or union, if it has one.
    pub(super) fn view(
        &self,
        id: DefId,
        definition: &Definition,
        item: &program::Struct,
    ) -> Option<TokenStream> {
        if !self.is_viewed(id) {
            return None;
        }
        let (ident, owned) = (self.view_ident(id), self.ident(&self.item_name(definition)));
        let traits = &self.traits(id, Holds::Borrowed);
        let (definition, codec, value) = match item.kind {
            StructKind::Union => {
                let view = self.union(id, definition, item, Holds::Borrowed);
                let value = self.owned_union(id, item, &view);
                let doc = docs(&view.doc, &owned);
                let view = Union { ident: ident.clone(), doc, generics: generics(), ..view };
                (emit::union_definition(&view, traits, &[]), emit::union_codec(&view), value)
            }
            StructKind::Struct | StructKind::Exception => {
                let view = self.structure(id, definition, item, Holds::Borrowed);
                let value = self.owned_struct(id, item, &view);
                let doc = docs(&view.doc, &owned);
                let view = Struct {
                    ident: ident.clone(),
                    doc,
                    generics: generics(),
                    constructor: false,
                    exception: None,
                    ..view
                };
                let definition = emit::struct_definition(&view, traits, &[]);
                (definition, emit::struct_codec(&view), value)
            }
        };
        let into_owned = emit::into_owned(&ident, &owned, &value);
        Some(quote!(#definition #codec #into_owned))
    }

    /// The owned struct out of `self`, which has the same fields.
    fn owned_struct(&self, id: DefId, item: &program::Struct, same: &Struct) -> TokenStream {
        let fields = item.fields.iter().enumerate().filter_map(|(index, field)| {
            let lowered = same.fields.iter().find(|lowered| lowered.id == field.id)?;
            let member = &lowered.member;
            let value = match lowered.presence {
                Presence::Optional if self.is_viewed_field(field) => {
                    let value = self.owned_field(id, index, field, quote!(__value));
                    quote!(__Option::map(self.#member, |__value| #value))
                }
                _ => self.owned_field(id, index, field, quote!(self.#member)),
            };
            Some(quote!(#member: #value,))
        });
        let unknown = same.unknown.iter().map(|name| quote!(#name: self.#name,));
        let owned = &same.ident;
        quote!(#owned { #(#fields)* #(#unknown)* })
    }

    /// The owned union out of `self`, which has the same variants.
    fn owned_union(&self, id: DefId, item: &program::Struct, same: &Union) -> TokenStream {
        let owned = &same.ident;
        let arms = item.fields.iter().enumerate().filter_map(|(index, field)| {
            let variant = &same.variants.iter().find(|lowered| lowered.id == field.id)?.ident;
            let value = self.owned_field(id, index, field, quote!(__value));
            Some(quote!(Self::#variant(__value) => #owned::#variant(#value),))
        });
        let unrecognized = same
            .unrecognized
            .iter()
            .map(|variant| quote!(Self::#variant(__value) => #owned::#variant(__value),));
        quote!(match self { #(#arms)* #(#unrecognized)* })
    }

    fn owned_field(
        &self,
        id: DefId,
        index: usize,
        field: &program::Field,
        value: TokenStream,
    ) -> TokenStream {
        if !self.is_viewed_field(field) {
            return value;
        }
        match self.analysis.is_boxed(id, index) {
            true => {
                let value = self.owned_value(&field.ty, quote!((*#value)));
                quote!(__Box::new(#value))
            }
            false => self.owned_value(&field.ty, value),
        }
    }

    /// The conversion of a borrowed value to an owned one.
    fn owned_value(&self, ty: &Type, value: TokenStream) -> TokenStream {
        if !self.has_view(ty) {
            return value;
        }
        match &ty.kind {
            TypeKind::String => quote!(__From::from(#value)),
            TypeKind::Binary if self.options.small_binary => quote!(__From::from(#value)),
            TypeKind::Binary => quote!(__Bytes::copy_from_slice(#value)),
            TypeKind::List(element) | TypeKind::Set(element) => {
                let element = self.owned_value(element, quote!(__element));
                quote!(__collect(#value, |__element| #element))
            }
            TypeKind::Map(key, entry) => {
                let key = self.owned_value(key, quote!(__key));
                let entry = self.owned_value(entry, quote!(__entry));
                quote!(__collect(#value, |(__key, __entry)| (#key, #entry)))
            }
            TypeKind::Named(id) => match self.program.definition(*id) {
                Definition::Typedef(item) => self.owned_value(&item.target, value),
                _ => quote!(#value.into_owned()),
            },
            _ => value,
        }
    }
}

/// The docs of a view, followed by those of its type.
fn docs(own: &Docs, owned: &Ident) -> Docs {
    let summary = format!(" [`{owned}`], with text and bytes borrowed from what it was read from.");
    let lines = [summary, String::new()].into_iter().chain(own.lines.iter().cloned()).collect();
    Docs { lines, deprecated: own.deprecated.clone() }
}
