//! `#[derive(ThriftStruct)]`, from its input to its expansion.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Fields, Lit, LitInt, LitStr, Path, Result,
    Type,
};

use crate::emit;
use crate::model::{Docs, Enum, EnumValue, Field, Presence, Scalar, Struct, Union, Variant};

/// Expands `#[derive(ThriftStruct)]`.
pub fn derive_struct(input: TokenStream) -> TokenStream {
    syn::parse2::<DeriveInput>(input)
        .and_then(|input| expand(&input))
        .unwrap_or_else(Error::into_compile_error)
}

fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let container = errors.catch(ContainerAttributes::parse(&input.attrs)).unwrap_or_default();
    let private = match &container.krate {
        Some(path) => quote!(#path::__private),
        None => quote!(::thriftly::__private),
    };
    let name = container.name.unwrap_or_else(|| input.ident.to_string());
    let tokens = match &input.data {
        Data::Struct(data) => {
            let item = Struct {
                ident: input.ident.clone(),
                name,
                doc: Docs::default(),
                generics: input.generics.clone(),
                fields: fields(&data.fields, &mut errors),
                unknown: None,
            };
            emit::struct_codec(&item)
        }
        Data::Enum(data) if is_numeric(data) => {
            let item = enumeration(input, data, name, &mut errors);
            emit::enum_codec(&item)
        }
        Data::Enum(data) => emit::union_codec(&union(input, data, name, &mut errors)),
        Data::Union(data) => {
            return Err(Error::new(
                data.union_token.span,
                "a Rust union cannot be a Thrift union: use an enum with one field for each variant",
            ));
        }
    };
    errors.finish()?;
    Ok(quote! {
        const _: () = {
            #[allow(unused_imports)]
            use #private::*;
            #tokens
        };
    })
}

/// All errors of one input.
#[derive(Default)]
struct Errors(Option<Error>);

impl Errors {
    fn push(&mut self, span: Span, message: impl std::fmt::Display) {
        self.add(Error::new(span, message));
    }

