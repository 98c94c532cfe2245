//! Detection of a client's protocol and framing from its first bytes.

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::rpc::message::Protocol;
use crate::transport::{Accepted, Framing};

/// Number of bytes sufficient for detection.
pub(crate) const ENOUGH: usize = 8;

/// Detects the framing from the first bytes of a connection; `None` if there are too few.
///
/// | first bytes | is |
/// |---|---|
/// | `80 ..` | unframed, strict binary |
/// | `82 ..` | unframed compact |
/// | `[` | unframed JSON |
/// | length `80 01` | framed, strict binary |
/// | length `82` | framed compact |
/// | length `[` | framed JSON |
/// | length `0f ff` | THeader |
/// | length `10 00` | TTHeader |
/// | length `00` | framed, old binary: the first byte of a name's length |
/// | length, a letter | unframed, old binary: the length was that of the name |
/// | length `{` | unframed JSON of ThriftPy: the length is a part of it |
/// | `78 01`, `78 5e`, `78 9c`, `78 da` | zlib, with the feature; the server detects the rest within |
///
/// A length above both limits is rejected, so that plain text, which would be a length above 150
/// MB, is rejected at its first byte.
///
/// # Errors
/// None of these matches. The message names the protocol that the bytes look like.
pub(crate) fn detect(
    first: &[u8],
    limits: &Limits,
    accepted: &Accepted,
) -> Result<Option<Framing>> {
    let first = &first[..first.len().min(ENOUGH)];
    if let Some(guess) = foreign(first) {
        return Err(Error::new(
            ErrorKind::InvalidData,
            format!("looks like {guess}; {accepted}, and got {first:02x?}"),
        ));
    }
    Ok(Some(match first {
        [0x80 | 0x82, ..] => Framing::Unframed,
        // As the length of a frame or a name this would be above 1.4 GB.
        [b'[', ..] => Framing::Unframed,
        [_, _, _, _, 0x80, 0x01, ..] => Framing::Framed,
        [_, _, _, _, 0x00 | 0x82 | b'[', ..] => Framing::Framed,
        [_, _, _, _, 0x0f, 0xff, ..] => Framing::Header,
        [_, _, _, _, 0x10, 0x00, ..] => Framing::TtHeader,
        #[cfg(feature = "thriftpy-json")]
        [_, _, _, _, b'{', ..] => Framing::Unframed,
        [_, _, _, _, letter, ..]
            if (letter.is_ascii_alphanumeric() || *letter == b'_') && !beyond(first, limits) =>
        {
            Framing::Unframed
        }
        [_, _, _, _, 0x80 | 0x0f | 0x10] if !beyond(first, limits) => return Ok(None),
        [0x00..=0x7f, rest @ ..] if rest.len() < 4 && !beyond(first, limits) => return Ok(None),
        [] => return Ok(None),
        // It may be zlib.
        #[cfg(feature = "zlib")]
        [0x78] => return Ok(None),
        _ => {
            let is_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
            let guess = match first.iter().all(is_text) {
                true => "looks like plain text",
                false => "does not look like Thrift",
            };
            return Err(Error::new(
                ErrorKind::InvalidData,
                format!("{guess}; {accepted}, and got {first:02x?}"),
            ));
        }
    }))
}

/// Whether the first bytes, taken as a length, exceed every limit.
fn beyond(first: &[u8], limits: &Limits) -> bool {
    let mut least = [0; 4];
    first.iter().zip(&mut least).for_each(|(&byte, place)| *place = byte);
    u32::from_be_bytes(least) as usize > limits.frame.max(limits.message)
}

/// The error for a reply whose first bytes show another protocol.
#[cold]
pub(crate) fn explain(error: Error, first: &[u8], framing: Framing) -> Error {
    if let Some((status, text)) = sasl(first) {
        let why = format!("the reply looks like SASL: status {status}, \"{text}\"");
        return Error::new(ErrorKind::InvalidData, why).with_source(error);
    }
    let first = &first[..first.len().min(ENOUGH)];
    let why = match (foreign(first), detect(first, &Limits::DEFAULT, &Accepted::default())) {
        (Some(guess), _) => format!("the reply looks like {guess}, not like Thrift"),
        (None, Ok(Some(found))) if found != framing => format!(
            "the server answers {}, but this client speaks {}",
            found.name(),
            framing.name(),
        ),
        _ => return error,
    };
    Error::new(ErrorKind::InvalidData, why).with_source(error)
}

/// Whether a SASL reply is complete.
pub(crate) fn is_sasl(reply: &[u8]) -> bool {
    matches!(reply, [1..=5, _, _, _, length, ..] if *length > 0)
        && sasl(reply).is_some_and(|(_, text)| text.len() + 5 == reply.len())
}

