//! Stub impls of handler traits.

use std::fmt::Write;

use super::side::Side;
use super::written;
use crate::model::{Method, Service};

/// A handler of a service, with an impl of its trait and of those it extends, whose bodies are `todo!()`.
pub(crate) fn stub(item: &Service, blocking: bool) -> String {
    let side = if blocking { Side::Blocking } else { Side::Async };
    let handler = format!("My{}", item.names.of(Side::Async).handler);
    let mut text = format!("struct {handler};\n");
    implement(&item.names.of(side).handler.to_string(), &item.methods, side, &handler, &mut text);
    for ancestor in &item.ancestors {
        let module = written::ty(&ancestor.module);
        let name = format!("{module}{}", ancestor.names.of(side).handler);
        implement(&name, &ancestor.methods, side, &handler, &mut text);
    }
    text
}

fn implement(name: &str, methods: &[Method], side: Side, handler: &str, text: &mut String) {
    let methods = methods.iter().map(|method| {
        let line = written::method(method, side);
        format!("    {line} {{\n        todo!()\n    }}\n")
    });
    let body = methods.collect::<Vec<_>>().join("\n");
    // Writing to a string cannot fail.
    let _ = match body.is_empty() {
        true => write!(text, "\nimpl {name} for {handler} {{}}\n"),
        false => write!(text, "\nimpl {name} for {handler} {{\n{body}}}\n"),
    };
}
