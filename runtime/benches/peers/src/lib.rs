//! The structs that are measured, in every codec, and their values. They are a library so that the
//! small programs of which only the size counts (`src/bin/code.rs`) hold nothing else, and for the
//! benches of servers and clients in `rpc/`.

pub mod types;
pub mod values;
