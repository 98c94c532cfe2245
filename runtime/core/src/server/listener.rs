//! Listening sockets of the async server.

use std::io;
use std::task::{Context, Poll, ready};

use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;
#[cfg(feature = "tls")]
use tokio::time::{Instant, timeout};

use super::acceptor::{Accepted, Source};
use crate::net::async_socket::AsyncSocket;
use crate::net::endpoints::Endpoints;
#[cfg(unix)]
use crate::net::endpoints::PeerCredentials;
use crate::net::listener::Listener;
#[cfg(feature = "tls")]
use crate::net::tls::AsyncTls;
use crate::net::transform::Transformed;
#[cfg(unix)]
use crate::net::unix::SocketFile;
use crate::sasl::Frames;
use crate::settings::ServerSettings;

/// A listening socket.
#[derive(Debug)]
pub(super) enum AsyncListener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix {
        listener: UnixListener,
        /// Removed with the listener.
        _file: Option<SocketFile>,
    },
}

impl AsyncListener {
    /// Must be called on a tokio runtime.
    pub(super) fn new(listener: Listener) -> io::Result<AsyncListener> {
        listener.set_nonblocking(true)?;
        tokio::runtime::Handle::try_current().map_err(io::Error::other)?;
        Ok(match listener {
            Listener::Tcp(listener) => AsyncListener::Tcp(TcpListener::from_std(listener)?),
            #[cfg(unix)]
            Listener::Unix(listener, file) => {
                let listener = UnixListener::from_std(listener)?;
                AsyncListener::Unix { listener, _file: file }
            }
        })
    }
}

impl Source for AsyncListener {
    type Stream = AsyncSocket;
    type LoggedIn = AsyncSocket;

    fn poll_next(
        &mut self,
        settings: &ServerSettings,
        context: &mut Context<'_>,
    ) -> Poll<Accepted<AsyncSocket>> {
        Poll::Ready(Some(match self {
            AsyncListener::Tcp(listener) => {
                ready!(listener.poll_accept(context)).map(|(stream, peer)| {
                    if settings.nodelay
                        && let Err(error) = stream.set_nodelay(true)
                    {
                        tracing::debug!(%peer, %error, "cannot set TCP_NODELAY");
                    }
                    let local = stream.local_addr().ok();
                    let ends = Endpoints { peer: Some(peer), local, ..Endpoints::default() };
                    (AsyncSocket::Tcp(stream), ends)
                })
            }
            #[cfg(unix)]
            AsyncListener::Unix { listener, .. } => {
                ready!(listener.poll_accept(context)).map(|(stream, _)| {
                    let credentials = stream.peer_cred().ok().map(|peer| PeerCredentials {
                        uid: peer.uid(),
                        gid: peer.gid(),
                        pid: peer.pid(),
                    });
                    let ends = Endpoints { unix: true, credentials, ..Endpoints::default() };
                    (AsyncSocket::Unix(stream), ends)
                })
            }
        }))
    }

    #[cfg(feature = "tls")]
    async fn establish(
        stream: AsyncSocket,
        ends: Endpoints,
        settings: &ServerSettings,
    ) -> Option<(AsyncSocket, Endpoints)> {
        let (Some(acceptor), AsyncSocket::Tcp(socket)) = (&settings.acceptor, stream) else {
            return None;
        };
        let accepted = match acceptor.accept() {
            Ok(tls) => {
                let limit = settings.first_byte_timeout;
                timeout(limit, AsyncTls::accept(socket, tls)).await.unwrap_or_else(|_| {
                    let message = format!("it was not complete after {limit:?}");
                    Err(io::Error::new(io::ErrorKind::TimedOut, message))
                })
            }
            Err(error) => Err(io::Error::other(error)),
        };
        match accepted {
            Ok((stream, peer)) => {
                let ends = Endpoints { tls: peer, ..ends };
                Some((AsyncSocket::Tls(Box::new(stream)), ends))
            }
            Err(error) => {
                settings.report.handshake_failed(Instant::now().into_std(), &ends, &error);
                None
            }
        }
    }

    fn logged_in(stream: Transformed<AsyncSocket, Frames>) -> AsyncSocket {
        AsyncSocket::Sasl(Box::new(stream))
    }
}
