//! Doc text: which comment documents what, and how it is cleaned.
//!
//! The rule is Apache's: there is one pending doc comment, each `/** … */` replaces it, and the next field, value,
//! function or definition takes it. Headers drop it, and so does the end of a body, where it could only document
//! something far away by accident.

use crate::ast::{Definition, Field, File, Function};
use crate::lexer::{Comment, CommentKind};
use crate::source::Span;

/// The text inside a doc comment: marks, the stars in front of lines and the common indent removed.
///
/// ```
/// let text = thriftly_parser::doc::clean(b"/**\n * Sleeps.\n *   Really.\n */");
/// assert_eq!(text, "Sleeps.\n  Really.\n");
/// ```
pub fn clean(comment: &[u8]) -> String {
    let inside = comment.strip_prefix(b"/**").unwrap_or(comment);
    let inside = inside.strip_suffix(b"*/").unwrap_or(inside);
    let text = String::from_utf8_lossy(inside).replace('\r', "");
    let mut lines: Vec<&str> = text.split('\n').collect();
    if lines.last().is_some_and(|line| is_blank(line)) {
        lines.pop();
    }
    let Some((first, rest)) = lines.split_first_mut() else { return String::new() };
    *first = first.trim_start_matches([' ', '\t']);
    remove_stars(rest);
    remove_indent(rest);
    let skip = usize::from(is_blank(lines[0]));
    let mut cleaned = String::with_capacity(text.len());
    for line in &lines[skip..] {
        cleaned.push_str(line.trim_end_matches([' ', '\t']));
        cleaned.push('\n');
    }
    cleaned
}

/// Removes one indent and star that all lines with text have.
fn remove_stars(lines: &mut [&str]) {
    let mut prefix = None;
    for line in lines.iter().filter(|line| !is_blank(line)) {
        let indent = indent_of(line);
        if !line[indent..].starts_with('*')
            || prefix.is_some_and(|prefix| prefix != &line[..indent])
        {
            return;
        }
        prefix = Some(&line[..indent]);
    }
    if let Some(prefix) = prefix {
        for line in lines {
            *line = line.get(prefix.len() + 1..).unwrap_or("");
        }
    }
}

/// Removes the indent that all lines with text have.
fn remove_indent(lines: &mut [&str]) {
    let indents = lines.iter().filter(|line| !is_blank(line)).map(|line| indent_of(line));
    let common = indents.min().unwrap_or(0);
    for line in lines {
        *line = line.get(common..).unwrap_or("");
    }
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

fn is_blank(line: &str) -> bool {
    indent_of(line) == line.len()
}

/// Gives each definition, field, enum value and function of the file its doc text, and the file its own.
pub(crate) fn attach(file: &mut File, text: &[u8]) {
    let comments = std::mem::take(&mut file.comments);
    let mut docs = Docs {
        text,
        comments: comments.iter().filter(is_doc as fn(&&Comment) -> bool),
        next: None,
    };
    docs.advance();
    let headers_end = file.headers.last().map(|header| header.span().end);
    if let Some(first) = file.headers.first() {
        let first_doc = docs.next.filter(|span| span.end <= first.span().start);
        file.doc = first_doc.map(|span| docs.cleaned(span));
    }
    docs.drop_before(headers_end.unwrap_or(0));
    for definition in &mut file.definitions {
        docs.definition(definition);
    }
    file.comments = comments;
}

fn is_doc(comment: &&Comment) -> bool {
    comment.kind == CommentKind::Doc
}

struct Docs<'a, I> {
    text: &'a [u8],
    comments: I,
    /// The first doc comment that nothing has taken or dropped.
    next: Option<Span>,
}

impl<'a, I: Iterator<Item = &'a Comment>> Docs<'a, I> {
    fn definition(&mut self, definition: &mut Definition) {
        match definition {
            Definition::Const(node) => {
                node.doc = self.take(node.span.start);
                self.drop_before(node.span.end);
            }
            Definition::Typedef(node) => {
                node.doc = self.take(node.span.start);
                self.drop_before(node.span.end);
            }
            Definition::Enum(node) => {
                node.doc = self.take(node.span.start);
                for value in &mut node.values {
                    value.doc = self.take(value.span.start);
                }
                self.drop_before(node.span.end);
            }
            Definition::Struct(node) => {
                node.doc = self.take(node.span.start);
                self.fields(&mut node.fields);
                self.drop_before(node.span.end);
            }
            Definition::Service(node) => {
                node.doc = self.take(node.span.start);
                for function in &mut node.functions {
                    self.function(function);
                }
                self.drop_before(node.span.end);
            }
        }
    }

    fn function(&mut self, function: &mut Function) {
        function.doc = self.take(function.span.start);
        self.fields(&mut function.arguments);
        self.fields(&mut function.throws);
    }

    fn fields(&mut self, fields: &mut [Field]) {
        for field in fields {
            field.doc = self.take(field.span.start);
        }
    }

    /// The pending doc text at an offset, cleaned.
    fn take(&mut self, offset: u32) -> Option<String> {
        let mut pending = None;
        while let Some(span) = self.next.filter(|span| span.end <= offset) {
            pending = Some(span);
            self.advance();
        }
        pending.map(|span| self.cleaned(span))
    }

    fn drop_before(&mut self, offset: u32) {
        while self.next.is_some_and(|span| span.end <= offset) {
            self.advance();
        }
    }

    fn advance(&mut self) {
        self.next = self.comments.next().map(|comment| comment.span);
    }

    fn cleaned(&self, span: Span) -> String {
        clean(&self.text[span.start as usize..span.end as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_keeps_only_its_text() {
        assert_eq!(clean(b"/** x */"), "x\n");
        assert_eq!(clean(b"/**x*/"), "x\n");
        assert_eq!(clean(b"/*** x */"), "* x\n");
        assert_eq!(clean(b"/** */"), "");
    }

    #[test]
    fn stars_go_only_if_every_line_has_them_at_one_indent() {
        assert_eq!(clean(b"/**\n * a\n *\n *  b\n */"), "a\n\n b\n");
        assert_eq!(clean(b"/**\n * a\n   b\n */"), "* a\n  b\n");
        assert_eq!(clean(b"/**\n * a\n   * b\n */"), "* a\n  * b\n");
    }

    #[test]
    fn the_common_indent_goes_and_the_rest_stays() {
        assert_eq!(clean(b"/** a\n     b\n       c  \n\n*/"), "a\nb\n  c\n\n");
        assert_eq!(clean(b"/**\r\n * a\r\n */"), "a\n");
    }

    #[test]
    fn text_that_is_not_ascii_survives() {
        assert_eq!(clean("/**\n * é\n * ü\n */".as_bytes()), "é\nü\n");
        assert_eq!(clean("/**\n é\nü\n */".as_bytes()), " é\nü\n");
    }
}
