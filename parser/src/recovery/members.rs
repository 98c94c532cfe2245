//! Error recovery within a struct, enum or service: member by member.

use std::collections::HashSet;
use std::ops::Range;

use crate::ast::{Definition, EnumValue, Field, Function, Name, ValueKind};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::parsed::Parsed;
use crate::recovery::Recovery;
use crate::suggest;
use crate::syntax::{self, Failure};
use crate::token::{Token, TokenKind};

/// How many words stand before the arguments of a function at most, where it is looked for.
const LONGEST_HEAD: usize = 32;

/// Members of a definition.
pub(super) enum Members {
    Fields(Vec<Field>),
    EnumValues(Vec<EnumValue>),
    Functions(Vec<Function>),
}

impl Members {
    /// Adds parsed members, except for those without a name.
    fn extend(&mut self, parsed: Parsed) {
        let is_named = |name: &Name| name.span.start < name.span.end;
        match (parsed, self) {
            (Parsed::Fields(fields), Members::Fields(into)) => {
                into.extend(fields.into_iter().filter(|field| is_named(&field.name)));
            }
            (Parsed::EnumValues(values), Members::EnumValues(into)) => {
                into.extend(values.into_iter().filter(|value| is_named(&value.name)));
            }
            (Parsed::Functions(functions), Members::Functions(into)) => {
                into.extend(functions.into_iter().filter(|function| is_named(&function.name)));
            }
            _ => {}
        }
    }

    /// Removes members from a guess that exist already: such duplicates come from guessing.
    fn leave_out_of(&self, parsed: &mut Parsed) {
        let mut taken: HashSet<String> = match self {
            Members::Fields(fields) => fields.iter().map(|one| one.name.text.clone()).collect(),
            Members::EnumValues(values) => values.iter().map(|one| one.name.text.clone()).collect(),
            Members::Functions(functions) => {
                functions.iter().map(|one| one.name.text.clone()).collect()
            }
        };
        let mut is_new = |name: &Name| taken.insert(name.text.clone());
        match parsed {
            Parsed::Fields(fields) => fields.retain(|one| is_new(&one.name)),
            Parsed::EnumValues(values) => values.retain(|one| is_new(&one.name)),
            Parsed::Functions(functions) => functions.retain(|one| is_new(&one.name)),
            _ => {}
        }
    }

