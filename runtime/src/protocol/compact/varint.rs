//! Numbers in pieces of seven bits, the lowest first; the eighth bit says that more follow.
//!
//! The pieces of a number are spread over a word, and gathered from one, without looping over
//! them.

use crate::error::ErrorKind;

/// What says that more bytes follow, in eight bytes.
pub(super) const MORE: u64 = 0x8080_8080_8080_8080;

/// Signed numbers such that small ones take few bytes, whatever their sign.
#[inline(always)]
pub(super) const fn zigzag32(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)) as u32
}

#[inline(always)]
pub(super) const fn zigzag64(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

#[inline(always)]
pub(super) const fn unzigzag32(value: u32) -> i32 {
    (value >> 1) as i32 ^ -((value & 1) as i32)
}

#[inline(always)]
pub(super) const fn unzigzag64(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// The seven-bit pieces of the low 56 bits, each in a byte of its own.
#[inline(always)]
pub(super) const fn spread(value: u64) -> u64 {
    let value = (value & 0x0fff_ffff) | (value & 0x00ff_ffff_f000_0000) << 4;
    let value = (value & 0x0000_3fff_0000_3fff) | (value & 0x0fff_c000_0fff_c000) << 2;
    (value & 0x007f_007f_007f_007f) | (value & 0x3f80_3f80_3f80_3f80) << 1
}

/// What [`spread`] was given. The eighth bits do not count.
#[inline(always)]
pub(super) const fn gather(pieces: u64) -> u64 {
    let value = (pieces & 0x007f_007f_007f_007f) | (pieces & 0x7f00_7f00_7f00_7f00) >> 1;
    let value = (value & 0x0000_3fff_0000_3fff) | (value & 0x3fff_0000_3fff_0000) >> 2;
    (value & 0x0fff_ffff) | (value & 0x0fff_ffff_0000_0000) >> 4
}

/// How many bytes a number takes, by its leading zeros: a seventh of its bits, rounded up.
pub(super) const LENGTHS: [u8; 65] = {
    let mut lengths = [1; 65];
    let mut zeros = 0;
    while zeros < 64 {
        lengths[zeros] = (64 - zeros).div_ceil(7) as u8;
        zeros += 1;
    }
    lengths
};

/// The bits that say that more bytes follow, by a number's leading zeros.
pub(super) const FOLLOWS: [u64; 65] = {
    let mut follows = [0; 65];
    let mut zeros = 0;
    while zeros < 64 {
        let more = LENGTHS[zeros] as u32 - 1;
        follows[zeros] = if more < 8 { MORE & ((1 << (8 * more)) - 1) } else { MORE };
        zeros += 1;
    }
    follows
};

/// The bytes of a number in the low part of a word, and how many they are.
#[inline(always)]
pub(super) const fn word32(value: u32) -> (u64, usize) {
    let zeros = (value as u64).leading_zeros() as usize;
    (spread(value as u64) | FOLLOWS[zeros], LENGTHS[zeros] as usize)
}

/// The first eight bytes of a number, the two after them, and how many count.
#[inline(always)]
pub(super) const fn word64(value: u64) -> (u64, u16, usize) {
    let zeros = value.leading_zeros() as usize;
    (spread(value) | FOLLOWS[zeros], tail(value), LENGTHS[zeros] as usize)
}

/// The ninth and tenth byte of a number. There is a tenth exactly if the highest bit is set.
#[inline(always)]
pub(super) const fn tail(value: u64) -> u16 {
    let high = (value >> 56) as u16;
    (high & 0x7f) | ((high >> 7) * 0x0180)
}

/// Why bytes are no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// They end before it does.
    Short,
    /// It has more bits than there can be.
    Long,
}

impl Broken {
    pub(super) fn kind(self) -> ErrorKind {
        match self {
            Broken::Short => ErrorKind::UnexpectedEof,
            Broken::Long => ErrorKind::InvalidData,
        }
    }

    pub(super) fn message(self) -> &'static str {
        match self {
            Broken::Short => "the bytes end within a number",
            Broken::Long => "a number has more bits than its type",
        }
    }
}

/// A number as it stands in lists.
pub(super) trait Varint: Copy {
    /// The most bytes that it takes.
    const LONGEST: usize;

    /// Reads the number that begins the bytes, and tells how many they are.
    fn read(bytes: &[u8]) -> Result<(Self, usize), Broken>;

