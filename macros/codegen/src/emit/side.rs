//! Signatures shared by handlers, servers and clients, async and blocking.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;

use crate::model::{Argument, Method, Service, ServiceNames, SideNames};
use crate::name::free_name;

/// Async or blocking.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Async,
    Blocking,
}

impl ServiceNames {
    pub(super) fn of(&self, side: Side) -> &SideNames {
        match side {
            Side::Async => &self.asynchronous,
            Side::Blocking => &self.blocking,
        }
    }
}

/// The error of a method.
pub(super) fn error(method: &Method) -> TokenStream {
    let module = &method.module;
    match &method.error {
        Some(error) => quote!(#module #error),
        None => quote!(__std::Error),
    }
}

/// `Result<T, E>` of a method.
pub(super) fn result(method: &Method) -> TokenStream {
    let (returns, error) = (&method.returns, error(method));
    quote!(__std::Result<#returns, #error>)
}

/// A method of the trait.
pub(super) fn signature(method: &Method, side: Side) -> TokenStream {
    let ident = &method.ident;
    let arguments =
        method.arguments.iter().map(|Argument { ident, handed, .. }| quote!(#ident: #handed));
    let result = result(method);
    let output = match side {
        Side::Async => quote!(impl __std::Future<Output = #result> + __std::Send),
        Side::Blocking => result,
    };
    quote!(fn #ident(&self, #(#arguments),*) -> #output)
}

/// The name of a type parameter: a letter, unless the service uses it for something else.
pub(super) fn type_parameter(name: &str, item: &Service) -> Ident {
    let names = std::iter::once(&item.names).chain(item.ancestors.iter().map(|one| &one.names));
    let handlers = names.flat_map(|names| [&names.asynchronous.handler, &names.blocking.handler]);
    let types = item.callable().flat_map(|method| {
        let arguments = method.arguments.iter();
        let arguments = arguments.flat_map(|argument| [&argument.passed, &argument.handed]);
        arguments.chain([&method.returns])
    });
    let mut taken = handlers.map(Ident::to_string).collect::<HashSet<_>>();
    types.for_each(|ty| idents(ty.clone(), &mut taken));
    Ident::new(&free_name(name, |name| taken.contains(name)), Span::call_site())
}

fn idents(tokens: TokenStream, into: &mut HashSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                into.insert(ident.to_string());
            }
            TokenTree::Group(group) => idents(group.stream(), into),
            _ => {}
        }
    }
}
