//! Error recovery: parses a file with syntax errors piece by piece, so that each mistake gives one message and the rest
//! is kept.
//!
//! A file is cut into headers and definitions at words such as `struct` outside of brackets. A piece with an error is cut
//! further: the body of a struct, enum or service into members. Each token is parsed a
//! bounded number of times, so that the work stays linear however many mistakes there are.

mod members;
mod repair;

use std::ops::Range;

use crate::ast::{Definition, Enum, File, Name, Service, Struct};
use crate::builder::Builder;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lexer::Lexed;
use crate::parsed::Parsed;
use crate::reporter::Reporter;
use crate::suggest;
use crate::syntax::{self, Failure};
use crate::token::{Token, TokenKind};

use self::members::Members;

/// Parses the tokens of a file with syntax errors.
pub(crate) fn parse(lexed: &Lexed, build: &Builder<'_>, reporter: &mut Reporter) -> File {
    let mut recovery =
        Recovery { lexed, tokens: &lexed.tokens, build, reporter, file: File::default() };
    for range in recovery.items() {
        if !recovery.has_room() {
            recovery.file.left = true;
            recovery.reporter.report_more(build.file);
            break;
        }
        recovery.item(range);
    }
    recovery.file
}

/// Cuts tokens into headers and definitions, as if none of these had a mistake.
#[cfg(feature = "tools")]
pub(crate) fn items(tokens: &[Token], build: &Builder<'_>) -> Vec<Range<usize>> {
    let lexed = Lexed::default();
    let (reporter, file) = (&mut Reporter::default(), File::default());
    Recovery { lexed: &lexed, tokens, build, reporter, file }.items()
}

struct Recovery<'a> {
    lexed: &'a Lexed,
    tokens: &'a [Token],
    build: &'a Builder<'a>,
    reporter: &'a mut Reporter,
    file: File,
}

