//! Services: method constants, handler traits, servers and clients.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::client::client;
use super::server::server;
use super::side::{Side, signature, type_parameter};
use super::{allow, doc, written};
use crate::model::{Docs, Method, Service, SideNames};

/// Traits, servers and clients, async and blocking.
pub(crate) fn service(item: &Service) -> TokenStream {
    let asynchronous =
        [handler_trait(item, Side::Async), server(item, Side::Async), client(item, Side::Async)];
    let blocking = [
        handler_trait(item, Side::Blocking),
        server(item, Side::Blocking),
        client(item, Side::Blocking),
    ];
    let methods = item.methods.iter().map(method);
    quote! {
        #(#methods)*
        __if_async! { #(#asynchronous)* }
        #(#blocking)*
    }
}

/// The method constants used by clients.
///
/// ```text
/// pub const __StoreGetArgsMethod: Method =
///     Method { name: "get", oneway: false, idempotent: true, arguments: &StructNames { … } };
/// ```
fn method(method: &Method) -> TokenStream {
    let Method { info, args, name, oneway, idempotent, .. } = method;
    quote! {
        #[doc(hidden)]
        #[allow(nonstandard_style, unreachable_pub)]
        pub const #info: __Method = __Method {
            name: #name,
            oneway: #oneway,
            idempotent: #idempotent,
            arguments: <#args as __ThriftType>::NAMES,
        };
    }
}

/// ```text
/// pub trait Sleep: Send + Sync + 'static {
///     fn sleep(&self, seconds: i32) -> impl Future<Output = Result<()>> + Send;
/// }
/// ```
fn handler_trait(item: &Service, side: Side) -> TokenStream {
    let allow = allow();
    let ident = &item.names.of(side).handler;
    let docs = doc(&handler_docs(item, side));
    let parent = match item.ancestors.first() {
        Some(parent) => {
            let (module, ident) = (&parent.module, &parent.names.of(side).handler);
            quote!(#module #ident)
        }
        None => quote!(__std::Send + __std::Sync + 'static),
    };
    let methods = item.methods.iter().map(|method| {
        let line = format!(" Written as `{}`.", written::method(method, side));
        let (docs, signature) = (doc(&method.doc.clone().and(line)), signature(method, side));
        quote!(#docs #signature;)
    });
    let shared = shared(item, ident, side);
    quote! {
        #docs
        #allow
        pub trait #ident: #parent { #(#methods)* }

        #shared
    }
}

/// The docs of the service and of the purpose of the trait.
fn handler_docs(item: &Service, side: Side) -> Docs {
    let SideNames { handler, server, client } = item.names.of(side);
    let (module, wait) = match side {
        Side::Async => ("", ".await"),
        Side::Blocking => ("blocking::", ""),
    };
    let text = format!(
        " The handler of a server: `impl {handler} for …`, with the methods as each is shown below, and then \
         `thriftly::{module}Server::new({server}::new(handler)).serve(address){wait}`.",
    );
    let others = format!(
        " [`{client}`] implements it, too, and so does an `Arc` of a handler: code that takes \
         `impl {handler}` takes a handler, a shared one, or a server elsewhere.",
    );
    item.doc.clone().and(text).and(others)
}

/// The impl of the trait for shared handlers.
///
/// ```text
/// impl<H: Store + ?Sized> Store for Arc<H> {
///     fn get(&self, key: String) -> impl Future<Output = Result<Value, GetError>> + Send {
///         H::get(&**self, key)
///     }
/// }
/// ```
fn shared(item: &Service, handler: &Ident, side: Side) -> TokenStream {
    let (allow, h) = (allow(), type_parameter("H", item));
    let methods = item.methods.iter().map(|method| {
        let (ident, signature) = (&method.ident, signature(method, side));
        let arguments = method.arguments.iter().map(|argument| &argument.ident);
        quote!(#signature { <#h as #handler>::#ident(&**self, #(#arguments),*) })
    });
    quote! {
        #allow
        impl<#h: #handler + ?__std::Sized> #handler for __std::Arc<#h> { #(#methods)* }
    }
}
