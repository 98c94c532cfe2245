//! Error correction: guesses what tokens with a mistake were meant to be, so that a member with a mistake keeps its name
//! and most of its types, and code that uses it compiles.

use crate::parsed::Parsed;
use crate::recovery::Recovery;
use crate::suggest;
use crate::syntax::{self, Failure};
use crate::token::{Token, TokenKind};

/// Longest run of tokens that is corrected. Each token is in one run at most, so that the work stays linear.
const LONGEST: usize = 1000;

/// Most tokens inserted or removed.
const EDITS: usize = 6;

/// Tokens to insert where the grammar expects them, the likeliest first. Inserted names and numbers have no text.
const INSERTED: &[(&str, TokenKind)] = &[
    (":", TokenKind::Colon),
    (">", TokenKind::Greater),
    (")", TokenKind::RightParenthesis),
    ("]", TokenKind::RightBracket),
    ("}", TokenKind::RightBrace),
    ("=", TokenKind::Equals),
    (",", TokenKind::Comma),
    ("(", TokenKind::LeftParenthesis),
    ("{", TokenKind::LeftBrace),
    ("<", TokenKind::Less),
    ("IDENTIFIER", TokenKind::Identifier),
    ("INTEGER", TokenKind::Integer),
];

impl Recovery<'_> {
    /// Parses tokens with a mistake as what was probably meant.
    pub(super) fn repaired(&self, start: TokenKind, tokens: &[Token]) -> Option<Parsed> {
        if tokens.len() > LONGEST {
            return None;
        }
        let good = tokens.iter().copied().filter(|token| token.kind != TokenKind::Bad);
        let mut tokens: Vec<Token> = good.collect();
        if start == TokenKind::StartFunctions {
            if returns_nothing(&tokens) {
                tokens.insert(0, nothing(TokenKind::Void, tokens[0].start));
            }
            self.restore_throws(&mut tokens);
        }
        let mut attempt = Attempt { left: usize::MAX, tokens };
        let mut failure = match self.attempt(start, &attempt.tokens) {
            Ok(parsed) => return Some(parsed),
            Err(failure) => failure,
        };
        for _ in 0..EDITS {
            let mut best: Option<(Attempt, Failure)> = None;
            for tokens in edits(&attempt.tokens, &failure) {
                match self.attempt(start, &tokens) {
                    Ok(parsed) => return Some(parsed),
                    Err(failure) => {
                        let left = tokens.len() - place(&tokens, &failure);
                        if best.as_ref().is_none_or(|(best, _)| left < best.left) {
                            best = Some((Attempt { left, tokens }, failure));
                        }
                    }
                }
            }
            (attempt, failure) = best?;
        }
        None
    }

    /// Corrects a misspelt `throws`, which the grammar would take for the type of the next function.
    fn restore_throws(&self, tokens: &mut [Token]) {
        for at in 2..tokens.len() {
            let [before, word, after] = [at - 2, at - 1, at].map(|at| tokens[at]);
            let kinds = [before.kind, word.kind, after.kind];
            if kinds
                == [TokenKind::RightParenthesis, TokenKind::Identifier, TokenKind::LeftParenthesis]
                && suggest::closest(&self.build.name(word).text, ["throws"]).is_some()
            {
                tokens[at - 1].kind = TokenKind::Throws;
            }
        }
    }

    fn attempt(&self, start: TokenKind, tokens: &[Token]) -> Result<Parsed, Failure> {
        syntax::parse(start, tokens.iter().copied(), self.build)
    }
}

/// Tokens after some edits.
struct Attempt {
    tokens: Vec<Token>,
    /// Number of tokens left where the parser fails.
    left: usize,
}

/// Candidates after a failure: with one token inserted, replaced or removed.
fn edits(tokens: &[Token], failure: &Failure) -> Vec<Vec<Token>> {
    let (Failure::Unexpected { expected, .. } | Failure::End { expected, .. }) = failure else {
        return Vec::new();
    };
    let at = place(tokens, failure);
    let offset = match at.checked_sub(1) {
        Some(before) => tokens[before].end,
        None => tokens.first().map_or(0, |token| token.start),
    };
    let wants = |terminal: &str| expected.iter().any(|name| name.trim_matches('"') == terminal);
    let inserted = INSERTED.iter().filter(|(terminal, _)| wants(terminal)).map(|&(_, kind)| {
        let mut edited = tokens.to_vec();
        edited.insert(at, nothing(kind, offset));
        edited
    });
    let mut edits = Vec::new();
    // A word or string in the place of a number.
    if let Some(token) = tokens.get(at)
        && matches!(token.kind, TokenKind::Identifier | TokenKind::String | TokenKind::Double)
        && wants("INTEGER")
        && !wants("IDENTIFIER")
    {
        let mut edited = tokens.to_vec();
        edited[at] = nothing(TokenKind::Integer, token.start);
        edits.push(edited);
    }
    edits.extend(inserted);
    // The token before may be the wrong one, as in `1: optinal string name`.
    for at in [Some(at), at.checked_sub(1), at.checked_sub(2)].into_iter().flatten() {
        if at < tokens.len() {
            let mut edited = tokens.to_vec();
            edited.remove(at);
            edits.push(edited);
        }
    }
    edits
}

/// The index of the token that failed, or of the end.
fn place(tokens: &[Token], failure: &Failure) -> usize {
    let at = match failure {
        Failure::Unexpected { token, .. } | Failure::TooDeep(token) => {
            tokens.iter().position(|other| other == token)
        }
        Failure::End { .. } => None,
    };
    at.unwrap_or(tokens.len())
}

/// A token without text.
fn nothing(kind: TokenKind, offset: u32) -> Token {
    Token { kind, start: offset, end: offset }
}

/// Whether a function does not say what it returns: `name (`.
fn returns_nothing(tokens: &[Token]) -> bool {
    matches!(tokens, [name, open, ..]
        if name.kind == TokenKind::Identifier && open.kind == TokenKind::LeftParenthesis)
}
