//! Generics in the impls of hand-written types.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericParam, Generics, Lifetime};

use crate::model::Bounds;

/// The generics of an impl.
pub(super) struct ImplGenerics {
    /// `<'a, T>`
    pub(super) params: TokenStream,
    /// `<'a, T>`
    pub(super) arguments: TokenStream,
    /// `where T: Encode`
    pub(super) clause: TokenStream,
}

impl ImplGenerics {
    fn of(generics: &Generics) -> ImplGenerics {
        let (params, arguments, clause) = generics.split_for_impl();
        ImplGenerics {
            params: params.to_token_stream(),
            arguments: arguments.to_token_stream(),
            clause: clause.to_token_stream(),
        }
    }
}

/// Adds a bound for every generic field type.
pub(super) fn bounded(generics: &Generics, bounds: &Bounds, bound: &TokenStream) -> ImplGenerics {
    ImplGenerics::of(&with_bounds(generics, bounds, bound))
}

/// Adds `'de`, the lifetime of the input, which outlives every lifetime of the type.
pub(super) fn decodable(generics: &Generics, bounds: &Bounds, de: &Lifetime) -> ImplGenerics {
    let mut reading = with_bounds(generics, bounds, &quote!(__Decode<#de>));
    for ty in &bounds.defaults {
        reading.make_where_clause().predicates.push(syn::parse_quote!(#ty: __Default));
    }
    let mut whole = ImplGenerics::of(&reading);
    let lifetimes: Vec<Lifetime> = reading.lifetimes().map(|one| one.lifetime.clone()).collect();
    let de: GenericParam = match lifetimes.is_empty() {
        true => syn::parse_quote!(#de),
        false => syn::parse_quote!(#de: #(#lifetimes)+*),
    };
    reading.params.insert(0, de);
    whole.params = reading.split_for_impl().0.to_token_stream();
    whole
}

fn with_bounds(generics: &Generics, bounds: &Bounds, bound: &TokenStream) -> Generics {
    let mut generics = generics.clone();
    for ty in &bounds.values {
        generics.make_where_clause().predicates.push(syn::parse_quote!(#ty: #bound));
    }
    generics
}
