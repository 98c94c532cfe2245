//! Names as values: of constants, and of the values of enums.

use std::collections::HashMap;

use crate::check::names::{Found, Kind, Space};
use crate::check::values::Evaluator;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::{DefId, Definition, Enum, Type, TypeKind, Value};
use crate::source::Span;

impl<'a> Evaluator<'a> {
    /// A name as a value: of a constant, or of an enum.
    pub(super) fn named(&mut self, expected: &'a Type, name: &str, span: Span) -> Value {
        let ty = self.program.resolve(expected);
        let expected_enum = match ty.kind {
            TypeKind::Unresolved => return Value::Invalid,
            TypeKind::Named(id) => match self.program.definition(id) {
                Definition::Enum(node) => Some((id, node)),
                _ => None,
            },
            _ => None,
        };
        match self.names.find(span.file, name, Space::Consts) {
            Found::One(entry) => return self.constant(expected, entry.id, name, span),
            Found::Broken => return Value::Invalid,
            Found::Two(first, second) => {
                let error = Diagnostic::error(
                    codes::AMBIGUOUS_NAME,
                    format!("`{name}` may mean two constants"),
                );
                let error = error.at(span, "both files have the same prefix");
                self.reporter
                    .report(error.and(first.span, "this one").and(second.span, "or this one"));
                return Value::Invalid;
            }
            Found::Nothing => {}
        }
        let Some((owner, member)) = name.rsplit_once('.') else {
            // A name alone is taken where its enum is expected, as several compilers do.
            if let Some((id, node)) = expected_enum {
                return match self.member(id, name) {
                    Some(index) => Value::Enum(id, index),
                    None => self.unknown_enum_value(id, node, name, span),
                };
            }
            return self.unknown_value(name, span);
        };
        let id = match self.names.find(span.file, owner, Space::Types) {
            Found::One(entry) => self.enum_behind(entry.id, entry.kind),
            Found::Broken => return Value::Invalid,
            Found::Two(first, second) => {
                let error = Diagnostic::error(
                    codes::AMBIGUOUS_NAME,
                    format!("`{owner}` may mean two types"),
                );
                let error = error.at(span, "both files have the same prefix");
                self.reporter
                    .report(error.and(first.span, "this one").and(second.span, "or this one"));
                return Value::Invalid;
            }
            // The Apache compiler looks at the last part only, so that `E.X` may stand for `file.E.X`.
            Found::Nothing => match expected_enum {
                Some((id, node)) if node.name.text == owner => Some(id),
                _ => None,
            },
        };
        let Some(id) = id else { return self.unknown_value(name, span) };
        let Definition::Enum(node) = self.program.definition(id) else { return Value::Invalid };
        match self.member(id, member) {
            Some(index) => self.converted(expected, id, &Value::Enum(id, index), name, span),
            None => match expected_enum {
                Some((expected, other)) if expected != id => match self.member(expected, member) {
                    Some(index) => {
                        self.other_enum(node, other, member, span);
                        Value::Enum(expected, index)
                    }
                    None => self.unknown_enum_value(id, node, member, span),
                },
                _ => self.unknown_enum_value(id, node, member, span),
            },
        }
    }

    /// The Apache compiler looks at the last part of such a name only, and so does much IDL.
    fn other_enum(&mut self, written: &Enum, meant: &Enum, member: &str, span: Span) {
        let title = format!(
            "`{member}` is a value of `{}`, not of `{}`",
            meant.name.text, written.name.text
        );
        let warning = Diagnostic::warning(codes::OTHER_ENUM, title).at(span, "");
        let warning = warning.and(meant.name.span, "this enum is expected here, and has it");
        self.reporter.report(warning.help(format!("write `{}.{member}`", meant.name.text)));
    }

    /// The enum that a name of a type stands for, through typedefs.
    fn enum_behind(&self, id: DefId, kind: Kind) -> Option<DefId> {
        match (kind, self.program.definition(id)) {
            (Kind::Enum, _) => Some(id),
            (_, Definition::Typedef(typedef)) => match self.program.resolve(&typedef.target).kind {
                TypeKind::Named(id)
                    if matches!(self.program.definition(id), Definition::Enum(_)) =>
                {
                    Some(id)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The value of a constant: copied if it is a scalar, by name if it is not.
    fn constant(&mut self, expected: &'a Type, id: DefId, name: &str, span: Span) -> Value {
        // What has no value is part of a circle, which has been reported.
        let Some(value) = self.constants.get(&id).map(|value| referred(value, id)) else {
            return Value::Invalid;
        };
        self.converted(expected, id, &value, name, span)
    }

    /// A value that has a type of its own as one of the expected type. `id` is the constant or enum it comes from.
    fn converted(
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
            let title = format!(
                "expected `{}`, but `{name}` is of the type `{found}`",
                self.type_text(expected)
            );
            let error = Diagnostic::error(codes::TYPE_MISMATCH, title).at(span, "");
            self.reporter.report(error.and(defined, "defined here"));
            Value::Invalid
        })
    }

    /// Whether two types are the same behind all typedefs.
    fn same_type(&mut self, a: &Type, b: &Type) -> bool {
        let names = match (&a.kind, &b.kind) {
            (TypeKind::Named(a), TypeKind::Named(b)) => Some((*a, *b)),
            _ => None,
        };
        // What was compared once is not compared again: typedefs of typedefs can describe very large types.
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

    fn unknown_value(&mut self, name: &str, span: Span) -> Value {
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
            Some(near) => error.help(format!("did you mean `{near}`?")),
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

    fn unknown_enum_value(&mut self, id: DefId, node: &Enum, name: &str, span: Span) -> Value {
        if self.incomplete.contains(&id) {
            return Value::Invalid;
        }
        let title = format!("the enum `{}` has no value `{name}`", node.name.text);
        let error = Diagnostic::error(codes::UNKNOWN_ENUM_VALUE, title).at(span, "");
        let error = error.and(node.name.span, "defined here");
        let near = match self.reporter.has_room(span.file) {
            true => self
                .names
                .budget
                .closest(name, node.values.iter().map(|value| value.name.text.as_str())),
            false => None,
        };
        self.reporter.report(match near {
            Some(near) => error.help(format!("did you mean `{}.{near}`?", node.name.text)),
            None => error,
        });
        Value::Invalid
    }

    pub(super) fn enum_number(
        &mut self,
        id: DefId,
        node: &'a Enum,
        number: i64,
        span: Span,
    ) -> Value {
        let numbers = self.numbers.entry(id).or_insert_with(|| {
            // Where several names share a number, the first one is taken.
            let numbered = node.values.iter().enumerate().rev();
            numbered.map(|(index, value)| (value.number, index as u32)).collect()
        });
        match i32::try_from(number).ok().and_then(|number| numbers.get(&number)) {
            Some(&index) => Value::Enum(id, index),
            None => {
                if !self.incomplete.contains(&id) {
                    let title = format!(
                        "the enum `{}` has no value of the number {number}",
                        node.name.text
                    );
                    let error = Diagnostic::error(codes::UNKNOWN_ENUM_VALUE, title).at(span, "");
                    self.reporter.report(error.and(node.name.span, "defined here"));
                }
                Value::Invalid
            }
        }
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

/// The value of a constant, for whatever refers to it: scalars are copied, what may be large is kept by name.
fn referred(value: &Value, id: DefId) -> Value {
    match value {
        Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Struct(..) | Value::Const(_) => {
            Value::Const(id)
        }
        scalar => scalar.clone(),
    }
}
