//! Services: traits for handlers, servers, clients, and the types of their methods.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{allow, doc};
use crate::model::{Argument, Context, Method, Service};

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
/// impl Throws for CalculateError { … }
/// ```
pub(crate) fn method_types(context: &Context, method: &Method) -> TokenStream {
    let Some(error) = &method.error else { return TokenStream::new() };
    let p = &context.private;
    let allow = allow();
    let summary = format!("What `{}` may fail with.", method.name);
    let mut variants = TokenStream::new();
    let mut froms = TokenStream::new();
    let mut display = TokenStream::new();
    let mut encode = TokenStream::new();
    let mut decode = TokenStream::new();
    let mut sources = TokenStream::new();
    for thrown in &method.throws {
        let (variant, ty, id) = (&thrown.variant, &thrown.ty, thrown.id);
        variants.extend(quote! {
            /// Declared by the IDL.
            #variant(#ty),
        });
        if thrown.unique {
            froms.extend(quote! {
                impl #p::From<#ty> for #error {
                    fn from(__error: #ty) -> Self { Self::#variant(__error) }
                }
            });
        }
        display.extend(quote!(Self::#variant(__error) => #p::Display::fmt(__error, __f),));
        sources.extend(quote!(Self::#variant(__error) => #p::Some(__error),));
        encode.extend(quote! {
            Self::#variant(__error) => #p::Encode::encode_field(__error, #id, __w),
        });
        decode.extend(quote! {
            #id if __field.ty == <#ty as #p::ThriftType>::TYPE => {
                #p::Ok(#p::Some(Self::#variant(#p::Decode::decode(__r)?)))
            }
        });
    }
    quote! {
        #[doc = #summary]
        #allow
        #[derive(#p::Debug)]
        pub enum #error {
            #variants
            /// Anything else: the connection, the protocol, a `TApplicationException`.
            Other(#p::Error),
        }
        #froms
        impl #p::From<#p::Error> for #error {
            fn from(__error: #p::Error) -> Self { Self::Other(__error) }
        }
        impl #p::Display for #error {
            fn fmt(&self, __f: &mut #p::Formatter<'_>) -> #p::fmt::Result {
                match self { #display Self::Other(__error) => #p::Display::fmt(__error, __f) }
            }
        }
        impl #p::StdError for #error {
            fn source(&self) -> #p::Option<&(dyn #p::StdError + 'static)> {
                match self { #sources Self::Other(__error) => #p::Some(__error) }
            }
        }
        impl #p::Throws for #error {
            fn into_undeclared(self) -> #p::Result<#p::Error, Self> {
                match self { Self::Other(__error) => #p::Ok(__error), __other => #p::Err(__other) }
            }
            fn encode_declared<__W: #p::Writer>(&self, __w: &mut __W) {
                match self { #encode Self::Other(_) => {} }
            }
            fn decode_declared<'__de, __R: #p::Reader<'__de>>(
                __field: #p::FieldHeader,
                __r: &mut __R,
            ) -> #p::Result<#p::Option<Self>, #p::Error> {
                match __field.id { #decode _ => #p::Ok(#p::None) }
            }
        }
    }
}

/// Traits, servers and clients, async and blocking.
pub(crate) fn service(context: &Context, item: &Service) -> TokenStream {
    let p = &context.private;
    let asynchronous = [
        handler_trait(context, item, Side::Async),
        server(context, item, Side::Async),
        client(context, item, Side::Async),
    ];
    let blocking = [
        handler_trait(context, item, Side::Blocking),
        server(context, item, Side::Blocking),
        client(context, item, Side::Blocking),
    ];
    quote! {
        #p::if_async! { #(#asynchronous)* }
        #(#blocking)*
    }
}

/// Which of the two twins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Async,
    Blocking,
}

impl Side {
    /// `Blocking` for names.
    fn prefix(self) -> &'static str {
        match self {
            Side::Async => "",
            Side::Blocking => "Blocking",
        }
    }
}

