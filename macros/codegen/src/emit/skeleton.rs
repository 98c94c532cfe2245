//! Skeletons of types with errors.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

/// Empty trait impls, so that uses of the type cause no further errors beside the original one.
pub(crate) fn skeleton(ident: &Ident, generics: &syn::Generics) -> TokenStream {
    let (params, arguments, clause) = generics.split_for_impl();
    let mut reading = generics.clone();
    reading.params.insert(0, syn::parse_quote!('__de));
    let (reading, _, _) = reading.split_for_impl();
    let (params, reading) = (params.to_token_stream(), reading.to_token_stream());
    quote! {
        impl #params __ThriftType for #ident #arguments #clause {
            const TYPE: __TType = __TType::STRUCT;
        }
        impl #params __Encode for #ident #arguments #clause {
            fn encode<__W: __Writer>(&self, _: &mut __W) {}
        }
        impl #reading __Decode<'__de> for #ident #arguments #clause {
            fn decode<__R: __Reader<'__de>>(_: &mut __R) -> __Result<Self, __Error> {
                loop {}
            }
        }
    }
}
