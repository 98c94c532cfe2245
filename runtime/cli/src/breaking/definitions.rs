//! Definitions: pairing, comparison by kind, and removed definitions.

use thriftly_parser::program::{DefId, Definition, StructKind};

use super::change::{self, Change, Place};
use super::comparison::Comparison;

impl Comparison<'_> {
    /// Compares everything.
    pub(super) fn run(mut self) -> Vec<Change> {
        let mut gone = Vec::new();
        for (old, _) in self.old.definitions() {
            match self.counterpart(old) {
                Some(new) => self.compare_later(old, new),
                None => gone.push(old),
            }
        }
        while let Some((old, new)) = self.next_pair() {
            self.compare(old, new);
        }
        // What another definition has taken the place of has been compared with that one.
        gone.retain(|old| !self.is_compared(*old));
        for old in gone {
            self.removed(self.old.definition(old));
        }
        self.into_changes()
    }

    fn compare(&mut self, old_id: DefId, new_id: DefId) {
        let (old, new) = (self.old.definition(old_id), self.new.definition(new_id));
        let subject = subject(old, new);
        let place = Place::New(new.name().span);
        match (old, new) {
            (Definition::Const(old), Definition::Const(new)) => {
                self.compare_constants(old, new, &subject);
            }
            (Definition::Enum(old), Definition::Enum(new)) => {
                self.compare_enums(old, new, &subject);
            }
            (Definition::Struct(old), Definition::Struct(new)) => {
                self.compare_structs(old, new, &subject);
            }
            (Definition::Service(_), Definition::Service(_)) => {
                self.compare_services(old_id, new_id, &subject);
            }
            (Definition::Service(_), new) => {
                let message = format!("it is {} now", kind(new).1);
                self.report(change::SERVICE_REMOVED, place, &subject, message);
            }
            // What a typedef stands for is compared where it is used.
            (Definition::Typedef(_), Definition::Typedef(_)) => {}
            (_, new) => {
                let message = format!("it is {} now", kind(new).1);
                self.report(change::DEFINITION_KIND, place, &subject, message);
            }
        }
    }

    fn removed(&mut self, old: &Definition) {
        let code = match old {
            Definition::Service(_) => change::SERVICE_REMOVED,
            _ => change::DEFINITION_REMOVED,
        };
        let name = old.name();
        let subject = format!("{} {}", kind(old).0, name.text);
        self.report(code, Place::Old(name.span), &subject, "it is gone".to_owned());
    }
}

/// The kind of a definition, without and with an article.
fn kind(definition: &Definition) -> (&'static str, &'static str) {
    match definition {
        Definition::Const(_) => ("const", "a const"),
        Definition::Typedef(_) => ("typedef", "a typedef"),
        Definition::Enum(_) => ("enum", "an enum"),
        Definition::Service(_) => ("service", "a service"),
        Definition::Struct(node) => match node.kind {
            StructKind::Struct => ("struct", "a struct"),
            StructKind::Union => ("union", "a union"),
            StructKind::Exception => ("exception", "an exception"),
        },
    }
}

fn subject(old: &Definition, new: &Definition) -> String {
    let (was, is) = (old.name(), new.name());
    let kind = kind(old).0;
    match was.text == is.text {
        true => format!("{kind} {}", is.text),
        false => format!("{kind} {} (was {})", is.text, was.text),
    }
}
