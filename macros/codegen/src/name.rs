//! Conversion of IDL names to Rust names.
//!
//! Types: a name without an underscore that begins with a capital stays as it is. All other names
//! of types, and all names of variants, are split at underscores: a word in capitals becomes
//! `Capitalised`, any other word is capitalised at its first letter and keeps the rest.

use std::borrow::Cow;

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::Parser;

/// A struct, union, exception, enum, typedef or service: `UpperCamelCase`.
pub(crate) fn type_name(name: &str) -> String {
    let plain = !name.contains('_') && name.starts_with(|first: char| first.is_ascii_uppercase());
    if plain { name.to_owned() } else { camel(name) }
}

/// A value of an enum or field of a union: `UpperCamelCase`.
pub(crate) fn variant_name(name: &str) -> String {
    camel(name)
}

/// A field, argument, method or module: `snake_case`.
pub(crate) fn value_name(name: &str) -> String {
    let bytes = name.as_bytes();
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, &byte) in bytes.iter().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            snake.push('_');
            continue;
        }
        let before = at.checked_sub(1).map(|at| bytes[at]);
        let after = bytes.get(at + 1);
        // A word begins at a capital after a small letter or digit, and at the last of several
        // capitals: `httpURLPath` is `http_url_path`.
        let begins = byte.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase()
                        && after.is_some_and(|after| after.is_ascii_lowercase()))
            });
        if begins {
            snake.push('_');
        }
        snake.push(char::from(byte.to_ascii_lowercase()));
    }
    snake
}

/// A constant: `SHOUTING_SNAKE_CASE`.
pub(crate) fn const_name(name: &str) -> String {
    match name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        true => value_name(name).to_ascii_uppercase(),
        false => name.to_owned(),
    }
}

fn camel(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    for word in name.split('_').filter(|word| !word.is_empty()) {
        // Two digits that an underscore kept apart stay apart.
        let digits = camel.ends_with(|last: char| last.is_ascii_digit())
            && word.starts_with(|first: char| first.is_ascii_digit());
        if digits {
            camel.push('_');
        }
        let (first, rest) = word.split_at(1);
        camel.push_str(&first.to_ascii_uppercase());
        match word.bytes().any(|byte| byte.is_ascii_lowercase()) {
            true => camel.push_str(rest),
            false => camel.push_str(&rest.to_ascii_lowercase()),
        }
    }
    match camel.starts_with(|first: char| first.is_ascii_digit()) || camel.is_empty() {
        true => format!("_{camel}"),
        false => camel,
    }
}

/// A valid Rust name: `self`, `Self`, `super` and `crate`, which cannot be escaped, get a trailing
/// underscore. After an error a name may contain a dot, which becomes an underscore.
pub(crate) fn plain(name: &str) -> String {
    let mut name = match name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        true => name.to_owned(),
        false => name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_"),
    };
    if UNESCAPABLE.contains(&name.as_str())
        || name.starts_with(|first: char| first.is_ascii_digit())
    {
        name.push('_');
    }
    name
}

/// A user-given name, if it is valid in Rust. `r#type` is `type` here.
pub(crate) fn given(name: &str) -> Option<String> {
    let plain = name.strip_prefix("r#").unwrap_or(name);
    let ident = Ident::parse_any.parse_str(plain).ok()?.to_string();
    (!UNESCAPABLE.contains(&ident.as_str()) && !ident.starts_with("r#")).then_some(ident)
}

/// The name as an identifier: keywords are escaped as `r#type`.
pub(crate) fn ident(name: &str, span: Span) -> Ident {
    let name = match UNESCAPABLE.contains(&name) || name.contains('.') {
        true => Cow::Owned(plain(name)),
        false => Cow::Borrowed(name),
    };
    match KEYWORDS.contains(&&*name) {
        true => Ident::new_raw(&name, span),
        false => Ident::new(&name, span),
    }
}

