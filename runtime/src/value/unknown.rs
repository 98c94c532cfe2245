//! Fields that the IDL at hand does not know.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::codec::{Decode, FieldHeader, RawValue, Reader, StructNames, Writer};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::binary::{BinaryReader, BinaryWriter};
use crate::protocol::compact::{self, CompactReader};
#[cfg(feature = "json")]
use crate::protocol::json;
use crate::rpc::message::Protocol;
use crate::ttype::TType;

/// A field that came from a newer or other version of the IDL: kept, and written back unchanged.
///
/// A union that no known field is set in holds one. The default is no field at all, which is
/// what a peer sends for a union that is not set.
///
/// It takes as much memory as it did on the wire. Two are equal if they have the same bytes in the
/// binary protocol, whether they came in that or in compact.
///
/// JSON and these do not say the same: base64 is text there, and here `binary` looks like text.
/// So a `binary` that came in JSON is written in other protocols as the letters of its base64, and is
/// not equal to what came in those; one that came in those is written in JSON as text if it is
/// UTF-8, and else as base64. [`read`](UnknownField::read) knows the type, and gets the bytes.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct UnknownField(Option<(i16, RawValue<'static>)>);

impl UnknownField {
    /// The id of the field, or `None` if there is no field.
    pub fn id(&self) -> Option<i16> {
        self.0.as_ref().map(|(id, _)| *id)
    }

    /// The type of the field, or `None` if there is no field.
    pub fn ttype(&self) -> Option<TType> {
        self.0.as_ref().map(|(_, value)| value.ttype())
    }

    /// Understands the value of the field after all.
    ///
    /// ```
    /// thriftly::thrift!(inline: "
    ///     union Newer { 1: string text, 2: list<i32> numbers }
    ///     union Older { 1: string text }
    /// ");
    ///
    /// let bytes = thriftly::compact::to_vec(&Newer::Numbers(vec![7, 8]))?;
    /// let Older::Unrecognized(field) = thriftly::compact::from_slice(&bytes)? else { panic!() };
    /// assert_eq!(field.id(), Some(2));
    /// assert_eq!(field.read::<Vec<i32>>()?, [7, 8]);
    /// # Ok::<(), thriftly::Error>(())
    /// ```
    ///
    /// # Errors
    /// There is no field, it is of another type, or breaks one of the default [`Limits`].
    pub fn read<T: for<'de> Decode<'de>>(&self) -> Result<T> {
        match &self.0 {
            Some((_, value)) => value.read(),
            None => Err(Error::new(ErrorKind::MissingField, "there is no field")),
        }
    }

    /// Reads the value of the field whose header has been read. Called by generated code.
    #[doc(hidden)]
    pub fn decode<'de, R: Reader<'de>>(id: i16, ty: TType, r: &mut R) -> Result<UnknownField> {
        Ok(UnknownField(Some((id, r.capture(ty)?.into_owned()))))
    }

    /// Writes the field with its header. Called by generated code.
    #[doc(hidden)]
    pub fn encode<W: Writer>(&self, w: &mut W) {
        if let Some((id, value)) = &self.0 {
            w.field(value.ttype(), *id);
            w.raw(value);
        }
    }
}

impl fmt::Debug for UnknownField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some((id, value)) => write!(f, "UnknownField({id}: {value:?})"),
            None => f.write_str("UnknownField(none)"),
        }
    }
}

/// All fields of a struct that the IDL at hand does not know: kept, and written back behind the
/// known ones. Types that `thrift!` makes with `unknown_fields: kept` have them.
///
/// A field whose id is known, but which comes with another type, is not one of them: it is dropped.
///
/// They take hardly more memory than they did on the wire. Two are equal if they have the same
/// bytes in the binary protocol, whether they came in that or in compact; for what came in JSON, see
/// [`UnknownField`].
#[derive(Clone, Default)]
pub struct UnknownFields {
    /// The fields with their headers, as a struct that lacks its end has them. From JSON they come
    /// without the bracket before them, too.
    fields: Vec<u8>,
    protocol: Protocol,
    /// The id of the last field, on which the next header in the compact protocol depends.
    last: i16,
}

impl UnknownFields {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// How many there are. They are counted by passing over all of them.
    pub fn len(&self) -> usize {
        let mut count = 0;
        self.each(|_, _| count += 1);
        count
    }

    /// The last field with the id, if there is one: it is the one that would count.
    ///
    /// ```
    /// thriftly::thrift!(inline: "struct Older { 1: string name }", unknown_fields: kept);
    /// # mod newer { thriftly::thrift!(inline: "struct Newer { 1: string name, 2: i32 age }"); }
    /// # let bytes = thriftly::binary::to_vec(&newer::Newer { name: "Ada".into(), age: 36 })?;
    ///
    /// // The bytes are those of a newer version, whose field 2 is the age.
    /// let older: Older = thriftly::binary::from_slice(&bytes)?;
    /// let age = older.unknown_fields.get(2).expect("the age is there");
    /// assert_eq!(age.read::<i32>()?, 36);
    /// # Ok::<(), thriftly::Error>(())
    /// ```
    pub fn get(&self, id: i16) -> Option<UnknownField> {
        let mut found = None;
        self.each(|at, value| {
            if at == id {
                found = Some(UnknownField(Some((id, value.into_owned()))));
            }
        });
        found
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        *self = UnknownFields::default();
    }

