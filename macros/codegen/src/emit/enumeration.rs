//! Enums.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Path;

use super::signature::Signature;
use super::{added, allow, doc};
use crate::model::Enum;
use crate::name::free_name;

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
///     pub const VALUES: &'static [Color] = &[Color::Red];
///     pub const fn number(self) -> i32 { … }
///     pub const fn name(self) -> Option<&'static str> { … }
/// }
/// impl From<i32> for Color { … }
/// impl Default for Color { … }
/// impl Display for Color { … }
/// impl FromStr for Color { … }
/// ```
pub(crate) fn enum_definition(item: &Enum, extra_derives: &[Path]) -> TokenStream {
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
            /// A number unknown to this version of the IDL; it is encoded unchanged.
            #unrecognized(__i32),
        }
    });
    let constants = aliases.iter().map(|value| {
        let (docs, ident, of) = (doc(&value.doc), &value.ident, &value.alias_of);
        quote!(#docs pub const #ident: Self = Self::#of;)
    });
    let names = values.iter().map(|value| {
        let (ident, name) = (&value.ident, &value.name);
        quote!(Self::#ident => __Some(#name),)
    });
    let no_name =
        item.unrecognized.iter().map(|unrecognized| quote!(Self::#unrecognized(_) => __None,));
    let froms = values.iter().map(|value| {
        let (ident, number) = (&value.ident, value.number);
        quote!(#number => Self::#ident,)
    });
    let from_unknown = item
        .unrecognized
        .iter()
        .map(|unrecognized| quote!(__number => Self::#unrecognized(__number),));
    let numbers = numbers(item);
    let (list, known) = (list_name(item), values.iter().map(|value| &value.ident));
    let name = &item.name;
    // What shares its number with another can be read by its name, too.
    let texts = item.values.iter().map(|value| {
        let (name, number) = (&value.name, value.number);
        quote!((#name, #number))
    });
    let also = ["Copy", "Eq", "Hash", "PartialOrd", "Ord", "Default"];
    let extra_derives = added(extra_derives, &also);
    quote! {
        #docs
        #allow
        #[derive(
            __Debug, __Clone, __Copy, __PartialEq, __Eq, __Hash, __PartialOrd, __Ord,
            #(#extra_derives),*
        )]
        pub enum #ident { #(#variants)* #(#unrecognized)* }

        #allow
        impl #ident {
            #(#constants)*

            /// All named values in the order of the IDL, without aliases.
            pub const #list: &'static [Self] = &[#(Self::#known),*];

            /// The number on the wire.
            pub const fn number(self) -> __i32 {
                match self { #numbers }
            }

            /// The name in the IDL, or `None` for an unknown number.
            pub const fn name(self) -> __std::Option<&'static __str> {
                match self { #(#names)* #(#no_name)* }
            }
        }

        #[allow(deprecated)]
        impl __From<__i32> for #ident {
            fn from(number: __i32) -> Self {
                match number { #(#froms)* #(#from_unknown)* }
            }
        }

        #[allow(deprecated)]
        impl __From<#ident> for __i32 {
            fn from(value: #ident) -> __i32 {
                value.number()
            }
        }

        /// Shows the name in the IDL, or the number if it is unknown.
        #[allow(deprecated)]
        impl __Display for #ident {
            fn fmt(&self, f: &mut __std::Formatter<'_>) -> __fmt::Result {
                __show_value(self.name(), self.number(), f)
            }
        }

        /// Parses a name of the IDL or a number.
        #[allow(deprecated)]
        impl __FromStr for #ident {
            type Err = __std::Error;

            fn from_str(text: &__str) -> __std::Result<Self, __std::Error> {
                __value_of(text, #name, &[#(#texts),*])
            }
        }

        /// The value with the number 0.
        #[allow(deprecated)]
        impl __Default for #ident {
            fn default() -> Self {
                __From::<__i32>::from(0)
            }
        }
    }
}

/// The constant with all values, under an unused name.
fn list_name(item: &Enum) -> Ident {
    let idents = item.values.iter().map(|value| &value.ident).chain(&item.unrecognized);
    let taken: Vec<_> = idents.map(ToString::to_string).collect();
    let name = free_name("VALUES", |name| taken.iter().any(|one| one == name));
    Ident::new(&name, item.ident.span())
}

/// The codec impls: an enum is encoded as an `i32`. Without a variant for unknown numbers, they are
/// errors.
pub(crate) fn enum_codec(item: &Enum) -> TokenStream {
    let (ident, name) = (&item.ident, &item.name);
    let numbers = numbers(item);
    let froms = item.values.iter().filter(|value| value.alias_of.is_none()).map(|value| {
        let (ident, number) = (&value.ident, value.number);
        quote!(#number => __Ok(Self::#ident),)
    });
    let unknown = match &item.unrecognized {
        Some(unrecognized) => quote!(__number => __Ok(Self::#unrecognized(__number)),),
        None => quote!(__number => __Err(__unknown_number(__r, #name, __number)),),
    };
    let Signature { de, reader_type, reader, bind_reader, writer_type, writer, bind_writer } =
        Signature::new(&item.doc.lines, std::iter::empty());
    quote! {
        #[allow(deprecated)]
        impl __ThriftType for #ident {
            const TYPE: __std::TType = __shown_type(__TType::I32);
        }
        #[allow(deprecated)]
        impl __Encode for #ident {
            #[inline]
            fn encode<#writer_type: __std::Writer>(&self, #writer: &mut #writer_type) {
                #bind_writer
                __Writer::i32(__w, match *self { #numbers });
            }
        }
        #[allow(deprecated)]
        impl<#de> __Decode<#de> for #ident {
            #[inline]
            fn decode<#reader_type: __std::Reader<#de>>(
                #reader: &mut #reader_type,
            ) -> __std::Result<Self, __std::Error> {
                #bind_reader
                match __Reader::i32(__r)? { #(#froms)* #unknown }
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
