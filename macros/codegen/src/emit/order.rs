//! `PartialEq`, `Eq`, `Hash` and `Ord` where a derive does not do: for types that contain Rust types of the
//! user, which may lack them, and for types with many members, where it takes rustc too long.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use syn::Generics;

use super::wide::{MAX_FIELDS, PART};
use crate::model::Traits;

/// The most variants of a union whose comparisons are derived, and that one match of two unions names.
pub(super) const MAX_VARIANTS: usize = 128;

/// Whether a type with so many members, of at most so many that are derived, gets its order here.
pub(super) fn is_by_hand(traits: &Traits, members: usize, max: usize) -> bool {
    traits.total && (!traits.foreign.is_empty() || members > max)
}

/// The comparison of one value after the other.
///
/// ```text
/// impl Hash for Visit where for<'__x> crate::Place: Hash { … }
/// ```
///
/// A bound with a lifetime of its own is no error where it does not hold: the type is without the
/// trait then. Keys need them all: the bound `__KeyPart` says so if one is missing.
pub(super) fn order_of_struct(
    ident: &Ident,
    generics: &Generics,
    members: &[TokenStream],
    traits: &Traits,
) -> TokenStream {
    let hash = members.iter().map(|member| quote!(__Hash::hash(&self.#member, state);));
    let hash = in_parts(hash.collect(), |part| quote!(__apart(|| { #part });));
    let compared = |method: TokenStream, equal: TokenStream| {
        let step = |ordered: TokenStream| {
            quote! {
                match #ordered {
                    #equal => {}
                    __order => return __order,
                }
            }
        };
        let steps =
            members.iter().map(|member| step(quote!(#method(&self.#member, &other.#member))));
        let steps = in_parts(steps.collect(), |part| step(quote!(__apart(|| { #part #equal }))));
        quote!(#steps #equal)
    };
    let cmp = compared(quote!(__Ord::cmp), quote!(__Ordering::Equal));
    // With the types of the user, an order may be partial.
    let partial_cmp = match traits.foreign.is_empty() {
        true => quote!(__Some(__Ord::cmp(self, other))),
        false => compared(quote!(__PartialOrd::partial_cmp), quote!(__Some(__Ordering::Equal))),
    };
    impls(ident, generics, traits, &hash, &partial_cmp, &cmp)
}

/// Statements for few members one after the other, for many in parts that `apart` puts into functions of
/// their own: rustc's time grows with the square of the branches in one function.
fn in_parts(
    statements: Vec<TokenStream>,
    apart: impl Fn(TokenStream) -> TokenStream,
) -> TokenStream {
    if statements.len() <= MAX_FIELDS {
        return statements.into_iter().collect();
    }
    statements.chunks(PART).map(|part| apart(part.iter().cloned().collect())).collect()
}

/// The comparison of variants by their order, then of their values.
pub(super) fn order_of_union(
    ident: &Ident,
    generics: &Generics,
    variants: &[&Ident],
    traits: &Traits,
) -> TokenStream {
    let place = place(variants);
    let hash = quote! {
        #place
        __Hash::hash(&__place(self), state);
        match self { #(Self::#variants(__value) => __Hash::hash(__value, state),)* }
    };
    let compared = |method: TokenStream, equal: TokenStream| {
        let otherwise = quote!(#method(&__place(self), &__place(other)));
        same_variants(variants, &method, &equal, &otherwise)
    };
    let cmp = compared(quote!(__Ord::cmp), quote!(__Ordering::Equal));
    let partial_cmp = match traits.foreign.is_empty() {
        true => quote!(__Some(__Ord::cmp(self, other))),
        false => {
            let compared =
                compared(quote!(__PartialOrd::partial_cmp), quote!(__Some(__Ordering::Equal)));
            quote!(#place #compared)
        }
    };
    impls(ident, generics, traits, &hash, &partial_cmp, &quote!(#place #cmp))
}

/// `PartialEq` of a union with many variants.
pub(super) fn equality_of_union(
    ident: &Ident,
    generics: &Generics,
    variants: &[&Ident],
) -> TokenStream {
    let (params, arguments, _) = generics.split_for_impl();
    let place = place(variants);
    let equal = same_variants(variants, &quote!(__PartialEq::eq), &quote!(true), &quote!(false));
    quote! {
        #[allow(deprecated)]
        impl #params __PartialEq for #ident #arguments {
            fn eq(&self, other: &Self) -> __bool {
                #place
                #equal
            }
        }
    }
}

/// The place of a variant among all.
fn place(variants: &[&Ident]) -> TokenStream {
    let places = (0..variants.len()).map(Literal::usize_unsuffixed);
    quote! {
        let __place = |__value: &Self| -> __usize {
            match __value { #(Self::#variants(_) => #places,)* }
        };
    }
}

/// `method` of the values of `self` and `other` if they are of one variant. Many variants are matched in
/// parts, each in a function of its own, because rustc's time grows with the square of the arms for pairs.
///
/// ```text
/// match (self, other) {
///     (Self::Number(__one), Self::Number(__other)) => Ord::cmp(__one, __other),
///     …
///     _ => Ord::cmp(&__place(self), &__place(other)),
/// }
/// ```
fn same_variants(
    variants: &[&Ident],
    method: &TokenStream,
    equal: &TokenStream,
    otherwise: &TokenStream,
) -> TokenStream {
    let matched = |variants: &[&Ident], otherwise: &TokenStream| {
        quote! {
            match (self, other) {
                #((Self::#variants(__one), Self::#variants(__other)) => #method(__one, __other),)*
                _ => #otherwise,
            }
        }
    };
    if variants.len() <= MAX_VARIANTS {
        return matched(variants, otherwise);
    }
    let parts = variants.chunks(MAX_VARIANTS).enumerate().map(|(part, variants)| {
        let (part, matched) = (Literal::usize_unsuffixed(part), matched(variants, equal));
        quote!(#part => __apart(|| #matched),)
    });
    let size = Literal::usize_unsuffixed(MAX_VARIANTS);
    quote! {
        if __place(self) != __place(other) {
            return #otherwise;
        }
        match __place(self) / #size {
            #(#parts)*
            _ => #equal,
        }
    }
}

fn impls(
    ident: &Ident,
    generics: &Generics,
    traits: &Traits,
    hash: &TokenStream,
    partial_cmp: &TokenStream,
    cmp: &TokenStream,
) -> TokenStream {
    let (params, arguments, _) = generics.split_for_impl();
    let foreign = &traits.foreign;
    let bound = |name: &str| {
        let name = format_ident!("{}", if traits.is_key { "__KeyPart" } else { name });
        (!foreign.is_empty()).then(|| quote!(where #(for<'__x> #foreign: #name),*))
    };
    let (eq, hashed) = (bound("__Eq"), bound("__Hash"));
    let (partial_ord, ord) = (bound("__PartialOrd"), bound("__Ord"));
    quote! {
        #[allow(deprecated)]
        impl #params __Eq for #ident #arguments #eq {}
        #[allow(deprecated)]
        impl #params __Hash for #ident #arguments #hashed {
            fn hash<H: __std::Hasher>(&self, state: &mut H) { #hash }
        }
        #[allow(deprecated)]
        impl #params __PartialOrd for #ident #arguments #partial_ord {
            fn partial_cmp(&self, other: &Self) -> __std::Option<__std::Ordering> { #partial_cmp }
        }
        #[allow(deprecated)]
        impl #params __Ord for #ident #arguments #ord {
            fn cmp(&self, other: &Self) -> __std::Ordering { #cmp }
        }
    }
}
