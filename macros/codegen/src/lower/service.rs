//! Services.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;
use thriftly_parser::program::{self, DefId, Definition, StructKind, TypeKind};
use thriftly_parser::source::FileId;

use super::types::{Form, Holds};
use super::{Lowerer, views};
use crate::emit;
use crate::model::{
    Ancestor, Argument, Bounds, Docs, Method, Passing, Presence, Service, ServiceNames, SideNames,
    Struct, Thrown,
};
use crate::name::variant_name;

impl Lowerer<'_> {
    /// The service with the types of its methods.
    pub(super) fn service(&self, id: DefId, item: &program::Service) -> TokenStream {
        let methods = self.methods(id, item, id.file);
        let types = item.functions.iter().zip(&methods).map(|(function, method)| {
            let mut arguments = Struct {
                ident: method.args.clone(),
                name: function.name.text.clone(),
                doc: Docs::default(),
                generics: syn::Generics::default(),
                bounds: Bounds::default(),
                fields: self.fields(None, &function.arguments, Form::owned(id.file)),
                unknown: None,
                skipped: Vec::new(),
                left_out: Vec::new(),
                in_place: false,
                constructor: false,
                exception: None,
            };
            let owned = emit::arguments(&arguments);
            let borrowed = method.args_view.as_ref().map(|ident| {
                let form = Form::owned(id.file).holding(Holds::Borrowed);
                arguments.ident = ident.clone();
                arguments.generics = views::generics();
                arguments.fields = self.fields(None, &function.arguments, form);
                emit::arguments(&arguments)
            });
            let error = emit::method_types(method);
            let proof = self.proven_function(item, function);
            quote!(#owned #borrowed #error #proof)
        });
        let types: TokenStream = types.collect();
        let service = emit::service(&self.service_model(id, item, methods));
        quote!(#types #service)
    }

    fn service_model(&self, id: DefId, item: &program::Service, methods: Vec<Method>) -> Service {
        Service {
            names: self.service_names(id),
            name: item.name.text.clone(),
            doc: self.docs(item.doc.as_deref(), &item.annotations, &item.name),
            ancestors: self.ancestors(id, item),
            methods,
        }
    }

    /// Stub handlers, one for each service of the root file.
    pub(crate) fn stubs(&self, blocking: bool) -> Vec<String> {
        let Some(root) = self.program.files.first() else { return Vec::new() };
        let services = root.definitions.iter().zip(0..).filter_map(|(definition, index)| {
            let Definition::Service(item) = definition else { return None };
            let id = DefId { file: root.id, index };
            let methods = self.methods(id, item, id.file);
            Some(emit::stub(&self.service_model(id, item, methods), blocking))
        });
        services.collect()
    }

    /// The Rust names of a service.
    fn service_names(&self, id: DefId) -> ServiceNames {
        let names = self.names.service(id, self.program.definition(id).name());
        let side = |names: [String; 3]| {
            let [handler, server, client] = names.map(|name| self.ident(&name));
            SideNames { handler, server, client }
        };
        ServiceNames { asynchronous: side(names.asynchronous), blocking: side(names.blocking) }
    }

    /// All extended services, nearest first.
    fn ancestors(&self, id: DefId, item: &program::Service) -> Vec<Ancestor> {
        let mut ancestors = Vec::new();
        let mut visited = HashSet::from([id]);
        let mut next = self.extended(item);
        while let Some((at, service)) = next {
            // A cycle is an error, which is reported already.
            if !visited.insert(at) {
                break;
            }
            ancestors.push(Ancestor {
                module: self.module(at.file, id.file),
                names: self.service_names(at),
                methods: self.methods(at, service, id.file),
            });
            next = self.extended(service);
        }
        ancestors
    }

    fn extended(&self, item: &program::Service) -> Option<(DefId, &program::Service)> {
        let id = item.extends?;
        match self.program.definition(id) {
            Definition::Service(service) => Some((id, service)),
            _ => None,
        }
    }

    /// The methods of a service, with their types as seen from a file.
    fn methods(&self, id: DefId, item: &program::Service, from: FileId) -> Vec<Method> {
        let mut taken = HashSet::new();
        let functions = item.functions.iter().enumerate();
        functions
            .filter(|(_, function)| taken.insert(self.function_name(function)))
            .map(|(index, function)| self.method(id, index, function, from))
            .collect()
    }

    fn method(
        &self,
        id: DefId,
        index: usize,
        function: &program::Function,
        from: FileId,
    ) -> Method {
        let args = self.names.arguments(id, index).to_owned();
        let form = Form::owned(from);
        let holds = if self.options.views { Holds::Argument } else { Holds::Owned };
        let views = self.fields(None, &function.arguments, form.holding(holds));
        let arguments = views.into_iter().filter_map(|view| {
            let argument = function.arguments.iter().find(|argument| argument.id == view.id)?;
            let syn::Member::Named(ident) = view.member else { return None };
            let optional = view.presence == Presence::Optional;
            let handed = match (view.ty, optional) {
                (ty, true) => quote!(__std::Option<#ty>),
                (ty, false) => ty,
            };
            let (passed, passing) = self.passed(argument, view.presence, form);
            Some(Argument { ident, id: view.id, passed, passing, optional, handed })
        });
        let is_viewed = function.arguments.iter().any(|argument| self.is_viewed_field(argument));
        let returns = match &function.returns {
            Some(ty) => {
                self.foreign.get(&function.name).unwrap_or_else(|| self.rust_type(ty, form))
            }
            None => quote!(()),
        };
        Method {
            module: self.module(id.file, from),
            ident: self.ident(&self.function_name(function)),
            name: function.name.text.clone(),
            doc: self.docs(function.doc.as_deref(), &function.annotations, &function.name),
            oneway: function.oneway,
            idempotent: function.is_idempotent(),
            info: self.ident(&format!("{args}Method")),
            args: self.ident(&args),
            args_view: is_viewed.then(|| self.ident(&format!("{args}Ref"))),
            arguments: arguments.collect(),
            returns,
            error: self.names.error(id, index).map(|name| self.ident(name)),
            throws: self.throws(function, from),
        }
    }

    /// The parameter type of a client method: numbers and enums by value, blobs as
    /// `impl Into<Bytes>`, all others by reference.
    fn passed(
        &self,
        argument: &program::Field,
        presence: Presence,
        form: Form,
    ) -> (TokenStream, Passing) {
        let ty = &argument.ty;
        let has_default = presence == Presence::Default && argument.default.is_some();
        let foreign = self.foreign.get(&argument.name);
        let is_foreign = foreign.is_some() || self.is_foreign(ty);
        let rust = foreign.unwrap_or_else(|| self.rust_type(ty, form));
        // Within `impl Into<…>` a lifetime needs a name.
        let lifetime = has_default.then(|| quote!('a));
        let borrows = has_default
            && (is_foreign
                || self.scalar(ty).is_none()
                    && !matches!(self.program.resolve(ty).kind, TypeKind::Binary));
        let passed = match &self.program.resolve(ty).kind {
            _ if is_foreign => quote!(&#lifetime #rust),
            _ if self.scalar(ty).is_some() => rust,
            TypeKind::String => quote!(&#lifetime __str),
            // It could not be told what `None` is an option of.
            TypeKind::Binary if has_default || presence == Presence::Optional => rust,
            TypeKind::Binary => {
                return (quote!(impl __std::Into<__std::Bytes>), Passing::IntoBytes);
            }
            TypeKind::List(element) => {
                let element = self.rust_type(element, form);
                quote!(&#lifetime [#element])
            }
            _ => quote!(&#lifetime #rust),
        };
        match presence {
            Presence::Optional => (quote!(__std::Option<#passed>), Passing::Plain),
            _ if has_default => {
                let passing = Passing::IntoOption { borrows };
                (quote!(impl __std::Into<__std::Option<#passed>>), passing)
            }
            _ => (passed, Passing::Plain),
        }
    }

    fn throws(&self, function: &program::Function, from: FileId) -> Vec<Thrown> {
        let mut variants = HashSet::from(["Other".to_owned()]);
        let mut ids = HashSet::new();
        let types: Vec<String> =
            function.throws.iter().map(|thrown| self.resolved_name(thrown)).collect();
        let mut throws = Vec::new();
        for (thrown, ty) in function.throws.iter().zip(&types) {
            // Other types are errors, which are reported already.
            if !self.is_exception(thrown) || !ids.insert(thrown.id) {
                continue;
            }
            let unique = types.iter().filter(|other| *other == ty).count() == 1;
            // The type's name says most; if it is thrown twice, the field's has to.
            let mut variant = match (unique, &thrown.ty.kind) {
                (true, TypeKind::Named(id)) => self.item_name(self.program.definition(*id)),
                _ => variant_name(&thrown.name.text),
            };
            while !variants.insert(variant.clone()) {
                variant.push('_');
            }
            throws.push(Thrown {
                name: thrown.name.text.clone(),
                id: thrown.id,
                variant: self.ident(&variant),
                ty: self.rust_type(&thrown.ty, Form::owned(from)),
                unique,
            });
        }
        throws
    }

    fn is_exception(&self, thrown: &program::Field) -> bool {
        match self.program.resolve(&thrown.ty).kind {
            TypeKind::Named(id) => match self.program.definition(id) {
                Definition::Struct(item) => item.kind == StructKind::Exception,
                _ => false,
            },
            _ => false,
        }
    }

    /// Something that is the same for the same type, behind typedefs.
    fn resolved_name(&self, thrown: &program::Field) -> String {
        match self.program.resolve(&thrown.ty).kind {
            TypeKind::Named(id) => format!("{id:?}"),
            _ => String::new(),
        }
    }
}
