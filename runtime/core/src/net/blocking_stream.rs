//! Byte streams of the blocking side: sockets, plain or encrypted.

use std::io::{self, IoSlice, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use super::socket::Socket;
#[cfg(feature = "tls")]
use super::tls::{Peer, Tls, check_first_bytes};
use super::transform::Transformed;
use crate::sasl::Frames;

/// A connection over a socket.
#[derive(Debug)]
pub(crate) struct SocketStream {
    socket: Arc<Socket>,
    #[cfg(feature = "tls")]
    tls: Option<Box<Encrypted>>,
}

#[cfg(feature = "tls")]
#[derive(Debug)]
struct Encrypted {
    tls: Tls,
    /// The time limit of reads.
    limit: Option<Duration>,
    /// Whether the client has yet to show that it speaks TLS.
    unknown: bool,
}

impl SocketStream {
    pub(crate) fn new(socket: Arc<Socket>) -> SocketStream {
        SocketStream {
            socket,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// The handshake is part of the first reads and writes, unless it is completed before.
    #[cfg(feature = "tls")]
    pub(crate) fn encrypted(socket: Arc<Socket>, tls: Tls, is_server: bool) -> SocketStream {
        let encrypted = Encrypted { tls, limit: None, unknown: is_server };
        SocketStream { socket, tls: Some(Box::new(encrypted)) }
    }

    /// Completes the handshake of a socket whose reads and writes wait, within the time.
    #[cfg(feature = "tls")]
    pub(crate) fn handshake(&mut self, limit: Duration) -> io::Result<()> {
        use std::time::Instant;

        /// Waits no longer than until the end.
        struct Until<'a>(&'a Socket, Option<Instant>);

        impl Until<'_> {
            fn left(&self) -> io::Result<Option<Duration>> {
                let Some(end) = self.1 else { return Ok(None) };
                match end.saturating_duration_since(Instant::now()) {
                    Duration::ZERO => Err(io::ErrorKind::TimedOut.into()),
                    left => Ok(Some(left.max(Duration::from_millis(1)))),
                }
            }
        }

        impl Read for Until<'_> {
            fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
                self.0.set_read_timeout(self.left()?)?;
                (&mut &*self.0).read(bytes)
            }
        }

        impl Write for Until<'_> {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.set_write_timeout(self.left()?)?;
                (&mut &*self.0).write(bytes)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        let Some(encrypted) = &mut self.tls else { return Ok(()) };
        let mut until = Until(&self.socket, Instant::now().checked_add(limit));
        if std::mem::take(&mut encrypted.unknown) {
            until.0.set_read_timeout(until.left()?)?;
            check_first_bytes(until.0)?;
        }
        encrypted.tls.handshake(&mut until)?;
        self.socket.set_read_timeout(None)?;
        self.socket.set_write_timeout(None)
    }

    pub(crate) fn socket(&self) -> &Arc<Socket> {
        &self.socket
    }

    pub(crate) fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        #[cfg(feature = "tls")]
        if let Some(encrypted) = &mut self.tls {
            encrypted.limit = timeout;
        }
        self.socket.set_read_timeout(timeout)
    }

    /// Whether bytes can be read without the socket.
    pub(crate) fn has_received(&mut self) -> bool {
        #[cfg(feature = "tls")]
        if let Some(encrypted) = &mut self.tls {
            return encrypted.tls.has_received();
        }
        false
    }

    /// Whether bytes that were taken wait to be written.
    pub(crate) fn wants_write(&self) -> bool {
        #[cfg(feature = "tls")]
        if let Some(encrypted) = &self.tls {
            return encrypted.tls.wants_write();
        }
        false
    }

    #[cfg(feature = "tls")]
    pub(crate) fn is_handshaking(&self) -> bool {
        self.tls.as_ref().is_some_and(|encrypted| encrypted.tls.is_handshaking())
    }

    /// The peer of an encrypted connection, once, after the handshake.
    #[cfg(feature = "tls")]
    pub(crate) fn established(&mut self) -> Option<Arc<Peer>> {
        self.tls.as_mut()?.tls.established()
    }

    /// Tells the peer that nothing more is sent, if there is a way to do that before the socket is
    /// closed.
    pub(crate) fn close(&mut self) {
        #[cfg(feature = "tls")]
        if let Some(encrypted) = &mut self.tls {
            // The connection ends regardless of the result.
            let _ = encrypted.tls.close(&mut &*self.socket);
        }
    }
}

