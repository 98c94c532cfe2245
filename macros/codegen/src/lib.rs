//! The code generator of thriftly.
//!
//! Two ways lead in: [`thrift`] fills the model from a checked IDL program, [`derive_struct`]
//! fills the same model from a hand-written type. One emitter turns the model into Rust, so
//! both have the same wire behaviour. [`expand_file`] is the first of them without a macro, and
//! [`check_file`] reports what it would report, without expanding. [`stubs`] writes handlers to be filled in.

mod caller;
pub mod codes;
mod derive;
mod emit;
mod input;
mod lower;
mod markdown;
mod model;
mod name;
mod thrift;

pub use derive::derive_struct;
pub use input::Options;
pub use thrift::{check_file, diagnostics, expand_file, stubs, thrift};
