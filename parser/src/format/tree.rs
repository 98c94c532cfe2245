//! What is laid out: items of nodes, lists of items.

use crate::lexer::CommentKind;

/// A comment, with what the author's line ends say about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Note {
    /// Which form.
    pub(super) kind: CommentKind,
    /// Offset of its first byte.
    pub(super) start: usize,
    /// Offset just after its last byte.
    pub(super) end: usize,
    /// How many lines end between what stands before it and the comment.
    pub(super) lines: usize,
    /// How many columns its first line takes.
    pub(super) width: usize,
    /// Whether it goes over several lines.
    pub(super) tall: bool,
}

impl Note {
    /// Whether more can stand behind it on its line.
    pub(super) fn is_inline(&self) -> bool {
        self.kind != CommentKind::Line && !self.tall
    }
}

/// A piece of an item.
#[derive(Debug)]
pub(super) enum Node {
    /// A token that is not a bracket of a list.
    Token {
        /// Offset of its first byte.
        start: usize,
        /// Offset just after its last byte.
        end: usize,
        /// A blank stands before it.
        space: bool,
        /// How many columns its first line takes, with the blank.
        width: usize,
        /// Whether it is a string that goes over several lines.
        tall: bool,
    },
    /// A comment between two tokens of the item.
    Note(Note),
    /// A bracket and what it holds.
    List(List),
}

impl Node {
    /// How many columns it takes on one line.
    pub(super) fn width(&self) -> usize {
        match self {
            Node::Token { width, .. } => *width,
            Node::Note(note) => note.width + 1,
            Node::List(list) => list.width,
        }
    }

    /// Whether it cannot be on one line.
    pub(super) fn is_tall(&self) -> bool {
        match self {
            Node::Token { tall, .. } => *tall,
            Node::Note(note) => !note.is_inline(),
            Node::List(list) => list.tall,
        }
    }
}

/// What items a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Fields, values and functions of a definition: always one on a line, with commas or without.
    Body,
    /// Arguments, annotations and the parts of values: on one line if they fit, always with commas.
    Flow,
}

/// A bracket and what it holds.
#[derive(Debug)]
pub(super) struct List {
    /// Which items it has.
    pub(super) style: Style,
    /// A blank stands before the opening bracket.
    pub(super) space: bool,
    /// The opening bracket.
    pub(super) open: u8,
    /// Comments behind the opening bracket, on its line.
    pub(super) head: Vec<Note>,
    /// What it holds.
    pub(super) items: Vec<Item>,
    /// Comments before the closing bracket.
    pub(super) tail: Vec<Note>,
    /// The closing bracket.
    pub(super) close: u8,
    /// How many columns it takes on one line, with the blank.
    pub(super) width: usize,
    /// Whether it cannot, or should not, be on one line.
    pub(super) tall: bool,
}

impl List {
    /// Whether there is nothing between its brackets.
    pub(super) fn is_empty(&self) -> bool {
        self.head.is_empty() && self.items.is_empty() && self.tail.is_empty()
    }
}

/// A header, definition, field, value, function or annotation, with its comments.
#[derive(Debug)]
pub(super) struct Item {
    /// Comments above it or before it.
    pub(super) before: Vec<Note>,
    /// How many lines end between what stands before it and its first token.
    pub(super) lines: usize,
    /// What it is made of, without the separator.
    pub(super) nodes: Vec<Node>,
    /// Comments behind it, on its line.
    pub(super) after: Vec<Note>,
}

impl Item {
    /// How many columns it takes on one line, with its comments.
    pub(super) fn width(&self) -> usize {
        let notes = self.before.iter().chain(&self.after).map(|note| note.width + 1);
        notes.sum::<usize>() + self.nodes.iter().map(Node::width).sum::<usize>()
    }

    /// Whether it cannot be on one line.
    pub(super) fn is_tall(&self) -> bool {
        self.before.iter().chain(&self.after).any(|note| !note.is_inline())
            || self.nodes.iter().any(Node::is_tall)
    }
}

/// What a header or definition is, as far as blank lines depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// `include`
    Include,
    /// `cpp_include`
    CppInclude,
    /// `namespace`
    Namespace,
    /// A constant or typedef.
    Line,
    /// A definition with a body.
    Body,
}

/// What a file is made of.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Its headers and definitions.
    pub(super) items: Vec<(Group, Item)>,
    /// The comments behind them.
    pub(super) tail: Vec<Note>,
    /// Whether the items of bodies end with commas.
    pub(super) commas: bool,
}
