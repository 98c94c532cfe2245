//! Message headers of `TCompactProtocol`.

use bytes::{Buf, Bytes};

use super::varint::{Varint, word32};
use crate::error::{Error, ErrorKind, Result};
use crate::protocol::{Envelope, method_name};
use crate::ttype::MessageKind;

/// The first byte of every message.
const ID: u8 = 0x82;
/// The low five bits of the second byte; the kind of message is above them.
const VERSION: u8 = 1;

/// Appends a header: the protocol, version and kind, sequence id, name.
pub fn write_envelope(method: &str, kind: MessageKind, seqid: i32, out: &mut Vec<u8>) {
    out.extend_from_slice(&[ID, kind.number() << 5 | VERSION]);
    // Not zigzag: a negative id takes five bytes.
    append(seqid as u32, out);
    append(method.len() as u32, out);
    out.extend_from_slice(method.as_bytes());
}

fn append(number: u32, out: &mut Vec<u8>) {
    let (word, length) = word32(number);
    out.extend_from_slice(&word.to_le_bytes()[..length]);
}

/// Strips the header from a message.
///
/// # Errors
/// The bytes end within the header, the version or message kind is unknown, or the name is not
/// UTF-8 or has an impossible size.
pub fn read_envelope(message: &mut Bytes) -> Result<Envelope> {
    let second = match message[..] {
        [ID, second, ..] if second & 0x1f == VERSION => second,
        [] | [ID] => return Err(truncated()),
        [first] => return Err(bad_version(format!("{first:#04x}"))),
        [first, second, ..] => return Err(bad_version(format!("{first:#04x} {second:#04x}"))),
    };
    let kind = MessageKind::from_number(second >> 5).ok_or_else(|| {
        Error::new(ErrorKind::InvalidData, format!("unknown message type {}", second >> 5))
    })?;
    message.advance(2);
    let seqid = number(message)? as i32;
    let length = number(message)?;
    let method = method_name(length, message)?;
    Ok(Envelope { method, kind, seqid })
}

fn number(message: &mut Bytes) -> Result<u32> {
    match u32::read(message) {
        Ok((number, length)) => {
            message.advance(length);
            Ok(number)
        }
        Err(broken) => Err(Error::new(broken.kind(), broken.message())),
    }
}

fn bad_version(found: String) -> Error {
    Error::new(ErrorKind::BadVersion, format!("unknown message version {found}"))
}

fn truncated() -> Error {
    Error::new(ErrorKind::UnexpectedEof, "the message ends within its header")
}
