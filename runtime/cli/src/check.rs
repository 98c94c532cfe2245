//! `thriftly check`: errors and warnings.

use std::io::{self, Write};
use std::path::PathBuf;

use thriftly_codegen::check_file;
use thriftly_parser::{Options, Severity};

use crate::report::{Format, Report};
use crate::status::Status;

/// The arguments of `check`.
#[derive(Debug)]
pub(crate) struct Check {
    /// The files, each checked with its includes.
    pub(crate) files: Vec<PathBuf>,
    /// Options for loading them.
    pub(crate) options: Options,
    /// The options of `thrift!`.
    pub(crate) expansion: thriftly_codegen::Options,
    /// The output format.
    pub(crate) format: Format,
}

/// Reports errors and warnings. Only errors count as found.
pub(crate) fn run(check: &Check, out: &mut dyn Write) -> io::Result<Status> {
    check.show(&check.options, Severity::Error, out)
}

impl Check {
    /// Reports the diagnostics of all files.
    pub(crate) fn show(
        &self,
        options: &Options,
        found: Severity,
        out: &mut dyn Write,
    ) -> io::Result<Status> {
        let mut report = Report::new(out, self.format);
        let mut status = Status::Clean;
        for file in &self.files {
            status = status.max(report.show(&check_file(file, &self.expansion, options), found)?);
        }
        Ok(status)
    }
}
