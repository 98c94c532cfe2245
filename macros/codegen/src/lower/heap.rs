//! Heap size of default values. A peer that omits fields causes their defaults to be created, which
//! is charged to the memory budget.

use std::cell::RefCell;
use std::collections::HashMap;

use thriftly_parser::program::{DefId, Definition, Field, StructKind, Type, TypeKind, Value};

use super::Lowerer;
use crate::input::Strings;
use crate::model::Presence;

/// Overhead of an allocation, in bytes.
const ALLOCATION: u64 = 16;

/// The bytes that `SmallStr` and `SmallBytes` store inline.
const INLINE: usize = 20;

/// Memoized sizes of structs and constants. Entries in progress are 0: a value that contains itself
/// has no default.
#[derive(Default)]
pub(super) struct Sizes {
    places: RefCell<HashMap<DefId, u64>>,
    heaps: RefCell<HashMap<DefId, u64>>,
}

/// Looks up a size, or computes it.
fn known(cache: &RefCell<HashMap<DefId, u64>>, id: DefId, find: impl FnOnce() -> u64) -> u64 {
    if let Some(&found) = cache.borrow().get(&id) {
        return found;
    }
    cache.borrow_mut().insert(id, 0);
    let found = find();
    cache.borrow_mut().insert(id, found);
    found
}

fn sum(parts: impl IntoIterator<Item = u64>) -> u64 {
    parts.into_iter().fold(0, u64::saturating_add)
}

impl Lowerer<'_> {
    /// Approximate heap size of the struct's default, in bytes.
    pub(super) fn struct_heap(&self, id: DefId) -> u64 {
        known(&self.sizes.heaps, id, || match self.program.definition(id) {
            Definition::Struct(item) if item.kind != StructKind::Union => {
                let fields = item.fields.iter().enumerate();
                sum(fields.map(|(index, field)| self.field_heap(Some((id, index)), field)))
            }
            // A union has no field by default.
            _ => 0,
        })
    }

    /// Approximate heap size of an absent field or argument, in bytes.
    pub(super) fn field_heap(&self, of: Option<(DefId, usize)>, field: &Field) -> u64 {
        let boxed = of.is_some_and(|(id, index)| self.analysis.is_boxed(id, index));
        match (&field.default, self.presence(of, field)) {
            (Some(value), _) if boxed => {
                sum([ALLOCATION, self.place(&field.ty), self.value_heap(value, &field.ty)])
            }
            (Some(value), _) => self.value_heap(value, &field.ty),
            (None, Presence::Optional) => 0,
            (None, _) => match self.program.resolve(&field.ty).kind {
                TypeKind::Named(id) if !boxed => self.struct_heap(id),
                _ => 0,
            },
        }
    }

    /// Approximate inline size of a struct, in bytes.
    pub(super) fn struct_place(&self, id: DefId) -> u64 {
        known(&self.sizes.places, id, || match self.program.definition(id) {
            Definition::Struct(item) => {
                let fields = item.fields.iter().map(|field| self.place(&field.ty));
                match item.kind {
                    StructKind::Union => sum([8, fields.max().unwrap_or(0)]),
                    _ => {
                        let tags = item.fields.iter().enumerate().map(|(index, field)| match self
                            .presence(Some((id, index)), field)
                        {
                            Presence::Optional => self.tag(&field.ty),
                            _ => 0,
                        });
                        sum(fields.chain(tags))
                    }
                }
            }
            _ => 4,
        })
    }

    fn value_heap(&self, value: &Value, ty: &Type) -> u64 {
        match (value, &self.program.resolve(ty).kind) {
            (Value::String(text), _) if text.is_empty() => 0,
            (Value::String(text), _) => match self.options.strings {
                Strings::Small if text.len() <= INLINE => 0,
                // In a `Box`.
                Strings::Small => 2 * ALLOCATION + 32 + text.len() as u64,
                Strings::Owned | Strings::Shared => ALLOCATION + text.len() as u64,
            },
            // In a `Box`.
            (Value::Binary(bytes), _) if self.options.small_binary && bytes.len() > INLINE => {
                ALLOCATION + 32
            }
            (Value::List(values), TypeKind::List(element)) if !values.is_empty() => {
                let each = self.place(element);
                let values =
                    values.iter().map(|value| sum([each, self.value_heap(value, element)]));
                sum([ALLOCATION, sum(values)])
            }
            (Value::Set(values), TypeKind::Set(element)) => {
                let each = self.place(element);
                sum(values.iter().map(|value| sum([node(each), self.value_heap(value, element)])))
            }
            (Value::Map(entries), TypeKind::Map(key_type, value_type)) => {
                let each = node(sum([self.place(key_type), self.place(value_type)]));
                sum(entries.iter().map(|(key, value)| {
                    sum([each, self.value_heap(key, key_type), self.value_heap(value, value_type)])
                }))
            }
            (Value::Struct(id, given), _) if given.is_empty() => self.struct_heap(*id),
            (Value::Struct(id, given), _) => match self.program.definition(*id) {
                Definition::Struct(item) => {
                    let fields = item.fields.iter().enumerate().map(|(index, field)| {
                        match given.iter().rev().find(|(at, _)| *at as usize == index) {
                            Some((_, value)) => self.value_heap(value, &field.ty),
                            None if item.kind == StructKind::Union => 0,
                            None => self.field_heap(Some((*id, index)), field),
                        }
                    });
                    sum(fields)
                }
                _ => 0,
            },
            (Value::Const(id), _) => {
                known(&self.sizes.heaps, *id, || match self.program.definition(*id) {
                    Definition::Const(item) => self.value_heap(&item.value, &item.ty),
                    _ => 0,
                })
            }
            _ => 0,
        }
    }

    /// How much larger an optional value is, in bytes.
    fn tag(&self, ty: &Type) -> u64 {
        match &self.program.resolve(ty).kind {
            TypeKind::I8 | TypeKind::I16 | TypeKind::I32 | TypeKind::I64 | TypeKind::Double => {
                self.place(ty)
            }
            TypeKind::Uuid => 1,
            // Other types have numbers to spare.
            _ => 0,
        }
    }

    /// Approximate inline size of a value, in bytes.
    fn place(&self, ty: &Type) -> u64 {
        match &self.program.resolve(ty).kind {
            TypeKind::Bool | TypeKind::I8 => 1,
            TypeKind::I16 => 2,
            TypeKind::I32 => 4,
            TypeKind::I64 | TypeKind::Double => 8,
            TypeKind::Uuid => 16,
            TypeKind::Binary if !self.options.small_binary => 32,
            TypeKind::String if self.options.strings == Strings::Shared => 32,
            TypeKind::Named(id) => self.struct_place(*id),
            _ => 24,
        }
    }
}

/// Size of an element in a tree or table, including spare capacity.
fn node(place: u64) -> u64 {
    sum([place, place, ALLOCATION])
}
