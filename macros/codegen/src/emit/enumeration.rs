//! Enums.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

use super::{allow, doc};
use crate::model::{Context, Enum};

/// The type itself.
///
/// ```text
/// #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
/// pub enum Color {
///     Red,
///     Unrecognized(i32),
/// }
///
/// impl Color {
///     pub const fn number(self) -> i32 { … }
///     pub const fn name(self) -> Option<&'static str> { … }
/// }
/// impl From<i32> for Color { … }
/// impl Default for Color { … }
/// ```
pub(crate) fn enum_definition(
    context: &Context,
    item: &Enum,
    extra_derives: &[Path],
) -> TokenStream {
    let p = &context.private;
    let (allow, ident) = (allow(), &item.ident);
    let docs = doc(&item.doc);
    let (aliases, values): (Vec<_>, Vec<_>) =
        item.values.iter().partition(|value| value.alias_of.is_some());
    let variants = values.iter().map(|value| {
        let (docs, ident) = (doc(&value.doc), &value.ident);
        quote!(#docs #ident,)
    });
    let unrecognized = item.unrecognized.iter().map(|unrecognized| {
        quote! {
            /// A number that this version of the IDL does not know; it is written back unchanged.
            #unrecognized(#p::i32),
        }
    });
    let constants = aliases.iter().map(|value| {
        let (docs, ident, of) = (doc(&value.doc), &value.ident, &value.alias_of);
        quote!(#docs pub const #ident: Self = Self::#of;)
    });
    let names = values.iter().map(|value| {
        let (ident, name) = (&value.ident, &value.name);
        quote!(Self::#ident => #p::Some(#name),)
    });
    let no_name =
        item.unrecognized.iter().map(|unrecognized| quote!(Self::#unrecognized(_) => #p::None,));
    let froms = values.iter().map(|value| {
        let (ident, number) = (&value.ident, value.number);
        quote!(#number => Self::#ident,)
    });
    let from_unknown = item
        .unrecognized
        .iter()
        .map(|unrecognized| quote!(__number => Self::#unrecognized(__number),));
    let numbers = numbers(item);
    quote! {
        #docs
        #allow
        #[derive(
            #p::Debug, #p::Clone, #p::Copy, #p::PartialEq, #p::Eq, #p::Hash, #p::PartialOrd, #p::Ord,
            #(#extra_derives),*
        )]
        pub enum #ident { #(#variants)* #(#unrecognized)* }

        #allow
        impl #ident {
            #(#constants)*

            /// The number on the wire.
            pub const fn number(self) -> #p::i32 {
                match self { #numbers }
            }

            /// The name in the IDL, unless the number is not known.
            pub const fn name(self) -> #p::Option<&'static #p::str> {
                match self { #(#names)* #(#no_name)* }
            }
        }

        impl #p::From<#p::i32> for #ident {
            fn from(__number: #p::i32) -> Self {
                match __number { #(#froms)* #(#from_unknown)* }
            }
        }

        impl #p::From<#ident> for #p::i32 {
            fn from(__value: #ident) -> #p::i32 {
                __value.number()
            }
        }

        /// The value with the number 0.
        impl #p::Default for #ident {
            fn default() -> Self {
                #p::From::<#p::i32>::from(0)
            }
        }
    }
}

/// How it is written and read: as an `i32`. Without a variant for them, unknown numbers are errors.
pub(crate) fn enum_codec(context: &Context, item: &Enum) -> TokenStream {
    let p = &context.private;
    let (ident, name) = (&item.ident, &item.name);
    let numbers = numbers(item);
    let froms = item.values.iter().filter(|value| value.alias_of.is_none()).map(|value| {
        let (ident, number) = (&value.ident, value.number);
        quote!(#number => #p::Ok(Self::#ident),)
    });
    let unknown = match &item.unrecognized {
        Some(unrecognized) => quote!(__number => #p::Ok(Self::#unrecognized(__number)),),
        None => quote!(__number => #p::Err(#p::unknown_number(#name, __number)),),
    };
    quote! {
        #[automatically_derived]
        impl #p::ThriftType for #ident {
            const TYPE: #p::TType = #p::TType::I32;
        }
        #[automatically_derived]
        impl #p::Encode for #ident {
            #[inline]
            fn encode<__W: #p::Writer>(&self, __w: &mut __W) {
                #p::Writer::i32(__w, match *self { #numbers });
            }
        }
        #[automatically_derived]
        impl<'__de> #p::Decode<'__de> for #ident {
            #[inline]
            fn decode<__R: #p::Reader<'__de>>(__r: &mut __R) -> #p::Result<Self, #p::Error> {
                match #p::Reader::i32(__r)? { #(#froms)* #unknown }
            }
        }
    }
}

/// The arms from variants to numbers.
fn numbers(item: &Enum) -> TokenStream {
    let known = item.values.iter().filter(|value| value.alias_of.is_none()).map(|value| {
        let (ident, number) = (&value.ident, value.number);
        quote!(Self::#ident => #number,)
    });
    let unknown = item
        .unrecognized
        .iter()
        .map(|unrecognized| quote!(Self::#unrecognized(__number) => __number,));
    quote!(#(#known)* #(#unknown)*)
}
