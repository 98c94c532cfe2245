//! A console on a port of its own.

use std::fmt;
use std::future::{Future, pending};
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::service::Console;
use crate::error::{Error, Result};
use crate::rpc::thrift_service::ThriftService;

/// Maximum number of connections at once.
const CONNECTIONS: usize = 256;
/// Time limit for the head of a request, from the end of the one before.
const HEAD: Duration = Duration::from_secs(30);
/// The wait after an error of the listening socket, such as a lack of files.
const BACK_OFF: Duration = Duration::from_millis(100);

impl<C> Console<C> {
    /// Binds the console to an address of TCP, for browsers that speak HTTP/1.1 without TLS. With an address
    /// that is not loopback, everybody who reaches it can call the service.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the address is in use or cannot be bound.
    pub async fn bind(self, address: impl ToSocketAddrs) -> Result<BoundConsole<C>> {
        let listener = TcpListener::bind(address).await?;
        Ok(BoundConsole { console: self, listener })
    }
}

/// A console that is bound to a port, and serves when it is told to.
#[derive(Debug)]
pub struct BoundConsole<C> {
    console: Console<C>,
    listener: TcpListener,
}

impl<C> BoundConsole<C> {
    /// The address, with the port that was chosen for port 0.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the operating system does not tell.
    pub fn local_addr(&self) -> Result<SocketAddr> {
        self.listener.local_addr().map_err(Error::from)
    }
}

impl<C: ThriftService + Sync + 'static> BoundConsole<C> {
    /// Serves until the future is dropped. Never fails: errors of connections are logged.
    pub async fn serve(self) {
        self.serve_until(pending()).await;
    }

    /// Serves until a future completes, such as [`shutdown_signal`](crate::shutdown_signal). Calls that are
    /// in flight are then cancelled.
    pub async fn serve_until(self, end: impl Future<Output = ()>) {
        let BoundConsole { console, listener } = self;
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let mut connections = JoinSet::new();
        let mut accepting = pin!(async {
            loop {
                let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
                let stream = accept(&listener).await;
                while connections.try_join_next().is_some() {}
                let console = console.clone();
                connections.spawn(async move {
                    let _place = place;
                    serve(stream, console).await;
                });
            }
        });
        let mut end = pin!(end);
        std::future::poll_fn(|context| {
            if end.as_mut().poll(context).is_ready() {
                return std::task::Poll::Ready(());
            }
            accepting.as_mut().poll(context)
        })
        .await;
    }
}

/// The next connection.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection to the console");
                // A connection that was reset says nothing of the next one.
                if error.kind() != io::ErrorKind::ConnectionAborted {
                    sleep(BACK_OFF).await;
                }
            }
        }
    }
}

async fn serve<C: ThriftService + Sync + 'static>(stream: TcpStream, console: Console<C>) {
    let service = service_fn(|request| {
        let response = console.clone().respond(request);
        async { Ok::<_, std::convert::Infallible>(response.await) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        let error: &dyn fmt::Display = &error;
        tracing::debug!(%error, "a connection to the console has failed");
    }
}
