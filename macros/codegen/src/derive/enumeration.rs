//! Derive for enums without fields: Thrift enums.

use std::collections::HashMap;

use quote::ToTokens;
use syn::{DataEnum, DeriveInput, Fields};

use super::attributes::{FieldAttributes, Of, number};
use super::errors::Errors;
use crate::model::{Docs, Enum, EnumValue};

pub(super) fn enumeration(
    input: &DeriveInput,
    data: &DataEnum,
    name: String,
    errors: &mut Errors,
) -> Enum {
    let mut item = Enum {
        ident: input.ident.clone(),
        name,
        doc: Docs::default(),
        values: Vec::new(),
        numbers: false,
        unrecognized: None,
    };
    if !input.generics.params.is_empty() {
        errors.push_spanned(&input.generics, "a Thrift enum has no parameters");
    }
    let mut next: i64 = 0;
    let mut numbers = HashMap::new();
    for variant in &data.variants {
        let Some(attributes) = FieldAttributes::parse(Of::Value, &variant.attrs, errors) else {
            continue;
        };
        if let Some(span) = attributes.unrecognized {
            let has_number =
                matches!(&variant.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1);
            if !has_number {
                errors.push_spanned(
                    &variant.ident,
                    "this variant holds the number that is not known, as in `Other(i32)`",
                );
            } else if item.unrecognized.replace(variant.ident.clone()).is_some() {
                errors.push(span, "one variant holds the numbers that are not known");
            }
            continue;
        }
        if !matches!(variant.fields, Fields::Unit) {
            errors.push_spanned(
                &variant.ident,
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
            let place = match &variant.discriminant {
                Some((_, expr)) => expr.to_token_stream(),
                None => variant.ident.to_token_stream(),
            };
            errors.push_spanned(place, "the number of a value is an i32, written as a literal");
            continue;
        };
        next = i64::from(number) + 1;
        if let Some(first) = numbers.insert(number, variant.ident.clone()) {
            errors
                .push_spanned(&variant.ident, format!("the number {number} is taken by `{first}`"));
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
