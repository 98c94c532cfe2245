//! Message and source of exceptions.

use thriftly_parser::diagnostic::Diagnostic;
use thriftly_parser::program::{
    self, DefId, Definition, Program, Struct, StructKind, Type, TypeKind,
};

use super::Lowerer;
use super::foreign::Foreign;
use crate::codes;
use crate::model::{Exception, Field};

/// The annotation of an exception that names the field with its message, as in fbthrift.
const MESSAGE: &str = "message";

/// The message field of an exception: the annotated one, or the one named `message`.
fn message<'a>(
    program: &Program,
    foreign: &Foreign,
    item: &'a Struct,
) -> Option<&'a program::Field> {
    let named = super::annotations::find(&item.annotations, MESSAGE);
    let field = item.fields.iter().find(|field| match named {
        Some(name) => field.name.text == name,
        None => field.name.text.eq_ignore_ascii_case(MESSAGE),
    })?;
    let is_text = matches!(program.resolve(&field.ty).kind, TypeKind::String);
    (is_text && !foreign.has(&field.name)).then_some(field)
}

/// Warns about a `(message = "…")` that does not name a string.
pub(super) fn check(program: &Program, foreign: &Foreign) -> Vec<Diagnostic> {
    let structs = program.definitions().filter_map(|(_, definition)| match definition {
        Definition::Struct(item) if item.kind == StructKind::Exception => Some(item),
        _ => None,
    });
    let unmatched = structs.filter(|item| message(program, foreign, item).is_none());
    let annotations = unmatched
        .flat_map(|item| item.annotations.iter().map(move |annotation| (item, annotation)));
    annotations
        .filter(|(_, annotation)| annotation.key.text == MESSAGE)
        .map(|(item, annotation)| {
            let title = format!("`{}` has no string `{}`", item.name.text, annotation.value);
            Diagnostic::warning(codes::BAD_ANNOTATION, title)
                .at(annotation.key.span, "ignored")
                .note("`message` names the field that is the message of the exception")
        })
        .collect()
}

impl Lowerer<'_> {
    /// The exception properties of a struct with lowered fields.
    pub(super) fn exception(&self, id: DefId, item: &Struct, fields: &[Field]) -> Exception {
        let at = |field: &program::Field| fields.iter().position(|one| one.id == field.id);
        let message =
            message(self.program, &self.foreign, item).filter(|field| !self.is_foreign(&field.ty));
        let mut sources = item.fields.iter().enumerate();
        let source = sources.find(|(_, field)| self.is_error(field));
        Exception {
            message: message.and_then(at),
            source: source.and_then(|(_, field)| at(field)),
            is_source_boxed: source.is_some_and(|(index, _)| self.analysis.is_boxed(id, index)),
        }
    }

    /// Whether the value of a field is an exception.
    fn is_error(&self, field: &program::Field) -> bool {
        let ty: &Type = &field.ty;
        !self.foreign.has(&field.name)
            && !self.is_foreign(ty)
            && matches!(
                self.program.resolve(ty).kind,
                TypeKind::Named(id) if matches!(
                    self.program.definition(id),
                    Definition::Struct(item) if item.kind == StructKind::Exception
                )
            )
    }
}
