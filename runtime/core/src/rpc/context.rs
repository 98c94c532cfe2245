//! The context of the call being handled.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::net::endpoints::{Endpoints, PeerCredentials};
use crate::rpc::deadline::Deadline;
use crate::rpc::extensions::Extensions;
use crate::rpc::message::{Headers, MethodName, Protocol, Request, Response};
use crate::rpc::per_connection::Created;
use crate::tracking::Tracking;
use crate::transport::Framing;

/// The context of the call being handled: peer, connection, protocol, headers and deadline.
///
/// [`Context::current`] returns it anywhere within a handler, async or blocking. Tasks and threads
/// started by the handler do not inherit it; pass them a clone, which is cheap.
///
#[cfg_attr(feature = "async", doc = "```")]
#[cfg_attr(not(feature = "async"), doc = "```ignore")]
/// use thriftly::{Context, Server};
///
/// thriftly::thrift!(inline: "service Mirror { string caller() }");
///
/// struct Handler;
///
/// impl Mirror for Handler {
///     async fn caller(&self) -> thriftly::Result<String> {
///         let context = Context::current();
///         let peer = context.peer_addr().map(|address| address.ip().to_string());
///         Ok(format!("{} by {}", context.method(), peer.unwrap_or_default()))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> thriftly::Result<()> {
/// let server = Server::new(MirrorServer::new(Handler)).bind("127.0.0.1:0").await?;
/// let client = MirrorClient::connect(server.local_addr()).await?;
/// tokio::spawn(server.serve());
/// assert_eq!(client.caller().await?, "caller by 127.0.0.1");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Context(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    call: Received,
    /// Headers of the answer.
    answer: Mutex<Headers>,
}

/// Call data other than the arguments.
#[derive(Debug)]
pub(crate) struct Received {
    method: MethodName,
    oneway: bool,
    protocol: Protocol,
    headers: Headers,
    extensions: Extensions,
    deadline: Option<Instant>,
    connection: Option<Arc<Connection>>,
}

/// The connection of a call.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) ends: Endpoints,
    /// `None` over HTTP, whose bodies have no framing.
    pub(crate) framing: Option<Framing>,
    /// The services that were created for it; `None` if it is not known which connection it is.
    pub(crate) created: Option<Arc<Created>>,
}

impl Context {
    /// Returns the context of the call being handled. Outside a handler call, for example in a test
    /// that calls the method directly, the context is empty: no peer, headers or deadline.
    pub fn current() -> Context {
        CURRENT.with_borrow_mut(|scope| match scope.share() {
            Some(context) => context,
            None => Context(Arc::new(Inner {
                call: Received::of(&mut Request::new("", Protocol::default(), Vec::new().into())),
                answer: Mutex::default(),
            })),
        })
    }

    /// The method name in the IDL, without the prefix of a multiplexed call (`Store:get` is `get`).
    pub fn method(&self) -> &str {
        self.0.call.method.as_str()
    }

    /// The name of the service that a multiplexed call has as its prefix (`Store:get` is `Store`);
    /// `None` if the call was not multiplexed or was dispatched to the default service without one.
    pub fn service(&self) -> Option<&str> {
        self.0.call.method.service()
    }

    /// Whether the caller expects no reply.
    pub fn is_oneway(&self) -> bool {
        self.0.call.oneway
    }

    /// The address of the client; `None` if the connection has no addresses, as that of a unix socket.
    pub fn peer_addr(&self) -> Option<SocketAddr> {
        self.ends()?.peer_addr()
    }

    /// The local address of the connection; `None` if it has no addresses.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.ends()?.local_addr()
    }

    /// The client of a TLS connection, with its certificate if it has presented one; `None` for other
    /// connections.
    #[cfg(feature = "tls")]
    pub fn tls(&self) -> Option<&crate::tls::Peer> {
        self.ends()?.tls()
    }

    /// The process at the other end of a unix socket, where the operating system knows it. `None` for
    /// other connections, and with the blocking server, for which std has no stable function.
    pub fn peer_credentials(&self) -> Option<PeerCredentials> {
        self.ends()?.peer_credentials()
    }

    /// The user that the client has authenticated as; `None` if the server requires no
    /// authentication. See [`sasl`](crate::sasl).
    pub fn user(&self) -> Option<&str> {
        self.ends()?.user()
    }

    fn ends(&self) -> Option<&Endpoints> {
        Some(&self.0.call.connection.as_ref()?.ends)
    }

    /// The framing of the connection; `None` if there is no connection, or over HTTP.
    pub fn framing(&self) -> Option<Framing> {
        self.0.call.connection.as_ref()?.framing
    }

    /// The protocol of the call.
    pub fn protocol(&self) -> Protocol {
        self.0.call.protocol
    }

    /// The headers of the call; empty if the transport does not support headers.
    pub fn headers(&self) -> &Headers {
        &self.0.call.headers
    }

    /// Sets a header of the reply, replacing its previous value.
    ///
    /// Framed and unframed transports do not support headers, unless the call is
    /// [tracked](crate::tracking): in a debug build the call is then answered with `INTERNAL_ERROR`,
    /// in a release build the server logs a warning and sends the reply without headers.
    pub fn set_header(&self, name: impl Into<String>, value: impl Into<String>) {
        // Nothing panics while it is locked.
        self.0.answer.lock().unwrap_or_else(PoisonError::into_inner).insert(name, value);
    }

    /// The deadline of the call, if there is one: the time limit that came with the call
    /// ([`Framing::Header`], [`Framing::TtHeader`]) or `handler_timeout` of the server, whichever
    /// is earlier. An async handler is cancelled after it. Calls made by the handler inherit it unless they have an earlier one.
    pub fn deadline(&self) -> Option<Instant> {
        self.0.call.deadline
    }

    /// The tracking of the call, if the client has asked for it and the server has a
    /// [tracker](crate::tracking::Tracker).
    pub fn tracking(&self) -> Option<&Tracking> {
        self.0.call.extensions.get()
    }

    /// Values attached to the request by layers.
    pub fn extensions(&self) -> &Extensions {
        &self.0.call.extensions
    }
}

