//! Unions.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::Path;

use super::conversion::{converted, from_thrift};
use super::order::{MAX_VARIANTS, equality_of_union, is_by_hand, order_of_union};
use super::signature::Signature;
use super::{Derived, allow, bounded, decodable, derives, doc, id, names, order_by_bytes};
use crate::model::{Access, Traits, Union};

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
    item: &Union,
    traits: &Traits,
    extra_derives: &[Path],
) -> TokenStream {
    let (allow, ident) = (allow(), &item.ident);
    let generics = &item.generics;
    let (params, arguments, _) = generics.split_for_impl();
    let all = item.variants.iter().map(|variant| &variant.ident).chain(&item.unrecognized);
    let all: Vec<_> = all.collect();
    let derived = Derived {
        equality: all.len() <= MAX_VARIANTS,
        order: !is_by_hand(traits, all.len(), MAX_VARIANTS),
    };
    let mut order = match derived.order {
        false => order_of_union(ident, generics, &all, traits),
        true => order_by_bytes(ident, generics, traits),
    };
    if !derived.equality && !traits.by_bytes {
        order.extend(equality_of_union(ident, generics, &all));
    }
    let derives = derives(traits, extra_derives, &derived);
    let docs = doc(&item.doc);
    let variants = item.variants.iter().map(|variant| {
        let (docs, ident, ty) = (doc(&variant.doc), &variant.ident, &variant.ty);
        quote!(#docs #ident(#ty),)
    });
    let unrecognized = item.unrecognized.iter().map(|unrecognized| {
        quote! {
            /// No field is set, or one unknown to this version of the IDL.
            #unrecognized(__std::UnknownField),
        }
    });
    let default = item.unrecognized.iter().map(|unrecognized| {
        quote! {
            #[allow(deprecated)]
            impl #params __Default for #ident #arguments {
                fn default() -> Self {
                    Self::#unrecognized(__Default::default())
                }
            }
        }
    });
    let access = access(item);
    quote! {
        #docs
        #allow
        #derives
        pub enum #ident #generics { #(#variants)* #(#unrecognized)* }
        #(#default)*
        #order
        #access
    }
}

/// Accessors of the variants, and conversions from their values.
///
/// ```text
/// impl Choice {
///     pub const fn is_number(&self) -> bool { matches!(self, Self::Number(_)) }
///     pub fn as_number(&self) -> Option<&i32> { … }
///     pub fn into_number(self) -> Option<i32> { … }
/// }
/// impl From<i32> for Choice { … }
/// ```
fn access(item: &Union) -> TokenStream {
    let (allow, ident) = (allow(), &item.ident);
    let (params, arguments, _) = item.generics.split_for_impl();
    let mut functions = TokenStream::new();
    let mut froms = TokenStream::new();
    for variant in &item.variants {
        let Some(access) = &variant.access else { continue };
        let (name, variant) = (&variant.name, &variant.ident);
        let Access { is, borrow, take, value, borrowed, is_boxed, .. } = access;
        let is_doc = format!(" Whether the field `{name}` is set.");
        let borrow_doc = format!(" The value of the field `{name}` if that is set.");
        let taken = if *is_boxed { quote!(*__value) } else { quote!(__value) };
        functions.extend(quote! {
            #[doc = #is_doc]
            #[must_use]
            pub const fn #is(&self) -> __bool {
                __matches!(self, Self::#variant(_))
            }

            #[doc = #borrow_doc]
            #[must_use]
            pub fn #borrow(&self) -> __std::Option<&#borrowed> {
                match self { Self::#variant(__value) => __Some(__value), _ => __None }
            }

            #[doc = #borrow_doc]
            #[must_use]
            pub fn #take(self) -> __std::Option<#value> {
                match self { Self::#variant(__value) => __Some(#taken), _ => __None }
            }
        });
        for (from, value) in &access.froms {
            froms.extend(quote! {
                #[allow(deprecated)]
                impl #params __From<#from> for #ident #arguments {
                    fn from(value: #from) -> Self {
                        Self::#variant(#value)
                    }
                }
            });
        }
    }
    if functions.is_empty() {
        return functions;
    }
    quote! {
        #allow
        impl #params #ident #arguments { #functions }
        #froms
    }
}

