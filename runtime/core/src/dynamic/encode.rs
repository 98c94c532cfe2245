//! Encoding by a type that is known only at run time. It drives the same [`Writer`] as generated code.

use std::sync::Arc;

use super::access::mismatch;
use super::convert::{Converter, Unknown};
use super::decode::missing;
use super::model::{FieldDef, Model, Presence, StructDef, Ty};
use super::value::{Struct, Value, Variant};
use crate::codec::Writer;
use crate::error::{Error, Result};

/// Encodes values of the types of an IDL.
#[derive(Clone, Copy)]
pub(super) struct Encoder<'m> {
    pub(super) model: &'m Model,
}

impl Encoder<'_> {
    /// Encodes a value. One that is not of the type is converted. What was written before an error is of
    /// no use.
    pub(super) fn value<W: Writer>(self, ty: &Ty, value: &Value, w: &mut W) -> Result<()> {
        match self.written(ty, value, w)? {
            true => Ok(()),
            false => {
                let converted = self.converted(ty, value)?;
                match self.written(ty, &converted, w)? {
                    true => Ok(()),
                    false => Err(mismatch(&self.model.name(ty), value)),
                }
            }
        }
    }

    #[cold]
    fn converted(self, ty: &Ty, value: &Value) -> Result<Value> {
        Converter { model: self.model, unknown: Unknown::Refused }.value(ty, value.clone())
    }

    /// Writes a value if it is of the type.
    fn written<W: Writer>(self, ty: &Ty, value: &Value, w: &mut W) -> Result<bool> {
        match (ty, value) {
            (Ty::Bool, Value::Bool(value)) => w.bool(*value),
            (Ty::I8, Value::I8(value)) => w.i8(*value),
            (Ty::I16, Value::I16(value)) => w.i16(*value),
            (Ty::I32, Value::I32(value)) => w.i32(*value),
            (Ty::I64, Value::I64(value)) => w.i64(*value),
            (Ty::Double, Value::Double(value)) => w.double(value.0),
            (Ty::String, Value::String(text)) => w.string(text),
            (Ty::Binary, Value::Binary(bytes)) => w.shared(bytes),
            (Ty::Uuid, Value::Uuid(value)) => w.uuid(value.0),
            (Ty::Enum(def), Value::Enum(value)) if *def == value.def => w.i32(value.number),
            (Ty::List(of), Value::List(values)) => {
                w.list_begin(of.ttype(), values.len());
                if !values.write_numbers(of, w) && !numbers(of, values, w) {
                    self.elements(of, values.iter(), w)?;
                }
                w.list_end();
            }
            (Ty::Set(of), Value::Set(values)) => {
                w.set_begin(of.ttype(), values.len());
                self.elements(of, values.iter(), w)?;
                w.set_end();
            }
            (Ty::Map(of), Value::Map(entries)) => {
                w.map_begin(of.0.ttype(), of.1.ttype(), entries.len());
                for (key, value) in entries {
                    self.value(&of.0, key, w).map_err(Error::in_key)?;
                    self.value(&of.1, value, w).map_err(Error::in_value)?;
                }
                w.map_end();
            }
            (Ty::Struct(index), Value::Struct(value)) => {
                let def = self.model.structure(*index);
                if !Arc::ptr_eq(&def.shape, &value.shape) {
                    return Ok(false);
                }
                self.structure(def, value, w)?;
            }
            (Ty::Struct(index), Value::Union(value)) => {
                let def = self.model.structure(*index);
                if !Arc::ptr_eq(&def.shape, &value.shape) {
                    return Ok(false);
                }
                self.union(def, &value.field, w)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn elements<'a, W: Writer>(
        self,
        of: &Ty,
        values: impl Iterator<Item = &'a Value>,
        w: &mut W,
    ) -> Result<()> {
        for (index, value) in values.enumerate() {
            if let Err(error) = self.value(of, value, w) {
                return Err(error.in_element(index));
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn structure<W: Writer>(self, def: &StructDef, value: &Struct, w: &mut W) -> Result<()> {
        let outer = w.loaded_struct_begin(&def.shape.names);
        for (at, (field, value)) in def.fields.iter().zip(&value.fields).enumerate() {
            let written = match (value, field.presence) {
                (Some(value), _) => self.field(field, value, w),
                (None, Presence::Optional) => Ok(()),
                (None, Presence::Default) => {
                    self.model.absent(field).and_then(|value| self.field(field, &value, w))
                }
                (None, Presence::Required) => Err(missing()),
            };
            if let Err(error) = written {
                return Err(error.in_loaded_field(&def.shape.names, at));
            }
        }
        if let Some(unknown) = &value.unknown {
            unknown.encode(w);
        }
        w.stop();
        w.struct_end(outer);
        Ok(())
    }

    #[inline(never)]
    pub(super) fn union<W: Writer>(self, def: &StructDef, set: &Variant, w: &mut W) -> Result<()> {
        let outer = w.loaded_struct_begin(&def.shape.names);
        match set {
            Variant::Known(at, value) => {
                if let Err(error) = self.field(&def.fields[*at], value, w) {
                    return Err(error.in_loaded_field(&def.shape.names, *at));
                }
            }
            Variant::Unrecognized(field) => field.encode(w),
        }
        w.stop();
        w.struct_end(outer);
        Ok(())
    }

    /// The result of a method that returns nothing.
    pub(super) fn nothing<W: Writer>(self, def: &StructDef, w: &mut W) -> Result<()> {
        let outer = w.loaded_struct_begin(&def.shape.names);
        w.stop();
        w.struct_end(outer);
        Ok(())
    }

    /// Writes a field with its header, into which protocols may put numbers and `bool`.
    #[inline(always)]
    fn field<W: Writer>(self, field: &FieldDef, value: &Value, w: &mut W) -> Result<()> {
        match (&field.ty, value) {
            (Ty::Bool, Value::Bool(value)) => w.field_bool(field.id, *value),
            (Ty::I8, Value::I8(value)) => w.field_i8(field.id, *value),
            (Ty::I16, Value::I16(value)) => w.field_i16(field.id, *value),
            (Ty::I32, Value::I32(value)) => w.field_i32(field.id, *value),
            (Ty::I64, Value::I64(value)) => w.field_i64(field.id, *value),
            (Ty::Double, Value::Double(value)) => w.field_double(field.id, value.0),
            (Ty::Uuid, Value::Uuid(uuid)) => w.field_uuid(field.id, uuid.0),
            (Ty::String, Value::String(text)) => w.field_string(field.id, text),
            _ => return self.other_field(field, value, w),
        }
        Ok(())
    }

    #[inline(never)]
    fn other_field<W: Writer>(self, field: &FieldDef, value: &Value, w: &mut W) -> Result<()> {
        // Its header has the value.
        if field.ty == Ty::Bool {
            return match self.converted(&field.ty, value)? {
                Value::Bool(value) => {
                    w.field_bool(field.id, value);
                    Ok(())
                }
                other => Err(mismatch("bool", &other)),
            };
        }
        w.field(field.ttype, field.id);
        self.value(&field.ty, value, w)
    }
}

/// Writes numbers at once, if all values are of the type.
fn numbers<W: Writer>(of: &Ty, values: &[Value], w: &mut W) -> bool {
    /// So many values at a time, which need no memory of their own.
    const PART: usize = 64;
    macro_rules! all {
        ($variant:ident, $write:ident, $zero:expr, $value:ident => $number:expr) => {{
            if !values.iter().all(|value| matches!(value, Value::$variant(_))) {
                return false;
            }
            let mut part = [$zero; PART];
            for values in values.chunks(PART) {
                for (slot, value) in part.iter_mut().zip(values) {
                    if let Value::$variant($value) = value {
                        *slot = $number;
                    }
                }
                w.$write(&part[..values.len()]);
            }
            true
        }};
    }
    match of {
        Ty::I8 => all!(I8, i8s, 0, value => *value),
        Ty::I16 => all!(I16, i16s, 0, value => *value),
        Ty::I32 => all!(I32, i32s, 0, value => *value),
        Ty::I64 => all!(I64, i64s, 0, value => *value),
        Ty::Double => all!(Double, doubles, 0.0, value => value.0),
        _ => false,
    }
}
