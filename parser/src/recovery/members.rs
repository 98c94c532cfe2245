//! The inside of a struct, enum or service with mistakes: member by member.

use std::ops::Range;

use crate::ast::{Definition, EnumValue, Field, Function};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::parsed::Parsed;
use crate::recovery::Recovery;
use crate::suggest;
use crate::syntax::{self, Failure};
use crate::token::TokenKind;

/// What the inside of a definition is made of.
pub(super) enum Members {
    Fields(Vec<Field>),
    EnumValues(Vec<EnumValue>),
    Functions(Vec<Function>),
}

impl Members {
    /// Puts the members into a definition that was parsed without them.
    pub(super) fn into_definition(self, mut definition: Definition) -> Definition {
        match (&mut definition, self) {
            (Definition::Struct(node), Members::Fields(fields)) => {
                node.fields = fields;
                node.incomplete = true;
            }
            (Definition::Enum(node), Members::EnumValues(values)) => {
                node.values = values;
                node.incomplete = true;
            }
            (Definition::Service(node), Members::Functions(functions)) => {
                node.functions = functions;
                node.incomplete = true;
            }
            _ => {}
        }
        definition
    }
}

impl Recovery<'_> {
    /// Parses the inside of a definition: as many members at once as are surely whole.
    pub(super) fn members(&mut self, start: TokenKind, range: Range<usize>) -> Members {
        let mut members = match start {
            TokenKind::StartFields => Members::Fields(Vec::new()),
            TokenKind::StartEnumValues => Members::EnumValues(Vec::new()),
            _ => Members::Functions(Vec::new()),
        };
        for chunk in self.chunks(start, range) {
            let mut at = chunk.start;
            while at < chunk.end && self.has_room() {
                match self.parse_members(start, at..chunk.end, &mut members) {
                    Ok(()) => break,
                    Err(failure) => {
                        at = self.broken_member(start, at..chunk.end, &failure, &mut members)
                    }
                }
            }
        }
        members
    }

    fn parse_members(
        &self,
        start: TokenKind,
        range: Range<usize>,
        into: &mut Members,
    ) -> Result<(), Failure> {
        match (syntax::parse(start, self.tokens[range].iter().copied(), self.build)?, into) {
            (Parsed::Fields(fields), Members::Fields(into)) => into.extend(fields),
            (Parsed::EnumValues(values), Members::EnumValues(into)) => into.extend(values),
            (Parsed::Functions(functions), Members::Functions(into)) => into.extend(functions),
            _ => {}
        }
        Ok(())
    }

    /// Reports a wrong member, keeps the members before it, and says where to go on.
    fn broken_member(
        &mut self,
        start: TokenKind,
        range: Range<usize>,
        failure: &Failure,
        into: &mut Members,
    ) -> usize {
        let failed = self.index_of(failure);
        if !self.report_member(start, range.start) {
            self.report(failure);
        }
        // If something is missing at the end of a line, the next line is all right.
        let line_end = self.line_ends_too_soon(failure);
        let mut depth = 0;
        let mut line_before = None;
        for at in range.clone() {
            if depth <= 0 && at > range.start && self.starts_line(at) {
                if at > failed || (line_end && at == failed) {
                    return at;
                }
                line_before = Some(at);
            }
            if at == failed
                && let Some(line) = line_before
            {
                // What is before the line of the mistake is mostly right; if not, its message is the one given.
                let _ = self.parse_members(start, range.start..line, into);
            }
            depth = (depth + self.tokens[at].kind.depth_change()).max(0);
        }
        range.end
    }

    /// Reports a member that has a mistake at its start which the parser meets too late to say anything useful.
    fn report_member(&mut self, start: TokenKind, at: usize) -> bool {
        use TokenKind::*;
        let kind = |ahead: usize| self.tokens.get(at + ahead).map(|token| token.kind);
        let has_id = kind(0) == Some(Integer) && kind(1) == Some(Colon);
        let first = at + if has_id { 2 } else { 0 };
        let Some(&token) = self.tokens.get(first).filter(|token| token.kind == Identifier) else {
            return false;
        };
        let word = self.build.name(token).text;
        let candidates: &[&str] = match start {
            StartFields => &["required", "optional"],
            StartFunctions => &["oneway"],
            _ => return false,
        };
        if start == StartFunctions && kind(1) == Some(LeftParenthesis) {
            let title = format!("the function `{word}` does not say what it returns");
            let error =
                Diagnostic::error(codes::UNEXPECTED_TOKEN, title).at(self.build.span(token), "");
            self.reporter
                .report(error.help(format!("if it returns nothing, write `void {word}(…)`")));
            return true;
        }
        let followed = self.tokens.get(first + 1).is_some_and(|next| next.kind.starts_type());
        let Some(near) = suggest::closest(&word, candidates.iter().copied()).filter(|_| followed)
        else {
            return false;
        };
        let error = Diagnostic::error(
            codes::UNEXPECTED_TOKEN,
            format!("`{word}` is not a type or keyword"),
        );
        self.reporter
            .report(error.at(self.build.span(token), "").help(format!("did you mean `{near}`?")));
        true
    }

    /// Cuts the inside of a definition where a member surely ends.
    fn chunks(&self, start: TokenKind, range: Range<usize>) -> Vec<Range<usize>> {
        let mut chunks = Vec::new();
        let mut from = range.start;
        let mut depth = 0;
        for at in range.clone() {
            let kind = self.tokens[at].kind;
            let has_id = kind == TokenKind::Integer
                && self.tokens.get(at + 1).is_some_and(|next| next.kind == TokenKind::Colon);
            let starts = match start {
                TokenKind::StartFields => has_id,
                TokenKind::StartFunctions => self.starts_function(at),
                _ => false,
            };
            if depth <= 0 && at > from && starts {
                chunks.push(from..at);
                from = at;
            }
            depth = (depth + kind.depth_change()).max(0);
            if depth <= 0 && matches!(kind, TokenKind::Comma | TokenKind::Semicolon) {
                chunks.push(from..at + 1);
                from = at + 1;
            }
        }
        chunks.push(from..range.end);
        chunks
    }

    /// Whether a function surely starts at a token: on a new line, with a word that can be nothing else, or as
    /// `name (` or `name name (`.
    fn starts_function(&self, at: usize) -> bool {
        use TokenKind::*;
        let kind = |ahead: usize| self.tokens.get(at + ahead).map(|token| token.kind);
        self.starts_line(at)
            && match self.tokens[at].kind {
                Void | Oneway => true,
                Base | Identifier => {
                    kind(1) == Some(LeftParenthesis) || kind(2) == Some(LeftParenthesis)
                }
                _ => false,
            }
    }
}
