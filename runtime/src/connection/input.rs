//! Input buffer of a connection.

use bytes::{Buf, BytesMut};

use crate::error::Result;
use crate::limits::Limits;
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
}

impl Input {
    /// The buffer for the next read, with capacity that grows with the bytes received.
    pub(crate) fn space(&mut self, cutter: Option<&Cutter>) -> &mut BytesMut {
        let missing =
            cutter.map_or(0, |cutter| cutter.wanted(&self.bytes).saturating_sub(self.bytes.len()));
        // A read that left no room at all was too small, unless it is the first.
        self.room = match self.bytes.capacity() == self.bytes.len() {
            true => (self.room * 2).clamp(SMALL, LARGE),
            false => self.room,
        };
        // Declared lengths are not trusted: capacity grows with received bytes.
        let room = missing.min(self.bytes.len()).min(HUGE).max(self.room);
        if self.bytes.capacity() - self.bytes.len() < room / 2 {
            self.bytes.reserve(room);
        }
        &mut self.bytes
    }

    /// Releases the memory of an idle connection.
    pub(crate) fn release(&mut self) {
        if self.bytes.is_empty() {
            *self = Input { total: self.total, ..Input::default() };
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Drops up to `count` bytes and returns the number dropped.
    pub(crate) fn skip(&mut self, count: usize) -> usize {
        let count = count.min(self.bytes.len());
        self.bytes.advance(count);
        count
    }

    /// Memory of a large incomplete message, in bytes.
    pub(crate) fn held(&self) -> usize {
        if self.bytes.len() < SMALL { 0 } else { self.bytes.capacity() }
    }

    /// Number of bytes of all complete messages so far.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn cut(&mut self, cutter: &mut Cutter, limits: &Limits) -> Result<Option<Frame>> {
        let before = self.bytes.len();
        let frame = cutter.cut(&mut self.bytes, limits)?;
        self.total += (before - self.bytes.len()) as u64;
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
