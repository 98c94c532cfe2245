//! `thriftly doc`: an IDL file with all that it includes as one page of HTML.

mod anchors;
mod html;
mod items;
mod markdown;
mod page;

use std::io::{self, Write};
use std::path::PathBuf;
use std::{fs, path};

use thriftly_parser::{Options, load};

use crate::report::complain_of;
use crate::status::{Status, complain};

/// The arguments of `doc`.
#[derive(Debug)]
pub(crate) struct Doc {
    /// The IDL file.
    pub(crate) file: PathBuf,
    /// Options for loading it.
    pub(crate) options: Options,
    /// The file to write, or the folder to write it to; standard output if there is none.
    pub(crate) output: Option<PathBuf>,
}

/// Writes the page.
pub(crate) fn run(doc: &Doc, out: &mut dyn Write) -> io::Result<Status> {
    let outcome = load(&doc.file, &doc.options);
    if outcome.has_errors() {
        return Ok(if complain_of(outcome) { Status::Found } else { Status::Unusable });
    }
    let page = page::page(&outcome.program);
    let Some(output) = &doc.output else {
        out.write_all(page.as_bytes())?;
        return Ok(Status::Clean);
    };
    let is_folder = output.is_dir() || output.to_string_lossy().ends_with(path::is_separator);
    let file = match is_folder {
        true => output.join(format!("{}.html", outcome.program.files[0].prefix)),
        false => output.clone(),
    };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let written = folder.map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&file, page));
    match written {
        Ok(()) => Ok(Status::Clean),
        Err(error) => {
            complain(&format!("error: cannot write {}: {error}", file.display()));
            Ok(Status::Unusable)
        }
    }
}
