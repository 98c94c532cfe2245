//! IDL names and ids of fields and variants, which must be unique.

use std::collections::HashMap;

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;

use super::attributes::FieldAttributes;
use super::errors::Errors;

/// Names and ids used by the fields of a struct or the variants of a union.
pub(super) struct Names {
    /// `field` or `variant`.
    of: &'static str,
    /// The Rust name that uses each id and each name.
    ids: HashMap<i16, String>,
    names: HashMap<String, String>,
}

impl Names {
    pub(super) fn new(of: &'static str) -> Names {
        Names { of, ids: HashMap::new(), names: HashMap::new() }
    }

    /// Registers the id and name of a field or variant. Returns the name.
    pub(super) fn take(
        &mut self,
        ident: &impl ToTokens,
        (id, id_span): (i16, Span),
        attributes: &FieldAttributes,
        errors: &mut Errors,
    ) -> String {
        let (shown, bare) = shown(ident);
        let (name, name_span) = match &attributes.name {
            Some((name, span)) => (name.clone(), *span),
            None => (bare, ident.span()),
        };
        let of = self.of;
        if let Some(first) = self.ids.insert(id, shown.clone()) {
            errors.push(id_span, format!("the id {id} is taken by the {of} `{first}`"));
        }
        if let Some(first) = self.names.insert(name.clone(), shown) {
            errors.push(name_span, format!("the name `{name}` is taken by the {of} `{first}`"));
        }
        name
    }
}

/// The name of a field as written, and without `r#`.
pub(super) fn shown(of: &impl ToTokens) -> (String, String) {
    let shown = of.to_token_stream().to_string();
    let bare = shown.strip_prefix("r#").unwrap_or(&shown).to_owned();
    (shown, bare)
}
