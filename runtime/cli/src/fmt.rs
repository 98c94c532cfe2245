//! `thriftly fmt`: formats files.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use similar::TextDiff;
use thriftly_parser::source::Sources;
use thriftly_parser::{Options, format};

use crate::status::{Status, complain};

/// The arguments of `fmt`.
#[derive(Debug)]
pub(crate) struct Fmt {
    /// The files; `-` is standard input.
    pub(crate) files: Vec<PathBuf>,
    /// Options for loading them.
    pub(crate) options: Options,
    /// Only show the changes.
    pub(crate) check: bool,
}

/// Formats all files without syntax errors; the others are reported and left unchanged.
pub(crate) fn run(fmt: &Fmt, out: &mut dyn Write) -> io::Result<Status> {
    let mut status = Status::Clean;
    for path in &fmt.files {
        let one = if path == Path::new("-") {
            let mut text = Vec::new();
            io::stdin().lock().read_to_end(&mut text)?;
            fmt.stdin(&text, out)?
        } else {
            fmt.file(path, out)?
        };
        status = status.max(one);
    }
    Ok(status)
}

impl Fmt {
    fn stdin(&self, text: &[u8], out: &mut dyn Write) -> io::Result<Status> {
        let Some(new) = self.format(Path::new("<stdin>"), text) else { return Ok(Status::Found) };
        if self.check {
            return compare("<stdin>", text, &new, out);
        }
        out.write_all(&new)?;
        Ok(Status::Clean)
    }

    fn file(&self, path: &Path, out: &mut dyn Write) -> io::Result<Status> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) => {
                complain(&format!("error: cannot read {}: {error}", path.display()));
                return Ok(Status::Unusable);
            }
        };
        let Some(new) = self.format(path, &text) else { return Ok(Status::Found) };
        if self.check {
            return compare(&path.display().to_string(), &text, &new, out);
        }
        if new != text
            && let Err(error) = fs::write(path, new)
        {
            complain(&format!("error: cannot write {}: {error}", path.display()));
            return Ok(Status::Unusable);
        }
        Ok(Status::Clean)
    }

    /// The formatted text, unless there are syntax errors, which are reported.
    fn format(&self, path: &Path, text: &[u8]) -> Option<Vec<u8>> {
        match format(text, &self.options) {
            Ok(new) => Some(new),
            Err(diagnostics) => {
                let mut sources = Sources::default();
                sources.add(path.to_owned(), text.to_owned());
                let rendered: Vec<String> =
                    diagnostics.iter().map(|diagnostic| diagnostic.render(&sources)).collect();
                complain(&rendered.join("\n\n"));
                None
            }
        }
    }
}

/// Shows the changes as a diff.
fn compare(name: &str, old: &[u8], new: &[u8], out: &mut dyn Write) -> io::Result<Status> {
    if old == new {
        return Ok(Status::Clean);
    }
    let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
    let difference = TextDiff::from_lines(old.as_ref(), new.as_ref());
    let formatted = format!("{name} (formatted)");
    let mut shown = difference.unified_diff();
    write!(out, "{}", shown.context_radius(1).header(name, &formatted))?;
    Ok(Status::Found)
}
