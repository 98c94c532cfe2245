//! Servers of services that are known only at run time.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::call::{Call, CallError};
use super::services::{Method, Service};
use super::value::Value;
use crate::blocking;
use crate::error::Result;
use crate::rpc::message::{Request, Response};
use crate::rpc::service::{in_context, settle, unknown_method_blocking};

/// Handlers of a service by the names of its methods.
struct ByName<H: ?Sized> {
    service: Service,
    methods: HashMap<String, Arc<H>>,
    /// For all other methods.
    otherwise: Option<Arc<H>>,
}

impl<H: ?Sized> ByName<H> {
    fn new(service: Service) -> ByName<H> {
        ByName { service, methods: HashMap::new(), otherwise: None }
    }

    fn on(&mut self, method: &str, handler: Arc<H>) -> Result<()> {
        let method = self.service.method(method)?;
        self.methods.insert(method.name().to_owned(), handler);
        Ok(())
    }

    /// The method of a call and its handler.
    fn find(&self, request: &Request) -> Option<(Method, &Arc<H>)> {
        let name = request.method.as_str();
        let method = self.service.find(name)?;
        Some((method, self.methods.get(name).or(self.otherwise.as_ref())?))
    }
}

impl<H: ?Sized> Clone for ByName<H> {
    fn clone(&self) -> ByName<H> {
        ByName {
            service: self.service.clone(),
            methods: self.methods.clone(),
            otherwise: self.otherwise.clone(),
        }
    }
}

impl<H: ?Sized> fmt::Debug for ByName<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handlers")
            .field("service", &self.service)
            .field("methods", &self.methods.keys())
            .field("otherwise", &self.otherwise.is_some())
            .finish()
    }
}

type BlockingHandler = dyn Fn(Call) -> Result<Value, CallError> + Send + Sync;

/// Blocking handlers of a service that is known only at run time, for
/// [`blocking::Server`](crate::blocking::Server). [`Handlers`] are the async ones. See
/// [`Client`](super::Client) for an example.
///
/// Among several services of a server, it is added by name:
/// `.add_as("Store", handlers)`.
#[derive(Debug, Clone)]
pub struct BlockingHandlers(Arc<ByName<BlockingHandler>>);

impl BlockingHandlers {
    /// A service without handlers: its methods are unknown to callers.
    pub fn new(service: Service) -> BlockingHandlers {
        BlockingHandlers(Arc::new(ByName::new(service)))
    }

    /// Sets the handler of a method. Its result is [converted](super::Type::convert) to the type that
    /// the method returns; `()` for `void`. A result or exception that does not fit is logged, and
    /// answered with `INTERNAL_ERROR`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`](crate::ErrorKind::InvalidData) if the service has no such method.
    pub fn on<F, V>(mut self, method: &str, handler: F) -> Result<BlockingHandlers>
    where
        F: Fn(Call) -> Result<V, CallError> + Send + Sync + 'static,
        V: Into<Value>,
    {
        let handler = move |call| handler(call).map(Into::into);
        Arc::make_mut(&mut self.0).on(method, Arc::new(handler))?;
        Ok(self)
    }

    /// Sets the handler of all methods that have none of their own, as
    /// [`Handlers::otherwise`](crate::dynamic::Handlers::otherwise).
    #[must_use]
    pub fn otherwise<F, V>(mut self, handler: F) -> BlockingHandlers
    where
        F: Fn(Call) -> Result<V, CallError> + Send + Sync + 'static,
        V: Into<Value>,
    {
        let handler = move |call| handler(call).map(Into::into);
        Arc::make_mut(&mut self.0).otherwise = Some(Arc::new(handler));
        self
    }
}

impl blocking::Service for BlockingHandlers {
    fn call(&self, request: Request) -> Result<Response> {
        let Some((method, handler)) = self.0.find(&request) else {
            return unknown_method_blocking(request);
        };
        let (oneway, protocol) = (method.is_oneway(), request.protocol);
        in_context(request, oneway, |request| {
            let call = method.decode_arguments(request);
            let answer = call.and_then(|call| method.encode_answer(protocol, handler(call)));
            settle(oneway, protocol, answer)
        })
    }
}

#[cfg(feature = "async")]
pub use asynchronous::Handlers;

