//! Conversion from views to owned types.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::allow;

/// ```text
/// impl PersonRef<'_> {
///     pub fn into_owned(self) -> Person {
///         Person { name: From::from(self.name), phones: collect(self.phones, |e| e.into_owned()) }
///     }
/// }
/// impl From<PersonRef<'_>> for Person { … }
/// ```
pub(crate) fn into_owned(view: &Ident, owned: &Ident, value: &TokenStream) -> TokenStream {
    let allow = allow();
    quote! {
        #allow
        impl #view<'_> {
            /// Converts to the owned type by copying text and bytes.
            pub fn into_owned(self) -> #owned {
                #value
            }
        }
        #[allow(deprecated)]
        impl __From<#view<'_>> for #owned {
            fn from(value: #view<'_>) -> Self {
                value.into_owned()
            }
        }
    }
}
