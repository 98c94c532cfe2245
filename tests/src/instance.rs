//! Random values of a schema as peers may send them, and what has to become of them.

use std::collections::{BTreeMap, BTreeSet};

use thriftly::TType;

use crate::random::Random;
use crate::schema::{Field, Item, Kind, Presence, Schema, Type};
use crate::value::{Shape, Value};

/// How values are made.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// Only what JSON can carry: one NaN, and unknown fields without `binary`, which would not be
    /// told from text.
    pub json: bool,
    /// As other programs send them, which may know more fields, or less: fields in any order,
    /// twice, of another type, unknown or missing. Else just what the IDL says.
    pub messy: bool,
}

impl Schema {
    /// The type on the wire.
    pub fn ttype(&self, ty: &Type) -> TType {
        match self.resolve(ty) {
            Type::Bool => TType::BOOL,
            Type::I8 => TType::I8,
            Type::I16 => TType::I16,
            Type::I32 | Type::Enum(_) => TType::I32,
            Type::I64 => TType::I64,
            Type::Double => TType::DOUBLE,
            Type::Uuid => TType::UUID,
            Type::Text | Type::Blob => TType::STRING,
            Type::List(_) => TType::LIST,
            Type::Set(_) => TType::SET,
            Type::Map(..) => TType::MAP,
            Type::Item(_) | Type::Alias(_) => TType::STRUCT,
        }
    }

    /// A random value of the type, with at most so many levels.
    pub fn instance(&self, ty: &Type, depth: u32, manner: Manner, random: &mut Random) -> Value {
        let deeper = depth.saturating_sub(1);
        let count = if depth == 0 { 0 } else { random.below(4) };
        match self.resolve(ty) {
            Type::Bool => Value::Bool(random.chance()),
            Type::I8 => Value::I8(random.bits() as i8),
            Type::I16 => Value::I16(random.number() as i16),
            Type::I32 => Value::I32(random.number() as i32),
            Type::I64 => Value::I64(random.number()),
            Type::Double => Value::Double(random.double(manner.json)),
            Type::Uuid => Value::Uuid(std::array::from_fn(|_| random.bits() as u8)),
            Type::Text => Value::Text(random.text()),
            Type::Blob => Value::Blob(random.some_bytes()),
            Type::Enum(number) => {
                let numbers = &self.enums[*number];
                // Some that a newer IDL may know.
                let newer = manner.messy && random.below(8) == 0;
                let known = numbers[random.below(numbers.len())];
                Value::I32(if newer { random.number() as i32 } else { known })
            }
            Type::List(of) => {
                // Some that are beyond the fourteen of a short header.
                let count = if random.below(64) == 0 { 20 * deeper as usize } else { count };
                let values = (0..count).map(|_| self.instance(of, deeper, manner, random));
                Value::List(self.ttype(of), values.collect())
            }
            Type::Set(of) => {
                let values = (0..count).map(|_| self.instance(of, deeper, manner, random));
                Value::Set(self.ttype(of), values.collect())
            }
            Type::Map(key, of) => {
                let entries = (0..count).map(|_| {
                    let key = self.instance(key, deeper, manner, random);
                    (key, self.instance(of, deeper, manner, random))
                });
                Value::Map(self.ttype(key), self.ttype(of), entries.collect())
            }
            Type::Item(number) => {
                Value::Struct(self.fields(&self.items[*number], deeper, manner, random))
            }
            Type::Alias(_) => panic!("a typedef stands for another type"),
        }
    }

    fn fields(
        &self,
        item: &Item,
        depth: u32,
        manner: Manner,
        random: &mut Random,
    ) -> Vec<(i16, Value)> {
        let mut fields = Vec::new();
        let only = random.below(item.fields.len().max(1));
        for (at, Field { id, ty, presence, .. }) in item.fields.iter().enumerate() {
            let there = match presence {
                _ if item.kind == Kind::Union => at == only,
                Presence::Required => true,
                Presence::Default => !manner.messy || random.below(4) > 0,
                Presence::Optional => depth > 0 && random.chance(),
            };
            if there {
                fields.push((*id, self.instance(ty, depth, manner, random)));
            }
        }
        if manner.messy && random.below(3) == 0 {
            self.disturb(item, &mut fields, depth, manner, random);
        }
        fields
    }

