//! One HTTP request and its response: a call and its reply.

use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::request::Parts;
use http::{Method, Version};
use http_body::Body;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tower_service::Service;

use super::body::{MessageBody, Unreceived, receive};
use super::headers;
use super::refusal::Refusal;
use crate::connection::{Share, failure, guard, guard_poll, handler_timeout};
use crate::error::{Error, ErrorKind, Result};
use crate::messages::Message;
use crate::net::endpoints::Endpoints;
use crate::rpc::context::{Connection, forget_dispatched, was_oneway};
use crate::rpc::deadline::Deadline;
use crate::rpc::message::{MethodName, Request, Response};
use crate::rpc::per_connection::Services;
use crate::settings::ServerSettings;

/// The content type of Thrift, in all protocols.
pub(super) const THRIFT: HeaderValue = HeaderValue::from_static("application/x-thrift");

/// Bodies above this size are counted while they are received, in bytes.
const COUNTED_FROM: usize = 16 << 10;

/// State shared by the requests of one connection, or of one [`HttpService`](super::HttpService).
#[derive(Debug)]
pub(crate) struct Exchange {
    settings: Arc<ServerSettings>,
    connection: Arc<Connection>,
    /// Those of the connection, until it ends; `None` if it is not known.
    services: Mutex<Option<Services>>,
    /// Whether one of their factories has refused the connection.
    rejected: AtomicBool,
    /// `None` if the connection is not known: each request then has its own.
    share: Option<Arc<Share>>,
    /// Bytes of bodies that are being received.
    held: Mutex<usize>,
    /// Requests whose bodies are being received, and calls whose handlers run.
    receiving: AtomicUsize,
    handling: AtomicUsize,
    /// Number of bodies received.
    messages: AtomicU64,
    /// Whether a request was refused, whose body may be unread.
    refused: AtomicBool,
    /// Oneway calls that go on after their response. They outlive the connection.
    oneway: Mutex<JoinSet<()>>,
}

impl Exchange {
    pub(crate) fn new(
        settings: Arc<ServerSettings>,
        ends: Endpoints,
        share: Option<Arc<Share>>,
        services: Option<Services>,
    ) -> Exchange {
        Exchange {
            settings,
            connection: Arc::new(Connection {
                ends,
                framing: None,
                created: services.as_ref().map(Services::share),
            }),
            services: Mutex::new(services),
            rejected: AtomicBool::new(false),
            share,
            held: Mutex::default(),
            receiving: AtomicUsize::new(0),
            handling: AtomicUsize::new(0),
            messages: AtomicU64::new(0),
            refused: AtomicBool::new(false),
            oneway: Mutex::default(),
        }
    }

    pub(crate) fn settings(&self) -> &Arc<ServerSettings> {
        &self.settings
    }

    pub(crate) fn ends(&self) -> &Endpoints {
        &self.connection.ends
    }

    /// Number of requests whose bodies are being received.
    pub(crate) fn receiving(&self) -> usize {
        self.receiving.load(Ordering::Relaxed)
    }

    /// Number of calls whose handlers run.
    pub(crate) fn handling(&self) -> usize {
        self.handling.load(Ordering::Relaxed)
    }

    /// Number of messages received.
    pub(crate) fn messages(&self) -> u64 {
        self.messages.load(Ordering::Relaxed)
    }

