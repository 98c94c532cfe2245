//! Reading into and writing from connection buffers.

use std::io::{self, IoSlice, Read, Write};

use bytes::BytesMut;

use crate::connection::{Output, SLICES};

/// Minimum and maximum size of a read.
const SCRATCH: (usize, usize) = (4 << 10, 64 << 10);

/// Reads available bytes, or waits for them. Reads go through `scratch`, which grows when reads
/// fill it: this is cheaper than zeroing unused capacity.
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

/// Writes everything; written bytes are removed from the output even after an error.
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

    /// Writes as much as possible; ready when everything is written and flushed.
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
        Pin::new(io).poll_flush(context)
    }
}
