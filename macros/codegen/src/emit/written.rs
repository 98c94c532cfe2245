//! Types and signatures as written by hand, for docs and `thriftly stub`.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::side::Side;
use crate::model::{Argument, Method};

/// A handler method as in an `impl`, without its body:
/// `async fn get(&self, key: String) -> Result<Value, GetError>`.
pub(super) fn method(method: &Method, side: Side) -> String {
    let mut line = match side {
        Side::Async => format!("async fn {}(&self", method.ident),
        Side::Blocking => format!("fn {}(&self", method.ident),
    };
    for Argument { ident, handed, .. } in &method.arguments {
        line.push_str(&format!(", {ident}: {}", ty(handed)));
    }
    let (module, returns) = (&method.module, ty(&method.returns));
    line.push_str(&match &method.error {
        Some(error) => format!(") -> Result<{returns}, {}{error}>", ty(module)),
        None => format!(") -> thriftly::Result<{returns}>"),
    });
    line
}

/// A type with a path that needs no `use`.
pub(super) fn ty(tokens: &TokenStream) -> String {
    let mut text = String::new();
    append(tokens.clone(), &mut text);
    text
}

fn append(tokens: TokenStream, text: &mut String) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) => {
                let ident = ident.to_string();
                if ident == "__std" {
                    // Followed by `::` and the name.
                    if let Some(TokenTree::Ident(name)) = tokens.nth(2) {
                        text.push_str(module(&name.to_string()));
                        text.push_str(&name.to_string());
                    }
                    continue;
                }
                if text.ends_with(|last: char| last.is_alphanumeric() || last == '_') {
                    text.push(' ');
                }
                text.push_str(ident.strip_prefix("__").unwrap_or(&ident));
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                ',' => {
                    if tokens.peek().is_some() {
                        text.push_str(", ");
                    }
                }
                mark => text.push(mark),
            },
            TokenTree::Literal(literal) => text.push_str(&literal.to_string()),
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                append(group.stream(), text);
                text.push_str(close);
            }
        }
    }
}

/// The public path of a type that generated code names through the private module.
fn module(name: &str) -> &'static str {
    match name {
        "BTreeMap" | "BTreeSet" | "HashMap" | "HashSet" => "std::collections::",
        "Bytes" | "Double" | "Error" | "SmallBytes" | "SmallStr" | "SharedStr" | "Uuid" => {
            "thriftly::"
        }
        _ => "",
    }
}