    /// Whether a request was refused.
    pub(crate) fn has_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }

    /// Whether the factory of a service has refused the connection, which must then be closed.
    pub(crate) fn is_rejected(&self) -> bool {
        self.rejected.load(Ordering::Relaxed)
    }

    /// Ends the connection. Returns the oneway calls that have not completed.
    pub(crate) fn end(&self) -> JoinSet<()> {
        let services = lock(&self.services).take();
        // It is code of others, which runs without the lock.
        drop(services);
        std::mem::take(&mut *lock(&self.oneway))
    }

    /// The response to a request. It never fails: errors become responses.
    pub(crate) async fn respond<S, B>(
        self: Arc<Exchange>,
        service: S,
        request: http::Request<B>,
    ) -> http::Response<MessageBody>
    where
        S: Service<Request, Response = Response>,
        S::Error: Into<Box<dyn StdError + Send + Sync>>,
        S::Future: Send + 'static,
        B: Body,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        let version = parts.version;
        let (call, request) = match self.call(parts, body).await {
            Ok(call) => call,
            Err(refusal) => {
                self.refused.store(true, Ordering::Relaxed);
                let now = Instant::now().into_std();
                let Refusal { status, text } = &refusal;
                self.settings.report.refused(now, self.ends(), status.as_u16(), text);
                return refusal.response(version);
            }
        };
        let share = match &self.share {
            Some(share) => Arc::clone(share),
            None => Arc::new(self.settings.share()),
        };
        let health = self.settings.health.as_ref();
        let mut result = match health.and_then(|it| it.answer(&call.method, call.protocol)) {
            Some(answer) => Ok(answer),
            None => {
                let _handling = Counted::new(&self.handling);
                self.handle(service, request, &call.method).await
            }
        };
        share.admit(&call.method, &mut result);
        let mut response = self.response(&call, result, share);
        if version <= Version::HTTP_11 && self.is_rejected() {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    /// The call in a request.
    async fn call<B>(&self, parts: Parts, body: B) -> Result<(Message, Request), Refusal>
    where
        B: Body,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        self.check(&parts)?;
        let limits = &self.settings.limits;
        let bytes = self.receive(body).await?;
        self.messages.fetch_add(1, Ordering::Relaxed);
        let mut message =
            Message::from_bytes_with(bytes, limits).map_err(|error| Refusal::no_call(&error))?;
        let accepted = &self.settings.accepted;
        if accepted.check(accepted.framing.unwrap_or_default(), message.protocol).is_some() {
            let why = format!("the client speaks {} Thrift; {accepted}", message.protocol);
            return Err(Refusal::no_call(&Error::new(ErrorKind::InvalidData, why)));
        }
        let call = Message { body: std::mem::take(&mut message.body), ..message.clone() };
        let mut request = call.into_request().map_err(|error| Refusal::no_call(&error))?;
        request.headers = headers::received(&parts.headers);
        request.connection = Some(Arc::clone(&self.connection));
        let limit = [self.settings.handler_timeout, headers::timeout(&parts.headers)];
        if let Some(limit) = limit.into_iter().flatten().min() {
            request.deadline = Deadline::after(limit);
        }
        if !parts.extensions.is_empty() {
            request.extensions.insert(parts.extensions);
        }
        Ok((message, request))
    }

    /// Checks everything but the body.
    fn check(&self, parts: &Parts) -> Result<(), Refusal> {
        let (path, headers) = (parts.uri.path(), &parts.headers);
        if let Some(served) = &self.settings.http_path
            && path != &**served
        {
            return Err(Refusal::path(path, served));
        }
        if parts.method != Method::POST {
            return Err(Refusal::method(&parts.method));
        }
        if let Some(value) = headers.get(header::CONTENT_TYPE)
            && *value != THRIFT
            && !is_thrift(value)
        {
            return Err(Refusal::content_type(value));
        }
        if headers.get(header::CONTENT_ENCODING).is_some_and(|value| value != "identity") {
            return Err(Refusal::encoding());
        }
        if parts.version <= Version::HTTP_11 {
            let has = |name| headers.contains_key(name);
            // Without a length the body would be empty. A proxy may take either of two for the length,
            // and another request than this server for the next one.
            match (has(header::CONTENT_LENGTH), has(header::TRANSFER_ENCODING)) {
                (false, false) => return Err(Refusal::no_length()),
                (true, true) => return Err(Refusal::two_lengths()),
                _ => {}
            }
        }
        Ok(())
    }

    async fn receive<B>(&self, body: B) -> Result<Bytes, Refusal>
    where
        B: Body,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        let limits = &self.settings.limits;
        let _receiving = Counted::new(&self.receiving);
        let mut held = Held { exchange: self, bytes: 0 };
        let mut receiving = pin!(receive(body, limits.message, |bytes| held.hold(bytes)));
        // Most bodies are there already, and need no timer.
        let received = match poll_once(receiving.as_mut()).await {
            Some(received) => received,
            None => {
                let limit = self.settings.message_timeout;
                timeout(limit, receiving).await.map_err(|_| Refusal::too_slow(limit))?
            }
        };
        received.map_err(|unreceived| match unreceived {
            Unreceived::TooLarge => Refusal::too_large(limits),
            Unreceived::NotHeld(error) => Refusal::not_held(&error),
            Unreceived::Failed(error) => Refusal::body(error),
        })
    }

    /// Calls the service. A oneway call that does not complete at once goes on in a task.
    async fn handle<S>(
        self: &Arc<Exchange>,
        mut service: S,
        request: Request,
        method: &MethodName,
    ) -> Result<Response>
    where
        S: Service<Request, Response = Response>,
        S::Error: Into<Box<dyn StdError + Send + Sync>>,
        S::Future: Send + 'static,
    {
        let (oneway, protocol) = (request.oneway, request.protocol);
        poll_fn(|context| guard_poll(method, || service.poll_ready(context))).await?;
        forget_dispatched();
        let mut future = Box::pin(guard(method, || service.call(request))?);
        drop(service);
        let first =
            poll_fn(|context| Poll::Ready(guard_poll(method, || future.as_mut().poll(context))));
        if let Poll::Ready(polled) = first.await {
            return polled;
        }
        // Some clients send calls of oneway methods as if they waited for an answer.
        let oneway = oneway || was_oneway();
        let limit = self.settings.handler_timeout;
        if !oneway {
            return finish(future, method, limit).await;
        }
        let (method, exchange) = (method.clone(), Arc::clone(self));
        let mut tasks = lock(&self.oneway);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            let result = finish(future, &method, limit).await;
            if let Some(error) = failure(&result) {
                exchange.failed(&method, error);
            }
        });
        Ok(Response::none(protocol))
    }

    /// The response that carries a reply.
    fn response(
        &self,
        call: &Message,
        mut result: Result<Response>,
        share: Arc<Share>,
    ) -> http::Response<MessageBody> {
        let mut map = HeaderMap::with_capacity(4);
        if let Ok(response) = &result
            && let Err(error) = headers::append(&response.headers, &mut map)
        {
            map.clear();
            share.written(Share::counted(response.body.len()));
            result = Err(error);
        }
        if let Some(error) = failure(&result) {
            self.failed(&call.method, error);
        }
        map.insert(header::CONTENT_TYPE, THRIFT);
        let body = match call.reply(result) {
            Some(reply) => MessageBody::of(reply, Some(share)),
            None => MessageBody::default(),
        };
        let mut response = http::Response::new(body);
        *response.headers_mut() = map;
        response
    }

    #[cold]
    fn failed(&self, method: &MethodName, error: &Error) {
        let (now, report) = (Instant::now().into_std(), &self.settings.report);
        let refused = lock(&self.services).as_ref().is_some_and(Services::are_refused);
        if refused && !self.rejected.swap(true, Ordering::Relaxed) {
            report.refused_connection(now, self.ends(), error);
        } else {
            report.failed(now, self.ends(), method, error);
        }
    }
}

