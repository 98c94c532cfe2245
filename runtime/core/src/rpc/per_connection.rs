//! A service for each connection.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::blocking;
use crate::error::{Error, ErrorKind, Result};
use crate::net::endpoints::Endpoints;
use crate::rpc::message::{Request, Response};
use crate::rpc::named_service::NamedService;

/// A service for each connection, created by a function when the first call of the connection arrives.
/// For state that belongs to a connection, such as a login, a transaction or a session of a database.
/// Apache and ThriftPy call it `TProcessorFactory`.
///
/// The function is called once for each connection, after the handshake of TLS and the login of SASL,
/// and knows the [`Endpoints`]. It runs where calls are dispatched: it must not block a task for long.
/// The service answers all calls of the connection, and is dropped when the connection ends, after the
/// last call.
///
/// [`Server::per_connection`](blocking::Server::per_connection) makes a server of it. It is an ordinary
/// service, async if the services are async and blocking if they are blocking: layers may be around it,
/// which are shared by all connections, or within it, created for each. Several services that are
/// multiplexed may each be one.
///
/// # Refused connections
///
/// If the function fails or panics, the call is answered with an exception, as if a handler had failed;
/// only the text of [`Error::application`] and [`Error::internal`] is sent to the client. Then the
/// connection is closed. The server logs a warning with the peer and the error, and counts it in
/// [`ServerStats::refused`](crate::ServerStats::refused).
///
/// # Calls without a connection
///
/// Calls that come without a known connection, through `http::HttpService` or
/// [`messages`](crate::messages), each get a service of their own.
///
/// ```
/// use std::sync::Mutex;
/// use thriftly::{Endpoints, Error, blocking};
///
/// thriftly::thrift!(inline: "
///     service Bank {
///         void log_in(1: string user)
///         string whoami()
///     }
/// ");
///
/// /// The state of one connection.
/// #[derive(Default)]
/// struct Session {
///     user: Mutex<Option<String>>,
/// }
///
/// impl BlockingBank for Session {
///     fn log_in(&self, user: String) -> thriftly::Result<()> {
///         *self.user.lock().unwrap() = Some(user);
///         Ok(())
///     }
///
///     fn whoami(&self) -> thriftly::Result<String> {
///         self.user.lock().unwrap().clone().ok_or_else(|| Error::internal("nobody is logged in"))
///     }
/// }
///
/// # fn main() -> thriftly::Result<()> {
/// let server = blocking::Server::per_connection(|ends: &Endpoints| {
///     println!("a session of {ends}");
///     Ok(BlockingBankServer::new(Session::default()))
/// });
/// let server = server.bind("127.0.0.1:0")?;
/// let address = server.local_addr();
/// std::thread::spawn(move || server.serve());
///
/// // A client whose server ties a session to its connection uses only one.
/// let client = BlockingBankClient::builder().max_connections(1).connect(&address)?;
/// client.log_in("ada")?;
/// assert_eq!(client.whoami()?, "ada");
/// assert!(BlockingBankClient::connect(&address)?.whoami().is_err());
/// # Ok(())
/// # }
/// ```
pub struct PerConnection<F, S> {
    factory: Arc<Factory<F>>,
    service: PhantomData<fn() -> S>,
}

struct Factory<F> {
    /// Distinguishes its services from those of other factories of the same connection.
    id: u64,
    create: F,
}

impl<F, S> PerConnection<F, S> {
    /// Creates services by a function.
    ///
    /// ```
    /// # fn main() -> thriftly::Result<()> {
    /// use thriftly::PerConnection;
    /// use thriftly::blocking::{Channel, ClientBuilder, Server};
    ///
    /// thriftly::thrift!(inline: "service Ping { void ping() }  service Admin { i32 load() }");
    ///
    /// struct Handler;
    ///
    /// impl BlockingPing for Handler {
    ///     fn ping(&self) -> thriftly::Result<()> { Ok(()) }
    /// }
    /// impl BlockingAdmin for Handler {
    ///     fn load(&self) -> thriftly::Result<i32> { Ok(0) }
    /// }
    ///
    /// let sessions = PerConnection::new(|_| Ok(BlockingPingServer::new(Handler)));
    /// let server = Server::builder().add(sessions).add(BlockingAdminServer::new(Handler));
    /// let channel: Channel = ClientBuilder::new().connect_with(server.in_memory())?;
    /// BlockingPingClient::new(channel).multiplexed("Ping").ping()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(create: F) -> PerConnection<F, S>
    where
        F: Fn(&Endpoints) -> Result<S>,
    {
        static FACTORIES: AtomicU64 = AtomicU64::new(0);
        let id = FACTORIES.fetch_add(1, Ordering::Relaxed);
        PerConnection { factory: Arc::new(Factory { id, create }), service: PhantomData }
    }

    /// The service of the connection of a call.
    ///
    /// # Errors
    /// The function has refused the connection.
    fn service(&self, request: &Request) -> Result<Arc<S>>
    where
        F: Fn(&Endpoints) -> Result<S>,
        S: Send + Sync + 'static,
    {
        let Factory { id, create } = &*self.factory;
        match &request.connection {
            None => create(&Endpoints::default()).map(Arc::new),
            Some(connection) => match &connection.created {
                None => create(&connection.ends).map(Arc::new),
                Some(created) => created.service(*id, || create(&connection.ends)),
            },
        }
    }
}

