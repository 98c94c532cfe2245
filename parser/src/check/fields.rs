//! Fields of structs, arguments and `throws`: explicit and automatic ids, unique names.

use std::collections::HashMap;

use crate::ast;
use crate::check::{Checker, Place, names_differing_in_case};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::{Field, Requiredness, StructKind};
use crate::source::Span;

/// Owner of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Struct(StructKind),
    Arguments,
    Throws,
}

impl Owner {
    /// Noun for one of the fields.
    fn noun(self) -> &'static str {
        match self {
            Owner::Struct(_) => "field",
            Owner::Arguments => "argument",
            Owner::Throws => "exception",
        }
    }
}

impl Checker<'_> {
    /// Resolves the types and assigns the ids of fields. Default values are recorded and evaluated when all types are
    /// known; `place` returns the location of a field's value.
    pub(crate) fn fields(
        &mut self,
        fields: Vec<ast::Field>,
        owner: Owner,
        place: impl Fn(u32) -> Option<Place>,
    ) -> Vec<Field> {
        let mut ids = Ids::new(owner);
        let mut names: HashMap<String, Span> = HashMap::with_capacity(fields.len());
        let mut first_default: Option<Span> = None;
        let mut checked = Vec::with_capacity(fields.len());
        for field in fields {
            self.plain_name(&field.name);
            let id = ids.give(&field, self);
            let first = names.get(&field.name.text).copied();
            if let Some(first) = first {
                let title = format!("two {}s are named `{}`", owner.noun(), field.name.text);
                let error = Diagnostic::error(codes::DUPLICATE_FIELD_NAME, title);
                self.reporter
                    .report(error.at(field.name.span, "again here").and(first, "first here"));
            } else {
                names.insert(field.name.text.clone(), field.name.span);
            }
            if owner == Owner::Throws && field.name.text == "success" {
                let warning =
                    Diagnostic::warning(codes::THROWS_SUCCESS, "an exception is named `success`");
                let note = "`success` is the name of the return value in the result struct";
                self.reporter.report(warning.at(field.name.span, "").note(note));
            }
            let requiredness = self.requiredness(&field, owner);
            if let (Owner::Struct(StructKind::Union), Some(value)) = (owner, &field.default) {
                if let Some(first) = first_default {
                    let error = Diagnostic::error(
                        codes::UNION_DEFAULTS,
                        "a union can have only one default value",
                    );
                    self.reporter
                        .report(error.at(value.span, "the second").and(first, "the first"));
                }
                first_default = first_default.or(Some(value.span));
            }
            let ty = self.ty(field.ty);
            if first.is_some() {
                continue;
            }
            if let (Some(value), Some(place)) = (field.default, place(checked.len() as u32)) {
                self.pending.push((place, value));
            }
            checked.push(Field {
                id,
                explicit_id: field.id.is_some(),
                name: field.name,
                requiredness,
                ty,
                default: None,
                doc: field.doc,
                annotations: field.annotations,
            });
        }
        ids.report_missing(self);
        if self.reporter.lints() {
            names_differing_in_case(
                checked.iter().map(|field| &field.name),
                owner.noun(),
                self.reporter,
            );
        }
        checked
    }

    /// The requiredness of a field; reports and drops it where it has no meaning.
    fn requiredness(&mut self, field: &ast::Field, owner: Owner) -> Requiredness {
        let (requiredness, word) = field.requiredness;
        let (title, instead) = match (owner, requiredness) {
            (Owner::Struct(StructKind::Union), Requiredness::Required) => {
                ("union fields cannot be required", Requiredness::Optional)
            }
            (Owner::Throws, Requiredness::Required | Requiredness::Optional) => {
                ("`throws` fields cannot be required or optional", Requiredness::Default)
            }
            _ => return requiredness,
        };
        let span = word.unwrap_or(field.span);
        let warning = Diagnostic::warning(codes::USELESS_REQUIREDNESS, title).at(span, "ignored");
        self.reporter.report(match word {
            Some(word) => warning.fix(word, ""),
            None => warning,
        });
        instead
    }
}

