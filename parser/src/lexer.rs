//! Cuts the bytes of a file into tokens and comments.
//!
//! Written by hand over bytes: comments and strings may hold any bytes, and a lexer without tables needs no start-up
//! time. Every byte is looked at a bounded number of times.

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::literal::{escaped, integer_value};
use crate::reporter::Reporter;
use crate::source::{FileId, Span};
use crate::token::{Token, TokenKind};

/// A comment of any form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// Which form.
    pub kind: CommentKind,
    /// Its span, with the comment marks and without the line ending.
    pub span: Span,
}

/// The forms of comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CommentKind {
    /// `// …` or `# …`
    Line,
    /// `/* … */`, and the ones made of stars only such as `/***/`
    Block,
    /// `/** … */`: doc text
    Doc,
}

/// Result of lexing a file.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    /// The tokens in order.
    pub(crate) tokens: Vec<Token>,
    /// The comments in order.
    pub(crate) comments: Vec<Comment>,
    /// Whether an unterminated comment or string ran to the end of the file, so that an unexpected end has been reported.
    pub(crate) cut_short: bool,
}

/// Cuts a file into tokens. With `multiline_strings` a string may hold line breaks.
pub(crate) fn lex(
    text: &[u8],
    file: FileId,
    multiline_strings: bool,
    reporter: &mut Reporter,
) -> Lexed {
    let at = if text.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let mut lexer = Lexer {
        text,
        file,
        at,
        multiline_strings,
        reporter,
        lexed: Lexed::default(),
        illegal_until: None,
    };
    while lexer.at < text.len() {
        lexer.next();
    }
    lexer.lexed
}

struct Lexer<'a> {
    text: &'a [u8],
    file: FileId,
    at: usize,
    multiline_strings: bool,
    reporter: &'a mut Reporter,
    lexed: Lexed,
    /// The end of the last run of illegal characters.
    illegal_until: Option<usize>,
}

