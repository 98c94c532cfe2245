//! Protocols: the encodings of values and message headers.

pub mod binary;
pub mod compact;
#[cfg(feature = "json")]
pub mod json;
#[cfg(feature = "json")]
pub mod simple_json;
#[cfg(feature = "thriftpy-json")]
pub mod thriftpy_json;

mod boundary;
mod buffer;
mod bulk;
mod cursor;
mod one;
mod skip;
mod text;
pub(crate) mod values;
mod window;

pub(crate) use boundary::Skipper;

use bytes::Bytes;

use crate::codec::{Decode, Encode};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::rpc::body::Body;
use crate::rpc::message::{MethodName, Protocol};
use crate::ttype::MessageKind;

/// The header of a message (its envelope).
#[derive(Debug, Clone)]
pub struct Envelope {
    /// The method.
    pub method: MethodName,
    /// The kind of the message.
    pub kind: MessageKind,
    /// The sequence id, which matches a reply to its call.
    pub seqid: i32,
}

/// Encodes a message body. Large blobs are linked, not copied.
pub(crate) fn encode_body<T: Encode>(protocol: Protocol, value: &T) -> Result<Body> {
    match protocol {
        Protocol::Binary | Protocol::BinaryOld => binary::to_body(value),
        Protocol::Compact => compact::to_body(value),
        #[cfg(feature = "json")]
        Protocol::Json => json::to_vec(value).map(Body::from),
        #[cfg(feature = "thriftpy-json")]
        Protocol::ThriftPyJson => thriftpy_json::to_payload(value).map(Body::from),
    }
}

/// Decodes a message body. Large blobs share the message's memory.
pub(crate) fn decode_body<T: for<'de> Decode<'de>>(
    protocol: Protocol,
    body: &Bytes,
    limits: &Limits,
) -> Result<T> {
    match protocol {
        Protocol::Binary | Protocol::BinaryOld => binary::from_bytes_with(body, limits),
        Protocol::Compact => compact::from_bytes_with(body, limits),
        #[cfg(feature = "json")]
        Protocol::Json => json::from_slice_with(body, limits),
        #[cfg(feature = "thriftpy-json")]
        Protocol::ThriftPyJson => thriftpy_json::from_payload(body, limits),
    }
}

/// Splits the method name off a message. An impossible size and a truncated message are different
/// errors.
fn method_name(size: u32, message: &mut Bytes) -> Result<MethodName> {
    let left = message.len();
    if size as usize <= left {
        return MethodName::from_bytes(message.split_to(size as usize));
    }
    let kind = match size as i32 {
        ..0 => ErrorKind::NegativeSize,
        _ if size as usize > Limits::DEFAULT.message => ErrorKind::SizeLimit,
        _ => ErrorKind::UnexpectedEof,
    };
    let size = size as i32;
    Err(Error::new(kind, format!("a method name of {size} bytes, of which there are {left}")))
}

/// Reads the header at the start of a message that may be cut off.
///
/// # Errors
/// [`ErrorKind::UnexpectedEof`] if more bytes may complete the header; others if it is malformed.
pub(crate) fn read_head(protocol: Protocol, message: &mut Bytes) -> Result<Envelope> {
    match protocol {
        #[cfg(feature = "json")]
        Protocol::Json => json::read_head(message),
        #[cfg(feature = "thriftpy-json")]
        Protocol::ThriftPyJson => {
            Err(Error::new(ErrorKind::InvalidData, "only a whole message can be read"))
        }
        _ => read_envelope(protocol, message),
    }
}

/// Appends the header of a message with a body of that many bytes.
pub(crate) fn write_envelope(
    protocol: Protocol,
    method: &str,
    kind: MessageKind,
    seqid: i32,
    #[cfg_attr(not(feature = "thriftpy-json"), expect(unused_variables))] body: usize,
    out: &mut Vec<u8>,
) {
    match protocol {
        Protocol::Binary => binary::write_envelope(method, kind, seqid, out),
        Protocol::BinaryOld => binary::write_old_envelope(method, kind, seqid, out),
        Protocol::Compact => compact::write_envelope(method, kind, seqid, out),
        #[cfg(feature = "json")]
        Protocol::Json => json::write_envelope(method, kind, seqid, out),
        #[cfg(feature = "thriftpy-json")]
        Protocol::ThriftPyJson => {
            thriftpy_json::write_envelope(method, kind, seqid, body, out);
        }
    }
}

/// The trailer after a message body.
pub(crate) fn message_end(protocol: Protocol) -> &'static [u8] {
    match protocol {
        #[cfg(feature = "json")]
        Protocol::Json => json::END,
        #[cfg(feature = "thriftpy-json")]
        Protocol::ThriftPyJson => thriftpy_json::END,
        _ => &[],
    }
}

/// Strips and returns the header of a message, leaving the body in `message`.
pub(crate) fn read_envelope(protocol: Protocol, message: &mut Bytes) -> Result<Envelope> {
    match protocol {
        Protocol::Binary | Protocol::BinaryOld => binary::read_envelope(message),
        Protocol::Compact => compact::read_envelope(message),
        #[cfg(feature = "json")]
        Protocol::Json => json::read_envelope(message),
        #[cfg(feature = "thriftpy-json")]
        Protocol::ThriftPyJson => thriftpy_json::read_envelope(message),
    }
}
