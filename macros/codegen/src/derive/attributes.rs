//! Parsing of `#[thrift(…)]` attributes.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Attribute, DeriveInput, Error, Expr, ExprLit, Lit, LitInt, LitStr, Path, Result, Token};

use super::errors::Errors;

/// Attributes of the type.
#[derive(Default)]
pub(super) struct TypeAttributes {
    pub(super) name: Option<LitStr>,
    pub(super) krate: Option<Path>,
    pub(super) transparent: Option<Span>,
    pub(super) exception: Option<Span>,
}

impl TypeAttributes {
    pub(super) fn parse(attributes: &[Attribute], errors: &mut Errors) -> TypeAttributes {
        let mut parsed = TypeAttributes::default();
        for_each_meta(attributes, errors, |meta| {
            if meta.path.is_ident("name") {
                once(&mut parsed.name, &meta, meta.value()?.parse()?)
            } else if meta.path.is_ident("crate") {
                let path = meta.value()?.call(Path::parse_mod_style)?;
                once(&mut parsed.krate, &meta, path)
            } else if meta.path.is_ident("transparent") {
                once(&mut parsed.transparent, &meta, meta.path.span())
            } else if meta.path.is_ident("exception") {
                once(&mut parsed.exception, &meta, meta.path.span())
            } else {
                Err(meta.error(
                    "unknown attribute; a type may have `name`, `transparent`, `exception` and `crate`",
                ))
            }
        });
        parsed
    }

    /// The name in the IDL.
    pub(super) fn name(&self, input: &DeriveInput) -> String {
        match &self.name {
            Some(name) => name.value(),
            None => input.ident.unraw().to_string(),
        }
    }
}

/// The kind of item an attribute is on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// A field of a struct.
    Field,
    /// The field of a transparent struct.
    Transparent,
    /// A variant of a union.
    Variant,
    /// A value of an enum.
    Value,
}

impl Of {
    fn allows(self, word: &str) -> bool {
        match self {
            Of::Field => word != "transparent",
            Of::Transparent => matches!(word, "with" | "skip"),
            Of::Variant => matches!(word, "id" | "name" | "with" | "unrecognized"),
            Of::Value => word == "unrecognized",
        }
    }

    fn unknown(self) -> &'static str {
        match self {
            Of::Field => {
                "unknown attribute; a field may have `id`, `name`, `required`, `default`, `with`, \
                 `skip`, `unrecognized`, `message` and `source`"
            }
            Of::Transparent => {
                "unknown attribute; the field of a transparent type may have `with`, and others \
                 `skip`"
            }
            Of::Variant => {
                "unknown attribute; a variant may have `id`, `name`, `with` and `unrecognized`"
            }
            Of::Value => {
                "unknown attribute; a value of an enum may have `unrecognized`, and its number \
                 stands behind it, as in `Red = 1`"
            }
        }
    }
}

/// Attributes of a field, variant or value.
#[derive(Default)]
pub(super) struct FieldAttributes {
    pub(super) id: Option<(i16, Span)>,
    pub(super) name: Option<(String, Span)>,
    pub(super) required: Option<Span>,
    /// The default of an absent field, unless it is the default of its type.
    pub(super) default: Option<(Option<TokenStream>, Span)>,
    pub(super) with: Option<Path>,
    pub(super) skip: Option<Span>,
    pub(super) unrecognized: Option<Span>,
    /// Marks the message of an exception.
    pub(super) message: Option<Span>,
    /// Marks the source of an exception.
    pub(super) source: Option<Span>,
}

