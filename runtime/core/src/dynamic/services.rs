//! Services and methods of an IDL that was loaded at run time.

use std::fmt;

use super::idl::Idl;
use super::model::{MethodDef, ServiceDef};
use super::types::{Field, Type, about, fields};
use crate::error::{Error, ErrorKind, Result};

/// A service of an [`Idl`].
#[derive(Clone)]
pub struct Service {
    pub(super) idl: Idl,
    pub(super) index: u32,
}

impl Service {
    fn def(&self) -> &ServiceDef {
        &self.idl.model.services[self.index as usize]
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.def().name
    }

    /// The IDL of the service.
    pub fn idl(&self) -> &Idl {
        &self.idl
    }

    /// The service that it extends.
    pub fn extends(&self) -> Option<Service> {
        let index = self.def().extends?;
        Some(Service { idl: self.idl.clone(), index })
    }

    /// The methods: its own, then inherited ones.
    pub fn methods(&self) -> impl Iterator<Item = Method> {
        let chain = std::iter::successors(Some(self.clone()), Service::extends);
        let service = self.clone();
        chain.flat_map(move |declaring| {
            let service = service.clone();
            let declared = declaring.index;
            (0..declaring.def().methods.len()).map(move |at| Method {
                service: service.clone(),
                declared,
                at,
            })
        })
    }

    /// A method by its name; inherited ones are found as well.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] if there is no such method, with the name that is most like it.
    pub fn method(&self, name: &str) -> Result<Method> {
        self.find(name).ok_or_else(|| {
            let names: Vec<_> = self.methods().map(|method| method.name().to_owned()).collect();
            let mut error =
                format!("the service `{}` has no method `{}`", self.name(), name.escape_debug());
            if let Some(near) = thriftly_parser::closest(name, names.iter().map(String::as_str)) {
                error.push_str(&format!("; did you mean `{near}`?"));
            }
            Error::new(ErrorKind::InvalidData, error)
        })
    }

    /// The methods that are not inherited.
    #[cfg(feature = "console")]
    pub(crate) fn own_methods(&self) -> impl Iterator<Item = Method> {
        let (service, declared) = (self.clone(), self.index);
        (0..self.def().methods.len()).map(move |at| Method {
            service: service.clone(),
            declared,
            at,
        })
    }

    /// The prefix of its file, if that was included.
    #[cfg(feature = "console")]
    pub(crate) fn prefix(&self) -> Option<&str> {
        self.idl.prefix(self.def().file)
    }

    /// Finds a method without making any other.
    pub(super) fn find(&self, name: &str) -> Option<Method> {
        let mut declared = self.index;
        loop {
            let def = &self.idl.model.services[declared as usize];
            if let Some(at) = def.methods.iter().position(|method| method.name == name) {
                return Some(Method { service: self.clone(), declared, at });
            }
            declared = def.extends?;
        }
    }

    about!();
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "service {}", self.name())
    }
}

/// A method of a [`Service`].
#[derive(Clone)]
pub struct Method {
    pub(super) service: Service,
    /// The service that declares it.
    pub(super) declared: u32,
    pub(super) at: usize,
}

impl Method {
    pub(super) fn def(&self) -> &MethodDef {
        &self.service.idl.model.services[self.declared as usize].methods[self.at]
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.def().name
    }

    /// The service; for an inherited method, the one that inherits it.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Whether the server sends no reply.
    pub fn is_oneway(&self) -> bool {
        self.def().oneway
    }

    /// Whether a call may be handled twice: the annotation `(idempotent)`.
    pub fn is_idempotent(&self) -> bool {
        self.def().idempotent
    }

    /// The arguments.
    pub fn arguments(&self) -> impl Iterator<Item = Field> {
        fields(&self.service.idl, self.def().arguments)
    }

    /// The type of the result, or `None` for `void`.
    pub fn returns(&self) -> Option<Type> {
        let ty = self.def().returns.clone()?;
        Some(Type { idl: self.service.idl.clone(), ty })
    }

    /// The exceptions that it declares.
    pub fn throws(&self) -> impl Iterator<Item = Field> {
        fields(&self.service.idl, self.def().result).skip(usize::from(self.def().returns.is_some()))
    }

    about!();
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.service.name(), self.name())
    }
}
