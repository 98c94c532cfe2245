//! The constructor `new` of a struct.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::Member;

use super::allow;
use super::field::default_value;
use crate::model::{Field, Presence, Struct};
use crate::name::free_name;

/// ```text
/// impl Request {
///     /// …
///     pub fn new(session: Session, statement: impl Into<String>) -> Self {
///         Self { session, statement: statement.into(), timeout: None }
///     }
/// }
/// ```
pub(super) fn constructor(item: &Struct) -> TokenStream {
    let mut parameters = Vec::new();
    let mut values = TokenStream::new();
    for field in &item.fields {
        let member = &field.member;
        let value = match (field.presence, member) {
            (Presence::Required, Member::Named(name)) => {
                let name = parameter(name, &parameters);
                let value = if field.into { quote!(__Into::into(#name)) } else { quote!(#name) };
                parameters.push((name, field));
                value
            }
            _ => default_value(field),
        };
        values.extend(quote!(#member: #value,));
    }
    values.extend(item.unknown.iter().map(|unknown| quote!(#unknown: __Default::default(),)));
    let parameters = parameters.iter().map(|(name, Field { ty, into, .. })| match into {
        true => quote!(#name: impl __std::Into<#ty>),
        false => quote!(#name: #ty),
    });
    let (allow, ident) = (allow(), &item.ident);
    quote! {
        #allow
        impl #ident {
            /// Creates a value from its required fields; all other fields have their defaults.
            #[must_use]
            pub fn new(#(#parameters),*) -> Self {
                Self { #values }
            }
        }
    }
}

/// The name of a parameter. A name in capitals could be that of a constant, which would turn the
/// parameter into a constant pattern.
fn parameter(field: &Ident, taken: &[(Ident, &Field)]) -> Ident {
    let name = field.to_string();
    if name.contains(|letter: char| letter.is_ascii_lowercase()) {
        return field.clone();
    }
    let is_taken = |name: &str| taken.iter().any(|(one, _)| one == name);
    format_ident!("{}", free_name(&format!("{}_", name.to_lowercase()), is_taken))
}
