//! `thriftly expand`: the Rust code that `thrift!` generates from a file.

use std::io::{self, Write};
use std::path::PathBuf;

use syn::Item;
use thriftly_codegen::expand_file;
use thriftly_parser::Options;

use crate::report::complain_of;
use crate::status::Status;

/// The arguments of `expand`.
#[derive(Debug)]
pub(crate) struct Expand {
    /// The file.
    pub(crate) file: PathBuf,
    /// Options for loading it.
    pub(crate) options: Options,
    /// The options of `thrift!`.
    pub(crate) expansion: thriftly_codegen::Options,
}

/// Writes the formatted Rust code of a file.
pub(crate) fn run(expand: &Expand, out: &mut dyn Write) -> io::Result<Status> {
    let tokens = match expand_file(&expand.file, &expand.expansion, &expand.options) {
        Ok(tokens) => tokens,
        Err(outcome) => {
            return Ok(if complain_of(outcome) { Status::Found } else { Status::Unusable });
        }
    };
    match syn::parse2(tokens).and_then(with_async) {
        Ok(file) => {
            out.write_all(prettyplease::unparse(&file).as_bytes())?;
            Ok(Status::Clean)
        }
        Err(error) => Err(io::Error::other(format!("the expansion is no Rust: {error}"))),
    }
}

/// The file with the items for the feature `async` unwrapped from their macro call, for
/// readability.
fn with_async(mut file: syn::File) -> syn::Result<syn::File> {
    file.items = opened(file.items)?;
    Ok(file)
}

fn opened(items: Vec<Item>) -> syn::Result<Vec<Item>> {
    let mut opened_items = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Item::Macro(call) if call.mac.path.is_ident("__if_async") => {
                opened_items.extend(opened(call.mac.parse_body::<syn::File>()?.items)?);
            }
            Item::Mod(mut module) => {
                if let Some((_, items)) = &mut module.content {
                    *items = opened(std::mem::take(items))?;
                }
                opened_items.push(Item::Mod(module));
            }
            item => opened_items.push(item),
        }
    }
    Ok(opened_items)
}
