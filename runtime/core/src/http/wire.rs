//! The byte stream under an HTTP connection, observed from outside.

use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Head and body of a message are copied into one slice up to this size, in bytes: the system call for
/// several slices takes longer than the copy.
const JOINED: usize = 2 << 10;

/// A byte stream that hyper reads and writes, and whose progress can be seen while hyper owns it.
pub(crate) struct Wire<IO>(Arc<Mutex<State<IO>>>);

struct State<IO> {
    io: IO,
    /// Bytes that were read before hyper took over.
    prefix: Bytes,
    progress: Progress,
}

/// The events on a stream so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Progress {
    /// Number of bytes read and written.
    pub(crate) read: u64,
    pub(crate) sent: u64,
    /// Whether a read waits for bytes: the end of the stream is then noticed.
    pub(crate) reading: bool,
    /// Whether a write waits for the peer.
    pub(crate) blocked: bool,
}

impl<IO> Wire<IO> {
    pub(crate) fn new(io: IO, prefix: Bytes) -> Wire<IO> {
        let progress = Progress::default();
        Wire(Arc::new(Mutex::new(State { io, prefix, progress })))
    }

    pub(crate) fn progress(&self) -> Progress {
        self.lock().progress
    }

    /// Looks at the stream itself.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&mut IO) -> T) -> T {
        look(&mut self.lock().io)
    }

    fn lock(&self) -> MutexGuard<'_, State<IO>> {
        // Nothing is left half-way if a stream panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<IO> Clone for Wire<IO> {
    fn clone(&self) -> Wire<IO> {
        Wire(Arc::clone(&self.0))
    }
}

impl<IO> fmt::Debug for Wire<IO> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("progress", &self.progress()).finish_non_exhaustive()
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for Wire<IO> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let State { io, prefix, progress } = &mut *self.lock();
        let before = buffer.filled().len();
        let polled = if prefix.has_remaining() {
            let count = prefix.len().min(buffer.remaining());
            buffer.put_slice(&prefix[..count]);
            prefix.advance(count);
            Poll::Ready(Ok(()))
        } else {
            Pin::new(io).poll_read(context, buffer)
        };
        progress.reading = polled.is_pending();
        progress.read += (buffer.filled().len() - before) as u64;
        polled
    }
}

impl<IO: AsyncWrite + Unpin> Wire<IO> {
    fn write(
        &self,
        write: impl FnOnce(Pin<&mut IO>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let State { io, progress, .. } = &mut *self.lock();
        let written = write(Pin::new(io));
        progress.blocked = written.is_pending();
        if let Poll::Ready(Ok(count)) = &written {
            progress.sent += *count as u64;
        }
        written
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Wire<IO> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write(|io| io.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let length: usize = slices.iter().map(|slice| slice.len()).sum();
        self.write(|io| match slices {
            [slice] => io.poll_write(context, slice),
            _ if length <= JOINED => {
                let mut joined = [0; JOINED];
                let mut end = 0;
                for slice in slices {
                    joined[end..end + slice.len()].copy_from_slice(slice);
                    end += slice.len();
                }
                io.poll_write(context, &joined[..end])
            }
            _ => io.poll_write_vectored(context, slices),
        })
    }

    fn is_write_vectored(&self) -> bool {
        self.lock().io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.lock().io).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.lock().io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sizes of the slices of each write.
    #[derive(Default)]
    struct Writes(Vec<Vec<usize>>);

    impl AsyncWrite for Writes {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            assert!(bytes.iter().enumerate().all(|(at, byte)| *byte == at as u8));
            self.0.push(vec![bytes.len()]);
            Poll::Ready(Ok(bytes.len()))
        }
        fn poll_write_vectored(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            slices: &[IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            let sizes: Vec<usize> = slices.iter().map(|slice| slice.len()).collect();
            let length = sizes.iter().sum();
            self.0.push(sizes);
            Poll::Ready(Ok(length))
        }
        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn small_slices_are_written_as_one_and_large_ones_are_not_copied() {
        let mut wire = Wire::new(Writes::default(), Bytes::new());
        let bytes: Vec<u8> = (0..=JOINED).map(|at| at as u8).collect();
        let mut context = Context::from_waker(std::task::Waker::noop());
        for ends in [&[100, JOINED][..], &[100, JOINED + 1], &[JOINED + 1], &[0, 7, 9]] {
            let mut from = 0;
            let slices: Vec<IoSlice<'_>> = ends
                .iter()
                .map(|end| IoSlice::new(&bytes[std::mem::replace(&mut from, *end)..*end]))
                .collect();
            let written = Pin::new(&mut wire).poll_write_vectored(&mut context, &slices);
            assert!(matches!(written, Poll::Ready(Ok(count)) if Some(&count) == ends.last()));
        }
        let writes = wire.look(|io| std::mem::take(&mut io.0));
        assert_eq!(writes, [vec![JOINED], vec![100, JOINED - 99], vec![JOINED + 1], vec![9]]);
        let (one, two) = ((JOINED + 9 + JOINED + 1) as u64, (JOINED + 1) as u64);
        assert_eq!(wire.progress().sent, one + two);
    }
}
