//! Clients: an inherent method for each IDL method, and an impl of the service's trait.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::side::{Side, error, result, signature, type_parameter};
use super::{allow, doc, id};
use crate::model::{Ancestor, Argument, Method, Passing, Service, SideNames};

/// ```text
/// #[derive(Debug, Clone)]
/// pub struct StoreClient<C = Channel> { inner: Caller<C> }
///
/// impl StoreClient {
///     pub async fn connect(address: …) -> Result<Self> { … }
///     pub fn builder() -> ClientBuilder<Self> { … }
/// }
/// impl<C> StoreClient<C> { pub fn new(channel: C) -> Self; pub fn with_protocol(self, …) -> Self }
/// impl<C: ThriftService> StoreClient<C> {
///     pub fn get(&self, key: &str) -> ReplyFuture<Value, GetError, C> {
///         self.inner.call(&__StoreGetArgsMethod, Argument::<1, _>(key))
///     }
/// }
/// impl<C: ThriftService + Sync + 'static> Store for StoreClient<C> { … }
/// ```
pub(super) fn client(item: &Service, side: Side) -> TokenStream {
    let allow = allow();
    let SideNames { handler, client, .. } = item.names.of(side);
    let c = type_parameter("C", item);
    let summary = format!(" Client of the service `{}`.", item.name);
    let (connect, usage) = usage(item, client, side);
    let methods = item.callable().map(|method| client_method(method, side, &c));
    let (channel, builder, bound, async_token, await_token) = match side {
        Side::Async => (
            quote!(__std::Channel),
            quote!(__std::ClientBuilder),
            quote!(__std::ThriftService),
            quote!(async),
            quote!(.await),
        ),
        Side::Blocking => (
            quote!(__blocking::Channel),
            quote!(__blocking::ClientBuilder),
            quote!(__blocking::Service),
            quote!(),
            quote!(),
        ),
    };
    let name = &item.name;
    let own = implementation(&TokenStream::new(), handler, &item.methods, client, side, &c);
    let inherited = item.ancestors.iter().map(|Ancestor { module, names, methods }| {
        implementation(module, &names.of(side).handler, methods, client, side, &c)
    });
    quote! {
        #[doc = #summary]
        ///
        #[doc = #connect]
        #usage
        ///
        /// Clones share the connections. Methods take their arguments by reference and encode them
        /// when called.
        #allow
        #[derive(__Debug, __Clone)]
        pub struct #client<#c = #channel> {
            inner: __Caller<#c>,
        }

        #allow
        impl #client {
            /// Connects to a server address, such as `"127.0.0.1:6000"`, unframed and in the binary
            /// protocol, with a timeout of 30 seconds for each call. Use a
            /// [`builder`](Self::builder) for other settings.
            ///
            /// # Errors
            /// The address cannot be parsed or resolved, or no connection can be established.
            pub #async_token fn connect(
                address: impl __std::TryInto<__std::Address, Error: __std::Into<__std::Error>>,
            ) -> __std::Result<Self, __std::Error> {
                Self::builder().connect(address) #await_token
            }

            /// A builder of clients with custom settings.
            pub fn builder() -> #builder<Self> {
                #builder::new()
            }
        }

        impl __std::FromChannel<#channel> for #client {
            fn from_channel(channel: #channel, settings: __std::CallSettings) -> Self {
                Self { inner: __Caller::new(channel, settings) }
            }
            type Over<#c> = #client<#c>;
            fn over<#c>(channel: #c, settings: __std::CallSettings) -> #client<#c> {
                #client { inner: __Caller::new(channel, settings) }
            }
        }

        impl<#c> __std::NamedService for #client<#c> {
            const NAME: &'static __str = #name;
        }

        #allow
        impl<#c> #client<#c> {
            /// Creates a client over a channel, with the protocol of the channel. The protocol of a
            /// channel with layers is not known: if it is not binary, set it with
            /// [`with_protocol`](Self::with_protocol).
            pub fn new(channel: #c) -> Self
            where
                #c: 'static,
            {
                Self { inner: __Caller::of(channel) }
            }

            /// Returns the client with another protocol.
            #[must_use]
            pub fn with_protocol(self, protocol: __std::Protocol) -> Self {
                Self { inner: __Caller::with_protocol(self.inner, protocol) }
            }

            /// Returns a client whose calls name the service, as in `Store:get`, for a server with
            /// several services (multiplexed). The name is usually the one in the IDL.
            #[must_use]
            pub fn multiplexed(
                self,
                service: impl __std::Into<__std::Cow<'static, str>>,
            ) -> Self {
                Self { inner: __Caller::multiplexed(self.inner, service) }
            }

            /// The channel of the client, for other clients.
            pub fn into_channel(self) -> #c {
                __Caller::into_channel(self.inner)
            }

            /// Returns the client with another timeout: each call fails if its reply does not
            /// arrive within this time after the method was called. `Duration::MAX` means no
            /// timeout.
            ///
            /// It shares the connections: `client.with_timeout(Duration::from_millis(50)).get("k")` is
            /// for one call only.
            #[must_use]
            pub fn with_timeout(&self, timeout: __std::Duration) -> Self
            where
                #c: __std::Clone,
            {
                Self { inner: __Caller::with_timeout(&self.inner, timeout) }
            }

            /// Returns the client with further headers of each call, such as
            /// `client.with_headers([("tenant", "acme")])`. The framing has to carry headers.
            ///
            /// It shares the connections.
            #[must_use]
            pub fn with_headers(&self, headers: impl __std::Into<__std::Headers>) -> Self
            where
                #c: __std::Clone,
            {
                Self { inner: __Caller::with_headers(&self.inner, __std::Into::into(headers)) }
            }
        }

        #allow
        impl<#c: #bound> #client<#c> {
            #(#methods)*
        }

        #own
        #(#inherited)*
    }
}

