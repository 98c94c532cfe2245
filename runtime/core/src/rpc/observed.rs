//! Services whose calls are observed: what the layers of [`trace`](crate::trace) and metrics have in common.

use std::fmt::Debug;

use crate::blocking;
use crate::error::Result;
use crate::rpc::message::{Request, Response};
use crate::rpc::named_service::NamedService;
use crate::tracking::Outcome;

/// A layer that observes calls.
pub trait Observer: Clone {
    /// A call that has begun.
    type Call: ObservedCall;

    /// Begins a call.
    fn begin(&self, request: &mut Request) -> Self::Call;
}

/// A call that is being observed.
pub trait ObservedCall: Debug {
    /// Runs a section of the call.
    fn enter<T>(&mut self, section: impl FnOnce() -> T) -> T;

    /// Ends the call; without a result, it was [abandoned](Outcome::Abandoned).
    fn end(self, result: Option<&Result<Response>>);
}

/// A service that is wrapped by an observing layer.
#[derive(Debug, Clone)]
pub struct Observed<S, L> {
    inner: S,
    layer: L,
}

impl<S, L> Observed<S, L> {
    pub(crate) fn new(inner: S, layer: L) -> Observed<S, L> {
        Observed { inner, layer }
    }
}

impl<S: NamedService, L> NamedService for Observed<S, L> {
    const NAME: &'static str = S::NAME;
}

impl<S, L> blocking::Service for Observed<S, L>
where
    S: blocking::Service,
    L: Observer + Send + Sync + 'static,
{
    fn call(&self, mut request: Request) -> Result<Response> {
        let mut call = Unfinished(Some(self.layer.begin(&mut request)));
        let result = call.enter(|| self.inner.call(request));
        call.end(&result);
        result
    }
}

/// A call, abandoned if it is dropped before its end.
#[derive(Debug)]
struct Unfinished<C: ObservedCall>(Option<C>);

impl<C: ObservedCall> Unfinished<C> {
    fn enter<T>(&mut self, section: impl FnOnce() -> T) -> T {
        match &mut self.0 {
            Some(call) => call.enter(section),
            None => section(),
        }
    }

    fn end(&mut self, result: &Result<Response>) {
        if let Some(call) = self.0.take() {
            call.end(Some(result));
        }
    }
}

impl<C: ObservedCall> Drop for Unfinished<C> {
    fn drop(&mut self) {
        if let Some(call) = self.0.take() {
            call.end(None);
        }
    }
}

impl Outcome {
    /// The outcome as a word: the value of `thrift.outcome`.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Outcome::Success => "success",
            Outcome::DeclaredException => "exception",
            Outcome::Failed(_) => "error",
            Outcome::Abandoned => "abandoned",
        }
    }

    /// How an observed call has ended.
    pub(crate) fn of_observed(result: Option<&Result<Response>>) -> Outcome {
        result.map_or(Outcome::Abandoned, Outcome::of)
    }
}

#[cfg(feature = "async")]
mod future {
    //! The async side.

    use std::error::Error as StdError;
    use std::future::Future;
    use std::pin::Pin;
    use std::task::{Context, Poll, ready};

    use pin_project_lite::pin_project;
    use tower_service::Service;

    use super::{Observed, ObservedCall, Observer, Unfinished};
    use crate::error::{Error, Result};
    use crate::rpc::message::{Request, Response};
    use crate::rpc::reply::of_inner;

    pin_project! {
        /// The future of an observed call.
        #[derive(Debug)]
        pub struct ObservedFuture<F, C: ObservedCall> {
            #[pin]
            inner: F,
            call: Unfinished<C>,
        }
    }

    impl<S, L> Service<Request> for Observed<S, L>
    where
        S: Service<Request, Response = Response>,
        S::Error: Into<Box<dyn StdError + Send + Sync>>,
        L: Observer,
    {
        type Response = Response;
        type Error = Error;
        type Future = ObservedFuture<S::Future, L::Call>;

        fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
            self.inner.poll_ready(context).map_err(of_inner)
        }

        fn call(&mut self, mut request: Request) -> Self::Future {
            let mut call = Unfinished(Some(self.layer.begin(&mut request)));
            let inner = call.enter(|| self.inner.call(request));
            ObservedFuture { inner, call }
        }
    }

    impl<F, E, C> Future for ObservedFuture<F, C>
    where
        F: Future<Output = Result<Response, E>>,
        E: Into<Box<dyn StdError + Send + Sync>>,
        C: ObservedCall,
    {
        type Output = Result<Response>;

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let inner = this.inner;
            let result = ready!(this.call.enter(|| inner.poll(context))).map_err(of_inner);
            this.call.end(&result);
            Poll::Ready(result)
        }
    }
}

#[cfg(feature = "async")]
pub(crate) use future::ObservedFuture;
