//! Derive for structs.

use proc_macro2::Span;
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{DataStruct, DeriveInput, Member, Type};

use super::attributes::{FieldAttributes, Of, TypeAttributes};
use super::errors::Errors;
use super::generics::Parameters;
use super::names::{Names, shown};
use super::types;
use crate::model::{Docs, Exception, Field, Layer, Presence, Struct};

pub(super) fn structure(
    input: &DeriveInput,
    data: &DataStruct,
    of: &TypeAttributes,
    errors: &mut Errors,
) -> Struct {
    let mut reader = Reader {
        parameters: Parameters::new(&input.generics),
        names: Names::new("field"),
        fields: Vec::new(),
        unknown: None,
        skipped: Vec::new(),
        is_exception: of.exception.is_some(),
        exception: Exception::default(),
        message: None,
        errors,
    };
    for (member, field) in data.fields.members().zip(&data.fields) {
        if let Some(attributes) = FieldAttributes::parse(Of::Field, &field.attrs, reader.errors) {
            reader.field(member, field, attributes);
        }
    }
    let Reader { parameters, fields, unknown, skipped, exception, .. } = reader;
    Struct {
        ident: input.ident.clone(),
        name: of.name(input),
        doc: Docs::default(),
        generics: input.generics.clone(),
        bounds: parameters.bounds(),
        fields,
        unknown,
        skipped,
        left_out: Vec::new(),
        in_place: false,
        constructor: false,
        exception: Some(exception),
    }
}

/// Lowers the fields in order.
struct Reader<'a> {
    parameters: Parameters<'a>,
    names: Names,
    fields: Vec<Field>,
    unknown: Option<Member>,
    skipped: Vec<Member>,
    is_exception: bool,
    exception: Exception,
    /// The field marked as the message.
    message: Option<Span>,
    errors: &'a mut Errors,
}

impl Reader<'_> {
    fn field(&mut self, member: Member, field: &syn::Field, attributes: FieldAttributes) {
        if let Some(span) = attributes.skip.or(attributes.unrecognized) {
            if !attributes.is_alone() {
                self.errors
                    .push(span, "a field that is not sent by itself has no other attributes");
            }
            if attributes.skip.is_some() {
                self.skipped.push(member);
            } else if self.unknown.replace(member).is_some() {
                self.errors.push(span, "one field holds all that is not known");
            }
            return;
        }
        let Some((id, id_span)) = attributes.id else {
            let (shown, _) = shown(&member);
            self.errors.push_spanned(
                match &field.ident {
                    Some(ident) => ident.to_token_stream(),
                    None => field.ty.to_token_stream(),
                },
                format!(
                    "the field `{shown}` needs an id, such as `#[thrift(id = 1)]`, \
                     or `#[thrift(skip)]` if it is not sent"
                ),
            );
            return;
        };
        let name = self.names.take(&member, (id, id_span), &attributes, self.errors);
        let (presence, layers, ty) = match types::optional(&field.ty) {
            Some((layers, ty)) => {
                self.check_optional(&attributes);
                // A plain `Option` is matched in place.
                (Presence::Optional, if layers.len() > 1 { layers } else { Vec::new() }, ty)
            }
            None => {
                let presence = self.presence(&attributes);
                (presence, Vec::new(), &field.ty)
            }
        };
        self.find_exception(&member, ty, &layers, &attributes);
        let default = attributes.default.and_then(|(value, _)| value);
        if attributes.with.is_none() {
            types::check(ty, self.errors);
            self.parameters.value(ty);
        }
        let scalar = attributes.with.is_none().then(|| types::scalar(ty)).flatten();
        let mut heap = None;
        if presence == Presence::Default && default.is_none() {
            self.parameters.default(ty);
            heap = (attributes.with.is_none() && scalar.is_none())
                .then(|| quote_spanned!(place(ty)=> <#ty as __ThriftType>::ABSENT_HEAP));
        }
        self.fields.push(Field {
            member,
            name,
            doc: Docs::default(),
            id,
            ty: ty.to_token_stream(),
            layers,
            scalar,
            in_one_piece: attributes.with.is_none() && types::is_in_one_piece(ty),
            with: attributes.with,
            presence,
            default,
            into: false,
            heap,
            span: place(ty),
        });
    }

    /// Records the message or source field of an exception.
    fn find_exception(
        &mut self,
        member: &Member,
        ty: &Type,
        layers: &[Layer],
        attributes: &FieldAttributes,
    ) {
        if let (Some(span), false) = (attributes.message.or(attributes.source), self.is_exception) {
            self.errors.push(span, "only an `exception` has a message and a source");
        }
        let at = self.fields.len();
        let is_text = layers.is_empty() && attributes.with.is_none() && types::is_text(ty);
        if let Some(span) = attributes.message {
            if !is_text {
                self.errors.push(span, "a message is text, or an `Option` of it");
            }
            if self.message.replace(span).is_some() {
                self.errors.push(span, "an exception has one message");
            }
            self.exception.message = is_text.then_some(at);
        } else if self.message.is_none() && is_text && shown(member).1 == "message" {
            self.exception.message = Some(at);
        }
        if let Some(span) = attributes.source {
            if self.exception.source.replace(at).is_some() {
                self.errors.push(span, "an exception has one source");
            }
            self.exception.is_source_boxed = types::is_pointer(ty);
        }
    }

    fn check_optional(&mut self, attributes: &FieldAttributes) {
        if let Some(span) = attributes.required {
            self.errors.push(span, "an `Option` is never required: leave out one of them");
        }
        if let Some((Some(value), _)) = &attributes.default {
            self.errors.push_spanned(value, "an `Option` has no default but `None`");
        }
    }

    fn presence(&mut self, attributes: &FieldAttributes) -> Presence {
        match (attributes.required, &attributes.default) {
            (Some(_), Some((_, span))) => {
                self.errors.push(*span, "a required field is never absent, and needs no default");
                Presence::Required
            }
            (Some(_), None) => Presence::Required,
            (None, _) => Presence::Default,
        }
    }
}

/// Located at the type, resolved like generated code (mixed-site hygiene).
pub(super) fn place(ty: &Type) -> Span {
    ty.span().resolved_at(Span::call_site())
}
