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
    loop {
        limit(stream)?;
        stream.write_all(&std::mem::take(&mut client.output))?;
        stream.flush()?;
        limit(stream)?;
        match stream.read(&mut scratch)? {
            0 => return Err(closed()),
            count => input.extend_from_slice(&scratch[..count]),
        }
        if let Some(frames) = client.receive(&mut input)? {
            return Ok((frames, input));
        }
    }
}

/// The server's end of a stream, which authenticates the client when it is read for the first time.
/// Works with and without waiting.
pub(crate) struct Login<IO> {
    stage: Stage<IO>,
    /// Where the user is noted.
    user: Arc<OnceLock<String>>,
}

enum Stage<IO> {
    Negotiating {
        inner: IO,
        server: Server,
        input: BytesMut,
    },
    /// The remaining output of a negotiation that has ended, and its result.
    Ending {
        inner: IO,
        output: Vec<u8>,
        result: io::Result<(String, Frames)>,
        input: BytesMut,
    },
    Done(Transformed<IO, Frames>),
    Failed(IO),
    /// Only during a transition.
    Moving,
}

impl<IO> Login<IO> {
    pub(crate) fn new(inner: IO, server: Server, user: Arc<OnceLock<String>>) -> Login<IO> {
        Login { stage: Stage::Negotiating { inner, server, input: BytesMut::new() }, user }
    }

    /// The stream itself; `None` only during a transition.
    pub(crate) fn inner(&self) -> Option<&IO> {
        match &self.stage {
            Stage::Negotiating { inner, .. } | Stage::Ending { inner, .. } => Some(inner),
            Stage::Done(stream) => Some(&stream.inner),
            Stage::Failed(inner) => Some(inner),
            Stage::Moving => None,
        }
    }

    /// As [`inner`](Login::inner).
    pub(crate) fn inner_mut(&mut self) -> Option<&mut IO> {
        match &mut self.stage {
            Stage::Negotiating { inner, .. } | Stage::Ending { inner, .. } => Some(inner),
            Stage::Done(stream) => Some(&mut stream.inner),
            Stage::Failed(inner) => Some(inner),
            Stage::Moving => None,
        }
    }

    /// Whether received bytes can be returned without a read of the inner stream.
    pub(crate) fn has_received(&self) -> bool {
        matches!(&self.stage, Stage::Done(stream) if stream.has_received())
    }
}

impl<IO: Read + Write> Login<IO> {
    /// Goes on with the negotiation until it has ended.
    fn negotiate(&mut self) -> io::Result<()> {
        loop {
            match std::mem::replace(&mut self.stage, Stage::Moving) {
                Stage::Negotiating { mut inner, mut server, mut input } => {
                    let received = exchange(&mut inner, &mut server, &mut input);
                    let ended = match received {
                        Ok(ended) => ended,
                        Err(error) => {
                            self.stage = Stage::Negotiating { inner, server, input };
                            return Err(error);
                        }
                    };
                    self.stage = match ended.transpose() {
                        None => Stage::Negotiating { inner, server, input },
                        Some(result) => {
                            let output = server.output;
                            Stage::Ending { inner, output, result, input }
                        }
                    };
                }
                Stage::Ending { mut inner, mut output, result, input } => {
                    if let Err(error) = write(&mut inner, &mut output) {
                        self.stage = Stage::Ending { inner, output, result, input };
                        return Err(error);
                    }
                    match result {
                        Ok((user, frames)) => {
                            // Nobody else sets it.
                            let _ = self.user.set(user);
                            self.stage = Stage::Done(Transformed::new(inner, frames, input));
                        }
                        Err(error) => {
                            self.stage = Stage::Failed(inner);
                            return Err(error);
                        }
                    }
                }
                done => {
                    self.stage = done;
                    return Ok(());
                }
            }
        }
    }
}

/// Sends pending output and receives once. The inner result is that of the negotiation.
fn exchange<IO: Read + Write>(
    stream: &mut IO,
    server: &mut Server,
    input: &mut BytesMut,
) -> io::Result<io::Result<Option<(String, Frames)>>> {
    write(stream, &mut server.output)?;
    let mut scratch = [0; READ];
    match stream.read(&mut scratch)? {
        0 => Err(closed()),
        count => {
            input.extend_from_slice(&scratch[..count]);
            Ok(server.receive(input))
        }
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
        loop {
            match &mut self.stage {
                Stage::Done(stream) => return stream.read(bytes),
                Stage::Failed(_) | Stage::Moving => return Ok(0),
                _ => self.negotiate()?,
            }
        }
    }
}

impl<IO: Read + Write> Write for Login<IO> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.stage {
            Stage::Done(stream) => stream.write(bytes),
            // Nothing is answered before the login.
            _ => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.stage {
            Stage::Done(stream) => stream.flush(),
            _ => Ok(()),
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
        loop {
            stream.write_all(&std::mem::take(&mut client.output)).await?;
            stream.flush().await?;
            if stream.read_buf(&mut input).await? == 0 {
                return Err(closed());
            }
            if let Some(frames) = client.receive(&mut input)? {
                return Ok((frames, input));
            }
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
