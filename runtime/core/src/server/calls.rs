//! In-flight calls of one connection.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep};
use tower_service::Service;

use crate::connection::{Call, CallHead, Share, guard, guard_poll, handler_timeout, of_service};
use crate::error::{Error, Result};
use crate::rpc::context::{forget_dispatched, was_oneway};
use crate::rpc::deadline::Deadline;
use crate::rpc::message::{Request, Response};

/// The service of a connection and its in-flight calls.
///
/// A call is polled where it was read; most complete immediately and cost neither a task nor an
/// allocation. A pending call stays in place until the next call arrives, then moves into its own
/// task, so that no call waits for another.
pub(super) struct Calls<S: Service<Request>> {
    service: S,
    share: Arc<Share>,
    /// How long a handler may take.
    timeout: Option<Duration>,
    /// Whether the client has disconnected, so that pending calls are dropped.
    abandoned: bool,
    /// Reusable allocation for the future of one call.
    place: Pin<Box<Option<S::Future>>>,
    /// The call whose future is stored there, and how long it may take.
    current: Option<(CallHead, Option<Duration>)>,
    /// Calls in their own tasks. They are cancelled with the connection.
    aside: JoinSet<Answer>,
    /// Oneway calls in their own tasks. They outlive the connection.
    oneway: JoinSet<Answer>,
    /// The answer of a moved call that completed before the task could wait for it.
    early: Option<Box<Answer>>,
}

/// A call and its result.
pub(super) type Answer = (CallHead, Result<Response>);

impl<S> Calls<S>
where
    S: Service<Request, Response = Response>,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    S::Future: Send + 'static,
{
    pub(super) fn new(service: S, share: Arc<Share>, timeout: Option<Duration>) -> Calls<S> {
        Calls {
            service,
            share,
            timeout,
            abandoned: false,
            place: Box::pin(None),
            current: None,
            aside: JoinSet::new(),
            oneway: JoinSet::new(),
            early: None,
        }
    }

    /// The service, for the rest of the connection.
    #[cfg(feature = "http")]
    pub(super) fn into_service(self) -> S {
        self.service
    }

    /// Number of in-flight calls.
    pub(super) fn len(&self) -> usize {
        usize::from(self.current.is_some())
            + usize::from(self.early.is_some())
            + self.aside.len()
            + self.oneway.len()
    }

    /// Whether a call that needs an answer is in flight.
    pub(super) fn will_answer(&self) -> bool {
        !self.aside.is_empty()
            || self.early.is_some()
            || self.current.as_ref().is_some_and(|(head, _)| !head.oneway)
    }

    /// Polls the service for readiness. An error becomes the answer to the call.
    pub(super) fn poll_ready(
        &mut self,
        call: &Call,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        guard_poll(&call.head.method, || self.service.poll_ready(context))
    }

    /// Starts a call on the ready service; returns the answer if it completes immediately.
    pub(super) fn start(&mut self, call: Call, context: &mut Context<'_>) -> Option<Answer> {
        self.set_aside(context);
        let Call { head, mut request, timeout } = call;
        let timeout = self.timeout.into_iter().chain(timeout).min();
        if let Some(timeout) = timeout {
            request.deadline = Deadline::after(timeout);
        }
        forget_dispatched();
        match guard(&head.method, || self.service.call(request)) {
            Ok(future) => self.place.set(Some(future)),
            Err(error) => return Some((head, Err(error))),
        }
        self.current = Some((head, timeout));
        let answer = self.poll_current(context);
        // Some clients send calls of oneway methods as if they waited for an answer.
        if let Some((head, timeout)) = &mut self.current {
            head.oneway |= was_oneway();
            if self.abandoned {
                self.abandon();
            } else if timeout.is_some() {
                self.set_aside(context);
            }
        }
        answer
    }

    /// Handles a disconnect: drops calls whose answers cannot be delivered, and later calls unless
    /// they complete immediately.
    pub(super) fn abandon(&mut self) {
        self.abandoned = true;
        if let Some((head, _)) = self.current.take_if(|(head, _)| !head.oneway) {
            // A panic in the drop of a future is contained.
            let _ = guard(&head.method, || self.place.set(None));
        }
        // Dropping the set aborts its tasks.
        self.aside = JoinSet::new();
    }

    /// Polls for the next answer.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Option<Answer> {
        if let Some(answer) =
            self.early.take().map(|early| *early).or_else(|| self.poll_current(context))
        {
            return Some(answer);
        }
        for set in [&mut self.aside, &mut self.oneway] {
            // A task that was aborted has no answer; others cannot fail, as panics are caught.
            while let Poll::Ready(Some(joined)) = set.poll_join_next(context) {
                if let Ok(answer) = joined {
                    return Some(answer);
                }
            }
        }
        None
    }

    /// Handles the end of the connection: drops calls whose answers cannot be delivered and returns
    /// the oneway calls, if any.
    pub(super) fn finish(mut self) -> Option<OnewayCalls> {
        self.abandon();
        self.set_aside(&mut Context::from_waker(Waker::noop()));
        (!self.oneway.is_empty()).then_some(OnewayCalls(self.oneway))
    }

    fn poll_current(&mut self, context: &mut Context<'_>) -> Option<Answer> {
        let (head, _) = self.current.as_ref()?;
        let Poll::Ready(mut result) = poll_place(head, &mut self.place, context) else {
            return None;
        };
        self.share.admit(&head.method, &mut result);
        let (head, _) = self.current.take()?;
        Some((head, result))
    }

    /// Moves the current call into its own task.
    fn set_aside(&mut self, context: &mut Context<'_>) {
        if let Some((head, timeout)) = self.current.take() {
            let set = if head.oneway { &mut self.oneway } else { &mut self.aside };
            let place = std::mem::replace(&mut self.place, Box::pin(None));
            let share = Arc::clone(&self.share);
            let limit = timeout.map(|timeout| (timeout, Box::pin(sleep(timeout))));
            let alone = set.is_empty();
            set.spawn(Aside { head: Some(head), place, share, limit });
            // A set only wakes who has asked it since there was a task in it.
            if alone && let Poll::Ready(Some(Ok(answer))) = set.poll_join_next(context) {
                self.early = Some(Box::new(answer));
                context.waker().wake_by_ref();
            }
        }
    }
}

