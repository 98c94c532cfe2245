//! `TTHeader` of CloudWeGo, for Kitex and volo: frames with a header of protocol and key-value pairs,
//! whose keys are names or numbers.

use std::time::Duration;

use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::rpc::message::{Headers, Protocol};
use crate::transport::form::{Block, Fixed, check_count, milliseconds};
use crate::transport::{Form, Framing, Message, Unreadable, protocol_of_whole};
use crate::value::shared_str::SharedStr;

/// First bytes of a frame. As the length of a name in old binary they would be above 256 MB.
pub(super) const MAGIC: [u8; 2] = [0x10, 0x00];

/// The header with the time limit of a call, in milliseconds.
pub(super) const TIMEOUT: &str = "rpc-timeout";

const BINARY: u8 = 0;
const COMPACT: u8 = 2;

/// Kinds of entries in the header block.
const PADDING: u8 = 0;
const KEY_VALUES: u8 = 0x01;
const NUMBERED: u8 = 0x10;
const ACL_TOKEN: u8 = 0x11;

/// The header name of the access token.
const TOKEN: &str = "acl-token";

/// Header names of the numbered keys from 0 on, as in Kitex.
const KEYS: [&str; 26] = [
    "mesh-version",
    "transport-type",
    "log-id",
    "from-service",
    "from-cluster",
    "from-idc",
    "to-service",
    "to-cluster",
    "to-idc",
    "to-method",
    "env",
    "dest-address",
    TIMEOUT,
    "read-timeout",
    "ring-hash-key",
    "ddp-tag",
    "with-header",
    "conn-timeout",
    "span-context",
    "short-connection",
    "from-method",
    "stress-tag",
    "message-type",
    "http-content-type",
    "raw-ring-hash-key",
    "lb-type",
];

/// Prefix of the header names of other numbered keys.
const OTHER: &str = "int-key-";

/// Reads the header of a frame.
pub(super) fn open(frame: Bytes, limits: &Limits) -> Result<Message, Box<Unreadable>> {
    let Fixed { mut form, block: size } = Fixed::read(Framing::TtHeader, &frame, limits)?;
    let malformed = move |error| Unreadable::malformed(form, Protocol::default(), error);
    let mut block = Block::new(&frame, Fixed::SIZE, size);
    let id = block.u8().map_err(malformed)?;
    let protocol = match id {
        BINARY => Protocol::Binary,
        COMPACT => Protocol::Compact,
        _ => {
            let name = match id {
                3 => " (fbthrift's compact)",
                4 => " (Protobuf)",
                0x10 | 0x11 => " (streaming)",
                _ => "",
            };
            return Err(Unreadable::protocol(form, id.into(), name));
        }
    };
    if block.u8().map_err(malformed)? > 0 {
        let id = block.u8().map_err(malformed)?;
        return Err(Unreadable::transform(form, protocol, id.into(), " is not supported"));
    }
    let malformed = move |error| Unreadable::malformed(form, protocol, error);
    let headers = info(&mut block, limits).map_err(malformed)?;
    let mut bytes = frame.slice(Fixed::SIZE + size..);
    if is_framed(&bytes) {
        form.framed = true;
        bytes = bytes.slice(4..);
    }
    let protocol = match (protocol, protocol_of_whole(&bytes)) {
        (Protocol::Binary, old @ Protocol::BinaryOld) => old,
        (named, _) => named,
    };
    Ok(Message { form, protocol, headers, bytes })
}

/// Whether the payload is a frame with a message.
fn is_framed(payload: &[u8]) -> bool {
    match *payload {
        [a, b, c, d, 0x80 | 0x82, ..] => {
            u32::from_be_bytes([a, b, c, d]) as usize == payload.len() - 4
        }
        _ => false,
    }
}

/// The rest of the block: key-value pairs, and padding.
fn info(block: &mut Block<'_>, limits: &Limits) -> Result<Headers> {
    let mut headers = Headers::default();
    while !block.is_empty() {
        match block.u8()? {
            PADDING => {}
            KEY_VALUES => {
                let count = block.u16()?.into();
                check_count(count, &headers, limits)?;
                for _ in 0..count {
                    let name = text(block)?;
                    headers.push(name, text(block)?);
                }
            }
            NUMBERED => {
                let count = block.u16()?.into();
                check_count(count, &headers, limits)?;
                for _ in 0..count {
                    let key = block.u16()?;
                    headers.push(name_of(key), text(block)?);
                }
            }
            ACL_TOKEN => {
                check_count(1, &headers, limits)?;
                headers.push(TOKEN.into(), text(block)?);
            }
            id => {
                return Err(Error::new(
                    ErrorKind::InvalidData,
                    format!("a TTHeader entry of the unknown kind {id}"),
                ));
            }
        }
    }
    Ok(headers)
}

