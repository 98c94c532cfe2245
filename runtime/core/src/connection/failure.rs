//! Errors of failed calls, connections and handlers.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
#[cfg(feature = "async")]
use std::task::Poll;
use std::time::Duration;

use crate::connection::pool::{Loss, Why};
use crate::error::{Error, ErrorKind, Result};
use crate::rpc::message::{Headers, MethodName, Protocol, Request, Response};
use crate::transport::Framing;

/// The reason for a call that fails because its channel was closed.
const CHANNEL_CLOSED: &str = ": the channel was closed";

/// A client call, as named in its errors.
#[derive(Debug, Clone)]
pub(crate) struct CallName {
    pub(crate) method: MethodName,
    pub(crate) oneway: bool,
    /// Its time limit.
    pub(crate) timeout: Option<Duration>,
}

impl CallName {
    /// The error of a call that the pool has failed. The reason is why the connection was lost or none
    /// could be opened, if that has happened.
    #[cold]
    pub(crate) fn failed(&self, server: &str, why: Why, reason: Option<&Error>) -> Error {
        let method = self.method.shown();
        let undone = match why {
            Why::Timeout { sent: true } | Why::Lost | Why::ChannelClosed { sent: true }
                if !self.oneway =>
            {
                format!("`{method}` was not answered by {server}")
            }
            _ => format!("`{method}` was not sent to {server}"),
        };
        let (kind, because) = match (why, reason) {
            (Why::Unreachable, Some(reason)) => return reason.clone(),
            (Why::Unreachable, None) => (ErrorKind::Connect, ": no connection".to_owned()),
            (Why::ChannelClosed { sent: false }, _) => {
                (ErrorKind::ChannelClosed, CHANNEL_CLOSED.to_owned())
            }
            (Why::ChannelClosed { sent: true }, _) => {
                (ErrorKind::Closed, CHANNEL_CLOSED.to_owned())
            }
            (Why::Timeout { .. }, _) => (ErrorKind::Timeout, format!(" in {:?}", self.timeout())),
            (_, Some(reason)) => (reason.kind(), format!(": {}", reason.message())),
            (_, None) => (ErrorKind::Closed, ": the connection was given up".to_owned()),
        };
        let error = Error::new(kind, undone + &because);
        match reason {
            Some(reason) if matches!(why, Why::Lost | Why::Unsent) => {
                error.with_source(reason.clone())
            }
            Some(reason) if why == (Why::Timeout { sent: false }) => {
                error.with_source(reason.clone())
            }
            _ => error,
        }
    }

    /// How long it was given; without the microseconds that pass between a deadline and its call.
    fn timeout(&self) -> Duration {
        const EXACT: Duration = Duration::from_millis(10);
        match self.timeout.unwrap_or_default() {
            short if short < EXACT => short,
            long => Duration::from_millis((long + Duration::from_micros(999)).as_millis() as u64),
        }
    }

    /// The error of a call rejected because too many are waiting, or, without their number, because the
    /// channel is closed.
    #[cold]
    pub(crate) fn refused(&self, server: &str, waiting: Option<(usize, usize)>) -> Error {
        let method = self.method.shown();
        let Some((calls, bytes)) = waiting else {
            let message = format!("`{method}` was not sent to {server}{CHANNEL_CLOSED}");
            return Error::new(ErrorKind::ChannelClosed, message);
        };
        let message = format!(
            "`{method}` was not sent to {server}: {calls} calls of {bytes} bytes wait for a connection"
        );
        Error::new(ErrorKind::Overloaded, message)
    }

    /// The error of this call alone.
    #[cold]
    pub(crate) fn error(&self, server: &str, error: Error) -> Error {
        error.in_call(self.method.as_str(), server)
    }
}

/// The error of a call in another protocol than the channel's.
pub(crate) fn wrong_protocol(request: &Request, protocol: Option<Protocol>) -> Option<Error> {
    let protocol = protocol.filter(|protocol| *protocol != request.protocol)?;
    let encoded = request.protocol;
    let message = format!(
        "the call is encoded in {encoded}, but the channel was made for {protocol}: make the client \
         `with_protocol`"
    );
    Some(Error::new(ErrorKind::InvalidData, message))
}

