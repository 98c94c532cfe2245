//! `thriftly list`: the methods of an IDL file.

use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::json;
use thriftly_core::dynamic::{Field, Idl, Method, Options};

use crate::report::Format;
use crate::status::{Status, unusable};

/// The arguments of `list`.
#[derive(Debug)]
pub(crate) struct List {
    /// The IDL file.
    pub(crate) file: PathBuf,
    /// Options for loading it.
    pub(crate) options: Options,
    pub(crate) format: Format,
}

/// Writes a line for each method of each service.
pub(crate) fn run(list: &List, out: &mut dyn Write) -> io::Result<Status> {
    let idl = match Idl::load_with(&list.file, &list.options) {
        Ok(idl) => idl,
        Err(error) => return Ok(unusable(&error)),
    };
    for method in idl.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
        match list.format {
            Format::Human => writeln!(out, "{}", signature(&method))?,
            Format::Json => writeln!(out, "{}", described(&method))?,
        }
    }
    Ok(Status::Clean)
}

/// As the IDL has it, with the name that `call` takes.
pub(crate) fn signature(method: &Method) -> String {
    let returns = method.returns().map_or("void".to_owned(), |ty| ty.name());
    let oneway = if method.is_oneway() { "oneway " } else { "" };
    let fields = |fields: Vec<Field>| {
        let fields: Vec<_> =
            fields.iter().map(|field| format!("{} {}", field.ty(), field.name())).collect();
        fields.join(", ")
    };
    let arguments = fields(method.arguments().collect());
    let throws = match fields(method.throws().collect()) {
        throws if throws.is_empty() => throws,
        throws => format!(" throws ({throws})"),
    };
    format!("{oneway}{returns} {method:?}({arguments}){throws}")
}

fn described(method: &Method) -> serde_json::Value {
    let field = |field: Field| {
        json!({
            "id": field.id(),
            "name": field.name(),
            "type": field.ty().name(),
            "optional": field.is_optional(),
            "doc": field.doc(),
        })
    };
    json!({
        "service": method.service().name(),
        "method": method.name(),
        "oneway": method.is_oneway(),
        "returns": method.returns().map(|ty| ty.name()),
        "arguments": method.arguments().map(field).collect::<Vec<_>>(),
        "throws": method.throws().map(field).collect::<Vec<_>>(),
        "doc": method.doc(),
    })
}
