//! Clients of services that are known only at run time.

use std::borrow::Cow;
use std::time::Duration;

use super::call::CallError;
use super::idl::Idl;
use super::services::Method;
use super::value::Value;
use crate::blocking;
use crate::error::{Error, Result};
use crate::rpc::caller::Caller;
use crate::rpc::message::{Headers, Protocol, Request};

/// A client of the services of an [`Idl`], over any channel: an async or a blocking one, with or
/// without layers.
///
/// ```
/// use thriftly::blocking::{Channel, ClientBuilder, Server};
/// use thriftly::dynamic::{BlockingHandlers, CallError, Client, Idl};
///
/// let idl = Idl::load_str("
///     exception NotFound { 1: string key }
///     service Store { i64 get(1: string key) throws (1: NotFound missing) }
/// ")?;
/// let store = BlockingHandlers::new(idl.service("Store")?)
///     .on("get", |call| match call["key"].as_str() {
///         Some("a") => Ok(7_i64),
///         _ => Err(call.exception("NotFound", [("key", call["key"].clone())])),
///     })?;
/// let server = Server::new(store).bind("127.0.0.1:0")?;
/// let channel: Channel = ClientBuilder::new().connect(server.local_addr())?;
/// std::thread::spawn(move || server.serve());
///
/// let client = Client::new(&idl, channel);
/// assert_eq!(client.call_blocking("get", ("a",)).unwrap().as_i64(), Some(7));
/// let Err(CallError::Exception(missing)) = client.call_blocking("Store.get", [("key", "b")]) else {
///     panic!("there is no b");
/// };
/// assert_eq!((missing.type_name(), missing.get("key").unwrap().as_str()), ("NotFound", Some("b")));
/// # Ok::<(), thriftly::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Client<C> {
    idl: Idl,
    /// The service of the calls, if they are multiplexed.
    service: Option<Cow<'static, str>>,
    caller: Caller<C>,
}

impl<C> Client<C> {
    /// Creates a client over a channel, with the protocol of the channel. The protocol of a channel
    /// with layers is not known: if it is not binary, set it with
    /// [`with_protocol`](Client::with_protocol).
    pub fn new(idl: &Idl, channel: C) -> Client<C>
    where
        C: 'static,
    {
        Client { idl: idl.clone(), service: None, caller: Caller::of(channel) }
    }

    /// Returns the client with another protocol.
    #[must_use]
    pub fn with_protocol(self, protocol: Protocol) -> Client<C> {
        Client { caller: self.caller.with_protocol(protocol), ..self }
    }

    /// Returns a client whose calls name the service, as in `Store:get`, for a server with several
    /// services (multiplexed). Methods without the name of a service are looked up in this one.
    #[must_use]
    pub fn multiplexed(self, service: impl Into<Cow<'static, str>>) -> Client<C> {
        let service = service.into();
        let caller = self.caller.multiplexed(service.clone());
        Client { caller, service: Some(service), ..self }
    }

    /// The IDL.
    pub fn idl(&self) -> &Idl {
        &self.idl
    }

    /// The channel of the client, for other clients.
    pub fn into_channel(self) -> C {
        self.caller.into_channel()
    }

    /// Returns the client with another timeout of each call. `Duration::MAX` means no timeout. It
    /// shares the connections.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Client<C>
    where
        C: Clone,
    {
        Client { caller: self.caller.with_timeout(timeout), ..self.clone() }
    }

    /// Returns the client with further headers of each call. The framing has to carry headers. It
    /// shares the connections.
    #[must_use]
    pub fn with_headers(&self, headers: impl Into<Headers>) -> Client<C>
    where
        C: Clone,
    {
        Client { caller: self.caller.with_headers(headers.into()), ..self.clone() }
    }

    /// Encodes a call.
    fn request(&self, method: &str, arguments: Value) -> Result<(Method, Request)> {
        let method = match &self.service {
            // The name of a server's service need not be the one of the IDL.
            Some(service) if !method.contains('.') => match self.idl.service(service) {
                Ok(service) => service.method(method)?,
                Err(_) => self.idl.method(method)?,
            },
            _ => self.idl.method(method)?,
        };
        let body = method.encode_arguments(self.caller.protocol, arguments)?;
        let mut request = self.caller.request_of(method.name().to_owned().into(), body);
        request.oneway = method.is_oneway();
        request.idempotent = method.is_idempotent();
        Ok((method, request))
    }
}

impl<C: blocking::Service> Client<C> {
    /// Calls a method and waits for its reply, as [`call`](Client::call) does in async code.
    ///
    /// # Errors
    /// As [`call`](Client::call).
    pub fn call_blocking(
        &self,
        method: &str,
        arguments: impl Into<Value>,
    ) -> Result<Value, CallError> {
        let (method, request) = self.request(method, arguments.into())?;
        let response = self.caller.channel.call(request).map_err(Error::unanswered)?;
        method.decode_answer(response)
    }
}

#[cfg(feature = "async")]
pub use asynchronous::CallFuture;

#[cfg(feature = "async")]
mod asynchronous {
    use std::fmt;
    use std::future::{Future, poll_fn};
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use super::{CallError, Client, Headers, Result, Value};
    use crate::rpc::reply::into_error;
    use crate::rpc::thrift_service::ThriftService;

    impl<C: ThriftService + 'static> Client<C> {
        /// Calls a method: `Store.get`, or `get` if only one service has such a method.
        ///
        /// The arguments are a map by their names (`[("key", "a")]`), a list in their order
        /// (`("a", 7)`), or nothing (`()`). They are [converted](crate::dynamic::Type::convert) to the
        /// types of the IDL, and encoded when the method is called. Arguments that have a default or
        /// are optional may be left out.
        ///
        /// # Errors
        /// [`CallError::Exception`] if the method answers with an exception that it declares. Else
        /// [`CallError::Other`]: the IDL has no such method, the arguments do not fit it, or the call
        /// has failed as those of generated clients do.
        pub fn call(&self, method: &str, arguments: impl Into<Value>) -> CallFuture {
            let exchange = self.exchange(method, arguments.into());
            CallFuture(Box::pin(async move { exchange?.await.1 }))
        }

        /// As [`call`](Client::call), with the headers of the reply. The error is that of a call that
        /// cannot be encoded.
        pub(crate) fn exchange(
            &self,
            method: &str,
            arguments: Value,
        ) -> Result<impl Future<Output = (Headers, Result<Value, CallError>)> + Send + use<C>>
        {
            let (method, request) = self.request(method, arguments)?;
            let mut channel = self.caller.channel.clone();
            let response = async move {
                poll_fn(|context| channel.poll_ready(context)).await.map_err(into_error)?;
                channel.call(request).await.map_err(into_error)
            };
            Ok(async move {
                match response.await {
                    Ok(mut response) => {
                        let headers = std::mem::take(&mut response.headers);
                        (headers, method.decode_answer(response))
                    }
                    Err(error) => (Headers::default(), Err(CallError::Other(error))),
                }
            })
        }
    }

    /// The reply to a call of a [`Client`]. The call is sent on the first poll; dropping the future
    /// abandons it. It borrows neither the client nor the arguments.
    #[must_use = "a call is made when its future is awaited"]
    pub struct CallFuture(Pin<Box<dyn Future<Output = Result<Value, CallError>> + Send>>);

    impl Future for CallFuture {
        type Output = Result<Value, CallError>;

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            self.0.as_mut().poll(context)
        }
    }

    impl fmt::Debug for CallFuture {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("CallFuture").finish_non_exhaustive()
        }
    }
}
