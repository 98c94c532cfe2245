//! Other protocols that peers speak in place of Thrift: their signatures, and replies of SASL.

use crate::error::{Error, ErrorKind};

/// Maximum size of the text of a SASL reply, in bytes.
const SASL_TEXT: usize = 4096;

/// What the start of a stream shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown<T> {
    Is(T),
    /// It is not, whatever follows.
    Not,
    /// More bytes decide.
    Open,
}

/// The first bytes of other protocols, and their names.
pub(super) const SIGNATURES: [(&[u8], &str); 20] = [
    (b"\x16\x03", "TLS"),
    (b"\x78\x01", "zlib"),
    (b"\x78\x5e", "zlib"),
    (b"\x78\x9c", "zlib"),
    (b"\x78\xda", "zlib"),
    (b"SSH-", "SSH"),
    (b"PRI ", "HTTP/2"),
    (b"HTTP", "HTTP"),
    (b"GET ", "HTTP"),
    (b"POST", "HTTP"),
    (b"PUT ", "HTTP"),
    (b"HEAD", "HTTP"),
    (b"OPTI", "HTTP"),
    (b"DELE", "HTTP"),
    (b"CONN", "HTTP"),
    (b"PATC", "HTTP"),
    (b"TRAC", "HTTP"),
    (b"PROXY", "the PROXY protocol"),
    (b"\r\n\r\n\0", "the PROXY protocol"),
    (b"BIGF", "THeader with a 64-bit length"),
];

/// The name of the protocol whose signature the bytes begin with.
pub(crate) fn foreign(first: &[u8]) -> Shown<&'static str> {
    match SIGNATURES.iter().find(|(signature, _)| first.starts_with(signature)) {
        Some((_, name)) => Shown::Is(name),
        None if SIGNATURES.iter().any(|(signature, _)| signature.starts_with(first)) => Shown::Open,
        None => Shown::Not,
    }
}

/// The best name for undecided bytes that nothing follows.
pub(crate) fn likely(first: &[u8]) -> Option<&'static str> {
    let mut names = SIGNATURES.iter().filter(|(signature, _)| signature.starts_with(first));
    // A letter or an empty line says too little.
    let is_long = first.iter().filter(|byte| byte.is_ascii_graphic()).count() > 1;
    match (names.next(), is_text(first)) {
        (Some((_, name)), _) if is_long && names.all(|(_, other)| other == name) => Some(name),
        (_, true) => Some("plain text"),
        _ => None,
    }
}

pub(super) fn is_text(first: &[u8]) -> bool {
    first.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n'))
}

/// The error for a reply of another protocol.
#[cold]
pub(crate) fn answers_with(name: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("the reply looks like {name}, not like Thrift"))
}

/// A reply of SASL: a byte from 1 to 5, a length, and text of that length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SaslReply<'a> {
    status: u8,
    /// As far as received.
    text: &'a str,
    /// Whether all of it has been received; if not, it may still turn out to be something else.
    pub(crate) is_whole: bool,
}

impl SaslReply<'_> {
    /// Whether no text has been received.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The error for it.
    #[cold]
    pub(crate) fn error(&self) -> Error {
        let SaslReply { status, text, .. } = self;
        let why = format!("the reply looks like SASL: status {status}, \"{text}\"");
        Error::new(ErrorKind::InvalidData, why)
    }
}

/// Detects a reply of SASL; `None` if it is none, whatever follows.
pub(crate) fn sasl(reply: &[u8]) -> Option<SaslReply<'_>> {
    let (&status @ 1..=5, rest) = reply.split_first()? else { return None };
    let Some((&length, text)) = rest.split_first_chunk::<4>() else {
        let most = [0, 0, (SASL_TEXT >> 8) as u8];
        let may_be = rest.iter().zip(most).all(|(byte, most)| *byte <= most);
        return may_be.then_some(SaslReply { status, text: "", is_whole: false });
    };
    if let (0x82, Some(b'A' | b'a')) | (b'[', Some(b'1')) | (b'{', Some(b'"')) =
        (length[3], text.first())
    {
        // Thrift in a frame of more than 16 MB: a compact reply, or JSON.
        return None;
    }
    let length = u32::from_be_bytes(length) as usize;
    let text = &text[..text.len().min(length)];
    let is_whole = text.len() == length;
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        // A part of the last character.
        Err(error) if error.error_len().is_none() && !is_whole => {
            std::str::from_utf8(&text[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let is_text = (1..=SASL_TEXT).contains(&length) && !text.contains(char::is_control);
    is_text.then_some(SaslReply { status, text, is_whole })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_reply_of_sasl_is_known_when_its_text_is_there() {
        let reply = b"\x03\0\0\0\x03n\xc3\xb6!";
        let whole = SaslReply { status: 3, text: "n\u{f6}", is_whole: true };
        assert_eq!(sasl(reply), Some(whole));
        for end in 1..8 {
            assert!(sasl(&reply[..end]).is_some_and(|reply| !reply.is_whole), "{end}");
        }
        for other in [
            &b""[..],
            b"\x06",
            b"\x03\x01",
            b"\x03\0\0\x11",
            b"\x03\0\0\0\0",
            b"\x03\0\0\x10\x01",
            b"\x03\0\0\0\x03\n",
            b"\x03\0\0\0\x01\xc3",
            // Frames of 50 MB: compact, JSON and binary.
            b"\x03\0\0\0\x82\x41",
            b"\x03\0\0\0[1",
            b"\x03\0\0\0\x80\x01",
        ] {
            assert_eq!(sasl(other), None, "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn no_byte_changes_what_a_reply_of_sasl_is(
            status in 0..7_u8,
            length in prop_oneof![0..40_u32, any::<u32>()],
            text in prop_oneof![".{0,30}".prop_map(String::into_bytes), prop::collection::vec(any::<u8>(), 0..30)],
        ) {
            let reply = [&[status][..], &length.to_be_bytes(), &text].concat();
            let mut last = Some((false, String::new()));
            for end in 1..=reply.len() {
                let now = sasl(&reply[..end]).map(|one| (one.is_whole, one.text.to_owned()));
                match last {
                    Some((false, _)) => {}
                    decided => prop_assert_eq!(&decided, &now),
                }
                last = now;
            }
        }
    }
}
