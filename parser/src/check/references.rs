//! Names as values: of constants, and of enum values (see `members`).

use std::collections::HashMap;

use crate::check::members::MemberName;
use crate::check::names::{Found, Space};
use crate::check::values::Evaluator;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::{DefId, Definition, Type, TypeKind, Value};
use crate::source::Span;

impl<'a> Evaluator<'a> {
    /// A name as a value: of a constant, or of an enum.
    pub(super) fn named(&mut self, expected: &'a Type, name: &str, span: Span) -> Value {
        if matches!(self.program.resolve(expected).kind, TypeKind::Unresolved) {
            return Value::Invalid;
        }
        match self.names.find(span.file, name, Space::Consts) {
            Found::One(entry) => {
                self.names.refer_to(span, name, entry.id);
                return self.constant(expected, entry.id, name, span);
            }
            Found::Broken => return Value::Invalid,
            Found::Two(first, second) => {
                let error = Diagnostic::error(
                    codes::AMBIGUOUS_NAME,
                    format!("`{name}` is ambiguous: two constants have this name"),
                );
                let error = error.at(span, "both included files have the same prefix");
                self.reporter.report(error.and(first.span, "one").and(second.span, "the other"));
                return Value::Invalid;
            }
            Found::Nothing => {}
        }
        match (name.rsplit_once('.'), self.as_enum(expected)) {
            (Some((owner, member)), _) => {
                self.dotted_member(expected, MemberName { name, owner, member, span })
            }
            (None, Some(node)) => self.bare_member(node, name, span),
            (None, None) => self.unknown_value(name, span),
        }
    }

    /// The value of a constant: copied if it is a scalar, by name if it is not.
    fn constant(&mut self, expected: &'a Type, id: DefId, name: &str, span: Span) -> Value {
        // A constant without a value is part of a cycle, which has been reported.
        let Some(value) = self.constants.get(&id).map(|value| referred(value, id)) else {
            return Value::Invalid;
        };
        self.converted(expected, id, &value, name, span)
    }

    /// A value that has a type of its own as one of the expected type. `id` is the constant or enum it comes from.
    pub(super) fn converted(
        &mut self,
        expected: &'a Type,
        id: DefId,
        value: &Value,
        name: &str,
        span: Span,
    ) -> Value {
        let ty = self.program.resolve(expected);
        let converted = match (&ty.kind, value) {
            (TypeKind::Unresolved, _) | (_, Value::Invalid) => Some(Value::Invalid),
            (TypeKind::Named(expected), Value::Enum(found, _)) if expected == found => {
                Some(value.clone())
            }
            (TypeKind::Named(wanted), Value::Enum(found, index))
                if self.have_one_name(*wanted, *found) =>
            {
                Some(self.value_of_another_enum(*wanted, (*found, *index), name, span))
            }
            (TypeKind::Named(expected), Value::Int(number)) => match self
                .program
                .definition(*expected)
            {
                Definition::Enum(node) => Some(self.enum_number(*expected, node, *number, span)),
                _ => None,
            },
            (
                TypeKind::I8 | TypeKind::I16 | TypeKind::I32 | TypeKind::I64,
                Value::Enum(id, index),
            ) => match self.program.definition(*id) {
                Definition::Enum(node) => {
                    let number = node.values[*index as usize].number;
                    self.integer(ty, i64::from(number), span)
                }
                _ => None,
            },
            (TypeKind::I8 | TypeKind::I16 | TypeKind::I32 | TypeKind::I64, Value::Bool(value)) => {
                Some(Value::Int(i64::from(*value)))
            }
            (TypeKind::Bool, Value::Bool(_)) | (TypeKind::Double, Value::Double(_)) => {
                Some(value.clone())
            }
            (TypeKind::Uuid, Value::Uuid(_)) => Some(value.clone()),
            (_, Value::Int(number)) => self.integer(ty, *number, span),
            (_, Value::String(text)) => self.string(ty, text.as_bytes(), span),
            (TypeKind::Binary | TypeKind::String, Value::Binary(bytes)) => {
                self.string(ty, bytes, span)
            }
            (_, Value::Const(_)) => match self.program.definition(id) {
                Definition::Const(node) if self.same_type(&node.ty, expected) => {
                    Some(Value::Const(id))
                }
                _ => None,
            },
            _ => None,
        };
        converted.unwrap_or_else(|| {
            let program = self.program;
            let (found, defined) = match program.definition(id) {
                Definition::Const(node) => (self.type_text(&node.ty), node.name.span),
                definition => (definition.name().text.clone(), definition.name().span),
            };
            let wanted = self.type_text(expected);
            let (wanted, found) = match program.definition(id) {
                // Types of one name, of two files.
                Definition::Const(node) if wanted == found => {
                    (self.full_type_text(expected), self.full_type_text(&node.ty))
                }
                _ => (wanted, found),
            };
            let title = format!("expected `{wanted}`, but `{name}` is of the type `{found}`");
            let error = Diagnostic::error(codes::TYPE_MISMATCH, title).at(span, "");
            self.reporter.report(error.and(defined, "defined here"));
            Value::Invalid
        })
    }

