//! `THeader` of Apache Thrift and fbthrift: frames with a header of protocol, transforms and
//! key-value pairs.

use std::time::Duration;

use bytes::Bytes;

use crate::error::Result;
#[cfg(feature = "thriftpy-json")]
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::rpc::message::{Headers, Protocol};
use crate::transport::form::{Block, Fixed, check_count, milliseconds};
use crate::transport::{Form, Framing, Message, Unreadable, protocol_of_whole};

/// First bytes of a frame. As the length of a name in old binary they would be above 256 MB.
pub(super) const MAGIC: [u8; 2] = [0x0f, 0xff];

/// The header with the time limit of a call, in milliseconds, as in fbthrift.
pub(super) const TIMEOUT: &str = "client_timeout";

const BINARY: u32 = 0;
const JSON: u32 = 1;
const COMPACT: u32 = 2;

/// The transform that is supported.
const ZLIB: u32 = 1;

/// Key-value pairs of this message.
const KEY_VALUES: u32 = 1;

/// Reads the header of a frame.
pub(super) fn open(frame: Bytes, limits: &Limits) -> Result<Message, Box<Unreadable>> {
    let Fixed { mut form, block: size } = Fixed::read(Framing::Header, &frame, limits)?;
    let malformed = move |error| Unreadable::malformed(form, Protocol::default(), error);
    let mut block = Block::new(&frame, Fixed::SIZE, size);
    let id = block.varint().map_err(malformed)?;
    let protocol = match id {
        BINARY => Protocol::Binary,
        COMPACT => Protocol::Compact,
        #[cfg(feature = "json")]
        JSON => Protocol::Json,
        _ => return Err(Unreadable::protocol(form, id, protocol_name(id))),
    };
    let malformed = move |error| Unreadable::malformed(form, protocol, error);
    for _ in 0..block.varint().map_err(malformed)? {
        match block.varint().map_err(malformed)? {
            ZLIB if cfg!(feature = "zlib") && !form.zlib => form.zlib = true,
            id => {
                let named = transform_name(id);
                let why = match cfg!(feature = "zlib") && id == ZLIB {
                    true => format!("{named} is applied more than once"),
                    false => format!("{named} is not supported"),
                };
                return Err(Unreadable::transform(form, protocol, id, &why));
            }
        }
    }
    let headers = info(&mut block, limits).map_err(malformed)?;
    let bytes = frame.slice(Fixed::SIZE + size..);
    #[cfg(feature = "zlib")]
    let bytes = match form.zlib {
        false => bytes,
        true => super::zlib::decompress(&bytes, limits.frame_limit()).map_err(malformed)?.into(),
    };
    let protocol = match (protocol, protocol_of_whole(&bytes)) {
        (Protocol::Binary, old @ Protocol::BinaryOld) => old,
        (named, _) => named,
    };
    Ok(Message { form, protocol, headers, bytes })
}

/// The rest of the block: key-value pairs. As in all implementations, padding and an unknown id end
/// it, because the size of what follows is not known.
fn info(block: &mut Block<'_>, limits: &Limits) -> Result<Headers> {
    let mut headers = Headers::default();
    while !block.is_empty() && block.varint()? == KEY_VALUES {
        let count = block.varint()? as usize;
        check_count(count, &headers, limits)?;
        for _ in 0..count {
            let name = block.varint()? as usize;
            let name = block.text(name)?;
            let value = block.varint()? as usize;
            headers.push(name, block.text(value)?);
        }
    }
    Ok(headers)
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
        Protocol::Json => JSON,
        #[cfg(feature = "thriftpy-json")]
        Protocol::ThriftPyJson => {
            let error = format!("THeader has no number for the protocol {protocol}");
            return Err(Error::new(ErrorKind::InvalidData, error));
        }
    };
    Fixed::begin(form, MAGIC, out);
    write_varint(id, out);
    match form.zlib {
        false => write_varint(0, out),
        true => {
            write_varint(1, out);
            write_varint(ZLIB, out);
        }
    }
    let own = timeout.map(|timeout| (TIMEOUT, milliseconds(timeout)));
    let own = own.as_ref().map(|(name, value)| (*name, value.as_str()));
    let set = || headers.iter().filter(|(name, _)| own.is_none() || *name != TIMEOUT).chain(own);
    let count = set().count();
    if count > 0 {
        write_varint(KEY_VALUES, out);
        write_varint(count as u32, out);
        for (name, value) in set() {
            for text in [name, value] {
                write_varint(text.len() as u32, out);
                out.extend_from_slice(text.as_bytes());
            }
        }
    }
    Fixed::finish(form, start, out)
}