/// Tells the peer of TLS that this is the end, if that takes no waiting: without it, an end is a failure.
#[cfg(feature = "tls")]
impl Drop for SocketStream {
    fn drop(&mut self) {
        if self.tls.is_some() && self.socket.set_nonblocking(true).is_ok() {
            self.close();
        }
    }
}

impl Read for SocketStream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        #[cfg(feature = "tls")]
        if let Some(encrypted) = &mut self.tls {
            if encrypted.unknown {
                check_first_bytes(&self.socket)?;
                encrypted.unknown = false;
            }
            return encrypted.tls.read(&mut &*self.socket, bytes, encrypted.limit);
        }
        (&*self.socket).read(bytes)
    }
}

impl Write for SocketStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        #[cfg(feature = "tls")]
        if let Some(encrypted) = &mut self.tls {
            return encrypted.tls.write(&mut &*self.socket, &[IoSlice::new(bytes)]);
        }
        (&*self.socket).write(bytes)
    }

    fn write_vectored(&mut self, bytes: &[IoSlice<'_>]) -> io::Result<usize> {
        #[cfg(feature = "tls")]
        if let Some(encrypted) = &mut self.tls {
            return encrypted.tls.write(&mut &*self.socket, bytes);
        }
        (&*self.socket).write_vectored(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        #[cfg(feature = "tls")]
        if let Some(encrypted) = &mut self.tls {
            return encrypted.tls.flush(&mut &*self.socket);
        }
        Ok(())
    }
}

/// The stream of a client's connection: with or without a SASL login.
#[derive(Debug)]
pub(crate) enum ClientStream {
    Plain(SocketStream),
    Sasl(Box<Transformed<SocketStream, Frames>>),
}

impl ClientStream {
    fn inner(&mut self) -> &mut SocketStream {
        match self {
            ClientStream::Plain(stream) => stream,
            ClientStream::Sasl(stream) => &mut stream.inner,
        }
    }

    pub(crate) fn socket(&self) -> &Arc<Socket> {
        match self {
            ClientStream::Plain(stream) => stream.socket(),
            ClientStream::Sasl(stream) => stream.inner.socket(),
        }
    }

    pub(crate) fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.inner().set_read_timeout(timeout)
    }

    /// Whether bytes can be read without the socket.
    pub(crate) fn has_received(&mut self) -> bool {
        match self {
            ClientStream::Plain(stream) => stream.has_received(),
            ClientStream::Sasl(stream) => stream.has_received() || stream.inner.has_received(),
        }
    }

    /// Whether bytes that were taken wait to be written.
    pub(crate) fn wants_write(&self) -> bool {
        match self {
            ClientStream::Plain(stream) => stream.wants_write(),
            ClientStream::Sasl(stream) => stream.inner.wants_write(),
        }
    }
}

impl Read for ClientStream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            ClientStream::Plain(stream) => stream.read(bytes),
            ClientStream::Sasl(stream) => stream.read(bytes),
        }
    }
}

impl Write for ClientStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            ClientStream::Plain(stream) => stream.write(bytes),
            ClientStream::Sasl(stream) => stream.write(bytes),
        }
    }

    fn write_vectored(&mut self, bytes: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            ClientStream::Plain(stream) => stream.write_vectored(bytes),
            ClientStream::Sasl(stream) => stream.write_vectored(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner().flush()
    }
}
