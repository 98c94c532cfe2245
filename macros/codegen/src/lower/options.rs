//! Check that every option entry matches an item.

use proc_macro2::Span;
use thriftly_parser::closest;
use thriftly_parser::diagnostic::Diagnostic;
use thriftly_parser::program::{Definition, Field};

use super::Lowerer;
use super::target::Target;
use crate::codes;

impl Lowerer<'_> {
    /// An error for each entry of an option that matches nothing, with the place of the entry.
    pub(super) fn unused_options(&self) -> Vec<(Span, Diagnostic)> {
        let mut unused = self.unused_unmarked();
        for entry in &self.options.with {
            if !self.written_paths().any(|(path, _)| path == entry.key) {
                unused.push((entry.span, self.unused_with(&entry.key)));
            }
        }
        for entry in &self.options.names {
            if let Err(unknown) = Target::find(self.program, &entry.key) {
                unused.push((entry.span, unknown.error("names", &entry.key)));
            }
        }
        for key in &self.options.lazy {
            let error = match Target::find(self.program, &key.text) {
                Ok(target) if self.foreign.is_lazy(target.name()) => continue,
                Ok(_) => {
                    let text = format!("{:?} in `lazy` cannot be decoded later", key.text);
                    Diagnostic::error(codes::UNUSED_OPTION, text).help(
                        "name a field of a struct or exception that has no Rust type of its own",
                    )
                }
                Err(unknown) => unknown.error("lazy", &key.text),
            };
            unused.push((key.span, error));
        }
        for key in &self.options.boxed {
            let error = match Target::find(self.program, &key.text) {
                Ok(Target::Field(field)) if self.is_boxed(field) => continue,
                Ok(_) => {
                    let text = format!("{:?} in `boxed` cannot be boxed", key.text);
                    Diagnostic::error(codes::UNUSED_OPTION, text).help(
                        "name an optional field, or a field of a union, that has no Rust type of its own",
                    )
                }
                Err(unknown) => unknown.error("boxed", &key.text),
            };
            unused.push((key.span, error));
        }
        for entry in &self.options.types {
            let error = match Target::find(self.program, &entry.key) {
                Ok(target) if target.has_type() => continue,
                Ok(_) => {
                    let text = format!("{:?} in `types` has no type in the IDL", entry.key);
                    Diagnostic::error(codes::UNUSED_OPTION, text).help(
                        "name a struct, union, exception, enum, typedef, field, argument or method with a result",
                    )
                }
                Err(unknown) => unknown.error("types", &entry.key),
            };
            unused.push((entry.span, error));
        }
        unused
    }

    fn is_boxed(&self, field: &Field) -> bool {
        self.program.definitions().any(|(id, definition)| match definition {
            Definition::Struct(item) => item.fields.iter().enumerate().any(|(index, one)| {
                std::ptr::eq(one, field)
                    && !self.foreign.has(&one.name)
                    && self.analysis.is_boxed(id, index)
            }),
            _ => false,
        })
    }

    fn unused_with(&self, key: &str) -> Diagnostic {
        let title = format!("no file includes {key:?}, which `with` gives a module");
        let error = Diagnostic::error(codes::UNUSED_OPTION, title);
        let mut paths: Vec<&str> = self.written_paths().map(|(path, _)| path).collect();
        paths.sort_unstable();
        paths.dedup();
        if let Some(near) = closest(key, paths.iter().copied()) {
            return error.help(format!("did you mean {near:?}?"));
        }
        match paths.len() {
            0 => error.note("no file is included"),
            1..=10 => error.note(format!("the included files are {}", paths.join(", "))),
            _ => error,
        }
    }
}
