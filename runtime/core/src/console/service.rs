//! The console as a service of HTTP.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tower_service::Service;

use super::call::Call;
use super::description::description;
use super::guard::{check_json, check_origin, check_site};
use super::local::Local;
use super::page::file;
use super::reply::{ConsoleBody, JSON, Refusal, response};
use crate::dynamic::{Client, Idl};
use crate::http::{Unreceived, receive};
use crate::rpc::thrift_service::{SharedService, ThriftService};

/// A console in the browser, as a `tower` service of HTTP: for axum's `nest_service`, another HTTP server, or
/// [its own](Console::bind). See the [module](super).
///
/// ```no_run
/// use thriftly::console::Console;
/// use thriftly::dynamic::{Client, Idl};
/// use thriftly::{Channel, ClientBuilder};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> thriftly::Result<()> {
/// let idl = Idl::load("store.thrift")?;
/// let channel: Channel = ClientBuilder::new().connect_lazy("store.internal:9090")?;
/// let console = Console::new(Client::new(&idl, channel)).title("The store");
/// console.bind("127.0.0.1:8080").await?.serve().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Console<C> {
    pub(super) client: Client<C>,
    pub(super) settings: Arc<Settings>,
    /// Calls that may still be made at once.
    pub(super) room: Arc<Semaphore>,
    /// `idl.json`, made when it is needed first.
    description: Arc<OnceLock<Bytes>>,
}

#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) title: String,
    pub(super) hosts: Vec<String>,
    pub(super) multiplexed: bool,
    pub(super) headers: bool,
    pub(super) timeout: Duration,
    pub(super) max_timeout: Duration,
    /// What channels, which know the deadline, need beyond it to tell what they were waiting for.
    pub(super) grace: Duration,
    pub(super) max_body: usize,
    pub(super) max_calls: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            title: String::new(),
            hosts: Vec::new(),
            multiplexed: false,
            headers: true,
            timeout: Duration::from_secs(30),
            max_timeout: Duration::from_secs(600),
            grace: Duration::from_millis(250),
            max_body: 4 << 20,
            max_calls: 64,
        }
    }
}

/// Time limit for receiving the body of a request.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

impl<C> fmt::Debug for Console<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl<C> Console<C> {
    /// A console that calls through a client, with its protocol, headers and channel.
    pub fn new(client: Client<C>) -> Console<C> {
        let settings = Settings::default();
        let room = Arc::new(Semaphore::new(settings.max_calls));
        Console { client, settings: Arc::new(settings), room, description: Arc::default() }
    }

    /// The title of the page, such as the address of the server. Default: none.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Console<C> {
        self.set(|settings| settings.title = title.into())
    }

    /// Also serves requests to a host of this name, without a port. Default: requests to IP addresses and
    /// `localhost` only.
    #[must_use]
    pub fn allow_host(self, name: impl Into<String>) -> Console<C> {
        self.set(|settings| settings.hosts.push(name.into()))
    }

    /// Whether each call names the service of its method, for a server with several services
    /// (multiplexed). Default: `false`.
    #[must_use]
    pub fn multiplexed(self, multiplexed: bool) -> Console<C> {
        self.set(|settings| settings.multiplexed = multiplexed)
    }

    /// Whether calls can have headers: not over framed and unframed connections, which do not carry any. Default:
    /// `true`.
    #[must_use]
    pub fn headers(self, headers: bool) -> Console<C> {
        self.set(|settings| settings.headers = headers)
    }

    /// The time limit of a call that has none of its own. Default: 30 seconds.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Console<C> {
        self.set(|settings| settings.timeout = timeout)
    }

    /// The longest time limit that a call may have. Default: 10 minutes.
    #[must_use]
    pub fn max_timeout(self, timeout: Duration) -> Console<C> {
        self.set(|settings| settings.max_timeout = timeout)
    }

    /// Maximum size of a request's body, in bytes. Default: 4 MiB.
    #[must_use]
    pub fn max_body(self, bytes: usize) -> Console<C> {
        self.set(|settings| settings.max_body = bytes)
    }

    /// Maximum number of calls at once. Default: 64.
    #[must_use]
    pub fn max_calls(self, calls: usize) -> Console<C> {
        let calls = calls.min(Semaphore::MAX_PERMITS);
        let mut console = self.set(|settings| settings.max_calls = calls);
        console.room = Arc::new(Semaphore::new(calls));
        console
    }

    fn set(self, set: impl FnOnce(&mut Settings)) -> Console<C> {
        let mut settings = Settings::clone(&self.settings);
        set(&mut settings);
        // The page is told some of them.
        Console { settings: Arc::new(settings), description: Arc::default(), ..self }
    }
}

