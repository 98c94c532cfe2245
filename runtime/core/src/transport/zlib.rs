//! zlib: the transform of THeader, and streams that are compressed as a whole.
//!
//! Each message is compressed on its own, as by Apache's C++, so that open connections hold no
//! state of a compressor, which takes 300 KB.

use std::cell::RefCell;

use bytes::{Buf, BytesMut};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use crate::error::{Error, ErrorKind, Result};

/// Maximum number of bytes that are decompressed at once.
const ROOM: usize = 64 << 10;

/// The memory of an [`Inflater`], in bytes, rounded up: a window of 32 KiB and tables.
const STATE: usize = 44 << 10;

/// Size of the header of a zlib stream.
const HEADER: usize = 2;

thread_local! {
    static COMPRESS: RefCell<Compress> = RefCell::new(compressor());
    static DECOMPRESS: RefCell<Decompress> = RefCell::new(Decompress::new(true));
}

fn compressor() -> Compress {
    Compress::new(Compression::default(), true)
}

/// Whether bytes are the start of a zlib stream with the usual window of 32 KiB; `None` if more bytes decide.
/// As the length of a frame or a name they would be above 2 GB.
pub(crate) fn is_zlib(first: &[u8]) -> Option<bool> {
    match first {
        [] | [0x78] => None,
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Some(true),
        _ => Some(false),
    }
}

/// Appends a zlib stream with these bytes.
pub(crate) fn compress<'a>(chunks: impl Iterator<Item = &'a [u8]>, out: &mut Vec<u8>) {
    deflate(chunks, FlushCompress::Finish, out);
}

/// Continues a zlib stream with bytes that can be decompressed without those that follow. The first
/// ones begin it.
pub(crate) fn append<'a>(first: bool, chunks: impl Iterator<Item = &'a [u8]>, out: &mut Vec<u8>) {
    let start = out.len();
    deflate(chunks, FlushCompress::Sync, out);
    if !first {
        // A new stream of which the header is left out continues an old one that was flushed.
        out.drain(start..start + HEADER);
    }
}

fn deflate<'a>(chunks: impl Iterator<Item = &'a [u8]>, flush: FlushCompress, out: &mut Vec<u8>) {
    let run = |state: &mut Compress| {
        state.reset();
        for mut chunk in chunks {
            while !chunk.is_empty() {
                out.reserve(chunk.len() / 2 + 64);
                let before = state.total_in();
                // It never fails: that needs a dictionary, or bytes after the end.
                let _ = state.compress_vec(chunk, out, FlushCompress::None);
                chunk = &chunk[(state.total_in() - before) as usize..];
            }
        }
        loop {
            out.reserve(64);
            match state.compress_vec(&[], out, flush) {
                // With room left, everything was flushed.
                Ok(Status::Ok) if out.len() < out.capacity() && flush == FlushCompress::Sync => {
                    return;
                }
                Ok(Status::Ok) => {}
                Ok(Status::StreamEnd | Status::BufError) | Err(_) => return,
            }
        }
    };
    with(&COMPRESS, compressor, run);
}

/// Runs with the state of this thread; with a new one while the thread ends.
fn with<S>(
    state: &'static std::thread::LocalKey<RefCell<S>>,
    new: impl FnOnce() -> S,
    run: impl FnOnce(&mut S),
) {
    let mut run = Some(run);
    let _ = state.try_with(|state| {
        if let (Ok(mut state), Some(run)) = (state.try_borrow_mut(), run.take()) {
            run(&mut state);
        }
    });
    if let Some(run) = run {
        run(&mut new());
    }
}

/// Decompresses a zlib stream. Its size is counted before memory is taken for more than 64 KiB.
///
/// # Errors
/// It is not a zlib stream, or larger than the limit, which is given by its name.
pub(crate) fn decompress(bytes: &[u8], limit: (&str, usize)) -> Result<Vec<u8>> {
    let mut result = Ok(Vec::new());
    with(
        &DECOMPRESS,
        || Decompress::new(true),
        |state| {
            let mut out = Vec::with_capacity(ROOM.min(bytes.len().saturating_mul(8).max(256)));
            result = inflate(state, bytes, limit, &mut out).and_then(|size| {
                if size > out.len() {
                    out = Vec::with_capacity(size);
                    inflate(state, bytes, limit, &mut out)?;
                }
                Ok(out)
            });
        },
    );
    result
}

