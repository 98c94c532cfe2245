//! Rust types named by `rust.type`.

use proc_macro2::TokenStream;
use quote::quote;
use thriftly_parser::program::{
    Annotation, DefId, Definition, Function, Program, Service, Struct, Type, TypeKind, Typedef,
};

use super::{Lowerer, annotations};

/// Whether the annotations name a Rust type.
pub(super) fn is_foreign(annotations: &[Annotation]) -> bool {
    annotations::rust_type(annotations).is_some()
}

pub(super) fn is_container(program: &Program, ty: &Type) -> bool {
    matches!(program.resolve(ty).kind, TypeKind::List(_) | TypeKind::Set(_) | TypeKind::Map(..))
}

/// Whether it is a typedef of a container with a Rust type.
pub(super) fn is_foreign_container(program: &Program, id: DefId) -> bool {
    match program.definition(id) {
        Definition::Typedef(item) => {
            is_foreign(&item.annotations) && is_container(program, &item.target)
        }
        _ => false,
    }
}

impl Lowerer<'_> {
    /// Whether the type is a typedef with a Rust type.
    pub(super) fn is_foreign(&self, ty: &Type) -> bool {
        match &ty.kind {
            TypeKind::Named(id) => match self.program.definition(*id) {
                Definition::Typedef(item) => {
                    is_foreign(&item.annotations) || self.is_foreign(&item.target)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Compile-time check that each field has the wire type of the IDL.
    pub(super) fn proven_fields(&self, item: &Struct) -> TokenStream {
        let fields = item.fields.iter().map(|field| {
            let name = format!("{}.{}", item.name.text, field.name.text);
            self.proven(&field.annotations, &field.ty, &name)
        });
        fields.collect()
    }

    /// Compile-time check that each argument has the wire type of the IDL.
    pub(super) fn proven_arguments(&self, service: &Service, function: &Function) -> TokenStream {
        let arguments = function.arguments.iter().map(|argument| {
            let (service, function) = (&service.name.text, &function.name.text);
            let name = format!("{service}.{function}.{}", argument.name.text);
            self.proven(&argument.annotations, &argument.ty, &name)
        });
        arguments.collect()
    }

    /// Compile-time check that the typedef has the wire type of the IDL.
    pub(super) fn proven_typedef(&self, item: &Typedef) -> TokenStream {
        self.proven(&item.annotations, &item.target, &item.name.text)
    }

    /// ```text
    /// const _: () = __wire_type_is::<HashSet<i32>>(__TType::SET, "…");
    /// ```
    fn proven(&self, annotations: &[Annotation], ty: &Type, name: &str) -> TokenStream {
        let (Some(rust), Some(wire)) = (annotations::rust_type(annotations), self.wire_type(ty))
        else {
            return TokenStream::new();
        };
        let written = annotations::find(annotations, "rust.type").unwrap_or_default();
        let message =
            format!("`{written}` is not `{}` on the wire, as `{name}` is", self.idl_type(ty));
        quote!(#[allow(deprecated)] const _: () = __wire_type_is::<#rust>(#wire, #message);)
    }

    fn wire_type(&self, ty: &Type) -> Option<TokenStream> {
        Some(match &self.program.resolve(ty).kind {
            TypeKind::Bool => quote!(__TType::BOOL),
            TypeKind::I8 => quote!(__TType::I8),
            TypeKind::I16 => quote!(__TType::I16),
            TypeKind::I32 => quote!(__TType::I32),
            TypeKind::I64 => quote!(__TType::I64),
            TypeKind::Double => quote!(__TType::DOUBLE),
            TypeKind::String | TypeKind::Binary => quote!(__TType::STRING),
            TypeKind::Uuid => quote!(__TType::UUID),
            TypeKind::List(_) => quote!(__TType::LIST),
            TypeKind::Set(_) => quote!(__TType::SET),
            TypeKind::Map(..) => quote!(__TType::MAP),
            TypeKind::Named(id) => match self.program.definition(*id) {
                Definition::Enum(_) => quote!(__TType::I32),
                Definition::Struct(_) => quote!(__TType::STRUCT),
                _ => return None,
            },
            TypeKind::Unresolved => return None,
        })
    }
}