    /// Whether two definitions are enums of one name, in two files.
    fn have_one_name(&self, a: DefId, b: DefId) -> bool {
        match (self.program.definition(a), self.program.definition(b)) {
            (Definition::Enum(a), Definition::Enum(b)) => a.name.text == b.name.text,
            _ => false,
        }
    }

    /// Whether two types are the same behind all typedefs.
    fn same_type(&mut self, a: &Type, b: &Type) -> bool {
        let names = match (&a.kind, &b.kind) {
            (TypeKind::Named(a), TypeKind::Named(b)) => Some((*a, *b)),
            _ => None,
        };
        // Pairs are compared once: typedefs of typedefs can describe very large types.
        if names.is_some_and(|(a, b)| a == b || self.same.contains(&(a, b))) {
            return true;
        }
        let program = self.program;
        let (a, b) = (program.resolve(a), program.resolve(b));
        let same = match (&a.kind, &b.kind) {
            (TypeKind::Named(a), TypeKind::Named(b)) => a == b,
            (TypeKind::List(a), TypeKind::List(b)) | (TypeKind::Set(a), TypeKind::Set(b)) => {
                self.same_type(a, b)
            }
            (TypeKind::Map(a, c), TypeKind::Map(b, d)) => {
                self.same_type(a, b) && self.same_type(c, d)
            }
            (TypeKind::Unresolved, _) | (_, TypeKind::Unresolved) => true,
            (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
        };
        if same {
            self.same.extend(names);
        }
        same
    }

    pub(super) fn unknown_value(&mut self, name: &str, span: Span) -> Value {
        let prefix = name.split_once('.').map(|(prefix, _)| prefix);
        if prefix.is_some_and(|prefix| self.names.is_missing(span.file, prefix)) {
            return Value::Invalid;
        }
        let error = Diagnostic::error(codes::UNKNOWN_VALUE, format!("unknown constant `{name}`"));
        let error = error.at(span, "neither a constant nor a value of an enum");
        if !self.reporter.has_room(span.file) {
            self.reporter.report(error);
            return Value::Invalid;
        }
        let lower = name.to_ascii_lowercase();
        let near = match lower.as_str() {
            "true" | "false" => Some(lower),
            _ => self.names.suggestion(span.file, name, Space::Consts),
        };
        let near = near.or_else(|| self.qualified(span, name));
        let error = match self.names.find(span.file, name, Space::Types) {
            Found::One(entry) => error.and(entry.span, "this is a type, not a value"),
            _ => error,
        };
        self.reporter.report(match near {
            Some(near) => error.did_you_mean(&near),
            None => error,
        });
        Value::Invalid
    }

    /// `E.X` for an `X` alone, if an enum of the file has it.
    fn qualified(&self, span: Span, name: &str) -> Option<String> {
        self.program.file(span.file).definitions.iter().find_map(|definition| match definition {
            Definition::Enum(node) if node.values.iter().any(|value| value.name.text == name) => {
                Some(format!("{}.{name}", node.name.text))
            }
            _ => None,
        })
    }

    /// The index of an enum value or a field by its name.
    pub(super) fn member(&mut self, id: DefId, name: &str) -> Option<u32> {
        let program = self.program;
        let members = self.members.entry(id).or_insert_with(|| match program.definition(id) {
            Definition::Enum(node) => {
                let names = node.values.iter().map(|value| value.name.text.as_str());
                names.zip(0..).collect()
            }
            Definition::Struct(node) => {
                let names = node.fields.iter().map(|field| field.name.text.as_str());
                names.zip(0..).collect()
            }
            _ => HashMap::new(),
        });
        members.get(name).copied()
    }
}

/// How a reference to a constant is stored: scalars are copied, containers and structs are kept by name.
fn referred(value: &Value, id: DefId) -> Value {
    match value {
        Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Struct(..) | Value::Const(_) => {
            Value::Const(id)
        }
        scalar => scalar.clone(),
    }
}
