//! Unions.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

use super::{allow, bounded, decodable, derives, doc, order_by_bytes};
use crate::model::{Context, Traits, Union};

/// The type itself.
///
/// ```text
/// #[derive(Debug, Clone, PartialEq)]
/// pub enum Choice {
///     Number(i32),
///     Text(String),
///     Unrecognized(UnknownField),
/// }
/// ```
pub(crate) fn union_definition(
    context: &Context,
    item: &Union,
    traits: Traits,
    extra_derives: &[Path],
) -> TokenStream {
    let p = &context.private;
    let (allow, ident) = (allow(), &item.ident);
    let derives = derives(context, traits, extra_derives);
    let order = order_by_bytes(context, ident, traits);
    let docs = doc(&item.doc);
    let variants = item.variants.iter().map(|variant| {
        let (docs, ident, ty) = (doc(&variant.doc), &variant.ident, &variant.ty);
        quote!(#docs #ident(#ty),)
    });
    let unrecognized = item.unrecognized.iter().map(|unrecognized| {
        quote! {
            /// No field is set, or one that this version of the IDL does not know.
            #unrecognized(#p::UnknownField),
        }
    });
    let default = item.unrecognized.iter().map(|unrecognized| {
        quote! {
            impl #p::Default for #ident {
                fn default() -> Self {
                    Self::#unrecognized(#p::Default::default())
                }
            }
        }
    });
    quote! {
        #docs
        #allow
        #derives
        pub enum #ident { #(#variants)* #(#unrecognized)* }
        #(#default)*
        #order
    }
}

/// How it is written and read: as a struct with one field. If a peer sets several fields, the
/// last that is known counts.
pub(crate) fn union_codec(context: &Context, item: &Union) -> TokenStream {
    let p = &context.private;
    let (ident, name) = (&item.ident, &item.name);
    let unknown = item.variants.len();
    let names: Vec<&str> = item.variants.iter().map(|variant| variant.name.as_str()).collect();
    let mut encode_arms = TokenStream::new();
    let mut decode_arms = TokenStream::new();
    for (at, variant) in item.variants.iter().enumerate() {
        let (variant, id, ty) = (&variant.ident, variant.id, &variant.ty);
        encode_arms.extend(quote! {
            Self::#variant(__value) => #p::Encode::encode_field(__value, #id, __w),
        });
        decode_arms.extend(quote! {
            #id if __field.ty == <#ty as #p::ThriftType>::TYPE => {
                match <#ty as #p::Decode<'__de>>::decode(__r) {
                    #p::Ok(__value) => __union = #p::Some(Self::#variant(__value)),
                    #p::Err(__error) => break '__failed (__error, #at),
                }
            }
        });
    }
    let (unknown_arm, unset) = match &item.unrecognized {
        Some(unrecognized) => {
            encode_arms.extend(quote!(Self::#unrecognized(__field) => __field.encode(__w),));
            let arm = quote! {
                __id if #p::Option::is_none(&__union) => {
                    match #p::UnknownField::decode(__id, __field.ty, __r) {
                        #p::Ok(__value) => __union = #p::Some(Self::#unrecognized(__value)),
                        #p::Err(__error) => break '__failed (__error, #unknown),
                    }
                }
            };
            (arm, quote!(return #p::Ok(Self::#unrecognized(#p::Default::default()))))
        }
        None => (TokenStream::new(), quote!(break '__failed (#p::unset_union(), #unknown))),
    };
    let encode_match = match item.variants.is_empty() && item.unrecognized.is_none() {
        true => quote!(match *self {}),
        false => quote!(match self { #encode_arms }),
    };
    let plain = bounded(&item.generics, &quote!(#p::ThriftType));
    let (plain_params, arguments, plain_clause) = (plain.params, plain.arguments, plain.clause);
    let encode = bounded(&item.generics, &quote!(#p::Encode));
    let (encode_params, encode_clause) = (encode.params, encode.clause);
    let decode = decodable(context, &item.generics);
    let (decode_params, decode_clause) = (decode.params, decode.clause);
    quote! {
        #[automatically_derived]
        impl #plain_params #p::ThriftType for #ident #arguments #plain_clause {
            const TYPE: #p::TType = #p::TType::STRUCT;
        }
        #[automatically_derived]
        impl #encode_params #p::Encode for #ident #arguments #encode_clause {
            fn encode<__W: #p::Writer>(&self, __w: &mut __W) {
                let __outer = #p::Writer::struct_begin(__w);
                #encode_match
                #p::ScalarWriter::stop(__w);
                #p::Writer::struct_end(__w, __outer);
            }
        }
        #[automatically_derived]
        impl #decode_params #p::Decode<'__de> for #ident #arguments #decode_clause {
            fn decode<__R: #p::Reader<'__de>>(__r: &mut __R) -> #p::Result<Self, #p::Error> {
                let __outer = #p::Reader::struct_begin(__r)?;
                let mut __union = #p::None;
                let (__error, __at): (#p::Error, #p::usize) = '__failed: {
                    loop {
                        let __field = match #p::Reader::field(__r) {
                            #p::Ok(__field) => __field,
                            #p::Err(__error) => break '__failed (__error, #unknown),
                        };
                        if __field.ty == #p::TType::STOP {
                            break;
                        }
                        match __field.id {
                            #decode_arms
                            #unknown_arm
                            _ => match #p::Reader::skip(__r, __field.ty) {
                                #p::Ok(()) => {}
                                #p::Err(__error) => break '__failed (__error, #unknown),
                            },
                        }
                    }
                    #p::Reader::struct_end(__r, __outer);
                    match __union {
                        #p::Some(__union) => return #p::Ok(__union),
                        #p::None => #unset,
                    }
                };
                #p::Err(__error.in_field(#name, &[#(#names),*], __at))
            }
        }
    }
}
