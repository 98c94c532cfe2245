//! Failures of hyper.

use std::error::Error as StdError;
use std::io;

/// The known facts of a failed connection or request.
pub(crate) struct Failure {
    /// The error with its sources, in one line.
    pub(crate) text: String,
    /// The I/O error below it.
    pub(crate) io: Option<io::ErrorKind>,
    /// Whether the peer has ended the connection or the request, without a violation of the protocol.
    pub(crate) by_peer: bool,
    /// Whether the peer has not processed the request.
    pub(crate) unprocessed: bool,
}

impl From<hyper::Error> for Failure {
    fn from(error: hyper::Error) -> Failure {
        let by_peer = error.is_incomplete_message() || error.is_closed() || error.is_canceled();
        let mut failure =
            Failure { text: error.to_string(), io: None, by_peer, unprocessed: false };
        let mut source = error.source();
        while let Some(cause) = source {
            failure.text = format!("{}: {cause}", failure.text);
            if let Some(error) = cause.downcast_ref::<io::Error>() {
                failure.io = Some(error.kind());
            }
            if let Some(error) = cause.downcast_ref::<h2::Error>() {
                failure.io = error.get_io().map(io::Error::kind).or(failure.io);
                failure.by_peer |= error.is_remote();
                failure.unprocessed |= error.is_remote()
                    && error.is_reset()
                    && error.reason() == Some(h2::Reason::REFUSED_STREAM);
            }
            source = cause.source();
        }
        failure
    }
}
