//! Tokens of the language.

/// A token: its kind and span. Its text is looked up in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    /// Its kind.
    pub(crate) kind: TokenKind,
    /// Offset of its first byte.
    pub(crate) start: u32,
    /// Offset just after its last byte.
    pub(crate) end: u32,
}

/// Kind of a token. Keywords that the grammar never distinguishes are one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]

pub(crate) enum TokenKind {
    /// A name, perhaps with dots.
    Identifier,
    /// `10`, `-5`, `0x1F`
    Integer,
    /// `1.5`, `.5`, `1e5`
    Double,
    /// `"…"` or `'…'`
    String,
    /// `true` or `false`
    Boolean,
    /// `bool byte i8 i16 i32 i64 double string binary uuid`
    Base,
    /// `list`
    List,
    /// `set`
    Set,
    /// `map`
    Map,
    /// `void`
    Void,
    /// `required` or `optional`
    Requiredness,
    /// `oneway` or `async`
    Oneway,
    /// `struct` or `union`
    Struct,
    /// `exception`
    Exception,
    /// `enum`
    Enum,
    /// `service`
    Service,
    /// `typedef`
    Typedef,
    /// `const`
    Const,
    /// `namespace`
    Namespace,
    /// `include`
    Include,
    /// `cpp_include`
    CppInclude,
    /// `extends`
    Extends,
    /// `throws`
    Throws,
    /// `cpp_type` before a string; elsewhere it is a plain name.
    CppType,
    /// `xsd_all`
    XsdAll,
    /// `xsd_optional` or `xsd_nillable`
    XsdFlag,
    /// `xsd_attrs`
    XsdAttrs,
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// `:`
    Colon,
    /// `=`
    Equals,
    /// `*`
    Star,
    /// `&`
    Ampersand,
    /// `(`
    LeftParenthesis,
    /// `)`
    RightParenthesis,
    /// `[`
    LeftBracket,
    /// `]`
    RightBracket,
    /// `{`
    LeftBrace,
    /// `}`
    RightBrace,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// Not a token; reported by the lexer.
    Bad,
    /// Never in a file: asks the grammar for a whole file.
    StartFile,
    /// Never in a file: asks the grammar for one header or definition.
    StartItem,
    /// Never in a file: asks the grammar for the inside of a struct.
    StartFields,
    /// Never in a file: asks the grammar for the inside of an enum.
    StartEnumValues,
    /// Never in a file: asks the grammar for the inside of a service.
    StartFunctions,
}

impl TokenKind {
    /// The kind of a word.
    pub(crate) fn of_word(word: &[u8]) -> TokenKind {
        use TokenKind::*;
        // No keyword is shorter or longer, and none has capitals: this spares most names the search.
        if !(2..=12).contains(&word.len()) || !word[0].is_ascii_lowercase() {
            return Identifier;
        }
        match (word[0], word) {
            (b'a', b"async") => Oneway,
            (b'b', b"bool" | b"byte" | b"binary") => Base,
            (b'c', b"const") => Const,
            (b'c', b"cpp_include") => CppInclude,
            (b'd', b"double") => Base,
            (b'e', b"enum") => Enum,
            (b'e', b"exception") => Exception,
            (b'e', b"extends") => Extends,
            (b'f', b"false") => Boolean,
            (b'i', b"i8" | b"i16" | b"i32" | b"i64") => Base,
            (b'i', b"include") => Include,
            (b'l', b"list") => List,
            (b'm', b"map") => Map,
            (b'n', b"namespace") => Namespace,
            (b'o', b"oneway") => Oneway,
            (b'o', b"optional") => Requiredness,
            (b'r', b"required") => Requiredness,
            (b's', b"string") => Base,
            (b's', b"struct") => Struct,
            (b's', b"service") => Service,
            (b's', b"set") => Set,
            (b't', b"true") => Boolean,
            (b't', b"typedef") => Typedef,
            (b't', b"throws") => Throws,
            (b'u', b"union") => Struct,
            (b'v', b"void") => Void,
            (b'x', b"xsd_all") => XsdAll,
            (b'x', b"xsd_optional" | b"xsd_nillable") => XsdFlag,
            (b'x', b"xsd_attrs") => XsdAttrs,
            _ => Identifier,
        }
    }

    /// Whether it is a word of the language rather than a name, a literal or a symbol.
    pub(crate) fn is_keyword(self) -> bool {
        use TokenKind::*;
        matches!(
            self,
            Boolean
                | Base
                | List
                | Set
                | Map
                | Void
                | Requiredness
                | Oneway
                | Struct
                | Exception
                | Enum
                | Service
        ) || matches!(
            self,
            Typedef | Const | Namespace | Include | CppInclude | Extends | Throws | CppType
        ) || matches!(self, XsdAll | XsdFlag | XsdAttrs)
    }

    /// Whether a header or a definition starts with it.
    pub(crate) fn starts_item(self) -> bool {
        use TokenKind::*;
        matches!(
            self,
            Struct
                | Exception
                | Enum
                | Service
                | Typedef
                | Const
                | Namespace
                | Include
                | CppInclude
        )
    }

    /// Whether a type starts with it.
    pub(crate) fn starts_type(self) -> bool {
        matches!(
            self,
            TokenKind::Base
                | TokenKind::Identifier
                | TokenKind::List
                | TokenKind::Set
                | TokenKind::Map
        ) || self == TokenKind::Void
    }

    /// Whether it opens (1) or closes (-1) a bracket of any kind.
    pub(crate) fn depth_change(self) -> i32 {
        use TokenKind::*;
        match self {
            LeftParenthesis | LeftBracket | LeftBrace | Less => 1,
            RightParenthesis | RightBracket | RightBrace | Greater => -1,
            _ => 0,
        }
    }
}
