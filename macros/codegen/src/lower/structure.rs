//! Structs and unions with their fields.

use std::collections::HashSet;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;
use thriftly_parser::program::{self, DefId, Definition, StructKind, TypeKind};

use super::Lowerer;
use super::access::Accesses;
use super::types::{Form, Holds};
use crate::model::{Bounds, Field, LeftOut, Presence, Scalar, Struct, Union, Variant};
use crate::name::free_name;

/// Maximum number of parameters of `new` if all fields are required.
const MAX_PARAMETERS: usize = 7;

/// From this size on structs are decoded in place, in bytes: they are copied by a call, which reads what was just written in
/// smaller parts. It costs smaller ones a few instructions.
const IN_PLACE: u64 = 128;

impl Lowerer<'_> {
    pub(super) fn union(
        &self,
        id: DefId,
        definition: &Definition,
        item: &program::Struct,
        holds: Holds,
    ) -> Union {
        let mut taken = HashSet::new();
        let mut ids = HashSet::new();
        let mut accesses = Accesses::of(self, item, holds);
        let mut variants = Vec::new();
        for (index, field) in item.fields.iter().enumerate() {
            let name = self.field_variant(field);
            if !ids.insert(field.id) || !taken.insert(name.clone()) {
                continue;
            }
            let form = Form::owned(id.file).holding(holds);
            variants.push(Variant {
                ident: self.ident(&name),
                name: field.name.text.clone(),
                doc: self.field_docs(field),
                id: field.id,
                ty: self.boxed_type(id, index, field, form),
                with: None,
                access: Some(self.access(id, index, field, form, &mut accesses)),
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

    pub(super) fn structure(
        &self,
        id: DefId,
        definition: &Definition,
        item: &program::Struct,
        holds: Holds,
    ) -> Struct {
        let fields = self.fields(Some(id), &item.fields, Form::owned(id.file).holding(holds));
        let required = fields.iter().filter(|one| one.presence == Presence::Required).count();
        // Of many fields that are all required, a literal says more, and the compiler sees that it has all.
        let is_literal = required == fields.len() && required > MAX_PARAMETERS;
        Struct {
            ident: self.ident(&self.item_name(definition)),
            name: item.name.text.clone(),
            doc: self.docs(item.doc.as_deref(), &item.annotations, &item.name),
            generics: syn::Generics::default(),
            bounds: Bounds::default(),
            constructor: required > 0 && !is_literal,
            exception: (item.kind == StructKind::Exception)
                .then(|| self.exception(id, item, &fields)),
            in_place: self.is_in_place(id, item, &fields),
            fields,
            unknown: self.unknown_fields(item).map(syn::Member::Named),
            skipped: Vec::new(),
            left_out: self.left_out(item),
        }
    }

    fn left_out(&self, item: &program::Struct) -> Vec<LeftOut> {
        let known = item.left_out.iter().filter_map(|(after, field)| {
            let wire_type = self.wire_type(&field.ty)?;
            Some(LeftOut { after: *after, id: field.id, wire_type })
        });
        known.collect()
    }

    /// Whether the struct is decoded in place.
    fn is_in_place(&self, id: DefId, item: &program::Struct, fields: &[Field]) -> bool {
        let is_cheap = |field: &Field| match field.presence {
            Presence::Optional => field.default.is_none(),
            _ => field.heap.is_none(),
        };
        let is_boxed = (0..item.fields.len()).any(|index| self.is_boxed_default(id, index, item));
        fields.iter().all(is_cheap) && !is_boxed && self.struct_place(id) >= IN_PLACE
    }

    /// Whether the default of the field takes an allocation.
    fn is_boxed_default(&self, id: DefId, index: usize, item: &program::Struct) -> bool {
        let presence = self.presence(Some((id, index)), &item.fields[index]);
        presence != Presence::Optional && self.analysis.is_boxed(id, index)
    }

    /// The field for unknown fields, under an unused name.
    pub(super) fn unknown_fields(&self, item: &program::Struct) -> Option<Ident> {
        let is_taken = |name: &str| item.fields.iter().any(|field| self.field_name(field) == name);
        let name = free_name("unknown_fields", is_taken);
        self.options.keep_unknown.then(|| self.ident(&name))
    }

    /// The type of a field, boxed where a cycle needs it.
    pub(super) fn boxed_type(
        &self,
        id: DefId,
        index: usize,
        field: &program::Field,
        form: Form,
    ) -> TokenStream {
        if let Some(ty) = self.foreign.get(&field.name) {
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
    pub(super) fn fields(
        &self,
        id: Option<DefId>,
        fields: &[program::Field],
        form: Form,
    ) -> Vec<Field> {
        let mut names = HashSet::new();
        let mut ids = HashSet::new();
        let mut lowered = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let name = self.field_name(field);
            if !ids.insert(field.id) || !names.insert(name.clone()) {
                continue;
            }
            let boxed = id.is_some_and(|id| self.analysis.is_boxed(id, index));
            let foreign = self.foreign.has(&field.name);
            let presence = self.presence(id.map(|id| (id, index)), field);
            let ty = match id {
                Some(id) => self.boxed_type(id, index, field, form),
                None => {
                    self.foreign.get(&field.name).unwrap_or_else(|| self.rust_type(&field.ty, form))
                }
            };
            let lazy = self.foreign.is_lazy(&field.name);
            let default = field.default.as_ref().map(|value| {
                // A view has the same type.
                let form = if lazy || foreign { Form::owned(form.from) } else { form };
                let mut value = self.value(value, &field.ty, form);
                if foreign
                    && !lazy
                    && matches!(self.program.resolve(&field.ty).kind, TypeKind::List(_))
                {
                    let list = self.rust_type(&field.ty, form);
                    value =
                        quote!(__FromIterator::from_iter({ let __list: #list = #value; __list }));
                }
                let value = if boxed { quote!(__Box::new(#value)) } else { value };
                if lazy { quote!(__Lazy::new(#value)) } else { value }
            });
            lowered.push(Field {
                member: syn::Member::Named(self.ident(&name)),
                name: field.name.text.clone(),
                doc: self.field_docs(field),
                id: field.id,
                ty,
                layers: Vec::new(),
                with: None,
                scalar: if foreign { None } else { self.scalar(&field.ty) },
                in_one_piece: !foreign && self.is_in_one_piece(&field.ty),
                presence,
                into: boxed || (!foreign && self.is_text(&field.ty)),
                default,
                heap: match self.field_heap(id.map(|id| (id, index)), field) {
                    0 => None,
                    heap => {
                        // More than this is too much in any case, on any machine.
                        let heap = Literal::u32_unsuffixed(heap.min(1 << 30) as u32);
                        Some(quote!(#heap))
                    }
                },
                span: Span::call_site(),
            });
        }
        lowered
    }

    /// Whether a value is text or a blob, which `new` takes as `impl Into`.
    fn is_text(&self, ty: &program::Type) -> bool {
        let kind = &self.program.resolve(ty).kind;
        !self.is_foreign(ty) && matches!(kind, TypeKind::String | TypeKind::Binary)
    }

    /// Whether a value takes one write: text, a blob, or a list of numbers.
    pub(super) fn is_in_one_piece(&self, ty: &program::Type) -> bool {
        if self.is_foreign(ty) {
            return false;
        }
        match &self.program.resolve(ty).kind {
            TypeKind::String | TypeKind::Binary => true,
            TypeKind::List(element) => self.scalar(element).is_some_and(Scalar::is_number),
            _ => false,
        }
    }

    pub(super) fn scalar(&self, ty: &program::Type) -> Option<Scalar> {
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
