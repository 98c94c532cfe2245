//! Values that are carried along without being understood.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::codec::copy::copy_value;
use crate::codec::decode::Decode;
use crate::codec::writer::Writer;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::binary::{self, BinaryReader, BinaryWriter};
use crate::protocol::compact::{self, CompactReader};
#[cfg(feature = "json")]
use crate::protocol::json;
use crate::rpc::message::Protocol;
use crate::ttype::TType;

/// What has been read before is well-formed, and its nesting bounded.
const TRUSTED: Limits = Limits { depth: u32::MAX, ..Limits::DEFAULT };

/// A value as it came: its bytes, and the protocol that they are in. [`Reader::capture`] makes it,
/// [`Writer::raw`] writes it.
///
/// It takes no more memory than it did on the wire: it is carried over into another protocol only
/// when it is written there. Two are equal if they are the same bytes in the binary protocol.
///
/// [`Reader::capture`]: crate::codec::Reader::capture
#[derive(Clone)]
pub struct RawValue<'a> {
    ty: TType,
    protocol: Protocol,
    bytes: Cow<'a, [u8]>,
}

impl<'a> RawValue<'a> {
    /// The bytes have been read as a value of the type in the protocol. Alone, as in a container:
    /// a `bool` of the compact protocol is a byte of its own.
    pub(crate) fn new(
        ty: TType,
        protocol: Protocol,
        bytes: impl Into<Cow<'a, [u8]>>,
    ) -> RawValue<'a> {
        RawValue { ty, protocol, bytes: bytes.into() }
    }

    /// The type.
    pub fn ttype(&self) -> TType {
        self.ty
    }

    /// The protocol that the bytes are in.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The bytes. Those from JSON stand without what JSON could do without, so they may be fewer
    /// than there were.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same value with bytes of its own.
    pub fn into_owned(self) -> RawValue<'static> {
        RawValue { bytes: Cow::Owned(self.bytes.into_owned()), ..self }
    }

    /// Understands the value after all.
    ///
    /// # Errors
    /// It is of another type, or breaks one of the default [`Limits`].
    pub fn read<T: for<'de> Decode<'de>>(&self) -> Result<T> {
        if self.ty != T::TYPE {
            let message = format!("{} expected, but found {}", T::TYPE, self.ty);
            return Err(Error::new(ErrorKind::TypeMismatch, message));
        }
        match self.protocol {
            Protocol::Binary | Protocol::BinaryOld => binary::from_slice(&self.bytes),
            Protocol::Compact => compact::from_slice(&self.bytes),
            #[cfg(feature = "json")]
            Protocol::Json => json::from_slice(&self.bytes),
            #[cfg(feature = "thriftpy-json")]
            Protocol::ThriftPyJson => Err(untyped()),
        }
    }

    /// Writes it in another protocol than its own.
    pub(crate) fn carry_over<W: Writer>(&self, w: &mut W) -> Result<()> {
        match self.protocol {
            Protocol::Binary | Protocol::BinaryOld => {
                copy_value(self.ty, &mut BinaryReader::new(&self.bytes, &TRUSTED), w)
            }
            Protocol::Compact => {
                copy_value(self.ty, &mut CompactReader::new(&self.bytes, &TRUSTED), w)
            }
            #[cfg(feature = "json")]
            Protocol::Json => {
                let binary = json::transcode(self.ty, &self.bytes, &TRUSTED)?;
                w.raw(&RawValue::new(self.ty, Protocol::Binary, binary));
                Ok(())
            }
            #[cfg(feature = "thriftpy-json")]
            Protocol::ThriftPyJson => Err(untyped()),
        }
    }

    /// The bytes in the binary protocol, by which values are compared.
    fn binary(&self) -> Cow<'_, [u8]> {
        if self.protocol == Protocol::Binary {
            return Cow::Borrowed(&self.bytes);
        }
        let mut writer = BinaryWriter::new(Vec::new());
        writer.raw(self);
        Cow::Owned(writer.finish().0)
    }
}

#[cfg(feature = "thriftpy-json")]
#[cold]
fn untyped() -> Error {
    Error::new(ErrorKind::InvalidData, "ThriftPy's JSON has no types")
}

impl PartialEq for RawValue<'_> {
    fn eq(&self, other: &RawValue<'_>) -> bool {
        let same = self.protocol == other.protocol && self.bytes == other.bytes;
        self.ty == other.ty && (same || self.binary() == other.binary())
    }
}

impl Eq for RawValue<'_> {}

impl Hash for RawValue<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.ty.hash(state);
        self.binary().hash(state);
    }
}

impl PartialOrd for RawValue<'_> {
    fn partial_cmp(&self, other: &RawValue<'_>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RawValue<'_> {
    fn cmp(&self, other: &RawValue<'_>) -> Ordering {
        self.ty.cmp(&other.ty).then_with(|| self.binary().cmp(&other.binary()))
    }
}

impl fmt::Debug for RawValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} b\"{}\"", self.ty, self.binary().escape_ascii())
    }
}
