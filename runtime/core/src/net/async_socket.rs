//! Sockets of the async side.

use std::future::Future;
use std::io::{self, IoSlice, Read};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

#[cfg(feature = "tls")]
use super::tls::AsyncTls;
use super::transform::{Transform, Transformed};
use crate::sasl::Frames;

/// A connected socket.
#[derive(Debug)]
pub(crate) enum AsyncSocket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
    #[cfg(feature = "tls")]
    Tls(Box<AsyncTls>),
    /// Any of the others after a SASL login.
    Sasl(Box<Transformed<AsyncSocket, Frames>>),
}

/// How far a peer has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HangUp {
    No,
    /// The peer has closed its sending side.
    Half,
    /// The connection is lost.
    Full,
}

/// Calls a method of the socket of any kind.
macro_rules! any {
    ($self:expr, $socket:ident => $call:expr) => {
        match $self {
            AsyncSocket::Tcp($socket) => $call,
            #[cfg(unix)]
            AsyncSocket::Unix($socket) => $call,
            #[cfg(feature = "tls")]
            AsyncSocket::Tls($socket) => $call,
            AsyncSocket::Sasl($socket) => $call,
        }
    };
}

impl AsyncSocket {
    /// Asks the socket itself for bytes: tokio may not know yet that the peer has closed its end. Fails
    /// with [`io::ErrorKind::WouldBlock`] if nothing was received.
    pub(crate) fn look(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            AsyncSocket::Tcp(socket) => (&*SockRef::from(&*socket)).read(bytes),
            #[cfg(unix)]
            AsyncSocket::Unix(socket) => (&*SockRef::from(&*socket)).read(bytes),
            #[cfg(feature = "tls")]
            AsyncSocket::Tls(tls) => tls.look(bytes),
            AsyncSocket::Sasl(stream) => stream.look(bytes, |inner, bytes| inner.look(bytes)),
        }
    }

    /// As [`look`](AsyncSocket::look), and leaves the bytes where they are: more than zero, if there are
    /// any.
    #[cfg(feature = "http")]
    pub(crate) fn peek(&mut self) -> io::Result<usize> {
        let mut byte = [std::mem::MaybeUninit::uninit()];
        match self {
            AsyncSocket::Tcp(socket) => SockRef::from(&*socket).peek(&mut byte),
            #[cfg(unix)]
            AsyncSocket::Unix(socket) => SockRef::from(&*socket).peek(&mut byte),
            #[cfg(feature = "tls")]
            AsyncSocket::Tls(tls) => tls.peek(),
            AsyncSocket::Sasl(stream) => stream.inner.peek(),
        }
    }
}

/// A stream whose peer may be known to have disconnected.
pub(crate) trait AsyncStream: AsyncRead + AsyncWrite + Unpin + Send {
    /// Whether the peer has disconnected, as far as known without reading: also if unread bytes precede
    /// the end.
    fn hung_up(&self) -> HangUp;
}

impl<IO: AsyncStream, T: Transform + Unpin + Send> AsyncStream for Transformed<IO, T> {
    fn hung_up(&self) -> HangUp {
        self.inner.hung_up()
    }
}

/// Nothing is known of a custom stream.
impl<IO: AsyncRead + AsyncWrite + Send> AsyncStream for Pin<Box<IO>> {
    fn hung_up(&self) -> HangUp {
        HangUp::No
    }
}

impl AsyncStream for AsyncSocket {
    fn hung_up(&self) -> HangUp {
        let interest = Interest::READABLE | Interest::WRITABLE;
        let mut context = Context::from_waker(Waker::noop());
        let ready = match self {
            AsyncSocket::Tcp(socket) => pin!(socket.ready(interest)).poll(&mut context),
            #[cfg(unix)]
            AsyncSocket::Unix(socket) => pin!(socket.ready(interest)).poll(&mut context),
            #[cfg(feature = "tls")]
            AsyncSocket::Tls(tls) => pin!(tls.socket().ready(interest)).poll(&mut context),
            AsyncSocket::Sasl(stream) => return stream.inner.hung_up(),
        };
        match ready {
            Poll::Ready(Ok(ready)) if ready.is_write_closed() => HangUp::Full,
            Poll::Ready(Ok(ready)) if ready.is_read_closed() => HangUp::Half,
            Poll::Ready(Err(_)) => HangUp::Full,
            Poll::Ready(Ok(_)) | Poll::Pending => HangUp::No,
        }
    }
}

impl AsyncRead for AsyncSocket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        any!(self.get_mut(), socket => Pin::new(socket).poll_read(context, bytes))
    }
}

impl AsyncWrite for AsyncSocket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        any!(self.get_mut(), socket => Pin::new(socket).poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        any!(self.get_mut(), socket => Pin::new(socket).poll_write_vectored(context, bytes))
    }

    fn is_write_vectored(&self) -> bool {
        any!(self, socket => socket.is_write_vectored())
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        any!(self.get_mut(), socket => Pin::new(socket).poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        any!(self.get_mut(), socket => Pin::new(socket).poll_shutdown(context))
    }
}
