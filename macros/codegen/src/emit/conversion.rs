//! Conversion of types without a Thrift type by user functions.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::Path;
use syn::spanned::Spanned;

/// An expression for a reference to the encoded value, given a reference to the field's value. Both
/// functions must agree on the type on the wire.
pub(super) fn converted(value: TokenStream, with: &Option<Path>, ty: &TokenStream) -> TokenStream {
    match with {
        None => value,
        Some(with) => {
            let from = from_thrift(with);
            quote_spanned! {place(with)=>
                &__agreed::<_, #ty, _, _>(#from, #with::to_thrift(#value))
            }
        }
    }
}

/// The function from the decoded value to the field's value.
pub(super) fn from_thrift(with: &Path) -> TokenStream {
    quote_spanned!(place(with)=> #with::from_thrift)
}

/// Located at the path, resolved like generated code.
fn place(with: &Path) -> Span {
    with.span().resolved_at(Span::call_site())
}
