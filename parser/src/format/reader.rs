//! Sorts the tokens and comments of a file into items and lists.
//!
//! The text has been parsed before, so every token is where the grammar allows it, and brackets are at most
//! [`NESTING_LIMIT`](crate::parsed::NESTING_LIMIT) deep. If that were ever wrong, tokens would still be taken one by
//! one, so that none is lost.

use super::tree::{Group, Item, Layout, List, Node, Note, Style};
use crate::lexer::{Comment, CommentKind, Lexed};
use crate::token::{Token, TokenKind};

/// Takes one item, up to its separator.
type Member<'a> = fn(&mut Reader<'a>, &mut Vec<Node>);

pub(super) struct Reader<'a> {
    text: &'a [u8],
    tokens: &'a [Token],
    comments: &'a [Comment],
    /// End of the last token or comment taken.
    end: usize,
    /// Comments that have been taken and belong to the next item.
    carried: Vec<Note>,
    /// Whether a body of a definition has a separator.
    commas: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a [u8], lexed: &'a Lexed) -> Reader<'a> {
        Reader {
            text,
            tokens: &lexed.tokens,
            comments: &lexed.comments,
            end: 0,
            carried: Vec::new(),
            commas: false,
        }
    }

    /// The whole file.
    pub(super) fn file(mut self) -> Layout {
        let mut items = Vec::new();
        while let Some(kind) = self.kind() {
            let group = match kind {
                TokenKind::Include => Group::Include,
                TokenKind::CppInclude => Group::CppInclude,
                TokenKind::Namespace => Group::Namespace,
                TokenKind::Const | TokenKind::Typedef => Group::Line,
                _ => Group::Body,
            };
            items.push((group, self.item(Style::Flow, Reader::definition)));
        }
        Layout { items, tail: self.notes(), commas: self.commas }
    }

    // Items

    fn item(&mut self, style: Style, member: Member<'a>) -> Item {
        let before = self.notes();
        let lines = self.tokens.first().map_or(0, |token| self.lines_before(token.start));
        let mut nodes = Vec::new();
        member(self, &mut nodes);
        let mut after = Vec::new();
        if matches!(self.kind(), Some(TokenKind::Comma | TokenKind::Semicolon)) {
            // One separator in the file means separators everywhere.
            self.commas |= style == Style::Body;
            after = self.notes();
            self.next();
        }
        after.extend(self.notes_to_line_end(true));
        // Comments on their own lines before the separator belong to the next item.
        let line = after.iter().position(|note| note.kind == CommentKind::Line);
        self.carried = line.map_or_else(Vec::new, |line| after.split_off(line + 1));
        Item { before, lines, nodes, after }
    }

    fn list(&mut self, nodes: &mut Vec<Node>, space: bool, style: Style, member: Member<'a>) {
        self.notes_between(nodes);
        let Some(open) = self.next() else { return };
        let next = self.comments.first().map(|comment| comment.span.start);
        let next = next.into_iter().chain(self.tokens.first().map(|token| token.start)).min();
        let opened = next.is_some_and(|next| self.lines_before(next) > 0);
        let head = self.notes_to_line_end(false);
        let mut items = Vec::new();
        while self.kind().is_some_and(|kind| kind.depth_change() >= 0 || kind == TokenKind::Greater)
        {
            items.push(self.item(style, member));
        }
        let tail = self.notes();
        let close = self.next();

        let bracket = |token: Token| self.text[token.start as usize];
        let mut list = List {
            space,
            style,
            open: bracket(open),
            close: close.map_or(b' ', bracket),
            head,
            items,
            tail,
            width: 0,
            tall: false,
        };
        list.tall = !list.is_empty() && (opened || style == Style::Body)
            || !list.head.is_empty()
            || list.items.iter().any(Item::is_tall)
            || list.tail.iter().any(|note| !note.is_inline());
        // A comma and a space between two items.
        let commas = list.items.len().saturating_sub(1) * 2;
        let tail = list.tail.iter().map(|note| note.width + 1).sum::<usize>();
        let items = list.items.iter().map(Item::width).sum::<usize>();
        list.width = usize::from(space) + 2 + items + commas + tail;
        nodes.push(Node::List(list));
    }

    // The grammar

    fn definition(&mut self, nodes: &mut Vec<Node>) {
        use TokenKind::*;
        let kind = self.kind();
        self.token(nodes, false);
        match kind {
            Some(Include | CppInclude) => self.token(nodes, true),
            Some(Namespace) => {
                self.token(nodes, true);
                self.token(nodes, true);
            }
            Some(Typedef) => {
                self.ty(nodes, true);
                self.token(nodes, true);
            }
            Some(Const) => {
                self.ty(nodes, true);
                self.token(nodes, true);
                self.default(nodes);
            }
            Some(Enum) => {
                self.token(nodes, true);
                self.list(nodes, true, Style::Body, Reader::enum_value);
            }
            Some(Service) => {
                self.token(nodes, true);
                if self.kind() == Some(Extends) {
                    self.token(nodes, true);
                    self.token(nodes, true);
                }
                self.list(nodes, true, Style::Body, Reader::function);
            }
            _ => {
                self.token(nodes, true);
                if self.kind() == Some(XsdAll) {
                    self.token(nodes, true);
                }
                self.list(nodes, true, Style::Body, Reader::field);
            }
        }
        self.annotations(nodes);
    }

    fn enum_value(&mut self, nodes: &mut Vec<Node>) {
        self.token(nodes, false);
        if self.kind() == Some(TokenKind::Equals) {
            self.token(nodes, true);
            self.token(nodes, true);
        }
        self.annotations(nodes);
    }

    fn function(&mut self, nodes: &mut Vec<Node>) {
        let oneway = self.kind() == Some(TokenKind::Oneway);
        if oneway {
            self.token(nodes, false);
        }
        self.ty(nodes, oneway);
        self.token(nodes, true);
        self.list(nodes, false, Style::Flow, Reader::field);
        if self.kind() == Some(TokenKind::Throws) {
            self.token(nodes, true);
            self.list(nodes, true, Style::Flow, Reader::field);
        }
        self.annotations(nodes);
    }

    fn field(&mut self, nodes: &mut Vec<Node>) {
        let mut first = true;
        if self.kind() == Some(TokenKind::Integer) {
            self.token(nodes, false);
            self.token(nodes, false);
            first = false;
        }
        if self.kind() == Some(TokenKind::Requiredness) {
            self.token(nodes, !first);
            first = false;
        }
        self.ty(nodes, !first);
        if self.kind() == Some(TokenKind::Ampersand) {
            self.token(nodes, true);
        }
        self.token(nodes, true);
        self.default(nodes);
        while self.kind() == Some(TokenKind::XsdFlag) {
            self.token(nodes, true);
        }
        if self.kind() == Some(TokenKind::XsdAttrs) {
            self.token(nodes, true);
            self.list(nodes, true, Style::Body, Reader::field);
        }
        self.annotations(nodes);
    }

    /// A type, or `void`.
    fn ty(&mut self, nodes: &mut Vec<Node>, space: bool) {
        let kind = self.kind();
        self.token(nodes, space);
        if matches!(kind, Some(TokenKind::List | TokenKind::Set | TokenKind::Map)) {
            let cpp_type = self.cpp_type(nodes);
            self.token(nodes, cpp_type);
            self.ty(nodes, false);
            if self.kind() == Some(TokenKind::Comma) {
                self.token(nodes, false);
                self.ty(nodes, true);
            }
            self.token(nodes, false);
            self.cpp_type(nodes);
        }
        self.annotations(nodes);
    }

    fn cpp_type(&mut self, nodes: &mut Vec<Node>) -> bool {
        let found = self.kind() == Some(TokenKind::CppType);
        if found {
            self.token(nodes, true);
            self.token(nodes, true);
        }
        found
    }

    fn default(&mut self, nodes: &mut Vec<Node>) {
        if self.kind() == Some(TokenKind::Equals) {
            self.token(nodes, true);
            self.value(nodes, true);
        }
    }

    fn value(&mut self, nodes: &mut Vec<Node>, space: bool) {
        match self.kind() {
            Some(TokenKind::LeftBracket) => {
                self.list(nodes, space, Style::Flow, |reader, nodes| reader.value(nodes, false));
            }
            Some(TokenKind::LeftBrace) => self.list(nodes, space, Style::Flow, Reader::entry),
            _ => self.token(nodes, space),
        }
    }

    fn entry(&mut self, nodes: &mut Vec<Node>) {
        self.value(nodes, false);
        self.token(nodes, false);
        self.value(nodes, true);
    }

    fn annotations(&mut self, nodes: &mut Vec<Node>) {
        if self.kind() == Some(TokenKind::LeftParenthesis) {
            self.list(nodes, true, Style::Flow, Reader::annotation);
        }
    }

    fn annotation(&mut self, nodes: &mut Vec<Node>) {
        self.token(nodes, false);
        if self.kind() == Some(TokenKind::Equals) {
            self.token(nodes, true);
            self.token(nodes, true);
        }
    }

    // Tokens

    fn kind(&self) -> Option<TokenKind> {
        self.tokens.first().map(|token| token.kind)
    }

    fn next(&mut self) -> Option<Token> {
        let (&token, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        self.end = token.end as usize;
        Some(token)
    }

    /// Takes one token, and the comments before it.
    fn token(&mut self, nodes: &mut Vec<Node>, space: bool) {
        self.notes_between(nodes);
        let Some(token) = self.next() else { return };
        let (start, end) = (token.start as usize, token.end as usize);
        let text = &self.text[start..end];
        let width = columns(text) + usize::from(space);
        nodes.push(Node::Token { start, end, space, width, tall: text.contains(&b'\n') });
    }

    // Comments

    /// Number of line ends between the last thing taken and an offset.
    fn lines_before(&self, offset: u32) -> usize {
        let between = self.text.get(self.end..offset as usize).unwrap_or_default();
        between.iter().filter(|&&byte| byte == b'\n').count()
    }

    /// Takes the comments before the next token.
    fn notes(&mut self) -> Vec<Note> {
        let stop = self.tokens.first().map_or(u32::MAX, |token| token.start);
        let count = self.comments.iter().take_while(|comment| comment.span.start < stop).count();
        let mut notes = std::mem::take(&mut self.carried);
        notes.extend((0..count).filter_map(|_| self.note()));
        notes
    }

    /// Takes the comments before the next token of the same item.
    fn notes_between(&mut self, nodes: &mut Vec<Node>) {
        let notes = self.notes();
        nodes.extend(notes.into_iter().map(Node::Note));
    }

    /// Takes the comments on the line of the last token, if at most a closing bracket follows there.
    fn notes_to_line_end(&mut self, or_closer: bool) -> Vec<Note> {
        let end = self.end;
        let next = self.tokens.first().map_or(self.text.len(), |token| token.start as usize);
        let mut count = 0;
        for comment in self.comments {
            let start = comment.span.start as usize;
            if start > next || self.lines_before(comment.span.start) > 0 {
                break;
            }
            count += 1;
            self.end = comment.span.end as usize;
        }
        let more = self.comments.get(count).map(|comment| comment.span.start as usize);
        let ends = match self.tokens.first() {
            // Another comment follows on a later line.
            _ if more.is_some_and(|more| more < next) => true,
            Some(token) => {
                let closer = token.kind.depth_change() < 0;
                self.lines_before(token.start) > 0 || (closer && or_closer)
            }
            None => true,
        };
        self.end = end;
        if !ends {
            return Vec::new();
        }
        (0..count).filter_map(|_| self.note()).collect()
    }

    fn note(&mut self) -> Option<Note> {
        let (comment, rest) = self.comments.split_first()?;
        let lines = self.lines_before(comment.span.start);
        self.comments = rest;
        let (start, end) = (comment.span.start as usize, comment.span.end as usize);
        self.end = end;
        let text = &self.text[start..end];
        let tall = comment.kind != CommentKind::Line && text.contains(&b'\n');
        let width = columns(text);
        Some(Note { kind: comment.kind, start, end, lines, width, tall })
    }
}

/// Number of characters in the first line of a text.
fn columns(text: &[u8]) -> usize {
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    String::from_utf8_lossy(line.trim_ascii_end()).chars().count()
}
