//! Values of constants, and of fields that are absent.

use std::collections::BTreeSet;

use bytes::Bytes;
use thriftly_parser::program::{Definition, Value as Written};

use super::list::List;
use super::model::{ConstDef, FieldDef, Model, Presence, Size, Ty};
use super::sizes::DEPTH;
use super::value::{Enum, Map, Struct, Union, Value, Variant};
use crate::error::{Error, ErrorKind, Result};
use crate::value::double::Double;
use crate::value::unknown::UnknownField;
use crate::value::uuid::Uuid;

/// Largest constant or default that is built, in bytes.
const LARGEST: u64 = 64 << 20;

/// Fails if a value is too large or nested too deeply to be built.
fn check(size: Size) -> Result<()> {
    if size.bytes <= LARGEST && size.depth <= DEPTH {
        return Ok(());
    }
    let message = "a constant or default of the IDL is larger than 64 MiB, or nested too deeply";
    Err(Error::new(ErrorKind::MemoryLimit, message))
}

impl Model {
    /// The value of a field that is absent and not optional.
    ///
    /// # Errors
    /// It is too large.
    pub(super) fn absent(&self, field: &FieldDef) -> Result<Value> {
        if let Some(value) = field.absent.get() {
            return Ok(value.clone());
        }
        check(field.absent_size)?;
        Ok(field.absent.get_or_init(|| self.built_absent(field)).clone())
    }

    /// The value of a constant.
    ///
    /// # Errors
    /// It is too large.
    pub(super) fn constant(&self, constant: &ConstDef) -> Result<Value> {
        check(constant.size)?;
        Ok(self.built(&Written::Const(constant.id), &constant.ty))
    }

    fn built_absent(&self, field: &FieldDef) -> Value {
        match &field.default {
            Some(written) => self.built(written, &field.ty),
            None => self.nothing(&field.ty),
        }
    }

    /// The value of a type by default.
    fn nothing(&self, ty: &Ty) -> Value {
        match ty {
            Ty::Bool => Value::Bool(false),
            Ty::I8 => Value::I8(0),
            Ty::I16 => Value::I16(0),
            Ty::I32 => Value::I32(0),
            Ty::I64 => Value::I64(0),
            Ty::Double => Value::Double(Double(0.0)),
            Ty::String => Value::String(String::new()),
            Ty::Binary => Value::Binary(Bytes::new()),
            Ty::Uuid => Value::Uuid(Uuid::NIL),
            Ty::List(_) => Value::List(List::new()),
            Ty::Set(_) => Value::Set(BTreeSet::new()),
            Ty::Map(of) => Value::Map(Map::new(of.0.is_no_text())),
            Ty::Enum(def) => Value::Enum(Enum { def: def.clone(), number: 0 }),
            Ty::Struct(index) => self.built_struct(*index, &[]),
        }
    }

    /// A value as it is written in the IDL.
    fn built(&self, written: &Written, ty: &Ty) -> Value {
        match (written, ty) {
            (Written::Bool(value), _) => Value::Bool(*value),
            (Written::Int(value), Ty::I8) => Value::I8(*value as i8),
            (Written::Int(value), Ty::I16) => Value::I16(*value as i16),
            (Written::Int(value), Ty::I32) => Value::I32(*value as i32),
            (Written::Int(value), Ty::Enum(def)) => {
                Value::Enum(Enum { def: def.clone(), number: *value as i32 })
            }
            (Written::Int(value), _) => Value::I64(*value),
            (Written::Double(value), _) => Value::Double(Double(*value)),
            (Written::String(text), _) => Value::String(text.clone()),
            (Written::Binary(bytes), _) => Value::Binary(Bytes::copy_from_slice(bytes)),
            (Written::Uuid(bytes), _) => Value::Uuid(Uuid(*bytes)),
            (Written::Enum(_, at), Ty::Enum(def)) => {
                let number = def.values.get(*at as usize).map_or(0, |value| value.number);
                Value::Enum(Enum { def: def.clone(), number })
            }
            (Written::List(values), Ty::List(of)) => {
                Value::List(values.iter().map(|value| self.built(value, of)).collect())
            }
            (Written::Set(values), Ty::Set(of)) => {
                Value::Set(values.iter().map(|value| self.built(value, of)).collect())
            }
            (Written::Map(entries), Ty::Map(of)) => {
                let mut map = Map::new(of.0.is_no_text());
                let entries = entries.iter();
                map.entries = entries
                    .map(|(key, value)| (self.built(key, &of.0), self.built(value, &of.1)))
                    .collect();
                Value::Map(map)
            }
            (Written::Struct(_, given), Ty::Struct(index)) => self.built_struct(*index, given),
            (Written::Const(id), _) => match self.program.definition(*id) {
                Definition::Const(item) => self.built(&item.value, ty),
                _ => self.nothing(ty),
            },
            // A program without errors has no other values.
            _ => self.nothing(ty),
        }
    }

