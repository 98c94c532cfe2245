//! Enums that are numbers, by the option `enums: numbers`.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::Path;
use syn::ext::IdentExt;

use super::enumeration::{by_number, list_name, text, variants};
use super::{added, allow, doc};
use crate::model::Enum;

/// The type itself. The constants have the names of the variants, so that most code fits both.
///
/// ```text
/// #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
/// pub struct Color(pub i32);
///
/// impl Color {
///     pub const Red: Self = Self(0);
///     pub const VALUES: &'static [Color] = &[Color::Red];
///     pub const fn number(self) -> i32 { … }
///     pub const fn name(self) -> Option<&'static str> { … }
/// }
/// impl From<i32> for Color { … }
/// impl Debug for Color { … }
/// impl Display for Color { … }
/// impl FromStr for Color { … }
/// ```
pub(super) fn numbers_definition(item: &Enum, extra_derives: &[Path]) -> TokenStream {
    let (allow, ident, docs, text) = (allow(), &item.ident, doc(&item.doc), text(item));
    let constants = item.values.iter().map(|value| {
        let (docs, ident) = (doc(&value.doc), &value.ident);
        let number = Literal::i32_unsuffixed(value.number);
        quote!(#docs pub const #ident: Self = Self(#number);)
    });
    let (list, known) = (list_name(item), variants(item).map(|value| &value.ident));
    let names = by_number(item, |value| {
        let name = &value.name;
        quote!(#name)
    });
    let idents = by_number(item, |value| {
        let ident = value.ident.unraw().to_string();
        quote!(#ident)
    });
    let shown = ident.unraw().to_string();
    let also = ["Copy", "Eq", "Hash", "PartialOrd", "Ord", "Default"];
    let extra_derives = added(extra_derives, &also);
    quote! {
        #docs
        #allow
        #[derive(
            __Clone, __Copy, __PartialEq, __Eq, __Hash, __PartialOrd, __Ord, __Default,
            #(#extra_derives),*
        )]
        pub struct #ident(
            /// The number on the wire.
            pub __i32,
        );

        #allow
        impl #ident {
            #(#constants)*

            /// All named values in the order of the IDL, without aliases.
            pub const #list: &'static [Self] = &[#(Self::#known),*];

            /// The number on the wire.
            pub const fn number(self) -> __i32 {
                self.0
            }

            /// The name in the IDL, or `None` for an unknown number.
            pub const fn name(self) -> __std::Option<&'static __str> {
                __name_of(self.0, #names)
            }
        }

        #[allow(deprecated)]
        impl __From<__i32> for #ident {
            fn from(number: __i32) -> Self {
                Self(number)
            }
        }

        #[allow(deprecated)]
        impl __From<#ident> for __i32 {
            fn from(value: #ident) -> __i32 {
                value.0
            }
        }

        #[allow(deprecated)]
        impl __Debug for #ident {
            fn fmt(&self, f: &mut __std::Formatter<'_>) -> __fmt::Result {
                match __name_of(self.0, #idents) {
                    __Some(__name) => f.write_str(__name),
                    __None => f.debug_tuple(#shown).field(&self.0).finish(),
                }
            }
        }

        #text
    }
}
