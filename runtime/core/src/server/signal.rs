//! Termination signals.

use std::future::pending;
use std::io;
use std::process::exit;
#[cfg(unix)]
use std::task::Poll;

use tokio::signal;

/// Completes when the process receives a termination signal: `SIGTERM`, sent by service managers
/// and container runtimes, or `SIGINT`, sent by Ctrl-C. On systems other than Unix only Ctrl-C is
/// handled.
///
/// Intended for [`BoundServer::serve_until`](crate::BoundServer::serve_until), which then shuts
/// down gracefully. A second signal terminates the process immediately with the conventional exit
/// code of that signal (143 or 130).
///
/// Must be awaited on a tokio runtime with I/O enabled. From then on these signals no longer
/// terminate the process by default. If no signal handler can be installed, an error is logged and
/// the future stays pending.
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

/// The handled signals.
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

    /// The name of the next signal and its exit code.
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
