//! Undecoded values.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use bytes::Bytes;

use crate::codec::copy::copy_value;
use crate::codec::decode::Decode;
use crate::codec::writer::Writer;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::binary::{self, BinaryReader, BinaryWriter};
use crate::protocol::compact::{self, CompactReader};
#[cfg(feature = "json")]
use crate::protocol::json;
use crate::rpc::body::LINK_FROM;
use crate::rpc::message::Protocol;
use crate::ttype::TType;

/// Limits for captured values, which were checked when they were captured.
const TRUSTED: Limits = Limits { depth: u32::MAX, ..Limits::DEFAULT };

/// An undecoded value: its bytes and their protocol. [`Reader::capture`] returns one,
/// [`Writer::raw`] writes it.
///
/// It takes no more memory than on the wire and is transcoded only when it is written in another
/// protocol. Two raw values are equal if their bytes in the binary protocol are equal.
///
/// [`Reader::capture`]: crate::codec::Reader::capture
#[derive(Clone)]
pub struct RawValue<'a> {
    ty: TType,
    protocol: Protocol,
    content: Content<'a>,
}

/// The bytes of a raw value.
#[derive(Clone)]
pub(crate) enum Content<'a> {
    /// A part of the input, or of `message` if the input is shared.
    Borrowed { bytes: &'a [u8], message: Option<&'a Bytes> },
    /// Bytes of its own, or shared ones.
    Owned(Bytes),
}

impl<'a> From<&'a [u8]> for Content<'a> {
    fn from(bytes: &'a [u8]) -> Content<'a> {
        Content::Borrowed { bytes, message: None }
    }
}

impl From<Vec<u8>> for Content<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Content::Owned(bytes.into())
    }
}

impl<'a> RawValue<'a> {
    /// The content must be a well-formed value of the type `ty` in the protocol, in its container form:
    /// a `bool` of the compact protocol is one byte.
    pub(crate) fn new(
        ty: TType,
        protocol: Protocol,
        content: impl Into<Content<'a>>,
    ) -> RawValue<'a> {
        RawValue { ty, protocol, content: content.into() }
    }

    /// The wire type.
    pub fn ttype(&self) -> TType {
        self.ty
    }

    /// The protocol of the bytes.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Whether the bytes are JSON, in which a `binary` is text.
    pub(crate) fn is_json(&self) -> bool {
        match self.protocol {
            Protocol::Binary | Protocol::BinaryOld | Protocol::Compact => false,
            #[cfg(feature = "json")]
            Protocol::Json => true,
            #[cfg(feature = "thriftpy-json")]
            Protocol::ThriftPyJson => true,
        }
    }

    /// The bytes. JSON is kept without its redundant bytes, so they may be fewer than were
    /// received.
    pub fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Borrowed { bytes, .. } => bytes,
            Content::Owned(bytes) => bytes,
        }
    }

    /// Copies the bytes, so that the value borrows nothing. 4 KiB and more share the memory of the message if that is
    /// [`Bytes`], as `binary` values do.
    pub fn into_owned(self) -> RawValue<'static> {
        let content = match self.content {
            Content::Borrowed { bytes, message: Some(message) } if bytes.len() >= LINK_FROM => {
                message.slice_ref(bytes)
            }
            Content::Borrowed { bytes, .. } => Bytes::copy_from_slice(bytes),
            Content::Owned(bytes) => bytes,
        };
        RawValue { ty: self.ty, protocol: self.protocol, content: Content::Owned(content) }
    }

    /// Decodes the value.
    ///
    /// # Errors
    /// The value is of another type, or exceeds one of the default [`Limits`].
    pub fn read<T: for<'de> Decode<'de>>(&self) -> Result<T> {
        if self.ty != T::TYPE {
            let message = format!("{} expected, but found {}", T::TYPE, self.ty);
            return Err(Error::new(ErrorKind::TypeMismatch, message));
        }
        match (self.protocol, &self.content) {
            (Protocol::Binary | Protocol::BinaryOld, Content::Owned(bytes)) => {
                binary::from_bytes(bytes)
            }
            (Protocol::Binary | Protocol::BinaryOld, _) => binary::from_slice(self.bytes()),
            (Protocol::Compact, Content::Owned(bytes)) => compact::from_bytes(bytes),
            (Protocol::Compact, _) => compact::from_slice(self.bytes()),
            #[cfg(feature = "json")]
            (Protocol::Json, _) => json::from_slice(self.bytes()),
            #[cfg(feature = "thriftpy-json")]
            (Protocol::ThriftPyJson, _) => Err(untyped()),
        }
    }

    /// Transcodes the value into another protocol.
    pub(crate) fn carry_over<W: Writer>(&self, w: &mut W) -> Result<()> {
        match self.protocol {
            Protocol::Binary | Protocol::BinaryOld => {
                copy_value(self.ty, &mut BinaryReader::new(self.bytes(), &TRUSTED), w)
            }
            Protocol::Compact => {
                copy_value(self.ty, &mut CompactReader::new(self.bytes(), &TRUSTED), w)
            }
            #[cfg(feature = "json")]
            Protocol::Json => {
                let binary = json::transcode(self.ty, self.bytes(), &TRUSTED)?;
                w.raw(&RawValue::new(self.ty, Protocol::Binary, binary));
                Ok(())
            }
            #[cfg(feature = "thriftpy-json")]
            Protocol::ThriftPyJson => Err(untyped()),
        }
    }

    /// The bytes in the binary protocol, used for comparison.
    fn binary(&self) -> Cow<'_, [u8]> {
        if self.protocol == Protocol::Binary {
            return Cow::Borrowed(self.bytes());
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
        let same = self.protocol == other.protocol && self.bytes() == other.bytes();
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
