//! Constants.

use proc_macro2::TokenStream;
use quote::quote;

use super::{allow, doc};
use crate::model::{Const, ConstKind};

/// `pub const ANSWER: i32 = 42;` where possible, else a `static` initialized on first use.
pub(crate) fn constant(item: &Const) -> TokenStream {
    let (docs, allow, ident) = (doc(&item.doc), allow(), &item.ident);
    let (ty, value) = (&item.ty, &item.value);
    match item.kind {
        ConstKind::Const => quote!(#docs #allow pub const #ident: #ty = #value;),
        ConstKind::Static => quote!(#docs #allow pub static #ident: #ty = #value;),
        ConstKind::Lazy => quote! {
            #docs
            #allow
            pub static #ident: __std::LazyLock<#ty> = __LazyLock::new(|| #value);
        },
    }
}
