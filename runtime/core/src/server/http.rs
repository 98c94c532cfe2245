//! One HTTP connection of the async server.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tower_service::Service;

use super::clock::Clock;
use super::drain::Listener;
use super::linger::{LINGER, linger};
use crate::connection::{End, Share, Tally, Waiting};
use crate::error::{Error, ErrorKind};
use crate::http::{Exchange, Failure, MAX_HEADERS, Progress, Tasks, Version, Wire};
use crate::net::async_socket::HangUp;
use crate::net::endpoints::Endpoints;
use crate::rpc::message::{Request, Response};
use crate::rpc::per_connection::Services;
use crate::settings::ServerSettings;

/// Largest buffer of a connection, in bytes, unless headers may be larger.
const BUFFER: usize = 64 << 10;

/// A connection on which HTTP was detected.
pub(super) struct HttpSession<IO, S> {
    pub(super) io: IO,
    /// Bytes that were read already.
    pub(super) read: Bytes,
    pub(super) service: S,
    pub(super) settings: Arc<ServerSettings>,
    pub(super) ends: Endpoints,
    pub(super) share: Arc<Share>,
    pub(super) tally: Tally,
    pub(super) drain: Listener,
    pub(super) hung_up: fn(&IO) -> HangUp,
}

impl<IO, S> HttpSession<IO, S>
where
    IO: AsyncRead + AsyncWrite + Unpin,
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    S::Future: Send + 'static,
{
    /// Serves the connection until it ends. Returns the remaining oneway calls.
    pub(super) async fn run(self, version: Version) -> JoinSet<()> {
        let HttpSession { io, read, service, settings, ends, share, tally, drain, hung_up } = self;
        let mut wire = Wire::new(io, read);
        let exchange = Arc::new(Exchange::new(
            Arc::clone(&settings),
            ends.clone(),
            Some(share),
            Some(Services::default()),
        ));
        let answers = Arc::clone(&exchange);
        let service = hyper::service::service_fn(move |request| {
            let response = Arc::clone(&answers).respond(service.clone(), request);
            async { Ok::<_, Infallible>(response.await) }
        });
        let watch = Watch {
            wire: wire.clone(),
            exchange: Arc::clone(&exchange),
            tally,
            version,
            drain,
            draining: false,
            closing: false,
            hung_up,
            clock: Clock::new(&settings),
            messages: 0,
            settled: 0,
        };
        let io = TokioIo::new(wire.clone());
        let end = match version {
            Version::One => {
                let mut builder = http1::Builder::new();
                builder
                    .half_close(settings.half_close)
                    .max_buf_size(settings.limits.header_bytes.max(BUFFER))
                    .max_header_size(settings.limits.header_bytes);
                if settings.limits.headers < MAX_HEADERS {
                    builder.max_headers(settings.limits.headers);
                }
                let connection = builder.serve_connection(io, service);
                watch.run(connection, |connection| connection.graceful_shutdown()).await
            }
            Version::Two => {
                let tasks = Tasks::default();
                let header_bytes = u32::try_from(settings.limits.header_bytes).unwrap_or(u32::MAX);
                let streams = u32::try_from(settings.max_in_flight).unwrap_or(u32::MAX);
                let connection = http2::Builder::new(tasks.clone())
                    .max_concurrent_streams(streams)
                    .max_header_list_size(header_bytes)
                    .serve_connection(io, service);
                let end = watch.run(connection, |connection| connection.graceful_shutdown()).await;
                // Calls whose answers cannot be delivered are cancelled.
                tasks.cancel();
                end
            }
        };
        settings.report.http_ended(Instant::now().into_std(), &ends, &end);
        let oneway = exchange.end();
        if exchange.has_refused() || matches!(end, End::Broken(_) | End::Refused) {
            linger(&mut wire).await;
        }
        oneway
    }
}

