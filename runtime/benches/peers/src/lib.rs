//! The structs that are measured, in every codec. They are a library so that the small programs
//! of which only the size counts (`src/bin/code.rs`) hold nothing else.

pub mod types;
