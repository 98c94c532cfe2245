//! Enums.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use syn::Path;
use syn::ext::IdentExt;

use super::numbers::numbers_definition;
use super::signature::Signature;
use super::{added, allow, doc};
use crate::model::{Enum, EnumValue};
use crate::name::free_name;

/// The most values that one match names. The time to compile a match grows with the square of its
/// arms, so that an enum with more is encoded by matches in turn, and all else is looked up in tables.
const MAX_VALUES: usize = 128;

/// The type itself, here with few values.
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
    if item.numbers {
        return numbers_definition(item, extra_derives);
    }
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
    let number = number(item, &quote!(self));
    let (name_of, from, text) = (name_of(item), from_number(item), text(item));
    let (debug, by_hand) = match is_wide(item) {
        true => (None, Some(debug(item))),
        false => (Some(quote!(__Debug,)), None),
    };
    let (list, known) = (list_name(item), values.iter().map(|value| &value.ident));
    let also = ["Copy", "Eq", "Hash", "PartialOrd", "Ord", "Default"];
    let extra_derives = added(extra_derives, &also);
    quote! {
        #docs
        #allow
        #[derive(
            #debug __Clone, __Copy, __PartialEq, __Eq, __Hash, __PartialOrd, __Ord,
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
                #number
            }

            /// The name in the IDL, or `None` for an unknown number.
            pub const fn name(self) -> __std::Option<&'static __str> {
                #name_of
            }
        }

        #[allow(deprecated)]
        impl __From<__i32> for #ident {
            fn from(number: __i32) -> Self {
                #from
            }
        }

        #by_hand

        #[allow(deprecated)]
        impl __From<#ident> for __i32 {
            fn from(value: #ident) -> __i32 {
                value.number()
            }
        }

        #text

        /// The value with the number 0.
        #[allow(deprecated)]
        impl __Default for #ident {
            fn default() -> Self {
                __From::<__i32>::from(0)
            }
        }
    }
}

/// The conversions to and from text.
pub(super) fn text(item: &Enum) -> TokenStream {
    let (ident, name) = (&item.ident, &item.name);
    // Values that share a number can be parsed by each of their names.
    let texts = item.values.iter().map(|value| {
        let (name, number) = (&value.name, value.number);
        quote!((#name, #number))
    });
    quote! {
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
    }
}

/// The constant with all values, under an unused name.
pub(super) fn list_name(item: &Enum) -> Ident {
    let idents = item.values.iter().map(|value| &value.ident).chain(&item.unrecognized);
    let taken: Vec<_> = idents.map(ToString::to_string).collect();
    let name = free_name("VALUES", |name| taken.iter().any(|one| one == name));
    Ident::new(&name, item.ident.span())
}

/// The codec impls: an enum is encoded as an `i32`. Without a variant for unknown numbers, they are
/// errors. A wide enum that is `defined` by us has its number and its `From` already.
pub(crate) fn enum_codec(item: &Enum, defined: bool) -> TokenStream {
    let ident = &item.ident;
    let (number, decoded) = match defined && is_wide(item) {
        _ if item.numbers => (quote!(self.0), quote!(__Ok(Self(__Reader::i32(__r)?)))),
        true => (
            quote!(Self::number(*self)),
            quote!(__Ok(<Self as __From<__i32>>::from(__Reader::i32(__r)?))),
        ),
        false => (number(item, &quote!(*self)), decoded(item)),
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
                __Writer::i32(__w, #number);
            }
        }
        #[allow(deprecated)]
        impl<#de> __Decode<#de> for #ident {
            #[inline]
            fn decode<#reader_type: __std::Reader<#de>>(
                #reader: &mut #reader_type,
            ) -> __std::Result<Self, __std::Error> {
                #bind_reader
                #decoded
            }
        }
    }
}

fn is_wide(item: &Enum) -> bool {
    item.values.len() > MAX_VALUES
}

/// The values that are variants.
pub(super) fn variants(item: &Enum) -> impl Iterator<Item = &EnumValue> {
    item.values.iter().filter(|value| value.alias_of.is_none())
}

