//! `thriftly encode`: JSON as bytes.

mod message;
mod raw;

use std::io::{self, BufReader, Read, Write};

use serde_json::Deserializer;
use thriftly_core::dynamic::Value;
use thriftly_core::{Error, Framing, Protocol};

pub(crate) use self::message::kind_of;
use crate::coded::Coded;
use crate::decode::source::{self, write_as};
use crate::status::{Status, complain, unusable};

/// The arguments of `encode`.
#[derive(Debug)]
pub(crate) struct Encode {
    pub(crate) coded: Coded,
    /// The protocol; `None` is that of each message, or the default one.
    pub(crate) protocol: Option<Protocol>,
    /// The framing of messages, likewise.
    pub(crate) framing: Option<Framing>,
}

/// Writes the bytes of each value or message.
pub(crate) fn run(encode: &Encode, out: &mut dyn Write) -> io::Result<Status> {
    let (idl, ty) = match encode.coded.types() {
        Ok(types) => types,
        Err(error) => return Ok(unusable(&error)),
    };
    let name = source::name(&encode.coded.file);
    let reader = match source::open(&encode.coded.file) {
        Ok((reader, _)) => reader,
        Err(error) => {
            complain(&format!("error: cannot read {name}: {error}"));
            return Ok(Status::Unusable);
        }
    };
    let protocol = encode.protocol.unwrap_or_default();
    let failed = match ty {
        Some(ty) => each(encode, reader, out, |value: Value| ty.encode(&value, protocol))?,
        None if encode.coded.structs => {
            each(encode, reader, out, |value| raw::encode(&value, protocol))?
        }
        None => each(encode, reader, out, |value| message::encode(value, idl.as_ref(), encode))?,
    };
    Ok(match failed {
        None => Status::Clean,
        Some(text) => {
            out.flush()?;
            complain(&format!("error: {name}: {text}"));
            Status::Found
        }
    })
}

/// Encodes each value of the JSON. Returns why one cannot be encoded.
fn each<V: for<'de> serde_core::Deserialize<'de>, B: AsRef<[u8]>>(
    encode: &Encode,
    reader: impl Read,
    out: &mut dyn Write,
    bytes: impl Fn(V) -> Result<B, Error>,
) -> io::Result<Option<String>> {
    let values = Deserializer::from_reader(BufReader::new(reader)).into_iter::<V>();
    for (index, value) in values.enumerate() {
        let value = match value {
            Ok(value) => value,
            Err(error) if error.is_io() => return Ok(Some(error.to_string())),
            Err(error) => return Ok(Some(format!("this is not JSON: {error}"))),
        };
        match bytes(value) {
            Ok(bytes) => write_as(encode.coded.text, bytes.as_ref(), out)?,
            Err(error) => return Ok(Some(format!("value {}: {error}", index + 1))),
        }
    }
    Ok(None)
}
