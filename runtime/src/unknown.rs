//! Fields that the IDL at hand does not know.

use bytes::Bytes;

use crate::codec::{Reader, Writer};
use crate::error::Result;
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
