//! Decoding by a type that is known only at run time. It drives the same [`Reader`] as generated code,
//! with the same limits and the same rules for fields that are absent, unknown or of another type.

use std::collections::{BTreeMap, BTreeSet};

use super::list::List;
use super::model::{FieldDef, Model, Presence, StructDef, Ty};
use super::value::{Enum, Map, Struct, Union, Value, Variant};
use crate::codec::{Decode, FieldHeader, Reader, tree_room};
use crate::error::{Error, ErrorKind, Result};
use crate::ttype::TType;
use crate::value::double::Double;
use crate::value::unknown::{UnknownField, UnknownFields};
use crate::value::uuid::Uuid;

/// Decodes values of the types of an IDL.
#[derive(Clone, Copy)]
pub(super) struct Decoder<'m> {
    pub(super) model: &'m Model,
    /// Whether fields are kept that the IDL does not declare.
    pub(super) keep: bool,
}

impl Decoder<'_> {
    // Inlined, so that a value is made in its place instead of being moved there.
    #[inline(always)]
    pub(super) fn value<'de, R: Reader<'de>>(self, ty: &Ty, r: &mut R) -> Result<Value> {
        Ok(match ty {
            Ty::Bool => Value::Bool(r.bool()?),
            Ty::I8 => Value::I8(r.i8()?),
            Ty::I16 => Value::I16(r.i16()?),
            Ty::I32 => Value::I32(r.i32()?),
            Ty::I64 => Value::I64(r.i64()?),
            Ty::Double => Value::Double(Double(r.double()?)),
            Ty::String => Value::String(r.text()?.into_owned()),
            Ty::Binary => Value::Binary(r.shared()?),
            Ty::Uuid => Value::Uuid(Uuid(r.uuid()?)),
            Ty::Enum(def) => Value::Enum(Enum { def: def.clone(), number: r.i32()? }),
            _ => return self.nested(ty, r),
        })
    }

    fn nested<'de, R: Reader<'de>>(self, ty: &Ty, r: &mut R) -> Result<Value> {
        match ty {
            Ty::List(of) => self.list(of, r),
            Ty::Set(of) => self.set(of, r),
            Ty::Map(of) => self.map(&of.0, &of.1, r),
            Ty::Struct(index) => {
                let def = self.model.structure(*index);
                if def.is_union() { self.union(def, r) } else { self.structure(def, r) }
            }
            _ => self.value(ty, r),
        }
    }

    // Separate functions keep the stack frame of one nesting level small.

    #[inline(never)]
    fn list<'de, R: Reader<'de>>(self, of: &Ty, r: &mut R) -> Result<Value> {
        let count = r.list_begin(of.ttype())?;
        let list = match of {
            Ty::I8 => numbers::<i8, R>(count, r)?,
            Ty::I16 => numbers::<i16, R>(count, r)?,
            Ty::I32 => numbers::<i32, R>(count, r)?,
            Ty::I64 => numbers::<i64, R>(count, r)?,
            Ty::Double => numbers::<f64, R>(count, r)?,
            _ => self.elements(of, count, r)?.into(),
        };
        r.list_end()?;
        Ok(Value::List(list))
    }

    #[inline(never)]
    fn set<'de, R: Reader<'de>>(self, of: &Ty, r: &mut R) -> Result<Value> {
        let count = r.set_begin(of.ttype())?;
        r.room_for::<Value>(tree_room(count))?;
        let values = self.elements(of, count, r)?;
        r.set_end()?;
        Ok(Value::Set(BTreeSet::from_iter(values)))
    }

    fn elements<'de, R: Reader<'de>>(self, of: &Ty, count: usize, r: &mut R) -> Result<Vec<Value>> {
        let mut values = Vec::with_capacity(r.room_for::<Value>(count)?);
        for index in 0..count {
            match self.value(of, r) {
                Ok(value) => values.push(value),
                Err(error) => return Err(error.in_element(index)),
            }
        }
        Ok(values)
    }

    #[inline(never)]
    fn map<'de, R: Reader<'de>>(self, key: &Ty, value: &Ty, r: &mut R) -> Result<Value> {
        let count = r.map_begin(key.ttype(), value.ttype())?;
        r.room_for::<(Value, Value)>(tree_room(count))?;
        let mut entries = Vec::with_capacity(r.room_for::<(Value, Value)>(count)?);
        for _ in 0..count {
            let key = self.value(key, r).map_err(Error::in_key)?;
            let value = self.value(value, r).map_err(Error::in_value)?;
            entries.push((key, value));
        }
        r.map_end()?;
        // The last of equal keys wins.
        let entries = BTreeMap::from_iter(entries);
        Ok(Value::Map(Map { entries, is_pairs: key.is_no_text() }))
    }

    #[inline(never)]
    fn structure<'de, R: Reader<'de>>(self, def: &StructDef, r: &mut R) -> Result<Value> {
        let names = &def.shape.names;
        let count = def.fields.len();
        r.room_for::<Option<Value>>(count)?;
        let outer = r.loaded_struct_begin(names)?;
        let mut fields = Vec::new();
        fields.resize_with(count, || None);
        let mut unknown = None;
        let mut next = 0;
        loop {
            let header = header(def, r)?;
            if header.ty == TType::STOP {
                break;
            }
            let Some(at) = def.index(header.id, next) else {
                self.unknown(&mut unknown, header, def, r)?;
                continue;
            };
            next = at + 1;
            let field = &def.fields[at];
            if !r.fits(header, field.ttype) {
                skip(def, header, r)?;
                continue;
            }
            match self.value(&field.ty, r) {
                Ok(value) => fields[at] = Some(value),
                Err(error) => return Err(error.in_loaded_field(names, at)),
            }
        }
        r.struct_end(outer);
        for (at, (field, value)) in def.fields.iter().zip(&mut fields).enumerate() {
            if value.is_none() && field.presence != Presence::Optional {
                let absent = self.absent(field, r);
                *value = Some(absent.map_err(|error| error.in_loaded_field(names, at))?);
            }
        }
        Ok(Value::Struct(Struct {
            shape: def.shape.clone(),
            fields: fields.into_boxed_slice(),
            unknown,
        }))
    }

    /// Only the last known field counts; without one, the first unknown one is kept.
    #[inline(never)]
    pub(super) fn union<'de, R: Reader<'de>>(self, def: &StructDef, r: &mut R) -> Result<Value> {
        r.room_for::<Variant>(1)?;
        let outer = r.loaded_struct_begin(&def.shape.names)?;
        let mut set = None;
        loop {
            let header = header(def, r)?;
            if header.ty == TType::STOP {
                break;
            }
            match def.index(header.id, 0) {
                Some(at) => {
                    if let Some(value) = self.field(def, at, header, r)? {
                        set = Some(Variant::Known(at, value));
                    }
                }
                None if set.is_some() => skip(def, header, r)?,
                None => {
                    let field = UnknownField::decode(header.id, header.ty, r);
                    let field = field.map_err(|error| in_struct(error, def))?;
                    set = Some(Variant::Unrecognized(field));
                }
            }
        }
        r.struct_end(outer);
        let field = set.unwrap_or_else(|| Variant::Unrecognized(UnknownField::default()));
        Ok(Value::Union(Union { shape: def.shape.clone(), field: Box::new(field) }))
    }

    /// The value of a union's field, unless it is of another type.
    fn field<'de, R: Reader<'de>>(
        self,
        def: &StructDef,
        at: usize,
        header: FieldHeader,
        r: &mut R,
    ) -> Result<Option<Value>> {
        let field = &def.fields[at];
        if !r.fits(header, field.ttype) {
            return skip(def, header, r).map(|()| None);
        }
        match self.value(&field.ty, r) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(error.in_loaded_field(&def.shape.names, at)),
        }
    }

    #[cold]
    fn unknown<'de, R: Reader<'de>>(
        self,
        kept: &mut Option<Box<UnknownFields>>,
        header: FieldHeader,
        def: &StructDef,
        r: &mut R,
    ) -> Result<()> {
        if !self.keep {
            return skip(def, header, r);
        }
        if kept.is_none() {
            r.room_for::<UnknownFields>(1).map_err(|error| in_struct(error, def))?;
        }
        kept.get_or_insert_default().decode(header, r).map_err(|error| in_struct(error, def))
    }

    /// The value of a field that is absent.
    fn absent<'de, R: Reader<'de>>(self, field: &FieldDef, r: &mut R) -> Result<Value> {
        if field.presence == Presence::Required {
            let error = missing();
            return Err(match r.offset() {
                Some(offset) => error.at_offset(offset),
                None => error,
            });
        }
        let size = usize::try_from(field.absent_size.bytes).unwrap_or(usize::MAX);
        if size > 0 {
            r.room_for::<u8>(size)?;
        }
        self.model.absent(field)
    }
}

/// Reads numbers at once. They count against the budget as the values that may be made of them.
fn numbers<'de, T, R>(count: usize, r: &mut R) -> Result<List>
where
    T: Decode<'de>,
    R: Reader<'de>,
    List: From<Vec<T>>,
{
    r.room_for::<Value>(count)?;
    T::decode_all(count, r).map(List::from)
}

#[cold]
pub(super) fn missing() -> Error {
    Error::new(ErrorKind::MissingField, "the required field is missing, or of another type")
}

/// The header of the next field.
#[inline]
fn header<'de, R: Reader<'de>>(def: &StructDef, r: &mut R) -> Result<FieldHeader> {
    r.field().map_err(|error| in_struct(error, def))
}

fn skip<'de, R: Reader<'de>>(def: &StructDef, header: FieldHeader, r: &mut R) -> Result<()> {
    r.skip(header.ty).map_err(|error| in_struct(error, def))
}

#[cold]
fn in_struct(error: Error, def: &StructDef) -> Error {
    error.in_loaded_field(&def.shape.names, usize::MAX)
}
