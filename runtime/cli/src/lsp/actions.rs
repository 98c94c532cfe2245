//! Quick fixes of diagnostics.

use std::collections::HashMap;
use std::path::PathBuf;

use lsp_types::{CodeAction, CodeActionKind, TextEdit, Uri, WorkspaceEdit};
use thriftly_parser::ast::Header;
use thriftly_parser::codes;
use thriftly_parser::diagnostic::{Diagnostic, Fix};
use thriftly_parser::parse;
use thriftly_parser::source::{FileId, Span};

use super::analysis::View;
use super::workspace::relative;

/// The fixes for the diagnostics of the root file in a range of offsets. `files` are the paths of the workspace.
pub(super) fn actions(
    view: View<'_>,
    uri: &Uri,
    range: std::ops::Range<u32>,
    files: &dyn Fn() -> Vec<PathBuf>,
) -> Vec<CodeAction> {
    let mut actions = Vec::new();
    for diagnostic in &view.analysis.outcome.diagnostics {
        let Some(label) = &diagnostic.primary else { continue };
        let Span { file, start, end } = label.span;
        if file != FileId(0) || start > range.end || end < range.start {
            continue;
        }
        if let Some(fix) = diagnostic.fix.as_ref().filter(|fix| fix.span.file == file) {
            let (title, edit) = of_fix(view, fix);
            actions.push(action(title, uri, edit, true));
        }
        actions.extend(missing_includes(view, uri, diagnostic, files));
    }
    actions
}

fn action(title: String, uri: &Uri, edit: TextEdit, preferred: bool) -> CodeAction {
    #[allow(clippy::mutable_key_type, reason = "the type that the protocol's crate wants")]
    let changes = HashMap::from([(uri.clone(), vec![edit])]);
    CodeAction {
        title,
        kind: Some(CodeActionKind::QUICKFIX),
        edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
        is_preferred: Some(preferred),
        ..CodeAction::default()
    }
}

fn of_fix(view: View<'_>, fix: &Fix) -> (String, TextEdit) {
    let source = view.source(fix.span.file);
    let text = &source.text;
    let Span { start, mut end, .. } = fix.span;
    let old = String::from_utf8_lossy(&text[start as usize..end as usize]).into_owned();
    let title = match fix.text.as_str() {
        "" => format!("Remove `{old}`"),
        new => format!("Replace `{old}` with `{new}`"),
    };
    if fix.text.is_empty() {
        // With the blanks behind it, and with its line if nothing else is in it.
        let rest = &text[end as usize..];
        end += rest.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count() as u32;
        let alone = source.line_start(source.line_of(start as usize)) == start as usize;
        let rest = &text[end as usize..];
        if alone && (rest.starts_with(b"\n") || rest.starts_with(b"\r\n")) {
            end += if rest[0] == b'\r' { 2 } else { 1 };
        }
    }
    let range = view.range(Span { end, ..fix.span });
    (title, TextEdit { range, new_text: fix.text.clone() })
}

/// Includes that would define the `shared` of a `shared.Color`.
fn missing_includes(
    view: View<'_>,
    uri: &Uri,
    diagnostic: &Diagnostic,
    files: &dyn Fn() -> Vec<PathBuf>,
) -> Vec<CodeAction> {
    let unknown = [codes::UNKNOWN_TYPE, codes::UNKNOWN_VALUE, codes::UNKNOWN_SERVICE];
    let Some(label) = diagnostic.primary.as_ref().filter(|_| unknown.contains(&diagnostic.code))
    else {
        return Vec::new();
    };
    let source = view.source(FileId(0));
    let name = &source.text[label.span.start as usize..label.span.end as usize];
    let name = String::from_utf8_lossy(name);
    let Some(prefix) = name.split('.').next().filter(|prefix| prefix.len() < name.len()) else {
        return Vec::new();
    };
    let root = &view.program().files[0];
    let includes_it =
        root.includes.iter().any(|one| view.program().file(one.file).prefix == prefix);
    let Some(directory) = view.analysis.paths[0].parent().filter(|_| !includes_it) else {
        return Vec::new();
    };
    let (tree, _) = parse(&source.text);
    let last = tree.headers.iter().rfind(|header| matches!(header, Header::Include(_)));
    let line = last.map_or(0, |header| source.line_of(header.span().end as usize) + 1);
    let start = view.encoding.position(source, source.line_start(line) as u32);
    let candidates = files().into_iter().filter(|path| {
        path.file_stem().is_some_and(|stem| stem == prefix) && path != &view.analysis.paths[0]
    });
    let actions = candidates.map(|path| {
        let path = relative(&path, directory).display().to_string().replace('\\', "/");
        let range = lsp_types::Range { start, end: start };
        // Behind a last line without an end.
        let broken = line > 0 && source.line_start(line) == source.text.len();
        let lead = if broken && !source.text.ends_with(b"\n") { "\n" } else { "" };
        let new_text = format!("{lead}include {path:?}\n");
        action(format!("Include {path:?}"), uri, TextEdit { range, new_text }, false)
    });
    actions.take(10).collect()
}
