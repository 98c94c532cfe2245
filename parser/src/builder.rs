//! Builds the nodes of the syntax tree for the grammar's actions.

use crate::ast::*;
use crate::literal::{integer_value, string_value};
use crate::source::{FileId, Span};
use crate::token::{Token, TokenKind};

/// The text of a file and its number, which turn tokens into nodes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Builder<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) file: FileId,
}

impl<'a> Builder<'a> {
    /// The bytes of a token.
    pub(crate) fn slice(&self, token: Token) -> &'a [u8] {
        &self.text[token.start as usize..token.end as usize]
    }

    /// Span of a token.
    pub(crate) fn span(&self, token: Token) -> Span {
        Span { file: self.file, start: token.start, end: token.end }
    }

    /// A name. The placeholder of a missing one has no text and gets a unique one.
    pub(crate) fn name(&self, token: Token) -> Name {
        let text = match self.slice(token) {
            b"" => format!("unnamed_{}", token.start),
            text => String::from_utf8_lossy(text).into_owned(),
        };
        Name { text, span: self.span(token) }
    }

    pub(crate) fn include(&self, word: Token, path: Token) -> Header {
        let path = self.text(path);
        Header::Include(Include { span: self.from(word, path.span), path })
    }

    pub(crate) fn cpp_include(&self, word: Token, path: Token) -> Header {
        let path = self.text(path);
        Header::CppInclude(Include { span: self.from(word, path.span), path })
    }

    pub(crate) fn namespace(
        &self,
        word: Token,
        scope: Token,
        name: Name,
        annotations: Vec<Annotation>,
    ) -> Header {
        let span = self.from(word, name.span);
        Header::Namespace(Namespace { scope: self.name(scope), name, annotations, span })
    }

    pub(crate) fn constant(
        &self,
        word: Token,
        ty: Type,
        name: Name,
        value: Value,
        annotations: Vec<Annotation>,
    ) -> Definition {
        let span = self.from(word, value.span);
        Definition::Const(Const { ty, name, value, annotations, doc: None, span })
    }

    pub(crate) fn typedef(
        &self,
        word: Token,
        ty: Type,
        name: Name,
        annotations: Vec<Annotation>,
    ) -> Definition {
        let span = self.from(word, name.span);
        Definition::Typedef(Typedef { ty, name, annotations, doc: None, span })
    }

    pub(crate) fn enumeration(
        &self,
        word: Token,
        name: Name,
        values: Vec<EnumValue>,
        end: Token,
        annotations: Vec<Annotation>,
    ) -> Definition {
        let span = self.from(word, self.span(end));
        Definition::Enum(Enum { name, values, annotations, doc: None, span, incomplete: false })
    }

    pub(crate) fn structure(
        &self,
        word: Token,
        name: Name,
        (fields, end): (Vec<Field>, Token),
        annotations: Vec<Annotation>,
    ) -> Definition {
        let span = self.from(word, self.span(end));
        let kind = self.struct_kind(word);
        Definition::Struct(Struct {
            kind,
            name,
            fields,
            annotations,
            doc: None,
            span,
            incomplete: false,
        })
    }

    pub(crate) fn struct_kind(&self, word: Token) -> StructKind {
        match (word.kind, self.slice(word)) {
            (TokenKind::Exception, _) => StructKind::Exception,
            (_, b"union") => StructKind::Union,
            _ => StructKind::Struct,
        }
    }

    pub(crate) fn service(
        &self,
        word: Token,
        name: Name,
        extends: Option<Name>,
        functions: Vec<Function>,
        end: Token,
        annotations: Vec<Annotation>,
    ) -> Definition {
        let span = self.from(word, self.span(end));
        Definition::Service(Service {
            name,
            extends,
            functions,
            annotations,
            doc: None,
            span,
            incomplete: false,
        })
    }

    pub(crate) fn enum_value(
        &self,
        name: Name,
        number: Option<Token>,
        annotations: Vec<Annotation>,
    ) -> EnumValue {
        let number = number.map(|token| self.integer(token));
        let span = Span { end: number.map_or(name.span, |number| number.span).end, ..name.span };
        EnumValue { name, number, annotations, doc: None, span }
    }

    #[allow(clippy::too_many_arguments, reason = "one for each part of the rule")]
    pub(crate) fn function(
        &self,
        oneway: Option<Token>,
        returns: Result<Type, Token>,
        name: Name,
        (arguments, end): (Vec<Field>, Token),
        throws: Option<(Vec<Field>, Token)>,
        annotations: Vec<Annotation>,
    ) -> Function {
        let (throws, end) = throws.unwrap_or((Vec::new(), end));
        let oneway = oneway.map(|token| self.name(token));
        let (returns, returns_span) = match returns {
            Ok(ty) => {
                let span = ty.span;
                (Some(ty), span)
            }
            Err(void) => (None, self.span(void)),
        };
        let span = Span { end: end.end, ..oneway.as_ref().map_or(returns_span, |word| word.span) };
        Function { oneway, returns, name, arguments, throws, annotations, doc: None, span }
    }

    #[allow(clippy::too_many_arguments, reason = "one for each part of the rule")]
    pub(crate) fn field(
        &self,
        id: Option<Token>,
        requiredness: Option<Token>,
        ty: Type,
        reference: Option<Token>,
        name: Name,
        default: Option<Value>,
        annotations: Vec<Annotation>,
    ) -> Field {
        let start = id.or(requiredness).map_or(ty.span, |token| self.span(token)).start;
        let end = default.as_ref().map_or(name.span, |value| value.span).end;
        let requiredness = match requiredness {
            Some(token) if self.slice(token) == b"required" => {
                (Requiredness::Required, Some(self.span(token)))
            }
            Some(token) => (Requiredness::Optional, Some(self.span(token))),
            None => (Requiredness::Default, None),
        };
        let id = id.map(|token| self.integer(token));
        let span = Span { file: self.file, start, end };
        Field {
            id,
            requiredness,
            ty,
            reference: reference.is_some(),
            name,
            default,
            annotations,
            doc: None,
            span,
        }
    }

    pub(crate) fn base(&self, word: Token, annotations: Vec<Annotation>) -> Type {
        let base = match self.slice(word) {
            b"bool" => Base::Bool,
            b"byte" => Base::Byte,
            b"i8" => Base::I8,
            b"i16" => Base::I16,
            b"i32" => Base::I32,
            b"i64" => Base::I64,
            b"double" => Base::Double,
            b"binary" => Base::Binary,
            _ => Base::String,
        };
        Type { kind: TypeKind::Base(base), annotations, span: self.span(word) }
    }

    pub(crate) fn named(&self, name: Token, annotations: Vec<Annotation>) -> Type {
        let Name { text, span } = self.name(name);
        Type { kind: TypeKind::Named(text), annotations, span }
    }

    pub(crate) fn list(
        &self,
        word: Token,
        element: Type,
        end: Token,
        annotations: Vec<Annotation>,
    ) -> Type {
        Type {
            kind: TypeKind::List(Box::new(element)),
            annotations,
            span: self.from(word, self.span(end)),
        }
    }

    pub(crate) fn set(
        &self,
        word: Token,
        element: Type,
        end: Token,
        annotations: Vec<Annotation>,
    ) -> Type {
        Type {
            kind: TypeKind::Set(Box::new(element)),
            annotations,
            span: self.from(word, self.span(end)),
        }
    }

    pub(crate) fn map(
        &self,
        word: Token,
        key: Type,
        value: Type,
        end: Token,
        annotations: Vec<Annotation>,
    ) -> Type {
        let kind = TypeKind::Map(Box::new(key), Box::new(value));
        Type { kind, annotations, span: self.from(word, self.span(end)) }
    }

    pub(crate) fn int_value(&self, token: Token) -> Value {
        // The lexer has reported what has no value.
        self.value(
            token,
            integer_value(self.slice(token)).map_or(ValueKind::Invalid, ValueKind::Int),
        )
    }

    pub(crate) fn double_value(&self, token: Token) -> Value {
        let number = std::str::from_utf8(self.slice(token)).ok().and_then(|text| text.parse().ok());
        self.value(token, number.map_or(ValueKind::Invalid, ValueKind::Double))
    }

    pub(crate) fn string_value(&self, token: Token) -> Value {
        self.value(token, ValueKind::String(string_value(self.slice(token))))
    }

    pub(crate) fn bool_value(&self, token: Token) -> Value {
        self.value(token, ValueKind::Bool(self.slice(token) == b"true"))
    }

    pub(crate) fn name_value(&self, token: Token) -> Value {
        // The placeholder of a missing value has no text.
        let is_missing = token.start == token.end;
        self.value(
            token,
            match is_missing {
                true => ValueKind::Invalid,
                false => ValueKind::Name(self.name(token).text),
            },
        )
    }

    pub(crate) fn list_value(&self, start: Token, elements: Vec<Value>, end: Token) -> Value {
        Value { kind: ValueKind::List(elements), span: self.from(start, self.span(end)) }
    }

    pub(crate) fn map_value(
        &self,
        start: Token,
        entries: Vec<(Value, Value)>,
        end: Token,
    ) -> Value {
        Value { kind: ValueKind::Map(entries), span: self.from(start, self.span(end)) }
    }

    /// A value; a bare key counts as `"1"`.
    pub(crate) fn annotation(&self, key: Name, value: Option<Token>) -> Annotation {
        Annotation {
            key,
            value: value.map_or_else(|| "1".to_owned(), |token| self.text(token).text),
        }
    }

    fn value(&self, token: Token, kind: ValueKind) -> Value {
        Value { kind, span: self.span(token) }
    }

    fn integer(&self, token: Token) -> Integer {
        Integer { value: integer_value(self.slice(token)), span: self.span(token) }
    }

    /// A string token where only text makes sense.
    fn text(&self, token: Token) -> Name {
        let text = String::from_utf8_lossy(&string_value(self.slice(token))).into_owned();
        Name { text, span: self.span(token) }
    }

    fn from(&self, first: Token, last: Span) -> Span {
        Span { start: first.start, ..last }
    }
}
