//! What makes random schemas.

use std::collections::{BTreeMap, BTreeSet};

use super::{Field, Item, Kind, Presence, Reach, Schema, Type};
use crate::random::Random;
use crate::value::Value;

impl Schema {
    /// A schema of so many items.
    pub fn random(seed: u64, items: usize, reach: Reach) -> Schema {
        let mut maker =
            Maker { random: Random::new(seed), reach, schema: Schema::default(), items };
        for _ in 0..items.div_ceil(8) {
            let numbers: BTreeSet<i32> =
                (0..2 + maker.random.below(6)).map(|_| maker.random.number() as i32).collect();
            maker.schema.enums.push(numbers.into_iter().collect());
        }
        for number in 0..items {
            if number % 8 == 7 {
                let ty = maker.ty(number, 2);
                maker.schema.typedefs.push(ty);
            }
            let item = maker.item(number);
            maker.schema.items.push(item);
        }
        maker.schema
    }
}

/// The name of the item with the number: unions and exceptions are among the structs.
fn name(number: usize) -> String {
    let letter = match kind(number) {
        Kind::Struct => 'S',
        Kind::Exception => 'X',
        Kind::Union => 'U',
    };
    format!("{letter}{number}")
}

fn kind(number: usize) -> Kind {
    match number % 5 {
        3 => Kind::Union,
        4 if number.is_multiple_of(2) => Kind::Exception,
        _ => Kind::Struct,
    }
}

/// A schema that is being made.
struct Maker {
    random: Random,
    reach: Reach,
    schema: Schema,
    /// How many there will be.
    items: usize,
}

impl Maker {
    fn item(&mut self, number: usize) -> Item {
        let kind = kind(number);
        let mut ids = BTreeSet::new();
        let mut id = 0_i16;
        let fields = (0..self.random.below(10).max(usize::from(kind == Kind::Union)))
            .map(|_| {
                let peers = self.reach == Reach::Peers;
                loop {
                    id = match self.random.below(8) {
                        0 if !peers => self.random.bits() as i16,
                        1 => id.wrapping_add(self.random.below(40).max(usize::from(peers)) as i16),
                        _ => id.wrapping_add(1),
                    };
                    if ids.insert(id) {
                        break;
                    }
                }
                self.field(id, kind, number)
            })
            .collect();
        Item { name: name(number), kind, fields }
    }

    fn field(&mut self, id: i16, kind: Kind, number: usize) -> Field {
        let presence = match self.random.below(4) {
            _ if kind == Kind::Union => Presence::Default,
            0 => Presence::Required,
            1 => Presence::Default,
            _ => Presence::Optional,
        };
        // A type that is still to come may be one that this one is a part of, which only ends
        // where something may be absent.
        let ty = match presence {
            Presence::Optional if self.random.below(6) == 0 => {
                Type::Item(self.random.below(self.items))
            }
            _ => self.ty(number, 3),
        };
        let default = kind != Kind::Union && self.random.below(4) == 0;
        let default = if default { self.default(&ty, 3) } else { None };
        Field { id, ty, presence, default }
    }

    /// A type of a field of the item with the number.
    fn ty(&mut self, number: usize, depth: u32) -> Type {
        let kinds = if depth == 0 { 11 } else { 16 };
        match self.random.below(kinds) {
            11 | 12 => Type::List(self.element(number, depth - 1).into()),
            13 => {
                let element = self.key(number, depth - 1);
                Type::Set(element.into())
            }
            14 | 15 => {
                let key = self.key(number, depth - 1);
                Type::Map(key.into(), self.element(number, depth - 1).into())
            }
            9 | 10 if number > 0 => Type::Item(self.random.below(number)),
            8 if !self.schema.typedefs.is_empty() => {
                Type::Alias(self.random.below(self.schema.typedefs.len()))
            }
            other => self.scalar(other),
        }
    }

