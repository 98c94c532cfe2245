//! Signals that tell a process to end.

use std::future::pending;
use std::io;
use std::process::exit;
#[cfg(unix)]
use std::task::Poll;

use tokio::signal;

/// Waits for the signal that tells this process to end: `SIGTERM`, as service managers and containers
/// send it, or `SIGINT`, as by Ctrl-C. On systems other than Unix it is Ctrl-C.
///
/// It is made for [`BoundServer::serve_until`](crate::BoundServer::serve_until), which then shuts the
/// server down gracefully. A second signal ends the process at once, with the exit code that a shell
/// shows for a process that the signal has ended (143 or 130).
///
/// It has to be awaited on a tokio runtime with I/O enabled. Once it is, these signals no longer end the
/// process by themselves. If they cannot be waited for, that is an error in the log, and the future
/// stays pending.
///
/// ```no_run
/// thriftly::thrift!(inline: "service Ping { void ping() }");
///
/// struct Handler;
///
/// impl Ping for Handler {
///     async fn ping(&self) -> thriftly::Result<()> {
///         Ok(())
///     }
/// }
///
/// #[tokio::main]
/// async fn main() -> thriftly::Result<()> {
///     let server = thriftly::Server::new(PingServer::new(Handler)).bind("0.0.0.0:9090").await?;
///     server.serve_until(thriftly::shutdown_signal()).await
/// }
/// ```
pub async fn shutdown_signal() {
    let mut signals = match Signals::new() {
        Ok(signals) => signals,
        Err(error) => {
            tracing::error!(%error, "cannot wait for signals");
            return pending().await;
        }
    };
    let (name, _) = signals.next().await;
    tracing::info!("{name} was received: shutting down; a second signal ends the process at once");
    tokio::spawn(async move {
        let (name, code) = signals.next().await;
        tracing::warn!("{name} was received again: ending the process");
        exit(code);
    });
}

/// The signals that are waited for.
#[cfg(unix)]
struct Signals {
    terminate: signal::unix::Signal,
    interrupt: signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Signals> {
        use signal::unix::{SignalKind, signal};
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// The name of the next signal, and the exit code that it stands for.
    async fn next(&mut self) -> (&'static str, i32) {
        std::future::poll_fn(|context| {
            if self.terminate.poll_recv(context).is_ready() {
                return Poll::Ready(("SIGTERM", 143));
            }
            self.interrupt.poll_recv(context).map(|_| ("SIGINT", 130))
        })
        .await
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Signals> {
        Ok(Signals)
    }

    async fn next(&mut self) -> (&'static str, i32) {
        match signal::ctrl_c().await {
            Ok(()) => ("Ctrl-C", 130),
            Err(error) => {
                tracing::error!(%error, "cannot wait for signals");
                pending().await
            }
        }
    }
}
