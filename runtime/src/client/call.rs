//! A call from the side of its caller.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{Sleep, sleep};

use super::session::{Remote, run};
use crate::connection::{closed, timed_out};
use crate::error::{Error, ErrorKind, Result};
use crate::net::address::Address;
use crate::rpc::deadline::Deadline;
use crate::rpc::message::{MethodName, Request, Response};
use crate::settings::ClientSettings;

/// What the callers and the task of the connection share.
#[derive(Debug)]
pub(super) struct Line {
    remote: Arc<Remote>,
    timeout: Option<Duration>,
    /// Calls on their way to the task. There are never more than there are permits.
    queue: mpsc::UnboundedSender<Ticket>,
    permits: Semaphore,
}

/// A call on its way to the task.
#[derive(Debug)]
pub(super) struct Ticket {
    pub(super) request: Request,
    pub(super) reply: oneshot::Sender<Result<Response>>,
}

impl Line {
    /// Starts the task of a connection.
    pub(super) fn open(
        address: Address,
        settings: ClientSettings,
        max_in_flight: usize,
        stream: TcpStream,
    ) -> Line {
        let (queue, tickets) = mpsc::unbounded_channel();
        let timeout = settings.timeout;
        let remote =
            Arc::new(Remote { address, settings, max_in_flight, silent: AtomicU32::new(0) });
        tokio::spawn(run(Arc::clone(&remote), stream, tickets));
        Line { remote, timeout, queue, permits: Semaphore::new(max_in_flight) }
    }

    pub(super) fn address(&self) -> &Address {
        &self.remote.address
    }
}

/// A call that is under way. It is sent when this is polled first.
///
/// Dropping it gives the call up; the server may handle it all the same.
#[must_use = "a call is made when its future is awaited"]
pub struct CallFuture {
    line: Arc<Line>,
    method: MethodName,
    stage: Stage,
    /// Whether one of the permits is ours.
    permit: bool,
    /// Runs from when the call had to wait.
    timer: Option<Pin<Box<Sleep>>>,
    deadline: Deadline,
}

enum Stage {
    Unsent(Option<Request>),
    /// There are too many calls under way.
    Queued(Pin<Box<dyn Future<Output = Result<()>> + Send>>, Option<Request>),
    Sent(oneshot::Receiver<Result<Response>>),
}

impl CallFuture {
    pub(super) fn new(line: Arc<Line>, request: Request) -> CallFuture {
        let (method, deadline) = (request.method.clone(), request.deadline);
        CallFuture {
            line,
            method,
            stage: Stage::Unsent(Some(request)),
            permit: false,
            timer: None,
            deadline,
        }
    }

    fn poll_stages(&mut self, context: &mut Context<'_>) -> Poll<Result<Response>> {
        loop {
            let request = match &mut self.stage {
                Stage::Unsent(request) => match self.line.permits.try_acquire() {
                    Ok(permit) => {
                        permit.forget();
                        self.permit = true;
                        request.take()
                    }
                    Err(_) => {
                        let request = request.take();
                        self.stage =
                            Stage::Queued(Box::pin(permit(Arc::clone(&self.line))), request);
                        continue;
                    }
                },
                Stage::Queued(permit, request) => {
                    ready!(permit.as_mut().poll(context))?;
                    self.permit = true;
                    request.take()
                }
                Stage::Sent(reply) => {
                    return match ready!(Pin::new(reply).poll(context)) {
                        Ok(result) => Poll::Ready(result),
                        Err(_) => Poll::Ready(Err(self.gone())),
                    };
                }
            };
            let (sender, reply) = oneshot::channel();
            self.stage = Stage::Sent(reply);
            // Without a request it was sent before, and is not to be polled again.
            if let Some(request) = request {
                let ticket = Ticket { request, reply: sender };
                if self.line.queue.send(ticket).is_err() {
                    return Poll::Ready(Err(self.gone()));
                }
            }
        }
    }

    /// The task of the connection is gone, which it never is by itself.
    #[cold]
    fn gone(&self) -> Error {
        closed(self.line.address(), &self.method, "the runtime of the channel has been shut down")
    }

    /// How long the call may take from now.
    fn timeout(&self) -> Option<Duration> {
        match self.deadline {
            Deadline::Default => self.line.timeout,
            Deadline::Never => None,
            Deadline::At(time) => Some(time.saturating_duration_since(Instant::now())),
        }
    }

    /// Whether the time for the call is over.
    fn poll_timer(&mut self, timeout: Duration, context: &mut Context<'_>) -> Poll<()> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(timeout)));
        timer.as_mut().poll(context)
    }
}

/// Waits until another call may be under way.
async fn permit(line: Arc<Line>) -> Result<()> {
    match line.permits.acquire().await {
        Ok(permit) => {
            permit.forget();
            Ok(())
        }
        // They are never closed.
        Err(error) => Err(Error::new(ErrorKind::Closed, error.to_string())),
    }
}

impl Future for CallFuture {
    type Output = Result<Response>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<Response>> {
        if let Poll::Ready(result) = self.poll_stages(context) {
            return Poll::Ready(result);
        }
        if let Some(timeout) = self.timeout()
            && self.poll_timer(timeout, context).is_ready()
        {
            self.line.remote.silent.fetch_add(1, Ordering::Relaxed);
            return Poll::Ready(Err(timed_out(self.line.address(), &self.method, timeout)));
        }
        Poll::Pending
    }
}

impl Drop for CallFuture {
    fn drop(&mut self) {
        if self.permit {
            self.line.permits.add_permits(1);
        }
    }
}

impl fmt::Debug for CallFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFuture").field("method", &self.method).finish_non_exhaustive()
    }
}
