//! Detection of declared exceptions.

use crate::codec::{Decode, Reader, StructNames, ThriftType};
use crate::error::Result;
use crate::protocol::decode_body;
#[cfg(feature = "thriftpy-json")]
use crate::rpc::message::Protocol;
use crate::rpc::message::{Response, ResponseKind};
use crate::ttype::TType;

impl Response {
    /// Whether the reply is an exception declared in the IDL, as opposed to a value.
    ///
    /// Decodes the body up to the first field; returns `false` if that fails. Useful for layers
    /// that count failures; costs nothing if not called.
    pub fn is_declared_exception(&self) -> bool {
        if self.kind != ResponseKind::Reply {
            return false;
        }
        let body = self.body.clone().into_bytes();
        #[cfg(feature = "thriftpy-json")]
        if self.protocol == Protocol::ThriftPyJson {
            return names_an_exception(&body);
        }
        let first: Result<First> = decode_body(self.protocol, &body, &self.limits);
        first.is_ok_and(|first| first.0.is_some_and(|id| id != 0))
    }
}

/// Whether a result in ThriftPy's JSON, which has no ids, has a field other than the value.
#[cfg(feature = "thriftpy-json")]
fn names_an_exception(body: &[u8]) -> bool {
    let inside = body.trim_ascii_start().strip_prefix(b"{").unwrap_or_default();
    let inside = inside.trim_ascii_start();
    inside.starts_with(b"\"") && !inside.starts_with(b"\"success\"")
}

/// The id of the only field of a result.
struct First(Option<i16>);

impl ThriftType for First {
    const TYPE: TType = TType::STRUCT;
    const NAMES: &'static StructNames =
        &StructNames { name: "result", ids: &[0], fields: &["success"] };
}

impl<'de> Decode<'de> for First {
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<First> {
        let mut first = First(None);
        let outer = r.struct_begin(Self::NAMES)?;
        loop {
            let field = r.field()?;
            if field.ty == TType::STOP {
                break;
            }
            first.0.get_or_insert(field.id);
            r.skip(field.ty)?;
        }
        r.struct_end(outer);
        Ok(first)
    }
}
