//! `#[derive(ThriftStruct)]`, from its input to its expansion.

mod attributes;
mod enumeration;
mod errors;
mod generics;
mod names;
mod structure;
mod transparent;
mod types;
mod union;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields};

use self::attributes::TypeAttributes;
use self::errors::Errors;
use crate::emit;
use crate::model::Struct;

/// Expands `#[derive(ThriftStruct)]`.
pub fn derive_struct(input: TokenStream) -> TokenStream {
    syn::parse2::<DeriveInput>(input)
        .map(|input| expand(&input))
        .unwrap_or_else(Error::into_compile_error)
}

fn expand(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let attributes = TypeAttributes::parse(&input.attrs, &mut errors);
    let private = match &attributes.krate {
        Some(path) => quote!(#path::__private),
        None => quote!(::thriftly::__private),
    };
    let (codec, item) = codec(input, &attributes, &mut errors);
    let exception = attributes.exception.map(|_| {
        let item = item.as_ref().and_then(|item| Some((item, item.exception.as_ref()?)));
        emit::derived_exception_traits(&input.ident, &input.generics, item)
    });
    let (codec, errors) = match errors.finish() {
        Ok(()) => (codec, TokenStream::new()),
        Err(error) => (emit::skeleton(&input.ident, &input.generics), error.into_compile_error()),
    };
    quote! {
        #errors
        #[allow(deprecated)]
        const _: () = {
            #[allow(unused_imports)]
            use #private::*;
            #codec
            #exception
        };
    }
}

/// The codec impls of the type, and its model if it is a struct.
fn codec(
    input: &DeriveInput,
    attributes: &TypeAttributes,
    errors: &mut Errors,
) -> (TokenStream, Option<Struct>) {
    if let (Some(span), false) = (attributes.transparent, matches!(input.data, Data::Struct(_))) {
        errors.push(span, "only a struct with one field can be `transparent`");
    }
    if let (Some(_), Some(name)) = (attributes.transparent, &attributes.name) {
        errors.push_spanned(name, "a `transparent` type has no name on the wire");
    }
    let codec = match &input.data {
        Data::Struct(data) if attributes.transparent.is_some() => {
            transparent::transparent(input, data, errors)
                .map(|item| emit::transparent_codec(&item))
                .unwrap_or_default()
        }
        Data::Struct(data) => {
            let item = structure::structure(input, data, attributes, errors);
            return (emit::struct_codec(&item), Some(item));
        }
        Data::Enum(data) if data.variants.is_empty() => {
            errors.push_spanned(
                &input.ident,
                "an enum without variants has no values that could be sent",
            );
            TokenStream::new()
        }
        Data::Enum(data) if is_numeric(data) => {
            let item = enumeration::enumeration(input, data, attributes.name(input), errors);
            emit::enum_codec(&item, false)
        }
        Data::Enum(data) => {
            emit::union_codec(&union::union(input, data, attributes.name(input), errors))
        }
        Data::Union(data) => {
            errors.push(
                data.union_token.span,
                "a Rust union cannot be a Thrift union: use an enum with one field for each variant",
            );
            TokenStream::new()
        }
    };
    (codec, None)
}

/// Whether the enum is a Thrift enum rather than a union.
fn is_numeric(data: &syn::DataEnum) -> bool {
    let plain = |variant: &syn::Variant| matches!(variant.fields, Fields::Unit);
    data.variants.iter().any(plain)
}
