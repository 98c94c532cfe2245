//! The command `thriftly`, as a shell meets it.

mod expand;
mod fmt;
mod transcript;
