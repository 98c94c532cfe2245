//! Values in each protocol.

use bytes::Bytes;

use super::decode::Decoder;
use super::encode::Encoder;
use super::types::Type;
use super::value::Value;
use crate::codec::{Reader, Writer};
use crate::error::Result;
use crate::limits::Limits;
use crate::protocol::binary::{BinaryReader, BinaryWriter};
use crate::protocol::compact::{CompactReader, CompactWriter};
#[cfg(feature = "json")]
use crate::protocol::json::{
    self,
    named::{Dialect, NamedWriter},
};
#[cfg(feature = "thriftpy-json")]
use crate::protocol::thriftpy_json;
#[cfg(feature = "json")]
use crate::protocol::values::into_text;
use crate::rpc::body::Body;
use crate::rpc::message::Protocol;
use crate::ttype::TType;

/// A value that is written by the writer of any protocol.
pub(super) trait Write {
    fn write<W: Writer>(&self, w: &mut W) -> Result<()>;
}

/// The type of a value that is read by the reader of any protocol.
pub(super) trait Read {
    type Value;
    fn read<'de, R: Reader<'de>>(&self, r: &mut R) -> Result<Self::Value>;
}

/// Encodes a value of the wire type. Large blobs are linked, not copied.
pub(super) fn encode(
    protocol: Protocol,
    #[cfg_attr(not(feature = "json"), expect(unused_variables))] ty: TType,
    value: &impl Write,
) -> Result<Body> {
    match protocol {
        Protocol::Binary | Protocol::BinaryOld => {
            let mut writer = BinaryWriter::linking(Vec::with_capacity(256));
            value.write(&mut writer)?;
            let (bytes, links) = writer.finish_linked()?;
            Ok(Body::new(bytes.into(), links))
        }
        Protocol::Compact => {
            let mut writer = CompactWriter::linking(Vec::with_capacity(256));
            value.write(&mut writer)?;
            let (bytes, links) = writer.finish_linked()?;
            Ok(Body::new(bytes.into(), links))
        }
        #[cfg(feature = "json")]
        Protocol::Json => {
            let mut written = Ok(());
            let json = json::write(ty, |writer| written = value.write(writer));
            written?;
            json.map(Body::from)
        }
        #[cfg(feature = "thriftpy-json")]
        Protocol::ThriftPyJson => {
            let mut written = Ok(());
            let json = thriftpy_json::write_payload(|writer| written = value.write(writer));
            written?;
            json.map(Body::from)
        }
    }
}

/// Decodes a value of the wire type. Large blobs share the memory of the bytes.
pub(super) fn decode<T: Read>(
    protocol: Protocol,
    bytes: &Bytes,
    limits: &Limits,
    #[cfg_attr(not(feature = "json"), expect(unused_variables))] ty: TType,
    of: &T,
) -> Result<T::Value> {
    match protocol {
        Protocol::Binary | Protocol::BinaryOld => {
            let mut reader = BinaryReader::shared(bytes, limits);
            let value = of.read(&mut reader)?;
            reader.finish().map(|()| value)
        }
        Protocol::Compact => {
            let mut reader = CompactReader::shared(bytes, limits);
            let value = of.read(&mut reader)?;
            reader.finish().map(|()| value)
        }
        #[cfg(feature = "json")]
        Protocol::Json => json::read(bytes, ty, limits, |reader| of.read(reader)),
        #[cfg(feature = "thriftpy-json")]
        Protocol::ThriftPyJson => {
            thriftpy_json::read_payload(bytes, limits, |reader| of.read(reader))
        }
    }
}

/// A value and its type.
struct Typed<'a>(&'a Type, &'a Value);

impl Write for Typed<'_> {
    fn write<W: Writer>(&self, w: &mut W) -> Result<()> {
        self.0.write(self.1, w)
    }
}

impl Read for Type {
    type Value = Value;

    fn read<'de, R: Reader<'de>>(&self, r: &mut R) -> Result<Value> {
        Type::read(self, r)
    }
}

