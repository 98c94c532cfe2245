//! serde traits of types, and the form of their fields.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;
use thriftly_parser::program::{Annotation, DefId, Definition, Field, Type, TypeKind};

use super::{Lowerer, annotations};
use crate::model::Serde;

impl Lowerer<'_> {
    /// The additional derives of a type, and serde's, which thriftly generates.
    pub(super) fn extra_derives(&self, annotations: &[Annotation]) -> (Vec<Path>, Serde) {
        let mut serde = Serde::default();
        let own = annotations::derives(annotations);
        let mut others: Vec<Path> = self.options.derive.iter().cloned().chain(own).collect();
        others.retain(|path| match serde_trait(path).as_deref() {
            Some("Serialize") => {
                serde.serialize = true;
                false
            }
            Some("Deserialize") => {
                serde.deserialize = true;
                false
            }
            _ => true,
        });
        // A derive that both the macro and the IDL request is written once.
        let mut seen = HashSet::new();
        others.retain(|path| seen.insert(path.to_token_stream().to_string()));
        (others, serde)
    }

    /// The error for a missing feature, if serde is requested.
    pub(super) fn need_serde(&self) -> Option<TokenStream> {
        let annotated = self.program.files.iter().flat_map(|file| &file.definitions).any(|item| {
            let annotations = match item {
                Definition::Enum(item) => &item.annotations,
                Definition::Struct(item) => &item.annotations,
                _ => return false,
            };
            annotations::derives(annotations).iter().any(|path| serde_trait(path).is_some())
        });
        let wanted = annotated || self.options.derive.iter().any(|one| serde_trait(one).is_some());
        wanted.then(|| quote!(__need_serde! {}))
    }

    /// The forms of the fields of a definition, of which the model has those with these ids.
    pub(super) fn serde_forms(
        &self,
        of: DefId,
        fields: &[Field],
        ids: impl Iterator<Item = i16>,
    ) -> Vec<TokenStream> {
        let place = |id| fields.iter().position(|field| field.id == id);
        ids.map(|id| {
            place(id)
                .and_then(|index| self.field_form(of, index, &fields[index]))
                .unwrap_or_else(|| quote!(__serde::Plain))
        })
        .collect()
    }

    /// As [`own_form`](Lowerer::own_form), of a value that may be in a type around it.
    fn field_form(&self, of: DefId, index: usize, field: &Field) -> Option<TokenStream> {
        let is_lazy = self.foreign.is_lazy(&field.name);
        if !is_lazy && self.foreign.has(&field.name) {
            return None;
        }
        let form = self.own_form(&field.ty)?;
        Some(if is_lazy {
            quote!(__serde::Later<#form>)
        } else if self.analysis.is_boxed(of, index) {
            quote!(__serde::Boxed<#form>)
        } else {
            form
        })
    }

    fn serde_form(&self, ty: &Type) -> TokenStream {
        self.own_form(ty).unwrap_or_else(|| quote!(__serde::Plain))
    }

    /// How a value is written, if it is not as the type of Rust has it.
    fn own_form(&self, ty: &Type) -> Option<TokenStream> {
        match &ty.kind {
            TypeKind::Binary => Some(quote!(__serde::Blob)),
            TypeKind::Double => Some(quote!(__serde::Number)),
            TypeKind::List(element) | TypeKind::Set(element) => {
                let element = self.own_form(element)?;
                Some(quote!(__serde::Seq<#element>))
            }
            TypeKind::Map(key, value) => {
                let pairs = self.is_no_text(key);
                let own = [key, value].map(|ty| self.own_form(ty));
                if !pairs && own.iter().all(Option::is_none) {
                    return None;
                }
                let [key, value] = [key, value].map(|ty| self.serde_form(ty));
                Some(match pairs {
                    true => quote!(__serde::Pairs<#key, #value>),
                    false => quote!(__serde::Map<#key, #value>),
                })
            }
            TypeKind::Named(id) => match self.program.definition(*id) {
                Definition::Typedef(item) if !self.foreign.has(&item.name) => {
                    self.own_form(&item.target)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a key can be neither a number nor text.
    fn is_no_text(&self, key: &Type) -> bool {
        match &self.program.resolve(key).kind {
            TypeKind::List(_) | TypeKind::Set(_) | TypeKind::Map(..) => true,
            TypeKind::Named(id) => matches!(self.program.definition(*id), Definition::Struct(_)),
            _ => false,
        }
    }
}

/// `Serialize` or `Deserialize` if the path names one of them in serde. Other crates have traits of
/// these names, too.
fn serde_trait(path: &Path) -> Option<String> {
    let mut segments = path.segments.iter().rev().map(|segment| segment.ident.to_string());
    let name = segments.next().filter(|name| name == "Serialize" || name == "Deserialize")?;
    match segments.next().as_deref() {
        None | Some("serde" | "serde_derive") => Some(name),
        Some(_) => None,
    }
}
