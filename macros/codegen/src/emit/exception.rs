//! `Display` and `Error` impls of exceptions.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use crate::model::{Exception, Field, Layer, Presence, Struct};

/// For an exception of the IDL: its message, or else its name and fields.
///
/// ```text
/// impl Display for NotFound {
///     fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
///         show_exception(f, "NotFound", Some(&self.message), &[("key", Some(&self.key))])
///     }
/// }
/// impl Error for NotFound {
///     fn source(&self) -> Option<&(dyn Error + 'static)> { … }
/// }
/// ```
pub(super) fn exception_traits(item: &Struct, exception: &Exception) -> TokenStream {
    let name = &item.name;
    let text = text(item, exception);
    let shown = item.fields.iter().enumerate().filter(|(at, _)| exception.message != Some(*at));
    let fields = shown.map(|(_, field)| {
        let (member, name) = (&field.member, &field.name);
        let value = match field.presence {
            Presence::Optional => quote!(__shown(&self.#member)),
            _ => quote!(__Some(&self.#member)),
        };
        quote!((#name, #value))
    });
    let show = quote!(__show_exception(f, #name, #text, &[#(#fields),*]));
    error_traits(&item.ident, &item.generics, &show, source(item, exception).as_ref())
}

/// For a hand-written type, whose fields may not implement `Debug`: its message, or else its
/// `Debug` form.
pub(crate) fn derived_exception_traits(
    ident: &Ident,
    generics: &syn::Generics,
    item: Option<(&Struct, &Exception)>,
) -> TokenStream {
    let debug = quote!(__Debug::fmt(self, f));
    let show = match item {
        Some((item, exception)) if exception.message.is_some() => {
            let text = text(item, exception);
            quote! {
                match #text {
                    __Some(__text) if !__text.is_empty() => __Formatter::pad(f, __text),
                    _ => #debug,
                }
            }
        }
        _ => debug,
    };
    let source = item.and_then(|(item, exception)| source(item, exception));
    error_traits(ident, generics, &show, source.as_ref())
}

/// The message as an `Option<&str>`.
fn text(item: &Struct, exception: &Exception) -> TokenStream {
    let Some(Field { member, presence, .. }) = exception.message.and_then(|at| item.fields.get(at))
    else {
        return quote!(__None);
    };
    match presence {
        Presence::Optional => quote!(__Option::as_deref(&self.#member)),
        _ => quote!(__Option::<&__str>::Some(&self.#member)),
    }
}

/// The exception that caused this one.
fn source(item: &Struct, exception: &Exception) -> Option<TokenStream> {
    let Field { member, presence, layers, span, .. } = item.fields.get(exception.source?)?;
    let (boxed, present) = (exception.is_source_boxed, *presence != Presence::Optional);
    // A pointer is no error to look for: what it points to is.
    let deref = if boxed { quote!(&**__error) } else { quote!(__error) };
    let found = quote_spanned!(*span=> __Some(__error) => __Some(#deref), __None => __None);
    Some(match layers.as_slice() {
        _ if present && boxed => quote_spanned!(*span=> __Some(&*self.#member)),
        _ if present => quote_spanned!(*span=> __Some(&self.#member)),
        [] | [Layer::Option] => quote!(match &self.#member { #found }),
        layers => {
            let value = super::optional::value_of(layers, quote!(&self.#member));
            quote!(match #value { #found })
        }
    })
}

fn error_traits(
    ident: &Ident,
    generics: &syn::Generics,
    show: &TokenStream,
    source: Option<&TokenStream>,
) -> TokenStream {
    let mut bounds = generics.clone();
    if bounds.type_params().next().is_some() {
        // `Error` requires only `Debug` and `Display`, independent of the fields.
        bounds.make_where_clause().predicates.push(syn::parse_quote!(Self: __Debug));
    }
    let (params, arguments, clause) = bounds.split_for_impl();
    let (params, arguments) = (params.to_token_stream(), arguments.to_token_stream());
    let source = source.map(|source| {
        quote! {
            fn source(&self) -> __std::Option<&(dyn __std::error::Error + 'static)> {
                #source
            }
        }
    });
    quote! {
        #[allow(deprecated)]
        impl #params __Display for #ident #arguments #clause {
            fn fmt(&self, f: &mut __std::Formatter<'_>) -> __fmt::Result {
                #show
            }
        }
        #[allow(deprecated)]
        impl #params __StdError for #ident #arguments #clause {
            #source
        }
    }
}
