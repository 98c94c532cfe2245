//! Types: what they are called, and whether two have the same bytes.

use thriftly_parser::Program;
use thriftly_parser::program::{Definition, Type, TypeKind};

use super::comparison::Comparison;

impl Comparison<'_> {
    /// Whether values of the types have the same bytes, as far as the types themselves say: enums are numbers, text
    /// is bytes, and two structs are compared by their fields later.
    pub(super) fn same_bytes(&mut self, old: &Type, new: &Type) -> bool {
        let (old, new) = (self.old.resolve(old), self.new.resolve(new));
        match (&old.kind, &new.kind) {
            (TypeKind::Bool, TypeKind::Bool)
            | (TypeKind::I8, TypeKind::I8)
            | (TypeKind::I16, TypeKind::I16)
            | (TypeKind::I32, TypeKind::I32)
            | (TypeKind::I64, TypeKind::I64)
            | (TypeKind::Double, TypeKind::Double)
            | (TypeKind::Uuid, TypeKind::Uuid) => true,
            (TypeKind::String | TypeKind::Binary, TypeKind::String | TypeKind::Binary) => true,
            (TypeKind::List(old), TypeKind::List(new))
            | (TypeKind::Set(old), TypeKind::Set(new)) => self.same_bytes(old, new),
            (TypeKind::Map(old_key, old_value), TypeKind::Map(new_key, new_value)) => {
                let keys = self.same_bytes(old_key, new_key);
                self.same_bytes(old_value, new_value) && keys
            }
            (TypeKind::Named(old_id), TypeKind::Named(new_id)) => {
                let (old, new) = (self.old.definition(*old_id), self.new.definition(*new_id));
                let same = matches!(
                    (old, new),
                    (Definition::Enum(_), Definition::Enum(_))
                        | (Definition::Struct(_), Definition::Struct(_))
                );
                if same {
                    self.compare_later(*old_id, *new_id);
                }
                same
            }
            (TypeKind::Named(id), TypeKind::I32) => {
                matches!(self.old.definition(*id), Definition::Enum(_))
            }
            (TypeKind::I32, TypeKind::Named(id)) => {
                matches!(self.new.definition(*id), Definition::Enum(_))
            }
            _ => false,
        }
    }
}

/// A type as it is written, and what it stands for.
pub(super) fn text(program: &Program, ty: &Type) -> String {
    ty.text(&|id| match program.definition(id) {
        Definition::Typedef(item) => {
            format!("{} ({})", item.name.text, text(program, program.resolve(&item.target)))
        }
        definition => definition.name().text.clone(),
    })
}
