//! Formatting of a document, as edits of the lines that change.

use lsp_types::{Position, Range, TextEdit};
use similar::{DiffOp, TextDiff};
use thriftly_parser::{Options, format};

/// The edits that lay a text out; none if it has syntax errors, which are reported as diagnostics anyhow.
pub(super) fn edits(text: &str, options: &Options) -> Vec<TextEdit> {
    let Some(new) = format(text, options).ok().and_then(|new| String::from_utf8(new).ok()) else {
        return Vec::new();
    };
    let lines: Vec<&str> = new.split_inclusive('\n').collect();
    let old: Vec<&str> = text.split_inclusive('\n').collect();
    let difference = TextDiff::from_slices(&old, &lines);
    let start = |line: usize| match old.get(line) {
        Some(_) => Position::new(line as u32, 0),
        // The end of a text without a line break at its end; every client takes a column that is too large for it.
        None if !text.is_empty() && !text.ends_with('\n') => {
            Position::new(line as u32 - 1, u32::MAX >> 1)
        }
        None => Position::new(line as u32, 0),
    };
    let changed = difference.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    let edits = changed.map(|op| {
        let range = op.old_range();
        TextEdit {
            range: Range { start: start(range.start), end: start(range.end) },
            new_text: lines[op.new_range()].concat(),
        }
    });
    edits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::position::Encoding;

    fn applied(text: &str) -> String {
        let mut new = text.to_owned();
        for edit in edits(text, &Options::default()).iter().rev() {
            new.replace_range(Encoding::Utf16.offsets(text, edit.range), &edit.new_text);
        }
        new
    }

    #[test]
    fn the_edits_make_the_formatted_text() {
        for text in [
            "struct A{1:i32 a}",
            "struct A {\n    1: i32 a\n}\nenum E{A}\n\n\n\nstruct B {\n    1: i32 b\n}\n",
            "struct A {\r\n  1: i32 a }\r\n",
            "// only a comment",
            "",
            "\n\n",
        ] {
            let formatted = format(text, &Options::default()).unwrap();
            assert_eq!(applied(text).as_bytes(), formatted, "{text:?}");
        }
    }

    #[test]
    fn lines_that_do_not_change_are_left_alone() {
        let text = "struct A {\n    1: i32 a\n}\n\nenum E{A}\n";
        let edits = edits(text, &Options::default());
        assert!(edits.iter().all(|edit| edit.range.start.line >= 4), "{edits:?}");
        assert_eq!(applied("struct {"), "struct {");
    }
}