    /// Cuts out the number that begins the bytes: its first eight, what the ninth and tenth add
    /// to them, and how many there are. `None` if they are too many.
    fn cut(bytes: &[u8; 10]) -> Option<(u64, u64, usize)>;

    /// The number with the low 56 bits and what is added, and the bits that are too many.
    fn join(low: u64, high: u64) -> (Self, u64);
}

impl Varint for u32 {
    const LONGEST: usize = 5;

    #[inline(always)]
    fn read(bytes: &[u8]) -> Result<(u32, usize), Broken> {
        let Some(first) = bytes.first_chunk() else { return read_short(bytes) };
        let word = u64::from_le_bytes(*first);
        let length = length_of(word);
        if length > Self::LONGEST {
            return Err(Broken::Long);
        }
        let value = gather(word & (u64::MAX >> (64 - 8 * length)));
        match value >> 32 {
            0 => Ok((value as u32, length)),
            _ => Err(Broken::Long),
        }
    }

    #[inline(always)]
    fn cut(bytes: &[u8; 10]) -> Option<(u64, u64, usize)> {
        let word = word(bytes);
        // What is likely comes first: the processor guesses the length then, and goes on.
        Some(match word {
            _ if word & 0x80 == 0 => (word & 0x7f, 0, 1),
            _ if word & 0x8000 == 0 => (word & 0x7fff, 0, 2),
            _ if word & 0x80_8080_8080 == 0x8080_8080 => (word & 0xff_ffff_ffff, 0, 5),
            _ => match length_of(word) {
                length @ ..5 => (word & (u64::MAX >> (64 - 8 * length)), 0, length),
                _ => return None,
            },
        })
    }

    #[inline(always)]
    fn join(low: u64, _high: u64) -> (u32, u64) {
        (low as u32, low >> 32)
    }
}

impl Varint for u64 {
    const LONGEST: usize = 10;

    #[inline(always)]
    fn read(bytes: &[u8]) -> Result<(u64, usize), Broken> {
        let Some(first) = bytes.first_chunk() else { return read_short(bytes) };
        let word = u64::from_le_bytes(*first);
        if word & MORE != MORE {
            let length = length_of(word);
            return Ok((gather(word & (u64::MAX >> (64 - 8 * length))), length));
        }
        let low = gather(word);
        match bytes[8..] {
            [ninth @ ..0x80, ..] => Ok((low | u64::from(ninth) << 56, 9)),
            [ninth, tenth @ ..2, ..] => {
                Ok((low | u64::from(ninth & 0x7f) << 56 | u64::from(tenth) << 63, 10))
            }
            [_, _, ..] => Err(Broken::Long),
            _ => Err(Broken::Short),
        }
    }

    #[inline(always)]
    fn cut(bytes: &[u8; 10]) -> Option<(u64, u64, usize)> {
        let word = word(bytes);
        Some(match word {
            _ if word & 0x80 == 0 => (word & 0x7f, 0, 1),
            _ if word & 0x8000 == 0 => (word & 0x7fff, 0, 2),
            _ if word & MORE == MORE => {
                let [ninth, tenth] = [bytes[8], bytes[9]].map(u64::from);
                // Whether there is a tenth byte is anyone's guess, so none is made.
                let more = ninth >> 7;
                let tenth = tenth & more.wrapping_neg();
                if tenth > 1 {
                    return None;
                }
                (word, (ninth & 0x7f) << 56 | tenth << 63, 9 + more as usize)
            }
            _ => {
                let length = length_of(word);
                (word & (u64::MAX >> (64 - 8 * length)), 0, length)
            }
        })
    }
    #[inline(always)]
    fn join(low: u64, high: u64) -> (u64, u64) {
        (low | high, 0)
    }
}

/// For those who only pass over numbers, of which more bytes may come.
pub(crate) trait Length: Sized {
    /// How many bytes the number takes that begins the bytes; `None` if they end within it.
    fn length(bytes: &[u8]) -> Result<Option<usize>, ()> {
        Self::read_whole(bytes).map(|whole| whole.map(|(_, length)| length))
    }

    /// The number as well.
    fn read_whole(bytes: &[u8]) -> Result<Option<(Self, usize)>, ()>;
}

