//! How many threads a blocking server has.

use std::num::NonZeroUsize;

/// Which threads handle the calls of a blocking [`Server`](super::Server). Apache's and ThriftPy's
/// servers of these kinds are named beside them.
///
/// ```
/// use std::num::NonZeroUsize;
/// use thriftly::blocking::{Server, Threads};
///
/// # thriftly::thrift!(inline: "service Ping { void ping() }");
/// # struct Handler;
/// # impl BlockingPing for Handler {
/// #     fn ping(&self) -> thriftly::Result<()> { Ok(()) }
/// # }
/// # fn main() -> thriftly::Result<()> {
/// let workers = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
/// let server = Server::new(BlockingPingServer::new(Handler))
///     .threads(Threads::Workers(workers))
///     .bind("127.0.0.1:0")?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Threads {
    /// A thread for each connection (`TThreadedServer`). A slow call holds up no other connection, and
    /// there may be [`max_connections`](super::Server::max_connections) threads. This is the default.
    #[default]
    PerConnection,
    /// So many threads for all connections, and one that watches the connections
    /// (`TThreadPoolServer`, `THsHaServer`). Idle connections take no thread; while all workers are busy,
    /// calls wait.
    Workers(NonZeroUsize),
    /// The thread that serves does everything (`TSimpleServer`, but for many connections at the same
    /// time). One call is handled at a time.
    One,
}
