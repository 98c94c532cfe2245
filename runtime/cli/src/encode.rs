//! `thriftly encode`: JSON as bytes.

mod message;
mod raw;

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::PathBuf;

use serde_json::Deserializer;
use thriftly_core::dynamic::{Idl, Options, Type, Value};
use thriftly_core::{Error, Framing, Protocol};

pub(crate) use self::message::kind_of;
use crate::decode::source::{self, Text, write_as};
use crate::status::{Status, complain};

/// The arguments of `encode`.
#[derive(Debug)]
pub(crate) struct Encode {
    /// The JSON; `-` is standard input.
    pub(crate) file: PathBuf,
    pub(crate) text: Text,
    /// The IDL file, unless the JSON says its types.
    pub(crate) idl: Option<PathBuf>,
    /// Options for loading it.
    pub(crate) options: Options,
    /// The type of values.
    pub(crate) ty: Option<String>,
    /// Whether the values are structs, if no type is given.
    pub(crate) structs: bool,
    /// The service of methods that several services have.
    pub(crate) service: Option<String>,
    /// The protocol; `None` is that of each message, or the default one.
    pub(crate) protocol: Option<Protocol>,
    /// The framing of messages, likewise.
    pub(crate) framing: Option<Framing>,
}

/// Writes the bytes of each value or message.
pub(crate) fn run(encode: &Encode, out: &mut dyn Write) -> io::Result<Status> {
    let idl = match encode.idl.as_ref().map(|path| Idl::load_with(path, &encode.options)) {
        None => None,
        Some(Ok(idl)) => Some(idl),
        Some(Err(error)) => {
            complain(&error.to_string());
            return Ok(Status::Unusable);
        }
    };
    let ty = match (&idl, &encode.ty) {
        (Some(idl), Some(name)) => Some(idl.ty(name)),
        _ => None,
    };
    let kind = match (idl, ty) {
        (_, Some(Ok(ty))) => What::Values(ty),
        (_, Some(Err(error))) => {
            complain(&format!("error: {error}"));
            return Ok(Status::Unusable);
        }
        (None, None) if encode.structs => What::Structs,
        (idl, None) => What::Messages(idl),
    };
    let name = source::name(&encode.file);
    let reader: Box<dyn Read> = match encode.file.to_str() {
        Some("-") => Box::new(io::stdin().lock()),
        _ => match File::open(&encode.file) {
            Ok(file) => Box::new(file),
            Err(error) => {
                complain(&format!("error: cannot read {name}: {error}"));
                return Ok(Status::Unusable);
            }
        },
    };
    let failed = match kind {
        What::Values(ty) => {
            let protocol = encode.protocol.unwrap_or_default();
            each(encode, reader, out, |value: Value| ty.encode(&value, protocol))?
        }
        What::Structs => {
            let protocol = encode.protocol.unwrap_or_default();
            each(encode, reader, out, |value| raw::encode(&value, protocol))?
        }
        What::Messages(idl) => {
            each(encode, reader, out, |value| message::encode(value, idl.as_ref(), encode))?
        }
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

/// What the JSON has.
enum What {
    Values(Type),
    Structs,
    Messages(Option<Idl>),
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
            Ok(bytes) => write_as(encode.text, bytes.as_ref(), out)?,
            Err(error) => return Ok(Some(format!("value {}: {error}", index + 1))),
        }
    }
    Ok(None)
}
