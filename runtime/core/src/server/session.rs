//! One connection of the async server.

use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::time::Instant;
use tower_service::Service;

use super::calls::{Answer, Calls, OnewayCalls};
use super::clock::Clock;
use super::drain::{Drain, Listener};
use super::linger::linger;
use crate::connection::{Call, CallHead, End, MAX_OUTPUT, Received, ServerConnection, Waiting};
use crate::error::Error;
use crate::net::async_socket::HangUp;
use crate::net::endpoints::Endpoints;
use crate::net::stream::poll_write;
use crate::rpc::message::{Request, Response};
use crate::settings::ServerSettings;

/// Number of reads before yielding to other tasks.
const ROUNDS: usize = 16;

/// Bytes read ahead while a call is pending.
const READ_AHEAD: usize = 64 << 10;

/// Oneway calls of a connection that has ended.
pub(super) enum Rest {
    Thrift {
        calls: OnewayCalls,
        ends: Endpoints,
        settings: Arc<ServerSettings>,
    },
    #[cfg(feature = "http")]
    Http(tokio::task::JoinSet<()>),
}

impl Rest {
    /// Waits for their completion.
    pub(super) async fn finish(self) {
        let (calls, ends, settings) = match self {
            Rest::Thrift { calls, ends, settings } => (calls, ends, settings),
            #[cfg(feature = "http")]
            Rest::Http(mut calls) => {
                while calls.join_next().await.is_some() {}
                return;
            }
        };
        let failed = |head: &CallHead, error: &Error| {
            settings.report.failed(Instant::now().into_std(), &ends, &head.method, error);
        };
        calls.finish(failed).await;
    }
}

/// Reads calls, passes them to the handler and writes the answers.
pub(super) struct Session<IO, S: Service<Request>> {
    io: IO,
    connection: ServerConnection,
    calls: Calls<S>,
    /// A call waiting for the service to become ready.
    held: Option<Box<Call>>,
    settings: Arc<ServerSettings>,
    drain: Listener,
    clock: Clock,
    /// The reason why reading has stopped.
    end: Option<End>,
    /// Whether the task has yielded before the next write.
    yielded: bool,
    /// Whether reading is paused because received calls are waiting.
    paused: bool,
    /// Whether the client has disconnected, as far as known without reading.
    hung_up: fn(&IO) -> HangUp,
    /// Whether the first bytes are not HTTP.
    #[cfg(feature = "http")]
    detected: bool,
}

