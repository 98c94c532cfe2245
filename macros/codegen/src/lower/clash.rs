//! Names that differ in the IDL, but not in Rust.

use std::collections::HashMap;

use thriftly_parser::diagnostic::{Diagnostic, Label, Severity};
use thriftly_parser::program::{Definition, Name, Struct, StructKind};
use thriftly_parser::source::Span;

use super::{Lowerer, Module};
use crate::codes;

/// The names that one scope of Rust has, and where each comes from.
struct Scope<'a> {
    names: HashMap<String, (&'a Name, String)>,
    clashes: &'a mut Vec<Diagnostic>,
}

impl<'a> Scope<'a> {
    fn new(clashes: &'a mut Vec<Diagnostic>) -> Scope<'a> {
        Scope { names: HashMap::new(), clashes }
    }

    /// Takes a name for an item; `what` says what has it.
    fn take(&mut self, rust: String, from: &'a Name, what: &str) {
        let what = what.replace("{}", &rust);
        let Some((first, other)) = self.names.get(&rust) else {
            self.names.insert(rust, (from, what));
            return;
        };
        // The same name twice is an error of the IDL, and has been reported.
        if first.text == from.text && what == *other {
            return;
        }
        let label = |span: Span, text: &str| Label { span, text: text.to_owned() };
        self.clashes.push(Diagnostic {
            severity: Severity::Error,
            code: codes::RUST_NAME_CLASH,
            title: format!(
                "`{}` and `{}` have the same name in Rust, `{rust}`",
                first.text, from.text
            ),
            primary: Some(label(from.span, &what)),
            secondary: vec![label(first.span, other)],
            notes: vec![
                "help: give one of them another name with `(rust.name = \"…\")`".to_owned(),
            ],
        });
    }
}

impl Lowerer<'_> {
    /// All clashes in the files that are generated.
    pub(super) fn clashes(&self) -> Vec<Diagnostic> {
        let mut clashes = Vec::new();
        for file in &self.program.files {
            if matches!(self.modules[file.id.0 as usize], Some(Module::External(_))) {
                continue;
            }
            let mut types = Scope::new(&mut clashes);
            for definition in
                file.definitions.iter().filter(|one| !matches!(one, Definition::Const(_)))
            {
                types.take(self.item_name(definition), definition.name(), "this is `{}`");
            }
            for definition in &file.definitions {
                if let Definition::Service(service) = definition {
                    for name in self.service_names(definition).into_iter().skip(1) {
                        types.take(name, &service.name, "it makes `{}`");
                    }
                }
            }
            let mut constants = Scope::new(&mut clashes);
            for definition in &file.definitions {
                if let Definition::Const(item) = definition {
                    constants.take(self.item_name(definition), &item.name, "this is `{}`");
                }
            }
            for definition in &file.definitions {
                self.clashes_within(definition, &mut clashes);
            }
        }
        clashes
    }

    fn clashes_within(&self, definition: &Definition, clashes: &mut Vec<Diagnostic>) {
        let mut scope = Scope::new(clashes);
        match definition {
            Definition::Enum(item) => {
                for value in &item.values {
                    scope.take(self.value_variant(value), &value.name, "this is `{}`");
                }
            }
            Definition::Struct(Struct { kind, fields, .. }) => {
                for field in fields {
                    let name = match kind {
                        StructKind::Union => self.field_variant(field),
                        _ => self.field_name(field),
                    };
                    scope.take(name, &field.name, "this is `{}`");
                }
            }
            Definition::Service(item) => {
                for function in &item.functions {
                    scope.take(self.function_name(function), &function.name, "this is `{}`");
                }
                for function in &item.functions {
                    let mut scope = Scope::new(scope.clashes);
                    for argument in &function.arguments {
                        scope.take(self.field_name(argument), &argument.name, "this is `{}`");
                    }
                }
            }
            Definition::Const(_) | Definition::Typedef(_) => {}
        }
    }
}
