//! The options `only` and `skip`: fields that the generated types do not have.
//!
//! They are removed from the checked program, before anything is made of it. Decoding passes over them where it expects
//! them, and elsewhere skips them like any field that a type does not know.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use thriftly_parser::diagnostic::Diagnostic;
use thriftly_parser::program::{
    DefId, Definition, Field, Program, Struct, StructKind, Type, TypeKind, Value,
};

use crate::codes;
use crate::input::{Key, Options};
use crate::lower::{Target, place};

/// An error, and the place of the option that it is for.
type Wrong = (Span, Diagnostic);

/// The fields that are left out, by their index.
#[derive(Default)]
struct Removed(BTreeMap<DefId, BTreeSet<usize>>);

/// Removes the fields that the options leave out. Entries that name nothing that can be left out are errors.
pub(crate) fn project(program: &mut Program, options: &Options) -> Vec<Wrong> {
    let (mut removed, mut wrong) = (Removed::default(), Vec::new());
    keep(program, &options.only, &mut removed, &mut wrong);
    let mut types = BTreeSet::new();
    for key in &options.skip {
        match find(program, "skip", key) {
            Ok(Found::Field(id, index)) => {
                removed.0.entry(id).or_default().insert(index);
            }
            Ok(Found::Type(id)) => {
                types.insert(id);
                if let Some(title) = user(program, id) {
                    let error = Diagnostic::error(codes::UNUSED_OPTION, title);
                    wrong.push((key.span, error));
                }
            }
            Err(error) => wrong.push((key.span, *error)),
        }
    }
    for (id, item) in structs(program) {
        for (index, field) in item.fields.iter().enumerate() {
            if mentions(program, &field.ty, &|ty| types.contains(&ty)) {
                removed.0.entry(id).or_default().insert(index);
            }
        }
    }
    if wrong.is_empty() {
        removed.apply(program);
    }
    wrong
}

/// Leaves out all fields but those of the option `only`, in the structs that it names.
fn keep(program: &Program, only: &[Key], removed: &mut Removed, wrong: &mut Vec<Wrong>) {
    let mut kept: BTreeMap<DefId, BTreeSet<usize>> = BTreeMap::new();
    for key in only {
        match find(program, "only", key) {
            Ok(Found::Field(id, index)) => {
                kept.entry(id).or_default().insert(index);
            }
            Ok(Found::Type(_)) => {
                let title = format!("{:?} in `only` names no field", key.text);
                let help = format!("name the fields that remain: \"{}.{{one, other}}\"", key.text);
                wrong.push((key.span, Diagnostic::error(codes::UNUSED_OPTION, title).help(help)));
            }
            Err(error) => wrong.push((key.span, *error)),
        }
    }
    for (id, item) in structs(program) {
        if let Some(kept) = kept.get(&id) {
            let others = (0..item.fields.len()).filter(|index| !kept.contains(index));
            removed.0.entry(id).or_default().extend(others);
        }
    }
}

/// What an entry names.
enum Found {
    /// A field of a struct or exception.
    Field(DefId, usize),
    /// A type that fields may have.
    Type(DefId),
}

fn find(program: &Program, option: &str, key: &Key) -> Result<Found, Box<Diagnostic>> {
    let error = |title: String| Diagnostic::error(codes::UNUSED_OPTION, title);
    let found = match Target::find(program, &key.text) {
        Ok(Target::Field(field)) => {
            place(program, field).map(|(id, index)| Found::Field(id, index))
        }
        Ok(Target::Definition(definition)) => match definition {
            Definition::Const(_) | Definition::Service(_) => None,
            _ => program
                .definitions()
                .find(|(_, one)| std::ptr::eq(*one, definition))
                .map(|(id, _)| Found::Type(id)),
        },
        Ok(_) => None,
        Err(unknown) => return Err(Box::new(unknown.error(option, &key.text))),
    };
    found.ok_or_else(|| {
        Box::new(match option {
            "only" => {
                error(format!("{:?} in `only` is no field of a struct or exception", key.text))
            }
            _ => error(format!("{:?} in `{option}` cannot be left out", key.text))
                .help("name a field of a struct or exception, or the type of such fields"),
        })
    })
}

