//! Varints: seven bits per byte, least significant first; the eighth bit is the continuation bit.
//!
//! The bits are spread over a word and gathered from it without a loop.

use crate::error::ErrorKind;

/// The continuation bits of eight bytes.
pub(super) const MORE: u64 = 0x8080_8080_8080_8080;

/// Zigzag encoding: small absolute values take few bytes.
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

/// Spreads the low 56 bits over eight bytes, seven bits each.
#[inline(always)]
pub(super) const fn spread(value: u64) -> u64 {
    let value = (value & 0x0fff_ffff) | (value & 0x00ff_ffff_f000_0000) << 4;
    let value = (value & 0x0000_3fff_0000_3fff) | (value & 0x0fff_c000_0fff_c000) << 2;
    (value & 0x007f_007f_007f_007f) | (value & 0x3f80_3f80_3f80_3f80) << 1
}

/// The inverse of [`spread`]. The eighth bits are ignored.
#[inline(always)]
pub(super) const fn gather(pieces: u64) -> u64 {
    let value = (pieces & 0x007f_007f_007f_007f) | (pieces & 0x7f00_7f00_7f00_7f00) >> 1;
    let value = (value & 0x0000_3fff_0000_3fff) | (value & 0x3fff_0000_3fff_0000) >> 2;
    (value & 0x0fff_ffff) | (value & 0x0fff_ffff_0000_0000) >> 4
}

/// Encoded length by leading zeros: a seventh of the significant bits, rounded up.
pub(super) const LENGTHS: [u8; 65] = {
    let mut lengths = [1; 65];
    let mut zeros = 0;
    while zeros < 64 {
        lengths[zeros] = (64 - zeros).div_ceil(7) as u8;
        zeros += 1;
    }
    lengths
};

/// Continuation bits by leading zeros.
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

/// The encoded bytes in the low part of a word, and their number.
#[inline(always)]
pub(super) const fn word32(value: u32) -> (u64, usize) {
    let zeros = (value as u64).leading_zeros() as usize;
    (spread(value as u64) | FOLLOWS[zeros], LENGTHS[zeros] as usize)
}

/// The first eight encoded bytes, the next two, and the encoded length.
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

/// Why a varint is malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// The bytes end within the number.
    Short,
    /// The number has more bits than its type.
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

/// A list element that is encoded as a varint.
pub(super) trait Varint: Copy {
    /// Maximum encoded length, in bytes.
    const LONGEST: usize;

    /// Reads the number at the start of the bytes and returns its encoded length.
    fn read(bytes: &[u8]) -> Result<(Self, usize), Broken>;

    /// Splits off the number at the start of the bytes: its first eight bytes, the bits of the
    /// ninth and tenth, and its length. `None` if it is too long.
    fn cut(bytes: &[u8; 10]) -> Option<(u64, u64, usize)>;

    /// The number from its low 56 bits and the added bits, and the excess bits.
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
        // Likely lengths first, for branch prediction.
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
                // The tenth byte is unpredictable, so there is no branch for it.
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

/// For skipping incomplete input.
pub(crate) trait Length: Sized {
    /// Length of the number at the start of the bytes; `None` if they end within it.
    fn length(bytes: &[u8]) -> Result<Option<usize>, ()> {
        Self::read_whole(bytes).map(|whole| whole.map(|(_, length)| length))
    }

    /// Also returns the number.
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
    // One load; indexing each byte is not compiled to one.
    bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// Length of the number at the start of a word; 9 if it does not end in the word.
#[inline(always)]
const fn length_of(word: u64) -> usize {
    (!word & MORE).trailing_zeros() as usize / 8 + 1
}

/// Reads a number near the end of the bytes, where fewer than eight are left.
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

    /// The reference algorithm of the specification, byte by byte.
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
        // Fewer under Miri.
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
            // Leading zeros are accepted within the maximum length.
            assert_eq!(u32::read(&with(b"\x80\x80\x80\x80\x00")), Ok((0, 5)));
            assert_eq!(u64::read(&with(&[&[0x80; 9][..], &[1]].concat())), Ok((1 << 63, 10)));
        }
    }
}
