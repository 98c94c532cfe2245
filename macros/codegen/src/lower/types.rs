//! Types of the IDL as types of Rust.

use proc_macro2::TokenStream;
use quote::quote;
use thriftly_parser::program::{Type, TypeKind};
use thriftly_parser::source::FileId;

use super::Lowerer;

impl Lowerer<'_> {
    /// The type as seen from a file. Where it is part of a key it must have a total order, so
    /// doubles are wrapped there, and containers are the ordered ones.
    pub(super) fn rust_type(&self, ty: &Type, from: FileId, ordered: bool) -> TokenStream {
        let hashed = self.options.hashed && !ordered;
        match &ty.kind {
            TypeKind::Bool => quote!(__bool),
            TypeKind::I8 => quote!(__i8),
            TypeKind::I16 => quote!(__i16),
            TypeKind::I32 => quote!(__i32),
            TypeKind::I64 => quote!(__i64),
            TypeKind::Double => quote!(__f64),
            TypeKind::String if self.options.shared_strings => quote!(__std::SharedStr),
            TypeKind::String => quote!(__std::String),
            TypeKind::Binary => quote!(__std::Bytes),
            TypeKind::Uuid => quote!(__std::Uuid),
            TypeKind::List(element) => {
                let element = self.rust_type(element, from, ordered);
                quote!(__std::Vec<#element>)
            }
            TypeKind::Set(element) => {
                let element = self.key_type(element, from);
                match hashed {
                    true => quote!(__std::HashSet<#element>),
                    false => quote!(__std::BTreeSet<#element>),
                }
            }
            TypeKind::Map(key, value) => {
                let key = self.key_type(key, from);
                let value = self.rust_type(value, from, ordered);
                match hashed {
                    true => quote!(__std::HashMap<#key, #value>),
                    false => quote!(__std::BTreeMap<#key, #value>),
                }
            }
            TypeKind::Named(id) => self.path(*id, from),
            TypeKind::Unresolved => quote!(__Unresolved),
        }
    }

    /// The type of a map's key or a set's element.
    fn key_type(&self, ty: &Type, from: FileId) -> TokenStream {
        match &self.program.resolve(ty).kind {
            TypeKind::Double => quote!(__std::Double),
            // A typedef may stand for a type in which doubles have to be wrapped.
            TypeKind::List(element) => {
                let element = self.key_type(element, from);
                quote!(__std::Vec<#element>)
            }
            TypeKind::Set(element) => {
                let element = self.key_type(element, from);
                quote!(__std::BTreeSet<#element>)
            }
            TypeKind::Map(key, value) => {
                let (key, value) = (self.key_type(key, from), self.key_type(value, from));
                quote!(__std::BTreeMap<#key, #value>)
            }
            _ => self.rust_type(ty, from, true),
        }
    }
}
