//! SASL logins at the start of connections.

use std::io::{self, Read, Write};
use std::sync::{Arc, OnceLock};

use bytes::BytesMut;

use super::transform::Transformed;
use crate::sasl::{Client, Frames, Server};

/// Size of a read, in bytes.
const READ: usize = 4 << 10;

/// Authenticates to the server. Returns the frames of the connection and bytes received after the
/// login. `limit` is called before each operation, to set the remaining time.
pub(crate) fn log_in<IO: Read + Write>(
    stream: &mut IO,
    mut client: Client,
    limit: impl Fn(&mut IO) -> io::Result<()>,
) -> io::Result<(Frames, BytesMut)> {
    let mut input = BytesMut::new();
    let mut scratch = [0; READ];
    let mut frames = None;
    loop {
        limit(stream)?;
        // Also what answers a challenge that has come together with the end of the negotiation.
        stream.write_all(&std::mem::take(&mut client.output))?;
        stream.flush()?;
        if let Some(frames) = frames {
            return Ok((frames, input));
        }
        limit(stream)?;
        match stream.read(&mut scratch)? {
            0 => return Err(client.ended(&mut input).unwrap_or_else(closed)),
            count => input.extend_from_slice(&scratch[..count]),
        }
        frames = client.receive(&mut input)?;
    }
}

/// The server's end of a stream, which authenticates the client when it is read for the first time.
/// Works with and without waiting.
pub(crate) struct Login<IO> {
    /// Without frames until the client is authenticated.
    stream: Transformed<IO, Option<Frames>>,
    /// `None` when it has ended.
    negotiation: Option<Negotiation>,
    /// Where the user is noted.
    user: Arc<OnceLock<String>>,
}

struct Negotiation {
    server: Server,
    /// The result, while remaining output is written.
    result: Option<io::Result<(String, Frames)>>,
}

impl<IO> Login<IO> {
    pub(crate) fn new(inner: IO, server: Server, user: Arc<OnceLock<String>>) -> Login<IO> {
        let stream = Transformed::new(inner, None, BytesMut::new());
        Login { stream, negotiation: Some(Negotiation { server, result: None }), user }
    }

    /// The stream itself.
    pub(crate) fn inner(&self) -> &IO {
        &self.stream.inner
    }

    /// As [`inner`](Login::inner).
    pub(crate) fn inner_mut(&mut self) -> &mut IO {
        &mut self.stream.inner
    }

    /// Whether a read returns without a read of the inner stream.
    pub(crate) fn has_received(&mut self) -> bool {
        self.stream.transform.is_some() && self.stream.has_received()
    }
}

impl<IO: Read + Write> Login<IO> {
    /// Goes on with the negotiation until it has ended.
    fn negotiate(&mut self) -> io::Result<()> {
        let Transformed { inner, transform, raw, .. } = &mut self.stream;
        while let Some(Negotiation { server, result }) = &mut self.negotiation {
            write(inner, &mut server.output)?;
            if let Some(result) = result.take() {
                self.negotiation = None;
                let (user, frames) = result?;
                // Nobody else sets it.
                let _ = self.user.set(user);
                *transform = Some(frames);
                return Ok(());
            }
            let mut scratch = [0; READ];
            match inner.read(&mut scratch)? {
                0 => return Err(closed()),
                count => raw.extend_from_slice(&scratch[..count]),
            }
            *result = server.receive(raw).transpose();
        }
        Ok(())
    }
}

/// Writes everything; written bytes are removed also after an error.
fn write(stream: &mut impl Write, output: &mut Vec<u8>) -> io::Result<()> {
    while !output.is_empty() {
        match stream.write(output)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            count => drop(output.drain(..count)),
        }
    }
    stream.flush()
}

impl<IO: Read + Write> Read for Login<IO> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.negotiate()?;
        match self.stream.transform {
            Some(_) => self.stream.read(bytes),
            // The client was rejected.
            None => Ok(0),
        }
    }
}

impl<IO: Read + Write> Write for Login<IO> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.stream.transform {
            Some(_) => self.stream.flush(),
            None => Ok(()),
        }
    }
}

fn closed() -> io::Error {
    let message = "the connection was closed during the SASL login; the peer may not speak SASL";
    io::Error::new(io::ErrorKind::UnexpectedEof, message)
}

#[cfg(feature = "async")]
pub(crate) use asynchronous::{accept_async, log_in_async};

#[cfg(feature = "async")]
mod asynchronous {
    use std::io;

    use bytes::BytesMut;
    use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
    use tokio::task::spawn_blocking;

    use super::closed;
    use crate::sasl::{Client, Frames, Server};

    /// As [`log_in`](super::log_in).
    pub(crate) async fn log_in_async<IO: AsyncRead + AsyncWrite + Unpin>(
        stream: &mut IO,
        mut client: Client,
    ) -> io::Result<(Frames, BytesMut)> {
        let mut input = BytesMut::new();
        let mut frames = None;
        loop {
            stream.write_all(&std::mem::take(&mut client.output)).await?;
            stream.flush().await?;
            if let Some(frames) = frames {
                return Ok((frames, input));
            }
            if stream.read_buf(&mut input).await? == 0 {
                return Err(client.ended(&mut input).unwrap_or_else(closed));
            }
            frames = client.receive(&mut input)?;
        }
    }

    /// Authenticates a client. Returns the user, the frames of the connection and bytes received
    /// after the login. Mechanisms run on threads for blocking work.
    pub(crate) async fn accept_async<IO: AsyncRead + AsyncWrite + Unpin>(
        stream: &mut IO,
        mut server: Server,
    ) -> io::Result<(String, Frames, BytesMut)> {
        let mut input = BytesMut::new();
        loop {
            if stream.read_buf(&mut input).await? == 0 {
                return Err(closed());
            }
            let evaluated = spawn_blocking(move || {
                let result = server.receive(&mut input);
                (result, server, input)
            });
            let result;
            (result, server, input) = evaluated.await.map_err(io::Error::other)?;
            stream.write_all(&std::mem::take(&mut server.output)).await?;
            stream.flush().await?;
            match result {
                Ok(Some((user, frames))) => return Ok((user, frames, input)),
                Ok(None) => {}
                Err(error) => {
                    // Closing a socket with unread bytes would reset it, and lose the reason.
                    stream.shutdown().await?;
                    while stream.read_buf(&mut input).await? > 0 {
                        input.clear();
                    }
                    return Err(error);
                }
            }
        }
    }
}
