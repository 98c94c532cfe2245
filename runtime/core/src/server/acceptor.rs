//! Accepting connections and running their tasks.

use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tower_service::Service;

use super::drain::{Drain, Listener};
use super::session::{Rest, Session};
use crate::connection::Backoff;
use crate::net::async_socket::AsyncStream;
use crate::net::endpoints::Endpoints;
use crate::net::login::accept_async;
use crate::net::transform::Transformed;
use crate::rpc::message::{Request, Response};
use crate::sasl::Frames;
use crate::settings::ServerSettings;

/// An accepted connection; `None` at the end of the source.
pub(super) type Accepted<IO> = Option<io::Result<(IO, Endpoints)>>;

/// A source of connections.
pub(super) trait Source {
    type Stream: AsyncStream + 'static;
    /// A stream after a SASL login.
    type LoggedIn: AsyncStream + 'static;

    /// The next connection.
    fn poll_next(
        &mut self,
        settings: &ServerSettings,
        context: &mut Context<'_>,
    ) -> Poll<Accepted<Self::Stream>>;

    /// Completes a connection in its own task, before its session begins; `None` if that has failed.
    /// Only called if the server has TLS.
    #[cfg(feature = "tls")]
    fn establish(
        stream: Self::Stream,
        ends: Endpoints,
        _: &ServerSettings,
    ) -> impl Future<Output = Option<(Self::Stream, Endpoints)>> + Send {
        std::future::ready(Some((stream, ends)))
    }

    /// The stream of a client that has authenticated.
    fn logged_in(stream: Transformed<Self::Stream, Frames>) -> Self::LoggedIn;
}

/// Serves connections until `stop` is ready, and then shuts down gracefully; or until there are no
/// more connections, and the last has ended.
pub(super) async fn serve<L, S>(source: L, service: S, settings: ServerSettings, stop: impl Future)
where
    L: Source,
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    S::Future: Send + 'static,
{
    let ServerSettings { shutdown_delay, drain_timeout, .. } = settings;
    let health = settings.health.clone();
    let mut acceptor = Acceptor {
        source: Some(source),
        service,
        max_connections: settings.connections(),
        settings: Arc::new(settings),
        drain: Arc::default(),
        sessions: JoinSet::new(),
        rest: JoinSet::new(),
        backoff: Backoff::default(),
        full: false,
    };
    let mut stop = pin!(async {
        stop.await;
        if let Some(health) = &health {
            health.drain();
        }
        if !shutdown_delay.is_zero() {
            tracing::debug!(delay = ?shutdown_delay, "accepting connections before shutting down");
            sleep(shutdown_delay).await;
        }
    });
    let mut pause = pin!(None::<Sleep>);
    poll_fn(|context| {
        if stop.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        loop {
            if let Some(until) = pause.as_mut().as_pin_mut() {
                ready!(until.poll(context));
                pause.set(None);
            }
            match ready!(acceptor.poll(context)) {
                Next::Accepted => {}
                Next::Pause(longer) => pause.set(Some(sleep(longer))),
                Next::Ended => return Poll::Ready(()),
            }
        }
    })
    .await;
    let Acceptor { source, drain, mut sessions, mut rest, .. } = acceptor;
    tracing::debug!(connections = sessions.len(), "shutting down");
    drop(source);
    drain.begin();
    let all = async {
        while let Some(ended) = sessions.join_next().await {
            if let Ok(Some(calls)) = ended {
                rest.spawn(calls.finish());
            }
        }
        while rest.join_next().await.is_some() {}
    };
    if timeout(drain_timeout, all).await.is_err() {
        let (connections, oneway) = (sessions.len(), rest.len());
        tracing::warn!(connections, oneway, "did not end before the drain timeout");
    }
}

struct Acceptor<L, S> {
    /// `None` after the source has ended.
    source: Option<L>,
    service: S,
    settings: Arc<ServerSettings>,
    drain: Arc<Drain>,
    /// Dropping this ends the connections.
    sessions: JoinSet<Option<Rest>>,
    /// Oneway calls whose connections have ended.
    rest: JoinSet<()>,
    max_connections: usize,
    backoff: Backoff,
    /// Whether the connection limit has been logged.
    full: bool,
}

/// Result of an attempt to accept a connection.
enum Next {
    Accepted,
    /// Pause before the next attempt.
    Pause(Duration),
    /// The source has ended, and so have all connections.
    Ended,
}

