//! Values: each converted to the expected type.

use std::collections::{HashMap, HashSet};

use crate::ast::{self, ValueKind};
use crate::check::identity::identity;
use crate::check::names::Names;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::{DefId, Definition, Program, Type, TypeKind, Value};
use crate::reporter::Reporter;
use crate::source::{FileId, Span};

/// Evaluates values, once all types are known.
pub(crate) struct Evaluator<'a> {
    pub(super) program: &'a Program,
    pub(super) names: &'a Names,
    pub(super) reporter: &'a mut Reporter,
    pub(super) incomplete: &'a HashSet<DefId>,
    /// The constants that have been evaluated.
    pub(crate) constants: HashMap<DefId, Value>,
    /// The names of enum values and of fields, made when the first value of the type comes.
    pub(super) members: HashMap<DefId, HashMap<&'a str, u32>>,
    pub(super) numbers: HashMap<DefId, HashMap<i32, u32>>,
    /// The fields with default values, which are not in the program yet.
    pub(super) defaults: HashSet<(DefId, u32)>,
    /// The definitions behind the typedefs of each file.
    pub(super) aliases: HashMap<FileId, HashSet<DefId>>,
    /// Pairs of different definitions that were found to be the same type.
    pub(super) same: HashSet<(DefId, DefId)>,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(
        program: &'a Program,
        names: &'a Names,
        reporter: &'a mut Reporter,
        incomplete: &'a HashSet<DefId>,
        defaults: HashSet<(DefId, u32)>,
    ) -> Evaluator<'a> {
        Evaluator {
            program,
            names,
            reporter,
            incomplete,
            defaults,
            constants: HashMap::new(),
            members: HashMap::new(),
            numbers: HashMap::new(),
            aliases: HashMap::new(),
            same: HashSet::new(),
        }
    }

    /// The value as one of the expected type.
    pub(crate) fn value(&mut self, expected: &'a Type, value: &ast::Value) -> Value {
        let program = self.program;
        let ty = program.resolve(expected);
        if let ValueKind::Name(name) = &value.kind {
            return self.named(expected, name, value.span);
        }
        match (&ty.kind, &value.kind) {
            (TypeKind::Unresolved, _) | (_, ValueKind::Invalid) => Value::Invalid,
            (TypeKind::List(element), ValueKind::List(values)) => {
                Value::List(values.iter().map(|value| self.value(element, value)).collect())
            }
            (TypeKind::Set(element), ValueKind::List(values)) => self.set(element, values),
            (TypeKind::List(_), ValueKind::Map(entries)) if entries.is_empty() => {
                self.wrong_brackets("list", ["[]", "{}"], value.span);
                Value::List(Vec::new())
            }
            (TypeKind::Set(_), ValueKind::Map(entries)) if entries.is_empty() => {
                self.wrong_brackets("set", ["[]", "{}"], value.span);
                Value::Set(Vec::new())
            }
            (TypeKind::Map(key, element), ValueKind::Map(entries)) => {
                self.map(key, element, entries)
            }
            (TypeKind::Map(..), ValueKind::List(values)) if values.is_empty() => {
                self.wrong_brackets("map", ["{}", "[]"], value.span);
                Value::Map(Vec::new())
            }
            (TypeKind::Named(id), literal) => match (program.definition(*id), literal) {
                (Definition::Struct(node), ValueKind::Map(entries)) => {
                    self.structure(*id, node, entries, value.span)
                }
                (Definition::Enum(node), &ValueKind::Int(number)) => {
                    self.enum_number(*id, node, number, value.span)
                }
                _ => self.mismatch(expected, literal_noun(literal), value),
            },
            (_, ValueKind::Bool(value)) if matches!(ty.kind, TypeKind::Bool) => Value::Bool(*value),
            // The Apache compiler takes `true` for 1 and `false` for 0 before it looks at types.
            (
                TypeKind::I8 | TypeKind::I16 | TypeKind::I32 | TypeKind::I64,
                ValueKind::Bool(value),
            ) => Value::Int(i64::from(*value)),
            (_, &ValueKind::Int(number)) => match self.integer(ty, number, value.span) {
                Some(value) => value,
                None => self.mismatch(expected, "an integer", value),
            },
            (TypeKind::Double, &ValueKind::Double(number)) => self.double(number, value.span),
            (_, ValueKind::String(bytes)) => match self.string(ty, bytes, value.span) {
                Some(value) => value,
                None => self.mismatch(expected, "a string", value),
            },
            (_, literal) => self.mismatch(expected, literal_noun(literal), value),
        }
    }

    /// An integer as a value of a type without members; `None` if the type takes no integers.
    pub(super) fn integer(&mut self, ty: &Type, number: i64, span: Span) -> Option<Value> {
        let (low, high, name) = match ty.kind {
            TypeKind::Bool => return Some(Value::Bool(number != 0)),
            TypeKind::Double => return Some(Value::Double(number as f64)),
            TypeKind::I8 => (i64::from(i8::MIN), i64::from(i8::MAX), "i8"),
            TypeKind::I16 => (i64::from(i16::MIN), i64::from(i16::MAX), "i16"),
            TypeKind::I32 => (i64::from(i32::MIN), i64::from(i32::MAX), "i32"),
            TypeKind::I64 => return Some(Value::Int(number)),
            _ => return None,
        };
        if (low..=high).contains(&number) {
            return Some(Value::Int(number));
        }
        let error = Diagnostic::error(
            codes::NUMBER_OUT_OF_RANGE,
            format!("{number} does not fit in `{name}`"),
        );
        self.reporter
            .report(error.at(span, "").note(format!("`{name}` ranges from {low} to {high}")));
        Some(Value::Invalid)
    }

    pub(super) fn double(&mut self, number: f64, span: Span) -> Value {
        if number.is_infinite() {
            let warning = Diagnostic::warning(
                codes::INFINITE_DOUBLE,
                "this number is too large and becomes infinity",
            );
            self.reporter
                .report(warning.at(span, "").note("the largest `double` is about 1.8e308"));
        }
        Value::Double(number)
    }

    /// A text as a value of a type; `None` if the type takes no texts.
    pub(super) fn string(&mut self, ty: &Type, bytes: &[u8], span: Span) -> Option<Value> {
        match ty.kind {
            TypeKind::Binary => Some(Value::Binary(bytes.to_vec())),
            TypeKind::String => Some(match String::from_utf8(bytes.to_vec()) {
                Ok(text) => Value::String(text),
                Err(_) => {
                    let error = Diagnostic::error(codes::NOT_UTF8, "this text is not UTF-8");
                    self.reporter.report(error.at(span, "").help("`binary` may hold any bytes"));
                    Value::Invalid
                }
            }),
            TypeKind::Uuid => Some(match uuid(bytes) {
                Some(uuid) => Value::Uuid(uuid),
                None => {
                    let error =
                        Diagnostic::error(codes::BAD_UUID, "this text is not a UUID").at(span, "");
                    self.reporter
                        .report(error.help("write it as \"00112233-4455-6677-8899-aabbccddeeff\""));
                    Value::Invalid
                }
            }),
            _ => None,
        }
    }

    /// Reports empty brackets of the other kind, which the Apache compiler accepts.
    fn wrong_brackets(&mut self, noun: &str, [right, wrong]: [&str; 2], span: Span) {
        let title = format!("expected a {noun}, found `{wrong}`");
        let warning = Diagnostic::warning(codes::WRONG_BRACKETS, title);
        let warning = warning.at(span, format!("taken as an empty {noun}"));
        self.reporter.report(warning.help(format!("write `{right}`")).fix(span, right));
    }

    fn set(&mut self, element: &'a Type, values: &[ast::Value]) -> Value {
        let mut seen: HashMap<Vec<u8>, Span> = HashMap::with_capacity(values.len());
        let mut elements = Vec::with_capacity(values.len());
        for value in values {
            let element = self.value(element, value);
            if let Some(first) = identity(&element).and_then(|key| seen.insert(key, value.span)) {
                let warning =
                    Diagnostic::warning(codes::DUPLICATE_ELEMENT, "duplicate element in the set");
                self.reporter.report(warning.at(value.span, "").and(first, "first here"));
            }
            elements.push(element);
        }
        Value::Set(elements)
    }

    fn map(
        &mut self,
        key: &'a Type,
        element: &'a Type,
        entries: &[(ast::Value, ast::Value)],
    ) -> Value {
        let mut seen: HashMap<Vec<u8>, Span> = HashMap::with_capacity(entries.len());
        let mut pairs = Vec::with_capacity(entries.len());
        for (key_value, element_value) in entries {
            let pair = (self.value(key, key_value), self.value(element, element_value));
            if let Some(first) = identity(&pair.0).and_then(|key| seen.insert(key, key_value.span))
            {
                let warning = Diagnostic::warning(codes::DUPLICATE_KEY, "duplicate key in the map");
                let warning = warning.at(key_value.span, "this entry wins");
                self.reporter.report(warning.and(first, "this entry is ignored"));
            }
            pairs.push(pair);
        }
        Value::Map(pairs)
    }

    pub(super) fn mismatch(&mut self, expected: &Type, found: &str, value: &ast::Value) -> Value {
        let expected_text = self.type_text(expected);
        let title = format!("expected `{expected_text}`, found {found}");
        let error = Diagnostic::error(codes::TYPE_MISMATCH, title).at(value.span, "");
        let help = match (&self.program.resolve(expected).kind, &value.kind) {
            (TypeKind::Set(_), ValueKind::Map(_)) => {
                Some("the elements of a set are written between `[` and `]`")
            }
            (TypeKind::List(_), ValueKind::Map(_)) => {
                Some("the elements of a list are written between `[` and `]`")
            }
            (TypeKind::Map(..), ValueKind::List(_)) => Some("a map is written as `{key: value}`"),
            (TypeKind::Named(id), ValueKind::List(_)) if self.is_struct(*id) => {
                Some("a struct is written as `{\"field\": value}`")
            }
            _ => None,
        };
        self.reporter.report(match help {
            Some(help) => error.help(help),
            None => error,
        });
        Value::Invalid
    }

    fn is_struct(&self, id: DefId) -> bool {
        matches!(self.program.definition(id), Definition::Struct(_))
    }

    /// A type as the IDL writes it, typedefs by their names.
    pub(super) fn type_text(&self, ty: &Type) -> String {
        ty.text(&|id| self.program.definition(id).name().text.clone())
    }

    /// A type as the IDL writes it, each name with its file.
    pub(super) fn full_type_text(&self, ty: &Type) -> String {
        ty.text(&|id| {
            let prefix = &self.program.file(id.file).prefix;
            format!("{prefix}.{}", self.program.definition(id).name().text)
        })
    }
}