impl Type {
    /// Encodes a value in a protocol: the bytes that a generated type would be encoded as. A value that
    /// is not of this type is [converted](Type::convert).
    ///
    /// ```
    /// use thriftly::Protocol;
    /// use thriftly::dynamic::{Idl, Value};
    ///
    /// let idl = Idl::load_str("struct Point { 1: i32 x, 2: i32 y }")?;
    /// let point = idl.ty("Point")?;
    /// let bytes = point.encode(&Value::from([("x", 1), ("y", -1)]), Protocol::Compact)?;
    /// assert_eq!(bytes, b"\x15\x02\x15\x01\0"[..]);
    /// assert_eq!(point.decode(bytes, Protocol::Compact)?["y"].as_i64(), Some(-1));
    /// # Ok::<(), thriftly::Error>(())
    /// ```
    ///
    /// # Errors
    /// The value cannot be [converted](Type::convert), or a string or container has more than 2³¹ - 1
    /// bytes or elements.
    pub fn encode(&self, value: &Value, protocol: Protocol) -> Result<Bytes> {
        let body = encode(protocol, self.ttype(), &Typed(self, value))?;
        #[cfg(feature = "thriftpy-json")]
        if protocol == Protocol::ThriftPyJson {
            let mut whole = Vec::new();
            thriftpy_json::wrap(&body.into_bytes(), &mut whole);
            return Ok(whole.into());
        }
        Ok(body.into_bytes())
    }

    /// Decodes a value. Trailing bytes are an error. Large `binary` values share the memory of the bytes.
    ///
    /// # Errors
    /// The bytes do not encode such a value, or it exceeds one of the default [`Limits`].
    pub fn decode(&self, bytes: impl Into<Bytes>, protocol: Protocol) -> Result<Value> {
        self.decode_with(bytes, protocol, &Limits::DEFAULT)
    }

    /// Decodes a value as [`decode`](Type::decode) does, with custom limits. A [`Value`] takes
    /// 40 bytes, which count against [`Limits::memory`] for each element and each field.
    ///
    /// # Errors
    /// As [`decode`](Type::decode).
    pub fn decode_with(
        &self,
        bytes: impl Into<Bytes>,
        protocol: Protocol,
        limits: &Limits,
    ) -> Result<Value> {
        let bytes = bytes.into();
        #[cfg(feature = "thriftpy-json")]
        if protocol == Protocol::ThriftPyJson {
            return thriftpy_json::unwrap(&bytes, |payload| {
                thriftpy_json::read_payload(payload, limits, |reader| self.read(reader))
            });
        }
        decode(protocol, &bytes, limits, self.ttype(), self)
    }

    /// Encodes a value in JSON with field names and without types, as
    /// [`simple_json`](crate::simple_json) does.
    ///
    /// # Errors
    /// As [`encode`](Type::encode), or a struct or container is the key of a map.
    #[cfg(feature = "json")]
    pub fn to_simple_json(&self, value: &Value) -> Result<String> {
        let (mut json, mut written) = (Vec::new(), Ok(()));
        let write = |writer: &mut NamedWriter| written = self.write(value, writer);
        let result = NamedWriter::append_with(write, Dialect::Simple, &mut json);
        written.and(result).and_then(|()| into_text(json))
    }

    /// Writes a value with any [`Writer`]. After an error, what was written is incomplete.
    ///
    /// # Errors
    /// The value cannot be [converted](Type::convert).
    pub fn write<W: Writer>(&self, value: &Value, w: &mut W) -> Result<()> {
        Encoder { model: &self.idl.model }.value(&self.ty, value, w)
    }

    /// Reads a value with any [`Reader`].
    ///
    /// # Errors
    /// The bytes do not encode such a value, or it exceeds one of the [`Limits`] of the reader.
    pub fn read<'de, R: Reader<'de>>(&self, r: &mut R) -> Result<Value> {
        Decoder { model: &self.idl.model, keep: self.idl.keep }.value(&self.ty, r)
    }
}
