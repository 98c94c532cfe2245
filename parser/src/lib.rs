//! Parser and checker of the Apache Thrift interface definition language.
//!
//! The road of one file: [`source`] holds its bytes, `lexer` cuts them into
//! tokens, the LALRPOP grammar makes an [`ast`], [`loader`] follows the
//! includes, and `check` turns all of it into one checked [`program`].
//! Whatever is wrong on the way is a [`diagnostic`].

// From bytes to tokens.
mod lexer;
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
mod parser;
mod recovery;
mod syntax;

// From the trees of all files to one program.
mod check;
pub mod files;
pub mod loader;
pub mod program;

// What is wrong, and how it is said.
pub mod codes;
pub mod diagnostic;
mod render;
mod reporter;

pub use crate::diagnostic::{Diagnostic, Severity};
pub use crate::files::{Disk, Files, Memory};
pub use crate::loader::{Options, Outcome, load, load_from, load_str};
pub use crate::parser::parse;
pub use crate::program::Program;
pub use crate::source::Sources;
