//! Resolution of option keys: `"Person"`, `"Person.name"`, `"shared.Color.RED"`.

use thriftly_parser::closest;
use thriftly_parser::diagnostic::Diagnostic;
use thriftly_parser::program::{
    DefId, Definition, EnumValue, Field, Function, Name, Program, StructKind,
};

use crate::codes;

/// An item of the IDL that an entry is for.
#[derive(Clone, Copy)]
pub(crate) enum Target<'a> {
    Definition(&'a Definition),
    /// A field of a struct, union or exception.
    Field(&'a Field),
    Value(&'a EnumValue),
    Function(&'a Function),
    Argument(&'a Field),
}

/// The error for a key that matches nothing, with a suggestion.
pub(crate) struct Unknown {
    title: String,
    help: Option<String>,
}

impl Unknown {
    /// The error for the key of an option.
    pub(crate) fn error(self, option: &str, key: &str) -> Diagnostic {
        let text = format!("{key:?} in `{option}` matches nothing: {}", self.title);
        let error = Diagnostic::error(codes::UNUSED_OPTION, text);
        self.help.into_iter().fold(error, Diagnostic::help)
    }
}

/// The struct or exception that has a field, and the index of the field; `None` for an argument, or if it is a union.
pub(crate) fn place(program: &Program, field: &Field) -> Option<(DefId, usize)> {
    program.definitions().find_map(|(id, definition)| match definition {
        Definition::Struct(item) if item.kind != StructKind::Union => {
            let index = item.fields.iter().position(|one| std::ptr::eq(one, field))?;
            Some((id, index))
        }
        _ => None,
    })
}

impl<'a> Target<'a> {
    /// The item that a key means. Keys without the prefix of a file mean the root file, or else the one
    /// file that defines such an item.
    pub(crate) fn find(program: &'a Program, key: &str) -> Result<Target<'a>, Unknown> {
        let (definition, rest) = find_definition(program, key)?;
        let mut members = rest.split('.').filter(|member| !member.is_empty());
        let (first, second, more) = (members.next(), members.next(), members.next());
        let Some(first) = first else { return Ok(Target::Definition(definition)) };
        let of = &key[..key.len() - rest.len()].trim_end_matches('.');
        let unknown = |of: &str, member: &str, names: Vec<&str>| Unknown {
            title: format!("`{of}` has no `{member}`"),
            help: closest(member, names.iter().copied())
                .map(|near| format!("did you mean \"{of}.{near}\"?")),
        };
        let target = match definition {
            Definition::Struct(node) => node
                .fields
                .iter()
                .find(|field| field.name.text == first)
                .map(Target::Field)
                .ok_or_else(|| unknown(of, first, names(node.fields.iter().map(|one| &one.name)))),
            Definition::Enum(node) => node
                .values
                .iter()
                .find(|value| value.name.text == first)
                .map(Target::Value)
                .ok_or_else(|| unknown(of, first, names(node.values.iter().map(|one| &one.name)))),
            Definition::Service(node) => {
                let function = node.functions.iter().find(|one| one.name.text == first);
                let function = function.ok_or_else(|| {
                    unknown(of, first, names(node.functions.iter().map(|one| &one.name)))
                })?;
                let Some(second) = second else { return Ok(Target::Function(function)) };
                let arguments = &function.arguments;
                return match arguments.iter().find(|one| one.name.text == second) {
                    Some(argument) if more.is_none() => Ok(Target::Argument(argument)),
                    Some(_) => Err(unknown(key, more.unwrap_or_default(), Vec::new())),
                    None => Err(unknown(
                        &format!("{of}.{first}"),
                        second,
                        names(arguments.iter().map(|one| &one.name)),
                    )),
                };
            }
            Definition::Const(_) | Definition::Typedef(_) => Err(unknown(of, first, Vec::new())),
        }?;
        match second {
            Some(second) => Err(unknown(&format!("{of}.{first}"), second, Vec::new())),
            None => Ok(target),
        }
    }

    /// Whether it is an item that a Rust type can stand for.
    pub(super) fn has_type(self) -> bool {
        match self {
            Target::Definition(definition) => {
                !matches!(definition, Definition::Const(_) | Definition::Service(_))
            }
            Target::Field(_) | Target::Argument(_) => true,
            Target::Function(function) => function.returns.is_some(),
            Target::Value(_) => false,
        }
    }

    /// The name of the item in the IDL.
    pub(super) fn name(self) -> &'a Name {
        match self {
            Target::Definition(definition) => definition.name(),
            Target::Field(field) | Target::Argument(field) => &field.name,
            Target::Value(value) => &value.name,
            Target::Function(function) => &function.name,
        }
    }
}

fn names<'a>(names: impl Iterator<Item = &'a Name>) -> Vec<&'a str> {
    names.map(|name| name.text.as_str()).collect()
}

/// The definition that a key begins with, and what follows it.
fn find_definition<'a, 'k>(
    program: &'a Program,
    key: &'k str,
) -> Result<(&'a Definition, &'k str), Unknown> {
    let (first, rest) = key.split_once('.').unwrap_or((key, ""));
    let named = |name: &str| {
        let name = name.to_owned();
        program.definitions().filter(move |(_, one)| one.name().text == name)
    };
    let mut matches: Vec<_> = named(first).collect();
    // The root file is the first.
    if matches.len() > 1 && matches[0].0.file.0 != 0 {
        let keys: Vec<String> = matches
            .iter()
            .map(|(id, _)| format!("\"{}.{key}\"", program.file(id.file).prefix))
            .collect();
        return Err(Unknown {
            title: format!("several included files define `{first}`"),
            help: Some(format!("write {}", keys.join(" or "))),
        });
    }
    if !matches.is_empty() {
        return Ok((matches.swap_remove(0).1, rest));
    }
    for file in &program.files {
        let inner = key.strip_prefix(&file.prefix).and_then(|rest| rest.strip_prefix('.'));
        let Some(inner) = inner else { continue };
        let (first, rest) = inner.split_once('.').unwrap_or((inner, ""));
        if let Some((_, definition)) = named(first).find(|(id, _)| id.file == file.id) {
            return Ok((definition, rest));
        }
        let own = file.definitions.iter().map(|one| one.name().text.as_str());
        return Err(Unknown {
            title: format!("`{}` defines no `{first}`", file.prefix),
            help: closest(first, own)
                .map(|near| format!("did you mean \"{}.{near}\"?", file.prefix)),
        });
    }
    let all = program.definitions().map(|(_, one)| one.name().text.as_str());
    let all = all.chain(program.files.iter().map(|file| file.prefix.as_str()));
    Err(Unknown {
        title: format!("no file defines `{first}`"),
        help: closest(first, all).map(|near| format!("did you mean `{near}`?")),
    })
}
