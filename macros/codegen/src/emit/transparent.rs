//! Transparent structs.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::conversion::{converted, from_thrift};
use super::{bounded, decodable};
use crate::model::Transparent;

/// ```text
/// impl ThriftType for UserId {
///     const TYPE: TType = <i64 as ThriftType>::TYPE;
///     const NAMES: &'static StructNames = <i64 as ThriftType>::NAMES;
/// }
/// impl Encode for UserId {
///     fn encode<__W: Writer>(&self, __w: &mut __W) { Encode::encode(&self.0, __w) }
///     fn encode_field<__W: Writer>(&self, __id: i16, __w: &mut __W) { … }
/// }
/// impl<'__de> Decode<'__de> for UserId {
///     fn decode<__R: Reader<'__de>>(__r: &mut __R) -> Result<Self> {
///         Ok(Self { 0: Decode::decode(__r)? })
///     }
/// }
/// ```
pub(crate) fn transparent_codec(item: &Transparent) -> TokenStream {
    let Transparent { ident, generics, bounds, member, ty, with, skipped, span } = item;
    let (thrift_type, read) = match with {
        None => (
            quote_spanned! {*span=>
                const TYPE: __TType = <#ty as __ThriftType>::TYPE;
                const NAMES: &'static __StructNames = <#ty as __ThriftType>::NAMES;
                const ABSENT_HEAP: __usize = <#ty as __ThriftType>::ABSENT_HEAP;
            },
            quote_spanned!(*span=> __Decode::decode(__r)?),
        ),
        Some(with) => {
            let from = from_thrift(with);
            (
                quote_spanned! {*span=>
                    const TYPE: __TType = __wire_type::<_, #ty, _>(#from);
                    const NAMES: &'static __StructNames = __wire_names::<_, #ty, _>(#from);
                },
                quote_spanned!(*span=> __decode_with(#from, __r)?),
            )
        }
    };
    let value = converted(quote_spanned!(*span=> &self.#member), with, ty);
    let plain = bounded(generics, bounds, &quote!(__ThriftType));
    let (plain_params, arguments, plain_clause) = (plain.params, plain.arguments, plain.clause);
    let encode = bounded(generics, bounds, &quote!(__Encode));
    let (encode_params, encode_clause) = (encode.params, encode.clause);
    let decode = decodable(generics, bounds, &syn::parse_quote!('__de));
    let (decode_params, decode_clause) = (decode.params, decode.clause);
    quote! {
        #[allow(deprecated)]
        impl #plain_params __ThriftType for #ident #arguments #plain_clause {
            #thrift_type
        }
        #[allow(deprecated)]
        impl #encode_params __Encode for #ident #arguments #encode_clause {
            #[inline]
            fn encode<__W: __Writer>(&self, __w: &mut __W) {
                __Encode::encode(#value, __w)
            }
            #[inline]
            fn encode_field<__W: __Writer>(&self, __id: __i16, __w: &mut __W) {
                __Encode::encode_field(#value, __id, __w)
            }
        }
        #[allow(deprecated)]
        impl #decode_params __Decode<'__de> for #ident #arguments #decode_clause {
            #[inline]
            fn decode<__R: __Reader<'__de>>(__r: &mut __R) -> __Result<Self, __Error> {
                __Ok(Self { #member: #read, #(#skipped: __Default::default(),)* })
            }
        }
    }
}
