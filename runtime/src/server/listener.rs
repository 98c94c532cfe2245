//! Listening sockets.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::task::{Context, Poll, Waker, ready};

use tokio::io::Interest;
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};

use super::acceptor::{Accepted, HangUp, Source};
use crate::error::Result;
use crate::net::address::Address;
use crate::net::endpoints::Endpoints;
use crate::settings::{BACKLOG, ServerSettings};

impl Source for TcpListener {
    type Stream = TcpStream;

    fn poll_next(
        &mut self,
        settings: &ServerSettings,
        context: &mut Context<'_>,
    ) -> Poll<Accepted<TcpStream>> {
        let accepted = ready!(self.poll_accept(context)).map(|(stream, peer)| {
            if settings.nodelay
                && let Err(error) = stream.set_nodelay(true)
            {
                tracing::debug!(%peer, %error, "cannot set TCP_NODELAY");
            }
            let local = stream.local_addr().ok();
            (stream, Endpoints { peer: Some(peer), local })
        });
        Poll::Ready(Some(accepted))
    }

    /// Detected even if unread bytes precede the end.
    fn hung_up(stream: &TcpStream) -> HangUp {
        let ready = pin!(stream.ready(Interest::READABLE | Interest::WRITABLE));
        match ready.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(ready)) if ready.is_write_closed() => HangUp::Full,
            Poll::Ready(Ok(ready)) if ready.is_read_closed() => HangUp::Half,
            Poll::Ready(Err(_)) => HangUp::Full,
            Poll::Ready(Ok(_)) | Poll::Pending => HangUp::No,
        }
    }
}

/// Listens on an address.
pub(super) async fn listen(address: &Address) -> Result<TcpListener> {
    address.over_tcp()?;
    let found = match address.socket_addr() {
        Some(number) => Ok(vec![number]),
        None => lookup_host((address.host(), address.port())).await.map(Iterator::collect),
    };
    let mut result = Err(io::ErrorKind::AddrNotAvailable.into());
    for socket_address in address.resolved(found)? {
        result = listen_on(socket_address);
        if result.is_ok() {
            break;
        }
    }
    result.map_err(|error| address.bind_error(error))
}

fn listen_on(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // `SO_REUSEADDR`: a restarted server can bind its port while old connections are in TIME_WAIT.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG.unsigned_abs())
}
