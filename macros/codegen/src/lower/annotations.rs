//! Our own annotations: `rust.name`, `rust.type`, `rust.derive` and `rust.optional`, and everybody's `deprecated`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use thriftly_parser::diagnostic::{Diagnostic, Label, Severity};
use thriftly_parser::program::{Annotation, Definition, Field, Program};

use crate::codes;
use crate::name::given;

/// The value of an annotation; the last one counts.
pub(super) fn find<'a>(annotations: &'a [Annotation], key: &str) -> Option<&'a str> {
    annotations.iter().rev().find(|one| one.key.text == key).map(|one| one.value.as_str())
}

/// The name that an item is to have in Rust, unless it cannot have it.
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

/// The type that a field or typedef is to have in Rust.
pub(super) fn rust_type(annotations: &[Annotation]) -> Option<TokenStream> {
    let ty = syn::parse_str::<syn::Type>(find(annotations, "rust.type")?).ok()?;
    Some(quote!(#ty))
}

/// The derives that a type is to have beside the usual ones.
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

/// What is wrong with our annotations. Those of others are none of our business.
pub(super) fn check(program: &Program) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    let mut look = |annotations: &[Annotation]| {
        for annotation in annotations {
            let value = &annotation.value;
            let (fits, wanted) = match annotation.key.text.as_str() {
                "rust.name" => (given(value).is_some(), "an identifier"),
                "rust.type" => (syn::parse_str::<syn::Type>(value).is_ok(), "a type"),
                "rust.derive" => (parse_derives(value).is_some(), "a list of paths"),
                "rust.optional" => (value == "1", "without a value"),
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
            wrong.push(Diagnostic {
                severity: Severity::Error,
                code: codes::BAD_ANNOTATION,
                title,
                primary: Some(Label { span: annotation.key.span, text: String::new() }),
                secondary: Vec::new(),
                notes: vec![
                    "help: there are `rust.name`, `rust.type`, `rust.derive` and `rust.optional`"
                        .to_owned(),
                ],
            });
        }
    };
    for definition in program.files.iter().flat_map(|file| &file.definitions) {
        let fields: &[Field] = match definition {
            Definition::Const(_) => &[],
            Definition::Typedef(item) => {
                look(&item.annotations);
                &[]
            }
            Definition::Enum(item) => {
                look(&item.annotations);
                item.values.iter().for_each(|value| look(&value.annotations));
                &[]
            }
            Definition::Struct(item) => {
                look(&item.annotations);
                &item.fields
            }
            Definition::Service(item) => {
                look(&item.annotations);
                for function in &item.functions {
                    look(&function.annotations);
                    function.arguments.iter().for_each(|argument| look(&argument.annotations));
                }
                &[]
            }
        };
        fields.iter().for_each(|field| look(&field.annotations));
    }
    wrong
}
