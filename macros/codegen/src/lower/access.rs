//! Accessors and conversions of union variants.

use std::collections::{HashMap, HashSet};

use quote::quote;
use thriftly_parser::program::{DefId, Definition, Field, Struct, Type, TypeKind};

use super::Lowerer;
use super::types::{Form, Holds};
use crate::model::Access;
use crate::name::{free_name, value_name, variant_name};

/// The accessors of one union, collected while its variants are lowered.
pub(super) struct Accesses {
    /// How many variants have values of each type, but for types of Rust, which may be any.
    kinds: HashMap<String, usize>,
    /// Function names in use.
    taken: HashSet<String>,
}

impl Accesses {
    pub(super) fn of(lowerer: &Lowerer<'_>, item: &Struct, holds: Holds) -> Accesses {
        let mut kinds = HashMap::new();
        for kind in item.fields.iter().filter_map(|field| lowerer.payload(field)) {
            *kinds.entry(kind).or_default() += 1;
        }
        let own = if holds == Holds::Owned { "" } else { "into_owned" };
        Accesses { kinds, taken: HashSet::from([own.to_owned()]) }
    }

    fn name(&mut self, prefix: &str, of: &str) -> String {
        let name = free_name(&format!("{prefix}_{of}"), |name| self.taken.contains(name));
        self.taken.insert(name.clone());
        name
    }
}

impl Lowerer<'_> {
    /// The accessors of the variant for the field with this index.
    pub(super) fn access(
        &self,
        id: DefId,
        index: usize,
        field: &Field,
        form: Form,
        accesses: &mut Accesses,
    ) -> Access {
        let variant = self.field_variant(field);
        let name = value_name(match variant == variant_name(&field.name.text) {
            true => &field.name.text,
            false => &variant,
        });
        let name = name.trim_start_matches('_');
        let is_boxed = self.analysis.is_boxed(id, index);
        let ty = self.boxed_type(id, index, field, form);
        let foreign = self.foreign.has(&field.name);
        let value = match is_boxed && !foreign {
            true => self.rust_type(&field.ty, Form { ordered: self.analysis.is_key(id), ..form }),
            false => ty.clone(),
        };
        let kind = &self.program.resolve(&field.ty).kind;
        let owned = form.holds == Holds::Owned && !foreign && !self.is_foreign(&field.ty);
        let borrowed = match kind {
            TypeKind::String if owned => quote!(__str),
            _ => value.clone(),
        };
        let is_only = self.payload(field).is_some_and(|kind| accesses.kinds.get(&kind) == Some(&1));
        let mut froms = Vec::new();
        if is_only {
            let is_self = matches!(kind, TypeKind::Named(inner) if *inner == id);
            froms.push(match is_boxed && !is_self {
                true => (value.clone(), quote!(__Box::new(value))),
                false => (ty, quote!(value)),
            });
            if matches!(kind, TypeKind::String) && owned {
                let text = quote!(__From::from(value));
                let text = if is_boxed { quote!(__Box::new(#text)) } else { text };
                froms.push((quote!(&__str), text));
            }
        }
        Access {
            is: self.ident(&accesses.name("is", name)),
            borrow: self.ident(&accesses.name("as", name)),
            take: self.ident(&accesses.name("into", name)),
            value,
            borrowed,
            is_boxed: is_boxed && !foreign,
            froms,
        }
    }

    /// Something that is the same for fields that are of the same type in Rust. Nothing for types of Rust
    /// that the IDL names: they may be any.
    fn payload(&self, field: &Field) -> Option<String> {
        if self.foreign.has(&field.name) { None } else { self.type_key(&field.ty) }
    }

    fn type_key(&self, ty: &Type) -> Option<String> {
        Some(match &ty.kind {
            TypeKind::Named(id) => match self.program.definition(*id) {
                definition if self.foreign.has(definition.name()) => return None,
                Definition::Typedef(item) => return self.type_key(&item.target),
                _ => format!("{}.{}", id.file.0, id.index),
            },
            TypeKind::List(element) => format!("list<{}>", self.type_key(element)?),
            TypeKind::Set(element) => format!("set<{}>", self.type_key(element)?),
            TypeKind::Map(key, value) => {
                format!("map<{}, {}>", self.type_key(key)?, self.type_key(value)?)
            }
            TypeKind::Unresolved => return None,
            kind => format!("{kind:?}"),
        })
    }
}
