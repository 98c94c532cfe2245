//! What can be written at a place of a file, for completion in editors.
//!
//! The grammar decides: the tokens before the place are parsed, and what it expects next says where the place is.
//! Everything behind the place is ignored, so that it may be as broken as text is while it is written.

use crate::ast;
use crate::builder::Builder;
use crate::lexer::{CommentKind, lex};
use crate::literal::string_value;
use crate::parsed::Parsed;
use crate::program::StructKind;
use crate::recovery;
use crate::reporter::Reporter;
use crate::source::{FileId, Span};
use crate::syntax::{self, Failure};
use crate::token::{Token, TokenKind};

/// A place in a file, and what belongs there.
#[derive(Debug, Clone)]
pub struct Cursor {
    /// The word at the place, which a completion replaces: from its first letter to its last. Empty between words. In
    /// a string it is the text between the quotes.
    pub word: Span,
    /// What belongs there.
    pub place: Place,
}

/// What belongs at a place.
#[derive(Debug, Clone)]
pub enum Place {
    /// Nothing that exists: comments, numbers, names that are declared here.
    Nothing,
    /// A definition, or a header if none precedes.
    Item {
        /// Whether headers may still come.
        headers: bool,
    },
    /// The path of an include, within the quotes.
    Path,
    /// The language of a namespace.
    Scope,
    /// A field: its requiredness or its type.
    Field(Owner),
    /// A type.
    Type,
    /// A function: `oneway` or its return type.
    Function {
        /// Whether `throws` may come, too.
        throws: bool,
    },
    /// A service, behind `extends`.
    Service,
    /// Only this word.
    Keyword(&'static str),
    /// A value.
    Value(Expected),
    /// The key of an annotation.
    Annotation(Owner),
    /// The value of the annotation with this key, within the quotes.
    AnnotationValue(String),
}

/// What a field or an annotation belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A namespace
    Namespace,
    /// A constant
    Const,
    /// A typedef
    Typedef,
    /// An enum
    Enum,
    /// A value of an enum
    EnumValue,
    /// A struct, union or exception
    Struct(StructKind),
    /// A field of one
    Field,
    /// A service
    Service,
    /// A function
    Function,
    /// The arguments of a function
    Arguments,
    /// The exceptions of a function
    Throws,
}

/// The type of an expected value: `path` leads from the type that is written in the file into the brackets of the value.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The type of the whole value, if it could be read.
    pub ty: Option<ast::Type>,
    /// The steps into the value.
    pub path: Vec<Step>,
    /// Whether the place is within the quotes of a string.
    pub quoted: bool,
}

/// A step into the brackets of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An element of `[…]`.
    Element,
    /// A key in `{…}`.
    Key,
    /// What belongs to a key in `{…}`, which is a string if it is known.
    Entry(Option<String>),
}

/// Finds out what belongs at an offset of a text. Offsets behind the end count as the end.
///
/// ```
/// use thriftly_parser::cursor::{Place, cursor};
///
/// let text = "struct Nap { 1: optional str";
/// let cursor = cursor(text, text.len() as u32);
/// assert!(matches!(cursor.place, Place::Type));
/// assert_eq!(&text[cursor.word.start as usize..], "str");
/// ```
pub fn cursor(text: impl AsRef<[u8]>, offset: u32) -> Cursor {
    let text = text.as_ref();
    let offset = (offset as usize).min(text.len());
    let file = FileId(0);
    // What is behind the line of the place is not read.
    let end = text[offset..].iter().position(|&byte| byte == b'\n');
    let text = &text[..end.map_or(text.len(), |length| offset + length)];
    let lexed = lex(text, file, false, &mut Reporter::default());
    let build = Builder { text, file };
    let at = offset as u32;
    let nothing = |word: Span| Cursor { word, place: Place::Nothing };
    let empty = Span { file, start: at, end: at };
    let inside = lexed.comments.iter().any(|comment| {
        let open = comment.kind == CommentKind::Line && at == comment.span.end;
        comment.span.start < at && (at < comment.span.end || open)
    });
    if inside {
        return nothing(empty);
    }
    let string = lexed
        .tokens
        .iter()
        .find(|token| token.kind == TokenKind::String && token.start < at && at < token.end + 1);
    let (word, quoted) = match string {
        Some(token) => match within_quotes(text, *token, at) {
            Some(word) => (word, true),
            None => return nothing(empty),
        },
        None => (word_at(text, offset), false),
    };
    let first = text.get(word.start as usize).filter(|_| word.start < word.end);
    if !quoted && first.is_some_and(|byte| !byte.is_ascii_alphabetic() && *byte != b'_') {
        return nothing(word);
    }
    let start = if quoted { word.start - 1 } else { word.start };
    let before = lexed.tokens.partition_point(|token| token.end <= start);
    let place = Finder { build: &build, tokens: &lexed.tokens[..before], quoted }.place();
    Cursor { word, place }
}