impl<IO, S> Session<IO, S>
where
    IO: AsyncRead + AsyncWrite + Unpin,
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    S::Future: Send + 'static,
{
    pub(super) fn new(
        io: IO,
        ends: Endpoints,
        service: S,
        settings: Arc<ServerSettings>,
        drain: Arc<Drain>,
        hung_up: fn(&IO) -> HangUp,
    ) -> Session<IO, S> {
        let connection = ServerConnection::new(&settings, ends);
        let share = Arc::clone(connection.share());
        Session {
            io,
            connection,
            calls: Calls::new(service, share, settings.handler_timeout),
            held: None,
            drain: Listener::new(drain),
            clock: Clock::new(&settings),
            settings,
            end: None,
            yielded: false,
            paused: false,
            hung_up,
            #[cfg(feature = "http")]
            detected: false,
        }
    }

    /// Serves the connection until it ends. Returns the remaining oneway calls.
    pub(super) async fn run(mut self) -> Option<Rest> {
        let end = poll_fn(|context| self.poll(context)).await;
        #[cfg(feature = "http")]
        if let End::Http(version) = end {
            return Box::pin(self.serve_http(version)).await;
        }
        // Boxed, so that open connections reserve no space for it.
        Box::pin(self.finish(end)).await
    }

    /// Leaves the connection to hyper.
    #[cfg(feature = "http")]
    async fn serve_http(self, version: crate::http::Version) -> Option<Rest> {
        let Session { io, connection, calls, settings, drain, hung_up, .. } = self;
        let session = super::http::HttpSession {
            io,
            read: bytes::Bytes::copy_from_slice(connection.input.bytes()),
            service: calls.into_service(),
            settings,
            ends: connection.ends().clone(),
            share: Arc::clone(connection.share()),
            tally: connection.into_tally(),
            drain,
            hung_up,
        };
        let calls = session.run(version).await;
        (!calls.is_empty()).then_some(Rest::Http(calls))
    }

    /// Looks for HTTP before anything else was detected.
    #[cfg(feature = "http")]
    fn detect_http(&mut self) -> bool {
        use crate::http::{Detected, detect};
        match detect(self.connection.input.bytes()) {
            Detected::Http(version) => {
                self.end = Some(End::Http(version));
                true
            }
            Detected::Undecided => true,
            Detected::Other => {
                self.detected = true;
                false
            }
        }
    }

    async fn finish(self, end: End) -> Option<Rest> {
        let Session { mut io, connection, calls, settings, .. } = self;
        settings.report.ended(Instant::now().into_std(), &connection, &end);
        let rest = calls.finish().map(|calls| Rest::Thrift {
            calls,
            ends: connection.ends().clone(),
            settings,
        });
        drop(connection);
        if matches!(end, End::Broken(_) | End::Refused | End::Drained) {
            linger(&mut io).await;
        }
        rest
    }

    /// Makes all possible progress. Ready when the connection should be closed.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<End> {
        let mut answered = false;
        while let Some(answer) = self.calls.poll(context) {
            self.answer(answer);
            answered = true;
        }
        if answered && !self.yielded && self.calls.len() > 0 {
            // Other calls may be about to complete: yield first, so that one write carries all
            // answers.
            self.yielded = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.yielded = false;
        for _ in 0..ROUNDS {
            let more = self.take_calls(context);
            let written = poll_write(&mut self.io, &mut self.connection.output, context);
            self.connection.written();
            if let Poll::Ready(Err(error)) = written {
                return Poll::Ready(End::Lost(error));
            }
            if more && self.has_room() && self.held.is_none() {
                continue;
            }
            let flushed = written.is_ready();
            if let Some(end) = self.end.take_if(|_| {
                !more && !self.calls.will_answer() && self.connection.output.is_empty() && flushed
            }) {
                return Poll::Ready(end);
            }
            // A little is read ahead, in order to detect the end of the stream.
            self.paused = more && self.connection.input.len() >= READ_AHEAD;
            if self.paused || self.end.is_some() {
                return self.watch(context);
            }
            let draining = self.drain.begun(context);
            match self.read(context) {
                Poll::Ready(Ok(0)) => {
                    self.end = Some(End::Closed);
                    if !self.settings.half_close {
                        self.abandon();
                    }
                }
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(End::unreadable(error)),
                Poll::Pending if draining && self.is_done() => self.end = Some(End::Drained),
                Poll::Pending => return self.watch(context),
            }
        }
        // A client that sends continuously must not starve others.
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// Handles a disconnect of the client.
    fn abandon(&mut self) {
        self.calls.abandon();
        self.held.take_if(|call| !call.head.oneway);
    }

    /// Whether all received calls have been answered.
    fn is_done(&self) -> bool {
        let ServerConnection { input, output, .. } = &self.connection;
        !self.calls.will_answer() && self.held.is_none() && input.is_empty() && output.is_empty()
    }

    /// Starts the received calls. Returns whether more may be waiting.
    fn take_calls(&mut self, context: &mut Context<'_>) -> bool {
        if self.is_out() {
            return false;
        }
        #[cfg(feature = "http")]
        if !self.detected && self.settings.accepted.framing.is_none() && self.detect_http() {
            return false;
        }
        while !self.is_out() {
            if !self.has_room() {
                return self.held.is_some() || !self.connection.input.is_empty();
            }
            let call = match self.held.take() {
                Some(call) => *call,
                None => match self.connection.next() {
                    Ok(Some(Received::Call(call))) => call,
                    Ok(Some(Received::Answered)) => continue,
                    Ok(None) => return false,
                    Err(error) => {
                        self.end = Some(End::Broken(error));
                        return false;
                    }
                },
            };
            match self.calls.poll_ready(&call, context) {
                Poll::Ready(Ok(())) => {
                    if let Some(answer) = self.calls.start(call, context) {
                        self.answer(answer);
                    }
                }
                Poll::Ready(Err(error)) => self.answer((call.head, Err(error))),
                Poll::Pending => {
                    self.held = Some(Box::new(call));
                    return true;
                }
            }
        }
        false
    }

    /// Whether further calls are not taken, whatever has come.
    fn is_out(&self) -> bool {
        matches!(self.end, Some(End::Broken(_) | End::Refused))
    }

    /// Whether another call may be started.
    fn has_room(&self) -> bool {
        self.calls.len() < self.settings.max_in_flight && self.connection.output.len() < MAX_OUTPUT
    }

    fn answer(&mut self, (head, result): Answer) {
        if let Some(error) = self.connection.answer(&head, result) {
            let (now, ends) = (Instant::now().into_std(), self.connection.ends());
            if self.connection.is_refused() && !matches!(self.end, Some(End::Refused)) {
                self.settings.report.refused_connection(now, ends, &error);
                self.end = Some(End::Refused);
            } else {
                self.settings.report.failed(now, ends, &head.method, &error);
            }
        }
    }

    fn read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        pin!(self.io.read_buf(self.connection.space())).poll(context)
    }

    fn waiting(&self) -> Waiting {
        match self.connection.waiting() {
            waiting @ Waiting::Write { .. } => waiting,
            // Reading is paused, so a disconnect would not be noticed otherwise.
            _ if self.paused || self.end.is_some() && self.calls.len() > 0 => Waiting::Paused,
            _ if self.calls.len() > 0 || self.held.is_some() => Waiting::Handler,
            waiting => waiting,
        }
    }

    /// Waits with a time limit.
    fn watch(&mut self, context: &mut Context<'_>) -> Poll<End> {
        let waiting = self.waiting();
        self.clock.observe(waiting, &self.settings);
        while self.clock.has_fired(context) {
            if let Err(error) = self.clock.check(waiting, &self.settings) {
                return Poll::Ready(End::TimedOut(waiting, error));
            }
            if waiting == Waiting::Paused {
                match (self.hung_up)(&self.io) {
                    HangUp::No => {}
                    HangUp::Half if self.settings.half_close => {}
                    HangUp::Half | HangUp::Full => {
                        // There is capacity again, so reading resumes up to the end of the stream.
                        self.abandon();
                        context.waker().wake_by_ref();
                    }
                }
            }
            self.connection.input.release();
            self.clock.arm();
        }
        Poll::Pending
    }
}