impl<F, S> Clone for PerConnection<F, S> {
    fn clone(&self) -> PerConnection<F, S> {
        PerConnection { factory: Arc::clone(&self.factory), service: PhantomData }
    }
}

impl<F, S> fmt::Debug for PerConnection<F, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerConnection").finish_non_exhaustive()
    }
}

impl<F, S: NamedService> NamedService for PerConnection<F, S> {
    const NAME: &'static str = S::NAME;
}

impl<F, S> blocking::Service for PerConnection<F, S>
where
    F: Fn(&Endpoints) -> Result<S> + Send + Sync + 'static,
    S: blocking::Service,
{
    fn call(&self, request: Request) -> Result<Response> {
        self.service(&request)?.call(request)
    }
}

#[cfg(feature = "async")]
mod asynchronous {
    use std::task::{Context, Poll};

    use tower_service::Service;

    use super::PerConnection;
    use crate::error::{Error, Result};
    use crate::net::endpoints::Endpoints;
    use crate::rpc::dispatch::DispatchFuture;
    use crate::rpc::message::{Request, Response};
    use crate::rpc::thrift_service::SharedService;

    impl<F, S> Service<Request> for PerConnection<F, S>
    where
        F: Fn(&Endpoints) -> Result<S> + Send + Sync + 'static,
        S: SharedService,
    {
        type Response = Response;
        type Error = Error;
        type Future = DispatchFuture;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Request) -> DispatchFuture {
            match self.service(&request) {
                Ok(service) => DispatchFuture::new(&*service, request),
                Err(error) => DispatchFuture::failed(error),
            }
        }
    }
}

/// The services that were created for one connection, by the ids of their factories.
#[derive(Debug, Default)]
pub(crate) struct Created(Mutex<Vec<(u64, Slot)>>);

/// `None` if the factory has refused the connection.
type Slot = Option<Arc<dyn Any + Send + Sync>>;

impl Created {
    /// The service of a factory, created at the first call.
    ///
    /// # Errors
    /// The factory has failed, now or before.
    fn service<S: Send + Sync + 'static>(
        &self,
        factory: u64,
        create: impl FnOnce() -> Result<S>,
    ) -> Result<Arc<S>> {
        // Locked while the factory runs, so that calls made at the same time wait for it.
        let mut slots = self.lock();
        if let Some((_, slot)) = slots.iter().find(|(id, _)| *id == factory) {
            let service = slot.as_ref().and_then(|service| Arc::clone(service).downcast().ok());
            return service.ok_or_else(refused);
        }
        // It is refused, unless the factory returns.
        slots.push((factory, None));
        let service = Arc::new(create()?);
        if let Some((_, slot)) = slots.last_mut() {
            *slot = Some(Arc::clone(&service) as _);
        }
        Ok(service)
    }

    fn is_refused(&self) -> bool {
        self.lock().iter().any(|(_, slot)| slot.is_none())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(u64, Slot)>> {
        // A factory that panics leaves its connection refused.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cold]
fn refused() -> Error {
    Error::new(ErrorKind::Closed, "the connection was refused at its first call")
}

/// The services of a connection until it ends: contexts may exist for longer.
#[derive(Debug, Default)]
pub(crate) struct Services(Arc<Created>);

impl Services {
    /// For the calls of the connection.
    pub(crate) fn share(&self) -> Arc<Created> {
        Arc::clone(&self.0)
    }

    /// Whether a factory has refused the connection. Only of interest after a call has failed.
    pub(crate) fn are_refused(&self) -> bool {
        self.0.is_refused()
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        let created = std::mem::take(&mut *self.0.lock());
        // It is code of others, which runs without the lock.
        drop(created);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factory_runs_once_for_a_connection_also_if_it_fails_or_panics() {
        let services = Services::default();
        let created = services.share();
        let of = |factory, create: fn() -> Result<u32>| created.service(factory, create);
        assert_eq!(of(1, || Ok(5)).ok().as_deref(), Some(&5));
        assert_eq!(of(1, || panic!("called again")).ok().as_deref(), Some(&5));
        assert!(!services.are_refused());

        assert_eq!(of(2, || Err(refused())).expect_err("fails").kind(), ErrorKind::Closed);
        assert!(services.are_refused());
        assert!(of(2, || Ok(7)).is_err());
        let panicked = std::panic::catch_unwind(|| of(3, || panic!("on purpose")));
        assert!(panicked.is_err() && of(3, || Ok(8)).is_err());
        assert_eq!(of(1, || Ok(9)).ok().as_deref(), Some(&5));
    }

    #[test]
    fn services_are_dropped_with_their_connection() -> Result<()> {
        let services = Services::default();
        let created = services.share();
        let service = created.service(1, || Ok("state".to_owned()))?;
        assert_eq!(Arc::strong_count(&service), 2);
        drop(services);
        assert_eq!(Arc::strong_count(&service), 1);
        Ok(())
    }
}
