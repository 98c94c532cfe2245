//! Passing over values: the bytes behind one, without reading what it is.
//!
//! `None` means that the value is broken, nested too deeply, or not all there. What exactly is wrong tells
//! [`skip`](crate::protocol::skip::skip), which accepts the same values.

use super::types::{FALSE, TRUE};
use super::varint::MORE;

/// The largest id of a field.
const LAST: i32 = i16::MAX as i32;

/// Passes over a value by the number of its type. `depth` is how many levels of nesting it may have.
#[inline(always)]
pub(super) fn value(rest: &[u8], number: u8, depth: u32) -> Option<&[u8]> {
    match number {
        TRUE | FALSE | 3 => rest.get(1..),
        4 => varint::<3, 0x03>(rest),
        5 => varint::<5, 0x0f>(rest),
        6 => varint::<10, 0x01>(rest),
        7 => rest.get(8..),
        8 => {
            let (size, rest) = size(rest)?;
            rest.get(size..)
        }
        9 | 10 => list(rest, depth),
        11 => map(rest, depth),
        12 => structure(rest, depth),
        13 => rest.get(16..),
        _ => None,
    }
}

#[inline(never)]
fn structure(mut rest: &[u8], depth: u32) -> Option<&[u8]> {
    let depth = depth.checked_sub(1)?;
    let mut last = 0;
    loop {
        let (&header, behind) = rest.split_first()?;
        rest = behind;
        match header {
            0 => return (last <= LAST).then_some(rest),
            0x10.. => last += i32::from(header >> 4),
            _ if last > LAST => return None,
            _ => (last, rest) = id(rest)?,
        }
        match header & 0x0f {
            TRUE | FALSE => {}
            number => rest = value(rest, number, depth)?,
        }
    }
}

#[inline(never)]
fn list(rest: &[u8], depth: u32) -> Option<&[u8]> {
    let depth = depth.checked_sub(1)?;
    let (&header, mut rest) = rest.split_first()?;
    let mut count = usize::from(header >> 4);
    if count == 15 {
        (count, rest) = size(rest)?;
    }
    match header & 0x0f {
        // The type of no elements may be any.
        _ if count == 0 => Some(rest),
        TRUE | FALSE | 3 => rest.get(count..),
        7 => rest.get(count.checked_mul(8)?..),
        13 => rest.get(count.checked_mul(16)?..),
        number => {
            if let 4..=6 = number {
                // Runs of small numbers are common.
                while count >= 8
                    && let Some((eight, behind)) = rest.split_first_chunk()
                    && u64::from_le_bytes(*eight) & MORE == 0
                {
                    (count, rest) = (count - 8, behind);
                }
            }
            for _ in 0..count {
                rest = value(rest, number, depth)?;
            }
            Some(rest)
        }
    }
}

#[inline(never)]
fn map(rest: &[u8], depth: u32) -> Option<&[u8]> {
    let depth = depth.checked_sub(1)?;
    let (count, rest) = size(rest)?;
    if count == 0 {
        return Some(rest);
    }
    let (&types, mut rest) = rest.split_first()?;
    for _ in 0..count {
        rest = value(rest, types >> 4, depth)?;
        rest = value(rest, types & 0x0f, depth)?;
    }
    Some(rest)
}

/// The id of a field that is not in the byte of its header.
#[cold]
fn id(rest: &[u8]) -> Option<(i32, &[u8])> {
    let behind = varint::<3, 0x03>(rest)?;
    let bytes = &rest[..rest.len() - behind.len()];
    let number = bytes.iter().rev().fold(0, |number, byte| number << 7 | i32::from(byte & 0x7f));
    Some(((number >> 1) ^ -(number & 1), behind))
}

/// A size or count.
#[inline(always)]
fn size(rest: &[u8]) -> Option<(usize, &[u8])> {
    match rest {
        [size @ (..0x80), rest @ ..] => Some((usize::from(*size), rest)),
        _ => large_size(rest),
    }
}

