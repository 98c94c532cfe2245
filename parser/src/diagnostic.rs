//! Errors and warnings, each with its place.

use crate::source::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look; on request only.
    Lint,
    /// Accepted, but probably not meant.
    Warning,
    /// The program cannot be used.
    Error,
}

/// A place and what is to be said of it.
#[derive(Debug, Clone)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What to say under the caret; may be empty.
    pub text: String,
}

/// One error, warning or lint.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable short name such as `duplicate-field-id`.
    pub code: &'static str,
    /// What is wrong, in one line.
    pub title: String,
    /// Where. `None` only for what has no place, such as a root file that cannot be read.
    pub primary: Option<Label>,
    /// Other places that matter, such as the first definition.
    pub secondary: Vec<Label>,
    /// `help:` and `note:` lines.
    pub notes: Vec<String>,
}

impl Diagnostic {
    /// A new error without a place.
    pub fn error(code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, title)
    }

    /// A new warning without a place.
    pub fn warning(code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, title)
    }

    /// A new lint without a place.
    pub fn lint(code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Lint, code, title)
    }

    fn new(severity: Severity, code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity,
            code,
            title: title.into(),
            primary: None,
            secondary: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The same with its main place and what to say there.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.primary = Some(Label { span, text: text.into() });
        self
    }

    /// The same with one more place.
    #[must_use]
    pub fn and(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// The same with one more line `help: …`.
    #[must_use]
    pub fn help(mut self, text: impl AsRef<str>) -> Diagnostic {
        self.notes.push(format!("help: {}", text.as_ref()));
        self
    }

    /// The same with one more line `note: …`.
    #[must_use]
    pub fn note(mut self, text: impl AsRef<str>) -> Diagnostic {
        self.notes.push(format!("note: {}", text.as_ref()));
        self
    }
}
