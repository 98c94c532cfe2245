//! Text layout of diagnostics: title, source lines with carets, notes.

use std::fmt::Write;

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::{Source, Sources};

/// Longest part of a line that is shown, in columns.
const WIDTH: usize = 120;

/// Replacement for a tab.
const TAB: &str = "    ";

impl Diagnostic {
    /// Formats the diagnostic like rustc, without colours and without a trailing newline.
    ///
    /// ```
    /// use thriftly_parser::{Options, load_str};
    ///
    /// let outcome = load_str("sleep.thrift", "struct Sleep {\n  1: Strng name\n}", &Options::default());
    /// assert_eq!(
    ///     outcome.diagnostics[0].render(&outcome.sources),
    ///     "\
    /// error: unknown type `Strng` [unknown-type]
    ///  --> sleep.thrift:2:6
    ///   |
    /// 2 |   1: Strng name
    ///   |      ^^^^^ not found in this file
    ///   |
    ///   = help: did you mean `string`?"
    /// );
    /// ```
    pub fn render(&self, sources: &Sources) -> String {
        render(self, sources)
    }
}

fn render(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Lint => "lint",
    };
    let mut out = format!("{severity}: {} [{}]", diagnostic.title, diagnostic.code);
    let labels = diagnostic.primary.iter().map(|label| (label, '^'));
    let labels: Vec<_> =
        labels.chain(diagnostic.secondary.iter().map(|label| (label, '-'))).collect();
    let snippets: Vec<_> =
        labels.iter().map(|(label, mark)| Snippet::new(label, *mark, sources)).collect();
    let gutter = snippets.iter().map(|snippet| snippet.line.to_string().len()).max().unwrap_or(0);

    for (index, snippet) in snippets.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| &snippets[index]);
        let arrow = if index == 0 { "-->" } else { ":::" };
        // Labels of one line are grouped under it.
        if !before.is_some_and(|before| before.path == snippet.path && before.line == snippet.line)
        {
            if index > 0 {
                let _ = write!(out, "\n{:gutter$} |", "");
            }
            let Snippet { path, line, column, .. } = snippet;
            let _ = write!(out, "\n{:gutter$}{arrow} {path}:{line}:{column}\n{:gutter$} |", "", "");
            let _ = write!(out, "\n{line:gutter$} | {}", snippet.text);
        }
        let _ = write!(out, "\n{:gutter$} | {}", "", snippet.marks);
    }
    if !snippets.is_empty() && !diagnostic.notes.is_empty() {
        let _ = write!(out, "\n{:gutter$} |", "");
    }
    for note in &diagnostic.notes {
        let mut lines = note.lines();
        let _ = write!(out, "\n{:gutter$} = {}", "", lines.next().unwrap_or(""));
        for line in lines {
            let _ = write!(out, "\n{:gutter$}   {line}", "");
        }
    }
    // Lines without text after the bar have no blanks at their end.
    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    lines.join("\n")
}

/// One label with its source line, ready to be printed.
struct Snippet {
    path: String,
    line: usize,
    column: u32,
    text: String,
    marks: String,
}

impl Snippet {
    fn new(label: &Label, mark: char, sources: &Sources) -> Snippet {
        let source = sources.file(label.span.file);
        let start = (label.span.start as usize).min(source.text.len());
        let line = source.line_of(start);
        let (text, marks) = line_and_marks(source, line, start, label.span.end as usize, mark);
        Snippet {
            path: source.path.display().to_string(),
            line: line + 1,
            column: source.position(start as u32).column,
            text,
            marks: format!("{marks} {}", label.text),
        }
    }
}

/// The line as it is shown, and the marks under the range from `start` to `end`.
fn line_and_marks(
    source: &Source,
    line: usize,
    start: usize,
    end: usize,
    mark: char,
) -> (String, String) {
    let bytes = source.line(line);
    let offset = source.line_start(line);
    let within = |at: usize| at.saturating_sub(offset).min(bytes.len());
    let (start, end) = (within(start), within(end.max(start)));

    // Only the part around the span is looked at, so that a very long line costs nothing.
    let from = start.saturating_sub(WIDTH * 4);
    let to = (start + WIDTH * 4).min(bytes.len());
    let before = shown(&bytes[from..start]);
    let inside = shown(&bytes[start..end.min(to)]);
    let after = shown(&bytes[end.min(to)..to]);

    let (mut before, mut cut_before) = (before, from > 0);
    let mut column = columns(&before);
    if column > WIDTH / 2 && column + columns(&inside) + columns(&after) > WIDTH {
        let drop = column - WIDTH / 2;
        before = skip_columns(&before, drop);
        column = columns(&before);
        cut_before = true;
    }
    let mut text = format!("{before}{inside}{after}");
    let mut marked = columns(&inside).max(1);
    let room = WIDTH - if cut_before { 1 } else { 0 };
    let cut_after = to < bytes.len() || columns(&text) > room;
    text = take_columns(&text, room);
    marked = marked.min(room.saturating_sub(column).max(1));
    let marks: String = std::iter::repeat_n(' ', column + usize::from(cut_before))
        .chain(std::iter::repeat_n(mark, marked))
        .collect();
    let lead = if cut_before { "…" } else { "" };
    let trail = if cut_after { "…" } else { "" };
    (format!("{lead}{}{trail}", text), marks)
}

/// Text of known width: tabs become spaces, control characters and invalid UTF-8 one replacement each.
fn shown(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for character in String::from_utf8_lossy(bytes).chars() {
        match character {
            '\t' => text.push_str(TAB),
            // Text that runs from right to left would move the carets, and other controls the whole screen.
            '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}'
            | '\u{FEFF}' => {
                text.push('\u{FFFD}');
            }
            _ if character.is_control() => text.push('\u{FFFD}'),
            _ => text.push(character),
        }
    }
    text
}

fn columns(text: &str) -> usize {
    text.chars().map(width).sum()
}

fn skip_columns(text: &str, columns: usize) -> String {
    let mut skipped = 0;
    let rest = text.chars().skip_while(|&character| {
        let skip = skipped < columns;
        skipped += width(character);
        skip
    });
    rest.collect()
}

fn take_columns(text: &str, columns: usize) -> String {
    let mut taken = 0;
    let start = text.chars().take_while(|&character| {
        taken += width(character);
        taken <= columns
    });
    start.collect()
}

/// How many columns of a terminal a character takes: the wide blocks of East Asian scripts and pictures take two,
/// marks that combine with the character before them take none.
fn width(character: char) -> usize {
    match character as u32 {
        0x0300..=0x036F | 0x20D0..=0x20FF | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF => {
            2
        }
        0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1F64F
        | 0x1F900..=0x1F9FF => 2,
        0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}
