//! Values: each converted to the type that is expected where it stands.

use std::collections::{HashMap, HashSet};

use crate::ast::{self, ValueKind};
use crate::check::names::{Found, Kind, Names, Space};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::{
    DefId, Definition, Enum, Program, Requiredness, Struct, StructKind, Type, TypeKind, Value,
};
use crate::reporter::Reporter;
use crate::source::Span;

/// Evaluates values, once all types are known.
pub(crate) struct Evaluator<'a> {
    program: &'a Program,
    names: &'a Names,
    reporter: &'a mut Reporter,
    incomplete: &'a HashSet<DefId>,
    /// The constants that have been evaluated.
    pub(crate) constants: HashMap<DefId, Value>,
    /// The names of enum values and of fields, made when the first value of the type comes.
    members: HashMap<DefId, HashMap<&'a str, u32>>,
    numbers: HashMap<DefId, HashMap<i32, u32>>,
    /// The fields with default values, which are not in the program yet.
    defaults: HashSet<(DefId, u32)>,
    /// Pairs of different definitions that were found to be the same type.
    same: HashSet<(DefId, DefId)>,
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
            (TypeKind::Set(_), ValueKind::Map(entries)) if entries.is_empty() => {
                Value::Set(Vec::new())
            }
            (TypeKind::Map(key, element), ValueKind::Map(entries)) => {
                self.map(key, element, entries)
            }
            (TypeKind::Map(..), ValueKind::List(values)) if values.is_empty() => {
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
    fn integer(&mut self, ty: &Type, number: i64, span: Span) -> Option<Value> {
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
            .report(error.at(span, "").note(format!("`{name}` goes from {low} to {high}")));
        Some(Value::Invalid)
    }

    fn double(&mut self, number: f64, span: Span) -> Value {
        if number.is_infinite() {
            let warning = Diagnostic::warning(
                codes::INFINITE_DOUBLE,
                "this number is too large and becomes infinite",
            );
            self.reporter
                .report(warning.at(span, "").note("the largest `double` is about 1.8e308"));
        }
        Value::Double(number)
    }

    /// A text as a value of a type; `None` if the type takes no texts.
    fn string(&mut self, ty: &Type, bytes: &[u8], span: Span) -> Option<Value> {
        match ty.kind {
            TypeKind::Binary => Some(Value::Binary(bytes.to_vec())),
            TypeKind::String => Some(match String::from_utf8(bytes.to_vec()) {
                Ok(text) => Value::String(text),
                Err(_) => {
                    let error = Diagnostic::error(codes::NOT_UTF8, "this text is not UTF-8");
                    self.reporter.report(error.at(span, "").help("a `binary` may hold any bytes"));
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

    fn set(&mut self, element: &'a Type, values: &[ast::Value]) -> Value {
        let mut seen: HashMap<Vec<u8>, Span> = HashMap::with_capacity(values.len());
        let mut elements = Vec::with_capacity(values.len());
        for value in values {
            let element = self.value(element, value);
            if let Some(first) = identity(&element).and_then(|key| seen.insert(key, value.span)) {
                let warning = Diagnostic::warning(
                    codes::DUPLICATE_ELEMENT,
                    "this element is in the set already",
                );
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
                let warning =
                    Diagnostic::warning(codes::DUPLICATE_KEY, "this key is in the map already");
                let warning = warning.at(key_value.span, "this one counts");
                self.reporter.report(warning.and(first, "this one does not"));
            }
            pairs.push(pair);
        }
        Value::Map(pairs)
    }

    fn structure(
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
                self.unknown_field(id, node, &name, key.span);
                continue;
            };
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
        } else if sound {
            self.missing_fields(id, node, &set, span);
        }
        Value::Struct(id, fields)
    }

    /// The name of the field that a key of a struct value stands for.
    fn field_name(&mut self, key: &ast::Value) -> Option<String> {
        match &key.kind {
            ValueKind::String(bytes) => return Some(String::from_utf8_lossy(bytes).into_owned()),
            ValueKind::Invalid => return None,
            ValueKind::Name(name) => {
                if let Found::One(entry) = self.names.find(key.span.file, name, Space::Consts)
                    && let Some(Value::String(text)) = self.constants.get(&entry.id)
                {
                    return Some(text.clone());
                }
            }
            _ => {}
        }
        let title = format!("expected the name of a field, found {}", literal_noun(&key.kind));
        let error = Diagnostic::error(codes::TYPE_MISMATCH, title).at(key.span, "");
        self.reporter
            .report(error.help("the names of fields are written as strings: `{\"name\": value}`"));
        None
    }

    fn unknown_field(&mut self, id: DefId, node: &Struct, name: &str, span: Span) {
        if self.incomplete.contains(&id) {
            return;
        }
        let title = format!("`{}` has no field `{name}`", node.name.text);
        let error = Diagnostic::error(codes::UNKNOWN_FIELD, title)
            .at(span, "")
            .and(node.name.span, "defined here");
        let near = self.names.budget.closest(name, node.fields.iter().map(|field| field.name.text.as_str()));
        self.reporter.report(match near {
            Some(near) => error.help(format!("did you mean `{near}`?")),
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

    fn enum_number(&mut self, id: DefId, node: &'a Enum, number: i64, span: Span) -> Value {
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
    fn member(&mut self, id: DefId, name: &str) -> Option<u32> {
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

    /// A name as a value: of a constant, or of an enum.
    fn named(&mut self, expected: &'a Type, name: &str, span: Span) -> Value {
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
            None => self.unknown_enum_value(id, node, member, span),
        }
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

    fn mismatch(&mut self, expected: &Type, found: &str, value: &ast::Value) -> Value {
        let expected_text = self.type_text(expected);
        let title = format!("expected `{expected_text}`, found {found}");
        let error = Diagnostic::error(codes::TYPE_MISMATCH, title).at(value.span, "");
        let help = match (&self.program.resolve(expected).kind, &value.kind) {
            (TypeKind::Set(_), ValueKind::Map(_)) => {
                Some("the elements of a set stand in `[` and `]`")
            }
            (TypeKind::List(_), ValueKind::Map(_)) => {
                Some("the elements of a list stand in `[` and `]`")
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
            true => {
                self.names.budget.closest(name, node.values.iter().map(|value| value.name.text.as_str()))
            }
            false => None,
        };
        self.reporter.report(match near {
            Some(near) => error.help(format!("did you mean `{}.{near}`?", node.name.text)),
            None => error,
        });
        Value::Invalid
    }

    /// A type as the IDL writes it, typedefs by their names.
    fn type_text(&self, ty: &Type) -> String {
        let text = match &ty.kind {
            TypeKind::Bool => "bool",
            TypeKind::I8 => "i8",
            TypeKind::I16 => "i16",
            TypeKind::I32 => "i32",
            TypeKind::I64 => "i64",
            TypeKind::Double => "double",
            TypeKind::String => "string",
            TypeKind::Binary => "binary",
            TypeKind::Uuid => "uuid",
            TypeKind::List(element) => return format!("list<{}>", self.type_text(element)),
            TypeKind::Set(element) => return format!("set<{}>", self.type_text(element)),
            TypeKind::Map(key, value) => {
                return format!("map<{}, {}>", self.type_text(key), self.type_text(value));
            }
            TypeKind::Named(id) => &self.program.definition(*id).name().text,
            TypeKind::Unresolved => "?",
        };
        text.to_owned()
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

fn literal_noun(literal: &ValueKind) -> &'static str {
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

/// Bytes that are equal for equal values, to find duplicates; `None` for what cannot be compared.
fn identity(value: &Value) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    write_identity(value, &mut out).then_some(out)
}

fn write_identity(value: &Value, out: &mut Vec<u8>) -> bool {
    let sized = |out: &mut Vec<u8>, bytes: &[u8]| {
        out.extend((bytes.len() as u64).to_le_bytes());
        out.extend(bytes);
    };
    match value {
        Value::Bool(value) => out.push(u8::from(*value)),
        Value::Int(value) => out.extend(value.to_le_bytes()),
        Value::Double(value) => out.extend(value.to_bits().to_le_bytes()),
        Value::String(text) => sized(out, text.as_bytes()),
        Value::Binary(bytes) => sized(out, bytes),
        Value::Uuid(uuid) => out.extend(uuid),
        Value::Enum(id, index) => {
            out.extend(id.file.0.to_le_bytes());
            out.extend(id.index.to_le_bytes());
            out.extend(index.to_le_bytes());
        }
        Value::List(values) | Value::Set(values) => {
            out.extend((values.len() as u64).to_le_bytes());
            return values.iter().all(|value| write_identity(value, out));
        }
        Value::Map(pairs) => {
            out.extend((pairs.len() as u64).to_le_bytes());
            return pairs
                .iter()
                .all(|(key, value)| write_identity(key, out) && write_identity(value, out));
        }
        Value::Struct(_, fields) => {
            out.extend((fields.len() as u64).to_le_bytes());
            return fields.iter().all(|(index, value)| {
                out.extend(index.to_le_bytes());
                write_identity(value, out)
            });
        }
        Value::Const(id) => {
            out.push(b'c');
            out.extend(id.file.0.to_le_bytes());
            out.extend(id.index.to_le_bytes());
        }
        Value::Invalid => return false,
    }
    true
}