fn large_size(rest: &[u8]) -> Option<(usize, &[u8])> {
    let behind = varint::<5, 0x07>(rest)?;
    let bytes = &rest[..rest.len() - behind.len()];
    let size = bytes.iter().rev().fold(0, |size, byte| size << 7 | u32::from(byte & 0x7f));
    Some((size as usize, behind))
}

/// Passes over a number of `LONGEST` bytes at most, the last of which is at most `HIGHEST` then.
#[inline(always)]
fn varint<const LONGEST: usize, const HIGHEST: u8>(rest: &[u8]) -> Option<&[u8]> {
    match rest {
        [(..0x80), rest @ ..] => Some(rest),
        [_, (..0x80), rest @ ..] => Some(rest),
        _ => {
            let more = rest.iter().take(LONGEST).take_while(|byte| **byte >= 0x80).count();
            match rest.get(more..)? {
                [_, rest @ ..] if more + 1 < LONGEST => Some(rest),
                [last, rest @ ..] if more + 1 == LONGEST && *last <= HIGHEST => Some(rest),
                _ => None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Limits;
    use crate::codec::Reader;
    use crate::protocol::compact::CompactReader;
    use crate::protocol::compact::types::ttype;
    use crate::protocol::skip::skip;

    /// Both ways end at the same byte, or both fail. Longer numbers than needed may be left to the other one.
    fn agrees(bytes: &[u8], long_numbers: bool) {
        for depth in [0, 1, 2, 64] {
            let limits = Limits { depth, ..Limits::DEFAULT };
            for number in 9..=12 {
                let mut reader = CompactReader::new(bytes, &limits);
                let read = skip(&mut reader, ttype(number)).ok().map(|()| reader.rest());
                let passed = super::value(bytes, number, depth);
                if passed.is_some() || !long_numbers {
                    assert_eq!(passed, read, "{number} in {bytes:x?}, {depth} levels");
                }
                let mut reader = CompactReader::new(bytes, &limits);
                let skipped = reader.skip(ttype(number)).ok().map(|()| reader.rest());
                assert_eq!(skipped, read);
            }
        }
    }

    /// Every sequence of such bytes of which each is the begin of something.
    #[test]
    fn short_values_are_passed_over_as_they_are_read() {
        let bytes = [0, 1, 3, 0x08, 0x0c, 0x15, 0x19, 0x1b, 0x2c, 0x55, 0x80, 0xf5, 0xff];
        let mut text = Vec::new();
        let count = if cfg!(miri) { 200 } else { bytes.len().pow(4) };
        for mut number in 0..count {
            text.clear();
            for _ in 0..4 {
                text.push(bytes[number % bytes.len()]);
                number /= bytes.len();
            }
            agrees(&text, false);
            text.extend([0x01, 0x02, 0x80, 0x01, 0x7f, 0xff, 0xff, 0x03, 0, 0, 0, 0]);
            agrees(&text, false);
        }
    }

    #[test]
    fn numbers_at_their_limits_are_passed_over_as_they_are_read() {
        let ends = [0x00, 0x01, 0x02, 0x03, 0x04, 0x07, 0x08, 0x0f, 0x10, 0x7f];
        for header in [0x14, 0x15, 0x16, 0x18, 0x05] {
            for more in 0..11 {
                for end in ends {
                    let number = [&vec![0x80; more][..], &[end]].concat();
                    // As a field, as an id, and as an element behind eight small ones.
                    agrees(&[&[header][..], &number, &[0]].concat(), true);
                    agrees(&[&[header & 0x0f][..], &number, &[1, 0, 0]].concat(), true);
                    agrees(&[&[0x90 | header & 0x0f][..], &[1; 8], &number].concat(), true);
                }
            }
        }
        // Ids that grow beyond the largest.
        let first = [0x05, 0xfe, 0xff, 0x03, 0x02];
        agrees(&[&first[..], &[0x11, 0]].concat(), true);
        agrees(&[&first[..], &[0x11, 0x03, 0x02, 0x00, 0]].concat(), true);
        agrees(&[&[0x05, 0xfc, 0xff, 0x03, 0x02][..], &[0x11, 0]].concat(), true);
    }
}
