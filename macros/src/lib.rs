//! The macros of thriftly: `thrift!` and `#[derive(ThriftStruct)]`.
//!
//! Use them through the crate `thriftly`, which documents them.

use proc_macro::TokenStream;

/// Expands to the Rust code of an IDL file.
#[proc_macro]
pub fn thrift(input: TokenStream) -> TokenStream {
    // The place of the first token is that of the call even if another macro made the rest.
    let file = input.clone().into_iter().next().and_then(|token| token.span().local_file());
    thriftly_codegen::thrift(input.into(), file).into()
}

/// Derives the codec of a hand-written type.
#[proc_macro_derive(ThriftStruct, attributes(thrift))]
pub fn derive_thrift_struct(input: TokenStream) -> TokenStream {
    thriftly_codegen::derive_struct(input.into()).into()
}
