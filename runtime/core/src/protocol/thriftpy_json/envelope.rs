//! The envelope of a value: a length, and an object with `metadata` and `payload`.

use std::borrow::Cow;
use std::io::Write as _;
use std::ops::Range;

use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};
use crate::protocol::Envelope;
use crate::protocol::json::parser::Parser;
use crate::protocol::json::write::escape;
use crate::rpc::message::MethodName;
use crate::ttype::MessageKind;

const VERSION: i32 = 1;
/// The message trailer.
pub(crate) const END: &[u8] = b"}";
/// Size of the length prefix, in bytes (big-endian).
const PREFIX: usize = 4;

/// Appends the message header for a value of that many bytes. The value and `}` must follow.
pub fn write_envelope(
    method: &str,
    kind: MessageKind,
    seqid: i32,
    payload: usize,
    out: &mut Vec<u8>,
) {
    let start = begin(out);
    out.extend_from_slice(b", \"name\": \"");
    escape(method, out);
    // Writing to a `Vec` never fails.
    let _ = write!(out, "\", \"ttype\": {}, \"seqid\": {seqid}", kind.number());
    finish(start, payload, out);
}

/// As above, for a value without a message.
pub(super) fn write_bare(payload: usize, out: &mut Vec<u8>) {
    let start = begin(out);
    finish(start, payload, out);
}

fn begin(out: &mut Vec<u8>) -> usize {
    let start = out.len();
    out.extend_from_slice(&[0; PREFIX]);
    let _ = write!(out, "{{\"metadata\": {{\"version\": {VERSION}");
    start
}

fn finish(start: usize, payload: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(b"}, \"payload\": ");
    let length = out.len() - start - PREFIX + payload + END.len();
    // Payload sizes are bounded well below this cast.
    out[start..start + PREFIX].copy_from_slice(&(length as u32).to_be_bytes());
}

/// The decoded `metadata` member.
#[derive(Default)]
struct Metadata {
    method: Option<MethodName>,
    kind: Option<u8>,
    seqid: Option<i32>,
}

/// Strips the envelope from a message.
///
/// # Errors
/// The message is truncated, `metadata` or `payload` is missing, or the version or message kind is
/// unknown.
pub fn read_envelope(message: &mut Bytes) -> Result<Envelope> {
    let (metadata, payload) = parse(message)?;
    let missing = |name: &str| {
        let message = format!("the message's metadata have no `{name}`");
        Error::new(ErrorKind::InvalidData, message)
    };
    let kind = metadata.kind.ok_or_else(|| missing("ttype"))?;
    let kind = MessageKind::from_number(kind).ok_or_else(|| {
        Error::new(ErrorKind::InvalidData, format!("unknown message type {kind}"))
    })?;
    let method = metadata.method.ok_or_else(|| missing("name"))?;
    let seqid = metadata.seqid.ok_or_else(|| missing("seqid"))?;
    *message = message.slice(payload);
    Ok(Envelope { method, kind, seqid })
}

/// The range of the value within the envelope.
pub(super) fn payload(bytes: &[u8]) -> Result<Range<usize>> {
    parse(bytes).map(|(_, payload)| payload)
}

fn parse(bytes: &[u8]) -> Result<(Metadata, Range<usize>)> {
    let Some((prefix, json)) = bytes.split_first_chunk::<PREFIX>() else {
        return Err(Error::new(ErrorKind::UnexpectedEof, "the message ends within its length"));
    };
    let length = u32::from_be_bytes(*prefix);
    if (length as i32) < 0 {
        let message = format!("negative size {}", length as i32);
        return Err(Error::new(ErrorKind::NegativeSize, message));
    }
    if length as usize != json.len() {
        let kind = match (length as usize) < json.len() {
            true => ErrorKind::InvalidData,
            false => ErrorKind::UnexpectedEof,
        };
        let message = format!("{} bytes, but the length prefix says {length}", json.len());
        return Err(Error::new(kind, message));
    }
    match parse_json(json) {
        Ok((metadata, payload)) => Ok((metadata, PREFIX + payload.start..PREFIX + payload.end)),
        Err(error) => Err(error.behind(PREFIX)),
    }
}

fn parse_json(json: &[u8]) -> Result<(Metadata, Range<usize>)> {
    let mut parser = Parser::flat(json);
    let (mut metadata, mut payload) = (None, None);
    parser.expect(b'{')?;
    let mut first = true;
    while let Some(name) = member(&mut parser, &mut first)? {
        match &*name {
            b"metadata" => metadata = Some(parse_metadata(&mut parser)?),
            b"payload" => payload = Some(parser.pass()?),
            _ => {
                parser.pass()?;
            }
        }
    }
    if parser.peek().is_some() {
        return Err(parser.error(ErrorKind::InvalidData, "trailing characters"));
    }
    let missing =
        |name: &str| Error::new(ErrorKind::InvalidData, format!("the message has no `{name}`"));
    let metadata = metadata.ok_or_else(|| missing("metadata"))?;
    let payload = payload.ok_or_else(|| missing("payload"))?;
    Ok((metadata, payload))
}

fn parse_metadata(parser: &mut Parser<'_>) -> Result<Metadata> {
    let mut metadata = Metadata::default();
    let mut version = None;
    parser.expect(b'{')?;
    let mut first = true;
    while let Some(name) = member(parser, &mut first)? {
        match &*name {
            b"version" => version = Some(parser.number::<i32>("message version")?),
            b"name" => {
                let name = Bytes::copy_from_slice(&parser.short_string()?);
                metadata.method = Some(MethodName::from_bytes(name)?);
            }
            b"ttype" => metadata.kind = Some(parser.number("message type")?),
            b"seqid" => metadata.seqid = Some(parser.number("sequence id")?),
            _ => {
                parser.pass()?;
            }
        }
    }
    match version {
        Some(VERSION) => Ok(metadata),
        Some(version) => {
            let message = format!("unknown message version {version}");
            Err(parser.error(ErrorKind::BadVersion, message))
        }
        None => Err(parser.error(ErrorKind::BadVersion, "the metadata have no `version`")),
    }
}

/// Reads the name of the next member of an object, or `None` at its end. The value follows.
fn member<'a>(parser: &mut Parser<'a>, first: &mut bool) -> Result<Option<Cow<'a, [u8]>>> {
    if !parser.another(first, b'}')? {
        return Ok(None);
    }
    let name = parser.short_string()?;
    parser.expect(b':')?;
    Ok(Some(name))
}