fn write_varint(mut value: u32, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn protocol_name(id: u32) -> &'static str {
    match id {
        JSON => " (JSON, without the feature `json`)",
        5 => " (SimpleJSON)",
        6 => " (Frozen2)",
        _ => "",
    }
}

fn transform_name(id: u32) -> &'static str {
    match id {
        ZLIB => " (zlib)",
        2 => " (HMAC)",
        3 => " (Snappy)",
        4 => " (QuickLZ)",
        5 => " (Zstandard)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::ttype::ApplicationErrorKind;

    /// A call of `ping` without arguments, as Apache's Python writes it.
    const PING: &[u8] = b"\x80\x01\0\x01\0\0\0\x04ping\0\0\0\0\0";
    const GOLDEN: &[u8] = b"\0\0\0\x1f\x0f\xff\0\0\0\0\0\0\0\x01\0\0\0\0\
                            \x80\x01\0\x01\0\0\0\x04ping\0\0\0\0\0";

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
        let mut frame = b"\x0f\xff\0\0\0\0\0\x07".to_vec();
        frame.extend_from_slice(&(words as u16).to_be_bytes());
        frame.extend_from_slice(block);
        frame.resize(10 + words * 4, 0);
        frame.extend_from_slice(payload);
        frame
    }

    #[test]
    fn bytes_of_apache_are_written_and_read() -> Result<()> {
        let form = Form::from(Framing::Header);
        let mut bytes = write(&form, Protocol::Binary, &Headers::default())?;
        bytes.extend_from_slice(PING);
        assert_eq!(bytes[4..], GOLDEN[4..]);
        let message = read(&GOLDEN[4..]).expect("it is whole");
        assert_eq!((message.form, message.protocol), (form, Protocol::Binary));
        assert_eq!(message.bytes, PING);
        assert!(message.headers.is_empty());
        // With headers, as Python writes them.
        let with = b"\x0f\xff\0\0\0\0\0\0\0\x05\x02\0\x01\x02\x01k\x01v\x03key\x05value\0\0\x82";
        let message = read(with).expect("it is whole");
        let headers: Vec<_> = message.headers.iter().collect();
        assert_eq!(headers, [("k", "v"), ("key", "value")]);
        assert_eq!((message.protocol, &message.bytes[..]), (Protocol::Compact, &b"\x82"[..]));
        assert_eq!(write(&form, Protocol::Compact, &message.headers)?[4..], with[..with.len() - 1]);
        Ok(())
    }

    #[test]
    fn headers_of_any_length_round_trip() -> Result<()> {
        for length in [0, 1, 23, 24, 127, 128, 60_000] {
            let mut headers = Headers::from_iter([("n".repeat(length), "v".repeat(length / 2))]);
            headers.insert("second", "ü");
            let form = Form { seqid: -7, flags: 9, ..Framing::Header.into() };
            let bytes = write(&form, Protocol::BinaryOld, &headers)?;
            let limits = Limits { header_bytes: 100_000, ..Limits::DEFAULT };
            let frame = [&bytes[4..], b"\0\0\0\x04ping"].concat();
            let message = open(frame.into(), &limits).expect("it is whole");
            assert_eq!((message.form, &message.headers), (form, &headers));
            assert_eq!(message.protocol, Protocol::BinaryOld);
        }
        Ok(())
    }

    #[test]
    fn the_time_limit_replaces_a_header_of_its_name() -> Result<()> {
        let headers = Headers::from_iter([(TIMEOUT, "9"), ("a", "b")]);
        let mut bytes = Vec::new();
        let (form, limit) = (Framing::Header.into(), Some(Duration::from_micros(1500)));
        begin(&form, Protocol::Binary, &headers, limit, &mut bytes)?;
        let headers = read(&bytes[4..]).expect("it is whole").headers;
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("a", "b"), (TIMEOUT, "2")]);
        let timeout = |headers: &Headers| crate::transport::timeout(Framing::Header, headers);
        assert_eq!(timeout(&headers), Some(Duration::from_millis(2)));
        for none in ["0", "-1", "", "soon", "99999999999999999999"] {
            assert_eq!(timeout(&Headers::from_iter([(TIMEOUT, none)])), None, "{none}");
        }
        Ok(())
    }

    #[test]
    fn a_cut_header_is_an_error_at_every_byte() {
        let whole = frame(b"\0\0\x01\x01\x03key\x05value", PING);
        let block = 10 + 16;
        for end in 0..whole.len() {
            let opened = read(&whole[..end]);
            assert_eq!(opened.is_ok(), end >= block, "{end}");
        }
    }

    #[test]
    fn what_follows_an_unknown_entry_is_ignored() {
        for unknown in
            [&b"\0\0\x01\x01\x01a\x01b\x02\x09\x09\x09"[..], b"\0\0\x01\x01\x01a\x01b\0\x01"]
        {
            let message = read(&frame(unknown, PING)).expect("it can be read");
            assert_eq!(message.headers.iter().collect::<Vec<_>>(), [("a", "b")]);
            assert_eq!(message.bytes, PING);
        }
    }

    #[test]
    fn hostile_headers_are_refused() {
        let many = |count: usize| {
            let mut block = vec![0, 0, 1];
            write_varint(count as u32, &mut block);
            (0..count).for_each(|_| block.extend_from_slice(b"\x01k\0"));
            frame(&block, PING)
        };
        assert_eq!(read(&many(1024)).map(|message| message.headers.len()).ok(), Some(1024));
        let past = frame(b"\0\0\x01\x01\x7fkey", PING);
        let long = frame(b"\0\0\x01\xff\xff\xff\xff\x07", PING);
        let endless = frame(b"\0\0\x01\x80\x80\x80\x80\x80\x80\x80\x01", PING);
        let huge = frame(b"\0\0\x01\xff\xff\xff\xff\x0f", PING);
        let block = frame(&[0; (64 << 10) + 4], PING);
        let empty = frame(b"", PING);
        let beyond = frame(&[0; 12], b"")[..20].to_vec();
        for (frame, kind, text) in [
            (many(1025), ErrorKind::SizeLimit, "1025 headers, but `Limits::headers` allows 1024"),
            (many(20_000), ErrorKind::SizeLimit, "20000 headers"),
            (many(65_535)[..65_546].to_vec(), ErrorKind::SizeLimit, "a header of"),
            (block, ErrorKind::SizeLimit, "a header of 65540 bytes, but `Limits::header_bytes`"),
            (past, ErrorKind::InvalidData, "a size of 127 bytes in a header that has"),
            (long, ErrorKind::SizeLimit, "2147483647 headers"),
            (huge, ErrorKind::InvalidData, "the number 4294967295 in a header is above"),
            (endless, ErrorKind::InvalidData, "a number in a header has more than 5 bytes"),
            (empty, ErrorKind::InvalidData, "an empty header"),
            (beyond, ErrorKind::InvalidData, "a header of 12 bytes in a frame that has 10"),
        ] {
            let unreadable = read(&frame).expect_err(text);
            assert!(unreadable.error.message().contains(text), "{}", unreadable.error);
            assert_eq!(unreadable.error.kind(), kind, "{text}");
            assert_eq!(unreadable.kind, ApplicationErrorKind::PROTOCOL_ERROR);
        }
    }

    #[test]
    fn unknown_protocols_and_transforms_are_named() {
        for (block, kind, text) in [
            (&b"\x05\0"[..], ApplicationErrorKind::INVALID_PROTOCOL, "protocol 5 (SimpleJSON)"),
            (b"\x63\0", ApplicationErrorKind::INVALID_PROTOCOL, "THeader protocol 99 is not"),
            (b"\x02\x01\x05", ApplicationErrorKind::INVALID_TRANSFORM, "transform 5 (Zstandard)"),
            (b"\0\x01\x63", ApplicationErrorKind::INVALID_TRANSFORM, "THeader transform 99 is not"),
        ] {
            let unreadable = read(&frame(block, PING)).expect_err(text);
            assert!(unreadable.error.message().contains(text), "{}", unreadable.error);
            assert_eq!((unreadable.kind, unreadable.form.seqid), (kind, 7));
        }
    }

    #[test]
    fn headers_that_do_not_fit_are_not_written() {
        let headers = Headers::from_iter([("k", "v".repeat(262_141))]);
        let error =
            write(&Framing::Header.into(), Protocol::Binary, &headers).expect_err("too many");
        assert!(error.message().contains("THeader carries at most 262140"), "{error}");
    }
}
