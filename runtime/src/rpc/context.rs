//! What a handler can know of the call that it handles.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::net::endpoints::Endpoints;
use crate::rpc::deadline::Deadline;
use crate::rpc::extensions::Extensions;
use crate::rpc::message::{Headers, MethodName, Protocol, Request, Response};
use crate::transport::Framing;

/// The call that is being handled: who makes it, how it came, and what travels with it.
///
/// [`Context::current`] returns it anywhere within a handler, async or blocking. A task or thread that
/// the handler starts is outside; give it the context, which is cheap to clone.
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

/// What came with a call beside its arguments.
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

/// The connection that a call came by.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) ends: Endpoints,
    pub(crate) framing: Framing,
}

impl Context {
    /// The context of the call that is handled here. Outside a handler, for example in a test that calls
    /// a handler's method itself, it is an empty one: no peer, no headers, no deadline.
    pub fn current() -> Context {
        CURRENT.with_borrow_mut(|scope| match scope.share() {
            Some(context) => context,
            None => Context(Arc::new(Inner {
                call: Received::of(&mut Request::new("", Protocol::default(), Vec::new().into())),
                answer: Mutex::default(),
            })),
        })
    }

    /// The name of the method in the IDL; with its service's name before it, as `Service:method`, if the
    /// call was multiplexed.
    pub fn method(&self) -> &str {
        self.0.call.method.as_str()
    }

    /// Whether the caller waits for no answer.
    pub fn is_oneway(&self) -> bool {
        self.0.call.oneway
    }

    /// The address of the client; `None` if the call came by something without addresses.
    pub fn peer_addr(&self) -> Option<SocketAddr> {
        self.0.call.connection.as_ref()?.ends.peer
    }

    /// The address of this server's end of the connection; `None` if that has none.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.0.call.connection.as_ref()?.ends.local
    }

    /// The transport of the connection; `None` if the call came by none.
    pub fn framing(&self) -> Option<Framing> {
        Some(self.0.call.connection.as_ref()?.framing)
    }

    /// The protocol of the call.
    pub fn protocol(&self) -> Protocol {
        self.0.call.protocol
    }

    /// The headers that came with the call; none if the transport carries none.
    pub fn headers(&self) -> &Headers {
        &self.0.call.headers
    }

    /// Sets a header of the answer, in place of the one of that name.
    ///
    /// A transport that carries no headers, such as framed and unframed, cannot send it: in a debug
    /// build the call is then answered with `INTERNAL_ERROR`, in a release build the server warns in
    /// the log and sends the answer without headers.
    pub fn set_header(&self, name: impl Into<String>, value: impl Into<String>) {
        // Nothing panics while it is locked.
        self.0.answer.lock().unwrap_or_else(PoisonError::into_inner).insert(name, value);
    }

    /// When the call has to be done, if there is a limit, such as `handler_timeout` of the server. Calls
    /// made in the handler have this deadline too, unless theirs is earlier.
    pub fn deadline(&self) -> Option<Instant> {
        self.0.call.deadline
    }

    /// What layers have attached to the request.
    pub fn extensions(&self) -> &Extensions {
        &self.0.call.extensions
    }
}

/// The deadline of the call that is handled here.
pub(crate) fn current_deadline() -> Option<Instant> {
    // Also while a thread ends and its locals are gone.
    let deadline = CURRENT.try_with(|scope| match &*scope.borrow() {
        Scope::Outside => None,
        Scope::Received(call) => call.deadline,
        Scope::Shared(context) => context.deadline(),
    });
    deadline.ok().flatten()
}

thread_local! {
    /// The call whose handler this thread runs.
    static CURRENT: RefCell<Scope> = const { RefCell::new(Scope::Outside) };
    /// Whether the last call that was dispatched here is of a method that the IDL has as oneway.
    static ONEWAY: Cell<bool> = const { Cell::new(false) };
}

/// Notes what the IDL has of the method that is called.
pub(crate) fn set_oneway(oneway: bool) {
    ONEWAY.set(oneway);
}

/// Whether the IDL has the method as oneway that was called last.
#[cfg(feature = "async")]
pub(crate) fn was_oneway() -> bool {
    ONEWAY.get()
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

    /// Runs a part of the handler.
    pub(crate) fn enter<T>(&mut self, part: impl FnOnce() -> T) -> T {
        /// Swaps back also after a panic.
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

    /// Adds the headers that the handler has set.
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
