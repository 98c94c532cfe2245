//! Enums: names and their numbers on the wire.

use std::collections::HashMap;

use thriftly_parser::program::Enum;

use super::change::{self, Place};
use super::comparison::Comparison;

impl Comparison<'_> {
    pub(super) fn compare_enums(&mut self, old: &Enum, new: &Enum, subject: &str) {
        let old_names: HashMap<_, _> =
            old.values.iter().map(|value| (&value.name.text, value.number)).collect();
        let new_names: HashMap<_, _> =
            new.values.iter().map(|value| (&value.name.text, value)).collect();
        for value in &old.values {
            let (name, number) = (&value.name.text, value.number);
            if let Some(same) = new_names.get(name) {
                if same.number != number {
                    let message = format!("`{name}` changed from {number} to {}", same.number);
                    let place = Place::New(same.name.span);
                    self.report(change::ENUM_NUMBER, place, subject, message);
                }
                continue;
            }
            let mut others = new.values.iter().filter(|other| other.number == number);
            // A number may have several names.
            if others.clone().any(|other| old_names.get(&other.name.text) == Some(&number)) {
                let message = format!("`{name}`, a second name of {number}, is gone");
                let place = Place::New(new.name.span);
                self.report(change::ENUM_VALUE_RENAMED, place, subject, message);
            } else if let Some(other) =
                others.find(|other| !old_names.contains_key(&other.name.text))
            {
                let message = format!("{number} was `{name}`, and is `{}` now", other.name.text);
                let place = Place::New(other.name.span);
                self.report(change::ENUM_VALUE_RENAMED, place, subject, message);
            } else {
                let message = format!("`{name} = {number}` is gone");
                let place = Place::New(new.name.span);
                self.report(change::ENUM_VALUE_REMOVED, place, subject, message);
            }
        }
    }
}
