//! Diagnostics of a file, as the client shows them.

use std::collections::HashMap;

use lsp_types::{
    Diagnostic as Shown, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    NumberOrString, Range,
};
use thriftly_parser::diagnostic::Diagnostic;
use thriftly_parser::source::FileId;
use thriftly_parser::{Severity, codes};

use super::analysis::View;

/// The diagnostics of the root file: its own, and one at each include that leads to a file with errors.
pub(super) fn of_root(view: View<'_>) -> Vec<Shown> {
    let root = FileId(0);
    let mut shown = Vec::new();
    let mut included: HashMap<FileId, (usize, &Diagnostic)> = HashMap::new();
    for diagnostic in &view.analysis.outcome.diagnostics {
        match diagnostic.primary.as_ref().map(|label| label.span.file) {
            Some(file) if file != root => {
                if diagnostic.severity == Severity::Error {
                    included.entry(file).or_insert((0, diagnostic)).0 += 1;
                }
            }
            _ => shown.push(of_diagnostic(view, diagnostic)),
        }
    }
    shown.extend(of_includes(view, &included));
    shown.sort_by(|a, b| (a.range.start, &a.message).cmp(&(b.range.start, &b.message)));
    shown
}

fn of_diagnostic(view: View<'_>, diagnostic: &Diagnostic) -> Shown {
    let mut message = diagnostic.title.clone();
    if let Some(label) = diagnostic.primary.as_ref().filter(|label| !label.text.is_empty()) {
        message.push_str(&format!("\n{}", label.text));
    }
    for note in &diagnostic.notes {
        message.push_str(&format!("\n{note}"));
    }
    let range = diagnostic.primary.as_ref().map(|label| view.range(label.span));
    let related = diagnostic.secondary.iter().filter_map(|label| {
        let message = match label.text.as_str() {
            "" => "here".to_owned(),
            text => text.to_owned(),
        };
        Some(DiagnosticRelatedInformation { location: view.location(label.span)?, message })
    });
    let related: Vec<_> = related.collect();
    let tags = match diagnostic.code {
        codes::UNUSED_INCLUDE => Some(vec![DiagnosticTag::UNNECESSARY]),
        codes::DEPRECATED_WORD | codes::ASYNC_FUNCTION => Some(vec![DiagnosticTag::DEPRECATED]),
        _ => None,
    };
    Shown {
        range: range.unwrap_or_default(),
        severity: Some(match diagnostic.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Lint => DiagnosticSeverity::HINT,
        }),
        code: Some(NumberOrString::String(diagnostic.code.to_owned())),
        source: Some("thriftly".to_owned()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        tags,
        ..Shown::default()
    }
}

/// One diagnostic for each included file with errors, at the include of the root through which it is reached.
fn of_includes(view: View<'_>, errors: &HashMap<FileId, (usize, &Diagnostic)>) -> Vec<Shown> {
    let program = view.program();
    let Some(root) = program.files.first().filter(|_| !errors.is_empty()) else {
        return Vec::new();
    };
    // The include of the root that leads to each file.
    let mut through: HashMap<FileId, Range> = HashMap::new();
    for include in &root.includes {
        let range = view.range(include.span);
        let mut waiting = vec![include.file];
        while let Some(file) = waiting.pop() {
            if file == root.id || through.contains_key(&file) {
                continue;
            }
            through.insert(file, range);
            waiting.extend(program.file(file).includes.iter().map(|include| include.file));
        }
    }
    let shown = errors.iter().filter_map(|(file, (count, first))| {
        let place = first.primary.as_ref()?;
        let name = view.source(*file).path.display().to_string();
        let message = match count {
            1 => format!("there is an error in {name}"),
            count => format!("there are {count} errors in {name}"),
        };
        let related = DiagnosticRelatedInformation {
            location: view.location(place.span)?,
            message: first.title.clone(),
        };
        Some(Shown {
            range: *through.get(file)?,
            severity: Some(DiagnosticSeverity::ERROR),
            code: Some(NumberOrString::String(first.code.to_owned())),
            source: Some("thriftly".to_owned()),
            message,
            related_information: Some(vec![related]),
            ..Shown::default()
        })
    });
    shown.collect()
}
