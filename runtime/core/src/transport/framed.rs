//! `TFramedTransport`: messages with a length prefix.

use bytes::{Buf, Bytes, BytesMut};

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;

/// Size of the length prefix: a big-endian `i32` that does not include itself.
pub(crate) const PREFIX: usize = 4;

/// The letters `BIGF`, by which fbthrift announces a frame with a 64-bit length.
pub(super) const LONG: i32 = 0x4249_4746;

/// Splits off the next frame; `None` if it is incomplete.
///
/// The length is checked before capacity is reserved for it.
pub(super) fn cut(input: &mut BytesMut, limits: &Limits) -> Result<Option<Bytes>> {
    let Some(&prefix) = input.first_chunk::<PREFIX>() else { return Ok(None) };
    let length = i32::from_be_bytes(prefix);
    check(length, limits)?;
    let length = length as usize;
    if input.len() - PREFIX < length {
        return Ok(None);
    }
    input.advance(PREFIX);
    Ok(Some(input.split_to(length).freeze()))
}

/// Size of the frame at the start of `input`, in bytes, as far as known.
pub(super) fn length(input: &[u8]) -> usize {
    match input.first_chunk::<PREFIX>() {
        Some(&prefix) => PREFIX + i32::from_be_bytes(prefix).max(0) as usize,
        None => PREFIX,
    }
}

fn check(length: i32, limits: &Limits) -> Result<()> {
    let (_, limit) = limits.frame_limit();
    match length {
        ..0 => Err(Error::new(ErrorKind::NegativeSize, format!("a frame of {length} bytes"))),
        0 => Err(Error::new(ErrorKind::InvalidData, "a frame of 0 bytes")),
        LONG if LONG as usize > limit => Err(Error::new(
            ErrorKind::SizeLimit,
            "a THeader frame with a 64-bit length (`BIGF`), which is not supported",
        )),
        1.. if length as usize > limit => Err(oversized(length as usize, limits.frame_limit())),
        1.. => Ok(()),
    }
}

/// The error for a frame that exceeds the limit of this name.
#[cold]
pub(crate) fn oversized(length: usize, (name, limit): (&str, usize)) -> Error {
    Error::new(
        ErrorKind::SizeLimit,
        format!("a frame of {length} bytes, but `{name}` allows {limit}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_all(bytes: &[u8], limits: &Limits) -> Result<Vec<Bytes>> {
        let mut input = BytesMut::from(bytes);
        let mut frames = Vec::new();
        while let Some(frame) = cut(&mut input, limits)? {
            frames.push(frame);
        }
        Ok(frames)
    }

    #[test]
    fn frames_are_cut_off_one_after_the_other() -> Result<()> {
        let frames = cut_all(b"\0\0\0\x02ab\0\0\0\x01c\0\0\0\x09d", &Limits::DEFAULT)?;
        assert_eq!(frames, [&b"ab"[..], b"c"]);
        Ok(())
    }

    #[test]
    fn a_frame_in_pieces_is_waited_for() -> Result<()> {
        let whole = b"\0\0\0\x02ab";
        for end in 0..whole.len() {
            assert!(cut_all(&whole[..end], &Limits::DEFAULT)?.is_empty());
        }
        Ok(())
    }

    #[test]
    fn bad_lengths_are_refused_as_soon_as_they_are_there() {
        let limits = Limits { frame: 16, ..Limits::DEFAULT };
        let kind = |length: i32| cut_all(&length.to_be_bytes(), &limits).unwrap_err().kind();
        assert_eq!(kind(-1), ErrorKind::NegativeSize);
        assert_eq!(kind(i32::MIN), ErrorKind::NegativeSize);
        assert_eq!(kind(0), ErrorKind::InvalidData);
        assert_eq!(kind(17), ErrorKind::SizeLimit);
        assert_eq!(kind(i32::MAX), ErrorKind::SizeLimit);
        assert!(cut_all(&16_i32.to_be_bytes(), &limits).is_ok());
    }
}
