//! Writing what a connection has to send.

use std::io::{self, IoSlice, Read, Write};

use bytes::BytesMut;

use crate::connection::{Output, SLICES};

/// The least and the most room for a read.
const SCRATCH: (usize, usize) = (4 << 10, 64 << 10);

/// Reads what has come, or waits for it. It goes through `scratch`, which grows when reads fill
/// it: that is cheaper than to clear room for what may not come.
pub(crate) fn read(
    io: &mut impl Read,
    scratch: &mut Vec<u8>,
    input: &mut BytesMut,
) -> io::Result<usize> {
    if scratch.is_empty() {
        scratch.resize(SCRATCH.0, 0);
    }
    loop {
        match io.read(scratch) {
            Ok(count) => {
                input.extend_from_slice(&scratch[..count]);
                if count == scratch.len() && count < SCRATCH.1 {
                    scratch.resize(count * 2, 0);
                }
                return Ok(count);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Writes everything; what has been written is gone from the output also after an error.
pub(crate) fn write(io: &mut impl Write, output: &mut Output) -> io::Result<()> {
    while !output.is_empty() {
        let written = match output.as_slice() {
            Some(bytes) => io.write(bytes),
            None => {
                let mut slices = [IoSlice::new(&[]); SLICES];
                let count = output.fill(&mut slices);
                io.write_vectored(&slices[..count])
            }
        };
        match written {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => output.advance(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(feature = "async")]
pub(crate) use asynchronous::poll_write;

#[cfg(feature = "async")]
mod asynchronous {
    use std::io::{self, IoSlice};
    use std::pin::Pin;
    use std::task::{Context, Poll, ready};

    use tokio::io::AsyncWrite;

    use crate::connection::{Output, SLICES};

    /// Writes as much as can be written now; it is ready when that was everything.
    pub(crate) fn poll_write(
        io: &mut (impl AsyncWrite + Unpin),
        output: &mut Output,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while !output.is_empty() {
            let written = match output.as_slice() {
                Some(bytes) => Pin::new(&mut *io).poll_write(context, bytes),
                None => {
                    let mut slices = [IoSlice::new(&[]); SLICES];
                    let count = output.fill(&mut slices);
                    Pin::new(&mut *io).poll_write_vectored(context, &slices[..count])
                }
            };
            match ready!(written)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => output.advance(count),
            }
        }
        Poll::Ready(Ok(()))
    }
}
