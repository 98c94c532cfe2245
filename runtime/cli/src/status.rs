//! Exit status.

use std::io::{self, Write};
use std::process::ExitCode;

use thriftly_core::{Error, ErrorKind};

use crate::color;

/// The exit status of a run; of several, the greatest is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// 0: nothing found.
    Clean,
    /// 1: findings.
    Found,
    /// 2: failure, as for invalid arguments.
    Unusable,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(match status {
            Status::Clean => 0,
            Status::Found => 1,
            Status::Unusable => 2,
        })
    }
}

/// Complains of an error, after which the command cannot go on.
pub(crate) fn unusable(error: &Error) -> Status {
    match error.kind() {
        // The texts of errors in the IDL say so themselves.
        ErrorKind::Idl => complain(&error.to_string()),
        _ => complain(&format!("error: {error}")),
    }
    Status::Unusable
}

/// Writes a message to standard error, ignoring write errors.
pub(crate) fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "{}", color::message(message));
}
