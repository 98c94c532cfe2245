//! Writes items and lists.

use super::comment::{Moved, indent_before};
use super::tree::{Group, Item, Layout, List, Node, Note, Style};
use crate::lexer::CommentKind;

/// Longest line, in columns, before its lists are broken.
const WIDTH: usize = 100;

/// Indent of the contents of a bracket.
const INDENT: usize = 4;

pub(super) struct Printer<'a> {
    text: &'a [u8],
    line_end: &'static [u8],
    /// Whether the items of bodies end with commas.
    commas: bool,
    out: Vec<u8>,
}

/// Kind of the last thing written, as far as it matters for the next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// The start of a line.
    Indent,
    /// A comment that allows more on its line.
    Note,
    /// Anything else.
    Other,
}

impl<'a> Printer<'a> {
    pub(super) fn new(text: &'a [u8]) -> Printer<'a> {
        let first = text.iter().position(|&byte| byte == b'\n');
        let windows = first.is_some_and(|at| text[..at].ends_with(b"\r"));
        let line_end: &[u8] = if windows { b"\r\n" } else { b"\n" };
        Printer { text, line_end, commas: false, out: Vec::with_capacity(text.len()) }
    }

    /// The whole file.
    pub(super) fn file(mut self, layout: &Layout) -> Vec<u8> {
        self.commas = layout.commas;
        let mut above = None;
        for (group, item) in &layout.items {
            let apart = above.is_some_and(|above| above != *group || above == Group::Body);
            self.item(item, 0, if apart { Blank::Always } else { Blank::Keep });
            self.notes_after(&item.after);
            above = Some(*group);
        }
        self.notes(&layout.tail, 0, Blank::Keep);
        if !self.out.is_empty() {
            self.out.extend_from_slice(self.line_end);
        }
        self.out
    }

    /// An item on a line of its own, with the comments above it.
    fn item(&mut self, item: &Item, indent: usize, blank: Blank) {
        let (glued, blank) = self.notes(&item.before, indent, blank);
        if glued && item.lines == 0 {
            self.out.push(b' ');
        } else {
            self.line(indent, blank.wanted(item.lines));
        }
        self.nodes(&item.nodes, indent);
    }

    /// Comments above something, each on its line unless the author had them on one. Returns whether more can follow
    /// on the line of the last one, and which blank lines may come next.
    fn notes(&mut self, notes: &[Note], indent: usize, mut blank: Blank) -> (bool, Blank) {
        let mut glued = false;
        for note in notes {
            if glued && note.lines == 0 {
                self.out.push(b' ');
            } else {
                self.line(indent, blank.wanted(note.lines));
            }
            self.note(note);
            glued = note.is_inline();
            blank = Blank::Keep;
        }
        (glued, blank)
    }

    /// Comments after something, on its line.
    fn notes_after(&mut self, notes: &[Note]) {
        for note in notes {
            self.out.push(b' ');
            self.note(note);
        }
    }

    fn nodes(&mut self, nodes: &[Node], indent: usize) {
        let mut last = Last::Indent;
        for (at, node) in nodes.iter().enumerate() {
            let space = match (node, last) {
                (_, Last::Indent) => false,
                (_, Last::Note) | (Node::Note(_), _) => true,
                (Node::Token { space, .. }, _) => *space,
                (Node::List(list), _) => list.space,
            };
            if space {
                self.out.push(b' ');
            }
            last = Last::Other;
            match node {
                Node::Token { start, end, .. } => {
                    self.out.extend_from_slice(&self.text[*start..*end])
                }
                Node::Note(note) => {
                    self.note(note);
                    last = Last::Note;
                    if note.kind == CommentKind::Line {
                        self.line(indent + INDENT, false);
                        last = Last::Indent;
                    }
                }
                Node::List(list) => self.list(list, indent, &nodes[at + 1..]),
            }
        }
    }

    /// A list and the rest of its item.
    fn list(&mut self, list: &List, indent: usize, rest: &[Node]) {
        if !self.breaks(list, rest) {
            return self.flat_list(list);
        }
        self.out.push(list.open);
        self.notes_after(&list.head);
        for (at, item) in list.items.iter().enumerate() {
            let blank = if at == 0 { Blank::Never } else { Blank::Keep };
            self.item(item, indent + INDENT, blank);
            if self.commas || list.style == Style::Flow {
                self.out.push(b',');
            }
            self.notes_after(&item.after);
        }
        let blank = if list.items.is_empty() { Blank::Never } else { Blank::Keep };
        self.notes(&list.tail, indent + INDENT, blank);
        self.line(indent, false);
        self.out.push(list.close);
    }

    fn breaks(&self, list: &List, rest: &[Node]) -> bool {
        if list.is_empty() {
            return false;
        }
        // The rest of the line has to fit too, up to the next place where it can break.
        let mut after = 1;
        for node in rest {
            after += match node {
                Node::List(list) if !list.is_empty() => usize::from(list.space) + 1,
                node => node.width(),
            };
            if node.is_tall() || matches!(node, Node::List(list) if !list.is_empty()) {
                break;
            }
        }
        list.tall || self.column() + list.width + after > WIDTH + usize::from(list.space)
    }

    /// A list on one line.
    fn flat_list(&mut self, list: &List) {
        self.out.push(list.open);
        for (at, item) in list.items.iter().enumerate() {
            if at > 0 {
                self.out.push(b' ');
            }
            for note in &item.before {
                self.note(note);
                self.out.push(b' ');
            }
            // The whole fits, so no part of it can break, and the indent does not matter.
            self.nodes(&item.nodes, 0);
            if at + 1 < list.items.len() {
                self.out.push(b',');
            }
            self.notes_after(&item.after);
        }
        for (at, note) in list.tail.iter().enumerate() {
            if at > 0 || !list.items.is_empty() {
                self.out.push(b' ');
            }
            self.note(note);
        }
        self.out.push(list.close);
    }

    fn note(&mut self, note: &Note) {
        let to = indent_before(&self.out, self.out.len()).to_vec();
        let moved = Moved {
            text: &self.text[note.start..note.end],
            kind: note.kind,
            from: indent_before(self.text, note.start),
            first: self.line_so_far().len() == to.len(),
            to: &to,
        };
        for (at, line) in moved.lines().iter().enumerate() {
            if at > 0 {
                self.out.extend_from_slice(self.line_end);
            }
            self.out.extend_from_slice(line);
        }
    }

    /// Starts a line, after a blank one if wanted.
    fn line(&mut self, indent: usize, blank: bool) {
        if !self.out.is_empty() {
            self.out.extend_from_slice(self.line_end);
            if blank {
                self.out.extend_from_slice(self.line_end);
            }
        }
        self.out.resize(self.out.len() + indent, b' ');
    }

    fn line_so_far(&self) -> &[u8] {
        let start = self.out.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        &self.out[start..]
    }

    fn column(&self) -> usize {
        String::from_utf8_lossy(self.line_so_far()).chars().count()
    }
}

/// Whether there is a blank line above something.
#[derive(Clone, Copy)]
enum Blank {
    /// Yes.
    Always,
    /// If the author wrote one.
    Keep,
    /// No.
    Never,
}

impl Blank {
    fn wanted(self, lines: usize) -> bool {
        match self {
            Blank::Always => true,
            Blank::Keep => lines > 1,
            Blank::Never => false,
        }
    }
}
