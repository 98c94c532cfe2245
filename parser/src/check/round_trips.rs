//! Structs that a service takes and returns: an absent field should survive being read, changed and sent back.

use std::collections::HashSet;

use crate::check::Checker;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::{
    DefId, Definition, Field, Program, Requiredness, Struct, StructKind, Type, TypeKind,
};

impl Checker<'_> {
    /// Lints fields with default requiredness that have a null in other languages, in structs that are read and
    /// written back.
    pub(crate) fn round_trips(&mut self, program: &Program) {
        let functions = || {
            let services = program.definitions().filter_map(|(_, definition)| match definition {
                Definition::Service(service) => Some(&service.functions),
                _ => None,
            });
            services.flatten()
        };
        let arguments = functions().flat_map(|function| &function.arguments);
        let taken = reachable(program, arguments.map(|argument| &argument.ty));
        let returned = reachable(program, functions().filter_map(|one| one.returns.as_ref()));
        for (id, definition) in program.definitions() {
            let Definition::Struct(node) = definition else { continue };
            if node.kind != StructKind::Union && taken.contains(&id) && returned.contains(&id) {
                self.nullable_fields(program, node);
            }
        }
    }

    fn nullable_fields(&mut self, program: &Program, node: &Struct) {
        let mut nullable = node.fields.iter().filter(|field| is_nullable(program, field));
        let Some(first) = nullable.next() else { return };
        let name = &node.name.text;
        let title = match nullable.count() {
            0 => format!("a field of `{name}` is neither required nor optional"),
            more => format!("{} fields of `{name}` are neither required nor optional", more + 1),
        };
        let lint = Diagnostic::lint(codes::UNMARKED_ROUND_TRIP, title)
            .at(first.name.span, "may be absent")
            .and(node.name.span, "taken and returned by methods")
            .note("a field that was absent is read as an empty value, and written back as one")
            .help("declare such fields `optional`, or use the annotation `(rust.optional)`")
            .help(format!("or `unmarked: {{ optional: [\"{name}\"] }}` in `thrift!`"));
        self.reporter.report(lint);
    }
}

/// Whether other languages have a null for the field that Rust has not.
fn is_nullable(program: &Program, field: &Field) -> bool {
    field.requiredness == Requiredness::Default
        && field.default.is_none()
        && !is_marked_optional(field)
        && match program.resolve(&field.ty).kind {
            TypeKind::String
            | TypeKind::Binary
            | TypeKind::Uuid
            | TypeKind::List(_)
            | TypeKind::Set(_)
            | TypeKind::Map(..) => true,
            TypeKind::Named(id) => matches!(program.definition(id), Definition::Struct(_)),
            _ => false,
        }
}

/// Whether an annotation says that a field of default requiredness may be absent.
pub(crate) fn is_marked_optional(field: &Field) -> bool {
    field.annotations.iter().any(|one| one.key.text == "rust.optional")
}

/// All structs in values of the types.
fn reachable<'a>(program: &'a Program, types: impl Iterator<Item = &'a Type>) -> HashSet<DefId> {
    let mut found = HashSet::new();
    let mut waiting: Vec<&Type> = types.collect();
    while let Some(ty) = waiting.pop() {
        match &program.resolve(ty).kind {
            TypeKind::List(element) | TypeKind::Set(element) => waiting.push(element),
            TypeKind::Map(key, value) => waiting.extend([&**key, &**value]),
            TypeKind::Named(id) => {
                if let Definition::Struct(node) = program.definition(*id)
                    && found.insert(*id)
                {
                    waiting.extend(node.fields.iter().map(|field| &field.ty));
                }
            }
            _ => {}
        }
    }
    found
}
