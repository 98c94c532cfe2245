//! The `uuid` type.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};

/// A `uuid`: 16 bytes in the order of its text.
///
/// ```
/// let id: thriftly::Uuid = "00112233-4455-6677-8899-aabbccddeeff".parse()?;
/// assert_eq!(id.0[15], 0xff);
/// assert_eq!(id.to_string(), "00112233-4455-6677-8899-aabbccddeeff");
/// # Ok::<(), thriftly::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Uuid(pub [u8; 16]);

/// Byte offsets of the dashes in the text.
const DASHES: [usize; 4] = [8, 13, 18, 23];

impl Uuid {
    /// The nil uuid (all bytes 0), which is also the default.
    pub const NIL: Uuid = Uuid([0; 16]);
}

impl FromStr for Uuid {
    type Err = Error;

    /// Parses the canonical form, `8-4-4-4-12` hexadecimal digits, optionally in `{}`.
    fn from_str(text: &str) -> Result<Uuid, Error> {
        let bare = match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(inner) => inner,
            None => text,
        };
        let invalid = || Error::new(ErrorKind::InvalidData, format!("`{text}` is not a uuid"));
        if bare.len() != 36 || DASHES.iter().any(|&at| bare.as_bytes()[at] != b'-') {
            return Err(invalid());
        }
        let mut digits = bare
            .bytes()
            .enumerate()
            .filter(|(at, _)| !DASHES.contains(at))
            .map(|(_, digit)| char::from(digit).to_digit(16));
        let mut bytes = [0; 16];
        for byte in &mut bytes {
            match (digits.next().flatten(), digits.next().flatten()) {
                (Some(high), Some(low)) => *byte = (high << 4 | low) as u8,
                _ => return Err(invalid()),
            }
        }
        Ok(Uuid(bytes))
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<[u8; 16]> for Uuid {
    fn from(bytes: [u8; 16]) -> Uuid {
        Uuid(bytes)
    }
}

impl From<Uuid> for [u8; 16] {
    fn from(uuid: Uuid) -> [u8; 16] {
        uuid.0
    }
}

/// The first byte of the text is the most significant.
impl From<u128> for Uuid {
    fn from(number: u128) -> Uuid {
        Uuid(number.to_be_bytes())
    }
}

impl From<Uuid> for u128 {
    fn from(uuid: Uuid) -> u128 {
        u128::from_be_bytes(uuid.0)
    }
}

impl AsRef<[u8]> for Uuid {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_number_and_bytes() {
        let number = 0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128;
        let uuid = Uuid::from(number);
        assert_eq!(uuid.to_string(), "00112233-4455-6677-8899-aabbccddeeff");
        assert_eq!(u128::from(uuid), number);
        assert_eq!(uuid.as_ref(), uuid.0);
        assert_eq!((u128::from(Uuid::NIL), Uuid::NIL), (0, Uuid::default()));
    }

    #[test]
    fn what_is_not_canonical_is_refused() {
        for text in [
            "",
            "00112233445566778899aabbccddeeff",
            "00112233-4455-6677-8899-aabbccddeefg",
            "{00112233-4455-6677-8899-aabbccddeeff",
            "00112233-4455-6677-8899-aabbccddeé",
            "0011223-34455-6677-8899-aabbccddeeff",
        ] {
            assert!(text.parse::<Uuid>().is_err(), "{text}");
        }
    }
}
