//! Constants: their types and values.

use thriftly_parser::program::Const;

use super::change::{self, Place};
use super::comparison::Comparison;
use super::{types, values};

impl Comparison<'_> {
    pub(super) fn compare_constants(&mut self, old: &Const, new: &Const, subject: &str) {
        let types = (types::text(self.old, &old.ty), types::text(self.new, &new.ty));
        let values = (old.value.text(self.old), new.value.text(self.new));
        if values.0 != values.1 {
            let (from, to) = values::shortened(values);
            let message = format!("its value changed from {from} to {to}");
            self.report(change::CONSTANT_VALUE, Place::New(new.name.span), subject, message);
        } else if types.0 != types.1 {
            let message = format!("its type changed from {} to {}", types.0, types.1);
            self.report(change::CONSTANT_VALUE, Place::New(new.name.span), subject, message);
        }
    }
}
