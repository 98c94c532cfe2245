//! Input buffer of a connection.

use bytes::{Buf, BytesMut};

use crate::error::Result;
use crate::limits::Limits;
#[cfg(feature = "zlib")]
use crate::transport::Inflater;
use crate::transport::{Cutter, Frame};

/// Capacity for the first read.
const SMALL: usize = 4 << 10;
/// Capacity after reads that fill the buffer.
const LARGE: usize = 64 << 10;
/// Capacity for a message known to be larger.
const HUGE: usize = 1 << 20;

/// The input buffer of a connection. Messages split off share its memory.
#[derive(Debug, Default)]
pub(crate) struct Input {
    bytes: BytesMut,
    /// Room for the next read.
    room: usize,
    /// Number of bytes of all complete messages.
    total: u64,
    /// Between the reads and the buffer, if the stream is compressed.
    #[cfg(feature = "zlib")]
    inflater: Option<Box<Inflater>>,
}

impl Input {
    /// The buffer for the next read, with capacity that grows with the bytes received.
    pub(crate) fn space(&mut self, cutter: Option<&Cutter>) -> &mut BytesMut {
        let missing =
            cutter.map_or(0, |cutter| cutter.wanted(&self.bytes).saturating_sub(self.bytes.len()));
        #[cfg(feature = "zlib")]
        let (bytes, missing) = match &mut self.inflater {
            None => (&mut self.bytes, missing),
            Some(inflater) => (&mut inflater.raw, 0),
        };
        #[cfg(not(feature = "zlib"))]
        let bytes = &mut self.bytes;
        // A read that left no room at all was too small, unless it is the first.
        self.room = match bytes.capacity() == bytes.len() {
            true => (self.room * 2).clamp(SMALL, LARGE),
            false => self.room,
        };
        // Declared lengths are not trusted: capacity grows with received bytes.
        let room = missing.min(bytes.len()).min(HUGE).max(self.room);
        if bytes.capacity() - bytes.len() < room / 2 {
            bytes.reserve(room);
        }
        bytes
    }

    /// Decompresses the bytes received so far, and those that follow.
    #[cfg(feature = "zlib")]
    pub(crate) fn start_zlib(&mut self) {
        let raw = std::mem::take(&mut self.bytes);
        self.inflater = Some(Box::new(Inflater::new(raw)));
    }

    /// Whether the stream is compressed.
    pub(crate) fn is_zlib(&self) -> bool {
        #[cfg(feature = "zlib")]
        return self.inflater.is_some();
        #[cfg(not(feature = "zlib"))]
        false
    }

    /// Decompresses a part of what was received; `false` if nothing is left.
    ///
    /// # Errors
    /// The stream is not compressed as it should be.
    #[inline]
    pub(crate) fn more(&mut self) -> Result<bool> {
        #[cfg(feature = "zlib")]
        if let Some(inflater) = &mut self.inflater {
            return inflater.more(&mut self.bytes);
        }
        Ok(false)
    }

    /// Decompresses until there are so many bytes, if there can be.
    ///
    /// # Errors
    /// The stream is not compressed as it should be.
    #[inline]
    pub(crate) fn fill(&mut self, count: usize) -> Result<()> {
        while self.bytes.len() < count && self.more()? {}
        Ok(())
    }

    /// Releases the memory of an idle connection.
    pub(crate) fn release(&mut self) {
        if self.is_empty() {
            (self.bytes, self.room) = Default::default();
            #[cfg(feature = "zlib")]
            if let Some(inflater) = &mut self.inflater {
                inflater.raw = BytesMut::new();
            }
        }
    }

    /// The bytes that are not split off, without those that are compressed.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Number of bytes received and not split off.
    #[cfg(feature = "async")]
    pub(crate) fn len(&self) -> usize {
        #[cfg(feature = "zlib")]
        if let Some(inflater) = &self.inflater {
            return self.bytes.len() + inflater.raw.len();
        }
        self.bytes.len()
    }

    /// Drops up to `count` bytes and returns the number dropped.
    ///
    /// # Errors
    /// The stream is not compressed as it should be.
    pub(crate) fn skip(&mut self, count: usize) -> Result<usize> {
        let mut skipped = 0;
        loop {
            let now = (count - skipped).min(self.bytes.len());
            self.bytes.advance(now);
            skipped += now;
            if skipped == count || !self.more()? {
                return Ok(skipped);
            }
        }
    }

    /// Memory of a large incomplete message, in bytes; and of decompression.
    pub(crate) fn held(&self) -> usize {
        let held = if self.bytes.len() < SMALL { 0 } else { self.bytes.capacity() };
        #[cfg(feature = "zlib")]
        let held = held + self.inflater.as_ref().map_or(0, |inflater| inflater.held());
        held
    }

    /// Number of bytes of all complete messages so far.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    pub(crate) fn is_empty(&self) -> bool {
        #[cfg(feature = "zlib")]
        if let Some(inflater) = &self.inflater {
            return self.bytes.is_empty() && inflater.is_empty();
        }
        self.bytes.is_empty()
    }

    #[inline]
    fn cut_buffered(&mut self, cutter: &mut Cutter, limits: &Limits) -> Result<Option<Frame>> {
        let before = self.bytes.len();
        let frame = cutter.cut(&mut self.bytes, limits)?;
        self.total += (before - self.bytes.len()) as u64;
        Ok(frame)
    }

    pub(crate) fn cut(&mut self, cutter: &mut Cutter, limits: &Limits) -> Result<Option<Frame>> {
        let mut frame = self.cut_buffered(cutter, limits)?;
        while frame.is_none() && self.more()? {
            frame = self.cut_buffered(cutter, limits)?;
        }
        // A small remainder would keep the memory of a large message alive.
        if let Some(Frame { bytes, .. }) = &frame
            && bytes.len() > LARGE
            && self.bytes.len() <= LARGE
        {
            self.bytes = BytesMut::from(&self.bytes[..]);
        }
        Ok(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Framing;
    use bytes::BufMut;

    #[test]
    fn room_grows_with_what_comes_and_not_with_what_is_announced() {
        let cutter = Cutter::new(Framing::Framed);
        let mut input = Input::default();
        input.space(None).put_slice(&16_000_000_i32.to_be_bytes());
        assert!(input.space(Some(&cutter)).capacity() <= 2 * LARGE);
        for _ in 0..100 {
            let space = input.space(Some(&cutter));
            let room = space.capacity() - space.len();
            assert!(room > 0 && room <= 4 * space.len().max(LARGE));
            space.put_slice(&vec![0; room.min(100_000)]);
        }
    }

    #[test]
    fn a_large_message_does_not_stay_in_memory() -> Result<()> {
        let mut cutter = Cutter::new(Framing::Framed);
        let mut input = Input::default();
        let space = input.space(None);
        space.put_i32(1 << 20);
        space.put_slice(&vec![0; 1 << 20]);
        space.put_slice(b"\0\0");
        assert!(input.cut(&mut cutter, &Limits::DEFAULT)?.is_some());
        assert_eq!(input.bytes(), b"\0\0");
        assert!(input.space(Some(&cutter)).capacity() <= LARGE);
        Ok(())
    }
}
