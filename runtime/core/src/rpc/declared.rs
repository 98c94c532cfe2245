//! Detection of declared exceptions.

use crate::codec::Reader;
use crate::error::Error;
use crate::protocol::binary::BinaryReader;
use crate::protocol::compact::CompactReader;
use crate::rpc::message::{Protocol, Response, ResponseKind};
use crate::rpc::service::Throws;
use crate::ttype::TType;

impl Response {
    /// Whether the reply is an exception declared in the IDL, as opposed to a value.
    ///
    /// Reads the header of the first field only; returns `false` if that fails. Useful for layers
    /// that count failures; costs nothing if not called.
    pub fn is_declared_exception(&self) -> bool {
        if self.kind != ResponseKind::Reply {
            return false;
        }
        // A link is behind the header of its field.
        let start = self.body.chunks().next().unwrap_or_default();
        match self.protocol {
            Protocol::Binary | Protocol::BinaryOld => {
                is_exception(BinaryReader::new(start, &self.limits))
            }
            Protocol::Compact => is_exception(CompactReader::new(start, &self.limits)),
            #[cfg(feature = "json")]
            Protocol::Json => names_an_exception(start, b"\"0\""),
            #[cfg(feature = "thriftpy-json")]
            Protocol::ThriftPyJson => names_an_exception(start, b"\"success\""),
        }
    }
}

/// Whether the first field is other than field 0, which is the value.
fn is_exception<'de>(mut r: impl Reader<'de>) -> bool {
    let first = r.struct_begin(Error::NAMES).and_then(|_| r.field());
    first.is_ok_and(|field| field.ty != TType::STOP && field.id != 0)
}

/// Whether the first field of an object of JSON is other than the value, which has this quoted name.
#[cfg(feature = "json")]
fn names_an_exception(body: &[u8], success: &[u8]) -> bool {
    let inside = body.trim_ascii_start().strip_prefix(b"{").unwrap_or_default();
    let inside = inside.trim_ascii_start();
    inside.starts_with(b"\"") && !inside.starts_with(success)
}
