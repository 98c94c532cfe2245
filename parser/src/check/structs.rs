//! Values of structs, unions and exceptions: `{"field": value}`.

use std::collections::HashMap;

use crate::ast::{self, ValueKind};
use crate::check::names::{Found, Space};
use crate::check::values::{Evaluator, literal_noun};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::{DefId, Requiredness, Struct, StructKind, Value};
use crate::source::Span;
use crate::symbol::Symbol;

impl<'a> Evaluator<'a> {
    pub(super) fn structure(
        &mut self,
        id: DefId,
        node: &'a Struct,
        entries: &[(ast::Value, ast::Value)],
        span: Span,
    ) -> Value {
        let mut set: HashMap<u32, Span> = HashMap::with_capacity(entries.len());
        let mut fields = Vec::with_capacity(entries.len());
        let mut sound = true;
        for (key, value) in entries {
            let Some(name) = self.field_name(key) else {
                sound = false;
                continue;
            };
            let Some(index) = self.member(id, &name) else {
                sound = false;
                self.unknown_field(id, node, &name, key);
                continue;
            };
            if matches!(key.kind, ValueKind::String(_)) {
                self.names.refer(key.text_span(), &name, Symbol::Member(id, index));
            }
            if let Some(first) = set.insert(index, key.span) {
                let title = format!("the field `{name}` is set twice");
                let error = Diagnostic::error(codes::DUPLICATE_FIELD_VALUE, title)
                    .at(key.span, "again here");
                self.reporter.report(error.and(first, "first here"));
                continue;
            }
            fields.push((index, self.value(&node.fields[index as usize].ty, value)));
        }
        if node.kind == StructKind::Union {
            if sound && set.len() != 1 {
                let title =
                    format!("a value of the union `{}` sets exactly one field", node.name.text);
                let error = Diagnostic::error(codes::UNION_FIELDS, title);
                self.reporter.report(error.at(span, format!("this one sets {}", set.len())));
            }
        } else if sound && !self.incomplete.contains(&id) {
            self.missing_fields(id, node, &set, span);
        }
        Value::Struct(id, fields)
    }

    /// The field name in a key of a struct value.
    fn field_name(&mut self, key: &ast::Value) -> Option<String> {
        match &key.kind {
            ValueKind::String(bytes) => return Some(String::from_utf8_lossy(bytes).into_owned()),
            ValueKind::Invalid => return None,
            ValueKind::Name(name) => {
                if let Found::One(entry) = self.names.find(key.span.file, name, Space::Consts)
                    && let Some(Value::String(text)) = self.constants.get(&entry.id)
                {
                    self.names.refer_to(key.span, name, entry.id);
                    return Some(text.clone());
                }
            }
            _ => {}
        }
        let title = format!("expected the name of a field, found {}", literal_noun(&key.kind));
        let error = Diagnostic::error(codes::TYPE_MISMATCH, title).at(key.span, "");
        self.reporter.report(error.help("field names are written as strings: `{\"name\": value}`"));
        None
    }

    fn unknown_field(&mut self, id: DefId, node: &Struct, name: &str, key: &ast::Value) {
        if self.incomplete.contains(&id) {
            return;
        }
        let title = format!("`{}` has no field `{name}`", node.name.text);
        let error = Diagnostic::error(codes::UNKNOWN_FIELD, title)
            .at(key.span, "")
            .and(node.name.span, "defined here");
        let near = self
            .names
            .budget
            .closest(name, node.fields.iter().map(|field| field.name.text.as_str()));
        self.reporter.report(match near {
            Some(near) => error.did_you_mean(near).fix(key.text_span(), near),
            None => error,
        });
    }

    fn missing_fields(&mut self, id: DefId, node: &Struct, set: &HashMap<u32, Span>, span: Span) {
        for (index, field) in (0..).zip(&node.fields) {
            let given = set.contains_key(&index) || self.defaults.contains(&(id, index));
            if field.requiredness == Requiredness::Required && !given {
                let title = format!(
                    "the required field `{}` of `{}` is not set",
                    field.name.text, node.name.text
                );
                let error = Diagnostic::error(codes::MISSING_FIELD, title).at(span, "");
                self.reporter.report(error.and(field.name.span, "required here"));
            }
        }
    }
}