    /// Adds what older, newer and careless programs may send.
    fn disturb(
        &self,
        item: &Item,
        fields: &mut Vec<(i16, Value)>,
        depth: u32,
        manner: Manner,
        random: &mut Random,
    ) {
        for _ in 0..random.below(3) {
            let place = random.below(fields.len() + 1);
            let declared = item.fields.get(random.below(item.fields.len() + 4));
            let field = match declared {
                // A field twice, or a second one of a union: the last one counts.
                Some(Field { id, ty, .. }) if random.chance() => {
                    (*id, self.instance(ty, depth, manner, random))
                }
                // A field of a type that it had once, or will have.
                Some(Field { id, ty, .. }) => match self.unknown(manner, random) {
                    value if value.ttype() == self.ttype(ty) => continue,
                    value => (*id, value),
                },
                None => {
                    let id = random.bits() as i16 >> random.below(16);
                    if item.fields.iter().any(|field| field.id == id) {
                        continue;
                    }
                    (id, self.unknown(manner, random))
                }
            };
            fields.insert(place, field);
        }
        if random.chance() {
            for at in (1..fields.len()).rev() {
                fields.swap(at, random.below(at + 1));
            }
        }
        if item.kind == Kind::Union && random.below(8) == 0 {
            fields.clear();
        }
    }

    /// A value of any type.
    fn unknown(&self, manner: Manner, random: &mut Random) -> Value {
        let ty = random.ttype(1);
        let value = random.value(ty, 2, &mut Shape { json: manner.json, room: 12 });
        if manner.json { without_blobs(value) } else { value }
    }

    /// What a program that knows the schema makes of a value: fields in the order of the IDL,
    /// defaults for those that are missing, the last of fields and keys that come twice. What
    /// is unknown is left out, but for unions, and where it is `kept`.
    ///
    /// # Panics
    /// The value is none of the type, or a required field is missing.
    pub fn understood(&self, value: &Value, ty: &Type, kept: bool) -> Value {
        let each = |values: &[Value], of: &Type| -> Vec<Value> {
            values.iter().map(|value| self.understood(value, of, kept)).collect()
        };
        match (value, self.resolve(ty)) {
            (Value::List(element, values), Type::List(of)) => {
                Value::List(*element, each(values, of))
            }
            (Value::Set(element, values), Type::Set(of)) => {
                let values: BTreeSet<_> = each(values, of).into_iter().collect();
                Value::Set(*element, values.into_iter().collect())
            }
            (Value::Map(key_type, of_type, entries), Type::Map(key, of)) => {
                let mut map = BTreeMap::new();
                for (k, v) in entries {
                    map.insert(self.understood(k, key, kept), self.understood(v, of, kept));
                }
                Value::Map(*key_type, *of_type, map.into_iter().collect())
            }
            (Value::Struct(fields), Type::Item(number)) => {
                Value::Struct(match self.items[*number].kind {
                    Kind::Union => self.understood_union(fields, *number, kept),
                    _ => self.understood_struct(fields, *number, kept),
                })
            }
            (value, _) => value.clone(),
        }
    }

    fn understood_struct(
        &self,
        fields: &[(i16, Value)],
        number: usize,
        kept: bool,
    ) -> Vec<(i16, Value)> {
        let item = &self.items[number];
        let mut known = Vec::new();
        for field in &item.fields {
            let ttype = self.ttype(&field.ty);
            let came = fields.iter().rev().find(|(id, v)| *id == field.id && v.ttype() == ttype);
            let value = match (came, &field.default, field.presence) {
                (Some((_, value)), ..) => self.understood(value, &field.ty, kept),
                (None, _, Presence::Required) => panic!("field {} is missing", field.id),
                (None, Some(default), _) => self.understood_default(default, &field.ty),
                (None, None, Presence::Default) => self.nothing(&field.ty),
                (None, None, Presence::Optional) => continue,
            };
            known.push((field.id, value));
        }
        if kept {
            let unknown =
                fields.iter().filter(|(id, _)| item.fields.iter().all(|field| field.id != *id));
            known.extend(unknown.cloned());
        }
        known
    }

