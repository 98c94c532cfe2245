//! Doc text of the IDL as Markdown for rustdoc.
//!
//! The text was not written for rustdoc: indented lines and fences are no doctests, brackets no links to items,
//! `list<i32>` no HTML. Paragraphs, lists, fences and links of Markdown are kept, and the usual tags of HTML and
//! Javadoc become Markdown. Whatever the text is, rustdoc has no warning about it and no test in it.

mod inline;

pub(crate) use inline::code_span;

/// Where indented code begins, in columns behind the text around it.
const CODE: usize = 4;

/// Doc text as Markdown without anything that a reader of Markdown would run, load or render as HTML.
///
/// ```
/// use thriftly_codegen::markdown::text;
///
/// assert_eq!(text("A <code>list<i32></code>.\n\n<script>alert(1)</script>"), "A `list<i32>`.\n\n\\<script>alert(1)\\</script>");
/// ```
pub fn text(doc: &str) -> String {
    let lines = lines(doc);
    let lines: Vec<&str> =
        lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n")
}

/// The lines for `#[doc]` attributes, each with the blank that people write after `///`.
pub(crate) fn lines(text: &str) -> Vec<String> {
    let mut writer = Writer::default();
    let lines: Vec<Line<'_>> = text.lines().map(Line::of).flat_map(Line::without_breaks).collect();
    let mut rest = lines.as_slice();
    while !rest.is_empty() {
        rest = writer.block(rest);
    }
    writer.finish()
}

/// A line without its indent.
#[derive(Clone, Copy)]
struct Line<'a> {
    /// In columns; a tab goes to the next multiple of four.
    indent: usize,
    text: &'a str,
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Line<'a> {
        let text = line.trim_start_matches([' ', '\t']);
        let blanks = line[..line.len() - text.len()].chars();
        let indent =
            blanks.fold(0, |at, blank| if blank == '\t' { at / 4 * 4 + 4 } else { at + 1 });
        Line { indent, text: text.trim_end() }
    }

    /// The line, with a blank one in place of tags at its beginning that separate paragraphs.
    fn without_breaks(self) -> impl Iterator<Item = Line<'a>> {
        let text = inline::without_breaks(self.text);
        let blank = (text.len() < self.text.len()).then_some(Line { indent: 0, text: "" });
        blank.into_iter().chain([Line { text, ..self }])
    }

    /// The line with blanks for its indent beyond `from`.
    fn indented(self, from: usize) -> String {
        match self.text {
            "" => String::new(),
            text => format!("{}{text}", " ".repeat(self.indent.saturating_sub(from))),
        }
    }
}

/// An item of a list that is open.
struct Item {
    /// The column of its marker in the source.
    indent: usize,
    /// The column of its text in the source.
    text: usize,
    /// The column of its text in the output.
    column: usize,
}

#[derive(Default)]
struct Writer {
    lines: Vec<String>,
    items: Vec<Item>,
    /// The lines of the paragraph that is read, with the indent of the first.
    paragraph: Vec<String>,
    indent: usize,
    /// The marker of the item that the paragraph begins.
    marker: String,
}

