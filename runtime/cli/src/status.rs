//! How a run ended, as the shell sees it.

use std::io::{self, Write};
use std::process::ExitCode;

/// How a run ended; of several, the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// Nothing was found: 0.
    Clean,
    /// What was looked for was found: 1.
    Found,
    /// The work could not be done: 2, as for wrong arguments.
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

/// Writes a message to standard error. If nobody reads that, there is nobody to tell.
pub(crate) fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "{message}");
}
