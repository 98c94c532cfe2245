//! Output of diagnostics as text or JSON.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::{Value, json};
use thriftly_parser::diagnostic::{Diagnostic, Label};
use thriftly_parser::source::{Sources, Span};
use thriftly_parser::{Outcome, Severity, codes};

use crate::status::{Status, complain};

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Compiler style, with the source line and a caret.
    Human,
    /// One JSON object per line.
    Json,
}

/// Writes each diagnostic once, even if several files include its file.
pub(crate) struct Report<'a> {
    out: &'a mut dyn Write,
    format: Format,
    seen: HashSet<Finding>,
}

/// The identity of a diagnostic across programs.
#[derive(PartialEq, Eq, Hash)]
struct Finding {
    /// The file and the range in it.
    place: Option<(PathBuf, u32, u32)>,
    code: &'static str,
    title: String,
}

impl<'a> Report<'a> {
    pub(crate) fn new(out: &'a mut dyn Write, format: Format) -> Report<'a> {
        Report { out, format, seen: HashSet::new() }
    }

    /// Writes all diagnostics of an outcome. The status is [`Status::Found`] if any has this
    /// severity or a worse one.
    pub(crate) fn show(&mut self, outcome: &Outcome, found: Severity) -> io::Result<Status> {
        let mut status = Status::Clean;
        for diagnostic in &outcome.diagnostics {
            status = status.max(match diagnostic {
                one if is_unreadable(one) => Status::Unusable,
                one if one.severity >= found => Status::Found,
                _ => Status::Clean,
            });
            self.write(diagnostic, &outcome.sources)?;
        }
        Ok(status)
    }

    fn write(&mut self, diagnostic: &Diagnostic, sources: &Sources) -> io::Result<()> {
        let place = diagnostic.primary.as_ref().map(|label| {
            let Span { file, start, end } = label.span;
            (sources.file(file).path.clone(), start, end)
        });
        let first = self.seen.is_empty();
        let finding = Finding { place, code: diagnostic.code, title: diagnostic.title.clone() };
        if !self.seen.insert(finding) {
            return Ok(());
        }
        match self.format {
            Format::Human if first => writeln!(self.out, "{}", diagnostic.render(sources)),
            Format::Human => writeln!(self.out, "\n{}", diagnostic.render(sources)),
            Format::Json => writeln!(self.out, "{}", json(diagnostic, sources)),
        }
    }
}

/// Reports the errors of a program before further processing. Returns whether the file could be
/// read.
pub(crate) fn complain_of(mut outcome: Outcome) -> bool {
    outcome.diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
    complain(&outcome.render());
    !outcome.diagnostics.iter().any(is_unreadable)
}

/// Whether it reports that the requested file cannot be read.
fn is_unreadable(diagnostic: &Diagnostic) -> bool {
    diagnostic.code == codes::UNREADABLE_FILE
}

fn json(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Lint => "lint",
    };
    let labels: Vec<Value> =
        diagnostic.secondary.iter().map(|label| label_json(label, sources)).collect();
    let mut object = match &diagnostic.primary {
        Some(label) => label_json(label, sources),
        None => json!({
            "file": null, "line": null, "column": null, "end_line": null, "end_column": null,
            "text": "",
        }),
    };
    object["severity"] = json!(severity);
    object["code"] = json!(diagnostic.code);
    object["message"] = json!(diagnostic.title);
    object["labels"] = json!(labels);
    object["notes"] = json!(diagnostic.notes);
    object
}

fn label_json(label: &Label, sources: &Sources) -> Value {
    let source = sources.file(label.span.file);
    let (start, end) = (source.position(label.span.start), source.position(label.span.end));
    json!({
        "file": source.path.display().to_string(),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "text": label.text,
    })
}