fn text(block: &mut Block<'_>) -> Result<SharedStr> {
    let size = block.u16()?.into();
    block.text(size)
}

fn name_of(key: u16) -> SharedStr {
    match KEYS.get(usize::from(key)) {
        Some(&name) => name.into(),
        None => format!("{OTHER}{key}").into(),
    }
}

fn key_of(name: &str) -> Option<u16> {
    match name.strip_prefix(OTHER) {
        Some(key) => key.parse().ok(),
        None => KEYS.iter().position(|key| *key == name).map(|key| key as u16),
    }
}

/// Appends the length, which is filled in later, and the header of a message.
///
/// # Errors
/// The header has no number for the protocol, or the headers are too large.
pub(super) fn begin(
    form: &Form,
    protocol: Protocol,
    headers: &Headers,
    timeout: Option<Duration>,
    out: &mut Vec<u8>,
) -> Result<()> {
    let start = out.len();
    let id = match protocol {
        Protocol::Binary | Protocol::BinaryOld => BINARY,
        Protocol::Compact => COMPACT,
        #[cfg(feature = "json")]
        _ => {
            let error = format!("TTHeader has no number for the protocol {protocol}");
            return Err(Error::new(ErrorKind::InvalidData, error));
        }
    };
    Fixed::begin(form, MAGIC, out);
    out.extend_from_slice(&[id, 0]);
    let own = timeout.map(|timeout| (TIMEOUT, milliseconds(timeout)));
    let own = own.as_ref().map(|(name, value)| (*name, value.as_str()));
    let set = || headers.iter().filter(|(name, _)| own.is_none() || *name != TIMEOUT).chain(own);
    let named = || set().filter(|(name, _)| *name != TOKEN && key_of(name).is_none());
    let numbered = || set().filter_map(|(name, value)| Some((key_of(name)?, name, value)));
    if named().next().is_some() {
        out.push(KEY_VALUES);
        write_count(named().count(), out)?;
        for (name, value) in named() {
            write_text(name, name, out)?;
            write_text(name, value, out)?;
        }
    }
    if numbered().next().is_some() {
        out.push(NUMBERED);
        write_count(numbered().count(), out)?;
        for (key, name, value) in numbered() {
            out.extend_from_slice(&key.to_be_bytes());
            write_text(name, value, out)?;
        }
    }
    if let Some(token) = headers.get(TOKEN) {
        out.push(ACL_TOKEN);
        write_text(TOKEN, token, out)?;
    }
    Fixed::finish(form, start, out)
}

fn write_count(count: usize, out: &mut Vec<u8>) -> Result<()> {
    let Ok(count) = u16::try_from(count) else {
        let error = format!("{count} headers, but TTHeader carries at most {}", u16::MAX);
        return Err(Error::new(ErrorKind::SizeLimit, error));
    };
    out.extend_from_slice(&count.to_be_bytes());
    Ok(())
}