/// Whether every client has a method or function of this name: its own, or one of a trait that it
/// implements and that is often in scope. A method of the IDL with such a name gets an underscore, in
/// the trait and in the clients alike. The list is part of the documentation of `thriftly`.
pub(crate) fn is_of_clients(name: &str) -> bool {
    const OWN: [&str; 11] = [
        "builder",
        "connect",
        "connect_lazy",
        "connect_with",
        "into_channel",
        "layer",
        "multiplexed",
        "new",
        "with_headers",
        "with_protocol",
        "with_timeout",
    ];
    const OF_TRAITS: [&str; 16] = [
        "borrow",
        "borrow_mut",
        "clone",
        "clone_from",
        "clone_into",
        "drop",
        "eq",
        "fmt",
        "from",
        "into",
        "ne",
        "to_owned",
        "try_from",
        "try_into",
        "type_id",
        "as_ref",
    ];
    OWN.contains(&name) || OF_TRAITS.contains(&name)
}

/// The name, with trailing underscores until it is unused.
pub(crate) fn free_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut name = name.to_owned();
    while is_taken(&name) {
        name.push('_');
    }
    name
}

/// Words that cannot be escaped.
const UNESCAPABLE: [&str; 5] = ["self", "Self", "super", "crate", "_"];

/// The keywords of Rust, strict and reserved, of all editions.
const KEYWORDS: [&str; 49] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield", "union",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_keep_their_capitals() {
        for (idl, rust) in [
            ("Person", "Person"),
            ("HTTPServer", "HTTPServer"),
            ("person", "Person"),
            ("http_status", "HttpStatus"),
            ("Foo_Bar", "FooBar"),
            ("_private", "Private"),
            ("v1_2", "V1_2"),
            ("_", "_"),
            ("_1", "_1"),
            ("URL", "URL"),
            ("TStatus", "TStatus"),
            ("EDAMUserException", "EDAMUserException"),
            ("TT_Transfer", "TtTransfer"),
            ("LLM_Agent", "LlmAgent"),
            ("fb_status", "FbStatus"),
            ("HTTP_URL_v2", "HttpUrlV2"),
        ] {
            assert_eq!(type_name(idl), rust);
        }
    }

    #[test]
    fn variants_do_not_shout() {
        for (idl, rust) in [
            ("RED", "Red"),
            ("LIGHT_RED", "LightRed"),
            ("Red", "Red"),
            ("kRed", "KRed"),
            ("V1_2", "V1_2"),
            ("ISL", "Isl"),
            ("TT_Transfer", "TtTransfer"),
            ("LLM_Agent", "LlmAgent"),
            ("TTransfer", "TTransfer"),
            ("ROT13", "Rot13"),
            ("iPhone", "IPhone"),
        ] {
            assert_eq!(variant_name(idl), rust);
        }
    }

    #[test]
    fn values_are_in_snake_case() {
        for (idl, rust) in [
            ("seconds", "seconds"),
            ("phoneNumber", "phone_number"),
            ("echoI32", "echo_i32"),
            ("httpURLPath", "http_url_path"),
            ("URL", "url"),
            ("_id", "_id"),
            ("ID2Name", "id2_name"),
            ("a-b.c", "a_b_c"),
        ] {
            assert_eq!(value_name(idl), rust);
        }
    }

    #[test]
    fn keywords_are_escaped() {
        let ident = |name| ident(name, Span::call_site()).to_string();
        assert_eq!(ident("type"), "r#type");
        assert_eq!(ident("self"), "self_");
        assert_eq!(ident("name"), "name");
    }

    #[test]
    fn given_names_are_those_that_rust_allows() {
        assert_eq!(given("url2").as_deref(), Some("url2"));
        assert_eq!(given("r#type").as_deref(), Some("type"));
        assert_eq!(given("type").as_deref(), Some("type"));
        for wrong in ["", "a b", "self", "_", "2", "a-b", "r#", "r#r#type", "crate"] {
            assert_eq!(given(wrong), None, "{wrong}");
        }
    }
}