/// Status and text of a SASL reply: a byte from 1 to 5, a length, and text of that length, as far
/// as received.
fn sasl(reply: &[u8]) -> Option<(u8, &str)> {
    let (&[status @ 1..=5, a, b, c, d], text) = reply.split_first_chunk()? else { return None };
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    let text = std::str::from_utf8(&text[..text.len().min(length)]).ok()?;
    let is_text = length <= 4096 && !text.is_empty() && !text.contains(char::is_control);
    is_text.then_some((status, text))
}

/// The foreign protocol that the bytes belong to.
pub(crate) fn foreign(first: &[u8]) -> Option<&'static str> {
    const METHODS: [&[u8]; 9] =
        [b"GET ", b"POST", b"PUT ", b"HEAD", b"OPTI", b"DELE", b"CONN", b"PATC", b"TRAC"];
    match first {
        // Binary or compact: as a length it would be negative.
        [0x80 | 0x82, ..] => None,
        // Malformed JSON is still JSON.
        #[cfg(feature = "json")]
        [b'[', ..] => None,
        #[cfg(not(feature = "json"))]
        [b'[', ..] => Some("the JSON protocol"),
        [0x16] | [0x16, 0x03, ..] => Some("TLS"),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Some("zlib"),
        _ if first.starts_with(b"SSH-") => Some("SSH"),
        _ if first.starts_with(b"PRI ") => Some("HTTP/2"),
        _ if first.starts_with(b"HTTP") => Some("HTTP"),
        _ if METHODS.iter().any(|method| first.starts_with(method)) => Some("HTTP"),
        // A client that has sent only this prefix so far.
        [_, _] | [_, _, _] if METHODS.iter().any(|method| method.starts_with(first)) => {
            Some("HTTP")
        }
        _ if first.starts_with(b"PROXY") || first.starts_with(b"\r\n\r\n\0") => {
            Some("the PROXY protocol")
        }
        _ if first.starts_with(b"BIGF") => Some("THeader with a 64-bit length"),
        #[cfg(not(feature = "json"))]
        [_, _, _, _, b'[', ..] => Some("the JSON protocol in frames"),
        #[cfg(not(feature = "thriftpy-json"))]
        [_, _, _, _, b'{', ..] => Some("ThriftPy's JSON protocol"),
        _ => None,
    }
}

/// Whether a strict message of the protocol begins here, as opposed to a struct: no type of a field has the
/// number of a binary message, and no header has the field that a compact one would be.
pub(crate) fn begins_message(protocol: Protocol, bytes: &[u8]) -> bool {
    match protocol {
        Protocol::Compact => bytes.first() == Some(&0x82),
        _ => bytes.first() == Some(&0x80),
    }
}