/// Decompresses into the capacity of `out`, whose content is overwritten while it is too small.
/// Returns the size.
fn inflate(
    state: &mut Decompress,
    bytes: &[u8],
    (name, limit): (&str, usize),
    out: &mut Vec<u8>,
) -> Result<usize> {
    state.reset(true);
    let mut size = 0;
    loop {
        if out.len() == out.capacity() {
            out.clear();
        }
        let (from, before) = (out.len(), state.total_in() as usize);
        let status = state.decompress_vec(&bytes[before..], out, FlushDecompress::None);
        size += out.len() - from;
        if size > limit {
            return Err(Error::new(
                ErrorKind::SizeLimit,
                format!(
                    "{} bytes of zlib are more than the {limit} bytes that `{name}` allows",
                    bytes.len()
                ),
            ));
        }
        let consumed = state.total_in() as usize;
        match status {
            Ok(Status::StreamEnd) if consumed == bytes.len() => return Ok(size),
            Ok(Status::StreamEnd) => {
                let left = bytes.len() - consumed;
                let error = format!("{left} bytes follow the end of the zlib data");
                return Err(Error::new(ErrorKind::InvalidData, error));
            }
            Ok(_) if out.len() == from && consumed == before => {
                return Err(Error::new(ErrorKind::UnexpectedEof, "the zlib data is cut off"));
            }
            Ok(_) => {}
            Err(error) => return Err(broken(error)),
        }
    }
}

fn broken(error: flate2::DecompressError) -> Error {
    Error::new(ErrorKind::InvalidData, format!("the zlib data is malformed: {error}"))
}

/// The receiving side of a compressed stream.
#[derive(Debug)]
pub(crate) struct Inflater {
    /// Received and not decompressed.
    pub(crate) raw: BytesMut,
    state: Decompress,
    /// Whether the state may hold decompressed bytes.
    pending: bool,
    ended: bool,
    /// Why nothing more can be decompressed, which follows what could be.
    failed: Option<Error>,
}

impl Inflater {
    pub(crate) fn new(raw: BytesMut) -> Inflater {
        Inflater { raw, state: Decompress::new(true), pending: false, ended: false, failed: None }
    }

    /// Whether nothing is left to decompress.
    pub(crate) fn is_empty(&self) -> bool {
        self.raw.is_empty() && !self.pending
    }

    /// The memory in use, in bytes.
    pub(crate) fn held(&self) -> usize {
        STATE + self.raw.capacity()
    }