#[cfg(feature = "async")]
mod asynchronous {
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::task::{Context, Poll};

    use super::{ByName, Call, CallError, Request, Response, Result, Service, Value};
    use crate::error::Error;
    use crate::rpc::service::{ResponseFuture, serve_encoded, unknown_method};

    type BoxFuture = Pin<Box<dyn Future<Output = Result<Value, CallError>> + Send>>;
    type Handler = dyn Fn(Call) -> BoxFuture + Send + Sync;

    /// Async handlers of a service that is known only at run time, for
    /// [`Server`](crate::Server). [`BlockingHandlers`](super::BlockingHandlers) are the blocking ones.
    ///
    /// ```
    /// use thriftly::dynamic::{Client, Handlers, Idl};
    /// use thriftly::{Channel, ClientBuilder, Server};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let idl = Idl::load_str("service Words { i32 length(1: string word), string any() }")?;
    /// let words = Handlers::new(idl.service("Words")?)
    ///     .on("length", async |call| Ok(call["word"].as_str().unwrap_or("").len() as i32))?
    ///     .otherwise(async |call| Ok(format!("{:?}", call.method())));
    /// let server = Server::new(words).bind("127.0.0.1:0").await?;
    /// let channel: Channel = ClientBuilder::new().connect(server.local_addr()).await?;
    /// tokio::spawn(server.serve());
    ///
    /// let client = Client::new(&idl, channel);
    /// assert_eq!(client.call("length", ("three",)).await?.as_i64(), Some(5));
    /// assert_eq!(client.call("any", ()).await?.as_str(), Some("Words.any"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Among several services of a server, it is added by name:
    /// `.add_as("Words", handlers)`.
    #[derive(Debug, Clone)]
    pub struct Handlers(Arc<ByName<Handler>>);

    impl Handlers {
        /// A service without handlers: its methods are unknown to callers.
        pub fn new(service: Service) -> Handlers {
            Handlers(Arc::new(ByName::new(service)))
        }

        /// Sets the handler of a method. Its result is [converted](crate::dynamic::Type::convert) to
        /// the type that the method returns; `()` for `void`. A result or exception that does not fit
        /// is logged, and answered with `INTERNAL_ERROR`.
        ///
        /// # Errors
        /// [`ErrorKind::InvalidData`](crate::ErrorKind::InvalidData) if the service has no such method.
        pub fn on<F, R, V>(mut self, method: &str, handler: F) -> Result<Handlers>
        where
            F: Fn(Call) -> R + Send + Sync + 'static,
            R: Future<Output = Result<V, CallError>> + Send + 'static,
            V: Into<Value>,
        {
            Arc::make_mut(&mut self.0).on(method, boxed(handler))?;
            Ok(self)
        }

        /// Sets the handler of all methods that have none of their own: for gateways, which pass the
        /// call on, mocks, which look the answer up, and recorders, which do both.
        #[must_use]
        pub fn otherwise<F, R, V>(mut self, handler: F) -> Handlers
        where
            F: Fn(Call) -> R + Send + Sync + 'static,
            R: Future<Output = Result<V, CallError>> + Send + 'static,
            V: Into<Value>,
        {
            Arc::make_mut(&mut self.0).otherwise = Some(boxed(handler));
            self
        }
    }

    fn boxed<F, R, V>(handler: F) -> Arc<Handler>
    where
        F: Fn(Call) -> R + Send + Sync + 'static,
        R: Future<Output = Result<V, CallError>> + Send + 'static,
        V: Into<Value>,
    {
        Arc::new(move |call| {
            let answer = handler(call);
            Box::pin(async move { answer.await.map(Into::into) })
        })
    }

    impl tower_service::Service<Request> for Handlers {
        type Response = Response;
        type Error = Error;
        type Future = ResponseFuture;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Request) -> ResponseFuture {
            let Some((method, handler)) = self.0.find(&request) else {
                return unknown_method(request);
            };
            let (oneway, protocol, handler) =
                (method.is_oneway(), request.protocol, handler.clone());
            serve_encoded(request, oneway, async move |request| {
                let call = method.decode_arguments(request)?;
                method.encode_answer(protocol, handler(call).await)
            })
        }
    }
}