/// Detects the protocol of a message; a connection may mix protocols.
pub(crate) fn protocol_of(message: &[u8]) -> Protocol {
    match message {
        [0x82, ..] => Protocol::Compact,
        #[cfg(feature = "json")]
        [b'[', ..] => Protocol::Json,
        [0x80..=0xff, ..] => Protocol::Binary,
        // The length prefix could be that of a name in old binary.
        #[cfg(feature = "thriftpy-json")]
        [_, _, _, _, b'{', ..] => Protocol::ThriftPyJson,
        _ => Protocol::BinaryOld,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Accepted = Accepted { framing: None, protocol: None };

    fn is(bytes: &[u8]) -> std::result::Result<Framing, String> {
        // The result does not depend on how many bytes arrive first.
        for end in 0..bytes.len() {
            if let Ok(Some(early)) = detect(&bytes[..end], &Limits::DEFAULT, &ALL) {
                assert_eq!(
                    detect(bytes, &Limits::DEFAULT, &ALL).ok().flatten(),
                    Some(early),
                    "{:?}",
                    &bytes[..end]
                );
            }
        }
        match detect(bytes, &Limits::DEFAULT, &ALL) {
            Ok(Some(framing)) => Ok(framing),
            Ok(None) => Err("undecided".into()),
            Err(error) => Err(error.message().split(';').next().unwrap_or_default().into()),
        }
    }

    #[test]
    fn the_four_forms_of_binary_are_told_apart() {
        assert_eq!(is(b"\x80\x01\0\x01\0\0\0\x04"), Ok(Framing::Unframed));
        assert_eq!(is(b"\0\0\0\x11\x80\x01\0\x01"), Ok(Framing::Framed));
        assert_eq!(is(b"\0\0\0\x11\0\0\0\x04"), Ok(Framing::Framed));
        assert_eq!(is(b"\0\0\0\x04ping"), Ok(Framing::Unframed));
        assert_eq!(is(b"\0\0\0\x04_p:q"), Ok(Framing::Unframed));
    }

    #[test]
    fn headers_are_told_apart() {
        assert_eq!(is(b"\0\0\0\x1f\x0f\xff\0\0"), Ok(Framing::Header));
        assert_eq!(is(b"\0\0\0\x1f\x10\0\0\0"), Ok(Framing::TtHeader));
        assert_eq!(is(b"\0\0\0\x1f\x10\x01\0\0"), Err("does not look like Thrift".into()));
    }

    #[test]
    fn the_other_protocols_are_told_apart() {
        let check = |bytes: &[u8], protocol| {
            assert_eq!(is(bytes), Ok(Framing::Unframed));
            assert_eq!(protocol_of(bytes), protocol);
            let framed = [&(bytes.len() as u32).to_be_bytes(), bytes].concat();
            assert_eq!(is(&framed), Ok(Framing::Framed));
        };
        check(b"\x82\x21\x01\x04ping\0", Protocol::Compact);
        #[cfg(feature = "json")]
        check(b"[1,\"ping\",1,1,{}]", Protocol::Json);
        #[cfg(feature = "thriftpy-json")]
        check(b"\0\0\0\x0e{\"metadata\": 0}", Protocol::ThriftPyJson);
    }

    #[test]
    fn numbers_in_a_compact_header_are_not_taken_for_other_protocols() {
        // The sequence id 262144 and an empty name; another id, and a name that is not UTF-8.
        for bytes in [&b"\x82\x21\x80\x80\x10\0\0"[..], b"\x82\x21\xff\x6d\x0f\xff\xbf\x01"] {
            assert_eq!(is(bytes), Ok(Framing::Unframed));
        }
    }

    #[cfg(feature = "json")]
    #[test]
    fn broken_json_is_not_taken_for_other_protocols() {
        assert_eq!(is(b"[1,\0\x10\0\0\0"), Ok(Framing::Unframed));
    }

    #[test]
    fn what_is_not_served_is_named() {
        for (bytes, name) in [
            (&b"GET / HTTP/1.1\r\n"[..], "HTTP"),
            (b"POST /thrift HTTP/1.1\r\n", "HTTP"),
            (b"PRI * HTTP/2.0\r\n\r\n", "HTTP/2"),
            (b"\x16\x03\x01\x02\0\x01\0\x01", "TLS"),
            (b"SSH-2.0-OpenSSH_9.6", "SSH"),
            (b"GE", "HTTP"),
            (b"PUT", "HTTP"),
            (b"PROXY TCP4 10.0.0.1 ", "the PROXY protocol"),
            (b"\r\n\r\n\0\r\nQUIT\n", "the PROXY protocol"),
            (b"\r\n\r\n", "plain text"),
            (b"hello world", "plain text"),
            #[cfg(not(feature = "zlib"))]
            (b"x", "plain text"),
            (b"xy", "plain text"),
            (b"\x78\x9c\0", "zlib"),
            #[cfg(not(feature = "json"))]
            (b"[1,\"ping\",1,1,{}]", "the JSON protocol"),
            #[cfg(not(feature = "json"))]
            (b"\0\0\0\x20[1,\"", "the JSON protocol in frames"),
            #[cfg(not(feature = "thriftpy-json"))]
            (b"\0\0\0\x20{\"me", "ThriftPy's JSON protocol"),
            (b"BIGF\0\0\0\0", "THeader with a 64-bit length"),
        ] {
            assert_eq!(is(bytes), Err(format!("looks like {name}")));
        }
        for bytes in [&b"\xff\xff\xff\xff\xff\xff\xff\xff"[..], b"\0\0\0\x11\x80\x02\0\x01"] {
            assert_eq!(is(bytes), Err("does not look like Thrift".into()));
        }
    }

    #[test]
    fn a_length_above_the_limits_is_not_waited_for() {
        for length in 1..=5 {
            let first = b"\x7f\0\0\0\x80";
            assert!(is(&first[..length]).is_err_and(|error| error != "undecided"), "{length}");
        }
    }

    #[test]
    fn too_few_bytes_are_waited_for() {
        for bytes in
            [&b""[..], b"\0", b"\x01\0", b"\0\0\0\x11", b"\0\0\0\x11\x80", b"\0\0\0\x11\x0f"]
        {
            assert_eq!(is(bytes), Err("undecided".into()));
        }
        #[cfg(feature = "zlib")]
        assert_eq!(is(b"x"), Err("undecided".into()));
    }
}
