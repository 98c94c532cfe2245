//! Values of the wire as JSON and as text.

use data_encoding::BASE64;
use serde_core::ser::{Serialize, SerializeMap, Serializer};
use thriftly_core::TType;
use thriftly_core::dynamic::Value;

use super::wire::{Member, Node};

/// Text in descriptions is cut after so many characters.
const SHOWN: usize = 48;

/// A value without its IDL: each field is an object by its type, as in `{"1":{"string":"a"}}`.
pub(crate) struct Raw<'a>(pub(crate) &'a Node);

/// A value by the names of the IDL. Fields that it does not have are named by their ids.
pub(crate) struct Named<'a>(pub(crate) &'a Node);

impl Node {
    /// The type, with those of elements.
    fn type_name(&self, ty: TType) -> String {
        match self {
            Node::Bytes { is_binary: true, .. } => "binary".to_owned(),
            Node::List { ty, element, items } => {
                format!("{}<{}>", plain_name(*ty), element_name(*element, items.iter()))
            }
            Node::Map { key, value, entries } => {
                let keys = element_name(*key, entries.iter().map(|(key, _)| key));
                let values = element_name(*value, entries.iter().map(|(_, value)| value));
                format!("map<{keys},{values}>")
            }
            _ => plain_name(ty),
        }
    }

    /// Whether it has a type of its own among elements.
    fn is_container(&self) -> bool {
        matches!(self, Node::List { .. } | Node::Map { .. })
    }

    fn is_text(&self) -> bool {
        !matches!(self, Node::List { .. } | Node::Map { .. } | Node::Struct(_))
    }

    /// A short text of a value that has no others in it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Node::Bool(value) => value.to_string(),
            Node::Integer(number) => number.to_string(),
            Node::Double(number) => number.to_string(),
            Node::Name(name) => name.clone(),
            Node::Uuid(uuid) => uuid.to_string(),
            Node::Bytes { bytes, is_binary } => match std::str::from_utf8(bytes) {
                Ok(text) if !is_binary => match text.char_indices().nth(SHOWN) {
                    Some((end, _)) => format!("{:?}… ({} bytes)", &text[..end], text.len()),
                    None => format!("{text:?}"),
                },
                _ => format!("{} bytes", bytes.len()),
            },
            Node::List { items, .. } => format!("{} elements", items.len()),
            Node::Map { entries, .. } => format!("{} entries", entries.len()),
            Node::Struct(members) => format!("{} fields", members.len()),
            Node::Json(value) => value.to_string(),
        }
    }
}

fn plain_name(ty: TType) -> String {
    ty.name().map_or_else(|| ty.0.to_string(), str::to_owned)
}

/// The type of elements: `binary` if one of them is no text.
fn element_name<'a>(ty: TType, mut elements: impl Iterator<Item = &'a Node>) -> String {
    let is_binary = elements.any(|node| matches!(node, Node::Bytes { is_binary: true, .. }));
    if is_binary { "binary".to_owned() } else { plain_name(ty) }
}

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        Style::RAW.serialize(self.0, s)
    }
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        Style::NAMED.serialize(self.0, s)
    }
}

/// How a value is written.
#[derive(Clone, Copy)]
struct Style {
    is_raw: bool,
    /// Whether bytes are base64 among others that are no text.
    is_binary: bool,
}

impl Style {
    const RAW: Style = Style { is_raw: true, is_binary: false };
    const NAMED: Style = Style { is_raw: false, is_binary: false };

    fn serialize<S: Serializer>(self, node: &Node, s: S) -> Result<S::Ok, S::Error> {
        match node {
            Node::Bool(value) => s.serialize_bool(*value),
            Node::Integer(number) => s.serialize_i64(*number),
            Node::Double(number) => Value::from(*number).serialize(s),
            Node::Name(name) => s.serialize_str(name),
            Node::Json(value) => value.serialize(s),
            Node::Uuid(uuid) => s.serialize_str(&uuid.to_string()),
            Node::Bytes { bytes, is_binary } => match std::str::from_utf8(bytes) {
                Ok(text) if !is_binary && !self.is_binary => s.serialize_str(text),
                _ => s.serialize_str(&BASE64.encode(bytes)),
            },
            Node::List { items, .. } => {
                let style = self.of(items.iter());
                s.collect_seq(items.iter().map(|item| Element(style, item)))
            }
            Node::Map { entries, .. } => {
                let keys = self.of(entries.iter().map(|(key, _)| key));
                let values = self.of(entries.iter().map(|(_, value)| value));
                let pairs =
                    entries.iter().map(|(key, value)| (Element(keys, key), Element(values, value)));
                match entries.iter().all(|(key, _)| key.is_text()) {
                    true => s.collect_map(pairs),
                    false => s.collect_seq(pairs),
                }
            }
            Node::Struct(members) => {
                let mut map = s.serialize_map(Some(members.len()))?;
                for Member { id, name, ty, value } in members {
                    let style = Style { is_binary: false, ..self };
                    match name.as_deref().filter(|_| !self.is_raw) {
                        Some(name) => map.serialize_entry(name, &Element(style, value))?,
                        None if self.is_raw => {
                            let typed = Typed(style, value.type_name(*ty), value);
                            map.serialize_entry(&id.to_string(), &typed)?;
                        }
                        None => map.serialize_entry(&id.to_string(), &Element(style, value))?,
                    }
                }
                map.end()
            }
        }
    }

    /// The style of these elements.
    fn of<'a>(self, mut elements: impl Iterator<Item = &'a Node>) -> Style {
        let is_binary = elements.any(|node| matches!(node, Node::Bytes { is_binary: true, .. }));
        Style { is_binary, ..self }
    }
}

/// An element; a container says its type, which each of them has for itself.
struct Element<'a>(Style, &'a Node);

impl Serialize for Element<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let Element(style, node) = *self;
        match style.is_raw && node.is_container() {
            true => Typed(style, node.type_name(TType::STOP), node).serialize(s),
            false => style.serialize(node, s),
        }
    }
}

/// A value by its type.
struct Typed<'a>(Style, String, &'a Node);

impl Serialize for Typed<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let Typed(style, ty, node) = self;
        let mut map = s.serialize_map(Some(1))?;
        map.serialize_entry(ty, &Plain(*style, node))?;
        map.end()
    }
}

/// A value whose type is said.
struct Plain<'a>(Style, &'a Node);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(self.1, s)
    }
}
