//! Lowering of IDL types to Rust types.

use proc_macro2::TokenStream;
use quote::quote;
use thriftly_parser::program::{Definition, Type, TypeKind};
use thriftly_parser::source::FileId;

use super::Lowerer;
use crate::input::Strings;

/// The context of a type or value.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// The file whose module refers to it.
    pub(super) from: FileId,
    /// Whether it is part of a key and must have a total order: doubles are wrapped, containers are
    /// ordered.
    pub(super) ordered: bool,
    pub(super) holds: Holds,
}

/// Ownership of text and bytes in a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Owned.
    Owned,
    /// Borrowed for a named lifetime.
    Borrowed,
    /// Borrowed by a function argument.
    Argument,
}

impl Form {
    pub(super) fn owned(from: FileId) -> Form {
        Form { from, ordered: false, holds: Holds::Owned }
    }

    pub(super) fn holding(self, holds: Holds) -> Form {
        Form { holds, ..self }
    }

    pub(super) fn ordered(self) -> Form {
        Form { ordered: true, ..self }
    }

    /// The lifetime for which it is borrowed, if it is.
    pub(super) fn lifetime(self) -> Option<TokenStream> {
        match self.holds {
            Holds::Owned => None,
            Holds::Borrowed => Some(quote!('a)),
            Holds::Argument => Some(quote!('_)),
        }
    }
}

impl Lowerer<'_> {
    pub(super) fn rust_type(&self, ty: &Type, form: Form) -> TokenStream {
        let hashed = self.options.hashed && !form.ordered;
        let lifetime = form.lifetime();
        match &ty.kind {
            TypeKind::Bool => quote!(__bool),
            TypeKind::I8 => quote!(__i8),
            TypeKind::I16 => quote!(__i16),
            TypeKind::I32 => quote!(__i32),
            TypeKind::I64 => quote!(__i64),
            TypeKind::Double => quote!(__f64),
            TypeKind::String if lifetime.is_some() => quote!(&#lifetime __str),
            TypeKind::String => match self.options.strings {
                Strings::Owned => quote!(__std::String),
                Strings::Shared => quote!(__std::SharedStr),
                Strings::Small => quote!(__std::SmallStr),
            },
            TypeKind::Binary if lifetime.is_some() => quote!(&#lifetime [__u8]),
            TypeKind::Binary if self.options.small_binary => quote!(__std::SmallBytes),
            TypeKind::Binary => quote!(__std::Bytes),
            TypeKind::Uuid => quote!(__std::Uuid),
            TypeKind::List(element) => {
                let element = self.rust_type(element, form);
                quote!(__std::Vec<#element>)
            }
            TypeKind::Set(element) => {
                let element = self.key_type(element, form);
                match hashed {
                    true => quote!(__std::HashSet<#element>),
                    false => quote!(__std::BTreeSet<#element>),
                }
            }
            TypeKind::Map(key, value) => {
                let key = self.key_type(key, form);
                let value = self.rust_type(value, form);
                match hashed {
                    true => quote!(__std::HashMap<#key, #value>),
                    false => quote!(__std::BTreeMap<#key, #value>),
                }
            }
            TypeKind::Named(id) if lifetime.is_some() && self.has_view(ty) => {
                match self.program.definition(*id) {
                    Definition::Typedef(item) => self.rust_type(&item.target, form),
                    _ => {
                        let path = self.view_path(*id, form.from);
                        quote!(#path<#lifetime>)
                    }
                }
            }
            TypeKind::Named(id) => match self.program.definition(*id) {
                // The typedef itself may be hashed, which no key can be.
                Definition::Typedef(item)
                    if self.options.hashed && form.ordered && !self.is_foreign(ty) =>
                {
                    self.rust_type(&item.target, form)
                }
                _ => self.path(*id, form.from),
            },
            // The compiler takes it for any type, and says nothing of code that uses it.
            TypeKind::Unresolved => {
                let error = &self.error;
                quote!(<() as __Unresolved<{ #error }>>::Type)
            }
        }
    }

    /// The type of a map's key or a set's element.
    pub(super) fn key_type(&self, ty: &Type, form: Form) -> TokenStream {
        let form = form.ordered();
        match &self.program.resolve(ty).kind {
            TypeKind::Double => quote!(__std::Double),
            // A typedef may stand for a type in which doubles have to be wrapped.
            TypeKind::List(element) => {
                let element = self.key_type(element, form);
                quote!(__std::Vec<#element>)
            }
            TypeKind::Set(element) => {
                let element = self.key_type(element, form);
                quote!(__std::BTreeSet<#element>)
            }
            TypeKind::Map(key, value) => {
                let (key, value) = (self.key_type(key, form), self.key_type(value, form));
                quote!(__std::BTreeMap<#key, #value>)
            }
            _ => self.rust_type(ty, form),
        }
    }
}