pub(super) fn literal_noun(literal: &ValueKind) -> &'static str {
    match literal {
        ValueKind::Bool(_) => "a boolean",
        ValueKind::Int(_) => "an integer",
        ValueKind::Double(_) => "a floating point number",
        ValueKind::String(_) => "a string",
        ValueKind::Name(_) => "a name",
        ValueKind::List(_) => "a list",
        ValueKind::Map(_) => "a map",
        ValueKind::Invalid => "nothing",
    }
}

/// The bytes of a UUID: `00112233-4455-6677-8899-aabbccddeeff`, or the same in braces, in any case.
fn uuid(text: &[u8]) -> Option<[u8; 16]> {
    let text = text.strip_prefix(b"{").and_then(|text| text.strip_suffix(b"}")).unwrap_or(text);
    let hyphens = [8, 13, 18, 23];
    if text.len() != 36 || hyphens.iter().any(|&at| text[at] != b'-') {
        return None;
    }
    let digits = text.iter().enumerate().filter(|(at, _)| !hyphens.contains(at));
    let mut uuid = [0; 16];
    for (at, (_, &digit)) in digits.enumerate() {
        let digit = char::from(digit).to_digit(16)?;
        uuid[at / 2] = uuid[at / 2] << 4 | digit as u8;
    }
    Some(uuid)
}