/// The codec impls: a union is encoded as a struct with one field. If a peer sets several fields,
/// the last known one wins.
pub(crate) fn union_codec(item: &Union) -> TokenStream {
    let ident = &item.ident;
    let names = names(&item.name, item.variants.iter().map(|variant| (variant.id, &*variant.name)));
    let mut encode_arms = TokenStream::new();
    let mut decode_arms = TokenStream::new();
    for (at, variant) in item.variants.iter().enumerate() {
        let at = Literal::usize_unsuffixed(at);
        let (ident, id) = (&variant.ident, id(variant.id));
        let value = converted(quote_spanned!(variant.span=> __value), &variant.with, &variant.ty);
        encode_arms.extend(quote_spanned! {variant.span=>
            Self::#ident(__value) => __Encode::encode_field(#value, #id, __w),
        });
        let read = match &variant.with {
            None => quote_spanned! {variant.span=>
                __read_variant(&mut __union, Self::#ident, __field, __r, __c, #at)
            },
            Some(with) => {
                let from = from_thrift(with);
                quote_spanned! {variant.span=>
                    __read_variant_with(#from, &mut __union, Self::#ident, __field, __r, __c, #at)
                }
            }
        };
        decode_arms.extend(quote_spanned!(variant.span=> #id => #read?,));
    }
    let (otherwise, unset) = match &item.unrecognized {
        Some(unrecognized) => {
            encode_arms.extend(quote!(Self::#unrecognized(__field) => __field.encode(__w),));
            (
                quote!(__read_unknown(&mut __union, Self::#unrecognized, __field, __r, __c)?),
                quote!(__Ok(Self::#unrecognized(__Default::default()))),
            )
        }
        None => (quote!(__skip(__field, __r, __c)?), quote!(__Err(__unset_union(__r, __c)))),
    };
    let encode_match = match item.variants.is_empty() && item.unrecognized.is_none() {
        true => quote!(match *self {}),
        false => quote!(match self { #encode_arms }),
    };
    let plain = bounded(&item.generics, &item.bounds, &quote!(__ThriftType));
    let (plain_params, arguments, plain_clause) = (plain.params, plain.arguments, plain.clause);
    let encode = bounded(&item.generics, &item.bounds, &quote!(__Encode));
    let (encode_params, encode_clause) = (encode.params, encode.clause);
    let Signature { de, reader_type, reader, bind_reader, writer_type, writer, bind_writer } =
        Signature::new(&item.doc.lines, std::iter::empty());
    let decode = decodable(&item.generics, &item.bounds, &de);
    let (decode_params, decode_clause) = (decode.params, decode.clause);
    quote! {
        #[allow(deprecated)]
        impl #plain_params __ThriftType for #ident #arguments #plain_clause {
            const TYPE: __std::TType = __shown_type(__TType::STRUCT);
            #names
        }
        #[allow(deprecated)]
        impl #encode_params __Encode for #ident #arguments #encode_clause {
            fn encode<#writer_type: __std::Writer>(&self, #writer: &mut #writer_type) {
                #bind_writer
                let __outer = __Writer::struct_begin(__w, Self::NAMES);
                #encode_match
                __ScalarWriter::stop(__w);
                __Writer::struct_end(__w, __outer);
            }
        }
        #[allow(deprecated)]
        impl #decode_params __Decode<#de> for #ident #arguments #decode_clause {
            fn decode<#reader_type: __std::Reader<#de>>(
                #reader: &mut #reader_type,
            ) -> __std::Result<Self, __std::Error> {
                #bind_reader
                let __c = Self::NAMES;
                let __outer = __begin::<Self, _>(__r)?;
                let mut __union = __None;
                while let __Some(__field) = __field(__r, __c)? {
                    match __field.id {
                        #decode_arms
                        _ => #otherwise,
                    }
                }
                __end::<Self, _>(__r, __outer);
                match __union {
                    __Some(__union) => __Ok(__union),
                    __None => #unset,
                }
            }
        }
    }
}