impl FieldAttributes {
    /// `None` if there are errors.
    pub(super) fn parse(
        of: Of,
        attributes: &[Attribute],
        errors: &mut Errors,
    ) -> Option<FieldAttributes> {
        let mut parsed = FieldAttributes::default();
        let right = for_each_meta(attributes, errors, |meta| {
            let word = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
            match word.as_str() {
                "optional" if of == Of::Field => {
                    Err(meta.error("a field is optional if its type is an `Option`"))
                }
                word if !of.allows(word) => Err(meta.error(of.unknown())),
                "id" => {
                    let expr: Expr = meta.value()?.parse()?;
                    let id = number(&expr).and_then(|id| i16::try_from(id).ok());
                    let id = id.ok_or_else(|| {
                        Error::new_spanned(&expr, "an id is a number from -32768 to 32767")
                    })?;
                    once(&mut parsed.id, &meta, (id, expr.span()))
                }
                "name" => {
                    let name: LitStr = meta.value()?.parse()?;
                    once(&mut parsed.name, &meta, (name.value(), name.span()))
                }
                "required" => once(&mut parsed.required, &meta, meta.path.span()),
                "default" => {
                    let value = match meta.input.peek(Token![=]) {
                        true => Some(expression(meta.value()?)?),
                        false => None,
                    };
                    once(&mut parsed.default, &meta, (value, meta.path.span()))
                }
                "with" => {
                    let value = meta.value()?;
                    if value.peek(LitStr) {
                        return Err(value.error("a path has no quotes, as in `with = module`"));
                    }
                    once(&mut parsed.with, &meta, value.call(Path::parse_mod_style)?)
                }
                "skip" => once(&mut parsed.skip, &meta, meta.path.span()),
                "unrecognized" => once(&mut parsed.unrecognized, &meta, meta.path.span()),
                "message" => once(&mut parsed.message, &meta, meta.path.span()),
                "source" => once(&mut parsed.source, &meta, meta.path.span()),
                _ => Err(meta.error(of.unknown())),
            }
        });
        right.then_some(parsed)
    }

    /// Whether exactly one attribute is given.
    pub(super) fn is_alone(&self) -> bool {
        let said = [
            self.id.is_some(),
            self.name.is_some(),
            self.required.is_some(),
            self.default.is_some(),
            self.with.is_some(),
            self.skip.is_some(),
            self.unrecognized.is_some(),
            self.message.is_some(),
            self.source.is_some(),
        ];
        said.iter().filter(|&&said| said).count() == 1
    }
}

/// Returns whether there were no errors.
fn for_each_meta(
    attributes: &[Attribute],
    errors: &mut Errors,
    mut logic: impl FnMut(ParseNestedMeta<'_>) -> Result<()>,
) -> bool {
    let mut right = true;
    for attribute in attributes.iter().filter(|one| one.path().is_ident("thrift")) {
        if let Err(error) = attribute.parse_nested_meta(&mut logic) {
            errors.add(error);
            right = false;
        }
    }
    right
}

fn once<T>(slot: &mut Option<T>, meta: &ParseNestedMeta<'_>, value: T) -> Result<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => {
            let word = meta.path.to_token_stream();
            Err(Error::new_spanned(&word, format!("`{word}` is given twice")))
        }
    }
}

/// An expression. Without syn's feature `full`, which would double its size, syn parses only some
/// expressions; others are taken as tokens up to the next comma.
fn expression(input: ParseStream<'_>) -> Result<TokenStream> {
    let ahead = input.fork();
    if ahead.parse::<Expr>().is_ok() && (ahead.is_empty() || ahead.peek(Token![,])) {
        return Ok(input.parse::<Expr>()?.into_token_stream());
    }
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend([input.parse::<proc_macro2::TokenTree>()?]);
    }
    match tokens.is_empty() {
        true => Err(input.error("expected an expression")),
        false => Ok(tokens),
    }
}

/// An integer literal, optionally negative.
pub(super) fn number(expr: &Expr) -> Option<i64> {
    let literal = |expr: &Expr| match expr {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => LitInt::base10_parse(number).ok(),
        _ => None,
    };
    match expr {
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => {
            literal(&unary.expr).map(|number: i64| -number)
        }
        expr => literal(expr),
    }
}
