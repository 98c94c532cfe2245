//! The future of a typed call.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use crate::error::{Error, ErrorKind, Result};
use crate::rpc::arguments::Arguments;
use crate::rpc::caller::Caller;
use crate::rpc::message::Request;
use crate::rpc::method::Method;
use crate::rpc::service::{Returns, Throws, decode_response};
use crate::rpc::thrift_service::ThriftService;

pin_project! {
    /// The reply to a call of a generated client: a future of `Result<T, E>`, where `T` is what the
    /// method returns and `E` its error.
    ///
    /// The arguments are encoded when the method is called, so the future borrows none of them and
    /// can be moved to another task. The call is sent on the first poll. Dropping the future
    /// abandons the call; the server may still handle it.
    ///
    /// `C` is the channel of the client.
    #[must_use = "a call is made when its future is awaited"]
    pub struct ReplyFuture<T, E, C: ThriftService> {
        method: &'static Method,
        #[pin]
        state: State<C>,
        result: PhantomData<fn() -> (T, E)>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<C: ThriftService> {
        /// The channel may not be ready yet. Without a request, the call has already failed.
        Ready { channel: C, request: Option<Result<Request>> },
        Called { #[pin] reply: C::Future },
    }
}

impl<C: ThriftService> Caller<C> {
    /// Encodes a call, which is made when the future is polled.
    pub fn call<A, T, E>(&self, method: &'static Method, arguments: A) -> ReplyFuture<T, E, C>
    where
        A: Arguments,
        T: Returns,
        E: Throws,
    {
        let request = Some(self.request(method, &arguments));
        let state = State::Ready { channel: self.channel.clone(), request };
        ReplyFuture { method, state, result: PhantomData }
    }
}

impl<T: Returns, E: Throws, C: ThriftService> Future for ReplyFuture<T, E, C> {
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T, E>> {
        let mut this = self.project();
        loop {
            let reply = match this.state.as_mut().project() {
                StateProjection::Ready { channel, request } => {
                    if let Some(Err(error)) = request.take_if(|request| request.is_err()) {
                        return Poll::Ready(Err(error.into()));
                    }
                    ready!(channel.poll_ready(context)).map_err(into_error)?;
                    match request.take() {
                        Some(request) => channel.call(request?),
                        // It has failed, and is not to be polled again.
                        None => return Poll::Pending,
                    }
                }
                StateProjection::Called { reply } => {
                    let response = ready!(reply.poll(context)).map_err(into_error)?;
                    return Poll::Ready(decode_response(this.method, response));
                }
            };
            this.state.set(State::Called { reply });
        }
    }
}

/// The error of a call for its caller, as [`of_inner`]. A handler that fails with it answers neither its
/// kind nor its message.
pub(crate) fn into_error(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    of_inner(error).unanswered()
}

/// The error of a service within a layer: an [`Error`] unchanged, so that a server answers with it as
/// without the layer.
pub(crate) fn of_inner(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    match error.into().downcast::<Error>() {
        Ok(error) => *error,
        Err(error) => Error::new(ErrorKind::Layer, error.to_string()).with_source(error),
    }
}

impl<T, E, C: ThriftService> fmt::Debug for ReplyFuture<T, E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyFuture").field("method", &self.method.name).finish_non_exhaustive()
    }
}
