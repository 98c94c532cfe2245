//! Servers: dispatch of calls to a handler by method name.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::allow;
use super::side::{Side, type_parameter};
use crate::model::{Service, SideNames};

/// ```text
/// pub struct SleepServer<H>(Arc<H>);
///
/// impl<H> SleepServer<H> {
///     pub fn new(handler: H) -> Self where Self: HandledBy<H> { … }
/// }
/// impl<H: Sleep> Dispatches<H> for SleepServer<H> {}
/// impl<H: Sleep> SleepServer<H> {
///     pub fn __dispatch(handler: Arc<H>, request: Request) -> ResponseFuture {
///         match request.method.as_str() {
///             "sleep" => serve(request, true, move |args: __SleepSleepArgs| async move {
///                 H::sleep(&handler, args.seconds).await
///             }),
///             _ => unknown_method(request),
///         }
///     }
/// }
/// impl<H> NamedService for SleepServer<H> { const NAME: &'static str = "Sleep"; }
/// impl<H: Sleep> tower_service::Service<Request> for SleepServer<H> { … }
/// ```
pub(super) fn server(item: &Service, side: Side) -> TokenStream {
    let allow = allow();
    let h = type_parameter("H", item);
    let SideNames { handler, server, .. } = item.names.of(side);
    let (module, wait) = match side {
        Side::Async => ("", ".await"),
        Side::Blocking => ("blocking::", ""),
    };
    let summary = format!(" Answers the calls of the service `{}` by a handler.", item.name);
    let usage = format!(
        " Serve it with \
         `thriftly::{module}Server::new({server}::new(handler)).serve(\"127.0.0.1:9090\"){wait}`. \
         Clones share the handler.",
    );
    let new = format!(
        " Creates a server for the handler: a type that implements [`{handler}`], or a shared `Arc` of one.",
    );
    let name = &item.name;
    let arms = item.methods.iter().map(|method| {
        let (name, oneway, args, ident) =
            (&method.name, method.oneway, &method.args, &method.ident);
        let fields = method.arguments.iter().map(|argument| &argument.ident);
        let call = quote!(<#h as #handler>::#ident(&*__handler, #(__args.#fields),*));
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
    let rest = match item.ancestors.first() {
        Some(parent) => {
            let module = &parent.module;
            let server = &parent.names.of(side).server;
            quote!(#module #server::<#h>::__dispatch(__handler, __request))
        }
        None => match side {
            Side::Async => quote!(__service::unknown_method(__request)),
            Side::Blocking => quote!(__service::unknown_method_blocking(__request)),
        },
    };
    let (handler_type, output, implement) = match side {
        Side::Async => (
            quote!(__Arc<#h>),
            quote!(__service::ResponseFuture),
            quote! {
                impl<#h: #handler> __tower_service::Service<__std::Request> for #server<#h> {
                    type Response = __std::Response;
                    type Error = __std::Error;
                    type Future = __service::ResponseFuture;

                    fn poll_ready(
                        &mut self,
                        _: &mut __task::Context<'_>,
                    ) -> __task::Poll<__std::Result<(), __std::Error>> {
                        __task::Poll::Ready(__Ok(()))
                    }

                    fn call(&mut self, request: __std::Request) -> Self::Future {
                        Self::__dispatch(__Clone::clone(&self.0), request)
                    }
                }
            },
        ),
        Side::Blocking => (
            quote!(&#h),
            quote!(__Result<__Response, __Error>),
            quote! {
                impl<#h: #handler> __blocking::Service for #server<#h> {
                    fn call(
                        &self,
                        request: __std::Request,
                    ) -> __std::Result<__std::Response, __std::Error> {
                        Self::__dispatch(&self.0, request)
                    }
                }
            },
        ),
    };
    quote! {
        #[doc = #summary]
        ///
        #[doc = #usage]
        #allow
        #[derive(__Debug)]
        pub struct #server<#h>(__Arc<#h>);

        #allow
        impl<#h> #server<#h> {
            #[doc = #new]
            pub fn new(handler: #h) -> Self
            where
                Self: __std::HandledBy<#h>,
            {
                Self(__Arc::new(handler))
            }
        }

        #[allow(deprecated)]
        impl<#h: #handler> __std::Dispatches<#h> for #server<#h> {}

        #allow
        impl<#h: #handler> #server<#h> {
            #[doc(hidden)]
            pub fn __dispatch(__handler: #handler_type, __request: __Request) -> #output {
                match __request.method.as_str() {
                    #(#arms)*
                    _ => #rest,
                }
            }
        }

        impl<#h> __std::NamedService for #server<#h> {
            const NAME: &'static __str = #name;
        }

        impl<#h> __std::Clone for #server<#h> {
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
