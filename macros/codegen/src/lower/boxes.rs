//! Fields behind a `Box`, by `rust.box` or the option `boxed`.

use std::collections::HashSet;

use thriftly_parser::diagnostic::Diagnostic;
use thriftly_parser::program::{DefId, Definition, Field, Program, Struct, StructKind};

use super::annotations::{self, BOX};
use super::foreign::Foreign;
use super::presence::is_optional;
use super::target::Target;
use crate::codes;
use crate::input::Options;

/// The fields, as struct and index.
pub(crate) fn of(
    program: &Program,
    options: &Options,
    foreign: &Foreign,
) -> HashSet<(DefId, usize)> {
    let named: Vec<_> = options
        .boxed
        .iter()
        .filter_map(|key| match Target::find(program, &key.text) {
            Ok(Target::Field(field)) => Some(field),
            _ => None,
        })
        .collect();
    let is_named = |field: &Field| named.iter().any(|one| std::ptr::eq(*one, field));
    fields(program)
        .filter(|&(id, _, item, field)| {
            (is_marked(field) || is_named(field))
                && can_be_boxed(program, options, foreign, id, item, field)
        })
        .map(|(id, index, ..)| (id, index))
        .collect()
}

/// Diagnostics for `rust.box` where it has no meaning.
pub(super) fn check(program: &Program, options: &Options, foreign: &Foreign) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    for (id, _, item, field) in fields(program) {
        if !is_marked(field) || can_be_boxed(program, options, foreign, id, item, field) {
            continue;
        }
        let title = format!(
            "`{BOX}` is for optional fields and for fields of unions, without a type of Rust"
        );
        let marked = field.annotations.iter().filter(|one| one.key.text == BOX);
        wrong.extend(marked.map(|one| {
            Diagnostic::error(codes::BAD_ANNOTATION, title.clone()).at(one.key.span, "")
        }));
    }
    wrong
}

fn is_marked(field: &Field) -> bool {
    annotations::find(&field.annotations, BOX).is_some()
}

/// A field that is always there would gain nothing: its default would allocate.
fn can_be_boxed(
    program: &Program,
    options: &Options,
    foreign: &Foreign,
    id: DefId,
    item: &Struct,
    field: &Field,
) -> bool {
    let may_be_absent = item.kind == StructKind::Union || is_optional(program, options, id, field);
    may_be_absent && !foreign.has(&field.name)
}

fn fields(program: &Program) -> impl Iterator<Item = (DefId, usize, &Struct, &Field)> {
    program.definitions().flat_map(|(id, definition)| {
        let item = match definition {
            Definition::Struct(item) => Some(item),
            _ => None,
        };
        item.into_iter().flat_map(move |item| {
            let fields = item.fields.iter().enumerate();
            fields.map(move |(index, field)| (id, index, item, field))
        })
    })
}