    /// The fields in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = UnknownField> {
        self.into_iter()
    }

    /// Reads the value of the field whose header has been read. Called by generated code.
    #[doc(hidden)]
    pub fn decode<'de, R: Reader<'de>>(&mut self, field: FieldHeader, r: &mut R) -> Result<()> {
        self.push(field.id, &r.capture(field.ty)?)
    }

    /// Writes the fields with their headers. Called by generated code.
    #[doc(hidden)]
    pub fn encode<W: Writer>(&self, w: &mut W) {
        self.each(|id, value| {
            w.field(value.ttype(), id);
            w.raw(&value);
        });
    }

    fn push(&mut self, id: i16, value: &RawValue<'_>) -> Result<()> {
        if self.is_empty() {
            self.protocol = value.protocol();
        } else if self.protocol != value.protocol() {
            let message = "unknown fields of one struct came in two protocols";
            return Err(Error::new(ErrorKind::InvalidData, message));
        }
        let (ty, bytes) = (value.ttype(), value.bytes());
        match self.protocol {
            Protocol::Compact => {
                let (header, length, rest) = compact::raw_field(id, self.last, value);
                self.append(&[&header[..length], rest]);
            }
            #[cfg(feature = "json")]
            Protocol::Json => {
                let comma = if self.is_empty() { "" } else { "," };
                let name = json::type_name(ty).unwrap_or_default();
                let header = format!("{comma}{id}:{{\"{name}\":");
                self.append(&[header.as_bytes(), bytes, b"}"]);
            }
            _ => self.append(&[&[ty.0], &id.to_be_bytes(), bytes]),
        }
        self.last = id;
        Ok(())
    }

    /// Grows by a quarter, not by as much again: what is kept should take little more than it did
    /// on the wire.
    fn append(&mut self, pieces: &[&[u8]]) {
        let (len, more) = (self.fields.len(), pieces.iter().map(|piece| piece.len()).sum());
        if self.fields.capacity() - len < more {
            self.fields.reserve_exact(more.max(len / 4));
        }
        pieces.iter().for_each(|piece| self.fields.extend_from_slice(piece));
    }

    /// Hands out each field. What is kept has been read before, so it is well-formed.
    fn each(&self, field: impl FnMut(i16, RawValue<'_>)) {
        // Its nesting is bounded, too.
        let limits = Limits { depth: u32::MAX, ..Limits::DEFAULT };
        match self.protocol {
            Protocol::Compact => each(&mut CompactReader::new(&self.fields, &limits), field),
            #[cfg(feature = "json")]
            Protocol::Json => {
                let text = [b"{", &self.fields[..], b"}"].concat();
                let decoded = json::decoded::Decoded::default();
                if let Ok(binary) = json::transcode(TType::STRUCT, &text, &limits) {
                    each(&mut BinaryReader::base64(&binary, &decoded, &limits), field);
                }
            }
            _ => each(&mut BinaryReader::new(&self.fields, &limits), field),
        }
    }

    /// The bytes in the binary protocol, by which they are compared.
    fn binary(&self) -> Cow<'_, [u8]> {
        if self.protocol == Protocol::Binary {
            return Cow::Borrowed(&self.fields);
        }
        let mut writer = BinaryWriter::new(Vec::new());
        self.encode(&mut writer);
        Cow::Owned(writer.finish().0)
    }
}

impl IntoIterator for &UnknownFields {
    type Item = UnknownField;
    type IntoIter = std::vec::IntoIter<UnknownField>;

    fn into_iter(self) -> Self::IntoIter {
        let mut fields = Vec::new();
        self.each(|id, value| fields.push(UnknownField(Some((id, value.into_owned())))));
        fields.into_iter()
    }
}

/// Each field up to the end of the bytes or of the struct.
fn each<'a, R: Reader<'a>>(r: &mut R, mut field: impl FnMut(i16, RawValue<'a>)) {
    if r.struct_begin(StructNames::NONE).is_err() {
        return;
    }
    while let Ok(FieldHeader { ty, id }) = r.field() {
        match r.capture(ty) {
            Ok(value) => field(id, value),
            Err(_) => return,
        }
    }
}

impl PartialEq for UnknownFields {
    fn eq(&self, other: &UnknownFields) -> bool {
        let same = self.protocol == other.protocol && self.fields == other.fields;
        same || self.binary() == other.binary()
    }
}

impl Eq for UnknownFields {}

impl Hash for UnknownFields {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.binary().hash(state);
    }
}

impl PartialOrd for UnknownFields {
    fn partial_cmp(&self, other: &UnknownFields) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for UnknownFields {
    fn cmp(&self, other: &UnknownFields) -> Ordering {
        self.binary().cmp(&other.binary())
    }
}

impl fmt::Debug for UnknownFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        self.each(|id, value| {
            map.entry(&id, &value);
        });
        map.finish()
    }
}
