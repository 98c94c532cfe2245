//! Streams whose bytes are transformed on the way: compressed, or wrapped in frames.

use std::io::{self, Read, Write};

use bytes::{Buf, BytesMut};

/// Size of a read from the inner stream, in bytes.
const READ: usize = 16 << 10;
/// Maximum number of decoded bytes produced at once.
const ROOM: usize = 64 << 10;
/// Largest capacity of a buffer kept for reuse, in bytes.
const KEPT: usize = 64 << 10;

/// A transformation of both directions of a stream, without I/O.
pub(crate) trait Transform {
    /// Appends the encoding of all of `bytes` to `out`, complete enough for the peer to decode all of
    /// them.
    fn encode(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()>;

    /// Moves decoded bytes from `input` to `out`, up to about `room` bytes. Produces nothing only if
    /// more input is needed.
    fn decode(&mut self, input: &mut BytesMut, out: &mut BytesMut, room: usize) -> io::Result<()>;
}

/// Nothing can be read or written before there is a transformation.
impl<T: Transform> Transform for Option<T> {
    fn encode(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        self.as_mut().ok_or(io::ErrorKind::NotConnected)?.encode(bytes, out)
    }

    fn decode(&mut self, input: &mut BytesMut, out: &mut BytesMut, room: usize) -> io::Result<()> {
        self.as_mut().ok_or(io::ErrorKind::NotConnected)?.decode(input, out, room)
    }
}

/// A stream with a transformation, for reads and writes with or without waiting.
///
/// A write is acknowledged with its first byte when the first encoded byte has been written, and
/// with the others when all have been; until then it has to be repeated with the same bytes, as the
/// shells of connections do. Therefore a call of which nothing is acknowledged has not been sent.
#[derive(Debug)]
pub(crate) struct Transformed<IO, T> {
    pub(crate) inner: IO,
    pub(crate) transform: T,
    /// Received and not decoded.
    pub(crate) raw: BytesMut,
    decoded: BytesMut,
    /// The error of the next read.
    failed: Option<io::Error>,
    /// Encoded and not written.
    out: Vec<u8>,
    /// Written bytes of `out`.
    written: usize,
    /// Number of bytes of the current write that are not acknowledged.
    owed: usize,
    scratch: Vec<u8>,
}

impl<IO, T: Transform> Transformed<IO, T> {
    /// `received` are bytes that have been read from the stream already.
    pub(crate) fn new(inner: IO, transform: T, received: BytesMut) -> Transformed<IO, T> {
        Transformed {
            inner,
            transform,
            raw: received,
            decoded: BytesMut::new(),
            failed: None,
            out: Vec::new(),
            written: 0,
            owed: 0,
            scratch: Vec::new(),
        }
    }

    /// Whether a read returns without a read of the inner stream. Received bytes of an incomplete
    /// unit do not count: only more bytes from the inner stream make them readable.
    pub(crate) fn has_received(&mut self) -> bool {
        self.decode();
        !self.decoded.is_empty() || self.failed.is_some()
    }

    /// Decodes received bytes, unless there are decoded ones.
    fn decode(&mut self) {
        if self.decoded.is_empty() && !self.raw.is_empty() && self.failed.is_none() {
            let decoded = self.transform.decode(&mut self.raw, &mut self.decoded, ROOM);
            self.failed = decoded.err();
        }
    }

    /// Takes decoded bytes, after decoding received ones if there are none. Zero if more has to be
    /// received.
    fn take(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.decode();
        if self.decoded.is_empty()
            && let Some(error) = self.failed.take()
        {
            return Err(error);
        }
        let count = bytes.len().min(self.decoded.len());
        self.decoded.copy_to_slice(&mut bytes[..count]);
        Ok(count)
    }

    /// Takes bytes without waiting, where `look` does the same on the inner stream. Fails with
    /// [`io::ErrorKind::WouldBlock`] if there are none.
    pub(crate) fn look(
        &mut self,
        bytes: &mut [u8],
        look: impl Fn(&mut IO, &mut [u8]) -> io::Result<usize>,
    ) -> io::Result<usize> {
        loop {
            match self.take(bytes)? {
                0 => {}
                count => return Ok(count),
            }
            self.scratch.resize(READ, 0);
            match look(&mut self.inner, &mut self.scratch)? {
                0 => return self.end(),
                count => self.raw.extend_from_slice(&self.scratch[..count]),
            }
        }
    }

    /// The end of the inner stream.
    fn end(&self) -> io::Result<usize> {
        match self.raw.is_empty() {
            true => Ok(0),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Encodes a write, unless it is the repetition of one.
    fn begin(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.owed == 0 && !bytes.is_empty() {
            self.transform.encode(bytes, &mut self.out)?;
            self.owed = bytes.len();
        }
        Ok(())
    }

    /// Counts encoded bytes that have been written. Returns how many bytes of the write are
    /// acknowledged now, or `None` if it has to go on.
    fn advance(&mut self, count: usize) -> Option<usize> {
        let first = self.written == 0;
        self.written += count;
        if self.written == self.out.len() {
            self.out.clear();
            self.out.shrink_to(KEPT);
            self.written = 0;
            return Some(std::mem::take(&mut self.owed));
        }
        if first && self.owed > 1 {
            self.owed -= 1;
            return Some(1);
        }
        None
    }
}

impl<IO: Read, T: Transform> Read for Transformed<IO, T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match bytes.is_empty() {
            true => Ok(0),
            false => self.look(bytes, |inner, bytes| inner.read(bytes)),
        }
    }
}

impl<IO: Write, T: Transform> Write for Transformed<IO, T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begin(bytes)?;
        if bytes.is_empty() {
            return Ok(0);
        }
        loop {
            match self.inner.write(&self.out[self.written..])? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => {
                    if let Some(acknowledged) = self.advance(count) {
                        return Ok(acknowledged);
                    }
                }
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(feature = "async")]
mod asynchronous {
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll, ready};

    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    use super::{READ, Transform, Transformed};

