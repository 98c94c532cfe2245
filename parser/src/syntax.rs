//! Adapter of the LALRPOP parser: feeds tokens in, and describes in words what was expected.

use lalrpop_util::ParseError;

use crate::builder::Builder;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::grammar::InputParser;
use crate::parsed::{NESTING_LIMIT, Parsed, TooDeep};
use crate::source::Span;
use crate::suggest;
use crate::token::{Token, TokenKind};

/// Why a run of tokens could not be parsed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A token that is not allowed there.
    Unexpected { token: Token, expected: Vec<String> },
    /// The tokens ended too soon; the offset is where.
    End { at: u32, expected: Vec<String> },
    /// Too many brackets.
    TooDeep(Token),
}

impl Failure {
    /// Whether the name of a definition is missing.
    pub(crate) fn wants_name(&self) -> bool {
        let (Failure::Unexpected { expected, .. } | Failure::End { expected, .. }) = self else {
            return false;
        };
        let wants = |terminal: &str| expected.iter().any(|name| name == terminal);
        wants("IDENTIFIER") && !wants("BASE") && !wants("INTEGER")
    }

    /// The offset of the token that failed, or where the tokens ended.
    pub(crate) fn offset(&self) -> u32 {
        match self {
            Failure::Unexpected { token, .. } | Failure::TooDeep(token) => token.start,
            Failure::End { at, .. } => *at,
        }
    }
}

/// Parses tokens with the grammar rule that `start` selects.
pub(crate) fn parse(
    start: TokenKind,
    tokens: impl IntoIterator<Item = Token>,
    build: &Builder<'_>,
) -> Result<Parsed, Failure> {
    let mut depth = 0;
    let tokens = tokens.into_iter().map(|token| {
        depth += token.kind.depth_change();
        if depth > NESTING_LIMIT {
            Err(TooDeep { token })
        } else {
            Ok((token.start, token, token.end))
        }
    });
    let start = std::iter::once(Ok((0, Token { kind: start, start: 0, end: 0 }, 0)));
    InputParser::new().parse(build, start.chain(tokens)).map_err(|error| match error {
        ParseError::UnrecognizedToken { token: (_, token, _), expected } => {
            Failure::Unexpected { token, expected }
        }
        ParseError::UnrecognizedEof { location, expected } => {
            Failure::End { at: location, expected }
        }
        ParseError::User { error } => Failure::TooDeep(error.token),
        // Neither comes from this grammar: its last token is always asked for, and the lexer is not LALRPOP's.
        ParseError::ExtraToken { token: (_, token, _) } => {
            Failure::Unexpected { token, expected: Vec::new() }
        }
        ParseError::InvalidToken { location } => {
            Failure::End { at: location, expected: Vec::new() }
        }
    })
}

