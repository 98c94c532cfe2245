//! Lowering of IDL values to Rust expressions.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use thriftly_parser::program::{DefId, Definition, StructKind, Type, TypeKind, Value};
use thriftly_parser::source::FileId;

use super::Lowerer;
use super::types::{Form, Holds};
use crate::model::Presence;

/// Containers with more elements are not written out as one expression.
const LONG: usize = 32;
/// The elements of a long container that are made together.
const PART: usize = 16;

/// Values in constants.
struct Plain {
    /// Their type there.
    ty: TokenStream,
    /// The expression that makes the element of such a value.
    owned: TokenStream,
}

/// A container of the elements, made in parts: in one piece they would all be on the stack, and the
/// compiler would track each of them through all others.
fn parts(ty: &TokenStream, elements: impl Iterator<Item = TokenStream>) -> TokenStream {
    let elements: Vec<_> = elements.collect();
    let parts: Vec<_> = elements.chunks(PART).collect();
    quote!({
        let mut __all: __Vec<#ty> = __Vec::new();
        #(__apart(|| __Vec::extend(&mut __all, [#(#parts),*]));)*
        __collect(__all, |__one| __one)
    })
}

/// `Bytes` that are part of the program.
pub(super) fn static_bytes(bytes: &[u8]) -> TokenStream {
    let bytes = Literal::byte_string(bytes);
    quote!(__Bytes::from_static(#bytes))
}

impl Lowerer<'_> {
    /// An expression of the declared type.
    pub(super) fn value(&self, value: &Value, ty: &Type, form: Form) -> TokenStream {
        let borrowed = form.holds != Holds::Owned && self.has_view(ty);
        let kind = &self.program.resolve(ty).kind;
        match (value, kind) {
            (Value::Bool(value), _) => quote!(#value),
            (Value::Int(value), _) => integer(*value),
            (Value::Double(value), _) => {
                let value = self.double(*value);
                if form.ordered { quote!(__Double(#value)) } else { value }
            }
            (Value::String(text), _) if borrowed => quote!(#text),
            (Value::String(text), _) => quote!(__From::from(#text)),
            (Value::Binary(bytes), _) if borrowed => {
                let bytes = Literal::byte_string(bytes);
                quote!(&#bytes[..])
            }
            (Value::Binary(bytes), _) => {
                let bytes = static_bytes(bytes);
                if self.options.small_binary { quote!(__SmallBytes::from(#bytes)) } else { bytes }
            }
            (Value::Uuid(bytes), _) => quote!(__Uuid([#(#bytes),*])),
            (Value::Enum(id, index), _) => self.enum_value(*id, *index, form.from),
            (Value::List(values), TypeKind::List(element)) => {
                if values.len() > LONG && form.holds == Holds::Owned {
                    return self.long(values, element, form);
                }
                let values = values.iter().map(|value| self.value(value, element, form));
                quote!(__vec![#(#values),*])
            }
            (Value::Set(values), TypeKind::Set(element)) => {
                if values.len() > LONG && form.holds == Holds::Owned {
                    return self.long(values, element, form.ordered());
                }
                let values = values.iter().map(|value| self.value(value, element, form.ordered()));
                quote!(__FromIterator::from_iter([#(#values),*]))
            }
            (Value::Map(entries), TypeKind::Map(key_type, value_type)) => {
                if entries.len() > LONG && form.holds == Holds::Owned {
                    return self.long_map(entries, key_type, value_type, form);
                }
                let entries = entries.iter().map(|(entry_key, value)| {
                    let entry_key = self.value(entry_key, key_type, form.ordered());
                    let value = self.value(value, value_type, form);
                    quote!((#entry_key, #value))
                });
                quote!(__FromIterator::from_iter([#(#entries),*]))
            }
            (Value::Struct(id, fields), _) => self.struct_value(*id, fields, form),
            (Value::Const(id), _) => {
                // An owned text cannot be borrowed as a shared one: a new value is made.
                if let (true, Definition::Const(item)) = (borrowed, self.program.definition(*id)) {
                    return self.value(&item.value, &item.ty, form);
                }
                let path = self.path(*id, form.from);
                quote!(__Clone::clone(&*#path))
            }
            // There was an error, which is reported: any value will do.
            _ => quote!(__Default::default()),
        }
    }

    /// The elements of a long list or set. Those that can be constants are a table of them, which costs
    /// the compiler next to nothing; others are made in parts.
    fn long(&self, values: &[Value], element: &Type, form: Form) -> TokenStream {
        let local = quote!(__value);
        if let Some(Plain { ty, owned }) = self.plain(values.iter(), element, form, &local) {
            let values = values.iter().map(|value| self.plain_value(value, form));
            return quote!(__collect(
                { const __ALL: &[#ty] = &[#(#values),*]; __ALL },
                |&#local| #owned,
            ));
        }
        let ty = match form.ordered {
            true => self.key_type(element, form),
            false => self.rust_type(element, form),
        };
        let values = values.iter().map(|value| self.value(value, element, form));
        parts(&ty, values)
    }

    /// The entries of a long map, as [`long`](Self::long) has elements.
    fn long_map(
        &self,
        entries: &[(Value, Value)],
        key: &Type,
        value: &Type,
        form: Form,
    ) -> TokenStream {
        let (first, second) = (quote!(__key), quote!(__value));
        let keys = self.plain(entries.iter().map(|(key, _)| key), key, form.ordered(), &first);
        let values = self.plain(entries.iter().map(|(_, value)| value), value, form, &second);
        if let (Some(keys), Some(values)) = (keys, values) {
            let (key_type, value_type) = (keys.ty, values.ty);
            let (key, value) = (keys.owned, values.owned);
            let entries = entries.iter().map(|(key, value)| {
                let key = self.plain_value(key, form);
                let value = self.plain_value(value, form);
                quote!((#key, #value))
            });
            return quote!(__collect(
                { const __ALL: &[(#key_type, #value_type)] = &[#(#entries),*]; __ALL },
                |&(#first, #second)| (#key, #value),
            ));
        }
        let (key_type, value_type) = (self.key_type(key, form), self.rust_type(value, form));
        let entries = entries.iter().map(|(one, other)| {
            let one = self.value(one, key, form.ordered());
            let other = self.value(other, value, form);
            quote!((#one, #other))
        });
        parts(&quote!((#key_type, #value_type)), entries)
    }

    /// The form in which all of the values can be constants, if they can.
    fn plain<'v>(
        &self,
        mut values: impl Iterator<Item = &'v Value>,
        ty: &Type,
        form: Form,
        local: &TokenStream,
    ) -> Option<Plain> {
        if self.is_foreign(ty) {
            return None;
        }
        let copied = |ty: TokenStream| Plain { ty, owned: local.clone() };
        let (plain, fits): (_, fn(&Value) -> bool) = match &self.program.resolve(ty).kind {
            TypeKind::Bool => (copied(quote!(__bool)), |value| matches!(value, Value::Bool(_))),
            TypeKind::I8 => (copied(quote!(__i8)), |value| matches!(value, Value::Int(_))),
            TypeKind::I16 => (copied(quote!(__i16)), |value| matches!(value, Value::Int(_))),
            TypeKind::I32 => (copied(quote!(__i32)), |value| matches!(value, Value::Int(_))),
            TypeKind::I64 => (copied(quote!(__i64)), |value| matches!(value, Value::Int(_))),
            TypeKind::Double => {
                let owned = if form.ordered { quote!(__Double(#local)) } else { local.clone() };
                let plain = Plain { ty: quote!(__f64), owned };
                (plain, |value| matches!(value, Value::Double(_)))
            }
            TypeKind::String => {
                let plain = Plain { ty: quote!(&__str), owned: quote!(__From::from(#local)) };
                (plain, |value| matches!(value, Value::String(_)))
            }
            TypeKind::Named(id) if matches!(self.program.definition(*id), Definition::Enum(_)) => {
                let plain = copied(self.path(*id, form.from));
                (plain, |value| matches!(value, Value::Enum(..)))
            }
            _ => return None,
        };
        values.all(fits).then_some(plain)
    }

    /// A value that is a constant.
    fn plain_value(&self, value: &Value, form: Form) -> TokenStream {
        match value {
            Value::Bool(value) => quote!(#value),
            Value::Int(value) => integer(*value),
            Value::Double(value) => self.double(*value),
            Value::String(text) => quote!(#text),
            Value::Enum(id, index) => self.enum_value(*id, *index, form.from),
            // Only those are plain.
            _ => quote!(__Default::default()),
        }
    }

    fn enum_value(&self, id: DefId, index: u32, from: FileId) -> TokenStream {
        let path = self.path(id, from);
        match self.program.definition(id) {
            Definition::Enum(item) if (index as usize) < item.values.len() => {
                let variant = self.ident(&self.value_variant(&item.values[index as usize]));
                quote!(#path::#variant)
            }
            _ => quote!(__Default::default()),
        }
    }

    fn struct_value(&self, id: DefId, set: &[(u32, Value)], form: Form) -> TokenStream {
        let (path, form) = match form.holds != Holds::Owned && self.is_viewed(id) {
            true => (self.view_path(id, form.from), form),
            false => (self.path(id, form.from), form.holding(Holds::Owned)),
        };
        let form = Form { ordered: false, ..form };
        let Definition::Struct(item) = self.program.definition(id) else {
            return quote!(__Default::default());
        };
        // All in its default: written out, structs in structs would grow with each level.
        if set.is_empty() {
            return quote!(__Default::default());
        }
        let boxed = |index: usize, value: TokenStream| match self.analysis.is_boxed(id, index) {
            true => quote!(__Box::new(#value)),
            false => value,
        };
        if item.kind == StructKind::Union {
            return match set.last() {
                Some((index, value)) => {
                    let field = &item.fields[*index as usize];
                    let variant = self.ident(&self.field_variant(field));
                    let value = self.value(value, &field.ty, form);
                    let value = boxed(*index as usize, value);
                    quote!(#path::#variant(#value))
                }
                None => quote!(__Default::default()),
            };
        }
        let lowered = self.fields(Some(id), &item.fields, form);
        let fields = item.fields.iter().enumerate().filter_map(|(index, field)| {
            let name = self.ident(&self.field_name(field));
            let lowered = lowered.iter().find(|lowered| lowered.id == field.id)?;
            let given = set.iter().rev().find(|(at, _)| *at as usize == index);
            let value = match (given, &lowered.default) {
                (Some((_, value)), _) => boxed(index, self.value(value, &field.ty, form)),
                (None, Some(default)) => default.clone(),
                (None, None) => return Some(quote!(#name: __Default::default())),
            };
            Some(match lowered.presence {
                Presence::Optional => quote!(#name: __Some(#value)),
                _ => quote!(#name: #value),
            })
        });
        let unknown = self.unknown_fields(item);
        let unknown = unknown.iter().map(|name| quote!(#name: __Default::default()));
        let fields = fields.chain(unknown);
        quote!(#path { #(#fields),* })
    }

    fn double(&self, value: f64) -> TokenStream {
        match value.is_finite() {
            true if value.is_sign_negative() => {
                let value = Literal::f64_suffixed(-value);
                quote!(-#value)
            }
            true => {
                let value = Literal::f64_suffixed(value);
                quote!(#value)
            }
            // The only other doubles that can be written are too large: `1e400`.
            false if value > 0.0 => quote!(__f64_INFINITY),
            false => quote!(-__f64_INFINITY),
        }
    }
}

fn integer(value: i64) -> TokenStream {
    let literal = Literal::u64_unsuffixed(value.unsigned_abs());
    match value < 0 {
        true => quote!(-#literal),
        false => quote!(#literal),
    }
}
