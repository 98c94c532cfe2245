//! The error of a method: an enum of the exceptions that it declares.

use proc_macro2::TokenStream;
use quote::quote;

use super::{allow, names};
use crate::model::Method;

/// The enum of the exceptions that a method declares.
///
/// ```text
/// #[derive(Debug, Clone?)]
/// pub enum CalculateError {
///     InvalidOperation(InvalidOperation),
///     Other(thriftly::Error),
/// }
/// impl From<InvalidOperation> for CalculateError { … }
/// impl From<thriftly::Error> for CalculateError { … }
/// impl From<io::Error> for CalculateError { … }
/// impl From<CalculateError> for thriftly::Error { … }
/// impl Throws for CalculateError { … }
/// ```
pub(crate) fn method_types(method: &Method) -> TokenStream {
    let Some(error) = &method.error else { return TokenStream::new() };
    let allow = allow();
    let summary = format!(" What `{}` may fail with.", method.name);
    let mut variants = TokenStream::new();
    let mut froms = TokenStream::new();
    let mut display = TokenStream::new();
    let mut encode = TokenStream::new();
    let mut decode = TokenStream::new();
    let mut sources = TokenStream::new();
    let mut undeclared = TokenStream::new();
    for thrown in &method.throws {
        let (variant, ty, id) = (&thrown.variant, &thrown.ty, thrown.id);
        variants.extend(quote! {
            /// Declared by the IDL.
            #variant(#ty),
        });
        if thrown.unique {
            froms.extend(quote! {
                #[allow(deprecated)]
                impl __std::From<#ty> for #error {
                    fn from(error: #ty) -> Self { Self::#variant(error) }
                }
            });
        }
        display.extend(quote!(Self::#variant(__error) => __Display::fmt(__error, f),));
        sources.extend(quote!(Self::#variant(__error) => __Some(__error),));
        undeclared.extend(quote!(#error::#variant(__error) => __service::declared(__error),));
        encode.extend(quote! {
            Self::#variant(__error) => __Encode::encode_field(__error, #id, __w),
        });
        decode.extend(quote! {
            #id if __Reader::fits(__r, __field, <#ty as __ThriftType>::TYPE) => {
                __Ok(__Some(Self::#variant(__Decode::decode(__r)?)))
            }
        });
    }
    let fields = method.throws.iter().map(|thrown| (thrown.id, &*thrown.name));
    let names = names(&method.name, std::iter::once((0, "success")).chain(fields));
    quote! {
        #[doc = #summary]
        #allow
        #[derive(__Debug)]
        pub enum #error {
            #variants
            /// Any other error: of the connection, the protocol, or a `TApplicationException`.
            Other(__std::Error),
        }
        #froms
        impl __std::From<__std::Error> for #error {
            fn from(error: __std::Error) -> Self { Self::Other(error) }
        }
        /// The caller receives `INTERNAL_ERROR` without details; the text is only logged.
        impl __std::From<__std::io::Error> for #error {
            fn from(error: __std::io::Error) -> Self { Self::Other(__From::from(error)) }
        }
        /// A declared exception is the source of the error.
        #[allow(deprecated)]
        impl __std::From<#error> for __std::Error {
            fn from(error: #error) -> Self {
                match error { #undeclared #error::Other(__error) => __error }
            }
        }
        #[allow(deprecated)]
        impl __std::Display for #error {
            fn fmt(&self, f: &mut __std::Formatter<'_>) -> __fmt::Result {
                match self { #display Self::Other(__error) => __Display::fmt(__error, f) }
            }
        }
        #[allow(deprecated)]
        impl __std::error::Error for #error {
            fn source(&self) -> __std::Option<&(dyn __std::error::Error + 'static)> {
                match self { #sources Self::Other(__error) => __Some(__error) }
            }
        }
        #[doc(hidden)]
        #[allow(deprecated)]
        impl __Throws for #error {
            #names
            fn into_undeclared(self) -> __Result<__Error, Self> {
                match self { Self::Other(__error) => __Ok(__error), __other => __Err(__other) }
            }
            fn encode_declared<__W: __Writer>(&self, __w: &mut __W) {
                match self { #encode Self::Other(_) => {} }
            }
            fn decode_declared<'__de, __R: __Reader<'__de>>(
                __field: __FieldHeader,
                __r: &mut __R,
            ) -> __Result<__Option<Self>, __Error> {
                match __field.id { #decode _ => __Ok(__None) }
            }
        }
    }
}
