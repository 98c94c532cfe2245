//! Copies of parts of a message, which its small `binary` values share.
//!
//! An allocation for each of them takes longer than the rest of decoding. The current copy is kept by the thread rather
//! than by the reader, because a reader that has to be dropped is slower for all messages, and most have no such values.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use bytes::Bytes;

/// The size of a copy, in bytes. So much memory at most is held by a value that lives longer than the others.
const SIZE: usize = 1024;

/// The largest value, in bytes, that shares a copy.
pub(super) const SMALL: usize = 64;

/// The largest distance of two values, in bytes, that are to share a copy.
const NEAR: usize = 128;

/// How many values have an allocation of their own first: a message of few is decoded faster without a copy.
const FEW: u32 = 12;

/// The number of the next reader that makes a copy.
static NEXT: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static LAST: RefCell<Window> = const {
        RefCell::new(Window { reader: 0, bytes: Bytes::new(), first: 0 })
    };
}

/// A copy of a part of a message.
struct Window {
    /// The number of the reader that made it.
    reader: u64,
    bytes: Bytes,
    /// The offset of its first byte.
    first: usize,
}

/// What a reader knows of its small values.
#[derive(Debug, Default)]
pub(super) struct Small {
    /// Its number; 0 if it has not made a copy yet.
    reader: u64,
    /// The offset behind the last value.
    end: usize,
    /// How many values there were, each near to the one before it.
    near: u32,
}

impl Small {
    /// A copy of the value at the offset, or a part of a copy of what is `behind` it, too.
    pub(super) fn copy(&mut self, value: &[u8], start: usize, behind: &[u8]) -> Bytes {
        let end = start + value.len();
        let last = std::mem::replace(&mut self.end, end);
        self.near = if start - last > NEAR { 0 } else { self.near.saturating_add(1) };
        if self.near <= FEW {
            return Bytes::copy_from_slice(value);
        }
        if self.reader == 0 {
            self.reader = NEXT.fetch_add(1, Relaxed);
        }
        let shared = LAST.try_with(|window| {
            let mut window = window.borrow_mut();
            if window.reader != self.reader || end - window.first > window.bytes.len() {
                let behind = &behind[..behind.len().min(SIZE - value.len())];
                let bytes = [value, behind].concat().into();
                *window = Window { reader: self.reader, bytes, first: start };
            }
            window.bytes.slice(start - window.first..end - window.first)
        });
        // Threads that end have none anymore.
        shared.unwrap_or_else(|_| Bytes::copy_from_slice(value))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use crate::protocol::{binary, compact};

    fn values(lengths: impl Iterator<Item = usize>) -> Vec<Bytes> {
        lengths.map(|length| Bytes::from(vec![length as u8; length])).collect()
    }

    #[test]
    fn small_values_of_every_length_come_back_from_whatever_they_share() {
        let values =
            values((0..80).chain((0..300).map(|at| at * 7 % 30)).chain([5000, 3, 3, 200, 3]));
        let bytes = Bytes::from(binary::to_vec(&values).expect("they fit"));
        assert_eq!(binary::from_slice::<Vec<Bytes>>(&bytes).expect("they are values"), values);
        assert_eq!(binary::from_bytes::<Vec<Bytes>>(&bytes).expect("they are values"), values);
        let bytes = Bytes::from(compact::to_vec(&values).expect("they fit"));
        assert_eq!(compact::from_slice::<Vec<Bytes>>(&bytes).expect("they are values"), values);
        assert_eq!(compact::from_bytes::<Vec<Bytes>>(&bytes).expect("they are values"), values);
    }

    /// The offsets are the same, the bytes are others.
    #[test]
    fn readers_of_one_thread_do_not_mix_their_values() {
        use crate::Decode;
        use crate::codec::Reader;
        use crate::protocol::compact::CompactReader;

        let messages = [1, 2]
            .map(|byte| compact::to_vec(&vec![Bytes::from(vec![byte; 8]); 40]).expect("they fit"));
        let limits = crate::Limits::DEFAULT;
        let mut readers = messages.each_ref().map(|bytes| CompactReader::new(bytes, &limits));
        for reader in &mut readers {
            assert_eq!(reader.list_begin(crate::TType::STRING).expect("it is a list"), 40);
        }
        for _ in 0..40 {
            for (reader, byte) in readers.iter_mut().zip(1..) {
                assert_eq!(Bytes::decode(reader).expect("it is a value"), vec![byte; 8]);
            }
        }
    }

    #[test]
    fn the_last_values_of_a_message_share_no_more_than_there_is() {
        let values = values([1; 20].into_iter());
        let bytes = binary::to_vec(&values).expect("they fit");
        assert_eq!(binary::from_slice::<Vec<Bytes>>(&bytes).expect("they are values"), values);
    }
}