impl Recovery<'_> {
    /// Cuts the file into headers and definitions.
    fn items(&self) -> Vec<Range<usize>> {
        let mut items = Vec::new();
        let mut start = 0;
        let mut depth = 0;
        // The depth of each open brace: closing it closes the brackets within.
        let mut braces = Vec::new();
        // The body of the item has ended; only annotations or `;` can follow.
        let mut ended = false;
        for (at, token) in self.tokens.iter().enumerate() {
            let tail = matches!(token.kind, TokenKind::LeftParenthesis | TokenKind::Semicolon);
            let outside = depth <= 0 && (self.starts_item(at, start) || (ended && !tail));
            if at > start && (outside || self.surely_starts_definition(at)) {
                items.push(start..at);
                (start, depth, ended) = (at, 0, false);
                braces.clear();
            }
            match token.kind {
                TokenKind::LeftBrace => braces.push(depth),
                TokenKind::RightBrace => depth = braces.pop().unwrap_or(0) + 1,
                _ => {}
            }
            depth = (depth + token.kind.depth_change()).max(0);
            ended |= depth == 0 && token.kind == TokenKind::RightBrace && self.has_body(start);
        }
        if start < self.tokens.len() {
            items.push(start..self.tokens.len());
        }
        items
    }

    /// Whether one more message would be kept; if not, recovery stops.
    fn has_room(&self) -> bool {
        self.reporter.has_room(self.build.file)
    }

    /// Whether an item ends with a closing brace, as far as its first word tells.
    fn has_body(&self, start: usize) -> bool {
        use TokenKind::*;
        !matches!(self.tokens[start].kind, Const | Typedef | Namespace | Include | CppInclude)
    }

    /// Whether a header or definition starts at a token outside of all brackets, after the one that starts at
    /// `start`. A keyword starts an item even in the middle of a line, except where it was surely meant as a name.
    fn starts_item(&self, at: usize, start: usize) -> bool {
        use TokenKind::*;
        let token = self.tokens[at];
        if self.starts_line(at) {
            let word = self.build.slice(token);
            let known = token.kind == Identifier && suggest::once_a_keyword(word).is_some();
            return token.kind.starts_item() || known;
        }
        let before = at.checked_sub(1).map(|before| self.tokens[before].kind);
        let name_expected = at - start < 3
            && matches!(self.tokens[start].kind, Const | Typedef | Namespace)
            || before.is_some_and(|before| {
                before.starts_item() || matches!(before, Base | Greater | Extends)
            });
        token.kind.starts_item() && !name_expected
    }

    /// Whether a header or definition starts at a token, even if brackets before it are still open: a keyword at the
    /// very start of a line, or `struct S {` at the start of an indented one, can hardly be anything else.
    fn surely_starts_definition(&self, at: usize) -> bool {
        use TokenKind::*;
        let kind = |ahead: usize| self.tokens.get(at + ahead).map(|token| token.kind);
        if !self.tokens[at].kind.starts_item() || !self.starts_line(at) {
            return false;
        }
        let offset = self.tokens[at].start as usize;
        let head = kind(1) == Some(Identifier)
            && matches!(kind(2), Some(LeftBrace | Extends | XsdAll))
            && matches!(self.tokens[at].kind, Struct | Exception | Enum | Service);
        head || self.build.text[..offset].last() == Some(&b'\n')
    }

    /// Parses a header or definition and adds it to the file.
    fn item(&mut self, range: Range<usize>) {
        let tokens = self.tokens;
        let item = tokens[range.clone()].iter().copied();
        match syntax::parse(TokenKind::StartItem, item, self.build) {
            Ok(Parsed::Definition(definition)) => self.file.definitions.push(definition),
            Ok(Parsed::Header(header)) => {
                if let Some(first) = self.file.definitions.first() {
                    let title = "headers must come before all definitions";
                    let error = Diagnostic::error(codes::HEADER_AFTER_DEFINITION, title);
                    let error = error.at(header.span(), "move it up");
                    self.reporter.report(error.and(first.name().span, "the first definition"));
                }
                self.file.headers.push(header);
            }
            Ok(_) => {}
            Err(failure) => self.broken_item(range, failure),
        }
    }

    /// Reports a header or definition with a mistake, and keeps as much of it as possible.
    fn broken_item(&mut self, range: Range<usize>, failure: Failure) {
        use TokenKind::*;
        let start = match self.tokens[range.start].kind {
            Struct | Exception => StartFields,
            Enum => StartEnumValues,
            Service => StartFunctions,
            Const => return self.broken_const(range, &failure),
            _ => {
                self.report_item(range.start, &failure);
                return self.repair_item(range);
            }
        };
        let open = range.clone().find(|&at| self.tokens[at].kind == LeftBrace);
        // A brace further away belongs to something else.
        let Some(open) = open.filter(|open| open - range.start <= 6) else {
            self.report_item(range.start, &failure);
            return self.repair_item(range);
        };
        let said = self.reporter.said();
        let close = self.closing(open, range.end);
        let body = open + 1..close.unwrap_or(range.end);
        let members = self.members(start, body.clone());
        let incomplete = self.reporter.said() > said;

        let end = Token { kind: RightBrace, ..self.tokens[range.end - 1] };
        let tail = match close {
            Some(close) => &self.tokens[close..range.end],
            None => std::slice::from_ref(&end),
        };
        let head = &self.tokens[range.start..=open];
        let parsed = syntax::parse(StartItem, head.iter().chain(tail).copied(), self.build);
        match parsed {
            Ok(Parsed::Definition(definition)) => {
                if close.is_none() {
                    self.report_unclosed(open, range.end, incomplete);
                } else if !incomplete {
                    // The parts are right, but not their combination.
                    self.report(&failure);
                }
                self.file.definitions.push(members.into_definition(definition));
            }
            Ok(_) => {}
            Err(failure) => {
                self.report_item(range.start, &failure);
                self.rescue(range.start, close.unwrap_or(range.end - 1), members);
                self.break_names(range.start..open);
            }
        }
    }

    /// Keeps a definition with a reported mistake as it was probably meant.
    fn repair_item(&mut self, range: Range<usize>) {
        use TokenKind::*;
        let tokens = self.tokens;
        let parsed = match tokens[range.start].kind {
            Struct | Exception | Enum | Service | Typedef => {
                self.repaired(StartItem, &tokens[range.clone()])
            }
            _ => None,
        };
        // A typedef ends with its name.
        let last = tokens[range.clone()].iter().rfind(|token| token.kind == Identifier);
        let is_named = |name: &Name| {
            name.span.start < name.span.end
                && (tokens[range.start].kind != Typedef
                    || last.is_some_and(|last| last.start == name.span.start))
        };
        if let Some(Parsed::Definition(mut definition)) = parsed
            && is_named(definition.name())
        {
            match &mut definition {
                Definition::Struct(node) => node.incomplete = true,
                Definition::Enum(node) => node.incomplete = true,
                Definition::Service(node) => node.incomplete = true,
                Definition::Const(_) | Definition::Typedef(_) => {}
            }
            self.file.definitions.push(definition);
        }
        self.break_names(range);
    }

    /// Builds a definition from a name and members, so that uses of the name are no errors.
    fn rescue(&mut self, at: usize, end: usize, members: Members) {
        let Some(name) =
            self.tokens.get(at + 1).filter(|token| token.kind == TokenKind::Identifier)
        else {
            return;
        };
        let word = self.tokens[at];
        let name: Name = self.build.name(*name);
        let span = crate::source::Span { end: self.tokens[end].end, ..self.build.span(word) };
        let (annotations, doc, incomplete) = (Vec::new(), None, true);
        self.file.definitions.push(match members {
            Members::Fields(fields) => {
                let kind = self.build.struct_kind(word);
                Definition::Struct(Struct {
                    kind,
                    name,
                    fields,
                    annotations,
                    doc,
                    span,
                    incomplete,
                })
            }
            Members::EnumValues(values) => {
                Definition::Enum(Enum { name, values, annotations, doc, span, incomplete })
            }
            Members::Functions(functions) => {
                let extends = None;
                Definition::Service(Service {
                    name,
                    extends,
                    functions,
                    annotations,
                    doc,
                    span,
                    incomplete,
                })
            }
        });
    }

    /// Keeps the type and name of a constant with a syntax error in its value.
    fn broken_const(&mut self, range: Range<usize>, failure: &Failure) {
        self.report(failure);
        self.file.left |= failure.wants_name();
        let equals = range.clone().find(|&at| self.tokens[at].kind == TokenKind::Equals);
        if let Some(equals) = equals {
            // An integer token without digits is a value that is known to be invalid.
            let nothing = Token {
                kind: TokenKind::Integer,
                start: self.tokens[equals].end,
                end: self.tokens[equals].end,
            };
            let tokens = self.tokens[range.start..=equals].iter().copied().chain([nothing]);
            if let Ok(Parsed::Definition(definition)) =
                syntax::parse(TokenKind::StartItem, tokens, self.build)
            {
                self.file.definitions.push(definition);
                return;
            }
        }
        self.break_names(range);
    }

    /// The brace that closes the one at `open`.
    fn closing(&self, open: usize, end: usize) -> Option<usize> {
        let mut depth = 0;
        (open..end).find(|&at| {
            match self.tokens[at].kind {
                TokenKind::LeftBrace => depth += 1,
                TokenKind::RightBrace => depth -= 1,
                _ => {}
            }
            depth == 0
        })
    }

    /// Records the names in tokens that could not be parsed as a definition.
    fn break_names(&mut self, range: Range<usize>) {
        let mut depth = 0;
        for token in &self.tokens[range] {
            match token.kind {
                TokenKind::Identifier if depth <= 0 => {
                    self.file.broken.push(self.build.name(*token).text)
                }
                TokenKind::LeftBrace => depth += 1,
                TokenKind::RightBrace => depth -= 1,
                _ => {}
            }
        }
    }

    fn report_unclosed(&mut self, open: usize, end: usize, something_said: bool) {
        if self.lexed.cut_short || (something_said && end < self.tokens.len()) {
            return;
        }
        let error = Diagnostic::error(codes::UNCLOSED_BRACKET, "this `{` is never closed");
        let error = error.at(self.build.span(self.tokens[open]), "opened here");
        self.reporter.report(match self.tokens.get(end) {
            Some(&next) => error.and(self.build.span(next), "a `}` is missing before this"),
            None => error,
        });
    }

    /// Reports a failure in a header or definition, with advice for words that are almost keywords or once were.
    fn report_item(&mut self, at: usize, failure: &Failure) {
        self.file.left |= failure.wants_name();
        let token = self.tokens[at];
        let word = self.build.slice(token);
        if failure.offset() == token.start && token.kind == TokenKind::Identifier {
            if let Some(instead) = suggest::once_a_keyword(word) {
                let word = String::from_utf8_lossy(word);
                let error = Diagnostic::error(
                    codes::DEPRECATED_WORD,
                    format!("`{word}` is not part of the language"),
                );
                self.reporter.report(error.at(self.build.span(token), "").help(instead));
                return;
            }
            let error = self.build.explain(failure, None);
            self.reporter.report(match suggest::keyword(&String::from_utf8_lossy(word)) {
                Some(keyword) => error.did_you_mean(keyword),
                None => error,
            });
            return;
        }
        self.report(failure);
    }

    fn report(&mut self, failure: &Failure) {
        let Some(failure) = self.sharpened(failure) else { return };
        let before =
            self.index_of(&failure).checked_sub(1).and_then(|before| self.tokens.get(before));
        self.reporter.report(self.build.explain(&failure, before.copied()));
    }

    /// The failure in terms of the whole file; `None` if the lexer has already reported it.
    fn sharpened(&self, failure: &Failure) -> Option<Failure> {
        let failure = match failure {
            // The run of tokens ended too soon, but not the file.
            Failure::End { at, expected } => match self.tokens.get(self.index_of(failure)) {
                Some(&token) => Failure::Unexpected { token, expected: expected.clone() },
                None if self.lexed.cut_short => return None,
                None => Failure::End { at: *at, expected: expected.clone() },
            },
            Failure::Unexpected { token, expected } => {
                Failure::Unexpected { token: *token, expected: expected.clone() }
            }
            Failure::TooDeep(token) => Failure::TooDeep(*token),
        };
        match failure {
            Failure::Unexpected { token, .. } if token.kind == TokenKind::Bad => None,
            failure => Some(failure),
        }
    }

    fn line_ends_too_soon(&self, failure: &Failure) -> bool {
        let before = self.index_of(failure).checked_sub(1).map(|before| self.tokens[before]);
        match (self.sharpened(failure), before) {
            (Some(Failure::Unexpected { token, expected }), Some(before)) => {
                self.build.line_ends_too_soon(before, token, &expected)
            }
            _ => false,
        }
    }

    /// The token that failed, or the one after the end of the run.
    fn index_of(&self, failure: &Failure) -> usize {
        self.tokens.partition_point(|token| token.start < failure.offset())
    }

    /// Whether only white space and comments are before a token on its line.
    fn starts_line(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return true };
        let between = self.tokens[before].end as usize..self.tokens[at].start as usize;
        self.build.text[between].contains(&b'\n')
    }
}
