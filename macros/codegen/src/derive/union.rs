//! Derive for enums with one field per variant: Thrift unions.

use quote::ToTokens;
use syn::{DataEnum, DeriveInput, Fields};

use super::attributes::{FieldAttributes, Of};
use super::errors::Errors;
use super::generics::Parameters;
use super::names::{Names, shown};
use super::{structure, types};
use crate::model::{Docs, Union, Variant};

pub(super) fn union(
    input: &DeriveInput,
    data: &DataEnum,
    name: String,
    errors: &mut Errors,
) -> Union {
    let mut parameters = Parameters::new(&input.generics);
    let mut names = Names::new("variant");
    let mut variants = Vec::new();
    let mut unrecognized = None;
    for variant in &data.variants {
        let Some(attributes) = FieldAttributes::parse(Of::Variant, &variant.attrs, errors) else {
            continue;
        };
        let ty = match &variant.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => &fields.unnamed[0].ty,
            _ => {
                errors.push_spanned(
                    &variant.ident,
                    "a variant of a union has one value without a name, such as `Text(String)`",
                );
                continue;
            }
        };
        if let Some(span) = attributes.unrecognized {
            if !attributes.is_alone() {
                errors.push(span, "what is not known has no id and no name");
            }
            if unrecognized.replace(variant.ident.clone()).is_some() {
                errors.push(span, "one variant holds the field that is not known");
            }
            continue;
        }
        let Some((id, id_span)) = attributes.id else {
            let (shown, _) = shown(&variant.ident);
            errors.push_spanned(
                &variant.ident,
                format!("the variant `{shown}` needs an id, such as `#[thrift(id = 1)]`"),
            );
            continue;
        };
        let name = names.take(&variant.ident, (id, id_span), &attributes, errors);
        if attributes.with.is_none() {
            match types::optional(ty) {
                Some(_) => errors.push_spanned(
                    ty,
                    "a variant has a value whenever it is set: leave out the `Option`",
                ),
                None => types::check(ty, errors),
            }
            parameters.value(ty);
        }
        variants.push(Variant {
            ident: variant.ident.clone(),
            name,
            doc: Docs::default(),
            id,
            ty: ty.to_token_stream(),
            with: attributes.with,
            access: None,
            span: structure::place(ty),
        });
    }
    Union {
        ident: input.ident.clone(),
        name,
        doc: Docs::default(),
        generics: input.generics.clone(),
        bounds: parameters.bounds(),
        variants,
        unrecognized,
    }
}