    impl<IO: AsyncRead + Unpin, T: Transform + Unpin> AsyncRead for Transformed<IO, T> {
        fn poll_read(
            self: Pin<&mut Self>,
            context: &mut Context<'_>,
            bytes: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            let this = self.get_mut();
            if bytes.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
            loop {
                let count = this.take(bytes.initialize_unfilled())?;
                if count > 0 {
                    bytes.advance(count);
                    return Poll::Ready(Ok(()));
                }
                this.scratch.resize(READ, 0);
                let mut read = ReadBuf::new(&mut this.scratch);
                ready!(Pin::new(&mut this.inner).poll_read(context, &mut read))?;
                match read.filled() {
                    [] => return Poll::Ready(this.end().map(|_| ())),
                    filled => this.raw.extend_from_slice(filled),
                }
            }
        }
    }

    impl<IO: AsyncWrite + Unpin, T: Transform + Unpin> AsyncWrite for Transformed<IO, T> {
        fn poll_write(
            self: Pin<&mut Self>,
            context: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            let this = self.get_mut();
            this.begin(bytes)?;
            if bytes.is_empty() {
                return Poll::Ready(Ok(0));
            }
            loop {
                let inner = Pin::new(&mut this.inner);
                match ready!(inner.poll_write(context, &this.out[this.written..]))? {
                    0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                    count => {
                        if let Some(acknowledged) = this.advance(count) {
                            return Poll::Ready(Ok(acknowledged));
                        }
                    }
                }
            }
        }

        fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.get_mut().inner).poll_flush(context)
        }

        fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.get_mut().inner).poll_shutdown(context)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    /// Doubles each byte.
    struct Twice;

    impl Transform for Twice {
        fn encode(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
            out.extend(bytes.iter().flat_map(|&byte| [byte, byte]));
            Ok(())
        }
        fn decode(&mut self, input: &mut BytesMut, out: &mut BytesMut, _: usize) -> io::Result<()> {
            while input.len() > 1 {
                out.extend_from_slice(&input.split_to(2)[..1]);
            }
            Ok(())
        }
    }

    /// Reads pieces and takes a number of bytes for each write.
    #[derive(Default)]
    struct Pieces {
        pieces: VecDeque<Vec<u8>>,
        room: VecDeque<usize>,
        written: Vec<u8>,
    }

    impl Read for Pieces {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            let Some(piece) = self.pieces.pop_front() else { return Ok(0) };
            if piece.is_empty() {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            (&piece[..]).read(bytes)
        }
    }

    impl Write for Pieces {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.room.pop_front() {
                None => Err(io::ErrorKind::WouldBlock.into()),
                Some(room) => {
                    let count = room.min(bytes.len());
                    self.written.extend_from_slice(&bytes[..count]);
                    Ok(count)
                }
            }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn decoded_bytes_are_returned_in_pieces_of_any_size() {
        let mut inner = Pieces::default();
        inner.pieces.extend([b"aab".to_vec(), vec![], b"bcc".to_vec()]);
        let mut stream = Transformed::new(inner, Twice, BytesMut::from(&b"00"[..]));
        let mut byte = [0];
        let mut read = || match stream.read(&mut byte) {
            Ok(0) => None,
            Ok(_) => Some(byte[0]),
            Err(error) => {
                assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
                Some(b'!')
            }
        };
        let all: Vec<u8> = std::iter::from_fn(&mut read).collect();
        assert_eq!(all, b"0a!bc");
        assert!(!stream.has_received());
    }

    #[test]
    fn part_of_an_encoded_unit_is_not_readable_yet() {
        let mut stream = Transformed::new(Pieces::default(), Twice, BytesMut::from(&b"a"[..]));
        assert!(!stream.has_received());
        stream.raw.extend_from_slice(b"ab");
        assert!(stream.has_received());
        let mut bytes = [0; 8];
        assert_eq!(stream.read(&mut bytes).ok(), Some(1));
        assert!(!stream.has_received());
    }

    #[test]
    fn an_end_within_an_encoded_unit_is_an_error() {
        let mut inner = Pieces::default();
        inner.pieces.push_back(b"aab".to_vec());
        let mut stream = Transformed::new(inner, Twice, BytesMut::new());
        let mut bytes = [0; 8];
        assert_eq!(stream.read(&mut bytes).ok(), Some(1));
        let error = stream.read(&mut bytes).expect_err("half a unit");
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn writes_are_acknowledged_when_they_have_begun_and_when_they_are_complete() {
        let mut stream = Transformed::new(Pieces::default(), Twice, BytesMut::new());
        let mut left = &b"abcd"[..];
        let mut write = |stream: &mut Transformed<Pieces, Twice>, room: &[usize]| {
            stream.inner.room.extend(room);
            match stream.write(left) {
                Ok(count) => {
                    left = &left[count..];
                    Some(count)
                }
                Err(_) => None,
            }
        };
        assert_eq!(write(&mut stream, &[]), None);
        assert_eq!(write(&mut stream, &[1]), Some(1));
        assert_eq!(write(&mut stream, &[]), None);
        assert_eq!(write(&mut stream, &[2]), None);
        assert_eq!(write(&mut stream, &[3, 100]), Some(3));
        assert_eq!(stream.inner.written, b"aabbccdd");
    }
}