/// `Result<T, E>` of a method, as seen from the module at `module`.
fn result(context: &Context, module: &TokenStream, method: &Method) -> TokenStream {
    let (p, returns) = (&context.private, &method.returns);
    match &method.error {
        Some(error) => quote!(#p::Result<#returns, #module #error>),
        None => quote!(#p::Result<#returns, #p::Error>),
    }
}

/// ```text
/// pub trait Sleep: Send + Sync + 'static {
///     fn sleep(&self, seconds: i32) -> impl Future<Output = Result<()>> + Send;
/// }
/// ```
fn handler_trait(context: &Context, item: &Service, side: Side) -> TokenStream {
    let p = &context.private;
    let allow = allow();
    let ident = format_ident!("{}{}", side.prefix(), item.ident);
    let docs = doc(&item.doc);
    let parent = match &item.parent {
        Some(parent) => {
            let (module, ident) =
                (&parent.module, format_ident!("{}{}", side.prefix(), parent.ident));
            quote!(#module #ident)
        }
        None => quote!(#p::Send + #p::Sync + 'static),
    };
    let methods = item.methods.iter().map(|method| {
        let (docs, ident) = (doc(&method.doc), &method.ident);
        let arguments =
            method.arguments.iter().map(|Argument { ident, ty, .. }| quote!(#ident: #ty));
        let result = result(context, &TokenStream::new(), method);
        let output = match side {
            Side::Async => quote!(impl #p::Future<Output = #result> + #p::Send),
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
fn server(context: &Context, item: &Service, side: Side) -> TokenStream {
    let p = &context.private;
    let allow = allow();
    let handler = format_ident!("{}{}", side.prefix(), item.ident);
    let server = format_ident!("{}{}Server", side.prefix(), item.ident);
    let summary = format!("Serves `{}` by a handler.", item.name);
    let arms = item.methods.iter().map(|method| {
        let (name, oneway, args, ident) = (&method.name, method.oneway, &method.args, &method.ident);
        let fields = method.arguments.iter().map(|argument| &argument.ident);
        let call = quote!(<__H as #handler>::#ident(&*__handler, #(__args.#fields),*));
        match side {
            Side::Async => quote! {
                #name => #p::service::serve(__request, #oneway, move |__args: #args| async move {
                    #call.await
                }),
            },
            Side::Blocking => quote! {
                #name => #p::service::serve_blocking(__request, #oneway, move |__args: #args| #call),
            },
        }
    });
    let rest = match &item.parent {
        Some(parent) => {
            let module = &parent.module;
            let server = format_ident!("{}{}Server", side.prefix(), parent.ident);
            quote!(#module #server::<__H>::__dispatch(__handler, __request))
        }
        None => match side {
            Side::Async => quote!(#p::service::unknown_method(__request)),
            Side::Blocking => quote!(#p::service::unknown_method_blocking(__request)),
        },
    };
    let (handler_type, output, implement) = match side {
        Side::Async => (
            quote!(#p::Arc<__H>),
            quote!(#p::service::ResponseFuture),
            quote! {
                impl<__H: #handler> #p::tower_service::Service<#p::Request> for #server<__H> {
                    type Response = #p::Response;
                    type Error = #p::Error;
                    type Future = #p::service::ResponseFuture;

                    fn poll_ready(
                        &mut self,
                        _: &mut #p::task::Context<'_>,
                    ) -> #p::task::Poll<#p::Result<(), #p::Error>> {
                        #p::task::Poll::Ready(#p::Ok(()))
                    }

                    fn call(&mut self, __request: #p::Request) -> Self::Future {
                        Self::__dispatch(#p::Clone::clone(&self.0), __request)
                    }
                }
            },
        ),
        Side::Blocking => (
            quote!(&__H),
            quote!(#p::Result<#p::Response, #p::Error>),
            quote! {
                impl<__H: #handler> #p::blocking::Service for #server<__H> {
                    fn call(&self, __request: #p::Request) -> #p::Result<#p::Response, #p::Error> {
                        Self::__dispatch(&self.0, __request)
                    }
                }
            },
        ),
    };
    quote! {
        #[doc = #summary]
        #allow
        #[derive(#p::Debug)]
        pub struct #server<__H>(#p::Arc<__H>);

        #allow
        impl<__H: #handler> #server<__H> {
            /// Serves by the handler.
            pub fn new(handler: __H) -> Self {
                Self(#p::Arc::new(handler))
            }

            /// Serves by a handler that is shared with others.
            pub fn from_arc(handler: #p::Arc<__H>) -> Self {
                Self(handler)
            }

            #[doc(hidden)]
            pub fn __dispatch(__handler: #handler_type, __request: #p::Request) -> #output {
                match __request.method.as_str() {
                    #(#arms)*
                    _ => #rest,
                }
            }
        }

        impl<__H> #p::Clone for #server<__H> {
            fn clone(&self) -> Self {
                Self(#p::Clone::clone(&self.0))
            }
        }

        #implement
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
fn client(context: &Context, item: &Service, side: Side) -> TokenStream {
    let p = &context.private;
    let allow = allow();
    let client = format_ident!("{}{}Client", side.prefix(), item.ident);
    let summary = format!("Calls `{}`.", item.name);
    let here = TokenStream::new();
    let own = item.methods.iter().map(|method| (&here, method));
    let inherited = item
        .parent
        .iter()
        .flat_map(|parent| parent.inherited.iter().map(|(module, method)| (module, method)));
    let methods =
        own.chain(inherited).map(|(module, method)| client_method(context, module, method, side));
    let (side_module, call_bound, async_token, await_token) = match side {
        Side::Async => (quote!(#p), quote!(#p::service::Call), quote!(async), quote!(.await)),
        Side::Blocking => (quote!(#p::blocking), quote!(#p::blocking::Service), quote!(), quote!()),
    };
    quote! {
        #[doc = #summary]
        ///
        /// It may be cloned and shared: all clones use one connection.
        #allow
        #[derive(#p::Debug, #p::Clone)]
        pub struct #client<__C = #side_module::Channel> {
            channel: __C,
            protocol: #p::Protocol,
        }

        #allow
        impl #client {
            /// Connects to a server, such as `"127.0.0.1:6000"`.
            ///
            /// # Errors
            /// The address cannot be understood or resolved, or nobody answers there.
            pub #async_token fn connect<__A>(address: __A) -> #p::Result<Self, #p::Error>
            where
                __A: #p::TryInto<#p::Address>,
                __A::Error: #p::Into<#p::Error>,
            {
                Self::builder().connect(address) #await_token
            }

            /// A client with settings of one's own.
            pub fn builder() -> #side_module::ClientBuilder<Self> {
                #side_module::ClientBuilder::new()
            }
        }

        impl #p::FromChannel<#side_module::Channel> for #client {
            fn from_channel(channel: #side_module::Channel, protocol: #p::Protocol) -> Self {
                Self { channel, protocol }
            }
        }

        #allow
        impl<__C> #client<__C> {
            /// Calls through a channel, which may have layers around it.
            pub fn new(channel: __C) -> Self {
                Self { channel, protocol: #p::Default::default() }
            }

            /// The same client, but calling in another protocol.
            #[must_use]
            pub fn with_protocol(self, protocol: #p::Protocol) -> Self {
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

fn client_method(
    context: &Context,
    module: &TokenStream,
    method: &Method,
    side: Side,
) -> TokenStream {
    let p = &context.private;
    let (docs, name, oneway) = (doc(&method.doc), &method.name, method.oneway);
    let ident = match CLIENT_FUNCTIONS.contains(&method.ident.to_string().as_str()) {
        true => format_ident!("{}_", method.ident),
        false => method.ident.clone(),
    };
    let args = &method.args;
    let result = result(context, module, method);
    let parameters = method.arguments.iter().map(|argument| {
        let (ident, ty) = (&argument.ident, &argument.ty);
        match argument.is_string {
            true => quote!(#ident: impl #p::Into<#ty>),
            false => quote!(#ident: #ty),
        }
    });
    let fields = method.arguments.iter().map(|argument| {
        let ident = &argument.ident;
        match argument.is_string {
            true => quote!(#ident: #p::Into::into(#ident)),
            false => quote!(#ident),
        }
    });
    let arguments = quote! {
        #p::service::arguments(self.protocol, #name, #oneway, &#module #args { #(#fields),* })
    };
    match side {
        Side::Async => quote! {
            #docs
            pub async fn #ident(&self, #(#parameters),*) -> #result {
                let __request = #arguments;
                #p::service::call(&self.channel, #oneway, __request).await
            }
        },
        Side::Blocking => quote! {
            #docs
            pub fn #ident(&self, #(#parameters),*) -> #result {
                let __request = #arguments;
                #p::service::call_blocking(&self.channel, #oneway, __request)
            }
        },
    }
}