impl<V: Varint> Length for V {
    fn read_whole(bytes: &[u8]) -> Result<Option<(V, usize)>, ()> {
        match V::read(bytes) {
            Ok(whole) => Ok(Some(whole)),
            Err(Broken::Short) => Ok(None),
            Err(Broken::Long) => Err(()),
        }
    }
}

/// The first eight of the bytes.
#[inline(always)]
fn word(bytes: &[u8; 10]) -> u64 {
    // In one load, which naming each byte does not come to.
    bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// How many bytes the number at the begin of a word has; 9 if it does not end within.
#[inline(always)]
const fn length_of(word: u64) -> usize {
    (!word & MORE).trailing_zeros() as usize / 8 + 1
}

/// Reads a number near the end of the bytes, where there is no whole word.
#[cold]
fn read_short<V: Varint + TryFrom<u64>>(bytes: &[u8]) -> Result<(V, usize), Broken> {
    let mut value = 0;
    for (at, &byte) in bytes.iter().take(V::LONGEST).enumerate() {
        // Fewer than eight bytes, so this cannot overflow.
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            return match V::try_from(value) {
                Ok(value) => Ok((value, at + 1)),
                Err(_) => Err(Broken::Long),
            };
        }
    }
    Err(if bytes.len() < V::LONGEST { Broken::Short } else { Broken::Long })
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::varints::{write_all32, write_all64};
    use super::*;

    /// As the specification writes it: one piece after the other.
    pub(in super::super) fn reference(mut value: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        while value >= 0x80 {
            bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
        bytes
    }

    /// Numbers around every power of two.
    pub(in super::super) fn numbers() -> impl Iterator<Item = u64> {
        (0..64).flat_map(|bit| {
            [(1 << bit) - 1, 1 << bit, (1 << bit) + 1, u64::MAX << bit, u64::MAX >> bit]
        })
    }

    #[test]
    fn numbers_of_every_length_are_written_and_read() {
        // Miri has time for a few.
        for number in numbers().step_by(if cfg!(miri) { 7 } else { 1 }) {
            let expected = reference(number);
            let mut bytes = Vec::new();
            write_all64(&[number], &mut bytes, |number| number);
            assert_eq!(bytes, expected);
            for behind in [0, 1, 7, 20] {
                let bytes = [&bytes[..], &vec![0xff; behind]].concat();
                assert_eq!(u64::read(&bytes), Ok((number, expected.len())));
                let short = u32::try_from(number).map(|number| (number, expected.len()));
                assert_eq!(u32::read(&bytes), short.map_err(|_| Broken::Long), "{number:x}");
            }
            if let Ok(number) = u32::try_from(number) {
                let mut bytes = Vec::new();
                write_all32(&[number], &mut bytes, |number| number);
                assert_eq!(bytes, expected);
            }
            assert_eq!(zigzag64(unzigzag64(number)), number);
            assert_eq!(zigzag32(unzigzag32(number as u32)), number as u32);
            for end in 0..expected.len() {
                assert_eq!(u64::read(&expected[..end]), Err(Broken::Short));
            }
        }
    }

    #[test]
    fn numbers_with_more_bits_than_there_can_be_are_refused() {
        for behind in [0, 20] {
            let with = |bytes: &[u8]| [bytes, &vec![0; behind]].concat();
            // One bit too many, one byte too many, no end at all.
            assert_eq!(u32::read(&with(b"\xff\xff\xff\xff\x10")), Err(Broken::Long));
            assert_eq!(u32::read(&with(b"\x80\x80\x80\x80\x80\x00")), Err(Broken::Long));
            assert_eq!(u32::read(&with(&[0x80; 1000])), Err(Broken::Long));
            assert_eq!(u64::read(&with(&[&[0xff; 9][..], &[2]].concat())), Err(Broken::Long));
            assert_eq!(u64::read(&with(&[&[0x80; 10][..], &[0]].concat())), Err(Broken::Long));
            assert_eq!(u64::read(&with(&[0x80; 1000])), Err(Broken::Long));
            // Zeros in front are no harm while there is room for them.
            assert_eq!(u32::read(&with(b"\x80\x80\x80\x80\x00")), Ok((0, 5)));
            assert_eq!(u64::read(&with(&[&[0x80; 9][..], &[1]].concat())), Ok((1 << 63, 10)));
        }
    }
}
