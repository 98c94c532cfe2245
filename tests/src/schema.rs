//! Random IDL: enums, structs, unions and exceptions whose fields have every type, requiredness,
//! id and default.

mod file;
mod maker;

use std::collections::BTreeSet;
use std::fmt::Write as _;

pub use self::file::IdlFile;
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
    /// thriftly: everything the IDL allows.
    Ours,
    /// Python programs too: keys that Python can hash and ids from 1 that rise, no `uuid`.
    Peers,
}

impl Schema {
    /// The type that a name stands for.
    pub fn resolve<'a>(&'a self, mut ty: &'a Type) -> &'a Type {
        while let Type::Alias(number) = ty {
            ty = &self.typedefs[*number];
        }
        ty
    }

    /// Whether the JSON of [`Form`](crate::form::Form) can express all values of the type: it has no keys but scalars.
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
            Type::Item(number) => self.items[*number].name.clone(),
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

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