    /// Adds the members to a definition that was parsed without its body.
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
    /// Parses the body of a definition, in chunks that end where a member certainly ends.
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
        into.extend(syntax::parse(start, self.tokens[range].iter().copied(), self.build)?);
        Ok(())
    }

    /// Reports a member with a mistake, keeps it as it was probably meant together with those before it, and returns where
    /// to continue.
    fn broken_member(
        &mut self,
        start: TokenKind,
        range: Range<usize>,
        failure: &Failure,
        into: &mut Members,
    ) -> usize {
        let failed = self.index_of(failure);
        if !self.report_member(start, range.start) && !self.report_open(range.clone(), failure) {
            self.report(failure);
        }
        let (line, next) =
            self.broken_line(range.clone(), failed, self.line_ends_too_soon(failure));
        // Lines before that of the mistake are mostly right; if not, they belong to the mistake.
        let before = range.start..line;
        let broken = match before.is_empty() || self.parse_members(start, before, into).is_err() {
            true => range.start..next,
            false => line..next,
        };
        self.repair_members(start, broken, into);
        next
    }

    /// Where the line of a mistake starts, and where the next one does, if lines start outside of brackets. If
    /// something is missing at the end of a line, the next line is all right.
    fn broken_line(&self, range: Range<usize>, failed: usize, at_line_end: bool) -> (usize, usize) {
        let mut depth = 0;
        let mut line = range.start;
        for at in range.clone() {
            if depth <= 0 && at > range.start && self.starts_line(at) {
                if at > failed || (at_line_end && at == failed) {
                    return (line, at);
                }
                line = at;
            }
            depth = (depth + self.tokens[at].kind.depth_change()).max(0);
        }
        (line, range.end)
    }

    /// Keeps members with a reported mistake as they were probably meant.
    fn repair_members(&mut self, start: TokenKind, range: Range<usize>, into: &mut Members) {
        let mut tokens: Vec<Token> = self.tokens[range.clone()].to_vec();
        match self.misspelt(start, range.start) {
            Some((at, "required")) => drop(tokens.remove(at - range.start)),
            Some((at, "optional")) => tokens[at - range.start].kind = TokenKind::Requiredness,
            Some((at, _)) => tokens[at - range.start].kind = TokenKind::Oneway,
            None => {}
        }
        if let Some(mut parsed) = self.repaired(start, &tokens) {
            into.leave_out_of(&mut parsed);
            drop_defaults(&mut parsed);
            into.extend(parsed);
        }
        // The guess may be wrong, so names in it are not checked.
        let names = self.tokens[range].iter().filter(|token| token.kind == TokenKind::Identifier);
        self.file.broken.extend(names.map(|token| self.build.name(*token).text));
    }

    /// Reports mistakes at the start of a member that the parser notices too late for a useful message.
    fn report_member(&mut self, start: TokenKind, at: usize) -> bool {
        use TokenKind::*;
        let kind = |ahead: usize| self.tokens.get(at + ahead).map(|token| token.kind);
        if start == StartFunctions
            && (kind(0), kind(1)) == (Some(Identifier), Some(LeftParenthesis))
        {
            let name = self.build.name(self.tokens[at]);
            let title = format!("the function `{}` has no return type", name.text);
            let error = Diagnostic::error(codes::UNEXPECTED_TOKEN, title).at(name.span, "");
            let help =
                format!("for a function without a return value, write `void {}(…)`", name.text);
            self.reporter.report(error.help(help));
            return true;
        }
        let Some((at, near)) = self.misspelt(start, at) else { return false };
        let word = self.build.name(self.tokens[at]);
        let title = format!("`{}` is not a type or keyword", word.text);
        let error = Diagnostic::error(codes::UNEXPECTED_TOKEN, title).at(word.span, "");
        self.reporter.report(error.did_you_mean(near));
        true
    }

    /// Reports the bracket that is still open where the tokens of a member end, if closing it would do.
    fn report_open(&mut self, range: Range<usize>, failure: &Failure) -> bool {
        let Failure::End { expected, .. } = failure else { return false };
        let mut open = Vec::new();
        for at in range.clone() {
            match self.tokens[at].kind.depth_change() {
                1 => open.push(at),
                -1 => drop(open.pop()),
                _ => {}
            }
        }
        let Some(at) = open.pop() else { return false };
        let (opening, closing) = match self.tokens[at].kind {
            TokenKind::LeftParenthesis => ("(", ")"),
            TokenKind::LeftBracket => ("[", "]"),
            TokenKind::LeftBrace => ("{", "}"),
            _ => ("<", ">"),
        };
        if self.lexed.cut_short || !expected.iter().any(|name| name.trim_matches('"') == closing) {
            return false;
        }
        let title = format!("this `{opening}` is never closed");
        let error = Diagnostic::error(codes::UNCLOSED_BRACKET, title);
        let error = error.at(self.build.span(self.tokens[at]), "opened here");
        self.reporter.report(match self.tokens.get(range.end) {
            Some(&next) => {
                error.and(self.build.span(next), format!("a `{closing}` is missing before this"))
            }
            None => error,
        });
        true
    }

    /// The misspelt keyword at the start of a member, and what was probably meant.
    fn misspelt(&self, start: TokenKind, at: usize) -> Option<(usize, &'static str)> {
        use TokenKind::*;
        let kind = |at: usize| self.tokens.get(at).map(|token| token.kind);
        let has_id = kind(at) == Some(Integer) && kind(at + 1) == Some(Colon);
        let first = at + if has_id { 2 } else { 0 };
        let candidates: &[&str] = match start {
            StartFields => &["required", "optional"],
            StartFunctions => &["oneway"],
            _ => return None,
        };
        let followed = kind(first) == Some(Identifier) && kind(first + 1)?.starts_type();
        let word = self.build.name(*self.tokens.get(first).filter(|_| followed)?).text;
        Some((first, suggest::closest(&word, candidates.iter().copied())?))
    }

    /// Cuts the body of a definition where a member certainly ends.
    fn chunks(&self, start: TokenKind, range: Range<usize>) -> Vec<Range<usize>> {
        let mut chunks = Vec::new();
        let mut from = range.start;
        let mut depth = 0;
        for at in range.clone() {
            let kind = self.tokens[at].kind;
            let starts = match start {
                TokenKind::StartFields => self.starts_field(at, depth > 0),
                TokenKind::StartFunctions => self.starts_function(at, depth > 0),
                _ => self.starts_enum_value(at, depth > 0),
            };
            if at > from && starts {
                chunks.push(from..at);
                (from, depth) = (at, 0);
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

    /// Whether a field surely starts at a token: with an id, and a type behind it if brackets before it are still
    /// open.
    fn starts_field(&self, at: usize, within: bool) -> bool {
        use TokenKind::*;
        let kind = |ahead: usize| self.tokens.get(at + ahead).map(|token| token.kind);
        (kind(0), kind(1)) == (Some(Integer), Some(Colon))
            && (!within
                || match kind(2) {
                    Some(Requiredness | Base) => true,
                    Some(List | Set | Map) => kind(3) == Some(Less),
                    Some(Identifier) => kind(3) == Some(Identifier),
                    _ => false,
                })
    }

    /// Whether a value of an enum surely starts at a token.
    fn starts_enum_value(&self, at: usize, within: bool) -> bool {
        let before = at.checked_sub(1).map(|before| self.tokens[before].kind);
        !within
            && self.tokens[at].kind == TokenKind::Identifier
            && before != Some(TokenKind::Equals)
            && self.starts_line(at)
    }

    /// Whether a function surely starts at a token: on a new line, with `oneway` or words of a type before `name (`.
    /// If brackets before it are still open, what follows has to be arguments.
    fn starts_function(&self, at: usize, within: bool) -> bool {
        use TokenKind::*;
        if !self.starts_line(at) {
            return false;
        }
        let kind = |at: usize| self.tokens.get(at).map(|token| token.kind);
        let first = self.tokens[at].kind;
        if !within && matches!(first, Void | Oneway) {
            return true;
        }
        if !first.starts_type() && first != Oneway {
            return false;
        }
        let words =
            |kind: TokenKind| kind.starts_type() || matches!(kind, Oneway | Less | Greater | Comma);
        let head = self.tokens[at..].iter().take(LONGEST_HEAD);
        let open = at + head.take_while(|token| words(token.kind)).count();
        let arguments = match (kind(open + 1), kind(open + 2)) {
            (Some(RightParenthesis), _) | (Some(Integer), Some(Colon)) => true,
            // Annotations of the field before may look like this.
            (Some(Identifier), Some(Equals | Comma | RightParenthesis)) => false,
            _ => !within,
        };
        kind(open) == Some(LeftParenthesis) && open > at && arguments
    }
}

/// Makes the defaults in a guess invalid, so that they are not checked: they may be parts of something else.
fn drop_defaults(parsed: &mut Parsed) {
    let drop = |fields: &mut Vec<Field>| {
        let defaults = fields.iter_mut().filter_map(|field| field.default.as_mut());
        defaults.for_each(|value| value.kind = ValueKind::Invalid);
    };
    match parsed {
        Parsed::Fields(fields) => drop(fields),
        Parsed::Functions(functions) => {
            functions.iter_mut().for_each(|function| drop(&mut function.arguments));
        }
        _ => {}
    }
}