/// The number of a value.
///
/// ```text
/// {
///     #[inline(never)]
///     const fn __part1(__value: &Color) -> i32 {
///         match *__value { Color::Blue => 128, …, _ => __part2(__value) }
///     }
///     …
///     match self { Self::Red => 0, …, _ => __part1(&self) }
/// }
/// ```
fn number(item: &Enum, value: &TokenStream) -> TokenStream {
    let ident = &item.ident;
    let unknown = item
        .unrecognized
        .iter()
        .map(|unrecognized| quote!(#ident::#unrecognized(__number) => __number,));
    let all: Vec<_> = variants(item).collect();
    if !is_wide(item) {
        let arms = all.iter().map(|value| {
            let (variant, number) = (&value.ident, value.number);
            quote!(#ident::#variant => #number,)
        });
        return quote!(match #value { #(#arms)* #(#unknown)* });
    }
    let mut unknown = Some(quote!(#(#unknown)*));
    let count = all.chunks(MAX_VALUES).len();
    let parts = all.chunks(MAX_VALUES).enumerate().map(|(at, values)| {
        let part = format_ident!("__part{at}");
        let mut arms: TokenStream = values
            .iter()
            .map(|value| {
                let (variant, number) = (&value.ident, value.number);
                quote!(#ident::#variant => #number,)
            })
            .collect();
        if at == 0 {
            arms.extend(unknown.take());
        }
        // After the last part nothing is left, but rustc is not to see that: it would cost the square.
        let rest = match at + 1 < count {
            true => {
                let next = format_ident!("__part{}", at + 1);
                quote!(_ => #next(__value),)
            }
            false if count > 1 => quote!(_ => 0,),
            false => TokenStream::new(),
        };
        quote! {
            #[inline(never)]
            const fn #part(__value: &#ident) -> __i32 {
                match *__value { #arms #rest }
            }
        }
    });
    quote!({ #(#parts)* __part0(&#value) })
}

/// The name of `self`.
fn name_of(item: &Enum) -> TokenStream {
    let unknown =
        item.unrecognized.iter().map(|unrecognized| quote!(Self::#unrecognized(_) => __None,));
    if is_wide(item) {
        let names = by_number(item, |value| {
            let name = &value.name;
            quote!(#name)
        });
        return quote!(match self { #(#unknown)* _ => __name_of(self.number(), #names) });
    }
    let names = variants(item).map(|value| {
        let (variant, name) = (&value.ident, &value.name);
        quote!(Self::#variant => __Some(#name),)
    });
    quote!(match self { #(#names)* #(#unknown)* })
}

/// The value of `number`.
fn from_number(item: &Enum) -> TokenStream {
    if let (true, Some(unrecognized)) = (is_wide(item), &item.unrecognized) {
        let values = by_number(item, |value| {
            let variant = &value.ident;
            quote!(Self::#variant)
        });
        return quote! {
            match __numbered(number, #values) {
                __Some(__value) => __value,
                __None => Self::#unrecognized(number),
            }
        };
    }
    let arms = variants(item).map(|value| {
        let (variant, number) = (&value.ident, value.number);
        quote!(#number => Self::#variant,)
    });
    let unknown = item
        .unrecognized
        .iter()
        .map(|unrecognized| quote!(__number => Self::#unrecognized(__number),));
    quote!(match number { #(#arms)* #(#unknown)* })
}

/// The result of decoding.
fn decoded(item: &Enum) -> TokenStream {
    let arms = variants(item).map(|value| {
        let (variant, number) = (&value.ident, value.number);
        quote!(#number => __Ok(Self::#variant),)
    });
    let name = &item.name;
    let unknown = match &item.unrecognized {
        Some(unrecognized) => quote!(__number => __Ok(Self::#unrecognized(__number)),),
        None => quote!(__number => __Err(__unknown_number(__r, #name, __number)),),
    };
    quote!(match __Reader::i32(__r)? { #(#arms)* #unknown })
}

/// The output of `derive(Debug)`, from a table.
fn debug(item: &Enum) -> TokenStream {
    let ident = &item.ident;
    let names = by_number(item, |value| {
        let name = value.ident.unraw().to_string();
        quote!(#name)
    });
    let unknown = item.unrecognized.iter().map(|unrecognized| {
        let name = unrecognized.unraw().to_string();
        quote!(Self::#unrecognized(__number) => f.debug_tuple(#name).field(&__number).finish(),)
    });
    quote! {
        #[allow(deprecated)]
        impl __Debug for #ident {
            fn fmt(&self, f: &mut __std::Formatter<'_>) -> __fmt::Result {
                match *self {
                    #(#unknown)*
                    _ => f.write_str(__name_of(self.number(), #names).unwrap_or_default()),
                }
            }
        }
    }
}

/// A table of the variants' numbers, in their order, with something of each.
pub(super) fn by_number(item: &Enum, of: impl Fn(&EnumValue) -> TokenStream) -> TokenStream {
    let mut values: Vec<_> = variants(item).collect();
    values.sort_by_key(|value| value.number);
    let entries = values.into_iter().map(|value| {
        let (number, of) = (Literal::i32_unsuffixed(value.number), of(value));
        quote!((#number, #of))
    });
    quote!(&[#(#entries),*])
}
