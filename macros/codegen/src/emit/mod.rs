//! Emission of the model as Rust, one file for each class of item.
//!
//! All names used by generated code come from the runtime's private module and begin with two
//! underscores, as do local names, so that user names cannot conflict.

mod client;
mod constant;
mod constructor;
mod conversion;
mod enumeration;
mod exception;
mod field;
mod generics;
mod in_place;
mod numbers;
mod optional;
mod order;
mod serde;
mod server;
mod service;
mod side;
mod signature;
mod skeleton;
mod structure;
mod stub;
mod throws;
mod transparent;
mod typedef;
mod union;
mod view;
mod wide;
mod written;

pub(crate) use constant::constant;
pub(crate) use enumeration::{enum_codec, enum_definition};
pub(crate) use exception::derived_exception_traits;
pub(crate) use serde::{enum_serde, struct_serde, union_serde};
pub(crate) use service::service;
pub(crate) use skeleton::skeleton;
pub(crate) use structure::{arguments, struct_codec, struct_definition};
pub(crate) use stub::stub;
pub(crate) use throws::method_types;
pub(crate) use transparent::transparent_codec;
pub(crate) use typedef::typedef;
pub(crate) use union::{union_codec, union_definition};
pub(crate) use view::into_owned;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Generics, Path};

use self::generics::{bounded, decodable};
use crate::model::{Docs, Field, Traits};

/// `#[doc]` attributes, one a line, and `#[deprecated]`.
fn doc(docs: &Docs) -> TokenStream {
    let mut attributes: TokenStream =
        docs.lines.iter().map(|line| quote!(#[doc = #line])).collect();
    match docs.deprecated.as_deref() {
        Some("") => attributes.extend(quote!(#[deprecated])),
        Some(note) => attributes.extend(quote!(#[deprecated(note = #note)])),
        None => {}
    }
    attributes
}

/// The lints that generated items may violate, because the IDL determines them:
///
/// - `dead_code`, `unreachable_pub`: not every item is used or reachable;
/// - `deprecated`: deprecated items refer to themselves;
/// - `nonstandard_style`: names may be kept as they are in the IDL;
/// - `approx_constant`: a number of the IDL is not meant as a Rust constant;
/// - `too_many_arguments`, `struct_excessive_bools`, `fn_params_excessive_bools`: as many as the IDL has;
/// - `enum_variant_names`, `struct_field_names`, `pub_underscore_fields`, `wrong_self_convention`,
///   `should_implement_trait`: names come from the IDL;
/// - `derive_partial_eq_without_eq`: containers without an order may be of types that have no `Eq`;
/// - `result_large_err`, `large_enum_variant`: the IDL determines the size of exceptions and
///   unions, and boxing would complicate matching.
fn allow() -> TokenStream {
    quote! {
        #[allow(
            dead_code, deprecated, nonstandard_style, unreachable_pub,
            clippy::approx_constant, clippy::too_many_arguments, clippy::struct_excessive_bools,
            clippy::fn_params_excessive_bools, clippy::enum_variant_names, clippy::struct_field_names,
            clippy::wrong_self_convention, clippy::should_implement_trait, clippy::result_large_err,
            clippy::large_enum_variant, clippy::pub_underscore_fields,
            clippy::derive_partial_eq_without_eq
        )]
    }
}

/// The lints that an impl with IDL values may violate.
fn allow_values() -> TokenStream {
    quote!(#[allow(deprecated, clippy::approx_constant)])
}

/// An unsuffixed id, so that a negative one is a valid pattern.
fn id(id: i16) -> Literal {
    Literal::i16_unsuffixed(id)
}

/// The names of a struct and its fields: a constant of `ThriftType` or `Throws`.
fn names<'a>(name: &str, fields: impl Iterator<Item = (i16, &'a str)>) -> TokenStream {
    let (ids, names): (Vec<_>, Vec<_>) = fields.map(|(at, name)| (id(at), name)).unzip();
    quote! {
        const NAMES: &'static __std::StructNames =
            &__StructNames { name: #name, ids: &[#(#ids),*], fields: &[#(#names),*] };
    }
}

/// The value of a possibly absent field, given the decoded one.
fn default_or(field: &Field, local: &TokenStream) -> TokenStream {
    match &field.default {
        Some(default) => quote!(match #local { __Some(__value) => __value, __None => #default }),
        None => quote_spanned!(field.span=> __or_default(#local)),
    }
}

/// The derives beside `Debug`, `Clone`, `PartialEq` and the traits in `also`; requesting one of
/// those is allowed.
fn added<'a>(extra: &'a [Path], also: &[&str]) -> Vec<&'a Path> {
    let is_there = |path: &&Path| {
        let mut segments = path.segments.iter().map(|segment| segment.ident.to_string());
        let (first, last) = (segments.next().unwrap_or_default(), segments.next_back());
        let name = match last {
            // Others have derives of these names that do something else.
            Some(last) if first == "std" || first == "core" => last,
            Some(_) => return false,
            None => first,
        };
        ["Debug", "Clone", "PartialEq"].iter().chain(also).any(|trait_| name == *trait_)
    };
    extra.iter().filter(|path| !is_there(path)).collect()
}

/// The comparison traits that are derived if the type supports them.
struct Derived {
    equality: bool,
    order: bool,
}

/// `Debug`, `Clone`, `PartialEq` and all other traits the type supports, except those that are not
/// `derived`.
fn derives(traits: &Traits, extra: &[Path], derived: &Derived) -> TokenStream {
    let mut also = vec!["Default"];
    if traits.total || traits.by_bytes {
        also.extend(["Eq", "Hash", "PartialOrd", "Ord"]);
    }
    let extra = added(extra, &also);
    let mut derives = quote!(__Debug, __Clone,);
    if !traits.by_bytes {
        if derived.equality {
            derives.extend(quote!(__PartialEq,));
        }
        if traits.total && derived.order {
            derives.extend(quote!(__Eq, __Hash, __PartialOrd, __Ord,));
        }
    }
    quote!(#[derive(#derives #(#extra),*)])
}

/// `PartialEq`, `Eq`, `PartialOrd`, `Ord` and `Hash` for a type with a double that is used as a
/// key, by comparing the encoded bytes, which is a total order.
fn order_by_bytes(ident: &Ident, generics: &Generics, traits: &Traits) -> TokenStream {
    if !traits.by_bytes {
        return TokenStream::new();
    }
    let (params, arguments, _) = generics.split_for_impl();
    quote! {
        #[allow(deprecated)]
        impl #params __PartialEq for #ident #arguments {
            fn eq(&self, other: &Self) -> __bool {
                __encoded_order(self, other) == __Ordering::Equal
            }
        }
        #[allow(deprecated)]
        impl #params __Eq for #ident #arguments {}
        #[allow(deprecated)]
        impl #params __PartialOrd for #ident #arguments {
            fn partial_cmp(&self, other: &Self) -> __std::Option<__std::Ordering> {
                __Some(__encoded_order(self, other))
            }
        }
        #[allow(deprecated)]
        impl #params __Ord for #ident #arguments {
            fn cmp(&self, other: &Self) -> __std::Ordering {
                __encoded_order(self, other)
            }
        }
        #[allow(deprecated)]
        impl #params __Hash for #ident #arguments {
            fn hash<H: __std::Hasher>(&self, state: &mut H) {
                __encoded_hash(self, state)
            }
        }
    }
}
