//! `thriftly stub`: handler stubs.

use std::io::{self, Write};
use std::path::PathBuf;

use thriftly_codegen::stubs;
use thriftly_parser::Options;

use crate::report::complain_of;
use crate::status::{Status, complain};

/// The arguments of `stub`.
#[derive(Debug)]
pub(crate) struct Stub {
    /// The file.
    pub(crate) file: PathBuf,
    /// Options for loading it.
    pub(crate) options: Options,
    /// The options of `thrift!`.
    pub(crate) expansion: thriftly_codegen::Options,
    /// Whether to write handlers of blocking servers.
    pub(crate) blocking: bool,
}

/// Writes a handler stub for each service of the file.
pub(crate) fn run(stub: &Stub, out: &mut dyn Write) -> io::Result<Status> {
    match stubs(&stub.file, &stub.expansion, &stub.options, stub.blocking) {
        Ok(stubs) if stubs.is_empty() => {
            complain(&format!("error: there is no service in `{}`", stub.file.display()));
            Ok(Status::Found)
        }
        Ok(stubs) => {
            out.write_all(stubs.join("\n").as_bytes())?;
            Ok(Status::Clean)
        }
        Err(outcome) => Ok(if complain_of(outcome) { Status::Found } else { Status::Unusable }),
    }
}
