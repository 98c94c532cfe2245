//! Several services by name, for multiplexed calls.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::rpc::message::{MethodName, SEPARATOR, shown};
use crate::ttype::ApplicationErrorKind;

/// Services by name, and the one for calls without a name.
pub(crate) struct Services<S: ?Sized> {
    /// Few: comparing their names costs less than a hash.
    named: Vec<(Cow<'static, str>, Arc<S>)>,
    default: Option<Arc<S>>,
}

impl<S: ?Sized> Services<S> {
    /// Adds a service.
    ///
    /// # Errors
    /// There is one of this name, or no call can have it as its prefix.
    pub(crate) fn add(&mut self, name: Cow<'static, str>, service: Arc<S>) -> Result<()> {
        if name.is_empty() || name.contains(SEPARATOR) {
            let name = shown(&name);
            return Err(invalid(format!("no call can name the service `{name}`")));
        }
        if self.named.iter().any(|(other, _)| *other == name) {
            return Err(invalid(format!("two services have the name `{}`", shown(&name))));
        }
        self.named.push((name, service));
        Ok(())
    }

    /// Sets the service for calls without a name.
    ///
    /// # Errors
    /// There is one.
    pub(crate) fn set_default(&mut self, service: Arc<S>) -> Result<()> {
        match self.default.replace(service) {
            None => Ok(()),
            Some(_) => Err(invalid("two services are the default".to_owned())),
        }
    }

    /// The service of a call. Its name is removed from the name of the method.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn dispatch(&self, method: &mut MethodName) -> Result<&S> {
        let Some((name, _)) = method.as_str().split_once(SEPARATOR) else {
            return self.default.as_deref().ok_or_else(|| unnamed(method));
        };
        match self.named.iter().find(|(known, _)| known == name) {
            Some((known, service)) => {
                method.dispatch(known.len());
                Ok(service)
            }
            None => Err(unknown(name)),
        }
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::Settings, message)
}

/// The error of a server without services.
pub(crate) fn no_service() -> Error {
    invalid("the server has no service: `Server::builder()` expects `.add(service)`".to_owned())
}

#[cold]
fn unknown(name: &str) -> Error {
    let message = format!("unknown service `{}`", shown(name));
    Error::application(ApplicationErrorKind::UNKNOWN_METHOD, message)
}

#[cold]
fn unnamed(method: &MethodName) -> Error {
    let message = format!("the call of `{}` names no service", method.shown());
    Error::application(ApplicationErrorKind::UNKNOWN_METHOD, message)
}

impl<S: ?Sized> Default for Services<S> {
    fn default() -> Services<S> {
        Services { named: Vec::new(), default: None }
    }
}

impl<S: ?Sized> Clone for Services<S> {
    fn clone(&self) -> Services<S> {
        Services { named: self.named.clone(), default: self.default.clone() }
    }
}

/// Shows the names.
impl<S: ?Sized> fmt::Debug for Services<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.named.iter().map(|(name, _)| &**name);
        f.debug_set().entries(names.chain(self.default.as_ref().map(|_| "(default)"))).finish()
    }
}

/// The methods that add services to either `Multiplexed`, by the traits of services with a name and of any
/// services.
macro_rules! multiplexed_setters {
    ($named:path, $any:path) => {
        /// Creates a service without services, which answers every call with an error.
        pub fn new() -> Multiplexed {
            Multiplexed::default()
        }

        /// Adds a service under its name in the IDL: calls of `Store:get` are answered by the method
        /// `get` of the service `Store`.
        ///
        /// # Errors
        /// [`ErrorKind::Settings`](crate::ErrorKind::Settings) if there is a service of this name.
        // A server is not a number: nobody expects `server + service`.
        #[allow(clippy::should_implement_trait)]
        pub fn add<S>(self, service: S) -> Result<Multiplexed>
        where
            S: $named,
        {
            service.add_to(self)
        }

        /// Adds a service under another name, or one that has no name, such as a channel.
        ///
        /// # Errors
        /// [`ErrorKind::Settings`](crate::ErrorKind::Settings) if there is a service of this name, or
        /// if no call can have this name because it is empty or contains a colon.
        pub fn add_as<S>(
            mut self,
            name: impl Into<std::borrow::Cow<'static, str>>,
            service: S,
        ) -> Result<Multiplexed>
        where
            S: $any,
        {
            Arc::make_mut(&mut self.services).add(name.into(), erase(service))?;
            Ok(self)
        }

        /// Sets the service for calls whose method has no prefix, made by clients that are not
        /// multiplexed. Without it they are answered with `UNKNOWN_METHOD`. To answer calls with and
        /// without the prefix, add a clone of the service as well.
        ///
        /// # Errors
        /// [`ErrorKind::Settings`](crate::ErrorKind::Settings) if there is a default service.
        pub fn default_service<S>(mut self, service: S) -> Result<Multiplexed>
        where
            S: $any,
        {
            Arc::make_mut(&mut self.services).set_default(erase(service))?;
            Ok(self)
        }
    };
}

