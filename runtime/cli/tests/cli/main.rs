//! The command `thriftly`, as a shell meets it.

mod agreement;
mod call;
mod expand;
mod fmt;
mod transcript;
