//! Errors, warnings and lints with their source spans.

use crate::source::Span;

/// Severity of a diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// A style or portability hint, reported only on request.
    Lint,
    /// Accepted, but probably not intended.
    Warning,
    /// The program is invalid.
    Error,
}

/// A source span with a label.
#[derive(Debug, Clone)]
pub struct Label {
    /// Its span.
    pub span: Span,
    /// Text next to the caret; may be empty.
    pub text: String,
}

/// A change of the source that probably resolves a diagnostic.
#[derive(Debug, Clone)]
pub struct Fix {
    /// What is replaced.
    pub span: Span,
    /// The new text; empty if the span is to be removed.
    pub text: String,
}

/// One error, warning or lint.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// Severity of a diagnostic.
    pub severity: Severity,
    /// A stable short name such as `duplicate-field-id`.
    pub code: &'static str,
    /// One-line summary.
    pub title: String,
    /// The main span; `None` only for errors without one, such as a root file that cannot be read.
    pub primary: Option<Label>,
    /// Related spans, such as the first definition.
    pub secondary: Vec<Label>,
    /// `help:` and `note:` lines.
    pub notes: Vec<String>,
    /// The change that the notes propose, if there is one.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// Creates an error without a span.
    pub fn error(code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, title)
    }

    /// Creates a warning without a span.
    pub fn warning(code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, title)
    }

    /// Creates a lint without a span.
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
            fix: None,
        }
    }

    /// Sets the main span and its label.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.primary = Some(Label { span, text: text.into() });
        self
    }

    /// Adds a related span with its label.
    #[must_use]
    pub fn and(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Adds a line `help: …`.
    #[must_use]
    pub fn help(mut self, text: impl AsRef<str>) -> Diagnostic {
        self.notes.push(format!("help: {}", text.as_ref()));
        self
    }

    /// Adds the line `help: did you mean …?`, and the replacement of the main span as the fix.
    #[must_use]
    pub fn did_you_mean(self, near: &str) -> Diagnostic {
        let fixed = match self.primary.as_ref().map(|label| label.span) {
            Some(span) => self.fix(span, near),
            None => self,
        };
        fixed.help(format!("did you mean `{near}`?"))
    }

    /// Sets the fix.
    #[must_use]
    pub fn fix(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.fix = Some(Fix { span, text: text.into() });
        self
    }

    /// Adds a line `note: …`.
    #[must_use]
    pub fn note(mut self, text: impl AsRef<str>) -> Diagnostic {
        self.notes.push(format!("note: {}", text.as_ref()));
        self
    }
}
