//! Sockets of the blocking side.

use std::io::{self, IoSlice, Read, Write};
use std::net::{Shutdown, TcpStream};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};
use socket2::SockRef;

/// A connected socket.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

/// Calls a method of the socket of any kind.
macro_rules! any {
    ($self:expr, $socket:ident => $call:expr) => {
        match $self {
            Socket::Tcp($socket) => $call,
            #[cfg(unix)]
            Socket::Unix($socket) => $call,
        }
    };
}

impl Socket {
    pub(crate) fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        any!(self, socket => socket.set_nonblocking(nonblocking))
    }

    pub(crate) fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        any!(self, socket => socket.set_read_timeout(timeout))
    }

    pub(crate) fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        any!(self, socket => socket.set_write_timeout(timeout))
    }

    pub(crate) fn shutdown(&self, side: Shutdown) -> io::Result<()> {
        any!(self, socket => socket.shutdown(side))
    }

    /// The socket in a call of `poll`.
    pub(crate) fn poll_fd(&self, events: PollFlags) -> PollFd<'_> {
        any!(self, socket => PollFd::new(socket, events))
    }

    pub(crate) fn as_sock_ref(&self) -> SockRef<'_> {
        any!(self, socket => SockRef::from(socket))
    }

    /// Sets `TCP_NODELAY`, where there is such a thing.
    pub(crate) fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        match self {
            Socket::Tcp(socket) => socket.set_nodelay(nodelay),
            #[cfg(unix)]
            Socket::Unix(_) => Ok(()),
        }
    }
}

impl Read for &Socket {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        any!(self, socket => (&mut &*socket).read(bytes))
    }
}

impl Write for &Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        any!(self, socket => (&mut &*socket).write(bytes))
    }
    fn write_vectored(&mut self, bytes: &[IoSlice<'_>]) -> io::Result<usize> {
        any!(self, socket => (&mut &*socket).write_vectored(bytes))
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
