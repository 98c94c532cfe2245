//! The caller's side of a call.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::connection::{CallName, Caller, ChannelStats, Entry, wrong_protocol};
use crate::error::{Error, ErrorKind, Result};
use crate::rpc::deadline::Deadline;
use crate::rpc::message::{MethodName, Protocol, Request, Response};
use crate::tracking::{SharedTracker, Span};

/// State shared by the callers and the task of a channel.
#[derive(Debug)]
pub(super) struct Shared {
    /// The server name shown in errors.
    pub(super) name: Arc<str>,
    pub(super) timeout: Option<Duration>,
    /// The protocol of all calls, if set.
    pub(super) protocol: Option<Protocol>,
    pub(super) tracker: Option<SharedTracker>,
    /// Whether the task has been told that callers have gone, and has not looked for them yet.
    pub(super) gone: AtomicBool,
    /// The counters as the task has last published them.
    pub(super) stats: Mutex<ChannelStats>,
}

/// Messages from callers to the task.
#[derive(Debug)]
pub(super) enum Message {
    Call(Entry<Waiter, Box<Request>>),
    CallersGone,
    /// Takes no more calls. Those that are left after this time fail. The sender tells when everything
    /// has ended.
    Close(Option<Duration>, oneshot::Sender<()>),
}

/// A caller waiting for a reply.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) reply: oneshot::Sender<Result<Response>>,
    pub(super) call: CallName,
}

impl Caller for Waiter {
    fn has_gone(&self) -> bool {
        self.reply.is_closed()
    }
}

/// The callers' handle of a channel.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) shared: Arc<Shared>,
    pub(super) messages: mpsc::UnboundedSender<Message>,
}

impl Line {
    /// Closes the channel, and waits until its calls have ended, or for this time.
    pub(super) async fn close(&self, timeout: Option<Duration>) {
        let (ended, wait) = oneshot::channel();
        // If the task has gone, everything has ended with it.
        let _ = self.messages.send(Message::Close(timeout, ended));
        let _ = wait.await;
    }
}

/// The future of a call, which is sent on the first poll.
///
/// Dropping it abandons the call; the server may still handle it.
#[must_use = "a call is made when its future is awaited"]
pub struct CallFuture {
    line: Arc<Line>,
    stage: Stage,
    /// The record of the call, from its first poll on, if the client has a tracker.
    span: Option<Box<Span>>,
}

enum Stage {
    Unsent(Box<Request>),
    Sent(oneshot::Receiver<Result<Response>>, MethodName),
    Done,
}

impl CallFuture {
    pub(super) fn new(line: Arc<Line>, request: Request) -> CallFuture {
        CallFuture { line, stage: Stage::Unsent(Box::new(request)), span: None }
    }

    /// Records the call, if it is.
    fn ended(&self, result: Result<Response>) -> Result<Response> {
        if let Some(span) = &self.span {
            span.finish(&result);
        }
        result
    }

    /// Passes the call to the task.
    fn send(&self, mut request: Box<Request>) -> oneshot::Receiver<Result<Response>> {
        let queued = Instant::now().into_std();
        let shared = &self.line.shared;
        let deadline = request.deadline.resolve(queued, shared.timeout);
        request.deadline = deadline.map_or(Deadline::Never, Deadline::At);
        let (reply, receiver) = oneshot::channel();
        let call = CallName {
            method: request.method.clone(),
            oneway: request.oneway,
            timeout: deadline.map(|deadline| deadline.saturating_duration_since(queued)),
        };
        let entry = Entry {
            call: Waiter { reply, call },
            bytes: request.body.len(),
            oneway: request.oneway,
            repeatable: request.idempotent && !request.oneway,
            suspicion: None,
            request,
            deadline,
            queued,
            tries: 0,
        };
        // If the task has gone, so has the sender of the reply.
        let _ = self.line.messages.send(Message::Call(entry));
        receiver
    }
}

/// The error for a terminated channel task, which happens only if its runtime is shut down.
#[cold]
fn task_gone(server: &str, method: &MethodName) -> Error {
    let why = "the runtime on which the channel was made has been shut down";
    Error::new(ErrorKind::Closed, why).in_call(method.as_str(), server)
}

impl Future for CallFuture {
    type Output = Result<Response>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<Response>> {
        let this = self.get_mut();
        if let Stage::Unsent(request) = &mut this.stage {
            if let Some(tracker) = &this.line.shared.tracker {
                this.span = Some(Box::new(Span::calling(tracker, request, &this.line.shared.name)));
            }
            if let Some(error) = wrong_protocol(request, this.line.shared.protocol) {
                let error = error.in_call(request.method.as_str(), &this.line.shared.name);
                this.stage = Stage::Done;
                return Poll::Ready(this.ended(Err(error)));
            }
            let method = request.method.clone();
            let Stage::Unsent(request) = std::mem::replace(&mut this.stage, Stage::Done) else {
                return Poll::Pending;
            };
            let receiver = this.send(request);
            this.stage = Stage::Sent(receiver, method);
        }
        // Once it has ended it is not to be polled again.
        let Stage::Sent(reply, method) = &mut this.stage else { return Poll::Pending };
        let result = match ready!(Pin::new(reply).poll(context)) {
            Ok(result) => result,
            Err(_) => Err(task_gone(&this.line.shared.name, method)),
        };
        this.stage = Stage::Done;
        Poll::Ready(this.ended(result))
    }
}

impl Drop for CallFuture {
    fn drop(&mut self) {
        if let Stage::Sent(reply, _) = &mut self.stage {
            // The resources of the call are released soon, not only when its answer arrives.
            reply.close();
            if !self.line.shared.gone.swap(true, Ordering::AcqRel) {
                let _ = self.line.messages.send(Message::CallersGone);
            }
        }
    }
}

impl fmt::Debug for CallFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFuture").field("server", &self.line.shared.name).finish_non_exhaustive()
    }
}