/// Whether a content type may be that of a message. Parameters are ignored.
fn is_thrift(value: &HeaderValue) -> bool {
    // None of them is a type that a page of another origin may send without asking first.
    const SUBTYPES: [&str; 7] = [
        "x-thrift",
        "vnd.apache.thrift.binary",
        "vnd.apache.thrift.compact",
        "vnd.apache.thrift.json",
        "thrift",
        "json",
        "octet-stream",
    ];
    let value = value.to_str().unwrap_or("?");
    let value = value.split(';').next().unwrap_or_default().trim();
    let Some((kind, subtype)) = value.split_once('/') else { return value.is_empty() };
    kind.eq_ignore_ascii_case("application")
        && SUBTYPES.iter().any(|one| subtype.eq_ignore_ascii_case(one))
}

/// Runs a handler to its end, or to its time limit.
async fn finish<F, E>(
    mut future: Pin<Box<F>>,
    method: &MethodName,
    limit: Option<Duration>,
) -> Result<Response>
where
    F: Future<Output = Result<Response, E>>,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    let running = poll_fn(|context| guard_poll(method, || future.as_mut().poll(context)));
    let result = match limit {
        None => running.await,
        Some(limit) => match timeout(limit, running).await {
            Ok(result) => result,
            Err(_) => Err(handler_timeout(method, limit)),
        },
    };
    // A panic in the drop after a panic is contained as well.
    let _ = guard(method, || drop(future));
    result
}

/// Polls a future once; `None` if it is pending.
async fn poll_once<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    poll_fn(|context: &mut Context<'_>| {
        Poll::Ready(match future.as_mut().poll(context) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is locked.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts something while it exists.
struct Counted<'a>(&'a AtomicUsize);

impl Counted<'_> {
    fn new(count: &AtomicUsize) -> Counted<'_> {
        count.fetch_add(1, Ordering::Relaxed);
        Counted(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The bytes of one body that is being received.
struct Held<'a> {
    exchange: &'a Exchange,
    bytes: usize,
}

impl Held<'_> {
    fn hold(&mut self, bytes: usize) -> Result<()> {
        if bytes < COUNTED_FROM {
            return Ok(());
        }
        let Some(share) = &self.exchange.share else { return Ok(()) };
        let mut held = lock(&self.exchange.held);
        let more = *held - self.bytes + bytes;
        share.hold_input(more)?;
        *held = more;
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if self.bytes == 0 {
            return;
        }
        let Some(share) = &self.exchange.share else { return };
        let mut held = lock(&self.exchange.held);
        *held -= self.bytes;
        // Holding less never fails.
        let _ = share.hold_input(*held);
    }
}
