//! Classification of Rust types by syntax: their Thrift types, and unsupported types with
//! replacements.

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, PathSegment, Type, TypePath, TypeReference};

use super::errors::Errors;
use crate::model::{Layer, Scalar};

/// Splits the type of an optional field into wrappers and value type. `None` if the type is not an
/// `Option`, directly or in a pointer.
pub(super) fn optional(ty: &Type) -> Option<(Vec<Layer>, &Type)> {
    let (layers, value) = peel(ty);
    layers.iter().any(|layer| matches!(layer, Layer::Option)).then_some((layers, value))
}

/// `Option`s, and pointers that contain them.
fn peel(mut ty: &Type) -> (Vec<Layer>, &Type) {
    let mut layers = Vec::new();
    while let Some((name, argument)) = generic(ty) {
        match name.as_str() {
            "Option" => layers.push(Layer::Option),
            "Box" | "Rc" | "Arc" if optional(argument).is_some() => {
                layers.push(Layer::Pointer(ty.to_token_stream()));
            }
            _ => break,
        }
        ty = argument;
    }
    (layers, ty)
}

/// The name of a generic type and its first type argument.
fn generic(ty: &Type) -> Option<(String, &Type)> {
    let last = last_segment(ty)?;
    Some((last.ident.to_string(), arguments(last).next()?))
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(TypePath { qself: None, path, .. }) => path.segments.last(),
        Type::Paren(inner) => last_segment(&inner.elem),
        Type::Group(inner) => last_segment(&inner.elem),
        _ => None,
    }
}

/// The type arguments.
pub(super) fn arguments(segment: &PathSegment) -> impl Iterator<Item = &Type> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn simple_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}

/// Types of fixed encoded width.
pub(super) fn scalar(ty: &Type) -> Option<Scalar> {
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

/// Whether it is a text type, as required for a message.
pub(super) fn is_text(ty: &Type) -> bool {
    let is_str = |ty: &Type| simple_name(ty).as_deref() == Some("str");
    match ty {
        Type::Reference(reference) => is_str(&reference.elem),
        _ => match (last_segment(ty), generic(ty)) {
            (_, Some((name, argument))) => {
                matches!(name.as_str(), "Box" | "Rc" | "Arc" | "Cow") && is_str(argument)
            }
            (Some(last), None) => {
                last.ident == "String" || last.ident == "SharedStr" || last.ident == "SmallStr"
            }
            (None, None) => false,
        },
    }
}

/// Whether it is a `Box`, `Rc` or `Arc`.
pub(super) fn is_pointer(ty: &Type) -> bool {
    generic(ty).is_some_and(|(name, _)| matches!(name.as_str(), "Box" | "Rc" | "Arc"))
}

/// Whether a value takes one write: text, a blob, or a list of numbers.
pub(super) fn is_in_one_piece(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is_borrowable(reference),
        _ => match (simple_name(ty), generic(ty)) {
            (Some(name), _) => {
                matches!(
                    name.as_str(),
                    "String" | "Bytes" | "SmallBytes" | "SharedStr" | "SmallStr"
                )
            }
            (None, Some((name, element))) if name == "Vec" => {
                scalar(element).is_some_and(Scalar::is_number)
                    || simple_name(element).as_deref() == Some("u8")
            }
            _ => false,
        },
    }
}

/// Reports common types without a Thrift equivalent. The compiler reports all others.
pub(super) fn check(ty: &Type, errors: &mut Errors) {
    let wrong = match ty {
        Type::Paren(inner) => return check(&inner.elem, errors),
        Type::Group(inner) => return check(&inner.elem, errors),
        Type::Path(_) => return check_path(ty, errors),
        Type::Reference(reference) => match is_borrowable(reference) {
            true => return,
            false => {
                "only text and bytes can be borrowed, as `&str` and `&[u8]`: own the value, \
                 or keep it in a `Box`, `Rc` or `Arc`"
            }
        },
        Type::Tuple(tuple) if tuple.elems.is_empty() => {
            "Thrift has no type for `()`: leave the field out, or `skip` it"
        }
        Type::Tuple(_) => "Thrift has no tuples: use a struct, whose fields have ids",
        Type::Array(_) => {
            "Thrift has no arrays of a fixed length: use a `Vec`, or `with` a module that converts it"
        }
        Type::Slice(_) => "a slice has no place of its own: use a `Vec`",
        Type::FnPtr(_)
        | Type::ImplTrait(_)
        | Type::Infer(_)
        | Type::Never(_)
        | Type::Ptr(_)
        | Type::TraitObject(_) => "Thrift has no type for this",
        _ => return,
    };
    errors.push_spanned(ty, wrong);
}

fn check_path(ty: &Type, errors: &mut Errors) {
    if let Some(instead) = simple_name(ty).as_deref().and_then(instead_of) {
        let name = ty.to_token_stream();
        errors.push_spanned(ty, format!("Thrift has no type for `{name}`: {instead}"));
        return;
    }
    let Some(last) = last_segment(ty) else { return };
    // Of a map only keys and values: what a hasher is does not matter.
    let values = match last.ident.to_string().as_str() {
        "Option" => {
            errors.push_spanned(
                ty,
                "an element, key or value is never absent in Thrift: only a field can be an `Option`",
            );
            return;
        }
        "Cow" => return check_cow(last, errors),
        "Vec" | "BTreeSet" | "HashSet" | "Box" | "Rc" | "Arc" => 1,
        "BTreeMap" | "HashMap" => 2,
        _ => return,
    };
    for argument in arguments(last).take(values) {
        let name = simple_name(argument);
        let is_bytes = last.ident == "Vec" && name.as_deref() == Some("u8");
        let is_text = values == 1 && name.as_deref() == Some("str");
        if !is_bytes && !is_text {
            check(argument, errors);
        }
    }
}

/// The replacement for an unsupported type.
fn instead_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "u8" => "use `i8`, or `Vec<u8>` for a binary",
        "u16" => "use `i16` or `i32`",
        "u32" => "use `i32` or `i64`",
        "u64" | "i128" | "u128" => "use `i64`",
        "usize" | "isize" => "use `i32` or `i64`",
        "f32" => "use `f64`",
        "char" => "use `String`",
        "str" => "use `String`, or borrow it as `&'a str`",
        _ => return None,
    })
}

fn check_cow(cow: &PathSegment, errors: &mut Errors) {
    for argument in arguments(cow) {
        if !is_text_or_bytes(argument) {
            errors.push_spanned(
                argument,
                "only text and bytes can be borrowed, as `Cow<str>` and `Cow<[u8]>`",
            );
        }
    }
}

fn is_borrowable(reference: &TypeReference) -> bool {
    reference.mutability.is_none() && is_text_or_bytes(&reference.elem)
}

fn is_text_or_bytes(ty: &Type) -> bool {
    match ty {
        Type::Slice(slice) => simple_name(&slice.elem).as_deref() == Some("u8"),
        ty => simple_name(ty).as_deref() == Some("str"),
    }
}
