//! Names of enum values: `E.X`, `file.E.X`, and the shorter and stranger forms that the Apache compiler accepts.
//!
//! Where an enum is expected, the Apache compiler only looks at the part behind the last dot. Much IDL relies on that:
//! it names a value through its file alone, or through an enum of the same name in another file.

use std::collections::HashSet;

use crate::check::names::{Found, Kind, Space};
use crate::check::values::Evaluator;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::{DefId, Definition, Enum, Type, TypeKind, Value};
use crate::source::{FileId, Span};
use crate::symbol::Symbol;

/// The name of an enum value as it is written: `owner.member`.
#[derive(Debug, Clone, Copy)]
pub(super) struct MemberName<'n> {
    /// The whole of it.
    pub(super) name: &'n str,
    pub(super) owner: &'n str,
    pub(super) member: &'n str,
    pub(super) span: Span,
}

impl<'a> Evaluator<'a> {
    /// The enum behind a type, through typedefs.
    pub(super) fn as_enum(&self, ty: &Type) -> Option<(DefId, &'a Enum)> {
        let program = self.program;
        match program.resolve(ty).kind {
            TypeKind::Named(id) => match program.definition(id) {
                Definition::Enum(node) => Some((id, node)),
                _ => None,
            },
            _ => None,
        }
    }

    /// A member without anything before it, where its enum is expected, as several compilers take it.
    pub(super) fn bare_member(
        &mut self,
        (id, node): (DefId, &Enum),
        name: &str,
        span: Span,
    ) -> Value {
        match self.member(id, name) {
            Some(index) => {
                self.names.refer(span, name, Symbol::Member(id, index));
                Value::Enum(id, index)
            }
            None => self.unknown_enum_value(id, node, name, span),
        }
    }

    /// A member with something before it.
    pub(super) fn dotted_member(&mut self, expected: &'a Type, name: MemberName<'_>) -> Value {
        let MemberName { owner, member, span, .. } = name;
        let wanted = self.as_enum(expected);
        let written = match self.names.find(span.file, owner, Space::Types) {
            Found::One(entry) => {
                // What is before the dot of the member.
                let end = span.end - member.len() as u32 - 1;
                self.names.refer_to(Span { end, ..span }, owner, entry.id);
                self.enum_behind(entry.id, entry.kind)
            }
            Found::Broken => return Value::Invalid,
            Found::Two(first, second) => {
                let title = format!("`{owner}` is ambiguous: two types have this name");
                let error = Diagnostic::error(codes::AMBIGUOUS_NAME, title);
                let error = error.at(span, "both included files have the same prefix");
                self.reporter.report(error.and(first.span, "one").and(second.span, "the other"));
                return Value::Invalid;
            }
            Found::Nothing => None,
        };
        if let Some((id, _)) = written
            && let Some(index) = self.member(id, member)
        {
            self.names.refer(span, member, Symbol::Member(id, index));
            return match wanted {
                Some((wanted, _)) if wanted != id => {
                    self.value_of_another_enum(wanted, (id, index), name.name, span)
                }
                _ => self.converted(expected, id, &Value::Enum(id, index), name.name, span),
            };
        }
        match (wanted, written) {
            (Some((id, node)), _) => match self.member(id, member) {
                Some(index) => {
                    self.names.refer(span, member, Symbol::Member(id, index));
                    if !self.leads_to(span.file, owner, id, written.is_some()) {
                        self.loosely_named(written, (id, node), name);
                    }
                    Value::Enum(id, index)
                }
                None => match written {
                    Some((id, node)) => self.unknown_enum_value(id, node, member, span),
                    None if self.leads_to(span.file, owner, id, false) => {
                        self.unknown_enum_value(id, node, member, span)
                    }
                    None => self.unknown_value(name.name, span),
                },
            },
            (None, Some((id, node))) => self.unknown_enum_value(id, node, member, span),
            (None, None) => self.unknown_value(name.name, span),
        }
    }

    /// Whether the part before the last dot refers to the enum by a part of its name: the enum without its file, or the
    /// file without the enum. `taken`: the part is already the name of another enum here.
    fn leads_to(&mut self, from: FileId, owner: &str, id: DefId, taken: bool) -> bool {
        let program = self.program;
        if program.definition(id).name().text == owner {
            return !taken;
        }
        if program.file(from).prefix == owner && self.names_enum(from, id) {
            return true;
        }
        let files = self.names.included(from, owner);
        files.into_iter().any(|file| self.names_enum(file, id))
    }

    /// Whether a file defines an enum, or a typedef of it.
    fn names_enum(&mut self, file: FileId, id: DefId) -> bool {
        let program = self.program;
        id.file == file
            || self
                .aliases
                .entry(file)
                .or_insert_with(|| {
                    let definitions = program.file(file).definitions.iter();
                    let targets = definitions.filter_map(|definition| match definition {
                        Definition::Typedef(node) => match program.resolve(&node.target).kind {
                            TypeKind::Named(id) => Some(id),
                            _ => None,
                        },
                        _ => None,
                    });
                    targets.collect::<HashSet<_>>()
                })
                .contains(&id)
    }

