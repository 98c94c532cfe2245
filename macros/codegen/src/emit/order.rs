//! `Eq`, `Hash` and `Ord` of types that contain Rust types of the user, which may lack them.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::Generics;

use crate::model::Traits;

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
    let hash = quote!(#(__Hash::hash(&self.#members, state);)*);
    let partial_cmp = quote! {
        #(match __PartialOrd::partial_cmp(&self.#members, &other.#members) {
            __Some(__Ordering::Equal) => {}
            __order => return __order,
        })*
        __Some(__Ordering::Equal)
    };
    let cmp = quote! {
        #(match __Ord::cmp(&self.#members, &other.#members) {
            __Ordering::Equal => {}
            __order => return __order,
        })*
        __Ordering::Equal
    };
    impls(ident, generics, traits, &hash, &partial_cmp, &cmp)
}

/// The comparison of variants by their order, then of their values.
pub(super) fn order_of_union(
    ident: &Ident,
    generics: &Generics,
    variants: &[&Ident],
    traits: &Traits,
) -> TokenStream {
    let places = (0..variants.len()).map(proc_macro2::Literal::usize_unsuffixed);
    let place = quote! {
        let __place = |__value: &Self| -> __usize {
            match __value { #(Self::#variants(_) => #places,)* }
        };
    };
    let hash = quote! {
        #place
        __Hash::hash(&__place(self), state);
        match self { #(Self::#variants(__value) => __Hash::hash(__value, state),)* }
    };
    let compared = |method: TokenStream, otherwise: TokenStream| {
        quote! {
            #place
            match (self, other) {
                #((Self::#variants(__one), Self::#variants(__other)) => #method(__one, __other),)*
                _ => #otherwise,
            }
        }
    };
    let partial_cmp = compared(
        quote!(__PartialOrd::partial_cmp),
        quote!(__PartialOrd::partial_cmp(&__place(self), &__place(other))),
    );
    let cmp = compared(quote!(__Ord::cmp), quote!(__Ord::cmp(&__place(self), &__place(other))));
    impls(ident, generics, traits, &hash, &partial_cmp, &cmp)
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
        quote!(where #(for<'__x> #foreign: #name),*)
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