impl Writer {
    /// Writes what begins with the first line. Returns the lines after it.
    fn block<'a>(&mut self, lines: &'a [Line<'a>]) -> &'a [Line<'a>] {
        let [line, rest @ ..] = lines else { return lines };
        if line.text.is_empty() {
            self.end_paragraph();
            self.blank();
            return rest;
        }
        if let Some(fence) = Fence::opening(line.text) {
            self.begin_block(line.indent);
            return self.fence(&fence, line.indent, rest);
        }
        if let Some(rest) = self.preformatted(lines) {
            return rest;
        }
        if is_rule(line.text) {
            self.end_paragraph();
            self.items.clear();
            self.blank();
            self.push(0, "---");
            self.blank();
            return rest;
        }
        if let Some((marker, text)) = self.item(line.text) {
            return self.begin_item(*line, &marker, text, rest);
        }
        // A tag of Javadoc stands on a line of its own.
        if is_tag(line.text) {
            self.end_paragraph();
            self.blank();
        }
        let announced = self.paragraph.last().is_some_and(|last| last.ends_with(':'));
        if !self.paragraph.is_empty() && announced && line.indent >= self.indent + CODE {
            self.end_paragraph();
            return self.indented_code(lines, self.indent + CODE);
        }
        if self.paragraph.is_empty() {
            self.close_items(line.indent);
            let text = self.items.last().map_or(0, |item| item.text);
            if line.indent >= text + CODE {
                return self.indented_code(lines, text + CODE);
            }
            self.indent = line.indent;
        }
        self.paragraph.push(line.text.to_owned());
        rest
    }

    /// Closes the items that a line with the indent does not belong to.
    fn close_items(&mut self, indent: usize) {
        while self.items.pop_if(|item| indent <= item.indent).is_some() {}
    }

    fn begin_block(&mut self, indent: usize) {
        self.end_paragraph();
        self.close_items(indent);
    }

    /// The column of text in the innermost item.
    fn column(&self) -> usize {
        self.items.last().map_or(0, |item| item.column)
    }

    /// The marker and the text of an item of a list.
    fn item<'a>(&self, line: &'a str) -> Option<(String, &'a str)> {
        if let Some(text) = inline::item_tag(line) {
            return Some(("-".to_owned(), text));
        }
        let (marker, text) = line.split_once(' ').unwrap_or((line, ""));
        let text = text.trim_start();
        let number = marker.strip_suffix(['.', ')']);
        let is_number = number.is_some_and(|number| {
            (1..=9).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        // Within a paragraph a line may begin with a number or a minus by chance.
        let in_paragraph = !self.paragraph.is_empty() && self.items.is_empty();
        match marker {
            "-" | "*" | "+" if !(in_paragraph && text.is_empty()) => {
                Some((marker.to_owned(), text))
            }
            _ if is_number && (!in_paragraph || number == Some("1")) => {
                Some((marker.to_owned(), text))
            }
            _ => None,
        }
    }

    fn begin_item<'a>(
        &mut self,
        line: Line<'a>,
        marker: &str,
        text: &'a str,
        rest: &'a [Line<'a>],
    ) -> &'a [Line<'a>] {
        self.end_paragraph();
        self.close_items(line.indent);
        let column = self.column();
        self.items.push(Item {
            indent: line.indent,
            text: line.indent + line.text.len() - text.len(),
            column: column + marker.len() + 1,
        });
        let marker = format!("{}{marker}", " ".repeat(column));
        if let Some(fence) = Fence::opening(text) {
            self.push(0, &marker);
            let text = line.indent + line.text.len() - text.len();
            return self.fence(&fence, text, rest);
        }
        self.indent = line.indent;
        self.marker = marker;
        self.paragraph.push(text.to_owned());
        rest
    }

    /// The code up to the closing fence, or to the end if there is none.
    fn fence<'a>(&mut self, fence: &Fence, indent: usize, lines: &'a [Line<'a>]) -> &'a [Line<'a>] {
        let end = lines.iter().position(|line| fence.is_closed_by(line.text));
        let code = &lines[..end.unwrap_or(lines.len())];
        self.code(code.iter().map(|line| line.indented(indent)).collect());
        &lines[end.map_or(lines.len(), |end| end + 1)..]
    }

    /// The text between `<pre>` and `</pre>`, if the first line begins with the former.
    fn preformatted<'a>(&mut self, lines: &'a [Line<'a>]) -> Option<&'a [Line<'a>]> {
        let first = inline::after_tag(lines.first()?.text, "pre")?;
        let end = lines.iter().position(|line| inline::split_at_end(line.text, "pre").is_some())?;
        self.begin_block(lines[0].indent);
        let mut code: Vec<String> = lines[..=end].iter().map(|line| line.indented(0)).collect();
        code[0] = first.to_owned();
        let last = code.len() - 1;
        let (inside, after) = inline::split_at_end(&code[last], "pre")?;
        let after = after.trim().to_owned();
        code[last] = inside.trim_end().to_owned();
        if let [first, .., last] = &code[..] {
            let skip_last = last.is_empty();
            let skip_first = first.is_empty();
            code.truncate(code.len() - usize::from(skip_last));
            code.drain(..usize::from(skip_first));
        }
        let common = code.iter().filter(|line| !line.is_empty());
        let common = common.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
        let code = code.iter().map(|line| inline::decoded(line.get(common..).unwrap_or("")));
        self.code(code.collect());
        if !after.is_empty() {
            self.paragraph.push(after);
        }
        Some(&lines[end + 1..])
    }

    /// Lines that are indented by at least `from` columns, and blank ones between them.
    fn indented_code<'a>(&mut self, lines: &'a [Line<'a>], from: usize) -> &'a [Line<'a>] {
        let is_code = |line: &Line<'_>| line.text.is_empty() || line.indent >= from;
        let mut count = lines.iter().take_while(|line| is_code(line)).count();
        while count > 0 && lines[count - 1].text.is_empty() {
            count -= 1;
        }
        let (code, rest) = lines.split_at(count);
        let filled = code.iter().filter(|line| !line.text.is_empty());
        let common = filled.map(|line| line.indent).min().unwrap_or(0);
        self.code(code.iter().map(|line| line.indented(common)).collect());
        rest
    }

    /// Code of any language, in a fence that nothing in it closes.
    fn code(&mut self, code: Vec<String>) {
        let column = self.column();
        let longest = code.iter().map(|line| inline::longest_run(line)).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        self.push(column, &format!("{fence}text"));
        code.iter().for_each(|line| self.push(column, line));
        self.push(column, &fence);
        self.indent = 0;
    }

    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        let marker = std::mem::take(&mut self.marker);
        if paragraph.is_empty() {
            return;
        }
        if marker.is_empty() && inline::is_drawing(&paragraph) {
            return self.code(paragraph);
        }
        let column = self.column();
        let text = inline::convert(&paragraph.join("\n"));
        for (at, line) in text.lines().enumerate() {
            let line = inline::harmless(line, at == 0 && !marker.is_empty());
            match at {
                0 if !marker.is_empty() => self.push(0, format!("{marker} {line}").trim_end()),
                _ => self.push(column, &line),
            }
        }
    }

    fn push(&mut self, column: usize, line: &str) {
        self.lines.push(match line {
            "" => String::new(),
            line => format!(" {}{line}", " ".repeat(column)),
        });
    }

    /// A blank line, unless there is one.
    fn blank(&mut self) {
        if self.lines.last().is_some_and(|last| !last.is_empty()) {
            self.lines.push(String::new());
        }
    }

    fn finish(mut self) -> Vec<String> {
        self.end_paragraph();
        while self.lines.pop_if(|line| line.is_empty()).is_some() {}
        self.lines
    }
}

/// The line that opens a block of code.
struct Fence {
    mark: char,
    length: usize,
}

impl Fence {
    fn opening(line: &str) -> Option<Fence> {
        let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
        let rest = line.trim_start_matches(mark);
        let length = line.len() - rest.len();
        // Else it is code within a line.
        let is_fence = length >= 3 && !(mark == '`' && rest.contains('`'));
        is_fence.then_some(Fence { mark, length })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        line.len() >= self.length && line.trim_start_matches(self.mark).is_empty()
    }
}

/// `---`, `***` or `_ _ _`.
fn is_rule(line: &str) -> bool {
    let mut marks = line.chars().filter(|letter| *letter != ' ');
    match marks.next() {
        Some(mark @ ('-' | '*' | '_')) => {
            let rest: Vec<char> = marks.collect();
            rest.len() >= 2 && rest.iter().all(|letter| *letter == mark)
        }
        _ => false,
    }
}

/// `@param` and its like.
fn is_tag(line: &str) -> bool {
    line.strip_prefix('@')
        .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests;