/// Appends the name or the value of the header of this name.
fn write_text(name: &str, text: &str, out: &mut Vec<u8>) -> Result<()> {
    let Ok(size) = u16::try_from(text.len()) else {
        let name: String = name.chars().take(80).collect();
        return Err(Error::new(
            ErrorKind::SizeLimit,
            format!(
                "the header `{}` has {} bytes, but TTHeader carries at most {}",
                name.escape_debug(),
                text.len(),
                u16::MAX
            ),
        ));
    };
    out.extend_from_slice(&size.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ttype::ApplicationErrorKind;

    const PING: &[u8] = b"\x80\x01\0\x01\0\0\0\x04ping\0\0\0\x01\0";

    fn read(frame: &[u8]) -> Result<Message, Box<Unreadable>> {
        open(Bytes::copy_from_slice(frame), &Limits::DEFAULT)
    }

    fn write(form: &Form, protocol: Protocol, headers: &Headers) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        begin(form, protocol, headers, None, &mut out)?;
        Ok(out)
    }

    /// A frame with this block, padded, and a payload.
    fn frame(block: &[u8], payload: &[u8]) -> Vec<u8> {
        let words = block.len().div_ceil(4);
        let mut frame = b"\x10\0\0\0\0\0\0\x07".to_vec();
        frame.extend_from_slice(&(words as u16).to_be_bytes());
        frame.extend_from_slice(block);
        frame.resize(10 + words * 4, 0);
        frame.extend_from_slice(payload);
        frame
    }

    #[test]
    fn the_layout_is_that_of_the_specification() -> Result<()> {
        let headers = Headers::from_iter([
            ("a", "b"),
            ("to-service", "s"),
            ("int-key-300", "x"),
            ("acl-token", "t"),
            ("log-id", ""),
        ]);
        let form = Form { seqid: 7, ..Framing::TtHeader.into() };
        let bytes = write(&form, Protocol::Compact, &headers)?;
        let block = b"\x02\0\x01\0\x01\0\x01a\0\x01b\
                      \x10\0\x03\0\x06\0\x01s\x01\x2c\0\x01x\0\x02\0\0\x11\0\x01t";
        assert_eq!(bytes[4..], frame(block, b""));
        let message = read(&[&bytes[4..], b"\x82"].concat()).expect("it is whole");
        assert_eq!((message.form, message.protocol), (form, Protocol::Compact));
        let mut names: Vec<_> = message.headers.iter().collect();
        names.sort_unstable();
        let expected = [
            ("a", "b"),
            ("acl-token", "t"),
            ("int-key-300", "x"),
            ("log-id", ""),
            ("to-service", "s"),
        ];
        assert_eq!(names, expected);
        Ok(())
    }

    #[test]
    fn a_framed_payload_is_noticed() {
        let inner = [&(PING.len() as u32).to_be_bytes(), PING].concat();
        for (payload, framed) in [(PING, false), (&inner, true)] {
            let message = read(&frame(b"\0\0", payload)).expect("it is whole");
            assert_eq!((message.form.framed, message.form.seqid), (framed, 7));
            assert_eq!(message.bytes, PING);
        }
    }

    #[test]
    fn the_time_limit_of_kitex_is_read() -> Result<()> {
        let message = read(&frame(b"\0\0\x10\0\x01\0\x0c\0\x04\x31\x32\x35\x30", PING))
            .map_err(|unreadable| unreadable.error)?;
        let timeout = crate::transport::timeout(Framing::TtHeader, &message.headers);
        assert_eq!(timeout, Some(Duration::from_millis(1250)));
        let mut bytes = Vec::new();
        let (form, limit) = (Framing::TtHeader.into(), Some(Duration::from_secs(1)));
        begin(&form, Protocol::Binary, &message.headers, limit, &mut bytes)?;
        assert_eq!(bytes[4 + 10..], *b"\0\0\x10\0\x01\0\x0c\0\x041000\0\0\0");
        Ok(())
    }

    #[test]
    fn a_cut_header_is_an_error_at_every_byte() {
        let whole = frame(b"\0\0\x01\0\x01\0\x03key\0\x05value", PING);
        let block = 10 + 20;
        for end in 0..whole.len() {
            assert_eq!(read(&whole[..end]).is_ok(), end >= block, "{end}");
        }
    }

    #[test]
    fn hostile_headers_are_refused() {
        let many = |count: usize| {
            let mut block = vec![0, 0, 0x10];
            block.extend_from_slice(&(count as u16).to_be_bytes());
            (0..count).for_each(|_| block.extend_from_slice(b"\0\x01\0\0"));
            frame(&block, PING)
        };
        assert_eq!(read(&many(1024)).map(|message| message.headers.len()).ok(), Some(1024));
        let error = ApplicationErrorKind::PROTOCOL_ERROR;
        for (frame, kind, text) in [
            (many(1025), error, "1025 headers, but `Limits::headers` allows 1024"),
            (frame(b"\0\0\x01\xff\xff", PING), error, "65535 headers"),
            (frame(b"\0\0\x01\0\x01\0\x7fkey", PING), error, "a size of 127 bytes in a header"),
            (frame(b"\0\0\x11\xff\xff", PING), error, "a size of 65535 bytes in a header"),
            (frame(b"\0\0\x05\0", PING), error, "a TTHeader entry of the unknown kind 5"),
            (frame(b"", PING), error, "a TTHeader message has an empty header"),
            (frame(b"\x04\0", PING), ApplicationErrorKind::INVALID_PROTOCOL, "4 (Protobuf)"),
            (frame(b"\x10\0", PING), ApplicationErrorKind::INVALID_PROTOCOL, "16 (streaming)"),
            (frame(b"\0\x01\x01", PING), ApplicationErrorKind::INVALID_TRANSFORM, "transform 1"),
        ] {
            let unreadable = read(&frame).expect_err(text);
            assert!(unreadable.error.message().contains(text), "{}", unreadable.error);
            assert_eq!((unreadable.kind, unreadable.form.seqid), (kind, 7), "{text}");
        }
    }

    #[test]
    fn headers_that_do_not_fit_are_not_written() {
        let form = Framing::TtHeader.into();
        for (headers, text) in [
            (Headers::from_iter([("k", "v".repeat(65_536))]), "the header `k` has 65536 bytes"),
            (Headers::from_iter((0..5).map(|n| (n.to_string(), "v".repeat(60_000)))), "262140"),
        ] {
            let error = write(&form, Protocol::Binary, &headers).expect_err("too large");
            assert!(error.message().contains(text), "{error}");
        }
    }
}
