//! The model as Rust: one file for each class of item.
//!
//! Everything is named through [`Context::private`], and local names begin with two underscores,
//! so that no name of the user can be in the way.

mod constant;
mod enumeration;
mod service;
mod structure;
mod typedef;
mod union;

pub(crate) use constant::constant;
pub(crate) use enumeration::{enum_codec, enum_definition};
pub(crate) use service::{method_types, service};
pub(crate) use structure::{arguments_definition, struct_codec, struct_definition};
pub(crate) use typedef::typedef;
pub(crate) use union::{union_codec, union_definition};

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{GenericParam, Generics, Lifetime, Path};

use crate::model::{Context, Traits};

/// `#[doc]` attributes, one a line.
fn doc(lines: &[String]) -> TokenStream {
    lines.iter().map(|line| quote!(#[doc = #line])).collect()
}

/// Nothing that we generate should trouble the user's lints: not everything is used, and doc
/// texts were not written for rustdoc.
fn allow() -> TokenStream {
    quote!(#[allow(dead_code, nonstandard_style, unreachable_pub, rustdoc::all)])
}

/// `Debug`, `Clone`, `PartialEq` and whatever else holds for the type.
fn derives(context: &Context, traits: Traits, extra: &[Path]) -> TokenStream {
    let p = &context.private;
    let mut derives = quote!(#p::Debug, #p::Clone,);
    if !traits.by_bytes {
        derives.extend(quote!(#p::PartialEq,));
        if traits.total {
            derives.extend(quote!(#p::Eq, #p::Hash, #p::PartialOrd, #p::Ord,));
        }
    }
    quote!(#[derive(#derives #(#extra),*)])
}

/// `PartialEq`, `Eq`, `PartialOrd`, `Ord` and `Hash` for a type that is used as a key although
/// a double is in it: by the encoded bytes, which is an order that every double has a place in.
fn order_by_bytes(context: &Context, ident: &Ident, traits: Traits) -> TokenStream {
    if !traits.by_bytes {
        return TokenStream::new();
    }
    let p = &context.private;
    quote! {
        impl #p::PartialEq for #ident {
            fn eq(&self, __other: &Self) -> #p::bool {
                #p::encoded_order(self, __other) == #p::Ordering::Equal
            }
        }
        impl #p::Eq for #ident {}
        impl #p::PartialOrd for #ident {
            fn partial_cmp(&self, __other: &Self) -> #p::Option<#p::Ordering> {
                #p::Some(#p::encoded_order(self, __other))
            }
        }
        impl #p::Ord for #ident {
            fn cmp(&self, __other: &Self) -> #p::Ordering {
                #p::encoded_order(self, __other)
            }
        }
        impl #p::Hash for #ident {
            fn hash<__H: #p::Hasher>(&self, __state: &mut __H) {
                #p::encoded_hash(self, __state)
            }
        }
    }
}

/// The generics of an impl of `ThriftType`, `Encode` or `Decode`.
struct ImplGenerics {
    /// `<'a, T: Encode>`
    params: TokenStream,
    /// `<'a, T>`
    arguments: TokenStream,
    /// `where …`
    clause: TokenStream,
}

/// Adds a bound to every type parameter.
fn bounded(generics: &Generics, bound: &TokenStream) -> ImplGenerics {
    let mut generics = generics.clone();
    for param in generics.type_params_mut() {
        param.bounds.push(syn::parse_quote!(#bound));
    }
    let (params, arguments, clause) = generics.split_for_impl();
    ImplGenerics {
        params: params.to_token_stream(),
        arguments: arguments.to_token_stream(),
        clause: clause.to_token_stream(),
    }
}

/// Adds `'__de`, out of which the value is read: every lifetime of the type is within it.
fn decodable(context: &Context, generics: &Generics) -> ImplGenerics {
    let p = &context.private;
    let mut whole = bounded(generics, &quote!(#p::Decode<'__de>));
    let mut with = generics.clone();
    for param in with.type_params_mut() {
        param.bounds.push(syn::parse_quote!(#p::Decode<'__de>));
    }
    let lifetimes: Vec<Lifetime> = with.lifetimes().map(|param| param.lifetime.clone()).collect();
    let de: GenericParam = match lifetimes.is_empty() {
        true => syn::parse_quote!('__de),
        false => syn::parse_quote!('__de: #(#lifetimes)+*),
    };
    with.params.insert(0, de);
    whole.params = with.split_for_impl().0.to_token_stream();
    whole
}
