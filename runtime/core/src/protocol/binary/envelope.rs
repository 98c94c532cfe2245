//! Message headers of `TBinaryProtocol`, strict and old.

use bytes::{Buf, Bytes};

use crate::error::{Error, ErrorKind, Result};
use crate::protocol::{Envelope, method_name};
use crate::ttype::MessageKind;

const VERSION: u32 = 0x8001_0000;
const VERSION_MASK: u32 = 0xffff_0000;

/// Appends a strict header: version and kind, name, sequence id.
pub fn write_envelope(method: &str, kind: MessageKind, seqid: i32, out: &mut Vec<u8>) {
    out.extend_from_slice(&(VERSION | u32::from(kind.number())).to_be_bytes());
    out.extend_from_slice(&(method.len() as u32).to_be_bytes());
    out.extend_from_slice(method.as_bytes());
    out.extend_from_slice(&seqid.to_be_bytes());
}

/// Appends an old header: name, kind, sequence id.
pub fn write_old_envelope(method: &str, kind: MessageKind, seqid: i32, out: &mut Vec<u8>) {
    out.extend_from_slice(&(method.len() as u32).to_be_bytes());
    out.extend_from_slice(method.as_bytes());
    out.push(kind.number());
    out.extend_from_slice(&seqid.to_be_bytes());
}

/// Strips a header of either form from a message. The sign of the first word distinguishes them.
///
/// # Errors
/// The bytes end within the header, the version or message kind is unknown, or the name is not
/// UTF-8 or has an impossible size.
pub fn read_envelope(message: &mut Bytes) -> Result<Envelope> {
    let first = word(message)?;
    let strict = first >> 31 == 1;
    let (kind, length) = match strict {
        true if first & VERSION_MASK == VERSION => (Some(first as u8), word(message)?),
        true => {
            return Err(Error::new(
                ErrorKind::BadVersion,
                format!("unknown message version {first:#010x}"),
            ));
        }
        false => (None, first),
    };
    let method = method_name(length, message)?;
    let kind = match kind {
        Some(kind) => kind,
        None if message.is_empty() => return Err(truncated()),
        None => message.get_u8(),
    };
    let kind = MessageKind::from_number(kind).ok_or_else(|| {
        Error::new(ErrorKind::InvalidData, format!("unknown message type {kind}"))
    })?;
    let seqid = word(message)? as i32;
    Ok(Envelope { method, kind, seqid })
}

fn word(message: &mut Bytes) -> Result<u32> {
    match message.len() {
        4.. => Ok(message.get_u32()),
        _ => Err(truncated()),
    }
}

fn truncated() -> Error {
    Error::new(ErrorKind::UnexpectedEof, "the message ends within its header")
}
