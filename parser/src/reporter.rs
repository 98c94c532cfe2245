//! Collects diagnostics, up to a limit per file and in total.

use std::collections::HashMap;

use crate::codes;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, Span};

/// How many errors, and how many warnings, of one file are kept.
const FILE_LIMIT: usize = 100;

/// How many errors, and how many warnings, are kept in all.
const LIMIT: usize = 1000;

/// Collects the diagnostics of all stages, so that all errors of all files are reported in one run. Limits keep invalid
/// input from filling memory with messages.
#[derive(Debug, Default)]
pub(crate) struct Reporter {
    diagnostics: Vec<Diagnostic>,
    /// Number of diagnostics, kept or not.
    counts: HashMap<(FileId, Severity), usize>,
    kept: HashMap<Severity, usize>,
    said: usize,
    lints: bool,
}

impl Reporter {
    pub(crate) fn new(lints: bool) -> Reporter {
        Reporter { lints, ..Reporter::default() }
    }

    /// Whether lints are wanted.
    pub(crate) fn lints(&self) -> bool {
        self.lints
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        let severity = diagnostic.severity;
        if severity == Severity::Lint && !self.lints {
            return;
        }
        self.said += 1;
        if let Some(primary) = &diagnostic.primary {
            let room = self.room(primary.span.file, severity);
            *self.counts.entry((primary.span.file, severity)).or_default() += 1;
            if !room {
                return;
            }
        }
        *self.kept.entry(severity).or_default() += 1;
        self.diagnostics.push(diagnostic);
    }

    /// Notes that a file has more errors than were looked for.
    pub(crate) fn report_more(&mut self, file: FileId) {
        *self.counts.entry((file, Severity::Error)).or_default() += 1;
    }

    /// Whether one more error of a file would be kept; if not, its message need not be built.
    pub(crate) fn has_room(&self, file: FileId) -> bool {
        self.room(file, Severity::Error)
    }

    fn room(&self, file: FileId, severity: Severity) -> bool {
        self.counts.get(&(file, severity)).is_none_or(|&count| count < FILE_LIMIT)
            && self.kept.get(&severity).is_none_or(|&kept| kept < LIMIT)
    }

    /// Number of diagnostics so far, kept or not, to detect whether a step reported any.
    pub(crate) fn said(&self) -> usize {
        self.said
    }

    /// All diagnostics, sorted by span.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        if self.kept.get(&Severity::Error).is_some_and(|&kept| kept >= LIMIT) {
            let title = "more errors are not shown";
            self.diagnostics.push(Diagnostic::error(codes::TOO_MANY_ERRORS, title));
        } else {
            let errors =
                self.counts.iter().filter(|((_, severity), _)| *severity == Severity::Error);
            for (&(file, _), _) in errors.filter(|&(_, &count)| count > FILE_LIMIT) {
                let end = Span { file, start: u32::MAX, end: u32::MAX };
                let title = "more errors in this file are not shown";
                self.diagnostics.push(Diagnostic::error(codes::TOO_MANY_ERRORS, title).at(end, ""));
            }
        }
        self.diagnostics.sort_by_key(|diagnostic| {
            let place = diagnostic.primary.as_ref().map(|label| label.span);
            // Diagnostics without a span concern all files and come last.
            (place.is_none(), place.map(|span| (span.file, span.start, span.end)))
        });
        self.diagnostics
    }
}
