//! Types that have no Thrift type, and the user's functions that turn them into one that has.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::Path;
use syn::spanned::Spanned;

/// A reference to what is written, out of a reference to the value of the field, which is of the
/// type. Both functions have to agree on what it is on the wire.
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

/// The function from what is read to the value of the field.
pub(super) fn from_thrift(with: &Path) -> TokenStream {
    quote_spanned!(place(with)=> #with::from_thrift)
}

/// In the path's own place, but seeing what generated code sees.
fn place(with: &Path) -> Span {
    with.span().resolved_at(Span::call_site())
}
