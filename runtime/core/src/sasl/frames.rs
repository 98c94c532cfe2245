//! Frames after the negotiation: a length of four bytes, then bytes of unframed messages.

use std::fmt;
use std::io;

use bytes::{Buf, BytesMut};

use super::SecurityLayer;
use crate::net::transform::Transform;

/// Size of the length, in bytes.
const PREFIX: usize = 4;

/// Writes and reads frames.
pub(crate) struct Frames {
    layer: Option<Box<dyn SecurityLayer>>,
    /// Remaining bytes of a frame without a security layer.
    left: usize,
    max_frame: usize,
}

impl Frames {
    /// Frames above the limit, in bytes, are errors.
    pub(super) fn new(layer: Option<Box<dyn SecurityLayer>>, max_frame: usize) -> Frames {
        Frames { layer, left: 0, max_frame }
    }

    /// The length of the next frame, if it has been received.
    fn length(&self, input: &[u8]) -> io::Result<Option<usize>> {
        let Some((prefix, _)) = input.split_first_chunk::<PREFIX>() else { return Ok(None) };
        let length = u32::from_be_bytes(*prefix) as usize;
        if length > self.max_frame {
            let message =
                format!("a SASL frame of {length} bytes; the limit is {}", self.max_frame);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(Some(length))
    }
}

impl fmt::Debug for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frames").field("left", &self.left).finish_non_exhaustive()
    }
}

impl Transform for Frames {
    fn encode(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        // A security layer makes the contents larger.
        let reserve = if self.layer.is_some() { self.max_frame / 16 } else { 0 };
        for contents in bytes.chunks((self.max_frame - reserve).clamp(1, i32::MAX as usize)) {
            let wrapped = match &mut self.layer {
                Some(layer) => Some(layer.wrap(contents)?),
                None => None,
            };
            let contents = wrapped.as_deref().unwrap_or(contents);
            let length = u32::try_from(contents.len()).map_err(io::Error::other)?;
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(contents);
        }
        Ok(())
    }

    fn decode(&mut self, input: &mut BytesMut, out: &mut BytesMut, room: usize) -> io::Result<()> {
        while out.len() < room {
            if self.left > 0 {
                let count = self.left.min(input.len()).min(room - out.len());
                if count == 0 {
                    return Ok(());
                }
                out.extend_from_slice(&input[..count]);
                input.advance(count);
                self.left -= count;
                continue;
            }
            let Some(length) = self.length(input)? else { return Ok(()) };
            match &mut self.layer {
                None => {
                    input.advance(PREFIX);
                    self.left = length;
                }
                Some(_) if input.len() < PREFIX + length => return Ok(()),
                Some(layer) => {
                    input.advance(PREFIX);
                    out.extend_from_slice(&layer.unwrap(&input.split_to(length))?);
                }
            }
        }
        Ok(())
    }
}
