//! Threading models of the blocking server.

use std::num::NonZeroUsize;

/// The threads that handle calls of a blocking [`Server`](super::Server), with the equivalent
/// servers of Apache Thrift and ThriftPy.
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
    /// One thread per connection (`TThreadedServer`). A slow call blocks no other connection; there
    /// may be [`max_connections`](super::Server::max_connections) threads. This is the default.
    #[default]
    PerConnection,
    /// A fixed number of worker threads for all connections, and one thread that polls the
    /// connections (`TThreadPoolServer`, `THsHaServer`). Idle connections occupy no thread; while
    /// all workers are busy, calls wait.
    Workers(NonZeroUsize),
    /// The serving thread does everything (`TSimpleServer`, but with many concurrent connections).
    /// One call is handled at a time.
    One,
}
