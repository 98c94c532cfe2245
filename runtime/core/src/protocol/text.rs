//! UTF-8 validation with a fast path for ASCII.
#![allow(
    unsafe_code,
    reason = "most text is short and ASCII, which a few comparisons show; checking it as UTF-8 once \
              more takes a sixth of the time of reading structs"
)]

use std::str::Utf8Error;

/// Converts bytes to text if they are UTF-8.
#[inline(always)]
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Utf8Error> {
    match is_ascii(bytes) {
        // SAFETY: ASCII is UTF-8.
        true => Ok(unsafe { std::str::from_utf8_unchecked(bytes) }),
        false => std::str::from_utf8(bytes),
    }
}

/// Whether all bytes are ASCII. For short inputs the first and last word may overlap.
#[inline(always)]
fn is_ascii(bytes: &[u8]) -> bool {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let word = |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes);
    match bytes.len() {
        0 => true,
        1..4 => (bytes[0] | bytes[bytes.len() / 2] | bytes[bytes.len() - 1]) < 0x80,
        4..8 => match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            (Some(first), Some(last)) => {
                (u32::from_ne_bytes(*first) | u32::from_ne_bytes(*last)) & HIGH as u32 == 0
            }
            _ => false,
        },
        8..=16 => match (bytes.first_chunk(), bytes.last_chunk()) {
            (Some(first), Some(last)) => (word(first) | word(last)) & HIGH == 0,
            _ => false,
        },
        17..=32 => match (bytes.first_chunk::<16>(), bytes.last_chunk::<16>()) {
            (Some(first), Some(last)) => {
                let high = u128::from_ne_bytes(*first) | u128::from_ne_bytes(*last);
                ((high >> 64) as u64 | high as u64) & HIGH == 0
            }
            _ => false,
        },
        _ => bytes.is_ascii(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_text_is_what_std_says_wherever_the_odd_byte_is() {
        // Under Miri, one length on each side of every branch.
        let choices = [0, 1, 3, 4, 7, 8, 16, 17, 32, 33];
        for len in (0..70).filter(|len| !cfg!(miri) || choices.contains(len)) {
            let plain = vec![b'a'; len];
            assert_eq!(text(&plain), std::str::from_utf8(&plain));
            for at in 0..len {
                for odd in [0x7f, 0x80, 0xc3, 0xff] {
                    let mut bytes = plain.clone();
                    bytes[at] = odd;
                    assert_eq!(
                        text(&bytes),
                        std::str::from_utf8(&bytes),
                        "{odd:#x} at {at} of {len}"
                    );
                    if at + 1 < len {
                        bytes[at + 1] = 0xa9;
                        assert_eq!(text(&bytes), std::str::from_utf8(&bytes));
                    }
                }
            }
        }
    }
}