/// The text between the quotes of a string, if the place is between them.
fn within_quotes(text: &[u8], token: Token, at: u32) -> Option<Span> {
    let bytes = &text[token.start as usize..token.end as usize];
    let closed = bytes.len() > 1 && bytes.last() == bytes.first();
    let (start, end) = (token.start + 1, token.end - u32::from(closed));
    (start <= at && at <= end).then_some(Span { file: FileId(0), start, end })
}

/// The word around an offset, with the dots in it.
fn word_at(text: &[u8], offset: usize) -> Span {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    let mut start = offset;
    while let Some(before) = start.checked_sub(1) {
        let hyphen = text[before] == b'-'
            && before.checked_sub(1).is_some_and(|at| part(text[at]))
            && text.get(start).is_some_and(u8::is_ascii_alphabetic);
        if !part(text[before]) && !hyphen {
            break;
        }
        start = before;
    }
    let length = text[offset..].iter().take_while(|&&byte| part(byte)).count();
    Span { file: FileId(0), start: start as u32, end: (offset + length) as u32 }
}

/// How many lines of a body with a mistake are tried as the start of the member at the place.
const LINES: usize = 8;

struct Finder<'a> {
    build: &'a Builder<'a>,
    /// The tokens before the word.
    tokens: &'a [Token],
    quoted: bool,
}

