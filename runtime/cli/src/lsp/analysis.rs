//! Checked programs, and what requests read of them.

use std::path::{Path, PathBuf};

use lsp_types::{Location, Range, Uri};
use thriftly_parser::index::{Index, Symbol};
use thriftly_parser::program::{DefId, Program};
use thriftly_parser::source::{FileId, Source, Span};
use thriftly_parser::{Files, Outcome, Severity};

use super::documents::Documents;
use super::position::Encoding;
use crate::signature::Signatures;

/// A checked program with its index.
#[derive(Debug)]
pub(super) struct Analysis {
    pub(super) outcome: Outcome,
    pub(super) index: Index,
    /// The canonical paths of the files, in the order of their numbers.
    pub(super) paths: Vec<PathBuf>,
}

impl Analysis {
    pub(super) fn of(outcome: Outcome, files: &dyn Files) -> Analysis {
        let paths = outcome.sources.paths();
        let paths = paths.map(|path| files.canonical(path).unwrap_or_else(|_| path.to_owned()));
        let paths = paths.collect();
        Analysis { index: Index::of(&outcome), outcome, paths }
    }

    /// The number of a file.
    pub(super) fn file(&self, path: &Path) -> Option<FileId> {
        self.paths.iter().position(|one| one == path).map(|at| FileId(at as u32))
    }

    /// Whether a file has an error.
    pub(super) fn has_errors(&self, file: FileId) -> bool {
        self.outcome.diagnostics.iter().any(|one| {
            let place = one.primary.as_ref().map(|label| label.span.file);
            one.severity == Severity::Error && place == Some(file)
        })
    }
}

/// A program as seen by a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) analysis: &'a Analysis,
    pub(super) documents: &'a Documents,
    pub(super) encoding: Encoding,
}

impl<'a> View<'a> {
    pub(super) fn program(self) -> &'a Program {
        &self.analysis.outcome.program
    }

    pub(super) fn source(self, file: FileId) -> &'a Source {
        self.analysis.outcome.sources.file(file)
    }

    pub(super) fn range(self, span: Span) -> Range {
        self.encoding.range(self.source(span.file), span)
    }

    pub(super) fn uri(self, file: FileId) -> Option<Uri> {
        self.documents.uri(self.analysis.paths.get(file.0 as usize)?)
    }

    pub(super) fn location(self, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri(span.file)?, range: self.range(span) })
    }

    /// The declaration of a symbol; for a file its start.
    pub(super) fn declared(self, symbol: Symbol) -> Option<Span> {
        match symbol {
            Symbol::File(file) => Some(Span { file, start: 0, end: 0 }),
            symbol => self.analysis.index.declaration(symbol),
        }
    }

    /// The name of a definition as a file writes it.
    pub(super) fn name(self, id: DefId, from: FileId) -> String {
        Signatures { program: self.program(), from }.name(id)
    }
}