/// The methods that add services to either server, by the same traits.
macro_rules! server_services {
    ($named:path, $any:path) => {
        /// Creates a server for several services (multiplexed), with default settings. Services are
        /// added by [`add`](Server::add), [`add_as`](Server::add_as) and
        /// [`default_service`](Server::default_service), before layers, which are around all of them.
        pub fn builder() -> Server<Multiplexed> {
            let mut server = Server::new(Multiplexed::new());
            server.settings.empty = true;
            server
        }

        /// Adds a service under its name in the IDL: calls of `Store:get` are answered by the method
        /// `get` of the service `Store`. If there is a service of this name, binding fails with
        /// [`ErrorKind::Settings`](crate::ErrorKind::Settings).
        // A server is not a number: nobody expects `server + service`.
        #[allow(clippy::should_implement_trait)]
        pub fn add<S>(self, service: S) -> Server<Multiplexed>
        where
            S: $named,
        {
            self.extended(|services| services.add(service))
        }

        /// Adds a service under another name, or one that has no name, such as a channel. If there is
        /// a service of this name, or if the name is empty or contains a colon, binding fails with
        /// [`ErrorKind::Settings`](crate::ErrorKind::Settings).
        pub fn add_as<S>(
            self,
            name: impl Into<std::borrow::Cow<'static, str>>,
            service: S,
        ) -> Server<Multiplexed>
        where
            S: $any,
        {
            self.extended(|services| services.add_as(name, service))
        }

        /// Sets the service for calls whose method has no prefix, made by clients that are not
        /// multiplexed. Without it they are answered with `UNKNOWN_METHOD`. To answer calls with and
        /// without the prefix, add a clone of the service as well. If there is a default service
        /// already, binding fails with [`ErrorKind::Settings`](crate::ErrorKind::Settings).
        pub fn default_service<S>(self, service: S) -> Server<Multiplexed>
        where
            S: $any,
        {
            self.extended(|services| services.default_service(service))
        }

        fn extended(
            mut self,
            add: impl FnOnce(Multiplexed) -> Result<Multiplexed>,
        ) -> Server<Multiplexed> {
            self.settings.empty = false;
            match add(std::mem::take(&mut self.service)) {
                Ok(services) => self.service = services,
                Err(error) => {
                    self.settings.invalid.get_or_insert(error);
                }
            }
            self
        }
    };
}

pub(crate) use {multiplexed_setters, server_services};

#[cfg(test)]
mod tests {
    use super::*;

    fn services() -> Services<str> {
        let mut services = Services::default();
        services.add("Store".into(), "store".into()).expect("it is the first");
        services.add("Admin".into(), "admin".into()).expect("it has another name");
        services
    }

    fn of(services: &Services<str>, method: &'static str) -> Result<(String, String), String> {
        let mut method = MethodName::from(method);
        let service = services.dispatch(&mut method).map_err(|error| error.message().to_owned())?;
        Ok((service.to_owned(), method.as_str().to_owned()))
    }

    #[test]
    fn a_call_reaches_the_service_that_it_names() {
        let mut services = services();
        assert_eq!(of(&services, "Store:get"), Ok(("store".into(), "get".into())));
        assert_eq!(of(&services, "Admin:a:b"), Ok(("admin".into(), "a:b".into())));
        assert_eq!(of(&services, "get"), Err("the call of `get` names no service".into()));
        services.set_default("default".into()).expect("it is the first");
        assert_eq!(of(&services, "get"), Ok(("default".into(), "get".into())));
        for method in ["store:get", ":get", "Sto:re:get"] {
            let name = method.split(':').next().unwrap_or_default();
            assert_eq!(of(&services, method), Err(format!("unknown service `{name}`")));
        }
    }

    #[test]
    fn names_that_are_taken_or_cannot_be_called_are_refused() {
        let mut services = services();
        let mut refused = |name: &'static str| {
            let error = services.add(name.into(), "other".into()).expect_err("refused");
            assert_eq!(error.kind(), ErrorKind::Settings);
            error.message().to_owned()
        };
        assert_eq!(refused("Store"), "two services have the name `Store`");
        assert_eq!(refused(""), "no call can name the service ``");
        assert_eq!(refused("a:b"), "no call can name the service `a:b`");
        assert!(services.set_default("one".into()).is_ok());
        assert!(services.set_default("two".into()).is_err());
    }
}
