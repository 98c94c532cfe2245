//! The code generator of thriftly.
//!
//! There are two entry points: [`thrift()`] builds the model from a checked IDL program,
//! [`derive_struct`] builds it from a hand-written type. One emitter turns the model into Rust, so
//! both have the same wire behaviour. [`expand_file`] is [`thrift()`] without a macro, [`check_file`]
//! reports the same diagnostics without expanding, and [`stubs`] generates stub handlers.

mod caller;
pub mod codes;
mod derive;
mod emit;
mod input;
mod lower;
pub mod markdown;
mod model;
mod name;
mod projection;
mod thrift;

pub use derive::derive_struct;
pub use input::Options;
pub use thrift::{check_file, check_from, expand_file, stubs, thrift};
