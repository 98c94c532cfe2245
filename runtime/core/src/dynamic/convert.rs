//! Conversion of values to the types of an IDL, by the rules of serde's `Deserialize` of generated types.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::access::mismatch;
use super::list::List;
use super::model::{EnumDef, Model, Presence, StructDef, Ty};
use super::value::{Enum, Map, Struct, Union, Value, Variant};
use crate::error::{Error, ErrorKind, Result};
use crate::value::base64;
use crate::value::double::Double;
use crate::value::serde::double_of;
use crate::value::unknown::UnknownField;
use crate::value::uuid::Uuid;

/// Converts values to the types of an IDL.
#[derive(Clone, Copy)]
pub(super) struct Converter<'m> {
    pub(super) model: &'m Model,
    pub(super) unknown: Unknown,
}

/// What becomes of names that are no fields of a struct.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    /// They are passed over, as in values of peers with a newer IDL.
    PassedOver,
    /// They are errors, as in values that the program itself makes.
    Refused,
}

impl Converter<'_> {
    pub(super) fn value(self, ty: &Ty, value: Value) -> Result<Value> {
        Ok(match (ty, value) {
            (Ty::Bool, value @ Value::Bool(_)) => value,
            (Ty::I8, value) => Value::I8(self.integer(ty, value)?),
            (Ty::I16, value) => Value::I16(self.integer(ty, value)?),
            (Ty::I32, value) => Value::I32(self.integer(ty, value)?),
            (Ty::I64, value) => Value::I64(self.integer(ty, value)?),
            (Ty::Double, value) => Value::Double(Double(self.double(value)?)),
            (Ty::String, value @ Value::String(_)) => value,
            (Ty::Binary, value) => Value::Binary(self.binary(value)?),
            (Ty::Uuid, value) => Value::Uuid(self.uuid(value)?),
            (Ty::Enum(def), value) => Value::Enum(enumeration(def, value)?),
            (Ty::List(of), Value::List(list)) if list.is_of(of) => Value::List(list),
            (Ty::List(of), Value::List(values)) => Value::List(self.elements(of, values)?.into()),
            (Ty::List(of), Value::Set(values)) => Value::List(self.elements(of, values)?.into()),
            (Ty::Set(of), Value::Set(values)) => {
                Value::Set(self.elements(of, values)?.into_iter().collect())
            }
            (Ty::Set(of), Value::List(values)) => {
                Value::Set(self.elements(of, values)?.into_iter().collect())
            }
            (Ty::Map(of), Value::Map(entries)) => self.map(&of.0, &of.1, entries.entries)?,
            (Ty::Map(of), Value::List(pairs)) if of.0.is_no_text() => {
                self.map(&of.0, &of.1, self.pairs(pairs)?)?
            }
            (Ty::Struct(index), value) => {
                let def = self.model.structure(*index);
                match def.is_union() {
                    true => Value::Union(self.union(def, value)?),
                    false => Value::Struct(self.structure(def, value)?),
                }
            }
            (ty, value) => return Err(self.mismatch(ty, &value)),
        })
    }

    #[cold]
    fn mismatch(self, ty: &Ty, found: &Value) -> Error {
        mismatch(&self.model.name(ty), found)
    }

    fn integer<T: TryFrom<i64>>(self, ty: &Ty, value: Value) -> Result<T> {
        let number = match value {
            Value::Enum(_) => None,
            _ => value.as_i64(),
        };
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| self.mismatch(ty, &value))
    }

    fn double(self, value: Value) -> Result<f64> {
        match &value {
            Value::Double(value) => Some(value.0),
            Value::String(text) => double_of(text),
            Value::Enum(_) => None,
            _ => value.as_i64().map(|number| number as f64),
        }
        .ok_or_else(|| self.mismatch(&Ty::Double, &value))
    }

    fn binary(self, value: Value) -> Result<Bytes> {
        match value {
            Value::Binary(bytes) => Ok(bytes),
            Value::String(text) => Ok(base64::decode(text.as_bytes())?.into()),
            // Some formats have no bytes.
            Value::List(values) => {
                let byte = |value: Value| {
                    let byte = value.as_i64().and_then(|byte| u8::try_from(byte).ok());
                    byte.ok_or_else(|| mismatch("byte", &value))
                };
                let bytes: Result<Vec<u8>> = values.into_iter().map(byte).collect();
                Ok(bytes?.into())
            }
            other => Err(self.mismatch(&Ty::Binary, &other)),
        }
    }

    fn uuid(self, value: Value) -> Result<Uuid> {
        match &value {
            Value::Uuid(uuid) => Some(*uuid),
            Value::String(text) => text.parse().ok(),
            Value::Binary(bytes) => bytes[..].try_into().ok().map(Uuid),
            _ => None,
        }
        .ok_or_else(|| self.mismatch(&Ty::Uuid, &value))
    }

    fn elements(self, of: &Ty, values: impl IntoIterator<Item = Value>) -> Result<Vec<Value>> {
        let convert =
            |(index, value)| self.value(of, value).map_err(|error: Error| error.in_element(index));
        values.into_iter().enumerate().map(convert).collect()
    }

    fn map(self, key: &Ty, of: &Ty, entries: BTreeMap<Value, Value>) -> Result<Value> {
        let mut map = Map::new(key.is_no_text());
        for (at, value) in entries {
            let at = self.key(key, at).map_err(Error::in_key)?;
            let value = self.value(of, value).map_err(Error::in_value)?;
            map.entries.insert(at, value);
        }
        Ok(Value::Map(map))
    }

    /// A key. In JSON every key is text.
    fn key(self, ty: &Ty, key: Value) -> Result<Value> {
        let Value::String(text) = &key else { return self.value(ty, key) };
        let read = match ty {
            Ty::Bool => text.parse().ok().map(Value::Bool),
            Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64 => text.parse().ok().map(Value::I64),
            _ => None,
        };
        match read {
            Some(value) => self.value(ty, value).map_err(|_| self.mismatch(ty, &key)),
            None => self.value(ty, key),
        }
    }

    /// The entries of a map with keys that cannot be text: a list of lists of two values each.
    fn pairs(self, pairs: List) -> Result<BTreeMap<Value, Value>> {
        let pair = |(index, pair): (usize, Value)| match pair {
            Value::List(pair) if pair.len() == 2 => {
                let mut pair = pair.into_iter();
                Ok((pair.next().unwrap_or_default(), pair.next().unwrap_or_default()))
            }
            other => Err(mismatch("list of a key and its value", &other).in_element(index)),
        };
        pairs.into_iter().enumerate().map(pair).collect()
    }

    fn structure(self, def: &StructDef, value: Value) -> Result<Struct> {
        let mut given = self.empty(def);
        match value {
            Value::Struct(value) if Arc::ptr_eq(&value.shape, &def.shape) => {
                given.unknown = value.unknown;
                for (at, value) in value.fields.into_iter().enumerate() {
                    self.set(def, &mut given, at, value.unwrap_or_default())?;
                }
            }
            // It was loaded from another file, or once more.
            Value::Struct(value) if value.type_name() == def.name() => {
                given.unknown = value.unknown;
                let names = value.shape.names.fields.iter().map(|(_, name)| name);
                for (name, value) in names.zip(value.fields) {
                    self.named(def, &mut given, name, value.unwrap_or_default())?;
                }
            }
            Value::Map(entries) => {
                for (name, value) in entries {
                    match name {
                        Value::String(name) => self.named(def, &mut given, &name, value)?,
                        other => return Err(mismatch("name of a field", &other)),
                    }
                }
            }
            other => return Err(mismatch(&format!("struct {}", def.name()), &other)),
        }
        self.complete(def, given)
    }

    fn empty(self, def: &StructDef) -> Struct {
        let fields = def.fields.iter().map(|_| None).collect();
        Struct { shape: def.shape.clone(), fields, unknown: None }
    }

    fn named(self, def: &StructDef, given: &mut Struct, name: &str, value: Value) -> Result<()> {
        match def.shape.field(name) {
            Some(at) => self.set(def, given, at, value),
            None if self.unknown == Unknown::PassedOver => Ok(()),
            None => Err(def.shape.no_field(name)),
        }
    }

    fn set(self, def: &StructDef, given: &mut Struct, at: usize, value: Value) -> Result<()> {
        let field = &def.fields[at];
        if value.is_null() && field.presence == Presence::Optional {
            return Ok(());
        }
        match self.value(&field.ty, value) {
            Ok(value) => {
                given.fields[at] = Some(value);
                Ok(())
            }
            Err(error) => Err(error.in_loaded_field(&def.shape.names, at)),
        }
    }

    /// Gives the fields that are absent their defaults.
    fn complete(self, def: &StructDef, mut given: Struct) -> Result<Struct> {
        for (at, field) in def.fields.iter().enumerate() {
            if given.fields[at].is_some() {
                continue;
            }
            let absent = match field.presence {
                Presence::Optional => continue,
                Presence::Default => self.model.absent(field),
                Presence::Required => {
                    Err(Error::new(ErrorKind::MissingField, "the required field is missing"))
                }
            };
            match absent {
                Ok(value) => given.fields[at] = Some(value),
                Err(error) => return Err(error.in_loaded_field(&def.shape.names, at)),
            }
        }
        Ok(given)
    }

    pub(super) fn union(self, def: &StructDef, value: Value) -> Result<Union> {
        let shape = def.shape.clone();
        let unset = Variant::Unrecognized(UnknownField::default());
        let (name, value) = match value {
            Value::Union(value) if value.type_name() == def.name() => match *value.field {
                Variant::Known(at, inner) => (value.shape.names.fields[at].1.clone(), inner),
                field => return Ok(Union { shape, field: Box::new(field) }),
            },
            Value::Map(entries) if entries.len() < 2 => match entries.into_iter().next() {
                Some((Value::String(name), value)) => (name, value),
                Some((other, _)) => return Err(mismatch("name of a field", &other)),
                None => return Ok(Union { shape, field: Box::new(unset) }),
            },
            Value::Map(_) => {
                let message = "only one field of a union can be set";
                return Err(Error::new(ErrorKind::InvalidData, message)
                    .in_loaded_field(&def.shape.names, usize::MAX));
            }
            other => return Err(mismatch(&format!("union {}", def.name()), &other)),
        };
        let Some(at) = shape.field(&name) else { return Err(shape.no_field(&name)) };
        match self.value(&def.fields[at].ty, value) {
            Ok(value) => Ok(Union { shape, field: Box::new(Variant::Known(at, value)) }),
            Err(error) => Err(error.in_loaded_field(&def.shape.names, at)),
        }
    }

    /// The arguments of a method: a struct or a map by their names, a list in their order, nothing if
    /// there are none. All have to be there that have no default and are not optional.
    pub(super) fn arguments(self, def: &StructDef, given: Value) -> Result<Struct> {
        let mut arguments = self.empty(def);
        match given {
            Value::Null => {}
            Value::List(values) if values.len() > def.fields.len() => {
                let (given, takes) = (values.len(), def.fields.len());
                let message = format!("`{}` takes {takes} arguments, {given} given", def.name());
                return Err(Error::new(ErrorKind::InvalidData, message));
            }
            Value::List(values) => {
                for (at, value) in values.into_iter().enumerate() {
                    self.set(def, &mut arguments, at, value)?;
                }
            }
            Value::Map(entries) => {
                for (name, value) in entries {
                    let Value::String(name) = name else {
                        return Err(mismatch("name of an argument", &name));
                    };
                    self.named(def, &mut arguments, &name, value)?;
                }
            }
            Value::Struct(value) if value.type_name() == def.name() => {
                return self.structure(def, Value::Struct(value));
            }
            other => return Err(mismatch("arguments as a map or list", &other)),
        }
        let missing = def.fields.iter().zip(&arguments.fields).position(|(field, given)| {
            given.is_none() && field.presence == Presence::Default && field.default.is_none()
        });
        if let Some(at) = missing {
            return Err(Error::new(ErrorKind::MissingField, "the argument is missing")
                .in_loaded_field(&def.shape.names, at));
        }
        self.complete(def, arguments)
    }
}

