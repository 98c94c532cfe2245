//! The structs of the handshake and before messages, as they are on the wire.

use bytes::{Buf, Bytes};

use crate::codec::{Decode, Encode, FieldHeader, Reader, StructNames, ThriftType, Writer};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::binary::{self, BinaryReader};
use crate::protocol::compact::{self, CompactReader};
use crate::rpc::arguments::{ArgumentStruct, Arguments};
use crate::rpc::message::{Headers, Protocol};
use crate::transport::check_count;
use crate::ttype::TType;
use crate::value::shared_str::SharedStr;

/// A struct that is read within the limits of headers. Unknown fields are skipped. Its strings share the
/// memory of the message, so that those of one that is too large are not copied.
pub(super) trait Bare: Default {
    const FIELDS: &'static StructNames;

    /// Reads a field if it is known.
    fn field<'de, R: Reader<'de>>(
        &mut self,
        field: FieldHeader,
        r: &mut R,
        limits: &Limits,
    ) -> Result<bool>;
}

/// Reads a struct at the start of bytes and removes it from them.
///
/// # Errors
/// It is malformed or exceeds a limit.
pub(super) fn take<T: Bare>(protocol: Protocol, bytes: &mut Bytes, limits: &Limits) -> Result<T> {
    let limits = Limits { lossy_utf8: true, ..*limits };
    // No other protocol is tracked.
    let (value, size) = match protocol {
        Protocol::Compact => read(&mut CompactReader::shared(bytes, &limits), &limits)?,
        _ => read(&mut BinaryReader::shared(bytes, &limits), &limits)?,
    };
    if size > limits.header_bytes {
        let (name, limit) = (T::FIELDS.name, limits.header_bytes);
        return Err(Error::new(
            ErrorKind::SizeLimit,
            format!("a {name} of {size} bytes, but `Limits::header_bytes` allows {limit}"),
        ));
    }
    bytes.advance(size);
    Ok(value)
}

/// Reads a struct. Returns its size in bytes as well.
fn read<'de, T: Bare, R: Reader<'de>>(r: &mut R, limits: &Limits) -> Result<(T, usize)> {
    let mut value = T::default();
    let outer = r.struct_begin(T::FIELDS)?;
    loop {
        let field = r.field()?;
        if field.ty == TType::STOP {
            break;
        }
        let known = value.field(field, r, limits).map_err(|error| {
            let at = T::FIELDS.ids.iter().position(|id| *id == field.id);
            error.in_field(T::FIELDS, at.unwrap_or(usize::MAX))
        })?;
        if !known {
            r.skip(field.ty)?;
        }
    }
    r.struct_end(outer);
    // Both readers know it.
    Ok((value, r.offset().unwrap_or_default()))
}

/// Encodes a struct of these fields.
pub(super) fn encode<T: Bare>(protocol: Protocol, fields: &impl Arguments) -> Result<Vec<u8>> {
    let value = ArgumentStruct { names: T::FIELDS, arguments: fields };
    match protocol {
        Protocol::Compact => compact::to_vec(&value),
        _ => binary::to_vec(&value),
    }
}

fn read_meta<'de, R: Reader<'de>>(r: &mut R, limits: &Limits) -> Result<Headers> {
    let count = r.map_begin(TType::STRING, TType::STRING)?;
    let mut meta = Headers::default();
    check_count(count, &meta, limits)?;
    for _ in 0..count {
        let name = SharedStr::decode(r)?;
        meta.push(name, SharedStr::decode(r)?);
    }
    r.map_end()?;
    Ok(meta)
}

/// Headers as a `map<string, string>`.
pub(super) struct Meta<'a>(pub(super) &'a Headers);

impl ThriftType for Meta<'_> {
    const TYPE: TType = TType::MAP;
}

impl Encode for Meta<'_> {
    fn encode<W: Writer>(&self, w: &mut W) {
        w.map_begin(TType::STRING, TType::STRING, self.0.len());
        for (name, value) in self.0.iter() {
            w.string(name);
            w.string(value);
        }
        w.map_end();
    }
}

/// Precedes a call.
#[derive(Debug, Default)]
pub(super) struct RequestHeader {
    pub(super) request_id: SharedStr,
    pub(super) seq: SharedStr,
    pub(super) meta: Headers,
}

impl Bare for RequestHeader {
    const FIELDS: &'static StructNames = &StructNames {
        name: "RequestHeader",
        ids: &[1, 2, 3],
        fields: &["request_id", "seq", "meta"],
    };

    fn field<'de, R: Reader<'de>>(
        &mut self,
        field: FieldHeader,
        r: &mut R,
        limits: &Limits,
    ) -> Result<bool> {
        match (field.id, field.ty) {
            (1, TType::STRING) => self.request_id = SharedStr::decode(r)?,
            (2, TType::STRING) => self.seq = SharedStr::decode(r)?,
            (3, TType::MAP) => self.meta = read_meta(r, limits)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Precedes a reply, from version 2 on.
#[derive(Debug, Default)]
pub(super) struct ResponseHeader {
    pub(super) meta: Headers,
}

impl Bare for ResponseHeader {
    const FIELDS: &'static StructNames =
        &StructNames { name: "ResponseHeader", ids: &[1], fields: &["meta"] };

    fn field<'de, R: Reader<'de>>(
        &mut self,
        field: FieldHeader,
        r: &mut R,
        limits: &Limits,
    ) -> Result<bool> {
        if (field.id, field.ty) != (1, TType::MAP) {
            return Ok(false);
        }
        self.meta = read_meta(r, limits)?;
        Ok(true)
    }
}

/// The arguments of the handshake.
#[derive(Debug, Default)]
pub(super) struct UpgradeArgs {
    pub(super) app_id: SharedStr,
    pub(super) version: Option<i32>,
}

impl Bare for UpgradeArgs {
    const FIELDS: &'static StructNames =
        &StructNames { name: "UpgradeArgs", ids: &[1, 2], fields: &["app_id", "version"] };

    fn field<'de, R: Reader<'de>>(
        &mut self,
        field: FieldHeader,
        r: &mut R,
        _: &Limits,
    ) -> Result<bool> {
        match (field.id, field.ty) {
            (1, TType::STRING) => self.app_id = SharedStr::decode(r)?,
            (2, TType::I32) => self.version = Some(r.i32()?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The result of the handshake. It is the body of the reply, without a result struct around it.
#[derive(Debug, Default)]
pub(super) struct UpgradeReply {
    pub(super) version: Option<i32>,
}

impl Bare for UpgradeReply {
    const FIELDS: &'static StructNames =
        &StructNames { name: "UpgradeReply", ids: &[1], fields: &["version"] };

    fn field<'de, R: Reader<'de>>(
        &mut self,
        field: FieldHeader,
        r: &mut R,
        _: &Limits,
    ) -> Result<bool> {
        if (field.id, field.ty) != (1, TType::I32) {
            return Ok(false);
        }
        self.version = Some(r.i32()?);
        Ok(true)
    }
}