impl Finder<'_> {
    fn place(&self) -> Place {
        let items = recovery::items(self.tokens, self.build);
        let headers = |to: usize| {
            items[..to].iter().all(|item| {
                use TokenKind::{CppInclude, Include, Namespace};
                matches!(self.tokens[item.start].kind, Include | CppInclude | Namespace)
            })
        };
        let Some(item) = items.last().map(|item| &self.tokens[item.clone()]) else {
            return Place::Item { headers: true };
        };
        match syntax::parse(TokenKind::StartItem, item.iter().copied(), self.build) {
            Ok(_) => Place::Item { headers: headers(items.len()) },
            Err(Failure::End { expected, .. }) => self.classified(item, &expected),
            Err(failure) if failure.offset() == item[0].start => {
                Place::Item { headers: headers(items.len() - 1) }
            }
            Err(_) => self.in_broken(item),
        }
    }

    /// The place in an item with a mistake before it.
    fn in_broken(&self, item: &[Token]) -> Place {
        let start = match item[0].kind {
            TokenKind::Struct | TokenKind::Exception => TokenKind::StartFields,
            TokenKind::Enum => TokenKind::StartEnumValues,
            TokenKind::Service => TokenKind::StartFunctions,
            _ => return Place::Nothing,
        };
        let open = item.iter().position(|token| token.kind == TokenKind::LeftBrace);
        let Some(open) = open else { return Place::Nothing };
        if item.len() == open + 1 {
            return Place::Nothing;
        }
        let lines = (open + 1..item.len()).rev().filter(|&at| {
            let between = item[at - 1].end as usize..item[at].start as usize;
            at == open + 1 || self.build.text[between].contains(&b'\n')
        });
        for at in lines.take(LINES) {
            let member = item[at..].iter().copied();
            match syntax::parse(start, member, self.build) {
                Err(Failure::End { expected, .. }) => return self.classified(item, &expected),
                // A member ends before the place, and another may begin.
                Ok(_) => return self.member(item, start),
                Err(_) => {}
            }
        }
        self.member(item, start)
    }

    /// The place of a member of a definition.
    fn member(&self, item: &[Token], start: TokenKind) -> Place {
        match start {
            TokenKind::StartFields => Place::Field(self.owner(item)),
            TokenKind::StartFunctions => Place::Function { throws: false },
            _ => Place::Nothing,
        }
    }

    /// The place after the tokens of an item, by what the grammar expects there.
    fn classified(&self, item: &[Token], expected: &[String]) -> Place {
        use TokenKind::*;
        let wants = |terminal: &str| expected.iter().any(|name| name.trim_matches('"') == terminal);
        let last = item.last().map(|token| token.kind);
        if self.quoted {
            return match last {
                Some(Include) => Place::Path,
                Some(Equals) if !wants("DOUBLE") && wants("STRING") => {
                    let key = item.len().checked_sub(2).map(|at| self.build.name(item[at]).text);
                    Place::AnnotationValue(key.unwrap_or_default())
                }
                _ if wants("DOUBLE") => self.value(item),
                _ => Place::Nothing,
            };
        }
        let word = wants("BASE") && wants("extends");
        let ty = wants("BASE") && wants("list") && !word;
        if wants("DOUBLE") {
            self.value(item)
        } else if ty && wants("REQUIREDNESS") {
            Place::Field(self.owner(item))
        } else if ty && wants("ONEWAY") {
            Place::Function { throws: ends_with_arguments(item) }
        } else if ty {
            Place::Type
        } else if word {
            match wants(")") && !wants("INTEGER") {
                true => Place::Annotation(self.owner(item)),
                false => Place::Nothing,
            }
        } else {
            match last {
                Some(Extends) => Place::Service,
                Some(Namespace) => Place::Scope,
                _ if wants("extends") => Place::Keyword("extends"),
                _ => Place::Nothing,
            }
        }
    }

    /// The innermost open bracket of an item, and what it belongs to.
    fn owner(&self, item: &[Token]) -> Owner {
        use TokenKind::*;
        let mut open: Vec<usize> = Vec::new();
        for (at, token) in item.iter().enumerate() {
            match token.kind.depth_change() {
                1 => open.push(at),
                -1 => drop(open.pop()),
                _ => {}
            }
        }
        let kind = |at: usize| item[at].kind;
        let in_body = open.first().is_some_and(|&at| kind(at) == LeftBrace);
        let parenthesis = open.iter().rev().find(|&&at| kind(at) == LeftParenthesis).copied();
        match (item[0].kind, in_body) {
            (Namespace | Include | CppInclude, _) => Owner::Namespace,
            (Const, _) => Owner::Const,
            (Typedef, _) => Owner::Typedef,
            (Enum, false) => Owner::Enum,
            (Enum, true) => Owner::EnumValue,
            (Service, false) => Owner::Service,
            (Service, true) => {
                let outer = open.get(1).copied();
                match outer {
                    // Annotations of a field in the parentheses of a function.
                    Some(outer) if parenthesis.is_some_and(|inner| inner > outer) => Owner::Field,
                    Some(outer) if outer > 0 && kind(outer - 1) == Throws => Owner::Throws,
                    // Behind the arguments.
                    Some(outer) if outer > 0 && kind(outer - 1) == RightParenthesis => {
                        Owner::Function
                    }
                    _ => Owner::Arguments,
                }
            }
            (_, true) if parenthesis.is_some() => Owner::Field,
            _ => Owner::Struct(self.build.struct_kind(item[0])),
        }
    }

    /// The place of a value.
    fn value(&self, item: &[Token]) -> Place {
        use TokenKind::*;
        let mut path = Vec::new();
        let mut depth = 0;
        // The start of the value or bracket that has the place in it.
        let mut child = item.len();
        let mut ty = None;
        for at in (0..item.len()).rev() {
            match item[at].kind {
                RightBracket | RightBrace | RightParenthesis | Greater => depth += 1,
                LeftBracket | LeftBrace | LeftParenthesis | Less if depth > 0 => depth -= 1,
                LeftBracket => {
                    path.push(Step::Element);
                    child = at;
                }
                LeftBrace => {
                    path.push(match child.checked_sub(1).map(|before| item[before].kind) {
                        Some(Colon) => Step::Entry(self.key(item, child)),
                        _ => Step::Key,
                    });
                    child = at;
                }
                Equals if depth == 0 => {
                    ty = at.checked_sub(1).and_then(|name| self.type_before(&item[..name]));
                    break;
                }
                _ => {}
            }
        }
        path.reverse();
        Place::Value(Expected { ty, path, quoted: self.quoted })
    }

    /// The key before the colon before an entry.
    fn key(&self, item: &[Token], entry: usize) -> Option<String> {
        let key = item.get(entry.checked_sub(2)?)?;
        let text = string_value(self.build.slice(*key));
        (key.kind == TokenKind::String).then(|| String::from_utf8_lossy(&text).into_owned())
    }

    /// The type that the tokens end with.
    fn type_before(&self, tokens: &[Token]) -> Option<ast::Type> {
        use TokenKind::*;
        let mut start = tokens.len();
        let mut depth = 0;
        // A type ends with its annotations or `>`, and starts with a word outside of those.
        loop {
            start = start.checked_sub(1)?;
            match tokens[start].kind {
                RightParenthesis | Greater => depth += 1,
                LeftParenthesis | Less => depth -= 1,
                kind if depth == 0 && kind.starts_type() => break,
                Ampersand | Integer => {}
                _ if depth > 0 => {}
                _ => return None,
            }
        }
        let place = tokens[start].start;
        let word = Token { kind: Typedef, start: place, end: place };
        let name = Token { kind: Identifier, start: place, end: place };
        let ty = tokens[start..].iter().copied().filter(|token| token.kind != Ampersand);
        let typedef = std::iter::once(word).chain(ty).chain([name]);
        match syntax::parse(StartItem, typedef, self.build) {
            Ok(Parsed::Definition(ast::Definition::Typedef(node))) => Some(node.ty),
            _ => None,
        }
    }
}