/// The failure of the tracking handshake at the start of a connection.
#[cold]
pub(crate) fn no_handshake(server: &str, error: Error) -> Error {
    let message =
        format!("cannot connect to {server}: the tracking handshake failed: {}", error.message());
    Error::new(ErrorKind::Connect, message).with_source(error)
}

/// The reason for a connection lost by an I/O error.
#[cold]
pub(crate) fn lost(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Closed, error.to_string()).with_source(error)
}

/// The reason for a connection closed by the peer.
#[cold]
pub(crate) fn closed(hint: &str) -> Error {
    Error::new(ErrorKind::Closed, format!("the connection was closed{hint}"))
}

/// The reason for a connection whose stream is out of sync.
#[cold]
pub(crate) fn unreadable(error: Error) -> Error {
    Error::new(error.kind(), format!("cannot read the reply: {error}")).with_source(error)
}

/// The reason for a connection that repeats replies.
#[cold]
pub(crate) fn flooded() -> Error {
    let why = "the server goes on answering calls that have been answered";
    Error::new(ErrorKind::BadReply, why)
}

impl Loss {
    /// The kind of loss that has this reason.
    pub(crate) fn of(reason: &Error) -> Loss {
        match reason.kind() {
            ErrorKind::Closed => Loss::Closed,
            _ => Loss::OutOfSync,
        }
    }
}

/// Headers were set that the transport does not carry.
#[cold]
pub(crate) fn cannot_carry(headers: &Headers, framing: Framing) -> Error {
    let name = headers.iter().next().map_or("", |(name, _)| name);
    let message =
        format!("the header `{name}` was set, but {} Thrift carries none", framing.name());
    Error::new(ErrorKind::InvalidData, message)
}

/// Calls into a handler. If it panics, that is the error which the caller gets; the reason
/// goes to the log only.
pub(crate) fn guard<T>(method: &MethodName, handler: impl FnOnce() -> T) -> Result<T> {
    // A handler that panicked is not entered again, and a service has to cope with calls that
    // were left half-way: they are also dropped.
    catch_unwind(AssertUnwindSafe(handler)).map_err(|panic| panicked(method, &*panic))
}

/// Polls a handler or service: [`guard`] for polls. Errors of services are converted.
#[cfg(feature = "async")]
pub(crate) fn guard_poll<T, E>(
    method: &MethodName,
    poll: impl FnOnce() -> Poll<Result<T, E>>,
) -> Poll<Result<T>>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    match guard(method, poll) {
        Ok(polled) => polled.map(|result| result.map_err(of_service)),
        Err(error) => Poll::Ready(Err(error)),
    }
}

/// The failure of a call that the log has to have, if there is one.
pub(crate) fn failure(result: &Result<Response>) -> Option<&Error> {
    match result {
        Ok(response) => response.failure.as_ref(),
        Err(error) => Some(error),
    }
}

/// The error of a handler that exceeded its time limit.
#[cfg(feature = "async")]
#[cold]
pub(crate) fn handler_timeout(method: &MethodName, limit: Duration) -> Error {
    Error::internal(format!("`{}` took longer than {limit:?}", method.shown()))
}

#[cold]
fn panicked(method: &MethodName, panic: &(dyn Any + Send)) -> Error {
    let reason = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(reason), _) => reason,
        (_, Some(reason)) => reason.as_str(),
        _ => "",
    };
    tracing::error!(?method, reason, "the handler panicked");
    Error::internal(format!("the handler of `{}` panicked", method.shown()))
}

/// The error of a service: an [`Error`] unchanged, others as its source.
#[cfg(feature = "async")]
#[cold]
pub(crate) fn of_service(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    match error.into().downcast::<Error>() {
        Ok(error) => *error,
        Err(error) => Error::other(error),
    }
}
