//! Names in codec signatures, which rustdoc shows.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::Lifetime;

/// The parameters of `encode` and `decode`: `R`, `W`, `r`, `w` and `'de` where rustdoc shows them. Hand-written types
/// may have these names for something else, so there they begin with underscores.
pub(super) struct Signature {
    pub(super) de: Lifetime,
    pub(super) reader_type: Ident,
    pub(super) reader: Ident,
    /// Binds the parameter to the name used in the function, if different.
    pub(super) bind_reader: Option<TokenStream>,
    pub(super) writer_type: Ident,
    pub(super) writer: Ident,
    /// As `bind_reader`.
    pub(super) bind_writer: Option<TokenStream>,
}

impl Signature {
    /// `lines` are the docs of the type, which only types of the IDL have; `values` stand in the functions.
    pub(super) fn new<'a>(
        lines: &[String],
        values: impl Iterator<Item = &'a TokenStream>,
    ) -> Signature {
        let prefix = if lines.is_empty() { "__" } else { "" };
        // A type of the IDL may have this name, too.
        let named = values.into_iter().any(|value| mentions(value.clone(), "R"));
        Signature {
            de: Lifetime::new(&format!("'{prefix}de"), Span::call_site()),
            reader_type: format_ident!("{}R", if named { "__" } else { prefix }),
            reader: format_ident!("{prefix}r"),
            bind_reader: prefix.is_empty().then(|| quote!(let __r = r;)),
            writer_type: format_ident!("{prefix}W"),
            writer: format_ident!("{prefix}w"),
            bind_writer: prefix.is_empty().then(|| quote!(let __w = w;)),
        }
    }
}

fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}