impl Builder<'_> {
    /// The message for a failure. `before` is the token before the one that failed.
    pub(crate) fn explain(&self, failure: &Failure, before: Option<Token>) -> Diagnostic {
        match failure {
            Failure::TooDeep(token) => {
                let title = format!("brackets are nested too deeply: the limit is {NESTING_LIMIT}");
                Diagnostic::error(codes::NESTED_TOO_DEEPLY, title).at(self.span(*token), "")
            }
            Failure::End { at, expected } => {
                let title = format!("expected {}, but the file ends here", in_words(expected));
                Diagnostic::error(codes::UNEXPECTED_END, title).at(self.place(*at), "")
            }
            Failure::Unexpected { token, expected } => match before {
                Some(before) if self.line_ends_too_soon(before, *token, expected) => {
                    let title = format!("expected {}, but the line ends here", in_words(expected));
                    Diagnostic::error(codes::UNEXPECTED_TOKEN, title).at(self.place(before.end), "")
                }
                _ => self.unexpected(*token, expected, before),
            },
        }
    }

    /// Whether something is missing at the end of the line before a token, rather than the token being wrong.
    pub(crate) fn line_ends_too_soon(
        &self,
        before: Token,
        token: Token,
        expected: &[String],
    ) -> bool {
        let wants = |terminal: &str| expected.iter().any(|name| name.trim_matches('"') == terminal);
        // Where any word may be a name, keywords of lists and files are expected only as names.
        let name = wants("extends") && wants("BASE");
        let open = [",", "}", ")", "]"].into_iter().any(wants)
            || (!name && ["typedef", "REQUIREDNESS", "ONEWAY"].into_iter().any(wants));
        let between = &self.text[before.end as usize..token.start as usize];
        let next = matches!(
            token.kind,
            TokenKind::Identifier | TokenKind::Integer | TokenKind::RightBrace
        );
        !open && (next || token.kind.is_keyword()) && between.contains(&b'\n')
    }

    fn place(&self, at: u32) -> Span {
        Span { file: self.file, start: at, end: at }
    }

    fn unexpected(&self, token: Token, expected: &[String], before: Option<Token>) -> Diagnostic {
        let found = String::from_utf8_lossy(self.slice(token));
        let span = self.span(token);
        let wants = |terminal: &str| expected.iter().any(|name| name == terminal);
        if token.kind.is_keyword() && wants("IDENTIFIER") && !wants("INTEGER") {
            if token.kind == TokenKind::Void && wants("BASE") {
                let error =
                    Diagnostic::error(codes::UNEXPECTED_TOKEN, "`void` is not a value type");
                return error.at(span, "").help("only a function can return `void`");
            }
            if !wants("BASE") {
                let title = format!("`{found}` is a keyword and cannot be a name here");
                return Diagnostic::error(codes::KEYWORD_AS_NAME, title).at(span, "");
            }
        }
        let title = match token.kind {
            TokenKind::String => format!("expected {}, found a string", in_words(expected)),
            _ => format!("expected {}, found `{}`", in_words(expected), shortened(&found)),
        };
        let error = Diagnostic::error(codes::UNEXPECTED_TOKEN, title).at(span, "");
        match (token.kind, before) {
            (TokenKind::Less, Some(before)) if before.kind == TokenKind::Identifier => {
                let name = String::from_utf8_lossy(self.slice(before));
                match suggest::closest(&name, ["list", "set", "map"]) {
                    Some(near) => error.did_you_mean(near).fix(self.span(before), near),
                    None => error.help("only `list`, `set` and `map` have types in `<` and `>`"),
                }
            }
            _ => error,
        }
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The expected tokens in words, the likeliest first. Separators, annotations and the like are allowed almost anywhere
/// and are left out, unless nothing else is expected.
fn in_words(expected: &[String]) -> String {
    let wants = |terminal: &str| expected.iter().any(|name| name.trim_matches('"') == terminal);
    let mut words: Vec<String> = Vec::new();
    let mut say = |word: &str| words.push(word.to_owned());
    let value = wants("DOUBLE");
    let ty = wants("BASE") && wants("list") && !wants("extends");
    let word = wants("BASE") && wants("extends");
    if wants("typedef") && wants("enum") && !word {
        say("a definition");
        if wants("include") {
            say("a header");
        }
    } else if value {
        say("a value");
    } else if ty && wants("REQUIREDNESS") {
        say("a field");
    } else if ty && wants("ONEWAY") {
        say("a function");
    } else if ty {
        say("a type");
    } else if word || wants("IDENTIFIER") {
        say("a name");
    } else if wants("INTEGER") {
        say("a number");
    }
    if wants("STRING") && !value {
        say("a string");
    }
    for symbol in [":", "=", "{", "<", ">", "]", ")", "}", "*"] {
        let minor = match symbol {
            "=" => ty || wants(")") || wants("}"),
            "*" => wants("IDENTIFIER"),
            "{" => value,
            _ => false,
        };
        if wants(symbol) && !minor {
            words.push(format!("`{symbol}`"));
        }
    }
    if words.is_empty() || (words.len() == 1 && wants(",") && (wants(">") || wants("("))) {
        for symbol in [",", ";", "("] {
            if wants(symbol) {
                words.push(format!("`{symbol}`"));
            }
        }
    }
    match words.as_slice() {
        [] => "nothing more".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
