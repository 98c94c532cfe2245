//! Sizes of the values that an IDL describes, before any of them is built: constants that refer to
//! constants, and defaults of structs in structs, can describe more than fits in memory.

use std::collections::HashMap;
use std::hash::Hash;

use thriftly_parser::program::{DefId, Definition, Value as Written};

use super::model::{Model, Presence, Size, Ty};
use super::value::Value;

/// Deepest nesting of a constant or default. References between constants and structs add to it.
pub(super) const DEPTH: u32 = 128;

/// Overhead of an allocation, in bytes.
const ALLOCATION: u64 = 16;

/// The size of what is nested too deeply to be built.
const TOO_DEEP: Size = Size { bytes: u64::MAX, depth: u32::MAX };

/// Memoized sizes. Entries in progress are empty: a value that contains itself has no default.
pub(super) struct Sizes<'m> {
    model: &'m Model,
    structs: HashMap<usize, Size>,
    constants: HashMap<DefId, Size>,
}

impl Size {
    fn and(self, other: Size) -> Size {
        let bytes = self.bytes.saturating_add(other.bytes);
        Size { bytes, depth: self.depth.max(other.depth) }
    }

    fn is_too_deep(self) -> bool {
        self.depth == TOO_DEEP.depth
    }

    fn within(self, bytes: u64) -> Size {
        Size { bytes: self.bytes.saturating_add(bytes), depth: self.depth.saturating_add(1) }
    }
}

/// The rest is not looked at when one is nested too deeply.
fn sum(sizes: impl Iterator<Item = Size>) -> Size {
    let mut total = Size::default();
    for size in sizes {
        total = total.and(size);
        if total.is_too_deep() {
            break;
        }
    }
    total
}

/// Keeps a size. One that is too deep is known only for a value that is not within another.
fn keep<K: Eq + Hash>(sizes: &mut HashMap<K, Size>, of: K, size: Size, level: u32) -> Size {
    match size.is_too_deep() && level > 0 {
        true => sizes.remove(&of),
        false => sizes.insert(of, size),
    };
    size
}

/// The inline size of so many values.
fn places(count: usize) -> u64 {
    count as u64 * size_of::<Value>() as u64
}

impl<'m> Sizes<'m> {
    pub(super) fn new(model: &'m Model) -> Sizes<'m> {
        Sizes { model, structs: HashMap::new(), constants: HashMap::new() }
    }

    /// The value of an absent field, beyond its place.
    pub(super) fn absent(&mut self, of: usize, at: usize) -> Size {
        self.absent_field(of, at, 0)
    }

    /// The value of a constant, beyond its place.
    pub(super) fn constant(&mut self, id: DefId) -> Size {
        self.constant_at(id, 0)
    }

    fn absent_field(&mut self, of: usize, at: usize, level: u32) -> Size {
        let field = &self.model.structs[of].fields[at];
        match (field.presence, &field.default, &field.ty) {
            (Presence::Default, Some(value), _) => self.written(value, level),
            (Presence::Default, None, Ty::Struct(index)) => self.empty(*index as usize, level),
            _ => Size::default(),
        }
    }

    /// A struct of which nothing is given.
    fn empty(&mut self, of: usize, level: u32) -> Size {
        if level > DEPTH {
            return TOO_DEEP;
        }
        if let Some(&size) = self.structs.get(&of) {
            return size;
        }
        self.structs.insert(of, Size::default());
        let size = self.with_fields(of, &[], level);
        keep(&mut self.structs, of, size, level)
    }

    fn with_fields(&mut self, of: usize, given: &[(u32, Written)], level: u32) -> Size {
        let def = &self.model.structs[of];
        if def.is_union() {
            let given = sum(given.iter().map(|(_, value)| self.written(value, level + 1)));
            return given.within(places(1) + ALLOCATION);
        }
        let count = def.fields.len();
        let fields = (0..count).map(|at| {
            match given.iter().rev().find(|(index, _)| *index as usize == at) {
                Some((_, value)) => self.written(value, level + 1),
                None => self.absent_field(of, at, level + 1),
            }
        });
        sum(fields).within(places(count) + ALLOCATION)
    }

    fn constant_at(&mut self, id: DefId, level: u32) -> Size {
        if level > DEPTH {
            return TOO_DEEP;
        }
        if let Some(&size) = self.constants.get(&id) {
            return size;
        }
        self.constants.insert(id, Size::default());
        let size = match self.model.program.definition(id) {
            Definition::Const(item) => self.written(&item.value, level),
            _ => Size::default(),
        };
        keep(&mut self.constants, id, size, level)
    }

    fn written(&mut self, value: &Written, level: u32) -> Size {
        if level > DEPTH {
            return TOO_DEEP;
        }
        match value {
            Written::String(text) => text_size(text.len()),
            Written::Binary(bytes) => text_size(bytes.len()),
            Written::List(values) | Written::Set(values) => {
                let inside = sum(values.iter().map(|value| self.written(value, level + 1)));
                inside.within(2 * places(values.len()) + ALLOCATION)
            }
            Written::Map(entries) => {
                let inside = sum(entries.iter().map(|(key, value)| {
                    self.written(key, level + 1).and(self.written(value, level + 1))
                }));
                inside.within(4 * places(entries.len()) + ALLOCATION)
            }
            Written::Struct(id, given) => match self.model.numbers.get(id) {
                Some(&of) if given.is_empty() => self.empty(of as usize, level),
                Some(&of) => self.with_fields(of as usize, given, level),
                None => Size::default(),
            },
            Written::Const(id) => self.constant_at(*id, level + 1),
            _ => Size::default(),
        }
    }
}

fn text_size(len: usize) -> Size {
    let bytes = if len == 0 { 0 } else { len as u64 + ALLOCATION };
    Size { bytes, depth: 0 }
}
