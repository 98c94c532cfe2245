//! Enums: explicit and automatic numbers, unique names.

use std::collections::HashMap;

use crate::ast;
use crate::check::{Checker, names_differing_in_case};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::{Enum, EnumValue, Name};
use crate::source::Span;

impl Checker<'_> {
    /// An enum with the numbers of its values.
    pub(crate) fn enumeration(&mut self, node: ast::Enum) -> Enum {
        // The next automatic number; unknown after an error.
        let mut next: Option<i64> = Some(0);
        let mut names: HashMap<String, Span> = HashMap::with_capacity(node.values.len());
        let mut numbers: HashMap<i32, (String, Span)> = HashMap::with_capacity(node.values.len());
        let mut values = Vec::with_capacity(node.values.len());
        for value in node.values {
            self.plain_name(&value.name);
            let number = self.number(&value, next);
            next = number.map(|number| i64::from(number) + 1);
            if !self.is_new(&value, &mut names) {
                continue;
            }
            match number.map(|number| (number, numbers.get(&number))) {
                Some((number, Some((first, first_span)))) => {
                    let title =
                        format!("`{}` has the same number {number} as `{first}`", value.name.text);
                    let warning = Diagnostic::warning(codes::DUPLICATE_ENUM_NUMBER, title);
                    let warning =
                        warning.at(value.span, "").and(*first_span, "the first name of the number");
                    self.reporter.report(warning.note("the second name is an alias of the first"));
                }
                Some((number, None)) => {
                    numbers.insert(number, (value.name.text.clone(), value.span));
                }
                None => {}
            }
            let (name, doc, annotations) = (value.name, value.doc, value.annotations);
            values.push(EnumValue { name, number: number.unwrap_or(0), doc, annotations });
        }
        if self.reporter.lints() {
            names_differing_in_case(values.iter().map(|value| &value.name), "value", self.reporter);
        }
        Enum { name: node.name, values, doc: node.doc, annotations: node.annotations }
    }

    fn is_new(&mut self, value: &ast::EnumValue, names: &mut HashMap<String, Span>) -> bool {
        let Name { text, span } = &value.name;
        if let Some(&first) = names.get(text) {
            let error = Diagnostic::error(
                codes::DUPLICATE_ENUM_VALUE,
                format!("two values are named `{text}`"),
            );
            self.reporter.report(error.at(*span, "again here").and(first, "first here"));
            return false;
        }
        names.insert(text.clone(), *span);
        true
    }

    /// The number of a value, explicit or automatic; `None` if it has none, which has been reported.
    fn number(&mut self, value: &ast::EnumValue, next: Option<i64>) -> Option<i32> {
        let (number, span) = match value.number {
            Some(number) => (number.value?, number.span),
            None => (next?, value.name.span),
        };
        if let Ok(number) = i32::try_from(number) {
            return Some(number);
        }
        let title = format!("the number {number} of `{}` does not fit in 32 bits", value.name.text);
        let error = Diagnostic::error(codes::ENUM_NUMBER_OUT_OF_RANGE, title).at(span, "");
        self.reporter.report(match value.number {
            Some(_) => error.note("enum numbers range from -2147483648 to 2147483647"),
            None => error.note("without a number, an enum value is the previous one plus one"),
        });
        None
    }
}
