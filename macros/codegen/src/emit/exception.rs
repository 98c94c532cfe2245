//! What makes a type one of Rust's errors.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

/// ```text
/// impl Display for NotFound { … }
/// impl Error for NotFound {}
/// ```
pub(crate) fn exception_traits(ident: &Ident, generics: &syn::Generics) -> TokenStream {
    let mut bounds = generics.clone();
    if bounds.type_params().next().is_some() {
        // Whatever the fields are, it is an error as soon as it can be shown.
        bounds.make_where_clause().predicates.push(syn::parse_quote!(Self: __Debug));
    }
    let (params, arguments, clause) = bounds.split_for_impl();
    let (params, arguments) = (params.to_token_stream(), arguments.to_token_stream());
    quote! {
        #[allow(deprecated)]
        impl #params __Display for #ident #arguments #clause {
            fn fmt(&self, __f: &mut __Formatter<'_>) -> __fmt::Result {
                __Debug::fmt(self, __f)
            }
        }
        #[allow(deprecated)]
        impl #params __StdError for #ident #arguments #clause {}
    }
}
