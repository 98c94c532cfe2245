//! Base64 with the standard alphabet (RFC 4648, section 4).

#[cfg(any(feature = "json", feature = "serde"))]
use crate::error::{Error, ErrorKind, Result};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[cfg(any(feature = "json", feature = "serde"))]
/// Value of each letter; 64 for bytes outside the alphabet.
const VALUES: [u8; 256] = {
    let mut values = [64; 256];
    let mut value = 0;
    while value < 64 {
        values[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// Appends the bytes, with padding.
pub(crate) fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    for three in bytes.chunks(3) {
        let [a, b, c] = [0, 1, 2].map(|at| u32::from(three.get(at).copied().unwrap_or(0)));
        let bits = a << 16 | b << 8 | c;
        let letters = [18, 12, 6, 0].map(|shift| ALPHABET[(bits >> shift) as usize % 64]);
        out.extend_from_slice(&letters[..three.len() + 1]);
        out.extend_from_slice(&b"=="[..3 - three.len()]);
    }
}

#[cfg(any(feature = "json", feature = "serde"))]
/// Decodes base64 with or without padding.
pub(crate) fn decode(letters: &[u8]) -> Result<Vec<u8>> {
    let bare = match letters {
        [bare @ .., b'=', b'='] | [bare @ .., b'='] if letters.len().is_multiple_of(4) => bare,
        bare => bare,
    };
    let mut bytes = Vec::with_capacity(bare.len() / 4 * 3 + 2);
    for four in bare.chunks(4) {
        let mut bits = 0;
        for &letter in four {
            let value = VALUES[usize::from(letter)];
            if value == 64 {
                let letter = char::from(letter).escape_default();
                return Err(broken(format!("`{letter}` is not a base64 letter")));
            }
            bits = bits << 6 | u32::from(value);
        }
        // Each letter but the first completes a byte; leftover bits are ignored.
        let [_, three @ ..] = (bits << (6 * (4 - four.len()))).to_be_bytes();
        match four.len() {
            1 => return Err(broken("invalid base64 length")),
            letters => bytes.extend_from_slice(&three[..letters - 1]),
        }
    }
    Ok(bytes)
}

#[cfg(any(feature = "json", feature = "serde"))]
#[cold]
fn broken(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidData, message)
}

#[cfg(all(test, any(feature = "json", feature = "serde")))]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfc_are_written_and_read() -> Result<()> {
        for (bytes, letters) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            let mut out = Vec::new();
            encode(bytes.as_bytes(), &mut out);
            assert_eq!(out, letters.as_bytes());
            assert_eq!(decode(&out)?, bytes.as_bytes());
            assert_eq!(decode(letters.trim_end_matches('=').as_bytes())?, bytes.as_bytes());
        }
        Ok(())
    }

    #[test]
    fn what_is_no_base64_is_refused() {
        for letters in ["A", "AAAAA", "A===", "=", "A=AA", "AA=", "AA A", "AA\n==", "é", "AA-_"] {
            assert!(decode(letters.as_bytes()).is_err(), "{letters}");
        }
    }
}