/// A value of an enum, by its name or its number.
fn enumeration(def: &Arc<EnumDef>, value: Value) -> Result<Enum> {
    let number = match &value {
        Value::Enum(value) if value.type_name() == def.name => Some(value.number),
        Value::Enum(_) => None,
        Value::String(text) => {
            let named = def.values.iter().find(|one| one.name == *text).map(|one| one.number);
            named.or_else(|| text.parse().ok())
        }
        _ => value.as_i64().and_then(|number| i32::try_from(number).ok()),
    };
    match number {
        Some(number) => Ok(Enum { def: def.clone(), number }),
        None => Err(no_value(def, &value)),
    }
}

#[cold]
fn no_value(def: &EnumDef, found: &Value) -> Error {
    let Value::String(text) = found else { return mismatch(&def.name, found) };
    let mut message = format!("enum {} has no value `{}`", def.name, text.escape_debug());
    if let Some(near) = thriftly_parser::closest(text, def.values.iter().map(|one| &*one.name)) {
        message.push_str(&format!("; did you mean `{near}`?"));
    }
    Error::new(ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use crate::dynamic::{Idl, Value};
    use crate::error::Result;

    const IDL: &str = "
        enum Color { RED = 1, GREEN = 2 }
        union Choice { 1: i8 small, 2: string text }
        struct Part { 1: required i8 id, 2: optional string name, 3: i16 size = 7 }
    ";

    fn json(text: &str) -> Value {
        serde_json::from_str(text).expect("it is JSON")
    }

    #[test]
    fn json_becomes_values_of_every_type_and_is_the_same_again() -> Result<()> {
        let idl = Idl::load_str(IDL)?;
        let uuid = "\"00112233-4455-6677-8899-aabbccddeeff\"";
        for (ty, given, back) in [
            ("bool", "true", "true"),
            ("i8", "-128", "-128"),
            ("i64", "9223372036854775807", "9223372036854775807"),
            ("double", "1", "1.0"),
            ("double", "\"-Infinity\"", "\"-Infinity\""),
            ("double", "18446744073709551615", "1.8446744073709552e+19"),
            ("binary", "\"aGk=\"", "\"aGk=\""),
            ("binary", "[104, 105]", "\"aGk=\""),
            ("uuid", uuid, uuid),
            ("Color", "\"GREEN\"", "\"GREEN\""),
            ("Color", "2", "\"GREEN\""),
            ("Color", "\"9\"", "9"),
            ("set<i32>", "[2, 1, 2]", "[1,2]"),
            ("map<i32, bool>", "{\"10\": true, \"9\": false}", "{\"9\":false,\"10\":true}"),
            ("map<bool, i8>", "{\"true\": 1}", "{\"true\":1}"),
            ("map<Color, double>", "{\"RED\": 0.5}", "{\"RED\":0.5}"),
            ("map<list<i8>, i8>", "[[[1], 2]]", "[[[1],2]]"),
            ("map<list<i8>, i8>", "[]", "[]"),
            ("Choice", "{\"small\": 1}", "{\"small\":1}"),
            ("Choice", "{}", "{}"),
            ("Part", "{\"id\": 1, \"name\": null}", "{\"id\":1,\"size\":7}"),
        ] {
            let value = idl.ty(ty)?.convert(json(given))?;
            let text = serde_json::to_string(&value).expect("it is JSON");
            assert_eq!(text, back, "{ty} {given}");
            assert_eq!(idl.ty(ty)?.convert(value.clone())?, value, "{ty} {given}");
        }
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_path() -> Result<()> {
        let idl = Idl::load_str(IDL)?;
        for (ty, given, error) in [
            ("bool", "1", "expected bool, found 1"),
            ("i8", "128", "expected i8, found 128"),
            ("i8", "1.0", "expected i8, found 1.0"),
            ("i8", "\"1\"", "expected i8, found string \"1\""),
            ("string", "null", "expected string, found null"),
            ("uuid", "\"1\"", "expected uuid, found string \"1\""),
            ("binary", "[256]", "expected byte, found 256"),
            ("list<i32>", "{}", "expected list<i32>, found map"),
            ("list<list<i8>>", "[[], [1, 300]]", "[1][1]: expected i8, found 300"),
            ("map<i8, i8>", "{\"x\": 1}", "[key]: expected i8, found string \"x\""),
            ("map<i8, i8>", "{\"1\": []}", "[value]: expected i8, found list"),
            (
                "map<list<i8>, i8>",
                "[[[1]]]",
                "[0]: expected list of a key and its value, found list",
            ),
            ("Color", "\"GREN\"", "enum Color has no value `GREN`; did you mean `GREEN`?"),
            (
                "Choice",
                "{\"small\": 1, \"text\": \"\"}",
                "Choice: only one field of a union can be set",
            ),
            ("Choice", "{\"smal\": 1}", "`Choice` has no field `smal`; did you mean `small`?"),
            ("Part", "{}", "Part.id: the required field is missing"),
            ("Part", "{\"id\": 1, \"size\": null}", "Part.size: expected i16, found null"),
            ("Part", "[]", "expected struct Part, found list"),
        ] {
            let found = idl.ty(ty)?.convert(json(given)).unwrap_err();
            assert_eq!(found.to_string(), error, "{ty} {given}");
        }
        let twice = serde_json::from_str::<Value>("{\"a\": 1, \"a\": 2}").unwrap_err();
        assert!(twice.to_string().starts_with("string \"a\" occurs twice"), "{twice}");
        Ok(())
    }

    #[test]
    fn values_of_an_idl_that_was_loaded_twice_fit_both() -> Result<()> {
        let [one, other] = [Idl::load_str(IDL)?, Idl::load_str(IDL)?];
        for (ty, given) in
            [("Part", "{\"id\": 1}"), ("Choice", "{\"text\": \"a\"}"), ("Color", "1")]
        {
            let value = one.ty(ty)?.convert(json(given))?;
            let bytes = other.ty(ty)?.encode(&value, crate::Protocol::Binary)?;
            assert_eq!(bytes, one.ty(ty)?.encode(&value, crate::Protocol::Binary)?);
            assert_eq!(other.ty(ty)?.decode(bytes, crate::Protocol::Binary)?, value);
        }
        Ok(())
    }
}
