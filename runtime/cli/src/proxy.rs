//! `thriftly proxy`: a server that passes calls on and shows them.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use thriftly_core::dynamic::{CallError, Idl, Method, Options};
use thriftly_core::messages::Message;
use thriftly_core::{
    ApplicationErrorKind, Channel, Error, ErrorKind, Headers, Protocol, Request, Response,
    ResponseKind, Result,
};
use tower_service::Service;

use crate::decode::body::Bodies;
use crate::recorder::Recorder;
use crate::serve::{ended, listen};
use crate::status::Status;
use crate::upstream::Upstream;

/// Headers with the time that a call has, in THeader and TTHeader.
const TIMEOUTS: [&str; 2] = ["client_timeout", "rpc-timeout"];

/// The arguments of `proxy`.
#[derive(Debug)]
pub(crate) struct Proxy {
    /// The IDL file.
    pub(crate) idl: PathBuf,
    /// Options for loading it.
    pub(crate) options: Options,
    /// The own address.
    pub(crate) listen: String,
    pub(crate) upstream: Upstream,
    /// Whether every call is passed on in the protocol of `upstream`, whatever that of the client is.
    pub(crate) translates: bool,
    /// The service of methods that several services have.
    pub(crate) service: Option<String>,
}

/// Passes calls on until the process is told to end.
pub(crate) fn run(proxy: &Proxy) -> io::Result<Status> {
    Ok(ended(passed_on(proxy)))
}

fn passed_on(proxy: &Proxy) -> Result<()> {
    let idl = Idl::load_with(&proxy.idl, &proxy.options)?;
    let bodies = Bodies { idl: Some(idl), service: proxy.service.clone() };
    let forward = Forward(Arc::new(Target {
        upstream: proxy.upstream.clone(),
        translates: proxy.translates,
        has_headers: proxy.upstream.has_headers()?,
        // Fields that the IDL does not have pass as well.
        bodies: Bodies {
            idl: bodies.idl.clone().map(|idl| idl.keep_unknown_fields(true)),
            service: bodies.service.clone(),
        },
        channels: Mutex::default(),
    }));
    // What is wrong with the address or the certificates is told at once.
    let _ = proxy.upstream.builder()?;
    let recorder = Recorder::new(bodies);
    listen(&proxy.listen, move |ends| Ok(recorder.around(forward.clone(), ends.peer_addr())))
}

/// A service that passes calls on.
#[derive(Clone)]
struct Forward(Arc<Target>);

struct Target {
    upstream: Upstream,
    translates: bool,
    /// Whether calls of the server carry headers.
    has_headers: bool,
    bodies: Bodies,
    /// A channel for each protocol.
    channels: Mutex<HashMap<Protocol, Channel>>,
}

impl Service<Request> for Forward {
    type Response = Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let target = Arc::clone(&self.0);
        Box::pin(async move {
            let name = request.method.to_string();
            target.pass_on(request).await.map_err(|error| match error.kind() {
                ErrorKind::Application(_) => error,
                // The client is told why.
                _ => Error::internal(format!("the proxy cannot pass `{name}` on: {error}")),
            })
        })
    }
}

impl Target {
    async fn pass_on(&self, request: Request) -> Result<Response> {
        let theirs = match self.translates {
            true => self.upstream.protocol,
            false => request.protocol,
        };
        let ours = request.protocol;
        let mut channel = self.channel(theirs)?;
        let method = self.method(&request)?;
        let mut call = match (ours == theirs, &method) {
            (true, _) => Request::new(request.method.clone(), ours, request.body.clone()),
            (false, Some(method)) => {
                let arguments = method.decode_arguments(request.clone())?.into_arguments();
                let body = method.encode_arguments(theirs, arguments)?;
                Request::new(request.method.clone(), theirs, body)
            }
            (false, None) => {
                let kind = ApplicationErrorKind::UNKNOWN_METHOD;
                return Err(Error::application(kind, "the IDL of the proxy has no such method"));
            }
        };
        call.oneway = request.oneway;
        call.idempotent = method.as_ref().is_some_and(Method::is_idempotent);
        call.deadline = request.deadline;
        if self.has_headers {
            call.headers = request.headers;
            // The channel writes what is left of the time.
            TIMEOUTS.into_iter().for_each(|name| drop(call.headers.remove(name)));
        }
        let mut response = channel.call(call).await?;
        if !self.has_headers {
            response.headers = Headers::default();
        }
        match (ours == theirs, method) {
            (false, Some(method)) => translated(&method, response, ours),
            _ => Ok(response),
        }
    }

    /// The method, if the IDL has it.
    fn method(&self, request: &Request) -> Result<Option<Method>> {
        let message = Message::call(request.clone(), 0);
        Ok(self.bodies.method(&message).and_then(Result::ok))
    }

    /// The channel for a protocol.
    fn channel(&self, protocol: Protocol) -> Result<Channel> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = channels.get(&protocol) {
            return Ok(channel.clone());
        }
        // The deadlines are those of the clients.
        let builder = Upstream { protocol, ..self.upstream.clone() }.builder()?.no_timeout();
        let channel = builder.connect_lazy(&*self.upstream.address)?;
        channels.insert(protocol, channel.clone());
        Ok(channel)
    }
}

/// An answer in another protocol.
fn translated(method: &Method, response: Response, protocol: Protocol) -> Result<Response> {
    let headers = response.headers.clone();
    if response.kind == ResponseKind::Exception
        && let Some(error) = response.error()
        && let ErrorKind::Application(kind) = error.kind()
    {
        return Err(Error::application(kind, error.message().to_owned()));
    }
    let result = match method.decode_answer(response) {
        Err(CallError::Other(error)) => return Err(error),
        result => result,
    };
    let mut answer = method.encode_answer(protocol, result)?;
    answer.headers = headers;
    Ok(answer)
}
