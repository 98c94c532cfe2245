//! Who is measured: servers and clients of thriftly, its peers, and bare sockets.

pub mod apache;
pub mod callers;
pub mod raw;
pub mod thriftly;
pub mod volo;

use std::net::SocketAddr;

use tokio::runtime::{Builder, Runtime};

use crate::Result;
use crate::calls::{Method, Wire};
use callers::Caller;

/// A server, which runs in a process of its own.
pub struct ServerSide {
    pub name: &'static str,
    pub wire: Wire,
    /// Listens on a free port of loopback, announces its address, and serves from then on.
    pub serve: fn(announce: fn(SocketAddr)) -> Result<()>,
}

/// All of them, ours first.
pub const SERVERS: [ServerSide; 7] = [
    ServerSide { name: "thriftly", wire: Wire::Framed, serve: thriftly::serve },
    ServerSide { name: "thriftly-blocking", wire: Wire::Framed, serve: thriftly::serve_blocking },
    ServerSide { name: "volo", wire: Wire::Framed, serve: volo::serve },
    ServerSide { name: "apache", wire: Wire::Unframed, serve: apache::serve_unframed },
    ServerSide { name: "apache-framed", wire: Wire::Framed, serve: apache::serve_framed },
    ServerSide { name: "tokio", wire: Wire::Raw, serve: raw::serve_tasks },
    ServerSide { name: "threads", wire: Wire::Raw, serve: raw::serve_threads },
];

/// What clients call: it answers, and does nothing else.
pub const ANSWERING: ServerSide =
    ServerSide { name: "answering", wire: Wire::Framed, serve: raw::serve_answers };

/// A client, which runs in a process of its own.
pub struct ClientSide {
    pub name: &'static str,
    /// Connects one client, which so many tasks or threads share.
    pub connect: fn(SocketAddr, Method, tasks: usize) -> Result<Caller>,
}

/// All of them, ours first.
pub const CLIENTS: [ClientSide; 3] = [
    ClientSide { name: "thriftly", connect: thriftly::connect },
    ClientSide { name: "thriftly-blocking", connect: thriftly::connect_blocking },
    ClientSide { name: "volo", connect: volo::connect },
];

/// The same for all async sides: as `#[tokio::main]` makes it, with a thread for each core that
/// the process may run on.
fn runtime() -> Result<Runtime> {
    Ok(Builder::new_multi_thread().enable_all().build()?)
}
