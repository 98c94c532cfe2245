//! Random IDL: enums, structs, unions and exceptions whose fields have every type, requiredness,
//! id and default.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::random::Random;
use crate::value::Value;

/// Everything that an IDL file declares.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// The numbers of each enum's values.
    pub enums: Vec<Vec<i32>>,
    /// The types that have another name.
    pub typedefs: Vec<Type>,
    /// Structs, unions and exceptions.
    pub items: Vec<Item>,
}

/// A struct, union or exception.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// Its keyword in the IDL.
    pub kind: Kind,
    /// Its fields, as they stand in the IDL.
    pub fields: Vec<Field>,
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A struct.
    Struct,
    /// An exception, which is as a struct on the wire.
    Exception,
    /// A union.
    Union,
}

/// A field of an item.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its id.
    pub id: i16,
    /// Its type.
    pub ty: Type,
    /// Whether it has to be there.
    pub presence: Presence,
    /// What it is if it is absent.
    pub default: Option<Value>,
}

/// The requiredness of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It has to be there.
    Required,
    /// There is no word before it: it has a default if it is absent.
    Default,
    /// It may be absent.
    Optional,
}

/// The type of a field, element, key or value.
#[derive(Debug, Clone)]
pub enum Type {
    /// `bool`
    Bool,
    /// `i8`
    I8,
    /// `i16`
    I16,
    /// `i32`
    I32,
    /// `i64`
    I64,
    /// `double`
    Double,
    /// `uuid`
    Uuid,
    /// `string`
    Text,
    /// `binary`
    Blob,
    /// `list<…>`
    List(Box<Type>),
    /// `set<…>`
    Set(Box<Type>),
    /// `map<…, …>`
    Map(Box<Type>, Box<Type>),
    /// The enum with the number.
    Enum(usize),
    /// The item with the number.
    Item(usize),
    /// The typedef with the number.
    Alias(usize),
}

/// Who has to understand the IDL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// thriftly: whatever the IDL allows.
    Ours,
    /// Python programs too: keys that Python can hash and ids from 1 that rise, no `uuid`.
    Peers,
}

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

    /// The type that a name stands for.
    pub fn resolve<'a>(&'a self, mut ty: &'a Type) -> &'a Type {
        while let Type::Alias(number) = ty {
            ty = &self.typedefs[*number];
        }
        ty
    }

    /// Whether JSON can express all values of the type: it has no keys but scalars.
    pub fn fits_json(&self, ty: &Type) -> bool {
        self.every(ty, &mut BTreeSet::new(), &mut |key| {
            !matches!(key, Type::List(_) | Type::Set(_) | Type::Map(..) | Type::Item(_))
        })
    }

    /// Whether all keys of maps in values of the type are of a kind.
    fn every(
        &self,
        ty: &Type,
        seen: &mut BTreeSet<usize>,
        is_fine: &mut impl FnMut(&Type) -> bool,
    ) -> bool {
        match self.resolve(ty) {
            Type::List(of) | Type::Set(of) => self.every(of, seen, is_fine),
            Type::Map(key, of) => is_fine(self.resolve(key)) && self.every(of, seen, is_fine),
            Type::Item(number) => {
                !seen.insert(*number)
                    || self.items[*number]
                        .fields
                        .iter()
                        .all(|field| self.every(&field.ty, seen, is_fine))
            }
            _ => true,
        }
    }

    /// The IDL.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (number, numbers) in self.enums.iter().enumerate() {
            let values = numbers.iter().enumerate().map(|(at, value)| format!("V{at} = {value}"));
            let _ =
                writeln!(text, "enum E{number} {{ {} }}", values.collect::<Vec<_>>().join(", "));
        }
        for (number, ty) in self.typedefs.iter().enumerate() {
            let _ = writeln!(text, "typedef {} T{number}", self.name(ty));
        }
        for item in &self.items {
            let keyword = match item.kind {
                Kind::Struct => "struct",
                Kind::Exception => "exception",
                Kind::Union => "union",
            };
            let _ = writeln!(text, "\n{keyword} {} {{", item.name);
            for (at, Field { id, ty, presence, default }) in item.fields.iter().enumerate() {
                let word = match presence {
                    Presence::Required => "required ",
                    Presence::Default => "",
                    Presence::Optional => "optional ",
                };
                let _ = write!(text, "    {id}: {word}{} f{at}", self.name(ty));
                if let Some(value) = default {
                    let _ = write!(text, " = {}", self.literal(value, ty));
                }
                text.push('\n');
            }
            text.push_str("}\n");
        }
        text
    }

    fn name(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "bool".into(),
            Type::I8 => "i8".into(),
            Type::I16 => "i16".into(),
            Type::I32 => "i32".into(),
            Type::I64 => "i64".into(),
            Type::Double => "double".into(),
            Type::Uuid => "uuid".into(),
            Type::Text => "string".into(),
            Type::Blob => "binary".into(),
            Type::List(of) => format!("list<{}>", self.name(of)),
            Type::Set(of) => format!("set<{}>", self.name(of)),
            Type::Map(key, of) => format!("map<{}, {}>", self.name(key), self.name(of)),
            Type::Enum(number) => format!("E{number}"),
            // Also one that is still to come.
            Type::Item(number) => name(*number),
            Type::Alias(number) => format!("T{number}"),
        }
    }

    /// A value as it stands in the IDL.
    fn literal(&self, value: &Value, ty: &Type) -> String {
        let ty = self.resolve(ty);
        let list = |values: &[Value], of| {
            let values: Vec<_> = values.iter().map(|value| self.literal(value, of)).collect();
            format!("[{}]", values.join(", "))
        };
        match (value, ty) {
            (Value::Bool(value), _) => value.to_string(),
            (Value::I8(value), _) => value.to_string(),
            (Value::I16(value), _) => value.to_string(),
            (Value::I32(number), Type::Enum(of)) => {
                let at = self.enums[*of].binary_search(number).expect("a value of the enum");
                format!("E{of}.V{at}")
            }
            (Value::I32(value), _) => value.to_string(),
            (Value::I64(value), _) => value.to_string(),
            (Value::Double(bits), _) => format!("{:?}", f64::from_bits(*bits)),
            (Value::Uuid(bytes), _) => format!("\"{}\"", thriftly::Uuid(*bytes)),
            (Value::Text(text), _) => quoted(text),
            (Value::Blob(bytes), _) => quoted(&String::from_utf8_lossy(bytes)),
            (Value::List(_, values), Type::List(of)) | (Value::Set(_, values), Type::Set(of)) => {
                list(values, of)
            }
            (Value::Map(_, _, entries), Type::Map(key, of)) => {
                let entries: Vec<_> = entries
                    .iter()
                    .map(|(k, v)| format!("{}: {}", self.literal(k, key), self.literal(v, of)))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
            (Value::Struct(fields), Type::Item(number)) => {
                let declared = &self.items[*number].fields;
                let entries: Vec<_> = fields
                    .iter()
                    .map(|(id, value)| {
                        let at = declared.iter().position(|field| field.id == *id);
                        let at = at.expect("the field is declared");
                        format!("\"f{at}\": {}", self.literal(value, &declared[at].ty))
                    })
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
            (value, ty) => panic!("{value:?} is no {ty:?}"),
        }
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

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// What makes a schema.
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
                        1 => id.wrapping_add(self.random.below(40) as i16),
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
                self.scalar(at)
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
                let entries: Option<std::collections::BTreeMap<_, _>> = (0..count)
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
