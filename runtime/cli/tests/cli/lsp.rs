//! `thriftly lsp`: sessions through the protocol, as editors have them.

mod client;
mod hostile;
mod session;
mod workspace;