    fn understood_union(
        &self,
        fields: &[(i16, Value)],
        number: usize,
        kept: bool,
    ) -> Vec<(i16, Value)> {
        let declared = &self.items[number].fields;
        let field = |id: i16| declared.iter().find(|field| field.id == id);
        let mut last = None;
        for (id, value) in fields {
            if let Some(Field { ty, .. }) = field(*id)
                && self.ttype(ty) == value.ttype()
            {
                last = Some((*id, self.understood(value, ty, kept)));
            }
        }
        let unknown = || fields.iter().find(|(id, _)| field(*id).is_none()).cloned();
        last.or_else(unknown).into_iter().collect()
    }

    /// A default of the IDL: what it does not say of a struct is as the struct has it.
    fn understood_default(&self, value: &Value, ty: &Type) -> Value {
        let each = |values: &[Value], of: &Type| -> Vec<Value> {
            values.iter().map(|value| self.understood_default(value, of)).collect()
        };
        match (value, self.resolve(ty)) {
            (Value::List(element, values), Type::List(of)) => {
                Value::List(*element, each(values, of))
            }
            (Value::Set(element, values), Type::Set(of)) => Value::Set(*element, each(values, of)),
            (Value::Map(key_type, of_type, entries), Type::Map(key, of)) => {
                let entries = entries.iter().map(|(k, v)| {
                    (self.understood_default(k, key), self.understood_default(v, of))
                });
                Value::Map(*key_type, *of_type, entries.collect())
            }
            (Value::Struct(fields), Type::Item(number)) => {
                let item = &self.items[*number];
                let said = |field: &Field| {
                    let (_, value) = fields.iter().find(|(id, _)| *id == field.id)?;
                    Some((field.id, self.understood_default(value, &field.ty)))
                };
                Value::Struct(match item.kind {
                    Kind::Union => item.fields.iter().filter_map(said).collect(),
                    _ => {
                        let all = item.fields.iter();
                        all.filter_map(|field| said(field).or_else(|| self.absent(field))).collect()
                    }
                })
            }
            (value, _) => value.clone(),
        }
    }

    /// What a field is in a struct of which nothing is said.
    fn absent(&self, field: &Field) -> Option<(i16, Value)> {
        match (&field.default, field.presence) {
            (Some(default), _) => Some((field.id, self.understood_default(default, &field.ty))),
            (None, Presence::Optional) => None,
            (None, _) => Some((field.id, self.nothing(&field.ty))),
        }
    }

    /// What a type is by default.
    fn nothing(&self, ty: &Type) -> Value {
        match self.resolve(ty) {
            Type::Bool => Value::Bool(false),
            Type::I8 => Value::I8(0),
            Type::I16 => Value::I16(0),
            Type::I32 | Type::Enum(_) => Value::I32(0),
            Type::I64 => Value::I64(0),
            Type::Double => Value::Double(0),
            Type::Uuid => Value::Uuid([0; 16]),
            Type::Text => Value::Text(String::new()),
            Type::Blob => Value::Blob(Vec::new()),
            Type::List(of) => Value::List(self.ttype(of), Vec::new()),
            Type::Set(of) => Value::Set(self.ttype(of), Vec::new()),
            Type::Map(key, of) => Value::Map(self.ttype(key), self.ttype(of), Vec::new()),
            Type::Item(number) => {
                self.understood_default(&Value::Struct(Vec::new()), &Type::Item(*number))
            }
            Type::Alias(_) => panic!("a typedef stands for another type"),
        }
    }
}

fn without_blobs(value: Value) -> Value {
    let all = |values: Vec<Value>| values.into_iter().map(without_blobs).collect();
    match value {
        Value::Blob(bytes) => Value::Text(format!("{bytes:02x?}")),
        Value::List(of, values) => Value::List(of, all(values)),
        Value::Set(of, values) => Value::Set(of, all(values)),
        Value::Map(key, of, entries) => {
            let entries = entries.into_iter().map(|(k, v)| (without_blobs(k), without_blobs(v)));
            Value::Map(key, of, entries.collect())
        }
        Value::Struct(fields) => {
            Value::Struct(fields.into_iter().map(|(id, v)| (id, without_blobs(v))).collect())
        }
        value => value,
    }
}
