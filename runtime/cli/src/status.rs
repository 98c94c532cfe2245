//! Exit status.

use std::io::{self, Write};
use std::process::ExitCode;

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

/// Writes a message to standard error, ignoring write errors.
pub(crate) fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "{}", color::message(message));
}