/// Assigns field ids and reports duplicates.
struct Ids {
    owner: Owner,
    /// The last automatic id.
    last: i32,
    taken: HashMap<i16, (String, Span, bool)>,
    /// The first field without an id, and how many there are.
    missing: Option<(Span, usize)>,
}

impl Ids {
    fn new(owner: Owner) -> Ids {
        Ids { owner, last: 0, taken: HashMap::new(), missing: None }
    }

    fn give(&mut self, field: &ast::Field, checker: &mut Checker<'_>) -> i16 {
        let noun = self.owner.noun();
        let (id, span) = match field.id {
            Some(ast::Integer { value: Some(value), span }) => match i16::try_from(value) {
                Ok(id) => {
                    self.check_sign(id, span, checker);
                    (id, span)
                }
                Err(_) => {
                    let title = format!("the {noun} id {value} does not fit in 16 bits");
                    let error = Diagnostic::error(codes::FIELD_ID_OUT_OF_RANGE, title);
                    checker.reporter.report(error.at(span, "").note("valid ids are 1 to 32767"));
                    return 0;
                }
            },
            // Too large, which has been reported.
            Some(ast::Integer { value: None, .. }) => return 0,
            None => {
                self.last -= 1;
                // A placeholder of a missing name belongs to a reported mistake.
                if field.name.span.start < field.name.span.end {
                    let (first, count) = self.missing.unwrap_or((field.name.span, 0));
                    self.missing = Some((first, count + 1));
                }
                match i16::try_from(self.last) {
                    Ok(id) => (id, field.name.span),
                    Err(_) => {
                        let title = format!("there are too many {noun}s without ids");
                        let error = Diagnostic::error(codes::FIELD_ID_OUT_OF_RANGE, title);
                        let note = format!("its automatic id would be {}", self.last);
                        checker.reporter.report(error.at(field.name.span, "").note(note));
                        return 0;
                    }
                }
            }
        };
        if field.name.span.start == field.name.span.end {
            // A placeholder takes no id.
        } else if let Some((name, first, first_explicit)) = self.taken.get(&id) {
            let title =
                format!("the {noun}s `{name}` and `{}` have the same id {id}", field.name.text);
            let error = Diagnostic::error(codes::DUPLICATE_FIELD_ID, title);
            let counted = |explicit: bool| if explicit { "" } else { " (automatic id)" };
            let error = error.at(span, format!("again here{}", counted(field.id.is_some())));
            checker
                .reporter
                .report(error.and(*first, format!("first used here{}", counted(*first_explicit))));
        } else {
            self.taken.insert(id, (field.name.text.clone(), span, field.id.is_some()));
        }
        id
    }

    fn check_sign(&self, id: i16, span: Span, checker: &mut Checker<'_>) {
        if id == 0 && self.owner == Owner::Throws {
            let error =
                Diagnostic::error(codes::THROWS_ID_ZERO, "an exception cannot have the id 0");
            checker.reporter.report(
                error.at(span, "").note("0 is the id of the return value in the result struct"),
            );
        } else if id <= 0 {
            let title = format!("the {} id {id} is not positive", self.owner.noun());
            let warning = Diagnostic::warning(codes::FIELD_ID_NOT_POSITIVE, title);
            let note = "the Apache compiler replaces such ids unless it is told `--allow-neg-keys`; here they are kept";
            checker.reporter.report(warning.at(span, "").note(note));
        }
    }

    fn report_missing(&self, checker: &mut Checker<'_>) {
        let Some((span, count)) = self.missing else { return };
        let noun = self.owner.noun();
        let title = match count {
            1 => format!("this {noun} has no id"),
            _ => format!("this {noun} and {} more have no id", count - 1),
        };
        let warning = Diagnostic::warning(codes::MISSING_FIELD_ID, title).at(span, "");
        let note = format!(
            "automatic ids are -1, -2, …; they shift when {noun}s without ids are added or removed"
        );
        checker.reporter.report(warning.note(note));
    }
}
