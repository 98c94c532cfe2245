//! Structs, unions and exceptions.

use thriftly_parser::program::{Struct, StructKind};

use super::change::{self, Place};
use super::comparison::Comparison;
use super::fields::Owner;

impl Comparison<'_> {
    pub(super) fn compare_structs(&mut self, old: &Struct, new: &Struct, subject: &str) {
        let place = Place::New(new.name.span);
        let (was, is) = (old.kind == StructKind::Union, new.kind == StructKind::Union);
        if was != is {
            let kind = if is { "a union" } else { "no union" };
            self.report(change::STRUCT_KIND, place, subject, format!("it is {kind} now"));
        }
        let owner = if was && is { Owner::Union } else { Owner::Struct };
        self.compare_fields(owner, &old.fields, &new.fields, place, subject);
    }
}
