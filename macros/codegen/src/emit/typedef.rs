//! Typedefs.

use proc_macro2::TokenStream;
use quote::quote;

use super::{allow, doc};
use crate::model::Typedef;

/// `pub type Stamp = i64;`
pub(crate) fn typedef(item: &Typedef) -> TokenStream {
    let (docs, allow, ident, ty) = (doc(&item.doc), allow(), &item.ident, &item.ty);
    quote!(#docs #allow pub type #ident = #ty;)
}
