//! Message headers and trailers of `TJSONProtocol`.

use std::io::Write as _;

use bytes::{Buf, Bytes};

use super::parser::Parser;
use super::write::escape;
use crate::error::{Error, ErrorKind, Result};
use crate::protocol::Envelope;
use crate::rpc::message::MethodName;
use crate::ttype::MessageKind;

const VERSION: i32 = 1;
/// The message trailer.
pub(crate) const END: &[u8] = b"]";

/// Appends a header: version, name, kind, sequence id. The value and `]` must follow.
pub fn write_envelope(method: &str, kind: MessageKind, seqid: i32, out: &mut Vec<u8>) {
    out.extend_from_slice(b"[1,\"");
    escape(method, out);
    // Writing to a `Vec` never fails.
    let _ = write!(out, "\",{},{seqid},", kind.number());
}

/// Strips header and trailer from a message.
///
/// # Errors
/// The bytes end within the header, the version or message kind is unknown, the name is not UTF-8,
/// or the trailer is missing.
pub fn read_envelope(message: &mut Bytes) -> Result<Envelope> {
    let json = message.clone();
    let mut parser = Parser::flat(&json);
    let envelope = header(&mut parser)?;
    message.advance(parser.at());
    let end = message.iter().rposition(|byte| !byte.is_ascii_whitespace());
    match end {
        Some(end) if message[end] == b']' => message.truncate(end),
        _ => return Err(Error::new(ErrorKind::UnexpectedEof, "the message does not end with `]`")),
    }
    Ok(envelope)
}

/// Reads the header at the start of a message that may be cut off.
///
/// # Errors
/// As [`read_envelope`]; [`ErrorKind::UnexpectedEof`] if more bytes may complete the header.
pub(crate) fn read_head(message: &[u8]) -> Result<Envelope> {
    let mut parser = Parser::flat(message);
    header(&mut parser).map_err(|error| match parser.at() < message.len() {
        true => error,
        // The last number may go on.
        false => Error::new(ErrorKind::UnexpectedEof, error.message().to_owned()),
    })
}

fn header(parser: &mut Parser<'_>) -> Result<Envelope> {
    parser.expect(b'[')?;
    let version: i32 = parser.number("message version")?;
    if version != VERSION {
        let text = format!("unknown message version {version}");
        return Err(parser.error(ErrorKind::BadVersion, text));
    }
    parser.expect(b',')?;
    let method = MethodName::from_bytes(Bytes::copy_from_slice(&parser.short_string()?))?;
    parser.expect(b',')?;
    let kind: u8 = parser.number("message type")?;
    let kind = MessageKind::from_number(kind).ok_or_else(|| {
        parser.error(ErrorKind::InvalidData, format!("unknown message type {kind}"))
    })?;
    parser.expect(b',')?;
    let seqid = parser.number("sequence id")?;
    parser.expect(b',')?;
    Ok(Envelope { method, kind, seqid })
}
