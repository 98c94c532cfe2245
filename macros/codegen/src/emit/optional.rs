//! Optional fields with further wrappers: `Option<Option<T>>`, `Box<Option<T>>`.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Layer;

/// The value as an expression that matches `Some(value)`. For a field `Box<Option<T>>` is
/// `as_ref(&**&self.field)`.
pub(super) fn value_of(layers: &[Layer], field: TokenStream) -> TokenStream {
    match layers {
        [] => field,
        [Layer::Option] => quote!(__Option::as_ref(#field)),
        [Layer::Option, inner @ ..] => {
            let inner = value_of(inner, quote!(__value));
            quote!(__Option::and_then(__Option::as_ref(#field), |__value| #inner))
        }
        [Layer::Pointer(_), inner @ ..] => value_of(inner, quote!(&**#field)),
    }
}

/// The memory of the pointers: those outside all `Option`s always, others only if there is a value.
pub(super) fn pointers(layers: &[Layer], value: &TokenStream) -> Vec<TokenStream> {
    let mut has_option = false;
    let mut sizes = Vec::new();
    for layer in layers {
        match layer {
            Layer::Option => has_option = true,
            Layer::Pointer(pointer) if has_option => sizes.push(quote! {
                if __Option::is_some(&#value) { __pointed::<#pointer>() } else { 0 }
            }),
            Layer::Pointer(pointer) => sizes.push(quote!(__pointed::<#pointer>())),
        }
    }
    sizes
}

/// The field, given an `Option` of its value.
pub(super) fn from_value(layers: &[Layer], value: TokenStream) -> TokenStream {
    match layers {
        [] | [Layer::Option] => value,
        [Layer::Option, inner @ ..] => {
            let inner = from_value(inner, quote!(__Some(__value)));
            quote!(__Option::map(#value, |__value| #inner))
        }
        [Layer::Pointer(pointer), inner @ ..] => {
            let inner = from_value(inner, value);
            quote!(<#pointer>::new(#inner))
        }
    }
}
