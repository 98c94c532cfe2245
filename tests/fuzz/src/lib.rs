//! What the fuzz targets have in common. `README.md` says how to run them.
//!
//! A target is one line: it hands its bytes to one of the checks here. For one more protocol,
//! implement [`Protocol`](protocol::Protocol), add a function to [`any_bytes`] with a target beside
//! `targets/binary.rs`, and a line to [`value::check`].

pub mod any_bytes;
// The seeds are made without the fuzzer, and so without what only it may reach.
#[cfg(fuzzing)]
pub mod http;
pub mod in_place;
pub mod later;
pub mod projected;
pub mod protocol;
pub mod rich;
#[cfg(fuzzing)]
pub mod sasl;
pub mod schema;
#[cfg(fuzzing)]
pub mod stream;
pub mod value;