/// Whether the last token closes the arguments of a function, so that `throws` may follow.
fn ends_with_arguments(item: &[Token]) -> bool {
    use TokenKind::{Identifier, LeftParenthesis, RightParenthesis};
    if item.last().map(|token| token.kind) != Some(RightParenthesis) {
        return false;
    }
    let mut depth = 0;
    let open = item.iter().rposition(|token| {
        match token.kind {
            LeftParenthesis => depth -= 1,
            RightParenthesis => depth += 1,
            _ => {}
        }
        depth == 0
    });
    // Behind a name and not behind `throws` or `)`: those are exceptions and annotations.
    let before = open.and_then(|open| item[..open].last()).map(|token| token.kind);
    before == Some(Identifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The place at `|`.
    fn place(text: &str) -> (String, Place) {
        let at = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let Cursor { word, place } = cursor(&text, at as u32);
        (text[word.start as usize..word.end as usize].to_owned(), place)
    }

    fn shown(text: &str) -> String {
        let (word, place) = place(text);
        let place = match place {
            Place::Value(Expected { ty, path, quoted }) => {
                let ty = ty.map(|ty| match ty.kind {
                    ast::TypeKind::Named(name) => name,
                    kind => format!("{kind:?}").split(['(', ' ']).next().unwrap().to_owned(),
                });
                format!("Value {ty:?} {path:?} {quoted}")
            }
            place => format!("{place:?}"),
        };
        format!("{word} {place}").trim_start().to_owned()
    }

    #[test]
    fn headers_and_definitions_start_outside_of_others() {
        assert_eq!(shown("|"), "Item { headers: true }");
        assert_eq!(shown("include \"a.thrift\"\nna|"), "na Item { headers: true }");
        assert_eq!(shown("struct S {}\nen|um E {}"), "enum Item { headers: false }");
        assert_eq!(shown("struct S { 1: i32 a }\n|\nstruct T {}"), "Item { headers: false }");
        assert_eq!(shown("strct|"), "strct Item { headers: true }");
    }

    #[test]
    fn names_that_are_declared_numbers_and_comments_are_nothing() {
        for text in [
            "struct S|",
            "struct S { 1: i32 nam| }",
            "enum E { RE|D }",
            "service S { void f| }",
            "struct S { 1| }",
            "// he|re",
            "/* he|re */",
            "# |",
            "const i32 X = 1|",
            "struct S { 1: string s = \"te|xt\" (rust.name = \"a\") } // ",
            "namespace rs a|",
        ] {
            let place = place(text).1;
            let quoted = matches!(&place, Place::Value(expected) if expected.quoted);
            assert!(quoted || matches!(place, Place::Nothing), "{text}: {place:?}");
        }
    }

    #[test]
    fn headers_have_paths_and_languages() {
        assert_eq!(shown("include \"sha|"), "sha Path");
        assert_eq!(shown("include '|'"), "Path");
        assert_eq!(shown("include \"a/|b.thrift\"\nstruct S {}"), "a/b.thrift Path");
        assert_eq!(shown("namespace p|"), "p Scope");
    }

    #[test]
    fn fields_start_with_requiredness_or_a_type() {
        assert_eq!(shown("struct S { | }"), "Field(Struct(Struct))");
        assert_eq!(shown("union S { 1: |"), "Field(Struct(Union))");
        assert_eq!(shown("struct S { 1: i32 a\n 2: opt| }"), "opt Field(Struct(Struct))");
        assert_eq!(shown("struct S { 1: optional |"), "Type");
        assert_eq!(shown("struct S { 1: map<string, shared.|"), "shared. Type");
        assert_eq!(shown("service S { void f(1: st|"), "st Field(Arguments)");
        assert_eq!(shown("service S { void f() throws (1: |"), "Field(Throws)");
        assert_eq!(shown("typedef |"), "Type");
        assert_eq!(shown("const li|"), "li Type");
    }

    #[test]
    fn services_have_functions_and_bases() {
        assert_eq!(shown("service S { on| }"), "on Function { throws: false }");
        assert_eq!(shown("service S { void f() |"), "Function { throws: true }");
        assert_eq!(shown("service S |"), "Keyword(\"extends\")");
        assert_eq!(shown("service S extends sh|"), "sh Service");
    }

    #[test]
    fn values_have_the_type_that_is_written_before_their_name() {
        let none = "[] false";
        assert_eq!(shown("const Color C = R|"), format!("R Value Some(\"Color\") {none}"));
        assert_eq!(
            shown("struct S { 1: shared.Color c = shared.Color.|"),
            format!("shared.Color. Value Some(\"shared.Color\") {none}")
        );
        assert_eq!(
            shown("const list<Color> C = [A, {|"),
            "Value Some(\"List\") [Element, Key] false"
        );
        assert_eq!(
            shown("const map<string, S> C = {\"a\": {\"b\": |"),
            "Value Some(\"Map\") [Entry(Some(\"a\")), Entry(Some(\"b\"))] false"
        );
        assert_eq!(shown("const S C = {\"na|\": 1}"), "na Value Some(\"S\") [Key] true");
        assert_eq!(
            shown("service S { void f(1: Color (a = \"b\") c = |"),
            format!("Value Some(\"Color\") {none}")
        );
    }

    #[test]
    fn annotations_belong_to_what_is_before_them() {
        assert_eq!(shown("struct S { 1: i32 a (ru| }"), "ru Annotation(Field)");
        assert_eq!(shown("struct S {} (|"), "Annotation(Struct(Struct))");
        assert_eq!(shown("exception S {} (|)"), "Annotation(Struct(Exception))");
        assert_eq!(shown("enum E { A (|"), "Annotation(EnumValue)");
        assert_eq!(shown("service S { void f() (|"), "Annotation(Function)");
        assert_eq!(shown("service S { void f(1: i32 a (|"), "Annotation(Field)");
        assert_eq!(shown("service S { void f() throws (1: E e) (|"), "Annotation(Function)");
        assert_eq!(shown("struct S {} (rust.derive = \"|\")"), "AnnotationValue(\"rust.derive\")");
        assert_eq!(shown("struct S {} (a = \"b\", r|"), "r Annotation(Struct(Struct))");
    }

    #[test]
    fn mistakes_before_the_place_do_not_hide_it() {
        assert_eq!(shown("struct A {\n 1: i32\n 2: wrong wrong wrong\n 3: optional |\n}"), "Type");
        assert_eq!(shown("}}} struct\nservice S {\n void ((\n oneway |\n"), "Type");
        assert_eq!(shown("struct A {\n 1: , ,\n |\n}"), "Field(Struct(Struct))");
    }

    #[test]
    fn every_offset_of_a_file_has_a_place() {
        let text = "include \"a.thrift\"\nenum E { A = 1 (x = \"y\") }\nconst map<E, list<S>> M = {E.A: [{\"f\": 'é'}]}\nservice S { void f(1: a.B b = 5) throws (1: X x) } // end";
        for offset in 0..=text.len() as u32 + 3 {
            for end in [text.len(), offset as usize] {
                let Some(text) = text.as_bytes().get(..end) else { continue };
                let Span { start, end, .. } = cursor(text, offset).word;
                assert!(start <= end && end as usize <= text.len());
            }
        }
    }
}
