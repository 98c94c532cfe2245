//! The annotations `rust.name`, `rust.type`, `rust.derive`, `rust.optional`, `rust.box` and `deprecated`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use thriftly_parser::closest;
use thriftly_parser::diagnostic::Diagnostic;
use thriftly_parser::program::{Annotation, Definition, Program, Type, TypeKind};

use crate::codes;
use crate::name::given;

const NAME: &str = "rust.name";
const TYPE: &str = "rust.type";
const DERIVE: &str = "rust.derive";
/// Other misplaced uses are reported by [`super::presence`].
pub(super) const OPTIONAL: &str = "rust.optional";
/// As [`OPTIONAL`], by [`super::boxes`].
pub(super) const BOX: &str = "rust.box";
const OURS: [&str; 5] = [NAME, TYPE, DERIVE, OPTIONAL, BOX];

/// The value of an annotation; the last one counts.
pub(super) fn find<'a>(annotations: &'a [Annotation], key: &str) -> Option<&'a str> {
    annotations.iter().rev().find(|one| one.key.text == key).map(|one| one.value.as_str())
}

/// The Rust name of an item, if the annotation is a valid name.
pub(super) fn name(annotations: &[Annotation]) -> Option<String> {
    find(annotations, "rust.name").and_then(given)
}

/// The annotations of a definition.
pub(super) fn of(definition: &Definition) -> &[Annotation] {
    match definition {
        Definition::Const(item) => &item.annotations,
        Definition::Typedef(item) => &item.annotations,
        Definition::Enum(item) => &item.annotations,
        Definition::Struct(item) => &item.annotations,
        Definition::Service(item) => &item.annotations,
    }
}

/// The Rust type of an item.
pub(super) fn rust_type(annotations: &[Annotation]) -> Option<(TokenStream, &str)> {
    let written = find(annotations, "rust.type")?;
    let ty = syn::parse_str::<syn::Type>(written).ok()?;
    Some((quote!(#ty), written))
}

/// The additional derives of a type.
pub(super) fn derives(annotations: &[Annotation]) -> Vec<Path> {
    find(annotations, "rust.derive").and_then(parse_derives).unwrap_or_default()
}

fn parse_derives(list: &str) -> Option<Vec<Path>> {
    let parser = Punctuated::<Path, syn::Token![,]>::parse_terminated_with;
    let parse = |input: syn::parse::ParseStream<'_>| parser(input, Path::parse_mod_style);
    parse.parse_str(list).ok().map(|paths| paths.into_iter().collect())
}

/// The text of `deprecated`, which may be empty.
pub(super) fn deprecated(annotations: &[Annotation]) -> Option<String> {
    // A key without a value has "1".
    find(annotations, "deprecated").map(|note| if note == "1" { "" } else { note }.to_owned())
}

/// Diagnostics about thriftly's annotations. Other annotations are ignored.
pub(super) fn check(program: &Program) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    // The kind of item, and the annotations of ours that have a meaning there.
    let mut look = |annotations: &[Annotation], what: &str, allowed: &[&str]| {
        for annotation in annotations {
            let value = &annotation.value;
            let key = annotation.key.text.as_str();
            if OURS.contains(&key) && !allowed.contains(&key) {
                let title = format!("`{key}` has no meaning on {what}");
                let error = Diagnostic::error(codes::BAD_ANNOTATION, title);
                wrong.push(error.at(annotation.key.span, ""));
                continue;
            }
            let (fits, wanted) = match annotation.key.text.as_str() {
                "rust.name" => (given(value).is_some(), "an identifier"),
                "rust.type" => (syn::parse_str::<syn::Type>(value).is_ok(), "a type"),
                "rust.derive" => (parse_derives(value).is_some(), "a list of paths"),
                "rust.optional" | "rust.box" => (value == "1", "without a value"),
                key if key.starts_with("rust.") => (false, ""),
                _ => continue,
            };
            if fits {
                continue;
            }
            let key = &annotation.key.text;
            let title = match wanted {
                "" => format!("unknown annotation `{key}`"),
                "without a value" => format!("`{key}` has no value"),
                wanted => format!("`{value}` is not {wanted} of Rust, as `{key}` needs"),
            };
            let error = Diagnostic::error(codes::BAD_ANNOTATION, title);
            let error = error.at(annotation.key.span, "");
            let all =
                "there are `rust.name`, `rust.type`, `rust.derive`, `rust.optional` and `rust.box`";
            wrong.push(match closest(key, OURS) {
                Some(near) if wanted.is_empty() => error.help(all).fix(annotation.key.span, near),
                _ => error.help(all),
            });
        }
    };
    for definition in program.files.iter().flat_map(|file| &file.definitions) {
        match definition {
            Definition::Const(item) => {
                look(&item.annotations, "a constant", &[NAME]);
                types(&item.ty, &mut look);
            }
            Definition::Typedef(item) => {
                look(&item.annotations, "a typedef", &[NAME, TYPE, OPTIONAL]);
                types(&item.target, &mut look);
            }
            Definition::Enum(item) => {
                look(&item.annotations, "an enum", &[NAME, TYPE, DERIVE, OPTIONAL]);
                for value in &item.values {
                    look(&value.annotations, "a value of an enum", &[NAME, OPTIONAL]);
                }
            }
            Definition::Struct(item) => {
                let what = "a struct, union or exception";
                look(&item.annotations, what, &[NAME, TYPE, DERIVE, OPTIONAL]);
                for field in &item.fields {
                    look(&field.annotations, "a field", &[NAME, TYPE, OPTIONAL, BOX]);
                    types(&field.ty, &mut look);
                }
            }
            Definition::Service(item) => {
                look(&item.annotations, "a service", &[NAME, OPTIONAL]);
                for function in &item.functions {
                    let (what, allowed): (_, &[_]) = match &function.returns {
                        Some(_) => ("a method", &[NAME, TYPE, OPTIONAL]),
                        None => ("a method without a result", &[NAME, OPTIONAL]),
                    };
                    look(&function.annotations, what, allowed);
                    function.returns.iter().for_each(|ty| types(ty, &mut look));
                    for argument in &function.arguments {
                        look(&argument.annotations, "an argument", &[NAME, TYPE, OPTIONAL]);
                        types(&argument.ty, &mut look);
                    }
                    for thrown in &function.throws {
                        look(&thrown.annotations, "an exception that is thrown", &[OPTIONAL]);
                    }
                }
            }
        }
    }
    wrong
}

/// Checks annotations against the names allowed on their item.
type Look<'a> = dyn FnMut(&[Annotation], &str, &[&str]) + 'a;

/// Checks the annotations of a type and its nested types, where none of thriftly's is allowed.
fn types(ty: &Type, look: &mut Look<'_>) {
    look(&ty.annotations, "a type; write it behind the name of the field or typedef", &[]);
    match &ty.kind {
        TypeKind::List(element) | TypeKind::Set(element) => types(element, look),
        TypeKind::Map(key, value) => {
            types(key, look);
            types(value, look);
        }
        _ => {}
    }
}