    /// A struct of which some fields are given.
    fn built_struct(&self, index: u32, given: &[(u32, Written)]) -> Value {
        let def = self.structure(index);
        let shape = def.shape.clone();
        if def.is_union() {
            let set = given
                .first()
                .and_then(|(at, value)| Some((def.fields.get(*at as usize)?, at, value)));
            let field = match set {
                Some((field, at, value)) => {
                    Variant::Known(*at as usize, self.built(value, &field.ty))
                }
                None => Variant::Unrecognized(UnknownField::default()),
            };
            return Value::Union(Union { shape, field: Box::new(field) });
        }
        let fields = def.fields.iter().enumerate().map(|(at, field)| {
            match given.iter().rev().find(|(index, _)| *index as usize == at) {
                Some((_, value)) => Some(self.built(value, &field.ty)),
                None if field.presence == Presence::Optional => None,
                None => Some(self.built_absent(field)),
            }
        });
        Value::Struct(Struct { shape, fields: fields.collect(), unknown: None })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Idl;
    use crate::Protocol;
    use crate::error::{ErrorKind, Result};
    use crate::limits::Limits;

    /// Each constant has the one before twice.
    fn doubling(levels: u32) -> String {
        let mut text = "const list<string> C0 = [\"some text\", \"more text\"]\n".to_owned();
        let mut ty = "list<string>".to_owned();
        for level in 1..=levels {
            ty = format!("list<{ty}>");
            let before = level - 1;
            text.push_str(&format!("const {ty} C{level} = [C{before}, C{before}]\n"));
        }
        text.push_str(&format!("struct S {{ 1: {ty} all = C{levels} }}\n"));
        text
    }

    #[test]
    fn constants_that_grow_exponentially_are_refused_before_they_are_built() -> Result<()> {
        let idl = Idl::load_str(&doubling(5))?;
        assert_eq!(idl.constant("C5")?.value()?.as_list().map(|list| list.len()), Some(2));
        assert!(idl.ty("S")?.decode(&b"\0"[..], Protocol::Binary).is_ok());

        let idl = Idl::load_str(&doubling(50))?;
        let error = idl.constant("C50")?.value().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MemoryLimit);
        let ty = idl.ty("S")?;
        let error = ty.decode(&b"\0"[..], Protocol::Binary).unwrap_err();
        assert_eq!((error.kind(), &*error.path()), (ErrorKind::MemoryLimit, "S.all"));
        let error = ty.convert([("", 0); 0]).unwrap_err();
        assert_eq!((error.kind(), &*error.path()), (ErrorKind::MemoryLimit, "S.all"));
        Ok(())
    }

    #[test]
    fn defaults_that_are_absent_are_charged_to_the_budget() -> Result<()> {
        let idl = Idl::load_str(&doubling(10))?;
        let (ty, bytes) = (idl.ty("list<S>")?, [&b"\x0c\0\0\x27\x10"[..], &[0; 10_000]].concat());
        let error = ty.decode(bytes, Protocol::Binary).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MemoryLimit);
        let one = Limits { memory: 1 << 20, ..Limits::DEFAULT };
        assert!(ty.decode_with(&b"\x0c\0\0\0\x01\0"[..], Protocol::Binary, &one).is_ok());
        Ok(())
    }

    #[test]
    fn long_chains_of_structs_and_constants_do_not_exhaust_the_stack() -> Result<()> {
        let mut text = String::new();
        for at in 0..3000 {
            text.push_str(&format!("struct S{at} {{ 1: S{} next }}\n", at + 1));
        }
        text.push_str("struct S3000 { 1: i32 last }\n");
        let idl = Idl::load_str(&text)?;
        let decode = |name: &str| idl.ty(name)?.decode(&b"\0"[..], Protocol::Binary);
        assert_eq!(decode("S0").unwrap_err().kind(), ErrorKind::MemoryLimit);
        // Wherever it is in the chain.
        for at in 2900..3000 {
            decode(&format!("S{at}"))?;
        }
        assert_eq!(decode("S2998")?["next"]["next"]["last"].as_i64(), Some(0));
        Ok(())
    }
}
