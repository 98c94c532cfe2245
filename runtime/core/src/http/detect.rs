//! Detection of HTTP from the first bytes of a connection.

/// The version of HTTP that a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// HTTP/1.0 or HTTP/1.1.
    One,
    /// HTTP/2 with prior knowledge, or agreed on by ALPN.
    Two,
}

/// The result of detection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detected {
    Http(Version),
    /// The bytes so far may be the start of either.
    Undecided,
    /// Something else.
    Other,
}

/// The start of the preface of HTTP/2.
const PREFACE: &[u8] = b"PRI * ";

const METHODS: [&[u8]; 9] = [
    b"POST ",
    b"GET ",
    b"PUT ",
    b"HEAD ",
    b"OPTIONS ",
    b"DELETE ",
    b"CONNECT ",
    b"PATCH ",
    b"TRACE ",
];

/// Detects HTTP. As the length of a frame or a name, a method would be above 1.1 GB.
pub(crate) fn detect(first: &[u8]) -> Detected {
    // The first byte rules out all but letters, so that other clients pay for one comparison.
    if !first.first().is_none_or(u8::is_ascii_uppercase) {
        return Detected::Other;
    }
    if first.starts_with(PREFACE) {
        return Detected::Http(Version::Two);
    }
    if METHODS.iter().any(|method| first.starts_with(method)) {
        return Detected::Http(Version::One);
    }
    let may_be = |start: &[u8]| start.starts_with(first);
    match may_be(PREFACE) || METHODS.into_iter().any(may_be) {
        true => Detected::Undecided,
        false => Detected::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_detected_whichever_way_the_bytes_are_split() {
        for (bytes, version) in [
            (&b"POST /thrift HTTP/1.1\r\n"[..], Version::One),
            (b"GET / HTTP/1.0\r\n", Version::One),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Version::Two),
        ] {
            assert_eq!(detect(bytes), Detected::Http(version));
            for end in 0..bytes.len() {
                let early = detect(&bytes[..end]);
                assert!(matches!(early, Detected::Undecided) || early == Detected::Http(version));
            }
        }
    }

    #[test]
    fn thrift_and_other_protocols_are_not_taken_for_http() {
        for bytes in [
            &b"\x80\x01\0\x01"[..],
            b"\x82\x21",
            b"[1,",
            b"\0\0\0\x04ping",
            b"\0\0\x10\0\x80\x01",
            b"SSH-2.0",
            b"PROXY TCP4",
            b"\x16\x03\x01",
            b"post /",
        ] {
            assert_eq!(detect(bytes), Detected::Other, "{bytes:?}");
        }
    }
}
