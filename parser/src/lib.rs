//! Parser and checker of the Apache Thrift interface definition language.
//!
//! [`load`] reads a file and everything it includes, and gives back one checked [`Program`], every error and warning
//! with its place, and the sources to show them in:
//!
//! ```
//! use thriftly_parser::{Memory, Options, load_from};
//!
//! let mut files = Memory::default();
//! files.insert("sleep.thrift", "include \"rest.thrift\"\nservice Sleep extends rest.Rest { oneway void sleep(1: i32 seconds) }");
//! files.insert("rest.thrift", "service Rest { i16 tired() }");
//! let outcome = load_from(&files, "sleep.thrift".as_ref(), &Options::default());
//! assert!(!outcome.has_errors(), "{}", outcome.render());
//! assert_eq!(outcome.program.files[1].prefix, "rest");
//! ```
//!
//! [`parse`] gives the syntax tree of one text alone, with comments and places, for formatters and the like.
//!
//! A file passes through these stages: [`source`] holds its bytes, `lexer` cuts them into tokens, the LALRPOP grammar
//! builds an [`ast`], `loader` follows the includes, `check` turns all of it into one checked [`program`], and
//! `pipeline` runs them in this order. Each mistake becomes a [`diagnostic`] with one of the [`codes`]; all of them are
//! reported in one run.
//!
//! Input may be hostile: brackets and typedefs nest at most 200 deep, every pass is linear, includes and references
//! are followed without recursion, and at most 100 errors of a file are kept.

// From bytes to tokens.
mod lexer;
mod literal;
pub mod source;
mod token;

// From tokens to the tree of one file.
pub mod ast;
mod builder;
pub mod doc;
#[rustfmt::skip]
#[allow(
    clippy::all,
    missing_docs,
    nonstandard_style,
    rust_2018_idioms,
    unreachable_pub,
    unused,
    reason = "made by LALRPOP"
)]
mod grammar;
mod parsed;
mod parser;
mod recovery;
mod syntax;

// From the trees of all files to one program.
mod check;
pub mod files;
mod loader;
mod options;
mod pipeline;
pub mod program;
pub mod recursion;
mod symbol;

// Questions of editors about a program or a place in a file.
#[cfg(feature = "tools")]
pub mod cursor;
#[cfg(feature = "tools")]
pub mod index;

// Diagnostics and their rendering.
pub mod codes;
pub mod diagnostic;
mod render;
mod reporter;
mod suggest;

// From the tokens of one file to the same in the layout of `thriftly fmt`.
#[cfg(feature = "tools")]
mod format;

pub use crate::diagnostic::{Diagnostic, Severity};
pub use crate::files::{Disk, Files, Memory};
#[cfg(feature = "tools")]
pub use crate::format::format;
pub use crate::options::Options;
pub use crate::parser::parse;
pub use crate::pipeline::{Outcome, load, load_all, load_from, load_str};
pub use crate::program::Program;
pub use crate::source::Sources;
pub use crate::suggest::closest;
pub use crate::symbol::{Reference, Symbol};
