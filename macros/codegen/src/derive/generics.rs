//! Bounds on generic parameters: field types must have a Thrift type.

use quote::ToTokens;
use syn::{GenericArgument, Path, PathArguments, Type};

use crate::model::Bounds;

/// The generic parameters of a type and the bounds required by its fields.
pub(super) struct Parameters<'a> {
    params: &'a syn::Generics,
    bounds: Bounds,
}

impl<'a> Parameters<'a> {
    pub(super) fn new(params: &'a syn::Generics) -> Parameters<'a> {
        Parameters { params, bounds: Bounds::default() }
    }

    /// Records the type of a field.
    pub(super) fn value(&mut self, ty: &Type) {
        if self.params.type_params().next().is_some() {
            let mut found = Vec::new();
            self.find(ty, &mut found);
            found.into_iter().for_each(|ty| add(&mut self.bounds.values, ty));
        }
    }

    /// Records a type whose default is needed for an absent field.
    pub(super) fn default(&mut self, ty: &Type) {
        if self.params.type_params().next().is_some() && self.is_generic(ty) {
            add(&mut self.bounds.defaults, ty.clone());
        }
    }

    pub(super) fn bounds(self) -> Bounds {
        self.bounds
    }

    /// `T`, or `T::Item`.
    fn is_generic(&self, ty: &Type) -> bool {
        match ty {
            Type::Path(ty) if ty.qself.is_none() => self.begins_with_parameter(&ty.path),
            _ => false,
        }
    }

    fn begins_with_parameter(&self, path: &Path) -> bool {
        path.leading_colon.is_none()
            && path.segments.first().is_some_and(|first| {
                first.arguments.is_none()
                    && self.params.type_params().any(|param| param.ident == first.ident)
            })
    }

    fn find(&self, ty: &Type, found: &mut Vec<Type>) {
        match ty {
            Type::Paren(inner) => self.find(&inner.elem, found),
            Type::Group(inner) => self.find(&inner.elem, found),
            Type::Path(_) if self.is_generic(ty) => found.push(ty.clone()),
            // `<T as Source>::Item`
            Type::Path(path) if path.qself.is_some() => found.push(ty.clone()),
            Type::Path(path) => {
                for segment in &path.path.segments {
                    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
                        continue;
                    };
                    for argument in &arguments.args {
                        if let GenericArgument::Type(ty) = argument {
                            self.find(ty, found);
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

fn add(types: &mut Vec<Type>, ty: Type) {
    let text = ty.to_token_stream().to_string();
    if types.iter().all(|known| known.to_token_stream().to_string() != text) {
        types.push(ty);
    }
}