/// Oneway calls that outlive their connection.
pub(super) struct OnewayCalls(JoinSet<Answer>);

impl OnewayCalls {
    /// Waits for their completion and calls `failed` for each failure.
    pub(super) async fn finish(mut self, failed: impl Fn(&CallHead, &Error)) {
        while let Some(joined) = self.0.join_next().await {
            if let Ok((head, result)) = &joined {
                head.end(result);
            }
            match joined {
                Ok((head, Err(error))) => failed(&head, &error),
                Ok((head, Ok(Response { failure: Some(error), .. }))) => failed(&head, &error),
                Ok(_) | Err(_) => {}
            }
        }
    }
}

/// A call in its own task.
struct Aside<F> {
    /// Taken when it is done.
    head: Option<CallHead>,
    place: Pin<Box<Option<F>>>,
    share: Arc<Share>,
    /// Time limit and timer.
    limit: Option<(Duration, Pin<Box<Sleep>>)>,
}

impl<F, E> Future for Aside<F>
where
    F: Future<Output = Result<Response, E>>,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let Aside { head, place, share, limit } = &mut *self;
        let Some(running) = head else { return Poll::Pending };
        let mut result = match poll_place(running, place, context) {
            Poll::Ready(result) => result,
            Poll::Pending => {
                let Some((limit, clock)) = limit else { return Poll::Pending };
                ready!(clock.as_mut().poll(context));
                let _ = guard(&running.method, || place.set(None));
                Err(handler_timeout(&running.method, *limit))
            }
        };
        match head.take() {
            Some(head) => {
                share.admit(&head.method, &mut result);
                Poll::Ready((head, result))
            }
            None => Poll::Pending,
        }
    }
}

/// Polls the stored call and clears its storage on completion.
fn poll_place<F, E>(
    head: &CallHead,
    place: &mut Pin<Box<Option<F>>>,
    context: &mut Context<'_>,
) -> Poll<Result<Response>>
where
    F: Future<Output = Result<Response, E>>,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    let polled = guard(&head.method, || match place.as_mut().as_pin_mut() {
        Some(future) => {
            let polled = future.poll(context);
            if polled.is_ready() {
                place.set(None);
            }
            polled
        }
        None => Poll::Pending,
    });
    match polled {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(Ok(response))) => Poll::Ready(Ok(response)),
        Ok(Poll::Ready(Err(error))) => Poll::Ready(Err(of_service(error))),
        Err(error) => {
            // A panic in the drop after a panic is contained as well.
            let _ = guard(&head.method, || place.set(None));
            Poll::Ready(Err(error))
        }
    }
}