    fn add(&mut self, error: Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    fn catch<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    fn finish(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

/// `#[thrift(…)]` on the type.
#[derive(Default)]
struct ContainerAttributes {
    name: Option<String>,
    krate: Option<Path>,
}

impl ContainerAttributes {
    fn parse(attributes: &[Attribute]) -> Result<ContainerAttributes> {
        let mut parsed = ContainerAttributes::default();
        for_each_meta(attributes, |meta| {
            if meta.path.is_ident("name") {
                parsed.name = Some(meta.value()?.parse::<LitStr>()?.value());
            } else if meta.path.is_ident("crate") {
                parsed.krate = Some(meta.value()?.call(Path::parse_mod_style)?);
            } else {
                return Err(meta.error("unknown attribute; a type may have `name` and `crate`"));
            }
            Ok(())
        })?;
        Ok(parsed)
    }
}

/// `#[thrift(…)]` on a field or variant.
#[derive(Default)]
struct FieldAttributes {
    id: Option<(i16, Span)>,
    name: Option<String>,
    required: Option<Span>,
    default: Option<TokenStream>,
    unrecognized: bool,
}

/// What has attributes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Field,
    Variant,
}

impl FieldAttributes {
    fn parse(of: Of, attributes: &[Attribute]) -> Result<FieldAttributes> {
        let mut parsed = FieldAttributes::default();
        for_each_meta(attributes, |meta| {
            if meta.path.is_ident("id") {
                let literal: Expr = meta.value()?.parse()?;
                let id = number(&literal).and_then(|id| i16::try_from(id).ok());
                let id = id.ok_or_else(|| {
                    Error::new(literal.span(), "an id is a number from -32768 to 32767")
                })?;
                parsed.id = Some((id, literal.span()));
            } else if meta.path.is_ident("name") {
                parsed.name = Some(meta.value()?.parse::<LitStr>()?.value());
            } else if meta.path.is_ident("required") && of == Of::Field {
                parsed.required = Some(meta.path.span());
            } else if meta.path.is_ident("default") && of == Of::Field {
                parsed.default = match meta.input.peek(syn::Token![=]) {
                    true => Some(meta.value()?.parse::<Expr>()?.into_token_stream()),
                    false => None,
                };
            } else if meta.path.is_ident("unrecognized") && of == Of::Variant {
                parsed.unrecognized = true;
            } else {
                return Err(meta.error(match of {
                    Of::Field => {
                        "unknown attribute; a field may have `id`, `name`, `required` and `default`"
                    }
                    Of::Variant => {
                        "unknown attribute; a variant may have `id`, `name` and `unrecognized`"
                    }
                }));
            }
            Ok(())
        })?;
        Ok(parsed)
    }
}

fn for_each_meta(
    attributes: &[Attribute],
    mut logic: impl FnMut(ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("thrift"))
        .try_for_each(|attribute| attribute.parse_nested_meta(&mut logic))
}

/// An integer literal, which may have a minus.
fn number(expr: &Expr) -> Option<i64> {
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

fn fields(fields: &Fields, errors: &mut Errors) -> Vec<Field> {
    let mut ids = HashMap::new();
    let mut parsed = Vec::new();
    for (member, field) in fields.members().zip(fields) {
        let Some(attributes) = errors.catch(FieldAttributes::parse(Of::Field, &field.attrs)) else {
            continue;
        };
        let shown = member.to_token_stream().to_string();
        let name = attributes.name.unwrap_or_else(|| bare(&shown));
        let Some((id, id_span)) = attributes.id else {
            errors.push(
                field.span(),
                format!("the field `{shown}` needs an id, such as `#[thrift(id = 1)]`"),
            );
            continue;
        };
        if let Some(first) = ids.insert(id, shown.clone()) {
            errors.push(id_span, format!("the id {id} is taken by the field `{first}`"));
        }
        let inner = option_of(&field.ty);
        let presence = match (inner, attributes.required) {
            (Some(_), Some(span)) => {
                errors.push(span, "an `Option` is never required: leave out one of them");
                Presence::Optional
            }
            (Some(_), None) => Presence::Optional,
            (None, Some(_)) => Presence::Required,
            (None, None) => Presence::Default,
        };
        if let (Some(_), Some(default)) = (inner, &attributes.default) {
            errors.push(default.span(), "an `Option` has no default but `None`");
        }
        let ty = inner.unwrap_or(&field.ty);
        check_type(ty, errors);
        parsed.push(Field {
            member,
            name,
            doc: Docs::default(),
            id,
            ty: ty.to_token_stream(),
            scalar: scalar(ty),
            presence,
            default: attributes.default,
            // In the type's own place, but seeing what generated code sees.
            span: ty.span().resolved_at(Span::call_site()),
        });
    }
    parsed
}

/// A name without the `r#` of a raw identifier.
fn bare(name: &str) -> String {
    name.strip_prefix("r#").unwrap_or(name).to_owned()
}

/// The `T` of an `Option<T>`.
fn option_of(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Option")?;
    match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            syn::GenericArgument::Type(inner) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

fn simple_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}

fn scalar(ty: &Type) -> Option<Scalar> {
    Some(match simple_name(ty)?.as_str() {
        "bool" => Scalar::Bool,
        "i8" => Scalar::I8,
        "i16" => Scalar::I16,
        "i32" => Scalar::I32,
        "i64" => Scalar::I64,
        "f64" => Scalar::Double,
        _ => return None,
    })
}

/// Types that people try, and that Thrift does not have.
fn check_type(ty: &Type, errors: &mut Errors) {
    let Some(name) = simple_name(ty) else { return };
    let instead = match name.as_str() {
        "u8" => "use `i8`, or `Vec<u8>` for a binary",
        "u16" => "use `i16` or `i32`",
        "u32" => "use `i32` or `i64`",
        "u64" | "i128" | "u128" => "use `i64`",
        "usize" | "isize" => "use `i32` or `i64`",
        "f32" => "use `f64`",
        "char" => "use `String`",
        _ => return,
    };
    errors.push(ty.span(), format!("Thrift has no type for `{name}`: {instead}"));
}

/// Whether the enum is a Thrift enum rather than a union.
fn is_numeric(data: &syn::DataEnum) -> bool {
    let plain = |variant: &syn::Variant| matches!(variant.fields, Fields::Unit);
    data.variants.iter().any(plain)
}

fn enumeration(
    input: &DeriveInput,
    data: &syn::DataEnum,
    name: String,
    errors: &mut Errors,
) -> Enum {
    let mut item = Enum {
        ident: input.ident.clone(),
        name,
        doc: Docs::default(),
        values: Vec::new(),
        unrecognized: None,
    };
    let mut next: i64 = 0;
    let mut numbers = HashMap::new();
    for variant in &data.variants {
        let Some(attributes) = errors.catch(FieldAttributes::parse(Of::Variant, &variant.attrs))
        else {
            continue;
        };
        if attributes.unrecognized {
            item.unrecognized = Some(variant.ident.clone());
            continue;
        }
        if !matches!(variant.fields, Fields::Unit) {
            errors.push(
                variant.span(),
                "a Thrift enum has no values in its variants, and a union has one in each: \
                 only a variant for unknown numbers, `#[thrift(unrecognized)] Other(i32)`, may differ",
            );
            continue;
        }
        let number = match &variant.discriminant {
            Some((_, expr)) => number(expr),
            None => Some(next),
        };
        let Some(number) = number.and_then(|number| i32::try_from(number).ok()) else {
            errors.push(
                variant.span(),
                "the number of a Thrift enum's value has to be an i32 literal",
            );
            continue;
        };
        next = i64::from(number) + 1;
        if let Some(first) = numbers.insert(number, variant.ident.clone()) {
            errors.push(variant.span(), format!("the number {number} is taken by `{first}`"));
        }
        item.values.push(EnumValue {
            ident: variant.ident.clone(),
            name: variant.ident.to_string(),
            doc: Docs::default(),
            number,
            alias_of: None,
        });
    }
    item
}

fn union(input: &DeriveInput, data: &syn::DataEnum, name: String, errors: &mut Errors) -> Union {
    let mut item = Union {
        ident: input.ident.clone(),
        name,
        doc: Docs::default(),
        generics: input.generics.clone(),
        variants: Vec::new(),
        unrecognized: None,
    };
    let mut ids = HashMap::new();
    for variant in &data.variants {
        let Some(attributes) = errors.catch(FieldAttributes::parse(Of::Variant, &variant.attrs))
        else {
            continue;
        };
        let ty = match &variant.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => &fields.unnamed[0].ty,
            _ => {
                errors.push(
                    variant.span(),
                    "a variant of a union has one field, such as `Text(String)`",
                );
                continue;
            }
        };
        if attributes.unrecognized {
            item.unrecognized = Some(variant.ident.clone());
            continue;
        }
        let Some((id, id_span)) = attributes.id else {
            errors.push(
                variant.span(),
                format!("the variant `{}` needs an id, such as `#[thrift(id = 1)]`", variant.ident),
            );
            continue;
        };
        if let Some(first) = ids.insert(id, variant.ident.clone()) {
            errors.push(id_span, format!("the id {id} is taken by the variant `{first}`"));
        }
        check_type(ty, errors);
        item.variants.push(Variant {
            ident: variant.ident.clone(),
            name: attributes.name.unwrap_or_else(|| variant.ident.to_string()),
            doc: Docs::default(),
            id,
            ty: ty.to_token_stream(),
        });
    }
    item
}