/// The deadline of the call being handled.
pub(crate) fn current_deadline() -> Option<Instant> {
    // Works during thread exit, when thread locals are gone.
    let deadline = CURRENT.try_with(|scope| match &*scope.borrow() {
        Scope::Outside => None,
        Scope::Received(call) => call.deadline,
        Scope::Shared(context) => context.deadline(),
    });
    deadline.ok().flatten()
}

/// The tracking of the call being handled.
pub(crate) fn current_tracking() -> Option<Tracking> {
    let tracking = CURRENT.try_with(|scope| match &*scope.borrow() {
        Scope::Outside => None,
        Scope::Received(call) => call.extensions.get().cloned(),
        Scope::Shared(context) => context.tracking().cloned(),
    });
    tracking.ok().flatten()
}

thread_local! {
    /// The call whose handler this thread runs.
    static CURRENT: RefCell<Scope> = const { RefCell::new(Scope::Outside) };
    /// The last call that was dispatched to a method here: whether the IDL has the method as oneway.
    static DISPATCHED: Cell<Option<bool>> = const { Cell::new(None) };
}

/// Notes that a call was dispatched to a method, and whether the IDL has it as oneway.
pub(crate) fn dispatched(oneway: bool) {
    DISPATCHED.set(Some(oneway));
}

/// Forgets calls that were dispatched before.
#[cfg(feature = "async")]
pub(crate) fn forget_dispatched() {
    DISPATCHED.set(None);
}

/// Whether the IDL has the method as oneway that was called last.
#[cfg(feature = "async")]
pub(crate) fn was_oneway() -> bool {
    DISPATCHED.get() == Some(true)
}

/// Runs a section of a call, and returns whether a call was dispatched to a method meanwhile.
#[cfg(feature = "metrics")]
pub(crate) fn watch_dispatch<T>(section: impl FnOnce() -> T) -> (T, bool) {
    let before = DISPATCHED.take();
    let value = section();
    let dispatched = DISPATCHED.get().is_some();
    if !dispatched {
        DISPATCHED.set(before);
    }
    (value, dispatched)
}

/// A call, moved into and out of the thread that runs its handler. A [`Context`] is only made if the
/// handler asks for it.
#[derive(Debug)]
pub(crate) enum Scope {
    Outside,
    Received(Received),
    Shared(Context),
}

impl Scope {
    /// Takes what came with a call out of its request.
    pub(crate) fn of(request: &mut Request) -> Scope {
        Scope::Received(Received::of(request))
    }

    /// Runs a section of the handler.
    pub(crate) fn enter<T>(&mut self, part: impl FnOnce() -> T) -> T {
        /// Also swaps back after a panic.
        struct Entered<'a>(&'a mut Scope);
        impl Drop for Entered<'_> {
            fn drop(&mut self) {
                CURRENT.with_borrow_mut(|current| std::mem::swap(current, self.0));
            }
        }
        CURRENT.with_borrow_mut(|current| std::mem::swap(current, self));
        let _entered = Entered(self);
        part()
    }

    /// Adds the headers set by the handler.
    pub(crate) fn finish(&mut self, response: &mut Response) {
        if let Scope::Shared(context) = self {
            // Nothing panics while it is locked.
            let mut headers = context.0.answer.lock().unwrap_or_else(PoisonError::into_inner);
            response.headers = std::mem::take(&mut headers);
        }
    }

    fn share(&mut self) -> Option<Context> {
        let context = match std::mem::replace(self, Scope::Outside) {
            Scope::Outside => return None,
            Scope::Received(call) => Context(Arc::new(Inner { call, answer: Mutex::default() })),
            Scope::Shared(context) => context,
        };
        *self = Scope::Shared(context.clone());
        Some(context)
    }
}

impl Received {
    fn of(request: &mut Request) -> Received {
        Received {
            method: std::mem::take(&mut request.method),
            oneway: request.oneway,
            protocol: request.protocol,
            headers: std::mem::take(&mut request.headers),
            extensions: std::mem::take(&mut request.extensions),
            deadline: match request.deadline {
                Deadline::At(time) => Some(time),
                Deadline::Default | Deadline::Never => None,
            },
            connection: request.connection.take(),
        }
    }
}