fn structs(program: &Program) -> impl Iterator<Item = (DefId, &Struct)> {
    program.definitions().filter_map(|(id, definition)| match definition {
        Definition::Struct(item) => Some((id, item)),
        _ => None,
    })
}

/// Whether a type is one that is looked for, or contains it as an element or by a typedef.
fn mentions(program: &Program, ty: &Type, wanted: &dyn Fn(DefId) -> bool) -> bool {
    match &ty.kind {
        TypeKind::List(element) | TypeKind::Set(element) => mentions(program, element, wanted),
        TypeKind::Map(key, value) => {
            mentions(program, key, wanted) || mentions(program, value, wanted)
        }
        TypeKind::Named(id) if wanted(*id) => true,
        TypeKind::Named(id) => match program.definition(*id) {
            Definition::Typedef(typedef) => mentions(program, &typedef.target, wanted),
            _ => false,
        },
        _ => false,
    }
}

/// Why the type cannot be left out: a union or a method needs it.
fn user(program: &Program, skipped: DefId) -> Option<String> {
    let name = &program.definition(skipped).name().text;
    let uses = |ty: &Type| mentions(program, ty, &|id| id == skipped);
    program.definitions().find_map(|(_, definition)| match definition {
        Definition::Struct(item) if item.kind == StructKind::Union => {
            let arm = item.fields.iter().find(|field| uses(&field.ty))?;
            let (union, arm) = (&item.name.text, &arm.name.text);
            Some(format!(
                "`{name}` in `skip` cannot be left out: the union `{union}` has it as `{arm}`"
            ))
        }
        Definition::Service(service) => {
            let method = service.functions.iter().find(|one| {
                let mut fields = one.arguments.iter().chain(&one.throws).map(|field| &field.ty);
                one.returns.as_ref().is_some_and(uses) || fields.any(uses)
            })?;
            let (service, method) = (&service.name.text, &method.name.text);
            Some(format!(
                "`{name}` in `skip` cannot be left out: the method `{service}.{method}` has it"
            ))
        }
        _ => None,
    })
}

impl Removed {
    fn apply(&self, program: &mut Program) {
        if self.0.is_empty() {
            return;
        }
        for file in &mut program.files {
            for (index, definition) in file.definitions.iter_mut().enumerate() {
                let id = DefId { file: file.id, index: index as u32 };
                match definition {
                    Definition::Const(item) => self.clean(&mut item.value),
                    Definition::Struct(item) => {
                        if let Some(removed) = self.0.get(&id) {
                            for (at, field) in
                                std::mem::take(&mut item.fields).into_iter().enumerate()
                            {
                                match removed.contains(&at) {
                                    true => item.left_out.push((item.fields.len(), field)),
                                    false => item.fields.push(field),
                                }
                            }
                        }
                        self.clean_defaults(&mut item.fields);
                    }
                    Definition::Service(item) => {
                        for function in &mut item.functions {
                            self.clean_defaults(&mut function.arguments);
                        }
                    }
                    Definition::Typedef(_) | Definition::Enum(_) => {}
                }
            }
        }
    }

    fn clean_defaults(&self, fields: &mut [Field]) {
        fields
            .iter_mut()
            .filter_map(|field| field.default.as_mut())
            .for_each(|value| self.clean(value));
    }

    /// Removes the fields from a constant value, and counts the others anew.
    fn clean(&self, value: &mut Value) {
        match value {
            Value::List(values) | Value::Set(values) => {
                values.iter_mut().for_each(|value| self.clean(value));
            }
            Value::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
                self.clean(key);
                self.clean(value);
            }),
            Value::Struct(id, fields) => {
                if let Some(removed) = self.0.get(id) {
                    fields.retain(|(index, _)| !removed.contains(&(*index as usize)));
                    for (index, _) in fields.iter_mut() {
                        *index -= removed.range(..*index as usize).count() as u32;
                    }
                }
                fields.iter_mut().for_each(|(_, value)| self.clean(value));
            }
            _ => {}
        }
    }
}
