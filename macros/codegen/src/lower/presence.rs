//! Presence of fields and arguments: `T` or `Option<T>`.

use proc_macro2::Span;
use syn::LitStr;
use thriftly_parser::closest;
use thriftly_parser::diagnostic::Diagnostic;
use thriftly_parser::program::{
    Annotation, DefId, Definition, Field, Program, Requiredness, StructKind,
};

use super::Lowerer;
use super::annotations::{self, OPTIONAL};
use crate::codes;
use crate::input::{Options, Unmarked};
use crate::model::Presence;

fn is_marked(annotations: &[Annotation]) -> bool {
    annotations::find(annotations, OPTIONAL).is_some()
}

/// Whether a field of a struct or exception is an `Option`, by the IDL, its annotations or the
/// options of the macro. Fields that are `Option` because of recursion are excluded.
pub(super) fn is_optional(program: &Program, options: &Options, of: DefId, field: &Field) -> bool {
    match field.requiredness {
        Requiredness::Required => false,
        Requiredness::Optional => field.default.is_none() || is_marked(&field.annotations),
        Requiredness::Default => is_marked(&field.annotations) || is_unmarked(program, options, of),
    }
}

/// Whether the option `unmarked` makes an `Option` of the type's fields with default requiredness.
fn is_unmarked(program: &Program, options: &Options, of: DefId) -> bool {
    match &options.unmarked {
        Unmarked::Plain => false,
        Unmarked::Optional => true,
        Unmarked::OptionalIn(names) => {
            names.iter().any(|name| is_named(program, of, &name.value()))
        }
    }
}

/// Whether `Person` or `shared.Person` means the definition.
fn is_named(program: &Program, of: DefId, name: &str) -> bool {
    let own = &program.definition(of).name().text;
    match name.split_once('.') {
        Some((prefix, name)) => name == own && prefix == program.file(of.file).prefix,
        None => name == own,
    }
}

/// Diagnostics for misplaced `rust.optional`.
pub(super) fn check(program: &Program) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    let mut refuse = |annotations: &[Annotation], why: &str| {
        let marked = annotations.iter().filter(|one| one.key.text == OPTIONAL);
        wrong.extend(marked.map(|one| {
            Diagnostic::error(codes::BAD_ANNOTATION, format!("`{OPTIONAL}` {why}"))
                .at(one.key.span, "")
        }));
    };
    let elsewhere = "is for fields of structs and exceptions, and for arguments";
    for (_, definition) in program.definitions() {
        let annotations = match definition {
            Definition::Const(_) => continue,
            Definition::Typedef(item) => &item.annotations,
            Definition::Enum(item) => {
                item.values.iter().for_each(|value| refuse(&value.annotations, elsewhere));
                &item.annotations
            }
            Definition::Struct(item) => {
                for field in &item.fields {
                    match (item.kind, field.requiredness) {
                        (StructKind::Union, _) => refuse(&field.annotations, elsewhere),
                        (_, Requiredness::Required) => {
                            refuse(&field.annotations, "contradicts `required`");
                        }
                        _ => {}
                    }
                }
                &item.annotations
            }
            Definition::Service(item) => {
                for function in &item.functions {
                    function.throws.iter().for_each(|one| refuse(&one.annotations, elsewhere));
                    refuse(&function.annotations, elsewhere);
                    let required = function.arguments.iter();
                    required
                        .filter(|argument| argument.requiredness == Requiredness::Required)
                        .for_each(|one| refuse(&one.annotations, "contradicts `required`"));
                }
                &item.annotations
            }
        };
        refuse(annotations, elsewhere);
    }
    wrong
}

impl Lowerer<'_> {
    /// An error for each name in `unmarked: { optional: [...] }` that is none of a struct or exception.
    pub(super) fn unused_unmarked(&self) -> Vec<(Span, Diagnostic)> {
        let Unmarked::OptionalIn(names) = &self.options.unmarked else { return Vec::new() };
        let structs: Vec<(DefId, &str)> = self
            .program
            .definitions()
            .filter_map(|(id, definition)| match definition {
                Definition::Struct(item) if item.kind != StructKind::Union => {
                    Some((id, item.name.text.as_str()))
                }
                _ => None,
            })
            .collect();
        let unused = names.iter().filter(|name| {
            !structs.iter().any(|(id, _)| is_named(self.program, *id, &name.value()))
        });
        let report = |name: &LitStr| {
            let title = format!("there is no struct or exception {:?}", name.value());
            let error = Diagnostic::error(codes::UNUSED_OPTION, title);
            let near = closest(&name.value(), structs.iter().map(|(_, name)| *name));
            let error = match near {
                Some(near) => error.help(format!("did you mean {near:?}?")),
                None => error,
            };
            (name.span(), error)
        };
        unused.map(report).collect()
    }

    /// How a field of a struct, given with its index, or an argument is declared in Rust.
    pub(super) fn presence(&self, of: Option<(DefId, usize)>, field: &Field) -> Presence {
        let optional = match of {
            Some((id, index)) => {
                // A value that contains itself could have no end.
                let endless = field.requiredness != Requiredness::Required
                    && field.default.is_none()
                    && self.analysis.is_boxed(id, index);
                endless || is_optional(self.program, self.options, id, field)
            }
            None => field.requiredness == Requiredness::Optional || is_marked(&field.annotations),
        };
        match (field.requiredness, optional) {
            (_, true) => Presence::Optional,
            (Requiredness::Required, _) => Presence::Required,
            _ => Presence::Default,
        }
    }
}
