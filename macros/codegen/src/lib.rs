//! The code generator of thriftly.
//!
//! Two ways lead in: [`thrift`] fills the [`model`] from a checked IDL program, [`derive_struct`]
//! fills the same model from a hand-written type. One [`emit`]ter turns the model into Rust, so
//! both have the same wire behaviour.

mod derive;
mod emit;
mod input;
mod lower;
mod model;
mod name;
mod thrift;

pub use derive::derive_struct;
pub use thrift::thrift;
