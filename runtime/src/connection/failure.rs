//! What is said when a call or a handler fails for reasons of its own.

use std::any::Any;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::net::address::Address;
use crate::rpc::message::{Headers, MethodName};
use crate::transport::Framing;

/// So many calls in a row that ran into their timeout, with no reply to any other in between,
/// mean that the connection is dead, or leads to a server that is.
pub(crate) const SILENT: u32 = 5;

/// The error of a call whose connection is gone.
#[cold]
pub(crate) fn closed(server: &Address, method: &MethodName, why: impl Display) -> Error {
    let method = method.as_str();
    Error::new(ErrorKind::Closed, format!("`{method}` was not answered by {server}: {why}"))
}

/// The error of a call that took too long.
#[cold]
pub(crate) fn timed_out(server: &Address, method: &MethodName, timeout: Duration) -> Error {
    let method = method.as_str();
    let message = format!("`{method}` was not answered by {server} in {timeout:?}");
    Error::new(ErrorKind::Timeout, message)
}

/// Says which call a reply was for that is wrong, or which call could not be sent.
#[cold]
pub(crate) fn of_call(server: &Address, method: &MethodName, error: &Error) -> Error {
    let method = method.as_str();
    Error::new(error.kind(), format!("`{method}` at {server}: {}", error.message()))
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

/// What a service failed with: an [`Error`] as it is, others as its source.
#[cfg(feature = "async")]
#[cold]
pub(crate) fn of_service(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    match error.into().downcast::<Error>() {
        Ok(error) => *error,
        Err(error) => Error::other(error),
    }
}
