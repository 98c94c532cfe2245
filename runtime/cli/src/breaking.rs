//! `thriftly breaking`: what peers with an old and a new file cannot tell each other.
//!
//! [`comparison`] holds the two programs and pairs their definitions, [`definitions`] goes through the pairs, and
//! [`constants`], [`enums`], [`structs`] and [`services`] compare each kind, with [`fields`] for what has fields and
//! [`types`] for what has a type. The result is a list of [`change`]s.

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

/// What to compare.
#[derive(Debug)]
pub(crate) struct Breaking {
    /// The file as it was.
    pub(crate) old: Tree,
    /// The file as it is.
    pub(crate) new: Tree,
    /// How findings are written.
    pub(crate) format: Format,
}

/// A file with what it includes.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The file.
    pub(crate) file: PathBuf,
    /// How it is read.
    pub(crate) options: Options,
}

/// Shows what has changed. Only what breaks peers counts as found; files with errors cannot be compared.
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
    /// What is in it, unless there are errors, which are shown.
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
