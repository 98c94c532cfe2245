//! Fields that the IDL at hand does not know.

use bytes::Bytes;

use crate::codec::{FieldHeader, Reader, Writer};
use crate::error::Result;
use crate::limits::Limits;
use crate::protocol::binary::BinaryReader;
use crate::ttype::TType;

/// A field that came from a newer or other version of the IDL: kept, and written back unchanged.
///
/// A union that no known field is set in holds one. The default is no field at all, which is
/// what a peer sends for a union that is not set.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct UnknownField(Option<(i16, TType, Bytes)>);

impl UnknownField {
    /// The id of the field, or `None` if there is no field.
    pub fn id(&self) -> Option<i16> {
        self.0.as_ref().map(|(id, _, _)| *id)
    }

    /// The type of the field, or `None` if there is no field.
    pub fn ttype(&self) -> Option<TType> {
        self.0.as_ref().map(|(_, ty, _)| *ty)
    }

    /// Reads the value of the field whose header has been read. Called by generated code.
    #[doc(hidden)]
    pub fn decode<'de, R: Reader<'de>>(id: i16, ty: TType, r: &mut R) -> Result<UnknownField> {
        Ok(UnknownField(Some((id, ty, r.capture(ty)?))))
    }

    /// Writes the field with its header. Called by generated code.
    #[doc(hidden)]
    pub fn encode<W: Writer>(&self, w: &mut W) {
        if let Some((id, ty, value)) = &self.0 {
            w.field(*ty, *id);
            w.raw_binary(*ty, value);
        }
    }
}

/// All fields of a struct that the IDL at hand does not know: kept, and written back behind the
/// known ones. Types that `thrift!` makes with `unknown_fields: kept` have them.
///
/// They take as much memory as they did on the wire in the binary protocol.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct UnknownFields(Vec<u8>);

impl UnknownFields {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The fields in the order in which they came: id, type, and value in the binary protocol.
    pub fn iter(&self) -> impl Iterator<Item = (i16, TType, &[u8])> {
        // What is kept has been read before, so it is well-formed, and its nesting bounded.
        let limits = Limits { depth: u32::MAX, ..Limits::DEFAULT };
        let mut reader = BinaryReader::new(&self.0, &limits);
        std::iter::from_fn(move || {
            let field = reader.field().ok()?;
            let rest = reader.rest();
            reader.skip(field.ty).ok()?;
            Some((field.id, field.ty, &rest[..rest.len() - reader.rest().len()]))
        })
    }

    /// Reads the value of the field whose header has been read. Called by generated code.
    #[doc(hidden)]
    pub fn decode<'de, R: Reader<'de>>(&mut self, field: FieldHeader, r: &mut R) -> Result<()> {
        let value = r.capture(field.ty)?;
        self.0.reserve(3 + value.len());
        self.0.push(field.ty.0);
        self.0.extend_from_slice(&field.id.to_be_bytes());
        self.0.extend_from_slice(&value);
        Ok(())
    }

    /// Writes the fields with their headers. Called by generated code.
    #[doc(hidden)]
    pub fn encode<W: Writer>(&self, w: &mut W) {
        for (id, ty, value) in self.iter() {
            w.field(ty, id);
            w.raw_binary(ty, value);
        }
    }
}

impl std::fmt::Debug for UnknownFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.iter().map(|(id, ty, value)| (id, (ty, value)))).finish()
    }
}
