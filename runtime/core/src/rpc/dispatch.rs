//! Calls of a shared service of any type.

use std::any::Any;
use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::connection::of_service;
use crate::error::{Error, Result};
use crate::rpc::message::{Request, Response};
use crate::rpc::service::ResponseFuture;
use crate::rpc::thrift_service::SharedService;

/// The future of a call to [`Multiplexed`](crate::Multiplexed) or
/// [`PerConnection`](crate::PerConnection).
#[must_use = "a call is made when its future is awaited"]
pub struct DispatchFuture(State);

enum State {
    /// Of a generated server, whose future boxes the handler's.
    Generated(ResponseFuture),
    Other(BoxFuture),
    /// Taken when it is returned.
    Failed(Option<Error>),
}

type BoxFuture = Pin<Box<dyn Future<Output = Result<Response>> + Send>>;

impl DispatchFuture {
    /// Calls a clone of the service. If it is not ready, the call waits in its future.
    pub(crate) fn new<S: SharedService>(service: &S, request: Request) -> DispatchFuture {
        let mut service = service.clone();
        // If it is not ready it is polled again, with the waker of the call.
        DispatchFuture(match service.poll_ready(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(())) => started(service.call(request)),
            Poll::Ready(Err(error)) => State::Failed(Some(of_service(error))),
            Poll::Pending => State::Other(Box::pin(async move {
                poll_fn(|context| service.poll_ready(context)).await.map_err(of_service)?;
                service.call(request).await.map_err(of_service)
            })),
        })
    }

    /// A call that has no service.
    pub(crate) fn failed(error: Error) -> DispatchFuture {
        DispatchFuture(State::Failed(Some(error)))
    }

    /// Whether it holds the future of a generated server as it is.
    #[cfg(test)]
    pub(crate) fn is_generated(&self) -> bool {
        matches!(self.0, State::Generated(_))
    }
}

impl Future for DispatchFuture {
    type Output = Result<Response>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<Response>> {
        match &mut self.0 {
            State::Generated(future) => Pin::new(future).poll(context),
            State::Other(future) => future.as_mut().poll(context),
            State::Failed(error) => match error.take() {
                Some(error) => Poll::Ready(Err(error)),
                // It has failed, and is not to be polled again.
                None => Poll::Pending,
            },
        }
    }
}

impl std::fmt::Debug for DispatchFuture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DispatchFuture").finish_non_exhaustive()
    }
}

/// The future of a call: that of a generated server as it is, any other in a box.
fn started<F, E>(future: F) -> State
where
    F: Future<Output = Result<Response, E>> + Send + 'static,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    let mut place = Some(future);
    let generated = (&mut place as &mut dyn Any)
        .downcast_mut::<Option<ResponseFuture>>()
        .and_then(Option::take);
    match (generated, place) {
        (Some(future), _) => State::Generated(future),
        (None, Some(future)) => {
            State::Other(Box::pin(async move { future.await.map_err(of_service) }))
        }
        // One of them has the future.
        (None, None) => State::Failed(None),
    }
}
