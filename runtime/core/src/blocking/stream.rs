//! Byte streams of the blocking server's sessions.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, Timespec, poll};
use rustix::io::Errno;

use super::memory::MemoryStream;
use crate::net::blocking_stream::SocketStream;
use crate::net::endpoints::Endpoints;
use crate::net::login::Login;
use crate::net::socket::Socket;
use crate::settings::ServerSettings;

/// How long remaining input is read and discarded after the last answer: closing a socket with
/// unread bytes resets the connection, and the answer could be lost.
pub(super) const LINGER: Duration = Duration::from_secs(1);

/// A stream of bytes, whose reads and writes fail with [`io::ErrorKind::WouldBlock`] or
/// [`io::ErrorKind::TimedOut`] when they take too long, if it can do that.
pub(super) trait Wire: Read + Write {
    /// How long reads may take.
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()>;

    /// How long writes may take.
    fn set_write_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()>;

    /// Lets the client read the last answer.
    fn linger(&mut self);

    /// Tells the client that nothing more is sent, where that takes a message.
    fn close(&mut self) {}

    /// Whether bytes can be read that no poll of a socket shows.
    fn has_received(&mut self) -> bool {
        false
    }

    /// Whether bytes that were taken wait to be written.
    fn wants_write(&self) -> bool {
        false
    }

    /// The stream, if it is one over a socket.
    #[cfg(feature = "tls")]
    fn socket_stream(&mut self) -> Option<&mut SocketStream> {
        None
    }
}

/// The stream of a server's connection: with or without a login.
pub(super) type BoxWire = Box<dyn Wire + Send>;

impl Wire for BoxWire {
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        (**self).set_read_timeout(timeout)
    }
    fn set_write_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        (**self).set_write_timeout(timeout)
    }
    fn linger(&mut self) {
        (**self).linger();
    }
    fn close(&mut self) {
        (**self).close();
    }
    fn has_received(&mut self) -> bool {
        (**self).has_received()
    }
    fn wants_write(&self) -> bool {
        (**self).wants_write()
    }
    #[cfg(feature = "tls")]
    fn socket_stream(&mut self) -> Option<&mut SocketStream> {
        (**self).socket_stream()
    }
}

impl<IO: Wire> Wire for Login<IO> {
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.inner_mut().set_read_timeout(timeout)
    }
    fn set_write_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.inner_mut().set_write_timeout(timeout)
    }
    fn linger(&mut self) {
        self.inner_mut().linger();
    }
    fn close(&mut self) {
        self.inner_mut().close();
    }
    fn has_received(&mut self) -> bool {
        Login::has_received(self) || self.inner_mut().has_received()
    }
    fn wants_write(&self) -> bool {
        self.inner().wants_write()
    }
    #[cfg(feature = "tls")]
    fn socket_stream(&mut self) -> Option<&mut SocketStream> {
        self.inner_mut().socket_stream()
    }
}

/// The stream of a connection, with a login if the server requires one.
pub(super) fn with_login<IO: Wire + Send + 'static>(
    stream: IO,
    ends: &mut Endpoints,
    settings: &ServerSettings,
) -> BoxWire {
    match settings.sasl.is_empty() {
        true => Box::new(stream),
        false => Box::new(login(stream, ends, settings)),
    }
}

/// A stream with a login.
pub(super) fn login<IO>(stream: IO, ends: &mut Endpoints, settings: &ServerSettings) -> Login<IO> {
    let user = Arc::clone(ends.user.get_or_insert_default());
    Login::new(stream, settings.sasl.begin(settings.limits.message), user)
}

/// A socket whose thread waits in reads and writes.
pub(super) struct Waiting(pub(super) SocketStream);

