//! Interoperability: the programs `interop_server` and `interop_client`, and the matrix that runs them
//! against other implementations.
//!
//! All peers serve and call `idl/interop.thrift`. A client prints one line for each check, `PASS name`,
//! `FAIL name: why` or `SKIP name: why`, and exits with 0, with 1 if a check failed, or with 2 if it could
//! not connect.

mod arguments;
mod checks;
mod client;
mod handler;
pub mod matrix;
mod server;

/// The IDL: one service for the server, and what the client calls.
pub(crate) mod idl {
    // Some peers send no field that is not set, and others refuse an enum whose number is 0.
    thriftly::thrift!("idl/interop_all.thrift", unmarked: { optional: ["Scalars"] });

    thriftly::thrift!(inline: "
        /** Asks whether a server has the method, without a value whose type an old one does not know. */
        service UuidProbe { bool echoUuid() }
    ");
}

pub use client::main as client;
pub use server::main as server;
