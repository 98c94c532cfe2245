//! `thriftly lsp`: a language server on standard input and output.
//!
//! One thread reads messages, one answers them. A change marks the documents that it concerns; they are checked when no
//! message waits, the changed one first, so that typing is never behind. Every open document is the root of a program
//! of its own, as for `thrift!`; references, renaming and the search for symbols look at all files of the workspace.

// Messages, and the session that they make.
mod server;
mod session;
mod settings;
mod transport;

// Files.
mod analysis;
mod documents;
mod position;
mod uri;
mod workspace;

// Answers.
mod actions;
mod annotations;
mod completion;
mod diagnostics;
mod formatting;
mod hints;
mod hover;
mod navigation;
mod rename;
mod symbols;

use std::io::{self, BufReader, Write};

use thriftly_parser::Options;

use self::server::Server;
use crate::status::Status;

/// The arguments of `lsp`.
#[derive(Debug)]
pub(crate) struct Lsp {
    /// Options for loading files.
    pub(crate) options: Options,
    /// The options of `thrift!`.
    pub(crate) expansion: thriftly_codegen::Options,
}

/// Serves the client at standard input and output until it says `exit`.
pub(crate) fn run(lsp: &Lsp, out: &mut dyn Write) -> io::Result<Status> {
    let incoming = transport::read(BufReader::new(io::stdin()));
    Server::new(lsp, out).serve(&incoming)
}
