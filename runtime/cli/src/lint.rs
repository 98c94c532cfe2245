//! `thriftly lint`: errors, warnings and lints.

use std::io::{self, Write};

use thriftly_parser::{Options, Severity};

use crate::check::Check;
use crate::status::Status;

/// Reports all diagnostics. All of them count as found.
pub(crate) fn run(check: &Check, out: &mut dyn Write) -> io::Result<Status> {
    let options = Options { lints: true, ..check.options.clone() };
    check.show(&options, Severity::Lint, out)
}
