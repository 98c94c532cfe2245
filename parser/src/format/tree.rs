//! Layout tree: items of nodes, lists of items.

use crate::lexer::CommentKind;

/// A comment, with the author's line breaks around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Note {
    /// Which form.
    pub(super) kind: CommentKind,
    /// Offset of its first byte.
    pub(super) start: usize,
    /// Offset just after its last byte.
    pub(super) end: usize,
    /// Number of line ends before the comment.
    pub(super) lines: usize,
    /// Width of its first line, in columns.
    pub(super) width: usize,
    /// Whether it spans several lines.
    pub(super) tall: bool,
}

impl Note {
    /// Whether more can follow on its line.
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
        /// Whether a space precedes it.
        space: bool,
        /// Width of its first line in columns, with the space.
        width: usize,
        /// Whether it is a string that spans several lines.
        tall: bool,
    },
    /// A comment between two tokens of the item.
    Note(Note),
    /// A bracket and its contents.
    List(List),
}

impl Node {
    /// Width on one line, in columns.
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

/// Kind of the items of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Fields, values and functions of a definition: always one on a line, with commas or without.
    Body,
    /// Arguments, annotations and the parts of values: on one line if they fit, always with commas.
    Flow,
}

/// A bracket and its contents.
#[derive(Debug)]
pub(super) struct List {
    /// Kind of its items.
    pub(super) style: Style,
    /// Whether a space precedes the opening bracket.
    pub(super) space: bool,
    /// The opening bracket.
    pub(super) open: u8,
    /// Comments after the opening bracket, on its line.
    pub(super) head: Vec<Note>,
    /// Its contents.
    pub(super) items: Vec<Item>,
    /// Comments before the closing bracket.
    pub(super) tail: Vec<Note>,
    /// The closing bracket.
    pub(super) close: u8,
    /// Width on one line in columns, with the space.
    pub(super) width: usize,
    /// Whether it cannot, or should not, be on one line.
    pub(super) tall: bool,
}

impl List {
    /// Whether it is empty.
    pub(super) fn is_empty(&self) -> bool {
        self.head.is_empty() && self.items.is_empty() && self.tail.is_empty()
    }
}

/// A header, definition, field, value, function or annotation, with its comments.
#[derive(Debug)]
pub(super) struct Item {
    /// Comments above it or before it.
    pub(super) before: Vec<Note>,
    /// Number of line ends before its first token.
    pub(super) lines: usize,
    /// Its nodes, without the separator.
    pub(super) nodes: Vec<Node>,
    /// Comments after it, on its line.
    pub(super) after: Vec<Note>,
}

impl Item {
    /// Width on one line in columns, with its comments.
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

/// Kind of a header or definition, as far as blank lines depend on it.
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

/// Contents of a file.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Its headers and definitions.
    pub(super) items: Vec<(Group, Item)>,
    /// The comments after them.
    pub(super) tail: Vec<Note>,
    /// Whether the items of bodies end with commas.
    pub(super) commas: bool,
}
