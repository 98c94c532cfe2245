//! Who is measured: servers and clients of thriftly, its peers, and bare sockets.

pub mod apache;
pub mod callers;
pub mod raw;
pub mod thriftly;
pub mod volo;

use std::net::SocketAddr;

use tokio::runtime::{Builder, Runtime};

use crate::Result;
use crate::calls::Method;
use crate::servers::CONNECTIONS;
use crate::wire::Wire;
use callers::Caller;

/// A server, which runs in a process of its own.
pub struct ServerSide {
    pub name: &'static str,
    pub wire: Wire,
    /// Whether connections are encrypted.
    pub tls: bool,
    /// The rows in which it takes part: those with so many connections.
    pub connections: &'static [usize],
    /// Listens on a free port of loopback, announces its address, and serves from then on.
    pub serve: Serve,
}

type Serve = fn(announce: fn(SocketAddr)) -> Result<()>;

impl ServerSide {
    /// One that takes part in all rows.
    const fn new(name: &'static str, wire: Wire, serve: Serve) -> ServerSide {
        ServerSide { name, wire, tls: false, connections: &CONNECTIONS, serve }
    }

    /// One that takes part in the rows that have targets, to keep the report short.
    const fn with_targets(name: &'static str, wire: Wire, serve: Serve) -> ServerSide {
        ServerSide { connections: &[64], ..ServerSide::new(name, wire, serve) }
    }

    const fn with_tls(name: &'static str, wire: Wire, serve: Serve) -> ServerSide {
        ServerSide { tls: true, ..ServerSide::with_targets(name, wire, serve) }
    }
}

/// All of them, ours first.
pub const SERVERS: [ServerSide; 16] = [
    ServerSide::new("thriftly", Wire::Framed, thriftly::serve),
    ServerSide::with_targets("thriftly-runtimes", Wire::Framed, thriftly::serve_runtimes),
    ServerSide::with_targets("thriftly-layers", Wire::Framed, thriftly::serve_layers),
    ServerSide::with_targets("thriftly-theader", Wire::Header, thriftly::serve),
    ServerSide::with_targets("thriftly-ttheader", Wire::TtHeader, thriftly::serve),
    ServerSide::with_targets("thriftly-http", Wire::Http, thriftly::serve),
    ServerSide::with_tls("thriftly-tls", Wire::Framed, thriftly::serve_tls),
    ServerSide::new("thriftly-blocking", Wire::Framed, thriftly::serve_blocking),
    ServerSide::new("volo", Wire::Framed, volo::serve),
    ServerSide::with_targets("volo-ttheader", Wire::TtHeader, volo::serve),
    ServerSide::new("apache", Wire::Unframed, apache::serve_unframed),
    ServerSide::new("apache-framed", Wire::Framed, apache::serve_framed),
    ServerSide::new("tokio", Wire::Raw, raw::serve_tasks),
    ServerSide::with_targets("hyper", Wire::RawHttp, raw::serve_http),
    ServerSide::with_tls("rustls", Wire::Raw, raw::serve_tls),
    ServerSide::new("threads", Wire::Raw, raw::serve_threads),
];

/// What clients call: it answers, and does nothing else.
pub const ANSWERING: ServerSide = ServerSide::new("answering", Wire::Framed, raw::serve_answers);

/// A client, which runs in a process of its own.
pub struct ClientSide {
    pub name: &'static str,
    /// Connects one client, which so many tasks or threads share.
    pub connect: fn(SocketAddr, Method, tasks: usize) -> Result<Caller>,
}

/// All of them, ours first.
pub const CLIENTS: [ClientSide; 4] = [
    ClientSide { name: "thriftly", connect: thriftly::connect },
    ClientSide { name: "thriftly-layers", connect: thriftly::connect_layers },
    ClientSide { name: "thriftly-blocking", connect: thriftly::connect_blocking },
    ClientSide { name: "volo", connect: volo::connect },
];

/// The same for all async sides: as `#[tokio::main]` makes it, with a thread for each core that
/// the process may run on.
fn runtime() -> Result<Runtime> {
    Ok(Builder::new_multi_thread().enable_all().build()?)
}