/// Passes reads and writes on.
macro_rules! stream {
    ($stream:ident) => {
        impl Read for $stream {
            fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
                self.0.read(bytes)
            }
        }

        impl Write for $stream {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.write(bytes)
            }
            fn write_vectored(&mut self, bytes: &[io::IoSlice<'_>]) -> io::Result<usize> {
                self.0.write_vectored(bytes)
            }
            fn flush(&mut self) -> io::Result<()> {
                self.0.flush()
            }
        }
    };
}

stream!(Waiting);
stream!(Polled);

impl Wire for Waiting {
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.0.set_read_timeout(timeout)
    }
    fn set_write_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.0.socket().set_write_timeout(timeout)
    }
    fn linger(&mut self) {
        self.0.close();
        linger(self.0.socket());
    }
    fn close(&mut self) {
        self.0.close();
    }
    #[cfg(feature = "tls")]
    fn socket_stream(&mut self) -> Option<&mut SocketStream> {
        Some(&mut self.0)
    }
}

fn linger(stream: &Socket) {
    let until = Instant::now() + LINGER;
    let mut scratch = [0; 4096];
    let mut linger = || {
        stream.shutdown(Shutdown::Write)?;
        stream.set_read_timeout(Some(LINGER))?;
        while Instant::now() < until && (&mut &*stream).read(&mut scratch)? > 0 {}
        io::Result::Ok(())
    };
    // The connection ends in any case.
    let _ = linger();
}

/// A socket that never waits: its reads and writes fail with [`io::ErrorKind::WouldBlock`] instead.
pub(super) struct Polled(SocketStream);

impl Polled {
    pub(super) fn new(stream: SocketStream) -> io::Result<Polled> {
        stream.socket().set_nonblocking(true)?;
        Ok(Polled(stream))
    }
}

impl Wire for Polled {
    fn set_read_timeout(&mut self, _: Option<Duration>) -> io::Result<()> {
        Ok(())
    }
    fn set_write_timeout(&mut self, _: Option<Duration>) -> io::Result<()> {
        Ok(())
    }
    /// Only ends what is written: whoever polls the socket also reads the rest.
    fn linger(&mut self) {
        self.0.close();
        let _ = self.0.socket().shutdown(Shutdown::Write);
    }
    fn close(&mut self) {
        self.0.close();
    }
    fn has_received(&mut self) -> bool {
        self.0.has_received()
    }
    fn wants_write(&self) -> bool {
        self.0.wants_write()
    }
    #[cfg(feature = "tls")]
    fn socket_stream(&mut self) -> Option<&mut SocketStream> {
        Some(&mut self.0)
    }
}

impl Wire for MemoryStream {
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        MemoryStream::set_read_timeout(self, timeout)
    }
    fn set_write_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        MemoryStream::set_write_timeout(self, timeout)
    }
    /// Written bytes can be read after the end.
    fn linger(&mut self) {}
}

/// Any stream, which has no time limits.
pub(super) struct Untimed<IO>(pub(super) IO);

impl<IO: Read> Read for Untimed<IO> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes)
    }
}

impl<IO: Write> Write for Untimed<IO> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }
    fn write_vectored(&mut self, bytes: &[io::IoSlice<'_>]) -> io::Result<usize> {
        self.0.write_vectored(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<IO: Read + Write> Wire for Untimed<IO> {
    fn set_read_timeout(&mut self, _: Option<Duration>) -> io::Result<()> {
        Ok(())
    }
    fn set_write_timeout(&mut self, _: Option<Duration>) -> io::Result<()> {
        Ok(())
    }
    fn linger(&mut self) {}
}

/// Waits until one of them is ready; `false` if none is in time.
pub(super) fn wait(sockets: &mut [PollFd<'_>], timeout: Option<Duration>) -> io::Result<bool> {
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let left = left.and_then(|left| {
            Some(Timespec {
                tv_sec: i64::try_from(left.as_secs()).ok()?,
                tv_nsec: left.subsec_nanos().into(),
            })
        });
        match poll(sockets, left.as_ref()) {
            Ok(ready) => return Ok(ready > 0),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