    /// Reports a member of the expected enum that is named through something else.
    fn loosely_named(
        &mut self,
        written: Option<(DefId, &Enum)>,
        (id, node): (DefId, &Enum),
        name: MemberName<'_>,
    ) {
        let MemberName { owner, member, span, .. } = name;
        let title = match written {
            Some((written_id, written)) => {
                let names =
                    ((id, node.name.text.as_str()), (written_id, written.name.text.as_str()));
                let (wanted, written) = self.distinct_texts(names.0, names.1);
                format!("`{member}` is a value of `{wanted}`, not of `{written}`")
            }
            None => {
                format!("`{owner}` is not an enum; `{member}` is taken from `{}`", node.name.text)
            }
        };
        let warning = Diagnostic::warning(codes::OTHER_ENUM, title).at(span, "");
        let warning = warning.and(node.name.span, "the expected enum, which has this value");
        let right = format!("{}.{member}", self.name_from(span.file, id));
        self.reporter.report(warning.help(format!("write `{right}`")).fix(span, right));
    }

    /// A value of one enum where another one is expected. If that has a value of the same name and number, it is
    /// meant.
    pub(super) fn value_of_another_enum(
        &mut self,
        wanted: DefId,
        (found, index): (DefId, u32),
        name: &str,
        span: Span,
    ) -> Value {
        let program = self.program;
        let (Definition::Enum(wanted_node), Definition::Enum(found_node)) =
            (program.definition(wanted), program.definition(found))
        else {
            return Value::Invalid;
        };
        let value = &found_node.values[index as usize];
        let (wanted_text, found_text) =
            self.distinct_texts((wanted, &wanted_node.name.text), (found, &found_node.name.text));
        let counterpart = self.member(wanted, &value.name.text);
        let same = counterpart.map(|index| (index, &wanted_node.values[index as usize]));
        if let Some((index, same)) = same
            && same.number == value.number
        {
            let title = format!("expected a value of `{wanted_text}`, found one of `{found_text}`");
            let warning = Diagnostic::warning(codes::OTHER_ENUM, title);
            let warning = warning
                .at(span, "accepted: both enums have this name with the same number")
                .and(same.name.span, "the value of the expected enum")
                .and(value.name.span, "the value that is written");
            let help = format!("write `{}.{}`", self.name_from(span.file, wanted), same.name.text);
            self.reporter.report(warning.help(help));
            return Value::Enum(wanted, index);
        }
        if self.incomplete.contains(&wanted) {
            return Value::Invalid;
        }
        let title =
            format!("expected a value of `{wanted_text}`, but `{name}` is one of `{found_text}`");
        let error = Diagnostic::error(codes::TYPE_MISMATCH, title).at(span, "");
        let error = match same {
            Some((_, same)) => error
                .and(same.name.span, format!("its number is {} here", same.number))
                .and(value.name.span, format!("but {} here", value.number)),
            None => error
                .and(wanted_node.name.span, format!("this enum has no `{}`", value.name.text))
                .and(value.name.span, "this is the value that is written"),
        };
        self.reporter.report(error);
        Value::Invalid
    }

    /// Two names for a message: with their files if they are the same without.
    pub(super) fn distinct_texts(
        &self,
        (a_id, a): (DefId, &str),
        (b_id, b): (DefId, &str),
    ) -> (String, String) {
        let full = |id: DefId, text: &str| format!("{}.{text}", self.program.file(id.file).prefix);
        match a == b {
            true => (full(a_id, a), full(b_id, b)),
            false => (a.to_owned(), b.to_owned()),
        }
    }

    /// How a file names a definition.
    fn name_from(&self, from: FileId, id: DefId) -> String {
        let name = &self.program.definition(id).name().text;
        match id.file == from {
            true => name.clone(),
            false => format!("{}.{name}", self.program.file(id.file).prefix),
        }
    }

    /// The enum behind the name of a type, through typedefs.
    fn enum_behind(&self, id: DefId, kind: Kind) -> Option<(DefId, &'a Enum)> {
        match (kind, self.program.definition(id)) {
            (Kind::Enum, Definition::Enum(node)) => Some((id, node)),
            (_, Definition::Typedef(typedef)) => self.as_enum(&typedef.target),
            _ => None,
        }
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
            Some(near) => {
                let full = format!("{}.{near}", self.name_from(span.file, id));
                error.did_you_mean(&format!("{}.{near}", node.name.text)).fix(span, full)
            }
            None => error,
        });
        Value::Invalid
    }

    /// A number where an enum is expected.
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
                        "the enum `{}` has no value with the number {number}",
                        node.name.text
                    );
                    let error = Diagnostic::error(codes::UNKNOWN_ENUM_VALUE, title).at(span, "");
                    self.reporter.report(error.and(node.name.span, "defined here"));
                }
                Value::Invalid
            }
        }
    }
}
