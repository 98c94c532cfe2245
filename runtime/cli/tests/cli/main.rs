//! The command `thriftly`, as a shell meets it.

mod agreement;
mod call;
mod capture;
mod console;
mod decode;
mod doc;
mod expand;
mod fmt;
mod lsp;
mod transcript;
