//! Values of number and string literals.

/// The value of an integer token; `None` if it does not fit in 64 bits.
pub(crate) fn integer_value(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let (radix, digits) = match digits.strip_prefix(b"0x") {
        Some(hex) => (16, hex),
        None => (10, digits),
    };
    // `from_str_radix` takes a sign of its own, which must not come twice.
    if !digits.first()?.is_ascii_hexdigit() {
        return None;
    }
    let magnitude = i128::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()?;
    i64::try_from(if negative { -magnitude } else { magnitude }).ok()
}

/// The bytes of a string literal: without the quotes, escapes replaced.
pub(crate) fn string_value(text: &[u8]) -> Vec<u8> {
    let Some((&quote, rest)) = text.split_first() else { return Vec::new() };
    let inside = rest.strip_suffix(&[quote]).unwrap_or(rest);
    if !inside.contains(&b'\\') {
        return inside.to_vec();
    }
    let mut value = Vec::with_capacity(inside.len());
    let mut bytes = inside.iter();
    while let Some(&byte) = bytes.next() {
        match (byte, bytes.as_slice().first()) {
            (b'\\', Some(&escape)) => {
                value.push(escaped(escape).unwrap_or(escape));
                bytes.next();
            }
            _ => value.push(byte),
        }
    }
    value
}

/// The byte that an escape sequence stands for.
pub(crate) fn escaped(byte: u8) -> Option<u8> {
    match byte {
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'"' | b'\'' | b'\\' => Some(byte),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_decimal_or_hexadecimal_and_fit_in_64_bits() {
        assert_eq!(integer_value(b"010"), Some(10));
        assert_eq!(integer_value(b"+0x1F"), Some(31));
        assert_eq!(integer_value(b"-9223372036854775808"), Some(i64::MIN));
        assert_eq!(integer_value(b"-0x8000000000000000"), Some(i64::MIN));
        assert_eq!(integer_value(b"0x8000000000000000"), None);
        assert_eq!(integer_value(b"0x-1"), None);
    }

    #[test]
    fn strings_lose_their_quotes_and_escapes() {
        assert_eq!(string_value(br#""a'b""#), b"a'b");
        assert_eq!(string_value(br#"'\n\r\t\"\'\\'"#), b"\n\r\t\"'\\");
        assert_eq!(string_value(b"\"\xE9\t\""), b"\xE9\t");
    }
}
