//! Services: traits for handlers, servers, clients, and the types of their methods.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{allow, doc, names};
use crate::model::{Argument, Method, Service, ServiceNames, SideNames};

/// The enum of the exceptions that a method declares.
///
/// ```text
/// #[derive(Debug, Clone?)]
/// pub enum CalculateError {
///     InvalidOperation(InvalidOperation),
///     Other(thriftly::Error),
/// }
/// impl From<InvalidOperation> for CalculateError { … }
/// impl From<thriftly::Error> for CalculateError { … }
/// impl From<CalculateError> for thriftly::Error { … }
/// impl Throws for CalculateError { … }
/// ```
pub(crate) fn method_types(method: &Method) -> TokenStream {
    let Some(error) = &method.error else { return TokenStream::new() };
    let allow = allow();
    let summary = format!(" What `{}` may fail with.", method.name);
    let mut variants = TokenStream::new();
    let mut froms = TokenStream::new();
    let mut display = TokenStream::new();
    let mut encode = TokenStream::new();
    let mut decode = TokenStream::new();
    let mut sources = TokenStream::new();
    let mut undeclared = TokenStream::new();
    for thrown in &method.throws {
        let (variant, ty, id) = (&thrown.variant, &thrown.ty, thrown.id);
        variants.extend(quote! {
            /// Declared by the IDL.
            #variant(#ty),
        });
        if thrown.unique {
            froms.extend(quote! {
                #[allow(deprecated)]
                impl __From<#ty> for #error {
                    fn from(__error: #ty) -> Self { Self::#variant(__error) }
                }
            });
        }
        display.extend(quote!(Self::#variant(__error) => __Display::fmt(__error, __f),));
        sources.extend(quote!(Self::#variant(__error) => __Some(__error),));
        undeclared.extend(quote!(#error::#variant(__error) => __service::declared(__error),));
        encode.extend(quote! {
            Self::#variant(__error) => __Encode::encode_field(__error, #id, __w),
        });
        decode.extend(quote! {
            #id if __Reader::fits(__r, __field, <#ty as __ThriftType>::TYPE) => {
                __Ok(__Some(Self::#variant(__Decode::decode(__r)?)))
            }
        });
    }
    let fields = method.throws.iter().map(|thrown| (thrown.id, &*thrown.name));
    let names = names(&method.name, std::iter::once((0, "success")).chain(fields));
    quote! {
        #[doc = #summary]
        #allow
        #[derive(__Debug)]
        pub enum #error {
            #variants
            /// Anything else: the connection, the protocol, a `TApplicationException`.
            Other(__std::Error),
        }
        #froms
        impl __From<__Error> for #error {
            fn from(__error: __Error) -> Self { Self::Other(__error) }
        }
        /// A declared exception is the source of the error.
        #[allow(deprecated)]
        impl __From<#error> for __Error {
            fn from(__error: #error) -> Self {
                match __error { #undeclared #error::Other(__error) => __error }
            }
        }
        #[allow(deprecated)]
        impl __Display for #error {
            fn fmt(&self, __f: &mut __Formatter<'_>) -> __fmt::Result {
                match self { #display Self::Other(__error) => __Display::fmt(__error, __f) }
            }
        }
        #[allow(deprecated)]
        impl __StdError for #error {
            fn source(&self) -> __Option<&(dyn __StdError + 'static)> {
                match self { #sources Self::Other(__error) => __Some(__error) }
            }
        }
        #[allow(deprecated)]
        impl __Throws for #error {
            #names
            fn into_undeclared(self) -> __Result<__Error, Self> {
                match self { Self::Other(__error) => __Ok(__error), __other => __Err(__other) }
            }
            fn encode_declared<__W: __Writer>(&self, __w: &mut __W) {
                match self { #encode Self::Other(_) => {} }
            }
            fn decode_declared<'__de, __R: __Reader<'__de>>(
                __field: __FieldHeader,
                __r: &mut __R,
            ) -> __Result<__Option<Self>, __Error> {
                match __field.id { #decode _ => __Ok(__None) }
            }
        }
    }
}

/// Traits, servers and clients, async and blocking.
pub(crate) fn service(item: &Service) -> TokenStream {
    let asynchronous =
        [handler_trait(item, Side::Async), server(item, Side::Async), client(item, Side::Async)];
    let blocking = [
        handler_trait(item, Side::Blocking),
        server(item, Side::Blocking),
        client(item, Side::Blocking),
    ];
    quote! {
        __if_async! { #(#asynchronous)* }
        #(#blocking)*
    }
}

/// Which of the two twins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Async,
    Blocking,
}

impl ServiceNames {
    fn of(&self, side: Side) -> &SideNames {
        match side {
            Side::Async => &self.asynchronous,
            Side::Blocking => &self.blocking,
        }
    }
}

/// `Result<T, E>` of a method, as seen from the module at `module`.
fn result(module: &TokenStream, method: &Method) -> TokenStream {
    let returns = &method.returns;
    match &method.error {
        Some(error) => quote!(__std::Result<#returns, #module #error>),
        None => quote!(__std::Result<#returns, __std::Error>),
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
    let docs = doc(&item.doc);
    let parent = match &item.parent {
        Some(parent) => {
            let (module, ident) = (&parent.module, &parent.names.of(side).handler);
            quote!(#module #ident)
        }
        None => quote!(__std::Send + __std::Sync + 'static),
    };
    let methods = item.methods.iter().map(|method| {
        let (docs, ident) = (doc(&method.doc), &method.ident);
        let arguments =
            method.arguments.iter().map(|Argument { ident, handed, .. }| quote!(#ident: #handed));
        let result = result(&TokenStream::new(), method);
        let output = match side {
            Side::Async => quote!(impl __std::Future<Output = #result> + __std::Send),
            Side::Blocking => result,
        };
        quote!(#docs fn #ident(&self, #(#arguments),*) -> #output;)
    });
    quote! {
        #docs
        #allow
        pub trait #ident: #parent { #(#methods)* }
    }
}

/// ```text
/// pub struct SleepServer<H>(Arc<H>);
///
/// impl<H: Sleep> SleepServer<H> {
///     pub fn new(handler: H) -> Self { … }
///     pub fn __dispatch(handler: Arc<H>, request: Request) -> ResponseFuture {
///         match request.method.as_str() {
///             "sleep" => serve(request, true, move |args: __SleepSleepArgs| async move {
///                 H::sleep(&handler, args.seconds).await
///             }),
///             _ => unknown_method(request),
///         }
///     }
/// }
/// impl<H: Sleep> tower_service::Service<Request> for SleepServer<H> { … }
/// ```
fn server(item: &Service, side: Side) -> TokenStream {
    let allow = allow();
    let SideNames { handler, server, .. } = item.names.of(side);
    let summary = format!(" Serves `{}` by a handler.", item.name);
    let arms = item.methods.iter().map(|method| {
        let (name, oneway, args, ident) =
            (&method.name, method.oneway, &method.args, &method.ident);
        let fields = method.arguments.iter().map(|argument| &argument.ident);
        let call = quote!(<__H as #handler>::#ident(&*__handler, #(__args.#fields),*));
        match (side, &method.args_view) {
            (_, Some(args)) => serve_borrowed(name, oneway, args, &call, side),
            (Side::Async, None) => quote! {
                #name => __service::serve(__request, #oneway, move |__args: #args| async move {
                    #call.await
                }),
            },
            (Side::Blocking, None) => quote! {
                #name => __service::serve_blocking(__request, #oneway, move |__args: #args| #call),
            },
        }
    });
    let rest = match &item.parent {
        Some(parent) => {
            let module = &parent.module;
            let server = &parent.names.of(side).server;
            quote!(#module #server::<__H>::__dispatch(__handler, __request))
        }
        None => match side {
            Side::Async => quote!(__service::unknown_method(__request)),
            Side::Blocking => quote!(__service::unknown_method_blocking(__request)),
        },
    };
    let (handler_type, output, implement) = match side {
        Side::Async => (
            quote!(__Arc<__H>),
            quote!(__service::ResponseFuture),
            quote! {
                impl<__H: #handler> __tower_service::Service<__Request> for #server<__H> {
                    type Response = __Response;
                    type Error = __Error;
                    type Future = __service::ResponseFuture;

                    fn poll_ready(
                        &mut self,
                        _: &mut __task::Context<'_>,
                    ) -> __task::Poll<__Result<(), __Error>> {
                        __task::Poll::Ready(__Ok(()))
                    }

                    fn call(&mut self, __request: __Request) -> Self::Future {
                        Self::__dispatch(__Clone::clone(&self.0), __request)
                    }
                }
            },
        ),
        Side::Blocking => (
            quote!(&__H),
            quote!(__Result<__Response, __Error>),
            quote! {
                impl<__H: #handler> __blocking::Service for #server<__H> {
                    fn call(&self, __request: __Request) -> __Result<__Response, __Error> {
                        Self::__dispatch(&self.0, __request)
                    }
                }
            },
        ),
    };
    quote! {
        #[doc = #summary]
        #allow
        #[derive(__Debug)]
        pub struct #server<__H>(__Arc<__H>);

        #allow
        impl<__H: #handler> #server<__H> {
            /// Serves by the handler.
            pub fn new(handler: __H) -> Self {
                Self(__Arc::new(handler))
            }

            /// Serves by a handler that is shared with others.
            pub fn from_arc(handler: __std::Arc<__H>) -> Self {
                Self(handler)
            }

            #[doc(hidden)]
            pub fn __dispatch(__handler: #handler_type, __request: __Request) -> #output {
                match __request.method.as_str() {
                    #(#arms)*
                    _ => #rest,
                }
            }
        }

        impl<__H> __Clone for #server<__H> {
            fn clone(&self) -> Self {
                Self(__Clone::clone(&self.0))
            }
        }

        #[allow(deprecated)]
        #implement
    }
}

/// The arm for a method whose handler borrows its arguments.
///
/// ```text
/// "greet" => serve_borrowed(request, false, |call| Box::pin(async move {
///     match call.arguments::<__GreeterGreetArgsRef<'_>>() {
///         Ok(args) => call.answer(H::greet(&handler, args.name).await),
///         Err(error) => call.fail(error),
///     }
/// })),
/// ```
fn serve_borrowed(
    name: &str,
    oneway: bool,
    args: &Ident,
    call: &TokenStream,
    side: Side,
) -> TokenStream {
    let await_token = (side == Side::Async).then(|| quote!(.await));
    let body = quote! {
        match __call.arguments::<#args<'_>>() {
            __Ok(__args) => __call.answer(#call #await_token),
            __Err(__error) => __call.fail(__error),
        }
    };
    match side {
        Side::Async => quote! {
            #name => __service::serve_borrowed(__request, #oneway, |__call| {
                __Box::pin(async move { #body })
            }),
        },
        Side::Blocking => quote! {
            #name => __service::serve_borrowed_blocking(__request, #oneway, |__call| { #body }),
        },
    }
}

/// ```text
/// #[derive(Debug, Clone)]
/// pub struct SleepClient<C = Channel> { channel: C, protocol: Protocol }
///
/// impl SleepClient {
///     pub async fn connect(address: …) -> Result<Self> { … }
///     pub fn builder() -> ClientBuilder<Self> { … }
/// }
/// impl<C> SleepClient<C> { pub fn new(channel: C) -> Self; pub fn protocol(self, …) -> Self }
/// impl<C: Call> SleepClient<C> {
///     pub async fn sleep(&self, seconds: i32) -> Result<()> { … }
/// }
/// ```
fn client(item: &Service, side: Side) -> TokenStream {
    let allow = allow();
    let client = &item.names.of(side).client;
    let summary = format!(" Calls `{}`.", item.name);
    let here = TokenStream::new();
    let own = item.methods.iter().map(|method| (&here, method));
    let inherited = item
        .parent
        .iter()
        .flat_map(|parent| parent.inherited.iter().map(|(module, method)| (module, method)));
    let methods = own.chain(inherited).map(|(module, method)| client_method(module, method, side));
    let (channel, builder, call_bound, async_token, await_token) = match side {
        Side::Async => (
            quote!(__std::Channel),
            quote!(__std::ClientBuilder),
            quote!(__service::Call),
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
    quote! {
        #[doc = #summary]
        ///
        /// It may be cloned and shared: all clones use one connection.
        #allow
        #[derive(__Debug, __Clone)]
        pub struct #client<__C = #channel> {
            channel: __C,
            protocol: __Protocol,
        }

        #allow
        impl #client {
            /// Connects to a server, such as `"127.0.0.1:6000"`, unframed and in the binary protocol;
            /// a [`builder`](Self::builder) can do otherwise. Calls fail after 30 seconds unless the
            /// builder is given another timeout.
            ///
            /// # Errors
            /// The address cannot be understood or resolved, or nobody answers there.
            pub #async_token fn connect<__A>(address: __A) -> __std::Result<Self, __std::Error>
            where
                __A: __std::TryInto<__std::Address>,
                __A::Error: __std::Into<__std::Error>,
            {
                Self::builder().connect(address) #await_token
            }

            /// A client with settings of one's own.
            pub fn builder() -> #builder<Self> {
                #builder::new()
            }
        }

        impl __FromChannel<#channel> for #client {
            fn from_channel(channel: #channel, protocol: __Protocol) -> Self {
                Self { channel, protocol }
            }
        }

        #allow
        impl<__C> #client<__C> {
            /// Calls through a channel, which may have layers around it.
            pub fn new(channel: __C) -> Self {
                Self { channel, protocol: __Default::default() }
            }

            /// The same client, but calling in another protocol.
            #[must_use]
            pub fn with_protocol(self, protocol: __std::Protocol) -> Self {
                Self { protocol, ..self }
            }
        }

        #allow
        impl<__C: #call_bound> #client<__C> {
            #(#methods)*
        }
    }
}

/// What a client has beside its methods: a method of one of these names gets an underscore.
const CLIENT_FUNCTIONS: [&str; 4] = ["connect", "builder", "new", "with_protocol"];

fn client_method(module: &TokenStream, method: &Method, side: Side) -> TokenStream {
    let (docs, name, oneway) = (doc(&method.doc), &method.name, method.oneway);
    let ident = match CLIENT_FUNCTIONS.contains(&method.ident.to_string().as_str()) {
        true => format_ident!("{}_", method.ident),
        false => method.ident.clone(),
    };
    let args = &method.args;
    let result = result(module, method);
    let parameters = method.arguments.iter().map(|argument| {
        let (ident, ty) = (&argument.ident, &argument.ty);
        quote!(#ident: #ty)
    });
    let fields = method.arguments.iter().map(|argument| &argument.ident);
    let arguments = quote! {
        __service::arguments(self.protocol, #name, #oneway, &#module #args { #(#fields),* })
    };
    match side {
        Side::Async => quote! {
            #docs
            pub async fn #ident(&self, #(#parameters),*) -> #result {
                let __request = #arguments;
                __service::call(&self.channel, #oneway, __request).await
            }
        },
        Side::Blocking => quote! {
            #docs
            pub fn #ident(&self, #(#parameters),*) -> #result {
                let __request = #arguments;
                __service::call_blocking(&self.channel, #oneway, __request)
            }
        },
    }
}