/// A two-line example that connects and makes a call.
fn usage(item: &Service, client: &Ident, side: Side) -> (String, Option<TokenStream>) {
    let wait = if side == Side::Async { ".await" } else { "" };
    let connect =
        format!(" Connect with `let client = {client}::connect(\"127.0.0.1:9090\"){wait}?;`");
    let call = item.callable().next().map(|method| {
        let arguments = method.arguments.iter().map(|argument| argument.ident.to_string());
        let arguments = arguments.collect::<Vec<_>>().join(", ");
        let line = format!(" and call `client.{}({arguments}){wait}?`.", method.ident);
        quote!(#[doc = #line])
    });
    (connect, call)
}

/// ```text
/// pub fn get(&self, key: &str) -> ReplyFuture<Value, GetError, C> {
///     self.inner.call(&__StoreGetArgsMethod, Argument::<1, _>(key))
/// }
/// ```
fn client_method(method: &Method, side: Side, c: &Ident) -> TokenStream {
    let (docs, ident) = (doc(&method.doc), &method.ident);
    let parameters =
        method.arguments.iter().map(|Argument { ident, passed, .. }| quote!(#ident: #passed));
    let arguments =
        method.arguments.iter().map(|Argument { ident, id: at, passing, optional, .. }| {
            let at = id(*at);
            match passing {
                Passing::Plain if *optional => quote!(__OptionalArgument::<#at, _>(#ident)),
                Passing::Plain => quote!(__Argument::<#at, _>(#ident)),
                Passing::IntoOption { .. } => {
                    quote!(__OptionalArgument::<#at, _>(__Into::<__Option<_>>::into(#ident)))
                }
                Passing::IntoBytes => quote!(__Argument::<#at, __Bytes>(__Into::into(#ident))),
            }
        });
    let call = call(method, arguments.collect(), side);
    let borrows = |argument: &Argument| argument.passing == Passing::IntoOption { borrows: true };
    let lifetime = method.arguments.iter().any(borrows).then(|| quote!(<'a>));
    let output = match side {
        Side::Async => {
            let (returns, error) = (&method.returns, error(method));
            quote!(__std::ReplyFuture<#returns, #error, #c>)
        }
        Side::Blocking => result(method),
    };
    quote! {
        #docs
        pub fn #ident #lifetime(&self, #(#parameters),*) -> #output { #call }
    }
}

/// The expression that encodes and makes a call, async or blocking.
fn call(method: &Method, arguments: Vec<TokenStream>, side: Side) -> TokenStream {
    let (module, info, arguments) = (&method.module, &method.info, tuple(arguments));
    let function = match side {
        Side::Async => quote!(call),
        Side::Blocking => quote!(call_blocking),
    };
    quote!(__Caller::#function(&self.inner, &#module #info, #arguments))
}

/// Nested tuples of at most eight members each.
fn tuple(mut arguments: Vec<TokenStream>) -> TokenStream {
    while arguments.len() > 8 {
        arguments = arguments.chunks(8).map(|chunk| tuple(chunk.to_vec())).collect();
    }
    match &arguments[..] {
        [one] => one.clone(),
        all => quote!((#(#all),*)),
    }
}

/// The impl of the trait of the service, or of an extended service, for the client.
///
/// ```text
/// impl<C: ThriftService + Sync + 'static> Store for StoreClient<C> {
///     fn get(&self, key: String) -> impl Future<Output = Result<Value, GetError>> + Send {
///         self.inner.call(&__StoreGetArgsMethod, Argument::<1, _>(&key))
///     }
/// }
/// ```
fn implementation(
    module: &TokenStream,
    handler: &Ident,
    methods: &[Method],
    client: &Ident,
    side: Side,
    c: &Ident,
) -> TokenStream {
    let allow = allow();
    let bound = match side {
        Side::Async => quote!(__std::ThriftService + __std::Sync + 'static),
        Side::Blocking => quote!(__blocking::Service),
    };
    let methods = methods.iter().map(|method| {
        let signature = signature(method, side);
        let arguments =
            method.arguments.iter().map(|Argument { ident, id: at, optional, .. }| {
                let at = id(*at);
                match optional {
                    true => quote!(__OptionalArgument::<#at, _>(__Option::as_ref(&#ident))),
                    false => quote!(__Argument::<#at, _>(&#ident)),
                }
            });
        let call = call(method, arguments.collect(), side);
        quote!(#signature { #call })
    });
    quote! {
        #allow
        impl<#c: #bound> #module #handler for #client<#c> { #(#methods)* }
    }
}
