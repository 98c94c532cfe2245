//! One field: its decoding, and its value in `Default`.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};

use super::conversion::from_thrift;
use super::optional::{from_value, pointers};
use super::{default_or, id};
use crate::model::{Field, Presence};

/// The expressions that decode a field into a slot and take its value from it.
pub(super) struct Decoded {
    /// The `Result` of the value, if it comes next.
    pub(super) next: TokenStream,
    /// The `Result` of reading the value in any place.
    pub(super) read: TokenStream,
    /// The final value of the field. It may return early with an error.
    pub(super) value: TokenStream,
    /// The memory charged in addition to the decoded value.
    pub(super) heap: Vec<TokenStream>,
}

/// The field at the position, with `slot` as its `Option`. Naming the type costs the compiler a
/// little per field; inferring it costs more with each further field.
pub(super) fn decoded(field: &Field, at: usize, slot: &TokenStream, name_type: bool) -> Decoded {
    let (at, id) = (Literal::usize_unsuffixed(at), id(field.id));
    let (next, read) = match &field.with {
        None => {
            let ty = &field.ty;
            let types = name_type.then(|| quote!(::<#ty, _>));
            (
                quote_spanned!(field.span=> __next #types(#id, __r, __c, #at)),
                quote_spanned!(field.span=> __read(&mut #slot, __field, __r, __c, #at)),
            )
        }
        Some(with) => {
            let from = from_thrift(with);
            (
                quote_spanned!(field.span=> __next_with(#from, #id, __r, __c, #at)),
                quote_spanned!(field.span=>
                    __read_with(#from, &mut #slot, __field, __r, __c, #at)
                ),
            )
        }
    };
    let value = match field.presence {
        Presence::Optional => from_value(&field.layers, slot.clone()),
        Presence::Required => quote_spanned!(field.span=> __required(#slot, __r, __c, #at)?),
        Presence::Default => default_or(field, slot),
    };
    let mut heap = pointers(&field.layers, slot);
    if let (Some(of_default), Presence::Default) = (&field.heap, field.presence) {
        heap.push(quote!(if __Option::is_none(&#slot) { #of_default } else { 0 }));
    }
    Decoded { next, read, value, heap }
}

/// The value of the field in `Default`.
pub(super) fn default_value(field: &Field) -> TokenStream {
    match (&field.default, field.presence) {
        (Some(default), Presence::Optional) => quote!(__Some(#default)),
        (Some(default), _) => default.clone(),
        (None, Presence::Optional) => quote!(__None),
        (None, _) => quote!(__Default::default()),
    }
}
