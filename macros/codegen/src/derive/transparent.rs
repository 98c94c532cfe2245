//! Derive for transparent structs.

use quote::ToTokens;
use syn::{DataStruct, DeriveInput};

use super::attributes::{FieldAttributes, Of};
use super::errors::Errors;
use super::generics::Parameters;
use super::{structure, types};
use crate::model::Transparent;

/// `None` if there are errors.
pub(super) fn transparent(
    input: &DeriveInput,
    data: &DataStruct,
    errors: &mut Errors,
) -> Option<Transparent> {
    let mut value = None;
    let mut skipped = Vec::new();
    for (member, field) in data.fields.members().zip(&data.fields) {
        let attributes = FieldAttributes::parse(Of::Transparent, &field.attrs, errors)?;
        match attributes.skip {
            Some(span) if attributes.with.is_some() => {
                errors.push(span, "a field that is not sent has no other attributes");
            }
            Some(_) => skipped.push(member),
            None if value.is_some() => {
                errors.push_spanned(field, "a `transparent` type has one field; `skip` the others");
                return None;
            }
            None => value = Some((member, field, attributes.with)),
        }
    }
    let Some((member, field, with)) = value else {
        errors.push_spanned(&input.ident, "a `transparent` type has one field that is sent");
        return None;
    };
    let mut parameters = Parameters::new(&input.generics);
    if with.is_none() {
        match types::optional(&field.ty) {
            Some(_) => errors.push_spanned(
                &field.ty,
                "only a field can be absent: a `transparent` type has a value of its own",
            ),
            None => types::check(&field.ty, errors),
        }
        parameters.value(&field.ty);
    }
    Some(Transparent {
        ident: input.ident.clone(),
        generics: input.generics.clone(),
        bounds: parameters.bounds(),
        member,
        ty: field.ty.to_token_stream(),
        with,
        skipped,
        span: structure::place(&field.ty),
    })
}