    /// A type of elements or values: it may be one of those that are still to come.
    fn element(&mut self, number: usize, depth: u32) -> Type {
        match self.random.below(8) {
            0 => Type::Item(self.random.below(self.items)),
            _ => self.ty(number, depth),
        }
    }

    /// A type of keys. Most are scalars, as in life.
    fn key(&mut self, number: usize, depth: u32) -> Type {
        match self.random.below(6) {
            0 if self.reach == Reach::Ours => self.ty(number, depth),
            at => {
                let at = if at == 5 { self.random.below(9) } else { 4 * (at % 2) + 3 };
                // Python takes 0.0 and -0.0 for one key.
                self.scalar(if self.reach == Reach::Peers && at == 5 { 4 } else { at })
            }
        }
    }

    fn scalar(&mut self, at: usize) -> Type {
        match at % 9 {
            0 => Type::Bool,
            1 => Type::I8,
            2 => Type::I16,
            3 => Type::I32,
            4 => Type::I64,
            5 => Type::Double,
            6 if self.reach == Reach::Ours => Type::Uuid,
            6 => Type::Blob,
            7 => Type::Text,
            _ if self.random.chance() => Type::Blob,
            _ => Type::Enum(self.random.below(self.schema.enums.len())),
        }
    }

    /// A value of a type that is declared already.
    fn default(&mut self, ty: &Type, depth: u32) -> Option<Value> {
        let ty = self.schema.resolve(ty).clone();
        let count = if depth == 0 { 0 } else { self.random.below(3) };
        let deeper = depth.saturating_sub(1);
        let wire = |ty: &Type| self.schema.ttype(ty);
        Some(match &ty {
            Type::Bool => Value::Bool(self.random.chance()),
            Type::I8 => Value::I8(self.random.bits() as i8),
            Type::I16 => Value::I16(self.random.number() as i16),
            Type::I32 => Value::I32(self.random.number() as i32),
            Type::I64 => Value::I64(self.random.number()),
            Type::Double => Value::Double((self.random.number() as i32 as f64 / 8.0).to_bits()),
            Type::Uuid => Value::Uuid(std::array::from_fn(|_| self.random.bits() as u8)),
            Type::Text => Value::Text(self.word()),
            Type::Blob => Value::Blob(self.word().into_bytes()),
            Type::Enum(number) => {
                let numbers = &self.schema.enums[*number];
                Value::I32(numbers[self.random.below(numbers.len())])
            }
            Type::List(of) => {
                let wire = wire(of);
                let values = (0..count).map(|_| self.default(of, deeper)).collect::<Option<_>>();
                Value::List(wire, values?)
            }
            Type::Set(of) => {
                let wire = wire(of);
                let values: Option<BTreeSet<_>> =
                    (0..count).map(|_| self.default(of, deeper)).collect();
                Value::Set(wire, values?.into_iter().collect())
            }
            Type::Map(key, of) => {
                let (key_wire, of_wire) = (wire(key), wire(of));
                let entries: Option<BTreeMap<_, _>> = (0..count)
                    .map(|_| Some((self.default(key, deeper)?, self.default(of, deeper)?)))
                    .collect();
                Value::Map(key_wire, of_wire, entries?.into_iter().collect())
            }
            Type::Item(number) => {
                let item = self.schema.items.get(*number)?.clone();
                let fields: Vec<_> = match item.kind {
                    Kind::Union => {
                        vec![item.fields[self.random.below(item.fields.len())].clone()]
                    }
                    _ => {
                        let some = |field: &&Field| {
                            field.presence == Presence::Required || self.random.below(3) == 0
                        };
                        item.fields.iter().filter(some).cloned().collect()
                    }
                };
                let values = fields
                    .iter()
                    .map(|field| self.default(&field.ty, deeper).map(|value| (field.id, value)));
                Value::Struct(values.collect::<Option<_>>()?)
            }
            Type::Alias(_) => return None,
        })
    }

    fn word(&mut self) -> String {
        (0..self.random.below(8)).map(|_| char::from(b' ' + self.random.below(95) as u8)).collect()
    }
}