impl Lexer<'_> {
    /// Takes one token, one comment or some white space.
    fn next(&mut self) {
        let start = self.at;
        match self.text[start] {
            b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
            b'#' => self.line_comment(),
            b'/' if self.peek(1) == Some(b'/') => self.line_comment(),
            b'/' if self.peek(1) == Some(b'*') => self.block_comment(),
            b'"' | b'\'' => self.string(),
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => self.word(),
            b'0'..=b'9' => self.number(),
            b'.' if self.digit_at(1) => self.number(),
            b'+' | b'-' if self.digit_at(1) || (self.peek(1) == Some(b'.') && self.digit_at(2)) => {
                self.number()
            }
            byte => match symbol(byte) {
                Some(kind) => {
                    self.at += 1;
                    self.push(kind, start);
                }
                None => self.illegal(),
            },
        }
    }

    fn line_comment(&mut self) {
        let start = self.at;
        let rest = &self.text[start..];
        self.at = rest
            .iter()
            .position(|&byte| byte == b'\n')
            .map_or(self.text.len(), |length| start + length);
        let end = if self.text[start..self.at].ends_with(b"\r") { self.at - 1 } else { self.at };
        let span = self.span(start, end);
        self.lexed.comments.push(Comment { kind: CommentKind::Line, span });
    }

    fn block_comment(&mut self) {
        let start = self.at;
        match self.text[start + 2..].windows(2).position(|pair| pair == b"*/") {
            Some(length) => self.at = start + 2 + length + 2,
            None => {
                self.at = self.text.len();
                self.lexed.cut_short = true;
                let error =
                    Diagnostic::error(codes::UNTERMINATED_COMMENT, "this comment never ends");
                let span = self.span(start, start + 2);
                self.reporter.report(error.at(span, "opened here").help("end it with `*/`"));
                return;
            }
        }
        let text = &self.text[start..self.at];
        let only_stars = text[1..text.len() - 1].iter().all(|&byte| byte == b'*');
        let kind = if text.starts_with(b"/**") && !only_stars {
            CommentKind::Doc
        } else {
            CommentKind::Block
        };
        let span = self.span(start, self.at);
        self.lexed.comments.push(Comment { kind, span });
    }

    fn string(&mut self) {
        let start = self.at;
        let quote = self.text[start];
        self.at += 1;
        loop {
            match self.text.get(self.at) {
                Some(&byte) if byte == quote => {
                    self.at += 1;
                    break;
                }
                Some(b'\\') => self.escape(),
                Some(b'\n') if !self.multiline_strings => {
                    self.unterminated_string(start, "a string cannot go on in the next line");
                    break;
                }
                Some(_) => self.at += 1,
                None => {
                    self.lexed.cut_short = true;
                    self.unterminated_string(start, "the file ends inside of it");
                    break;
                }
            }
        }
        // `cpp_type` is a keyword only in front of the C++ type's name.
        if let Some(last) = self.lexed.tokens.last_mut()
            && &self.text[last.start as usize..last.end as usize] == b"cpp_type"
        {
            last.kind = TokenKind::CppType;
        }
        self.push(TokenKind::String, start);
    }

    fn unterminated_string(&mut self, start: usize, why: &str) {
        let error =
            Diagnostic::error(codes::UNTERMINATED_STRING, "this string has no closing quote");
        let line =
            self.text[start..self.at].iter().position(|&byte| byte == b'\n' || byte == b'\r');
        let span = self.span(start, line.map_or(self.at, |length| start + length));
        self.reporter.report(error.at(span, why));
    }

    /// Takes a backslash and what it escapes.
    fn escape(&mut self) {
        let start = self.at;
        self.at += 1;
        let Some(&byte) = self.text.get(self.at) else { return };
        if escaped(byte).is_none() {
            let end = self.character_end(self.at);
            let (shown, title) = match byte {
                b'\n' | b'\r' => (start + 1, "a backslash cannot join lines".to_owned()),
                _ => (
                    end,
                    format!("unknown escape `{}`", String::from_utf8_lossy(&self.text[start..end])),
                ),
            };
            let error = Diagnostic::error(codes::BAD_ESCAPE, title).at(self.span(start, shown), "");
            self.reporter.report(error.help(r#"the escapes are \n \r \t \" \' \\"#));
        }
        self.at += 1;
    }

    fn word(&mut self) {
        let start = self.at;
        self.at += 1;
        while let Some(&byte) = self.text.get(self.at) {
            let more = match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' => true,
                b'.' => {
                    self.peek(1).is_some_and(|next| next.is_ascii_alphanumeric() || next == b'_')
                }
                // No token starts with a hyphen and a letter, so `a-b.T` can name what `include "a-b.thrift"` brings.
                b'-' => self.peek(1).is_some_and(|next| next.is_ascii_alphabetic() || next == b'_'),
                _ => false,
            };
            if !more {
                break;
            }
            self.at += 1;
        }
        let kind = TokenKind::of_word(&self.text[start..self.at]);
        self.push(kind, start);
    }

    fn number(&mut self) {
        let start = self.at;
        if matches!(self.text[start], b'+' | b'-') {
            self.at += 1;
        }
        let mut kind = TokenKind::Integer;
        let mut good = true;
        if self.text[self.at..].starts_with(b"0x") {
            self.at += 2;
            let digits = self.at;
            while self.peek(0).is_some_and(|byte| byte.is_ascii_hexdigit()) {
                self.at += 1;
            }
            good = self.at > digits;
        } else {
            self.digits();
            if self.peek(0) == Some(b'.') {
                kind = TokenKind::Double;
                self.at += 1;
                self.digits();
            }
            let sign = usize::from(matches!(self.peek(1), Some(b'+' | b'-')));
            if matches!(self.peek(0), Some(b'e' | b'E')) && self.digit_at(1 + sign) {
                kind = TokenKind::Double;
                self.at += 1 + sign;
                self.digits();
            }
        }
        // Characters directly after a number belong to the mistake.
        while self
            .peek(0)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.')
        {
            good = false;
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        let shown = String::from_utf8_lossy(text);
        let span = self.span(start, self.at);
        if !good {
            let error = Diagnostic::error(
                codes::BAD_NUMBER,
                format!("`{shown}` is not a valid number or name"),
            );
            let help =
                "numbers look like 10, -5, 0x1F, 1.5 or 1e9; names start with a letter or `_`";
            self.reporter.report(error.at(span, "").help(help));
            kind = TokenKind::Bad;
        } else if kind == TokenKind::Integer && integer_value(text).is_none() {
            let error = Diagnostic::error(
                codes::INTEGER_TOO_BIG,
                format!("`{shown}` does not fit in 64 bits"),
            );
            let note = "integers range from -9223372036854775808 to 9223372036854775807";
            self.reporter.report(error.at(span, "").note(note));
        }
        self.push(kind, start);
    }

    fn digits(&mut self) {
        while self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }

    /// Takes a run of bytes that cannot start a token: one message, one token that stops the parser.
    fn illegal(&mut self) {
        let start = self.at;
        let first = self.text[start];
        self.at = self.character_end(start);
        while self.at < self.text.len()
            && (self.text[self.at] == first || !self.text[self.at].is_ascii())
        {
            self.at = self.character_end(self.at);
        }
        self.push(TokenKind::Bad, start);
        // One message for each line: a pair of wrong quotes is one mistake.
        let before = self.illegal_until.replace(self.at);
        if before.is_some_and(|before| !self.text[before..start].contains(&b'\n')) {
            return;
        }
        let span = self.span(start, self.at);
        let end = self.character_end(start);
        let character =
            std::str::from_utf8(&self.text[start..end]).ok().and_then(|text| text.chars().next());
        let title = match character {
            Some(character) if character.is_control() || character.is_whitespace() => {
                format!("illegal character U+{:04X}", u32::from(character))
            }
            Some('\u{FEFF}') => "illegal character U+FEFF (a byte order mark)".to_owned(),
            Some(character) => format!("illegal character `{character}`"),
            None => format!("illegal byte 0x{first:02X}"),
        };
        let error = Diagnostic::error(codes::ILLEGAL_CHARACTER, title).at(span, "");
        self.reporter.report(match character {
            Some('+' | '-') => error.help("a sign is written directly before the digits"),
            Some('.') => error.help("a dot in a name needs a letter, digit or `_` on both sides"),
            Some('@') => {
                error.help("annotations are written after what they annotate: `(key = \"value\")`")
            }
            Some('/') => error.help("comments start with `//`, `#` or `/*`"),
            Some('\u{2018}' | '\u{2019}' | '\u{201C}' | '\u{201D}') => {
                error.help("strings are written in \"…\" or '…'")
            }
            Some(character) if character.is_whitespace() => {
                error.help("whitespace is space, tab, CR and LF")
            }
            Some(character) if !character.is_ascii() => {
                error.help("names are made of ASCII letters, digits, `_` and dots")
            }
            _ => error,
        });
    }

    /// The end of the UTF-8 character that starts at the offset; one byte if it is none.
    fn character_end(&self, at: usize) -> usize {
        let length = match self.text[at] {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => 1,
        };
        let end = (at + length).min(self.text.len());
        if std::str::from_utf8(&self.text[at..end]).is_ok() { end } else { at + 1 }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    fn digit_at(&self, ahead: usize) -> bool {
        self.peek(ahead).is_some_and(|byte| byte.is_ascii_digit())
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        self.lexed.tokens.push(Token { kind, start: start as u32, end: self.at as u32 });
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span { file: self.file, start: start as u32, end: end as u32 }
    }
}

fn symbol(byte: u8) -> Option<TokenKind> {
    Some(match byte {
        b',' => TokenKind::Comma,
        b';' => TokenKind::Semicolon,
        b':' => TokenKind::Colon,
        b'=' => TokenKind::Equals,
        b'*' => TokenKind::Star,
        b'&' => TokenKind::Ampersand,
        b'(' => TokenKind::LeftParenthesis,
        b')' => TokenKind::RightParenthesis,
        b'[' => TokenKind::LeftBracket,
        b']' => TokenKind::RightBracket,
        b'{' => TokenKind::LeftBrace,
        b'}' => TokenKind::RightBrace,
        b'<' => TokenKind::Less,
        b'>' => TokenKind::Greater,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use TokenKind::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        let (kinds, codes) = lexed(text.as_bytes());
        assert!(codes.is_empty(), "{text}: {codes:?}");
        kinds
    }

    fn lexed(text: &[u8]) -> (Vec<TokenKind>, Vec<&'static str>) {
        let mut reporter = Reporter::default();
        let lexed = lex(text, FileId(0), false, &mut reporter);
        let codes = reporter.finish().iter().map(|diagnostic| diagnostic.code).collect();
        (lexed.tokens.iter().map(|token| token.kind).collect(), codes)
    }

    fn comments(text: &str) -> Vec<(CommentKind, &str)> {
        let lexed = lex(text.as_bytes(), FileId(0), false, &mut Reporter::default());
        let slice = |span: Span| &text[span.start as usize..span.end as usize];
        lexed.comments.iter().map(|comment| (comment.kind, slice(comment.span))).collect()
    }

    #[test]
    fn no_white_space_is_needed_between_tokens() {
        assert_eq!(kinds("include\"x\""), [Include, String]);
        assert_eq!(kinds("1:i32"), [Integer, Colon, Base]);
        assert_eq!(kinds("namespace *a"), [Namespace, Star, Identifier]);
        assert_eq!(kinds("list<list<i32>>"), [List, Less, List, Less, Base, Greater, Greater]);
    }

    #[test]
    fn a_name_may_hold_dots_digits_and_hyphens_inside() {
        assert_eq!(kinds("a.1b list.T struct.x true.x a-b.T _"), [Identifier; 6]);
        assert_eq!(lexed(b"a."), (vec![Identifier, Bad], vec![codes::ILLEGAL_CHARACTER]));
        assert_eq!(lexed(b"a..b").1, [codes::ILLEGAL_CHARACTER]);
        assert_eq!(kinds("a-1"), [Identifier, Integer]);
    }

    #[test]
    fn keywords_are_whole_lower_case_words() {
        assert_eq!(
            kinds("true True i32 I32 i32x"),
            [Boolean, Identifier, Base, Identifier, Identifier]
        );
        assert_eq!(kinds("cpp_type cpp_type \"x\""), [Identifier, CppType, String]);
    }

    #[test]
    fn numbers_of_every_form_are_read() {
        assert_eq!(kinds("0 -5 +1 010 08 0x1F -0x1f"), [Integer; 7]);
        assert_eq!(kinds("1.5 .5 -.5 +.5e-3 1e5 1E+5 5. 1.e5 1e400"), [Double; 9]);
        for text in ["1_000", "5L", "0X1F", "0b11", "0x", "1S", "1.5f", "1.2.3", "1e", "0xg"] {
            assert_eq!(lexed(text.as_bytes()).1, [codes::BAD_NUMBER], "{text}");
        }
        assert_eq!(lexed(b"- 5"), (vec![Bad, Integer], vec![codes::ILLEGAL_CHARACTER]));
        assert_eq!(lexed(b"--5").0, [Bad, Integer]);
    }

    #[test]
    fn integers_must_fit_in_64_bits() {
        assert_eq!(lexed(b"99999999999999999999").1, [codes::INTEGER_TOO_BIG]);
        assert_eq!(lexed(b"0xffffffffffffffffffffffffffffffffffff").1, [codes::INTEGER_TOO_BIG]);
    }

    #[test]
    fn strings_take_either_quote_and_six_escapes() {
        assert_eq!(lexed(b"\"\\x\" \"b\""), (vec![String, String], vec![codes::BAD_ESCAPE]));
        assert_eq!(lexed(b"\"a\\\nb\"").1, [codes::BAD_ESCAPE]);
        assert_eq!(
            lexed(b"\"abc\nx"),
            (vec![String, Identifier], vec![codes::UNTERMINATED_STRING])
        );
        assert_eq!(lexed(b"\"abc\\").1, [codes::UNTERMINATED_STRING]);
        assert_eq!(lexed(b"\"a\rb\"").1, [""; 0]);
    }

    #[test]
    fn strings_may_span_lines_on_request() {
        let mut reporter = Reporter::default();
        let lexed = lex(b"\"a\nb\" x", FileId(0), true, &mut reporter);
        assert_eq!(lexed.tokens.len(), 2);
        assert!(reporter.finish().is_empty());
    }

    #[test]
    fn comments_have_three_forms() {
        assert_eq!(
            comments("# a\r\n// b\n///c"),
            [(CommentKind::Line, "# a"), (CommentKind::Line, "// b"), (CommentKind::Line, "///c"),]
        );
        assert_eq!(
            comments("/**//***//*****/"),
            [
                (CommentKind::Block, "/**/"),
                (CommentKind::Block, "/***/"),
                (CommentKind::Block, "/*****/"),
            ]
        );
        assert_eq!(
            comments("/** a *//*** b *//* /* */"),
            [
                (CommentKind::Doc, "/** a */"),
                (CommentKind::Doc, "/*** b */"),
                (CommentKind::Block, "/* /* */"),
            ]
        );
        assert_eq!(comments("/*/ x /*/"), [(CommentKind::Block, "/*/ x /*/")]);
    }

    #[test]
    fn a_comment_without_end_is_one_error_at_its_start() {
        assert_eq!(lexed(b"struct /* abc"), (vec![Struct], vec![codes::UNTERMINATED_COMMENT]));
        assert_eq!(lexed(b"/*"), (vec![], vec![codes::UNTERMINATED_COMMENT]));
        assert_eq!(lexed(b"/*/").1, [codes::UNTERMINATED_COMMENT]);
    }

    #[test]
    fn a_byte_order_mark_is_skipped_at_the_start_only() {
        assert_eq!(lexed(b"\xEF\xBB\xBFstruct"), (vec![Struct], vec![]));
        assert_eq!(lexed(b"struct \xEF\xBB\xBF").1, [codes::ILLEGAL_CHARACTER]);
    }

    #[test]
    fn a_run_of_illegal_bytes_is_one_error() {
        assert_eq!(lexed(b"\x0C\x0C\x0C").1, [codes::ILLEGAL_CHARACTER]);
        assert_eq!(lexed(b"\xC2\xA0\xC2\xA0 \0 @").1, [codes::ILLEGAL_CHARACTER]);
        assert_eq!(lexed(b"@\n@").1, [codes::ILLEGAL_CHARACTER; 2]);
        assert_eq!(lexed(b"\xE9\xE9").0, [Bad]);
    }
}