impl<L, S> Acceptor<L, S>
where
    L: Source,
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    S::Future: Send + 'static,
{
    /// Accepts one connection.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Next> {
        while let Poll::Ready(Some(ended)) = self.sessions.poll_join_next(context) {
            match ended {
                Ok(Some(calls)) => {
                    self.rest.spawn(calls.finish());
                }
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "a connection failed"),
            }
        }
        while let Poll::Ready(Some(_)) = self.rest.poll_join_next(context) {}
        let Some(source) = &mut self.source else {
            return match self.sessions.is_empty() && self.rest.is_empty() {
                true => Poll::Ready(Next::Ended),
                false => Poll::Pending,
            };
        };
        if self.sessions.len() >= self.max_connections {
            if !std::mem::replace(&mut self.full, true) {
                tracing::warn!(connections = self.sessions.len(), "connection limit reached");
            }
            // The end of any of them wakes this up.
            return Poll::Pending;
        }
        Poll::Ready(match ready!(source.poll_next(&self.settings, context)) {
            Some(Ok((stream, ends))) => {
                self.backoff.succeeded();
                // Logged again only after a tenth of the connections have ended.
                self.full &= self.sessions.len() + 1 > self.max_connections / 10 * 9;
                let (service, settings) = (self.service.clone(), Arc::clone(&self.settings));
                let drain = Arc::clone(&self.drain);
                let hung_up = L::Stream::hung_up;
                if settings.has_handshake() {
                    self.sessions.spawn(async move {
                        let begun =
                            unless_draining(handshake::<L>(stream, ends, &settings), &drain);
                        let (stream, ends, login) = begun.await?;
                        // Boxed, so that a handshake reserves no space for it.
                        match login {
                            None => {
                                let new =
                                    Session::new(stream, ends, service, settings, drain, hung_up);
                                Box::pin(new.run()).await
                            }
                            Some((frames, received)) => {
                                let stream = Transformed::new(stream, frames, received);
                                let (stream, hung_up) =
                                    (L::logged_in(stream), L::LoggedIn::hung_up);
                                let new =
                                    Session::new(stream, ends, service, settings, drain, hung_up);
                                Box::pin(new.run()).await
                            }
                        }
                    });
                } else {
                    let session = Session::new(stream, ends, service, settings, drain, hung_up);
                    self.sessions.spawn(session.run());
                }
                Next::Accepted
            }
            Some(Err(error)) => {
                self.settings.report.not_accepted(&error);
                match self.backoff.failed(&error) {
                    Duration::ZERO => Next::Accepted,
                    pause => Next::Pause(pause),
                }
            }
            None => {
                self.source = None;
                Next::Accepted
            }
        })
    }
}

/// An accepted connection after its handshakes, with the frames of a login and the bytes received
/// after it.
type Begun<IO> = Option<(IO, Endpoints, Option<(Frames, BytesMut)>)>;

/// Does what comes before the first message: TLS, and the login. `None` if either failed, which is
/// logged.
async fn handshake<L: Source>(
    mut stream: L::Stream,
    mut ends: Endpoints,
    settings: &ServerSettings,
) -> Begun<L::Stream> {
    #[cfg(feature = "tls")]
    if settings.acceptor.is_some() {
        (stream, ends) = L::establish(stream, ends, settings).await?;
    }
    let login = match settings.sasl.is_empty() {
        true => None,
        false => Some(log_in(&mut stream, &mut ends, settings).await?),
    };
    Some((stream, ends, login))
}

/// The output of a future; `None` if the server shuts down before.
async fn unless_draining<T>(
    future: impl Future<Output = Option<T>>,
    drain: &Arc<Drain>,
) -> Option<T> {
    let mut stopped = Listener::new(Arc::clone(drain));
    let mut future = pin!(future);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Pending if stopped.begun(context) => Poll::Ready(None),
        other => other,
    })
    .await
}

/// Authenticates a client. Returns the frames of its connection and the bytes received after the
/// login; `None` if it failed, which is logged.
pub(super) async fn log_in(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    ends: &mut Endpoints,
    settings: &ServerSettings,
) -> Option<(Frames, BytesMut)> {
    let server = settings.sasl.begin(settings.limits.message);
    let result = match timeout(settings.first_byte_timeout, accept_async(stream, server)).await {
        Ok(result) => result,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the login did not end in time")),
    };
    match result {
        Ok((user, frames, received)) => {
            ends.user = Some(Arc::new(user.into()));
            Some((frames, received))
        }
        Err(error) => {
            settings.report.not_logged_in(Instant::now().into_std(), ends, &error);
            None
        }
    }
}