/// Polls a connection within its time limits.
struct Watch<IO> {
    wire: Wire<IO>,
    exchange: Arc<Exchange>,
    tally: Tally,
    version: Version,
    drain: Listener,
    draining: bool,
    /// Whether it is being closed because it was idle.
    closing: bool,
    hung_up: fn(&IO) -> HangUp,
    clock: Clock,
    /// Number of messages received by the last wait, and of bytes read by the end of the last one.
    messages: u64,
    settled: u64,
}

impl<IO> Watch<IO> {
    async fn run<C>(mut self, connection: C, shut_down: fn(Pin<&mut C>)) -> End
    where
        C: Future<Output = hyper::Result<()>>,
    {
        let mut connection = pin!(connection);
        poll_fn(|context| {
            loop {
                let draining = self.drain.begun(context) || self.exchange.is_rejected();
                if draining && !std::mem::replace(&mut self.draining, true) {
                    shut_down(connection.as_mut());
                }
                if let Poll::Ready(ended) = connection.as_mut().poll(context) {
                    let how = match self.draining {
                        _ if self.exchange.is_rejected() => End::Refused,
                        true => End::Drained,
                        false => End::Closed,
                    };
                    return Poll::Ready(ended.map_or_else(of_hyper, |()| how));
                }
                if self.exchange.is_rejected() && !self.draining {
                    continue;
                }
                match self.watch(context) {
                    Poll::Pending => return Poll::Pending,
                    // A client of HTTP/2 is told that the connection ends, so that it does not use it.
                    Poll::Ready(End::TimedOut(Waiting::Idle { .. }, _)) if !self.closing => {
                        self.closing = true;
                        shut_down(connection.as_mut());
                        self.clock.arm_for(LINGER);
                    }
                    end => return end,
                }
            }
        })
        .await
    }

    fn waiting(&mut self) -> Waiting {
        let Progress { read, sent, reading, blocked } = self.wire.progress();
        let messages = self.exchange.messages();
        if messages != self.messages {
            self.messages = messages;
            self.settled = read;
        }
        let handling = self.exchange.handling();
        self.tally.follow(messages, handling as u64, read, sent);
        let busy = handling > 0;
        if blocked {
            Waiting::Write { sent }
        } else if busy && !reading {
            // Nothing is read, so a disconnect would not be noticed otherwise.
            Waiting::Paused
        } else if busy || (self.version == Version::Two && self.exchange.receiving() > 0) {
            // A body of HTTP/2 has a time limit of its own, as it is not alone.
            Waiting::Handler
        } else if self.version == Version::One && read > self.settled {
            Waiting::Message { number: messages }
        } else {
            Waiting::Idle { messages, sent }
        }
    }

    /// Waits with a time limit.
    fn watch(&mut self, context: &mut Context<'_>) -> Poll<End> {
        let waiting = self.waiting();
        let settings = Arc::clone(self.exchange.settings());
        if !self.closing {
            self.clock.observe(waiting, &settings);
        }
        while self.clock.has_fired(context) {
            if self.closing {
                return Poll::Ready(End::Closed);
            }
            if let Err(error) = self.clock.check(waiting, &settings) {
                return Poll::Ready(End::TimedOut(waiting, error));
            }
            if waiting == Waiting::Paused {
                match self.wire.look(|io| (self.hung_up)(io)) {
                    HangUp::No => {}
                    HangUp::Half if settings.half_close => {}
                    HangUp::Half | HangUp::Full => return Poll::Ready(End::Closed),
                }
            }
            self.clock.arm();
        }
        Poll::Pending
    }
}

/// Why a connection has ended.
#[cold]
fn of_hyper(error: hyper::Error) -> End {
    let Failure { text, io, by_peer, .. } = error.into();
    match io {
        Some(kind) => End::Lost(io::Error::new(kind, text)),
        None if by_peer => End::Lost(io::Error::new(io::ErrorKind::UnexpectedEof, text)),
        None => End::Broken(Error::new(ErrorKind::InvalidData, format!("HTTP: {text}"))),
    }
}
