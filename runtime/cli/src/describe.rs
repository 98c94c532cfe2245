//! `thriftly describe`: a type, service, method or constant of an IDL file.

use std::io::{self, Write};
use std::path::PathBuf;

use thriftly_core::Error;
use thriftly_core::dynamic::{Field, Idl, Kind, Options, Service, Type};

use crate::list::signature;
use crate::status::{Status, complain, unusable};

/// The arguments of `describe`.
#[derive(Debug)]
pub(crate) struct Describe {
    /// The IDL file.
    pub(crate) file: PathBuf,
    /// Options for loading it.
    pub(crate) options: Options,
    /// What is described.
    pub(crate) name: String,
}

/// Writes what has the name.
pub(crate) fn run(describe: &Describe, out: &mut dyn Write) -> io::Result<Status> {
    match Idl::load_with(&describe.file, &describe.options) {
        Ok(idl) => match described(&idl, &describe.name) {
            Ok(text) => {
                out.write_all(text.as_bytes())?;
                Ok(Status::Clean)
            }
            Err(error) => {
                complain(&format!("error: {error}"));
                Ok(Status::Found)
            }
        },
        Err(error) => Ok(unusable(&error)),
    }
}

fn described(idl: &Idl, name: &str) -> Result<String, Error> {
    let mut text = String::new();
    if let Ok(service) = idl.service(name) {
        service_text(&service, &mut text);
    } else if let Ok(method) = idl.method(name) {
        comment(method.doc(), "", &mut text);
        text.push_str(&format!("{}\n", signature(&method)));
    } else if let Ok(constant) = idl.constant(name) {
        comment(constant.doc(), "", &mut text);
        let value = serde_json::to_string(&constant.value()?).map_err(Error::other)?;
        text.push_str(&format!("const {} {} = {value}\n", constant.ty(), constant.name()));
    } else {
        let ty = idl.ty(name).map_err(|error| match name.rsplit_once('.') {
            // The method of a service that there is.
            Some((service, _)) if idl.service(service).is_ok() => {
                idl.method(name).err().unwrap_or(error)
            }
            _ => error,
        })?;
        type_text(&ty, &mut text)?;
    }
    Ok(text)
}

/// Doc text as a comment.
fn comment(doc: Option<&str>, indent: &str, text: &mut String) {
    for line in doc.unwrap_or_default().lines() {
        text.push_str(format!("{indent}// {line}").trim_end());
        text.push('\n');
    }
}

fn service_text(service: &Service, text: &mut String) {
    comment(service.doc(), "", text);
    let extends = service.extends().map(|base| format!(" extends {}", base.name()));
    let extends = extends.unwrap_or_default();
    text.push_str(&format!("service {}{extends} {{\n", service.name()));
    for method in service.methods() {
        comment(method.doc(), "  ", text);
        text.push_str(&format!("  {}\n", signature(&method)));
    }
    text.push_str("}\n");
}

fn type_text(ty: &Type, text: &mut String) -> Result<(), Error> {
    let keyword = match ty.kind() {
        Kind::Enum => "enum",
        Kind::Struct => "struct",
        Kind::Union => "union",
        Kind::Exception => "exception",
        // A typedef, or a type that has no definition.
        _ => {
            text.push_str(&format!("{ty}\n"));
            return Ok(());
        }
    };
    comment(ty.doc(), "", text);
    text.push_str(&format!("{keyword} {ty} {{\n"));
    for (name, number) in ty.enum_values() {
        text.push_str(&format!("  {name} = {number}\n"));
    }
    for field in ty.fields() {
        field_text(&field, keyword, text)?;
    }
    text.push_str("}\n");
    Ok(())
}

fn field_text(field: &Field, keyword: &str, text: &mut String) -> Result<(), Error> {
    comment(field.doc(), "  ", text);
    let word = match field {
        field if field.is_required() => "required ",
        field if field.is_optional() && keyword != "union" => "optional ",
        _ => "",
    };
    let default = match field.default()? {
        Some(value) => format!(" = {}", serde_json::to_string(&value).map_err(Error::other)?),
        None => String::new(),
    };
    text.push_str(&format!("  {}: {word}{} {}{default}\n", field.id(), field.ty(), field.name()));
    Ok(())
}
