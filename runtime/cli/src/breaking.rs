//! `thriftly breaking`: incompatible changes between an old and a new file.
//!
//! [`comparison`] holds the two programs and pairs their definitions, [`definitions`] iterates over
//! the pairs, and [`constants`], [`enums`], [`structs`] and [`services`] compare each kind, using
//! [`fields`] and [`types`]. The result is a list of [`change`]s.

pub(crate) mod change;
mod comparison;
mod constants;
mod definitions;
mod enums;
mod fields;
mod services;
mod structs;
mod types;
mod values;

use std::io::{self, Write};
use std::path::PathBuf;

use thriftly_parser::{Options, Outcome, load};

use self::change::Change;
use self::comparison::Comparison;
use crate::report::{Format, complain_of};
use crate::status::{Status, complain};

/// The arguments of `breaking`.
#[derive(Debug)]
pub(crate) struct Breaking {
    /// The old file.
    pub(crate) old: Tree,
    /// The new file.
    pub(crate) new: Tree,
    /// The output format.
    pub(crate) format: Format,
}

/// A file and its includes.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The file.
    pub(crate) file: PathBuf,
    /// Options for loading it.
    pub(crate) options: Options,
}

/// Reports changes. Only breaking changes count as found; files with errors cannot be compared.
pub(crate) fn run(breaking: &Breaking, out: &mut dyn Write) -> io::Result<Status> {
    let (Some(old), Some(new)) = (breaking.old.load(), breaking.new.load()) else {
        return Ok(Status::Unusable);
    };
    let mut changes = Comparison::new(&old.program, &new.program).run();
    changes.sort_by_key(|change| change.place(&old, &new));
    let mut status = Status::Clean;
    for change in changes {
        if change.code.breaks {
            status = Status::Found;
        }
        write_change(&change, &old, &new, breaking.format, out)?;
    }
    Ok(status)
}

impl Tree {
    /// The program, unless there are errors, which are reported.
    fn load(&self) -> Option<Outcome> {
        let outcome = load(&self.file, &self.options);
        if !outcome.has_errors() {
            return Some(outcome);
        }
        if complain_of(outcome) {
            complain(&format!("\n{} cannot be compared", self.file.display()));
        }
        None
    }
}

fn write_change(
    change: &Change,
    old: &Outcome,
    new: &Outcome,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (file, position) = change.place(old, new);
    let Change { code, subject, message, .. } = change;
    match format {
        Format::Human => {
            let note = if code.breaks { "" } else { "note: " };
            let (line, column) = (position.line, position.column);
            writeln!(out, "{file}:{line}:{column}: {note}{subject}: {message} [{}]", code.name)
        }
        Format::Json => {
            let object = serde_json::json!({
                "severity": if code.breaks { "breaking" } else { "note" },
                "code": code.name,
                "subject": subject,
                "message": message,
                "file": file,
                "line": position.line,
                "column": position.column,
            });
            writeln!(out, "{object}")
        }
    }
}
