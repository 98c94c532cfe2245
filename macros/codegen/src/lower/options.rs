//! Checks that every entry of an option matches something.

use proc_macro2::Span;
use thriftly_parser::closest;
use thriftly_parser::diagnostic::Diagnostic;

use super::Lowerer;
use crate::codes;

impl Lowerer<'_> {
    /// An error for each entry of an option that matches nothing, with the place of the entry.
    pub(super) fn unused_options(&self) -> Vec<(Span, Diagnostic)> {
        let mut unused = self.unused_unmarked();
        for entry in &self.options.with {
            if !self.written_paths().any(|(path, _)| path == entry.key) {
                let paths = self.written_paths().map(|(path, _)| path);
                let title =
                    format!("no file includes {:?}, which `with` gives a module", entry.key);
                unused.push((entry.span, unused_entry(title, &entry.key, paths)));
            }
        }
        unused
    }
}

/// An error about an entry, with the candidate that was probably meant.
fn unused_entry<'a>(
    title: String,
    key: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let error = Diagnostic::error(codes::UNUSED_OPTION, title);
    let mut all: Vec<&str> = candidates.collect();
    all.sort_unstable();
    all.dedup();
    if let Some(near) = closest(key, all.iter().copied()) {
        return error.help(format!("did you mean {near:?}?"));
    }
    match all.len() {
        0 => error.note("no file is included"),
        1..=10 => error.note(format!("the included files are {}", all.join(", "))),
        _ => error,
    }
}