impl<S: SharedService> Console<Local<S>> {
    /// A console that calls a service of the same process, without a connection: a generated server such as
    /// `StoreServer::new(handler)`, a [`Multiplexed`](crate::Multiplexed) (with
    /// [`multiplexed(true)`](Console::multiplexed)), or any `tower` service of encoded calls.
    ///
    /// Failures of the handler are logged, and answered as by a server. A call whose page is closed is
    /// cancelled, unless it is oneway.
    pub fn of_service(idl: &Idl, service: S) -> Console<Local<S>> {
        let console = Console::new(Client::new(idl, Local::new(service)));
        console.set(|settings| settings.grace = Duration::ZERO)
    }
}

impl<C: ThriftService + 'static> Console<C> {
    /// The response to a request. It never fails: errors become responses.
    pub(super) async fn respond<B>(self, request: Request<B>) -> Response<ConsoleBody>
    where
        B: Body,
        B::Error: fmt::Display,
    {
        let (parts, body) = request.into_parts();
        match self.answer(&parts, body).await {
            Ok(response) => response,
            Err(refusal) => {
                tracing::debug!(status = refusal.status.as_u16(), error = %refusal.error, "refused");
                refusal.response()
            }
        }
    }

    async fn answer<B>(&self, parts: &Parts, body: B) -> Result<Response<ConsoleBody>, Refusal>
    where
        B: Body,
        B::Error: fmt::Display,
    {
        check_origin(parts, &self.settings.hosts)?;
        let is_read = parts.method == Method::GET || parts.method == Method::HEAD;
        let refused = |status, message: String| Err(Refusal::new(status, message));
        match resource(parts) {
            "call" if parts.method == Method::POST => {
                check_site(&parts.headers)?;
                check_json(&parts.headers)?;
                let Ok(_place) = self.room.try_acquire() else {
                    let message = format!("{} calls are being made", self.settings.max_calls);
                    return refused(StatusCode::SERVICE_UNAVAILABLE, message);
                };
                let body = self.receive(body).await?;
                Ok(match Call::from_json(&body, &self.settings) {
                    Ok(call) => call.answer(self).await,
                    Err(error) => super::reply::failed(StatusCode::BAD_REQUEST, &error),
                })
            }
            "idl.json" if is_read => {
                check_site(&parts.headers)?;
                let made = || description(self.client.idl(), &self.settings).into();
                Ok(response(StatusCode::OK, JSON, self.description.get_or_init(made).clone()))
            }
            name => match file(name) {
                Some(file) if is_read => Ok(file),
                None if name != "call" && name != "idl.json" => {
                    refused(StatusCode::NOT_FOUND, format!("there is no `{}`", name.escape_debug()))
                }
                _ => {
                    let message = format!("{} is not for {}", parts.method, shown(name));
                    refused(StatusCode::METHOD_NOT_ALLOWED, message)
                }
            },
        }
    }

    async fn receive<B>(&self, body: B) -> Result<Bytes, Refusal>
    where
        B: Body,
        B::Error: fmt::Display,
    {
        let most = self.settings.max_body;
        let received = timeout(BODY_TIMEOUT, receive(body, most, |_| Ok(()))).await;
        let received = received.map_err(|_| {
            let message = format!("the body did not arrive within {BODY_TIMEOUT:?}");
            Refusal::new(StatusCode::REQUEST_TIMEOUT, message)
        })?;
        received.map_err(|unreceived| match unreceived {
            Unreceived::TooLarge => {
                let message = format!("the body is larger than {most} bytes");
                Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message)
            }
            Unreceived::NotHeld(error) => {
                Refusal::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
            }
            Unreceived::Failed(error) => {
                Refusal::new(StatusCode::BAD_REQUEST, format!("the body cannot be read: {error}"))
            }
        })
    }
}

/// What is asked for. The page names its files in the query, which leads to them whether or not the path of the
/// page ends with `/`.
fn resource(parts: &Parts) -> &str {
    match parts.uri.path().trim_start_matches('/') {
        "" => parts.uri.query().unwrap_or_default(),
        name => name,
    }
}

fn shown(name: &str) -> &str {
    if name.is_empty() { "the page" } else { name }
}

impl<C, B> Service<Request<B>> for Console<C>
where
    C: ThriftService + Sync + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>> + fmt::Display + Send,
{
    type Response = Response<ConsoleBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ConsoleBody>, Infallible>> + Send>>;

    /// Always ready.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let response = self.clone().respond(request);
        Box::pin(async { Ok(response.await) })
    }
}
