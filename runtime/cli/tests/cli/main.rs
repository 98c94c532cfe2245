//! The command `thriftly`, as a shell meets it.

mod agreement;
mod call;
mod capture;
mod console;
mod decode;
mod doc;
mod expand;
mod fmt;
mod init;
mod lsp;
mod serve;
mod transcript;