    /// Appends up to 64 KiB to `out`; `false` if more input is needed.
    ///
    /// # Errors
    /// The stream is malformed. What comes before that has been appended by earlier calls.
    pub(crate) fn more(&mut self, out: &mut BytesMut) -> Result<bool> {
        let start = out.len();
        while !self.is_empty() && out.len() == start {
            if let Some(error) = &self.failed {
                return Err(error.clone());
            }
            if self.ended {
                let error = "bytes follow the end of the zlib stream";
                return Err(Error::new(ErrorKind::InvalidData, error));
            }
            if self.state.total_in() == 0 {
                match self.raw.first_chunk::<HEADER>() {
                    None => return Ok(false),
                    Some(header) if is_zlib(header) == Some(true) => {}
                    Some(header) => {
                        return Err(Error::new(
                            ErrorKind::InvalidData,
                            format!("the peer does not compress with zlib: it sent {header:02x?}"),
                        ));
                    }
                }
            }
            let room = self.raw.len().saturating_mul(4).clamp(1024, ROOM);
            out.resize(start + room, 0);
            let (read, made) = (self.state.total_in(), self.state.total_out());
            let status = self.state.decompress(&self.raw, &mut out[start..], FlushDecompress::None);
            let (read, made) = (self.state.total_in() - read, self.state.total_out() - made);
            out.truncate(start + made as usize);
            self.raw.advance(read as usize);
            self.pending = made as usize == room;
            match status {
                Ok(Status::StreamEnd) => (self.pending, self.ended) = (false, true),
                Ok(_) if read == 0 && made == 0 => break,
                Ok(_) => {}
                Err(error) => (self.pending, self.failed) = (true, Some(broken(error))),
            }
        }
        Ok(out.len() > start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: (&str, usize) = ("Limits::frame", 1 << 20);

    fn noise(size: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let step = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..size).map(step).collect()
    }

    fn samples() -> [Vec<u8>; 7] {
        [
            vec![],
            b"a".to_vec(),
            b"hello ".repeat(20),
            noise(1000),
            vec![0; 300_000],
            noise(300_000),
            vec![7; 1 << 20],
        ]
    }

    #[test]
    fn messages_round_trip() -> Result<()> {
        for plain in samples() {
            let mut out = b"before".to_vec();
            compress(plain.chunks(1000), &mut out);
            assert!(decompress(&out[6..], LIMIT)? == plain);
            let cut = decompress(&out[6..out.len() - 1], LIMIT).expect_err("it is cut off");
            assert_eq!(cut.kind(), ErrorKind::UnexpectedEof);
            out.push(0);
            let longer = decompress(&out[6..], LIMIT).expect_err("a byte follows");
            assert!(longer.message().contains("1 bytes follow the end"), "{longer}");
        }
        Ok(())
    }

    #[test]
    fn bytes_of_other_implementations_are_read() -> Result<()> {
        // `zlib.compress(b"hello")` of Python, with the default level and with none.
        for bytes in [
            &b"\x78\x9c\xcb\x48\xcd\xc9\xc9\x07\0\x06\x2c\x02\x15"[..],
            b"\x78\x01\x01\x05\0\xfa\xffhello\x06\x2c\x02\x15",
        ] {
            assert_eq!(decompress(bytes, LIMIT)?, b"hello");
        }
        Ok(())
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let mut bomb = Vec::new();
        compress(std::iter::repeat_n(&[0; 1 << 16][..], 256), &mut bomb);
        assert!(bomb.len() * 900 < 1 << 24);
        let error = decompress(&bomb, LIMIT).expect_err("16 MiB");
        assert_eq!(error.kind(), ErrorKind::SizeLimit);
        assert!(
            error.message().contains("the 1048576 bytes that `Limits::frame` allows"),
            "{error}"
        );
        assert_eq!(
            decompress(&bomb, ("all", 1 << 24)).map(|plain| plain.len()).ok(),
            Some(1 << 24)
        );
    }

    #[test]
    fn a_stream_is_read_in_pieces_of_any_size() -> Result<()> {
        let mut stream = Vec::new();
        let samples = samples();
        for (at, plain) in samples.iter().enumerate() {
            append(at == 0, std::iter::once(&plain[..]), &mut stream);
        }
        let expected = samples.concat();
        for size in [1, 2, 3, 1000, stream.len()] {
            let mut inflater = Inflater::new(BytesMut::new());
            let mut out = BytesMut::new();
            for piece in stream.chunks(size) {
                inflater.raw.extend_from_slice(piece);
                loop {
                    let before = out.len();
                    let more = inflater.more(&mut out)?;
                    assert!(out.len() - before <= ROOM);
                    if !more {
                        break;
                    }
                }
                assert!(inflater.is_empty() || inflater.state.total_in() == 0);
            }
            assert!(out == expected);
        }
        Ok(())
    }

    #[test]
    fn each_message_can_be_read_as_soon_as_it_is_there() -> Result<()> {
        let (mut inflater, mut out) = (Inflater::new(BytesMut::new()), BytesMut::new());
        for (at, plain) in samples().iter().enumerate() {
            let mut bytes = Vec::new();
            append(at == 0, plain.chunks(777), &mut bytes);
            inflater.raw.extend_from_slice(&bytes);
            out.clear();
            while inflater.more(&mut out)? {}
            assert!(out == *plain);
        }
        Ok(())
    }

    #[test]
    fn what_is_no_zlib_stream_is_refused() {
        for (bytes, text) in [
            (&b"\x80\x01\0\x01"[..], "does not compress with zlib: it sent [80, 01]"),
            (b"\x78\x9c\xff\xff\xff", "the zlib data is malformed"),
            (b"\x78\x9c\x03\0\0\0\0\x01xyz", "bytes follow the end of the zlib stream"),
        ] {
            let mut inflater = Inflater::new(BytesMut::from(bytes));
            let mut out = BytesMut::new();
            let error = loop {
                match inflater.more(&mut out) {
                    Ok(more) => assert!(more, "{text}"),
                    Err(error) => break error,
                }
            };
            assert!(error.message().contains(text), "{error}");
        }
        assert!(decompress(b"\x78\x9c\xff\xff", LIMIT).is_err());
        assert!(decompress(b"", LIMIT).is_err());
    }
}
