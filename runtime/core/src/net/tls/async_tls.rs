//! TLS connections of the async side.

use std::io::{self, BufRead, IoSlice, Read, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::{Peer, Tls, not_tls};

/// A TLS connection.
#[derive(Debug)]
pub(crate) struct AsyncTls {
    socket: TcpStream,
    tls: Tls,
}

/// Tells the peer that this is the end, if that takes no waiting: without it, an end is a failure.
impl Drop for AsyncTls {
    fn drop(&mut self) {
        let _ = self.tls.close(&mut &*SockRef::from(&self.socket));
    }
}

/// A socket as rustls uses it: it reads and writes without waiting.
struct Polled<'a, 'b> {
    socket: &'a mut TcpStream,
    context: &'a mut Context<'b>,
}

fn now<T>(polled: Poll<io::Result<T>>) -> io::Result<T> {
    match polled {
        Poll::Ready(result) => result,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}

fn polled<T>(result: io::Result<T>) -> Poll<io::Result<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
        result => Poll::Ready(result),
    }
}

impl Read for Polled<'_, '_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(bytes);
        now(Pin::new(&mut *self.socket).poll_read(self.context, &mut buffer))?;
        Ok(buffer.filled().len())
    }
}

impl Write for Polled<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        now(Pin::new(&mut *self.socket).poll_write(self.context, bytes))
    }
    fn write_vectored(&mut self, bytes: &[IoSlice<'_>]) -> io::Result<usize> {
        now(Pin::new(&mut *self.socket).poll_write_vectored(self.context, bytes))
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AsyncTls {
    /// Completes the handshake of a client.
    pub(crate) async fn connect(socket: TcpStream, tls: Tls) -> io::Result<AsyncTls> {
        let mut stream = AsyncTls { socket, tls };
        stream.handshake().await?;
        Ok(stream)
    }

    /// Completes the handshake of a server, and returns the client.
    pub(crate) async fn accept(
        socket: TcpStream,
        tls: Tls,
    ) -> io::Result<(AsyncTls, Option<Arc<Peer>>)> {
        let mut first = [0; 8];
        let count = socket.peek(&mut first).await?;
        not_tls(&first[..count])?;
        let mut stream = AsyncTls { socket, tls };
        stream.handshake().await?;
        let peer = stream.tls.established();
        Ok((stream, peer))
    }

    async fn handshake(&mut self) -> io::Result<()> {
        std::future::poll_fn(|context| {
            let AsyncTls { socket, tls } = self;
            polled(tls.handshake(&mut Polled { socket, context }))
        })
        .await
    }

    pub(crate) fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// As [`AsyncSocket::look`](crate::net::async_socket::AsyncSocket::look).
    pub(crate) fn look(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.tls.read(&mut &*SockRef::from(&self.socket), bytes, None)
    }
}

impl AsyncTls {
    /// As [`AsyncSocket::peek`](crate::net::async_socket::AsyncSocket::peek).
    #[cfg(feature = "http")]
    pub(crate) fn peek(&mut self) -> io::Result<usize> {
        self.tls.peek(&mut &*SockRef::from(&self.socket))
    }
}

/// Appends the decrypted bytes that are there. Room for them needs no zeroes, unlike a slice's.
fn append(plaintext: &mut dyn BufRead, bytes: &mut ReadBuf<'_>) -> io::Result<()> {
    let before = bytes.filled().len();
    while bytes.remaining() > 0 {
        let chunk = match plaintext.fill_buf() {
            // The next read fails in the same way.
            Err(_) if bytes.filled().len() > before => break,
            chunk => chunk?,
        };
        if chunk.is_empty() {
            break;
        }
        let count = chunk.len().min(bytes.remaining());
        bytes.put_slice(&chunk[..count]);
        plaintext.consume(count);
    }
    Ok(())
}

impl AsyncRead for AsyncTls {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let AsyncTls { socket, tls } = self.get_mut();
        polled(
            tls.read_with(&mut Polled { socket, context }, None, |plaintext| {
                append(plaintext, bytes)
            }),
        )
    }
}

impl AsyncWrite for AsyncTls {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let AsyncTls { socket, tls } = self.get_mut();
        polled(tls.write(&mut Polled { socket, context }, bytes))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let AsyncTls { socket, tls } = self.get_mut();
        polled(tls.flush(&mut Polled { socket, context }))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let AsyncTls { socket, tls } = self.get_mut();
        match polled(tls.close(&mut Polled { socket, context })) {
            Poll::Ready(Ok(())) => Pin::new(socket).poll_shutdown(context),
            other => other,
        }
    }
}
